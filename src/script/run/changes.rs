//! Differences between two states of a session: tables of the rows that differ, with both values of each cell.

use std::collections::BTreeSet;

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::BitRow;

use super::nouns::{TABLE_NOUNS, THING_NOUNS, TableNoun, ThingNoun, ThingRef, processes, stats};
use super::state::State;
use super::table::{self, Cell, InvalidEntries, RowChange, Rows, TableId};
use crate::lang::value::Value;

/// Maximum number of runs of known bytes. If the memory has more runs, the comparison skips it.
const RUNS: usize = 1 << 14;

/// Number of bytes in a row of memory.
const ROW: u64 = 16;

/// A table of rows that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// Title of the table: `tlb`, `P1.maps`.
    pub(crate) title: String,
    /// Column that identifies a row.
    pub(crate) key: String,
    /// Whether the rows have several groups (ways).
    pub(crate) ways: bool,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<RowChange>,
}

/// The changes between two states.
#[derive(Debug, Clone, PartialEq)]
pub enum Changes {
    /// The script declared a different machine, so nothing can be compared.
    Machine,
    /// The tables that changed, possibly none.
    Tables(Vec<Changed>),
}

/// Returns the differences between two states.
pub fn changes(before: &State, after: &State) -> Changes {
    let (old, new) = (before.hardware(), after.hardware());
    let mut tables = vec![changed(Some(variables(before)), variables(after))];
    match (old, new) {
        (Some(old), Some(new)) if old.spec() == new.spec() => {
            let kernels = (before.kernel(), after.kernel());
            for noun in TABLE_NOUNS {
                tables.extend(table(noun, old, new, kernels));
            }
            tables.push(changed(Some(stats(old)), stats(new)));
            tables.extend(things(kernels));
        }
        (None, None) => {}
        _ => return Changes::Machine,
    }
    tables.retain(|table| !table.rows.is_empty());
    Changes::Tables(tables)
}

/// Returns the variables and their values.
fn variables(state: &State) -> Rows {
    let row = |(name, value): (&str, &Value)| vec![Cell::text(name), Cell::text(value.quoted())];
    Rows {
        id: TableId::Variables,
        title: "variables".to_owned(),
        groups: vec![vec!["name".to_owned(), "value".to_owned()]],
        rows: state.variables().into_iter().map(row).collect(),
        marks: None,
    }
}

/// Returns a noun's tables: one for each TLB or cache, or one for each process.
fn table(
    noun: &'static TableNoun,
    old: &Machine,
    new: &Machine,
    (was, is): (Option<&Kernel>, Option<&Kernel>),
) -> Vec<Changed> {
    let spec = new.spec();
    match noun.name {
        "tlb" => (0..spec.tlbs.len())
            .map(|level| rows_of(noun, level, old, new))
            .collect(),
        "cache" => (0..spec.caches.len())
            .map(|level| rows_of(noun, level, old, new))
            .collect(),
        "page_table" if spec.mmu.is_none() => Vec::new(),
        "page_table" => {
            let Some(is) = is.filter(|kernel| kernel.processes().next().is_some()) else {
                return vec![rows_of(noun, 0, old, new)];
            };
            let of = |process: &Process| {
                let old = was.and_then(|was| Some(was.machine_of(was.process(process.pid)?.pid)));
                let empty = Machine::new(spec.clone());
                let mut changed =
                    rows_of(noun, 0, &old.unwrap_or(empty), &is.machine_of(process.pid));
                changed.title = format!("{}.{}", process.name, changed.title);
                changed
            };
            is.processes().map(of).collect()
        }
        _ if old.memory_known().len().max(new.memory_known().len()) > RUNS => Vec::new(),
        _ => vec![rows_of(noun, 0, old, new)],
    }
}

/// Whether the table of a noun has other rows on another machine, of a TLB or cache at this level.
pub(crate) fn differs((noun, level): (&'static str, usize), old: &Machine, new: &Machine) -> bool {
    let levels = |machine: &Machine| match noun {
        "tlb" => machine.spec().tlbs.len(),
        "cache" => machine.spec().caches.len(),
        _ => usize::from(machine.spec().mmu.is_some()),
    };
    let Some(noun) = TableNoun::named(noun).filter(|_| level < levels(old).min(levels(new))) else {
        return true;
    };
    let shape = |machine| {
        let layout = (noun.layout)(machine, level);
        (layout.keys, layout.ways, layout.columns)
    };
    shape(old) != shape(new) || !rows_of(noun, level, old, new).rows.is_empty()
}

/// Returns the rows that differ between two machines in a noun's table.
fn rows_of(noun: &TableNoun, level: usize, old: &Machine, new: &Machine) -> Changed {
    let columns = noun.every_column(new, level);
    let keys: BTreeSet<u64> = [old, new]
        .iter()
        .flat_map(|machine| (noun.present)(machine, level))
        .map(|key| match noun.name {
            "memory" => key - key % ROW,
            _ => key,
        })
        .collect();
    let keys: Vec<u64> = keys.into_iter().collect();
    let table = |machine| {
        noun.table((machine, level), &keys, &columns, |_| {
            InvalidEntries::Hidden
        })
    };
    let mut changed = changed(Some(table(old)), table(new));
    for row in &mut changed.rows {
        for (column, cells) in columns.iter().zip(&mut row.cells) {
            let (old, new) = std::mem::replace(cells, (Cell::Nothing, Cell::Nothing));
            *cells = both(column, old, new);
        }
    }
    let differs = |row: &RowChange| row.cells.iter().any(|(old, new)| old != new);
    changed.rows.retain(differs);
    changed
}

/// Returns both values of a cell. If an entry appears or disappears, its bits are not listed.
fn both(column: &str, old: Cell, new: Cell) -> (Cell, Cell) {
    let flag = column == "d" || column != "v" && BitRow::named(column).is_some();
    match (flag, &old, &new) {
        (true, Cell::Nothing, _) => (new.clone(), new),
        (true, _, Cell::Nothing) => (old.clone(), old),
        _ => (old, new),
    }
}

/// Changes to the kernel's state: its processes, and the objects in every kernel list.
fn things((was, is): (Option<&Kernel>, Option<&Kernel>)) -> Vec<Changed> {
    let Some(is) = is else { return Vec::new() };
    let mut changes = vec![changed(was.map(processes), processes(is))];
    let constant = |noun: &&ThingNoun| noun.id == TableId::KernelMaps;
    for noun in THING_NOUNS.iter().filter(|noun| !constant(noun)) {
        let processes = is.processes().map(|process| Some(process.pid));
        let of: Vec<Option<Pid>> = if noun.of_process {
            processes.collect()
        } else {
            vec![None]
        };
        for pid in of {
            let things = ThingRef { noun, pid };
            changes.push(changed(was.map(|was| things.table(was)), things.table(is)));
        }
    }
    changes
}

/// Returns the rows that differ in a table. Without a table before, all rows are new.
fn changed(before: Option<Rows>, after: Rows) -> Changed {
    let before = before.unwrap_or_else(|| Rows {
        rows: Vec::new(),
        ..after.clone()
    });
    let rows = table::changes(&before, &after);
    let ways = after.groups.len() > 2;
    // The ways of a set have the same columns.
    let mut columns: Vec<String> = after.groups.iter().take(2).flatten().cloned().collect();
    let key = columns.remove(after.key());
    Changed {
        title: after.title,
        key,
        ways,
        columns,
        rows,
    }
}
