//! Runs as tables, whose columns have declared types.

use std::collections::HashMap;
use std::sync::Arc;

use super::facts::typed_facts;
use crate::lang::source::Sources;
use crate::run::facts::ACCESS_FACTS;
use crate::run::record::StepRecord;
use crate::run::table::{ColumnType, TypedCell, TypedColumn, TypedTable};

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
pub fn step_table(records: &[StepRecord], sources: &Sources) -> TypedTable {
    let mut table = TypedTable::new([
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
        let number = |n: Option<usize>| TypedCell::from(n.map(|n| n as u64));
        let text = |text: Option<&str>| text.map_or(TypedCell::Missing, TypedCell::from);
        let shared = |text: Option<&Arc<str>>| {
            text.map_or(TypedCell::Missing, |text| TypedCell::Text(text.clone()))
        };
        table.push([
            TypedCell::Unsigned(row as u64 + 1),
            text(place.as_ref().map(|(file, _)| *file)),
            number(place.as_ref().map(|(_, place)| place.line)),
            number(place.as_ref().map(|(_, place)| place.column)),
            sources.text(record.span).into(),
            shared(record.scenario.as_ref()),
            text(record.process_name()),
        ]);
        for column in &mut table.columns[fixed..] {
            column.cells.push(TypedCell::Missing);
        }
        for fact in typed_facts(&record.did) {
            let at = *places
                .entry(column_name(fact.name, fact.column))
                .or_insert_with_key(|name| {
                    let cells = vec![TypedCell::Missing; row + 1];
                    table.columns.push(TypedColumn {
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
