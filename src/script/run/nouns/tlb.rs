//! The `tlb` noun: the column `set`, then a group `tag asid ppn v` and bits for each way.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::run::table::{Cell, InvalidEntries, Layout, TableId, WrittenCell, WrittenRow, digits};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::{SetIndex, Tag};
use pagewalk_engine::machine::contents::TlbLine;
use pagewalk_engine::machine::pte::{Bit, BitRow, Flags, Pte};
use pagewalk_engine::machine::spec::TlbSpec;

use super::sets::{self, raw_cell};

/// The TLB entry's bits that a table may contain.
const BITS: [Bit; 5] = [Bit::Rw, Bit::Us, Bit::Xd, Bit::G, Bit::D];

/// Default bits of an entry: R/W, U/S, and D.
const OPEN: Flags = Flags::OPEN.with(Bit::D);

fn spec(machine: &Machine, level: usize) -> &TlbSpec {
    &machine.spec().tlbs[level]
}

fn tag_bits(machine: &Machine, level: usize) -> u32 {
    spec(machine, level).tag_bits(machine.spec())
}

/// Returns the permitted columns and rows of the noun's tables.
pub(crate) fn layout(machine: &Machine, level: usize) -> Layout {
    let tlb = spec(machine, level);
    let bits = BITS.iter().map(|bit| bit.row().name);
    let columns = ["tag"]
        .into_iter()
        .chain(tlb.asid.then_some("asid"))
        .chain(["ppn", "v"])
        .chain(bits)
        .chain(["pte"])
        .map(String::from)
        .collect();
    let noun = if &*tlb.name == "tlb" {
        "tlb".to_owned()
    } else {
        format!("tlb {}", tlb.name)
    };
    Layout {
        id: TableId::Tlb(level),
        noun,
        key: "set",
        keys: tlb.sets.into(),
        columns,
        ways: tlb.ways.into(),
    }
}

fn set(machine: &Machine, level: usize, key: u64) -> Option<SetIndex> {
    machine.tlb_set_index(level, key).ok()
}

fn line(machine: &Machine, level: usize, key: u64, way: usize) -> TlbLine {
    let line = set(machine, level, key).and_then(|set| machine.tlb_line(level, set, way as u32));
    line.unwrap_or_default()
}

/// Returns the sets that contain a valid entry.
pub(crate) fn present(machine: &Machine, level: usize) -> Vec<u64> {
    machine
        .tlb_sets_in_use(level)
        .into_iter()
        .map(SetIndex::raw)
        .collect()
}

pub(crate) fn valid(machine: &Machine, level: usize, key: u64, way: usize) -> bool {
    line(machine, level, key, way).valid
}

/// Returns a cell. An invalid entry has a PPN and bits only if `set` specified them and `invalid` is `Shown`.
pub(crate) fn cell(
    machine: &Machine,
    level: usize,
    key: u64,
    way: usize,
    column: &str,
    invalid: InvalidEntries,
) -> Cell {
    let line = line(machine, level, key, way);
    let kept = invalid == InvalidEntries::Shown && line.flags.has(Bit::P);
    match column {
        "tag" => Cell::hex(line.tag.map(Tag::raw), digits(tag_bits(machine, level))),
        "asid" => Cell::hex(line.tag.map(|_| line.asid.into()), 1),
        "v" => Cell::bit(line.valid),
        _ if !line.valid && !kept => Cell::Nothing,
        "ppn" => Cell::Hex(line.ppn.raw(), digits(machine.spec().ppn_bits())),
        "pte" => {
            let pte = Pte {
                ppn: line.ppn.raw(),
                flags: line.flags.with_bit(Bit::P, line.valid),
            };
            raw_cell(machine, Some(pte))
        }
        bit => BitRow::named(bit).map_or(Cell::Nothing, |(bit, _)| Cell::bit(line.flags.has(bit))),
    }
}

/// Sets the ways of a row, from left to right. Ways that are not listed do not change.
///
/// # Errors
/// Returns `value-too-wide` or `bad-table`.
pub(crate) fn put(machine: &mut Machine, level: usize, row: &WrittenRow) -> Result<(), Diagnostic> {
    let has_asids = spec(machine, level).asid;
    let tag = |line: &TlbLine| {
        Some((
            line.tag.filter(|_| line.valid)?,
            line.asid * u16::from(has_asids),
        ))
    };
    let lines = sets::ways(row, |group| way(machine, level, row.key(), group), tag)?;
    if let Some(set) = set(machine, level, row.key()) {
        machine.set_tlb_lines(level, set, &lines);
    }
    Ok(())
}

/// Reports a VPN in place of its tag, if it is a VPN of this set.
fn tag_of_vpn(
    machine: &Machine,
    level: usize,
    set: u64,
    vpn: u64,
    cell: &WrittenCell,
) -> Option<Diagnostic> {
    let sets = spec(machine, level).sets;
    let tag = (sets > 1 && vpn % sets == set).then(|| vpn / sets)?;
    machine.tlb_tag(level, tag).ok()?;
    let message = format!("0x{vpn:X} is the VPN of an entry with the tag 0x{tag:X} in set {set:X}");
    let fix = Fix::replace(cell.span, format!("{tag:02X}"));
    Some(Diagnostic::new(Code::ValueTooWide, cell.span, message).fix(fix))
}

fn way(
    machine: &Machine,
    level: usize,
    set: u64,
    group: &[WrittenCell],
) -> Result<TlbLine, Diagnostic> {
    let raw = sets::raw_entry(machine, group)?;
    let mut line = TlbLine {
        // A TLB entry has neither A nor PS.
        flags: raw.map_or(OPEN, |pte| pte.flags.without(Bit::A).without(Bit::Ps)),
        asid: machine.asid(),
        ..TlbLine::default()
    };
    let mut valid_input = raw.map(|pte| pte.flags.has(Bit::P));
    let mut ppn = match raw {
        Some(pte) => machine.ppn(pte.ppn).ok(),
        None => None,
    };
    for cell in group {
        let Some(n) = cell.to_set()? else { continue };
        match &*cell.column {
            "tag" => {
                line.tag = Some(machine.tlb_tag(level, n).map_err(|e| {
                    tag_of_vpn(machine, level, set, n, cell)
                        .unwrap_or_else(|| cell.too_wide(e.bits))
                })?);
            }
            "ppn" => {
                ppn = Some(machine.ppn(n).map_err(|e| cell.too_wide(e.bits))?);
            }
            "asid" => line.asid = asid_of(n, cell.span)?,
            "v" => valid_input = Some(cell.bit()?),
            bit => {
                if let Some((bit, inverse)) = BitRow::named(bit) {
                    line.flags = line.flags.with_bit(bit, cell.bit()? != inverse);
                }
            }
        }
    }
    line.valid = valid_input.unwrap_or(ppn.is_some());
    line.ppn = ppn.unwrap_or_default();
    // An invalid entry with P in its bits contains the PPN that the table specified.
    line.flags = line.flags.with_bit(Bit::P, !line.valid && ppn.is_some());
    if line.valid && (line.tag.is_none() || ppn.is_none()) {
        let place = group.first().map(|cell| cell.span).unwrap_or_default();
        return Err(
            Diagnostic::new(Code::BadTable, place, "a valid entry needs a tag and a PPN")
                .label("this way is valid"),
        );
    }
    Ok(line)
}

/// Returns a number as an address-space identifier.
///
/// # Errors
/// Returns `value-too-wide`.
pub(crate) fn asid_of(n: u64, place: Span) -> Result<u16, Diagnostic> {
    u16::try_from(n).map_err(|_| {
        Diagnostic::new(
            Code::ValueTooWide,
            place,
            format!("ASID 0x{n:X} has more than 16 bits"),
        )
        .label("at most 0xFFFF")
    })
}

/// Returns the sets that `show` prints.
pub(crate) fn keys(machine: &Machine, level: usize) -> Vec<u64> {
    sets::shown(spec(machine, level).sets, || present(machine, level))
}

/// Returns the columns that `show` prints. A bit has a column if it differs from the default in some entry, and the ASID
/// if it is not that of the core.
pub(crate) fn shown(machine: &Machine, level: usize) -> Vec<String> {
    let sets = keys(machine, level);
    let ways = spec(machine, level).ways as usize;
    let any = |odd: &dyn Fn(TlbLine) -> bool| {
        sets.iter()
            .any(|&key| (0..ways).any(|way| odd(line(machine, level, key, way))))
    };
    let unusual = |bit: Bit| any(&|line| line.valid && line.flags.has(bit) != OPEN.has(bit));
    let bits = BITS.iter().filter(|bit| unusual(**bit));
    let foreign = |line: TlbLine| line.valid && line.asid != machine.asid();
    let asid = (spec(machine, level).asid && any(&foreign)).then_some("asid");
    let bits = bits.map(|bit| bit.row().name);
    let columns = ["tag"]
        .into_iter()
        .chain(asid)
        .chain(["ppn", "v"])
        .chain(bits);
    columns.map(String::from).collect()
}
