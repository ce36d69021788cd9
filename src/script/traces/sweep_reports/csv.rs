//! Sweeps as CSV: a header, and a row for each swept part of each point. `docs/reference/replay.md`
//! describes the columns.

use super::points::{SweepCell, all_rows};
use super::swept::Swept;

/// Returns the table of the traces of a sweep, including the header. Sizes are in bytes, and rates are between 0 and 1. A
/// missing value has an empty cell. Without traces, the table is empty.
pub fn csv(swept: &[Swept]) -> String {
    if swept.is_empty() {
        return String::new();
    }
    let table = all_rows(swept);
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, here or in the calls below.
    let _ = writer.write_record(table.columns.iter().map(|column| &column.name));
    for row in &table.rows {
        let _ = writer.write_record(row.iter().map(cell));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn cell(item: &SweepCell) -> String {
    match item {
        SweepCell::Nothing => String::new(),
        SweepCell::Number(n) => n.to_string(),
        SweepCell::Rate(part, whole) => format!("{}", *part as f64 / *whole as f64),
        SweepCell::Word(word) => word.clone(),
    }
}
