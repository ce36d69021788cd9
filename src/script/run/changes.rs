//! Differences between two states of a session: tables of the rows that differ, with both values of each cell.

use crate::lang::value::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::BitRow;

use super::nouns::{SHOWN_NOUNS, ShownNoun, TABLE_NOUNS, THING_NOUNS, TableNoun, Views};
use super::record::View;
use super::state::State;
use super::table::{Cell, InvalidEntries, Rows, TableId};

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
    pub(crate) rows: Vec<ChangedRow>,
}

/// A row that changed, or a changed way of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChangedRow {
    pub(crate) key: Cell,
    pub(crate) way: usize,
    /// Both values of each cell: before and after.
    pub(crate) cells: Vec<(Cell, Cell)>,
}

/// The changes between two states.
#[derive(Debug, Clone, PartialEq)]
pub enum Changes {
    /// The script declared a different machine, so nothing can be compared.
    Machine,
    /// The tables that changed, possibly none.
    Tables(Vec<Changed>),
}

/// The hardware of a state, with the kernel if one runs.
type Hardware<'s> = (&'s Machine, Option<&'s Kernel>);

/// Returns the differences between two states.
pub fn changes(before: &State, after: &State) -> Changes {
    let columns = ["name", "value"].map(str::to_owned);
    let mut tables = vec![lists(
        "variables".to_owned(),
        &columns,
        [before, after].map(variables),
    )];
    match (before.hardware(), after.hardware()) {
        (Some(old), Some(new)) if old.spec() == new.spec() => {
            let (old, new) = ((old, before.kernel()), (new, after.kernel()));
            tables.extend(TABLE_NOUNS.iter().flat_map(|noun| table(noun, old, new)));
            tables.extend(SHOWN_NOUNS.iter().filter_map(|noun| shown(noun, old, new)));
            tables.extend(new.1.into_iter().flat_map(|kernel| things(old.1, kernel)));
        }
        (None, None) => {}
        _ => return Changes::Machine,
    }
    tables.retain(|table| !table.rows.is_empty());
    Changes::Tables(tables)
}

fn variables(state: &State) -> Vec<Vec<Cell>> {
    let row = |(name, value): (&str, &Value)| vec![Cell::text(name), Cell::text(value.quoted())];
    state.variables().into_iter().map(row).collect()
}

/// Returns a noun's tables: one for each TLB or cache, or one for each process.
fn table(noun: &TableNoun, (old, was): Hardware, (new, is): Hardware) -> Vec<Changed> {
    let spec = new.spec();
    let levels = |count: usize| {
        let levels = (0..count).map(|level| rows_of(noun, level, old, new));
        levels.collect()
    };
    let running = is.filter(|kernel| kernel.processes().next().is_some());
    match (noun.name, running) {
        ("tlb", _) => levels(spec.tlbs.len()),
        ("cache", _) => levels(spec.caches.len()),
        ("page_table", _) if spec.mmu.is_none() => Vec::new(),
        ("page_table", Some(is)) => {
            let of = |process: &Process| {
                let old = was.and_then(|was| Some(was.machine_of(was.process(process.pid)?.pid)));
                let old = old.unwrap_or_else(|| Machine::new(spec.clone()));
                let mut changed = rows_of(noun, 0, &old, &is.machine_of(process.pid));
                changed.title = format!("{}.{}", process.name, changed.title);
                changed
            };
            is.processes().map(of).collect()
        }
        ("memory", _) if old.memory_known().len().max(new.memory_known().len()) > RUNS => {
            Vec::new()
        }
        _ => levels(1),
    }
}

/// Returns the rows that differ between two machines in a noun's table.
fn rows_of(noun: &TableNoun, level: usize, old: &Machine, new: &Machine) -> Changed {
    let layout = (noun.layout)(new, level);
    let columns = noun.every_column(new, level);
    let row = if layout.id == TableId::Memory { ROW } else { 1 };
    let present = |machine| (noun.present)(machine, level);
    let keys = present(old).into_iter().chain(present(new));
    let keys: BTreeSet<u64> = keys.map(|key| key - key % row).collect();
    let row = |machine, key| {
        noun.row((machine, level), &layout, key, &columns, |_| {
            InvalidEntries::Hidden
        })
    };
    let pairs = keys
        .into_iter()
        .map(|key| [old, new].map(|machine| row(machine, key)));
    let rows = differences(&columns, pairs);
    Changed {
        rows,
        title: layout.noun,
        key: layout.key.to_owned(),
        ways: layout.ways > 1,
        columns,
    }
}

/// Returns the rows that differ, given both states of each row. The first cell identifies the row, and the others repeat the
/// columns for each way.
fn differences(columns: &[String], pairs: impl Iterator<Item = [Vec<Cell>; 2]>) -> Vec<ChangedRow> {
    let mut rows = Vec::new();
    for [old, new] in pairs {
        let mut keys = [&old, &new].into_iter().filter_map(|row| row.first());
        let Some(key) = keys.find(|key| **key != Cell::Nothing) else {
            continue;
        };
        let ways = old[1..]
            .chunks(columns.len())
            .zip(new[1..].chunks(columns.len()));
        for (way, (old, new)) in ways.enumerate() {
            let pairs = columns.iter().zip(old.iter().zip(new));
            let cells: Vec<_> = pairs
                .map(|(name, (old, new))| both(name, old, new))
                .collect();
            if cells.iter().any(|(old, new)| old != new) {
                let key = key.clone();
                rows.push(ChangedRow { key, way, cells });
            }
        }
    }
    rows
}

/// Returns both values of a cell. If an entry appears or disappears, its bits are not listed.
fn both(column: &str, old: &Cell, new: &Cell) -> (Cell, Cell) {
    let flag = column == "d" || column != "v" && BitRow::named(column).is_some();
    match (flag, old, new) {
        (true, Cell::Nothing, _) => (new.clone(), new.clone()),
        (true, _, Cell::Nothing) => (old.clone(), old.clone()),
        _ => (old.clone(), new.clone()),
    }
}

/// Returns the changes to the counters or to a list of the kernel.
fn shown(noun: &ShownNoun, old: Hardware, new: Hardware) -> Option<Changed> {
    let rows = |(machine, kernel): Hardware| -> Option<Rows> {
        let views = match noun.views {
            Views::Machine(views) if noun.name == "stats" => views(machine),
            Views::Kernel(views) => views(kernel?),
            _ => return None,
        };
        views.into_iter().find_map(|view| match view {
            View::Table(table) => Some(table),
            _ => None,
        })
    };
    let new = rows(new)?;
    let old = rows(old).map_or_else(Vec::new, |old| old.rows);
    Some(lists(new.title, &new.groups.concat(), [old, new.rows]))
}

/// Returns the changes to the lists of kernel objects.
fn things(was: Option<&Kernel>, is: &Kernel) -> Vec<Changed> {
    let mut changed = Vec::new();
    for noun in THING_NOUNS {
        // The column that identifies a row comes first.
        let at = noun
            .columns
            .iter()
            .position(|column| column.name == noun.key);
        let at = at.unwrap_or(0);
        let columns = noun.columns.iter().map(|column| column.name.to_owned());
        let columns: Vec<String> = turned(columns.collect(), at);
        let rows = |kernel: &Kernel, process: Option<&Process>| {
            let rows = (noun.rows)(kernel, process, None).into_iter();
            rows.map(|row| turned(row.cells, at)).collect()
        };
        let mut compare = |title: String, process: Option<&Process>| {
            let before = was.map_or_else(Vec::new, |was| {
                rows(was, process.and_then(|process| was.process(process.pid)))
            });
            changed.push(lists(title, &columns, [before, rows(is, process)]));
        };
        if noun.of_process {
            for process in is.processes() {
                compare(format!("{}.{}", process.name, noun.name), Some(process));
            }
        } else {
            compare(noun.name.to_owned(), None);
        }
    }
    changed
}

/// Returns a row that begins with its identifying cell.
fn turned<T>(mut row: Vec<T>, key: usize) -> Vec<T> {
    row[..=key].rotate_right(1);
    row
}

/// Returns the rows that differ in a list before and after. The first cell identifies each row. The comparison matches rows
/// with the same first cell by their order.
fn lists(title: String, columns: &[String], lists: [Vec<Vec<Cell>>; 2]) -> Changed {
    let mut pairs: BTreeMap<_, [Vec<Cell>; 2]> = BTreeMap::new();
    for (at, list) in lists.into_iter().enumerate() {
        let mut seen: HashMap<_, usize> = HashMap::new();
        for row in list {
            let Some(first) = row.first() else { continue };
            let name = (first.number().unwrap_or(0), first.to_string());
            let again = seen.entry(name.clone()).or_default();
            *again += 1;
            let nothing = vec![Cell::Nothing; row.len()];
            let pair = pairs.entry((name, *again));
            pair.or_insert_with(|| [nothing.clone(), nothing])[at] = row;
        }
    }
    let (key, columns) = columns
        .split_first()
        .map_or((String::new(), &[][..]), |(key, rest)| (key.clone(), rest));
    Changed {
        rows: differences(columns, pairs.into_values()),
        title,
        key,
        ways: false,
        columns: columns.to_vec(),
    }
}
