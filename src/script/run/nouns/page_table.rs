//! The `page_table` noun, with the columns `vpn`, `ppn`, `v`, and the bits of an entry.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::settings::no_read_bit;
use crate::run::table::{Cell, InvalidEntries, Layout, TableId, WrittenCell, WrittenRow, digits};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Vpn;
use pagewalk_engine::machine::pte::{BITS, Bit, BitRow, Flags, Pte};

use super::sets;

/// Returns the permitted columns and rows of the noun's tables. The names `v`, `p`, and `valid` denote the same
/// column, and `sup read write exec` are aliases of `us rw xd`.
pub(crate) fn layout(machine: &Machine, _: usize) -> Layout {
    let names = BITS.iter().flat_map(BitRow::names);
    let columns = ["ppn", "read"]
        .into_iter()
        .chain(names)
        .chain(["pte"])
        .map(String::from)
        .collect();
    Layout {
        id: TableId::PageTable,
        noun: "page_table".to_owned(),
        key: "vpn",
        keys: machine.spec().pages(),
        columns,
        ways: 1,
    }
}

fn entry(machine: &Machine, key: u64) -> Option<Pte> {
    machine
        .page_table_entry(machine.vpn(key).ok()?)
        .map(|(_, pte)| pte)
}

/// Returns the mapped virtual page numbers.
pub(crate) fn present(machine: &Machine, _: usize) -> Vec<u64> {
    machine
        .page_table()
        .mappings
        .iter()
        .filter(|m| m.pte.flags.has(Bit::P))
        .map(|m| m.vpn.raw())
        .collect()
}

pub(crate) fn valid(machine: &Machine, _: usize, key: u64, _: usize) -> bool {
    entry(machine, key).is_some_and(|pte| pte.flags.has(Bit::P))
}

/// Returns a cell. For a page that is not present, the PPN is shown if it is a location on disk or if `invalid`
/// is `Shown`.
pub(crate) fn cell(
    machine: &Machine,
    _: usize,
    key: u64,
    _: usize,
    column: &str,
    invalid: InvalidEntries,
) -> Cell {
    let pte = entry(machine, key);
    let present = pte.filter(|pte| pte.flags.has(Bit::P));
    let on_disk = || machine.spec().mmu.as_ref()?.pte.disk_location(pte?);
    match (column, BitRow::named(column)) {
        (_, Some((Bit::P, _))) => Cell::bit(present.is_some()),
        ("ppn", _) => {
            let kept = || pte.filter(|pte| invalid == InvalidEntries::Shown && pte.ppn != 0);
            let ppn = present.or_else(kept).map(|pte| pte.ppn).or_else(on_disk);
            Cell::hex(ppn, digits(machine.spec().ppn_bits()))
        }
        ("pte", _) => sets::raw_cell(machine, pte),
        ("read", _) => present.map_or(Cell::Nothing, |_| Cell::bit(true)),
        (_, Some((bit, inverse))) => pte.map_or(Cell::Nothing, |pte| {
            Cell::bit(pte.flags.has(bit) != inverse)
        }),
        (_, None) => Cell::Nothing,
    }
}

/// Sets an entry, and creates any missing higher-level tables.
///
/// # Errors
/// Returns `value-too-wide` or `bad-table`.
pub(crate) fn put(machine: &mut Machine, _: usize, row: &WrittenRow) -> Result<(), Diagnostic> {
    let vpn: Vpn = machine.vpn(row.key()).map_err(|e| {
        Diagnostic::new(
            Code::ValueTooWide,
            row.key_span(),
            format!("VPN 0x{:X} has more than {} bits", row.key(), e.bits),
        )
    })?;
    let raw = sets::raw_entry(machine, &row.cells)?;
    let mut pte = raw.unwrap_or(Pte {
        ppn: 0,
        flags: Flags::OPEN,
    });
    let mut valid_input = raw.map(|pte| pte.flags.has(Bit::P));
    let mut ppn = raw.map(|pte| pte.ppn);
    for cell in row.cells.iter().skip(1) {
        let Some(n) = cell.to_set()? else { continue };
        match &*cell.column {
            "ppn" => {
                ppn = Some(machine.ppn(n).map_err(|e| cell.too_wide(e.bits))?.raw());
            }
            "read" => readable(cell)?,
            column => match BitRow::named(column) {
                Some((Bit::P, _)) => valid_input = Some(cell.bit()?),
                Some((bit, inverse)) => pte.flags = pte.flags.with_bit(bit, cell.bit()? != inverse),
                None => {}
            },
        }
    }
    let valid = valid_input.unwrap_or(ppn.is_some());
    if valid && ppn.is_none() {
        return Err(
            Diagnostic::new(Code::BadTable, row.key_span(), "a valid entry needs a PPN")
                .label("this page is valid"),
        );
    }
    pte = Pte {
        ppn: ppn.unwrap_or(0),
        flags: pte.flags.with_bit(Bit::P, valid),
    };
    let levels = machine
        .spec()
        .mmu
        .as_ref()
        .map_or(1, |mmu| mmu.levels.len() as u32);
    let huge = pte.flags.has(Bit::Ps) && levels > 1;
    if huge {
        aligned(machine, row, pte)?;
    }
    machine
        // The last level or the one above, because a row does not name a level. `set pte` sets the others.
        .set_page(levels - u32::from(huge), vpn, pte)
        .map_err(|error| {
            Diagnostic::new(Code::BadTable, row.key_span(), error.to_string())
                .label("cannot be set")
                .help("first set the higher-level entries with `set pte LEVEL PA { … }`")
        })
}

/// Checks that a huge page, which is mapped by an entry with PS, begins at a multiple of the page's size.
fn aligned(machine: &Machine, row: &WrittenRow, pte: Pte) -> Result<(), Diagnostic> {
    let last = machine
        .spec()
        .mmu
        .as_ref()
        .and_then(|mmu| mmu.levels.last().copied())
        .unwrap_or(0);
    let low = (1u64 << last) - 1;
    if row.key() & low == 0 && pte.ppn & low == 0 {
        return Ok(());
    }
    let message = format!(
        "with PS, a page spans 2^{last} base pages, so the low {last} bits of VPN and PPN must be 0"
    );
    Err(Diagnostic::new(Code::BadTable, row.key_span(), message)
        .label("not the first base page of a huge page"))
}

/// Checks a `read` cell. The entry has no read bit: every present page is readable.
fn readable(cell: &WrittenCell) -> Result<(), Diagnostic> {
    if cell.bit()? {
        Ok(())
    } else {
        Err(no_read_bit(cell.span))
    }
}

/// Returns the virtual page numbers with an entry.
pub(crate) fn keys(machine: &Machine, _: usize) -> Vec<u64> {
    let mappings = machine.page_table().mappings;
    mappings.iter().map(|mapping| mapping.vpn.raw()).collect()
}

/// Returns the columns that `show` prints. A bit has a column if it differs from the default in some entry.
pub(crate) fn shown(machine: &Machine, _: usize) -> Vec<String> {
    let mappings = machine.page_table().mappings;
    let unusual = |bit: &Bit| {
        let odd = |pte: Pte| pte.flags.has(Bit::P) && pte.flags.has(*bit) != Flags::OPEN.has(*bit);
        *bit != Bit::P && mappings.iter().any(|mapping| odd(mapping.pte))
    };
    let bits = BITS.iter().map(|row| row.bit).filter(unusual);
    let columns = ["ppn", "v"]
        .into_iter()
        .chain(bits.map(|bit| bit.row().name));
    columns.map(String::from).collect()
}
