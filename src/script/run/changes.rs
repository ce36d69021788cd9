//! Differences between two states of a session: tables of the rows that differ, with both values of each cell.

use crate::run::table::{Cell, Rows};
use std::collections::{BTreeMap, BTreeSet};

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::{Bit, BitRow};

use super::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS, TableNoun, Views};
use super::record::View;
use super::state::{Binding, State};

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

/// Returns the differences between two states.
pub fn changes(before: &State, after: &State) -> Changes {
    let (old, new) = (before.hardware(), after.hardware());
    let mut tables: Vec<Changed> = variables(before, after).into_iter().collect();
    match (old, new) {
        (Some(old), Some(new)) if old.spec() == new.spec() => {
            let kernels = (before.kernel(), after.kernel());
            for noun in TABLE_NOUNS {
                tables.extend(table(noun, old, new, kernels));
            }
            tables.extend(stats(old, new));
            tables.extend(things(kernels));
        }
        (None, None) => {}
        _ => return Changes::Machine,
    }
    tables.retain(|table| !table.rows.is_empty());
    Changes::Tables(tables)
}

/// Returns the variables whose values differ.
fn variables(before: &State, after: &State) -> Option<Changed> {
    let values = |state: &State| -> BTreeMap<String, String> {
        let known = state
            .bindings()
            .filter_map(|(name, binding)| match binding {
                Binding::Value(value) => Some((name.to_owned(), value.quoted())),
                Binding::Unknowable | Binding::Def(_) => None,
            });
        known.collect()
    };
    let (old, new) = (values(before), values(after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let value = |values: &BTreeMap<String, String>, name: &String| {
        values
            .get(name)
            .map_or(Cell::Nothing, |value| Cell::text(value.as_str()))
    };
    let rows = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| ChangedRow {
            key: Cell::text(name.as_str()),
            way: 0,
            cells: vec![(value(&old, name), value(&new, name))],
        });
    Some(Changed {
        title: "variables".to_owned(),
        key: "name".to_owned(),
        ways: false,
        columns: vec!["value".to_owned()],
        rows: rows.collect(),
    })
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

/// Returns the rows that differ between two machines in a noun's table.
fn rows_of(noun: &TableNoun, level: usize, old: &Machine, new: &Machine) -> Changed {
    let layout = (noun.layout)(new, level);
    let wide = noun.name == "memory";
    let columns: Vec<String> = layout
        .columns
        .iter()
        .filter(|name| canonical(name))
        .cloned()
        .collect();
    let columns = if wide {
        columns.into_iter().take(ROW as usize).collect()
    } else {
        columns
    };
    let present = |machine| (noun.present)(machine, level);
    let keys = present(old).into_iter().chain(present(new));
    let keys: BTreeSet<u64> = keys
        .map(|key| if wide { key - key % ROW } else { key })
        .collect();
    let digits = (u128::BITS - (layout.keys - 1).leading_zeros())
        .div_ceil(4)
        .max(1);
    let mut rows = Vec::new();
    for key in keys {
        for way in 0..layout.groups as usize {
            let cell = |machine, column: &String| (noun.cell)(machine, level, key, way, column);
            let cells: Vec<_> = columns
                .iter()
                .map(|name| both(name, cell(old, name), cell(new, name)))
                .collect();
            if cells.iter().any(|(old, new)| old != new) {
                rows.push(ChangedRow {
                    key: Cell::Hex(key, digits),
                    way,
                    cells,
                });
            }
        }
    }
    Changed {
        title: layout.noun,
        key: layout.key.to_owned(),
        ways: layout.groups > 1,
        columns,
        rows,
    }
}

/// Whether a column's name is canonical, not an alias. For the P bit, the canonical name is `v`, because TLBs
/// and caches also use `v`.
fn canonical(column: &str) -> bool {
    match BitRow::named(column) {
        _ if column == "read" => false,
        Some((Bit::P, _)) => column == "v",
        Some((bit, inverse)) => !inverse && bit.row().name == column,
        None => true,
    }
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

fn stats(old: &Machine, new: &Machine) -> Vec<Changed> {
    let table = |machine: &Machine| -> Option<Rows> {
        SHOWN_NOUNS
            .iter()
            .filter(|noun| noun.name == "stats")
            .find_map(|noun| match noun.views {
                Views::Machine(views) => views(machine).into_iter().find_map(as_table),
                _ => None,
            })
    };
    let (Some(old), Some(new)) = (table(old), table(new)) else {
        return Vec::new();
    };
    vec![lists(new.title, &new.groups.concat(), old.rows, new.rows)]
}

fn as_table(view: View) -> Option<Rows> {
    match view {
        View::Table(table) => Some(table),
        _ => None,
    }
}

/// Changes to the kernel's state: its processes, and the objects in every kernel list.
fn things((was, is): (Option<&Kernel>, Option<&Kernel>)) -> Vec<Changed> {
    let Some(is) = is else { return Vec::new() };
    let views = SHOWN_NOUNS.iter().filter_map(|noun| match noun.views {
        Views::Kernel(views) => Some(views),
        _ => None,
    });
    let mut changed = Vec::new();
    for view in views {
        let table = |kernel| view(kernel).into_iter().find_map(as_table);
        let Some(new) = table(is) else { continue };
        let old = was.and_then(table).map_or_else(Vec::new, |old| old.rows);
        changed.push(lists(new.title, &new.groups.concat(), old, new.rows));
    }
    for noun in THING_NOUNS {
        let columns: Vec<String> = noun
            .columns
            .iter()
            .map(|column| column.name.to_owned())
            .collect();
        // The column that identifies a row comes first.
        let key = columns
            .iter()
            .position(|column| column == noun.key)
            .unwrap_or(0);
        let rows = |kernel: Option<&Kernel>, pid: Option<Pid>| -> Vec<Vec<Cell>> {
            let Some(kernel) = kernel else {
                return Vec::new();
            };
            let process = pid.and_then(|pid| kernel.process(pid));
            let rows = (noun.rows)(kernel, process, None).into_iter();
            rows.map(|row| turned(row.cells, key)).collect()
        };
        let columns = turned(columns, key);
        if noun.of_process {
            for process in is.processes() {
                let pid = Some(process.pid);
                let title = format!("{}.{}", process.name, noun.name);
                changed.push(lists(title, &columns, rows(was, pid), rows(Some(is), pid)));
            }
        } else {
            changed.push(lists(
                noun.name.to_owned(),
                &columns,
                rows(was, None),
                rows(Some(is), None),
            ));
        }
    }
    changed
}

/// Returns a row that begins with its identifying cell.
fn turned<T>(mut row: Vec<T>, key: usize) -> Vec<T> {
    if key < row.len() {
        row[..=key].rotate_right(1);
    }
    row
}

/// The rows that differ in a list. The first cell identifies each row. The comparison matches rows with the
/// same first cell by their order.
fn lists(title: String, columns: &[String], old: Vec<Vec<Cell>>, new: Vec<Vec<Cell>>) -> Changed {
    let named = |rows: Vec<Vec<Cell>>| -> BTreeMap<(u64, String, usize), Vec<Cell>> {
        let mut named = BTreeMap::new();
        for row in rows {
            let Some(first) = row.first() else { continue };
            let name = (first.number().unwrap_or(0), first.to_string());
            let seen = (name.0, name.1.clone(), 0)..=(name.0, name.1.clone(), usize::MAX);
            let again = named.range(seen).count();
            named.insert((name.0, name.1, again), row);
        }
        named
    };
    let (mut old, new) = (named(old), named(new));
    let missing = |row: &[Cell]| vec![Cell::Nothing; row.len()];
    let mut pairs: BTreeMap<_, (Vec<Cell>, Vec<Cell>)> = BTreeMap::new();
    for (name, row) in new {
        let before = old.remove(&name).unwrap_or_else(|| missing(&row));
        pairs.insert(name, (before, row));
    }
    for (name, row) in old {
        let after = missing(&row);
        pairs.insert(name, (row, after));
    }
    let rows = pairs
        .into_values()
        .filter(|(before, after)| before != after)
        .filter_map(|(before, after)| {
            let key = [&before, &after]
                .iter()
                .filter_map(|row| row.first())
                .find(|key| **key != Cell::Nothing)?;
            let key = (*key).clone();
            let cells = before.into_iter().zip(after).skip(1).collect();
            Some(ChangedRow { key, way: 0, cells })
        });
    let (key, columns) = columns
        .split_first()
        .map_or((String::new(), &[][..]), |(key, rest)| (key.clone(), rest));
    Changed {
        title,
        key,
        ways: false,
        columns: columns.to_vec(),
        rows: rows.collect(),
    }
}
