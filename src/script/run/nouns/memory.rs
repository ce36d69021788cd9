//! The `memory` noun: main memory below the caches, with the columns `pa`, `b0`, `b1`, and so on.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::table::{Cell, InvalidEntries, Layout, TableId, WrittenCell, WrittenRow};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Pa;

/// Maximum number of bytes in a row.
pub(crate) const ROW: u64 = 64;

/// Number of bytes in a row of output.
const SHOWN: u64 = 16;

/// Returns the permitted columns and rows of the noun's tables.
pub(crate) fn layout(machine: &Machine, _: usize) -> Layout {
    let columns = (0..ROW).map(|n| format!("b{n}")).collect();
    Layout {
        id: TableId::Memory,
        noun: "memory".to_owned(),
        key: "pa",
        keys: 1 << machine.spec().physical_bits,
        columns,
        ways: 1,
    }
}

fn byte(machine: &Machine, pa: u64, at: u64) -> Option<u8> {
    machine.memory_byte(machine.pa(pa.checked_add(at)?).ok()?)
}

/// Whether the current core has a byte in a cache, where it may be newer than in memory.
pub(crate) fn is_cached(machine: &Machine, cell: &WrittenCell, row: u64) -> bool {
    let at = row.checked_add(byte_offset(&cell.column));
    let address = at.and_then(|at| Some((machine.va(at).ok()?, machine.pa(at).ok()?)));
    let Some((va, pa)) = address else {
        return false;
    };
    let levels = machine.spec().caches.iter().enumerate();
    levels.into_iter().any(|(level, cache)| {
        let offset = pa.raw() % (1 << cache.block_bits);
        let block = machine.cached_block(level, va, pa, true);
        let byte = block.and_then(|(_, bytes)| *bytes.get(offset as usize)?);
        byte.is_some() && byte.map(u64::from) == cell.number()
    })
}

/// Returns the addresses of the known bytes.
pub(crate) fn present(machine: &Machine, _: usize) -> Vec<u64> {
    let known = |pa: &u64| byte(machine, *pa, 0).is_some();
    let runs = machine.memory_known().into_iter().map(Pa::raw);
    runs.flat_map(|run| (0..ROW).map(move |at| run + at))
        .filter(known)
        .collect()
}

/// Whether a row contains the byte at an address.
pub(crate) fn lists(row: &WrittenRow, pa: u64) -> bool {
    let wanted = pa.checked_sub(row.key()).filter(|at| *at < ROW);
    let wanted = wanted.map(|at| format!("b{at}"));
    wanted.is_some_and(|wanted| row.cells.iter().any(|cell| cell.column == wanted))
}

/// Returns the offset of a column's byte from the row's address.
fn byte_offset(column: &str) -> u64 {
    column
        .strip_prefix('b')
        .and_then(|n| n.parse().ok())
        .unwrap_or(0)
}

/// Every row of memory is valid.
pub(crate) fn valid(_: &Machine, _: usize, _: u64, _: usize) -> bool {
    true
}

pub(crate) fn cell(
    machine: &Machine,
    _: usize,
    key: u64,
    _: usize,
    column: &str,
    _: InvalidEntries,
) -> Cell {
    Cell::hex(byte(machine, key, byte_offset(column)).map(u64::from), 2)
}

/// Sets the bytes of a row. The cell `-` makes a byte unknown.
///
/// # Errors
/// Returns `value-too-wide`.
pub(crate) fn put(machine: &mut Machine, _: usize, row: &WrittenRow) -> Result<(), Diagnostic> {
    for cell in row.cells.iter().skip(1) {
        let at = byte_offset(&cell.column);
        let byte = cell.to_set()?.map(u8::try_from).transpose();
        let byte = byte.map_err(|_| cell.too_wide(8))?;
        let pa = row.key().checked_add(at).and_then(|pa| machine.pa(pa).ok());
        let pa = pa.ok_or_else(|| beyond(cell, row.key()))?;
        machine.set_memory_byte(pa, byte);
    }
    Ok(())
}

/// Reports that a row has a byte beyond the last address.
fn beyond(cell: &WrittenCell, pa: u64) -> Diagnostic {
    let message = format!(
        "{} of the row at 0x{pa:X} is outside the physical address space",
        cell.column
    );
    Diagnostic::new(Code::AddressTooWide, cell.span, message)
        .help("write `-`, or omit the cells after the last address")
}

/// Returns the first address of each row that contains a known byte.
pub(crate) fn keys(machine: &Machine, _: usize) -> Vec<u64> {
    let runs = machine.memory_known();
    let rows = runs
        .into_iter()
        .map(Pa::raw)
        .flat_map(|run| (0..ROW / SHOWN).map(move |n| run + n * SHOWN));
    rows.filter(|&pa| (0..SHOWN).any(|at| byte(machine, pa, at).is_some()))
        .collect()
}

/// Returns the columns that `show` prints.
pub(crate) fn shown(_: &Machine, _: usize) -> Vec<String> {
    (0..SHOWN).map(|n| format!("b{n}")).collect()
}
