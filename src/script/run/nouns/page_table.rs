//! The `page_table` noun, with the columns `vpn`, `ppn`, `v`, and the bits of an entry.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::settings::no_read_bit;
use crate::run::table::{Cell, Rows, TableId};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Vpn;
use pagewalk_engine::machine::pte::{BITS, Bit, BitRow, Flags, Pte};

use super::table::{CellIn, CellInput, EntryIn, InvalidEntries, Layout, digits};

/// Returns the permitted columns and rows of the noun's tables. The names `v`, `p`, and `valid` denote the same
/// column, and `sup read write exec` are aliases of `us rw xd`.
pub(crate) fn layout(machine: &Machine, _: usize) -> Layout {
    let names = BITS.iter().flat_map(|row| {
        [row.name]
            .into_iter()
            .chain(row.aliases.iter().copied())
            .chain(row.inverses.iter().copied())
    });
    let columns = ["ppn", "read"]
        .into_iter()
        .chain(names)
        .map(String::from)
        .collect();
    Layout {
        id: TableId::PageTable,
        noun: "page_table".to_owned(),
        key: "vpn",
        keys: machine.spec().pages(),
        columns,
        groups: 1,
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

pub(crate) fn cell(machine: &Machine, _: usize, key: u64, _: usize, column: &str) -> Cell {
    cell_of(machine, entry(machine, key), column, InvalidEntries::Hidden)
}

/// Returns a cell. For a page that is not present, the PPN is shown if it is a location on disk or if `invalid`
/// is `Shown`.
fn cell_of(machine: &Machine, pte: Option<Pte>, column: &str, invalid: InvalidEntries) -> Cell {
    let present = pte.filter(|pte| pte.flags.has(Bit::P));
    let on_disk = || machine.spec().mmu.as_ref()?.pte.disk_location(pte?);
    match (column, BitRow::named(column)) {
        (_, Some((Bit::P, _))) => Cell::bit(present.is_some()),
        ("ppn", _) => {
            let kept = || pte.filter(|pte| invalid == InvalidEntries::Shown && pte.ppn != 0);
            let ppn = present.or_else(kept).map(|pte| pte.ppn).or_else(on_disk);
            Cell::hex(ppn, digits(machine.spec().ppn_bits()))
        }
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
pub(crate) fn put(machine: &mut Machine, _: usize, entry: &EntryIn) -> Result<(), Diagnostic> {
    let vpn: Vpn = machine.vpn(entry.key).map_err(|e| {
        Diagnostic::new(
            Code::ValueTooWide,
            entry.key_span,
            format!("VPN 0x{:X} has more than {} bits", entry.key, e.bits),
        )
    })?;
    let mut pte = Pte {
        ppn: 0,
        flags: Flags::OPEN,
    };
    let (mut valid_input, mut ppn) = (None, None);
    for cell in entry.groups.iter().flatten() {
        match (cell.column.as_str(), cell.input) {
            (_, CellInput::Anything | CellInput::Open) => return Err(cell.nothing_to_set()),
            (_, CellInput::Nothing) => {}
            ("ppn", CellInput::Number(n)) => {
                ppn = Some(machine.ppn(n).map_err(|e| cell.too_wide(e.bits))?.raw());
            }
            ("read", CellInput::Number(_)) => readable(cell)?,
            (column, CellInput::Number(_)) => match BitRow::named(column) {
                Some((Bit::P, _)) => valid_input = Some(cell.bit()?),
                Some((bit, inverse)) => pte.flags = pte.flags.with_bit(bit, cell.bit()? != inverse),
                None => {}
            },
        }
    }
    let valid = valid_input.unwrap_or(ppn.is_some());
    if valid && ppn.is_none() {
        return Err(
            Diagnostic::new(Code::BadTable, entry.key_span, "a valid entry needs a PPN")
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
        aligned(machine, entry, pte)?;
    }
    machine
        // The last level or the one above, because a row does not name a level. `set pte` sets the others.
        .set_page(levels - u32::from(huge), vpn, pte)
        .map_err(|error| {
            Diagnostic::new(Code::BadTable, entry.key_span, error.to_string())
                .label("cannot be set")
                .help("first set the higher-level entries with `set pte LEVEL PA { … }`")
        })
}

/// Checks that a huge page, which is mapped by an entry with PS, begins at a multiple of the page's size.
fn aligned(machine: &Machine, entry: &EntryIn, pte: Pte) -> Result<(), Diagnostic> {
    let last = machine
        .spec()
        .mmu
        .as_ref()
        .and_then(|mmu| mmu.levels.last().copied())
        .unwrap_or(0);
    let low = (1u64 << last) - 1;
    if entry.key & low == 0 && pte.ppn & low == 0 {
        return Ok(());
    }
    let message = format!(
        "with PS, a page spans 2^{last} base pages, so the low {last} bits of VPN and PPN must be 0"
    );
    Err(Diagnostic::new(Code::BadTable, entry.key_span, message)
        .label("not the first base page of a huge page"))
}

/// Checks a `read` cell. The entry has no read bit: every present page is readable.
fn readable(cell: &CellIn) -> Result<(), Diagnostic> {
    if cell.bit()? {
        Ok(())
    } else {
        Err(no_read_bit(cell.span))
    }
}

/// Returns the mapped entries in the textbook's format. A bit has a column if it differs from the default in
/// some entry.
pub(crate) fn view(machine: &Machine, _: usize, invalid: InvalidEntries) -> Rows {
    let rows: Vec<(Vpn, Pte)> = machine
        .page_table()
        .mappings
        .iter()
        .map(|m| (m.vpn, m.pte))
        .collect();
    let ordinary = Flags::OPEN;
    let unusual = |bit: &Bit| {
        rows.iter()
            .any(|(_, pte)| pte.flags.has(Bit::P) && pte.flags.has(*bit) != ordinary.has(*bit))
    };
    let bits = BITS
        .iter()
        .map(|row| row.bit)
        .filter(|bit| *bit != Bit::P && unusual(bit))
        .map(|bit| bit.row().name);
    let columns: Vec<String> = ["ppn", "v"]
        .into_iter()
        .chain(bits)
        .map(String::from)
        .collect();
    let vpn_digits = digits(machine.spec().vpn_bits());
    let row = |(vpn, pte): &(Vpn, Pte)| {
        let cells = columns
            .iter()
            .map(|column| cell_of(machine, Some(*pte), column, invalid));
        std::iter::once(Cell::Hex(vpn.raw(), vpn_digits))
            .chain(cells)
            .collect()
    };
    let rows = rows.iter().map(row).collect();
    let head = std::iter::once("vpn".to_owned())
        .chain(columns.iter().cloned())
        .collect();
    Rows {
        id: TableId::PageTable,
        title: "page_table".to_owned(),
        groups: vec![head],
        rows,
    }
}
