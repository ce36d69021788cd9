//! Code that the nouns of contents share: one row per set, with a group of columns per way, and raw entries.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::table::{Cell, WrittenCell, WrittenRow, digits};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::{BitRow, Pte};

/// Maximum number of sets for which all sets are shown.
const SHOWN: u64 = 64;

/// Evaluates the ways of a row from left to right. `tag` returns the tag of a valid way, with its ASID if the TLB has
/// ASIDs. A set contains each tag at most once, so an entry with a repeated tag is ambiguous.
///
/// # Errors
/// Returns the errors in a way, and `duplicate` for a repeated tag.
pub(crate) fn ways<L, T: PartialEq>(
    row: &WrittenRow,
    way: impl Fn(&[WrittenCell]) -> Result<L, Diagnostic>,
    tag: impl Fn(&L) -> Option<T>,
) -> Result<Vec<Option<L>>, Diagnostic> {
    let ways = row.ways();
    let lines = ways.iter().map(|cells| way(cells));
    let lines = lines.collect::<Result<Vec<L>, _>>()?;
    let tags: Vec<Option<T>> = lines.iter().map(tag).collect();
    let again =
        (0..tags.len()).find(|way| tags[*way].is_some() && tags[..*way].contains(&tags[*way]));
    let Some(again) = again else {
        return Ok(lines.into_iter().map(Some).collect());
    };
    let place = |way: usize| ways[way].first().map_or(row.span, |cell| cell.span);
    let first = tags.iter().position(|tag| *tag == tags[again]).unwrap_or(0);
    Err(Diagnostic::new(
        Code::Duplicate,
        place(again),
        "two valid ways of this set have the same tag",
    )
    .label("again here")
    .also(place(first), "first here"))
}

/// Returns the entry in a `pte` cell, which contains the PPN and all bits as a raw value.
///
/// # Errors
/// Returns `value-too-wide`, or `duplicate` if another cell contains a part of the entry.
pub(crate) fn raw_entry(
    machine: &Machine,
    cells: &[WrittenCell],
) -> Result<Option<Pte>, Diagnostic> {
    let cell = |is: &dyn Fn(&str) -> bool| cells.iter().find(|cell| is(&cell.column));
    let (Some(raw), Some(mmu)) = (cell(&|column| column == "pte"), &machine.spec().mmu) else {
        return Ok(None);
    };
    if let Some(part) = cell(&|column| column == "ppn" || BitRow::named(column).is_some()) {
        let message = format!("`pte` already contains `{}`", part.column);
        return Err(Diagnostic::new(Code::Duplicate, part.span, message)
            .label("again here")
            .also(raw.span, "the whole entry is here"));
    }
    let Some(n) = raw.to_set()? else {
        return Ok(None);
    };
    let bits = mmu.pte.bytes * 8;
    if bits < u64::BITS && n >> bits != 0 {
        return Err(raw.too_wide(bits));
    }
    let pte = mmu.pte.decode(n);
    machine.ppn(pte.ppn).map_err(|error| {
        let message = format!(
            "the PPN 0x{:X} in `pte` has more than {} bits",
            pte.ppn, error.bits
        );
        Diagnostic::new(Code::ValueTooWide, raw.span, message)
    })?;
    Ok(Some(pte))
}

/// Returns a `pte` cell, which contains an entry as a raw value.
pub(crate) fn raw_cell(machine: &Machine, pte: Option<Pte>) -> Cell {
    let format = machine.spec().mmu.as_ref().map(|mmu| &mmu.pte);
    let raw = format.zip(pte).map(|(format, pte)| format.encode(pte));
    Cell::hex(raw, digits(format.map_or(0, |format| format.bytes * 8)))
}

/// Returns the sets to show: all sets of a small component, or else the sets with contents.
pub(crate) fn shown(sets: u64, present: impl FnOnce() -> Vec<u64>) -> Vec<u64> {
    if sets <= SHOWN {
        (0..sets).collect()
    } else {
        present()
    }
}
