//! The points of a sweep as rows and columns for all formats, with a row for each swept part of each point.

use super::swept::Swept;
use pagewalk_engine::trace::sweep::grid::{Axis, AxisValue, Grid, GridPoint, SweptUnit};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The column's name, in lowercase letters with `_`.
    pub(crate) name: String,
    /// The type of the column's cells.
    pub(crate) kind: SweepColumnKind,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SweepColumnKind {
    /// A number.
    Number,
    /// A number of bytes.
    Bytes,
    /// A fraction from 0 to 1.
    Rate,
    /// A word.
    Word,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum SweepCell {
    /// No value.
    Nothing,
    /// A number.
    Number(u64),
    /// A fraction with a nonzero denominator.
    Rate(u64, u64),
    /// A word.
    Word(String),
}

/// Rows with the same columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<Column>,
    /// The rows, each with one cell per column.
    pub(crate) rows: Vec<Vec<SweepCell>>,
}

/// Settings that always have a column.
const SHAPE: [&str; 8] = [
    "size",
    "block",
    "entries",
    "ways",
    "sets",
    "policy",
    "fully-associative",
    "direct-mapped",
];

/// Returns the points of a sweep, in grid order. Skipped points have no row.
pub(crate) fn rows(swept: &Swept) -> Rows {
    let (units, columns) = (swept.grid.units(), columns(&swept.grid));
    let point = |(number, point)| units.iter().map(move |unit| (number, point, *unit));
    let rows = swept.grid.points.iter().enumerate().flat_map(point);
    let rows = rows
        .map(|(number, point, unit)| row(swept, number, point, unit, &columns))
        .collect();
    Rows { columns, rows }
}

/// Returns the columns of the sweeps of a grid.
pub(crate) fn columns(grid: &Grid) -> Vec<Column> {
    let units = grid.units();
    let cache = units.iter().any(|unit| matches!(unit, SweptUnit::Cache(_)));
    let tlb = units.iter().any(|unit| matches!(unit, SweptUnit::Tlb(_)));
    let others = others(&grid.axes);
    let mut columns = Vec::new();
    let mut add = |name: &str, kind| {
        columns.push(Column {
            name: name.to_owned(),
            kind,
        });
    };
    for name in ["trace", "machine"] {
        add(name, SweepColumnKind::Word);
    }
    add("point", SweepColumnKind::Number);
    add("part", SweepColumnKind::Word);
    for (name, kind, there) in [
        ("size", SweepColumnKind::Bytes, cache),
        ("block", SweepColumnKind::Bytes, cache),
        ("entries", SweepColumnKind::Number, tlb),
        ("ways", SweepColumnKind::Number, true),
        ("sets", SweepColumnKind::Number, true),
        ("policy", SweepColumnKind::Word, true),
    ] {
        if there {
            add(name, kind);
        }
    }
    for name in &others {
        let own = grid.axes.iter().filter(|axis| *axis.setting == **name);
        let numbers = own
            .flat_map(|axis| &axis.values)
            .all(|value| matches!(value, AxisValue::Number(_)));
        add(
            &name.replace('-', "_"),
            if numbers {
                SweepColumnKind::Number
            } else {
                SweepColumnKind::Word
            },
        );
    }
    for name in ["accesses", "hits", "misses"] {
        add(name, SweepColumnKind::Number);
    }
    add("miss_rate", SweepColumnKind::Rate);
    add("evictions", SweepColumnKind::Number);
    if cache {
        add("write_backs", SweepColumnKind::Number);
    }
    columns
}

/// Returns the points of all traces of a sweep, in order.
pub(crate) fn all_rows(swept: &[Swept]) -> Rows {
    let mut tables = swept.iter().map(rows);
    let first = tables.next().unwrap_or(Rows {
        columns: Vec::new(),
        rows: Vec::new(),
    });
    tables.fold(first, |mut all, table| {
        all.rows.extend(table.rows);
        all
    })
}

/// Returns the grid's distinct settings that are not part of the shape.
fn others(axes: &[Axis]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for axis in axes {
        let name = &*axis.setting;
        // The size and the block determine the number of lines.
        if !SHAPE.contains(&name) && name != "lines" && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn row(
    swept: &Swept,
    number: usize,
    point: &GridPoint,
    unit: SweptUnit,
    columns: &[Column],
) -> Vec<SweepCell> {
    let shape = unit.geometry(&point.spec);
    let counts = swept
        .counted
        .get(number)
        .and_then(|counted| counted.as_ref().ok())
        .map(|counted| counted.of(unit));
    let counted = |n: Option<u64>| n.map_or(SweepCell::Nothing, SweepCell::Number);
    let bytes = |n: Option<u128>| counted(n.map(|n| u64::try_from(n).unwrap_or(u64::MAX)));
    let all = counts.map(|counts| counts.hits + counts.misses);
    let item = |column: &Column| match &*column.name {
        "trace" => SweepCell::Word(swept.trace.clone()),
        "machine" => SweepCell::Word(swept.machine.clone()),
        "point" => SweepCell::Number(point.number),
        "part" => SweepCell::Word(unit.name(&point.spec).to_owned()),
        "size" => bytes(shape.size),
        "block" => counted(shape.block),
        "entries" => counted(shape.entries),
        "ways" => SweepCell::Number(shape.ways.into()),
        "sets" => SweepCell::Number(shape.sets),
        "policy" => SweepCell::Word(shape.policy.row().name.to_owned()),
        "accesses" => counted(all),
        "hits" => counted(counts.map(|counts| counts.hits)),
        "misses" => counted(counts.map(|counts| counts.misses)),
        "miss_rate" => match (counts, all.filter(|all| *all > 0)) {
            (Some(counts), Some(all)) => SweepCell::Rate(counts.misses, all),
            _ => SweepCell::Nothing,
        },
        "evictions" => counted(counts.map(|counts| counts.evictions)),
        "write_backs" if matches!(unit, SweptUnit::Cache(_)) => {
            counted(counts.map(|counts| counts.writebacks))
        }
        name => chosen(swept, point, unit, name, column.kind),
    };
    columns.iter().map(item).collect()
}

/// Returns the value of a setting at a point, or no value if the grid does not vary the setting for this
/// part.
fn chosen(
    swept: &Swept,
    point: &GridPoint,
    unit: SweptUnit,
    column: &str,
    kind: SweepColumnKind,
) -> SweepCell {
    let axes = swept.grid.axes.iter().zip(&point.at);
    let own =
        |(axis, _): &(&Axis, _)| axis.unit == unit && axis.setting.replace('-', "_") == column;
    match axes.clone().find(own).map(|(axis, at)| &axis.values[*at]) {
        None => SweepCell::Nothing,
        Some(AxisValue::Number(n)) if kind == SweepColumnKind::Number => SweepCell::Number(*n),
        Some(value) => SweepCell::Word(word(value)),
    }
}

/// Returns a value without its unit.
pub(crate) fn word(value: &AxisValue) -> String {
    match value {
        AxisValue::Number(n) => n.to_string(),
        AxisValue::Word(word) => word.to_string(),
    }
}
