//! Results as tables, whose columns have declared types.

use std::collections::HashMap;
use std::sync::Arc;

use super::facts::{Cell, ColumnType, typed_facts};
use crate::lang::source::Sources;
use crate::run::facts::ACCESS_FACTS;
use crate::run::record::StepRecord;
use crate::traces::reports::{self, Replayed};
use crate::traces::sweep_reports::{self, Column, SweepCell, SweepColumnKind, Swept};
use pagewalk_engine::trace::sweep::grid::Grid;

/// A table. All columns have the same number of cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The columns in order.
    pub columns: Vec<TableColumn>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// The name.
    pub name: String,
    /// The type of the cells.
    pub kind: ColumnType,
    /// The cells. A cell that is not of the column's type is missing in the table.
    pub cells: Vec<Cell>,
}

impl Table {
    /// Creates a table without rows.
    pub fn new<'n>(columns: impl IntoIterator<Item = (&'n str, ColumnType)>) -> Self {
        let column = |(name, kind): (&str, _)| TableColumn {
            name: name.to_owned(),
            kind,
            cells: Vec::new(),
        };
        Self {
            columns: columns.into_iter().map(column).collect(),
        }
    }

    /// Adds a row with one cell per column.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.cells.push(cell);
        }
    }

    /// Adds the rows of another table. A column of only one of the tables has missing cells in the rows of the other.
    pub fn append(&mut self, other: Self) {
        let (before, added) = (self.len(), other.len());
        for mut column in other.columns {
            if let Some(own) = self.columns.iter_mut().find(|own| own.name == column.name) {
                own.cells.append(&mut column.cells);
            } else {
                column.cells.splice(0..0, vec![Cell::Missing; before]);
                self.columns.push(column);
            }
        }
        for own in &mut self.columns {
            own.cells.resize(before + added, Cell::Missing);
        }
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Returns a table with one row per step and one column per fact. The columns before the facts are `step` (from 1),
/// `file`, `line` and `column` (from 1), `statement`, `scenario`, and `process`.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pagewalk_script::api::tables::step_table;
/// use pagewalk_script::api::{CheckedScript, Options, Recording};
///
/// let script = CheckedScript::from_text("read.pw", "machine simple\nread 0x3D4 => fault page\n", &mut ());
/// let run = Recording::new(&script, Options::default(), &AtomicBool::new(false));
/// let table = step_table(&run.records, &script.sources);
/// assert_eq!(table.len(), 2);
/// assert!(table.columns.iter().any(|column| column.name == "vpn"));
/// ```
pub fn step_table(records: &[StepRecord], sources: &Sources) -> Table {
    let mut table = Table::new([
        ("step", ColumnType::Unsigned),
        ("file", ColumnType::Text),
        ("line", ColumnType::Unsigned),
        ("column", ColumnType::Unsigned),
        ("statement", ColumnType::Text),
        ("scenario", ColumnType::Text),
        ("process", ColumnType::Text),
    ]);
    let fixed = table.columns.len();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (row, record) in records.iter().enumerate() {
        let place = sources.location(record.span);
        let number = |n: Option<usize>| n.map_or(Cell::Missing, |n| Cell::Unsigned(n as u64));
        let text = |text: Option<&str>| text.map_or(Cell::Missing, |text| Cell::Text(text.into()));
        let shared =
            |text: Option<&Arc<str>>| text.map_or(Cell::Missing, |text| Cell::Text(text.clone()));
        table.push([
            Cell::Unsigned(row as u64 + 1),
            text(place.as_ref().map(|(file, _)| *file)),
            number(place.as_ref().map(|(_, place)| place.line)),
            number(place.as_ref().map(|(_, place)| place.column)),
            text(Some(sources.text(record.span))),
            shared(record.scenario.as_ref()),
            text(record.process_name()),
        ]);
        for column in &mut table.columns[fixed..] {
            column.cells.push(Cell::Missing);
        }
        for fact in typed_facts(&record.did) {
            let at = *places
                .entry(column_name(fact.name, fact.column))
                .or_insert_with_key(|name| {
                    let cells = vec![Cell::Missing; row + 1];
                    table.columns.push(TableColumn {
                        name: name.clone(),
                        kind: fact.column,
                        cells,
                    });
                    table.columns.len() - 1
                });
            table.columns[at].cells[row] = fact.value;
        }
    }
    table
}

/// Returns the name of a fact's column. A replay counts some events that are `yes` or `no` for an access, such as
/// `swapped-out`. Columns have one type, so the column of the count is `replay.swapped-out`.
fn column_name(name: String, kind: ColumnType) -> String {
    let other = ACCESS_FACTS
        .iter()
        .any(|row| row.name == name && row.kind.column() != kind);
    if other {
        format!("replay.{name}")
    } else {
        name
    }
}

/// Returns a replay with the columns of its CSV.
pub fn replay_table(replayed: &Replayed) -> Table {
    let words = reports::HEADER.trim_end().split(',');
    let columns = words.enumerate().map(|(at, name)| {
        (
            name,
            if at < reports::WORDS {
                ColumnType::Text
            } else {
                ColumnType::Unsigned
            },
        )
    });
    let mut table = Table::new(columns);
    for (words, numbers) in reports::table_rows(replayed) {
        let words = words.map(|word| Cell::Text(word.into()));
        table.push(
            words
                .into_iter()
                .chain(numbers.map(|n| n.map_or(Cell::Missing, Cell::Unsigned))),
        );
    }
    table
}

/// Returns a sweep with the columns of its CSV.
pub fn sweep_table(swept: &Swept) -> Table {
    let rows = sweep_reports::rows(swept);
    let mut table = sweep_columns(&rows.columns);
    for row in rows.rows {
        table.push(row.into_iter().map(|cell| match cell {
            SweepCell::Nothing => Cell::Missing,
            SweepCell::Number(n) => Cell::Unsigned(n),
            SweepCell::Rate(part, whole) => Cell::Float(part as f64 / whole as f64),
            SweepCell::Word(word) => Cell::Text(word.into()),
        }));
    }
    table
}

/// Returns the table of a sweep from its CSV. A cell that is empty, or not of its column's type, is missing.
pub fn sweep_table_of_csv(grid: &Grid, text: &str) -> Table {
    let mut table = sweep_columns(&sweep_reports::columns(grid));
    for row in csv::Reader::from_reader(text.as_bytes())
        .records()
        .flatten()
    {
        for (column, text) in table.columns.iter_mut().zip(&row) {
            let cell = match column.kind {
                ColumnType::Unsigned => text.parse().ok().map(Cell::Unsigned),
                ColumnType::Float => text.parse().ok().map(Cell::Float),
                _ => (!text.is_empty()).then(|| Cell::Text(text.into())),
            };
            column.cells.push(cell.unwrap_or(Cell::Missing));
        }
    }
    table
}

fn sweep_columns(columns: &[Column]) -> Table {
    Table::new(
        columns
            .iter()
            .map(|column| (&*column.name, column_type(column.kind))),
    )
}

fn column_type(kind: SweepColumnKind) -> ColumnType {
    match kind {
        SweepColumnKind::Number | SweepColumnKind::Bytes => ColumnType::Unsigned,
        SweepColumnKind::Rate => ColumnType::Float,
        SweepColumnKind::Word => ColumnType::Text,
    }
}
