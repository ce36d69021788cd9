//! The points of a sweep as rows for all formats, with a row for each swept part of each point.
//! `docs/reference/replay.md` describes the columns.

use super::swept::Swept;
use crate::run::table::ColumnType::{Float, Text, Unsigned};
use crate::run::table::{ColumnType, TypedCell, TypedTable};
use pagewalk_engine::trace::sweep::grid::{Axis, AxisValue, Grid, GridPoint, SweptUnit};

/// Settings that the columns of the shape describe.
const SHAPE: [&str; 9] = [
    "size",
    "block",
    "lines",
    "entries",
    "ways",
    "sets",
    "policy",
    "fully-associative",
    "direct-mapped",
];

/// Returns the points of all traces as CSV, including the header. Sizes are in bytes, and rates are between 0 and 1. Without
/// traces, the text is empty.
pub fn csv(swept: &[Swept]) -> String {
    let all = swept.iter().map(table).reduce(|mut all, table| {
        all.append(table);
        all
    });
    all.map_or_else(String::new, |all| all.csv(true))
}

/// Returns the points of a sweep, in grid order. Skipped points have no row.
pub fn table(swept: &Swept) -> TypedTable {
    let (units, mut table) = (swept.grid.units(), empty_table(&swept.grid));
    let points = 0..swept.grid.points.len();
    let rows = points.flat_map(|at| units.iter().map(move |unit| (at, *unit)));
    for column in &mut table.columns {
        let cell = |(at, unit)| cell(swept, at, unit, (&column.name, column.kind));
        column.cells = rows.clone().map(cell).collect();
    }
    table
}

/// Returns a table without rows for the sweeps of a grid.
pub fn empty_table(grid: &Grid) -> TypedTable {
    let units = grid.units();
    let cache = units.iter().any(|unit| matches!(unit, SweptUnit::Cache(_)));
    let tlb = units.iter().any(|unit| matches!(unit, SweptUnit::Tlb(_)));
    let shape = [
        ("trace", Text, true),
        ("machine", Text, true),
        ("point", Unsigned, true),
        ("part", Text, true),
        ("size", Unsigned, cache),
        ("block", Unsigned, cache),
        ("entries", Unsigned, tlb),
        ("ways", Unsigned, true),
        ("sets", Unsigned, true),
        ("policy", Text, true),
    ];
    let counts = [
        ("accesses", Unsigned, true),
        ("hits", Unsigned, true),
        ("misses", Unsigned, true),
        ("miss_rate", Float, true),
        ("evictions", Unsigned, true),
        ("write_backs", Unsigned, cache),
    ];
    let fixed =
        |(name, kind, there): (&str, ColumnType, bool)| there.then(|| (name.to_owned(), kind));
    let others = others(&grid.axes).into_iter().map(|name| {
        let own = grid.axes.iter().filter(|axis| *axis.setting == *name);
        let mut values = own.flat_map(|axis| &axis.values);
        let numbers = values.all(|value| matches!(value, AxisValue::Number(_)));
        (
            name.replace('-', "_"),
            if numbers { Unsigned } else { Text },
        )
    });
    let columns = shape.into_iter().filter_map(fixed).chain(others);
    TypedTable::new(columns.chain(counts.into_iter().filter_map(fixed)))
}

/// Returns the grid's distinct settings that are not part of the shape.
fn others(axes: &[Axis]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for axis in axes {
        let name = &*axis.setting;
        if !SHAPE.contains(&name) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn cell(swept: &Swept, at: usize, unit: SweptUnit, (name, kind): (&str, ColumnType)) -> TypedCell {
    let point = &swept.grid.points[at];
    let shape = unit.geometry(&point.spec);
    let counted = swept
        .counted
        .get(at)
        .and_then(|counted| counted.as_ref().ok());
    let counts = counted.map(|counted| counted.of(unit));
    let all = counts.map(|counts| counts.hits + counts.misses);
    let n = match name {
        "trace" => return (&*swept.run.trace).into(),
        "machine" => return (&*swept.run.machine).into(),
        "point" => Some(point.number),
        "part" => return unit.name(&point.spec).into(),
        "size" => shape.size.map(|n| u64::try_from(n).unwrap_or(u64::MAX)),
        "block" => shape.block,
        "entries" => shape.entries,
        "ways" => Some(shape.ways.into()),
        "sets" => Some(shape.sets),
        "policy" => return shape.policy.row().name.into(),
        "accesses" => all,
        "hits" => counts.map(|counts| counts.hits),
        "misses" => counts.map(|counts| counts.misses),
        "miss_rate" => {
            let rate = counts.zip(all.filter(|all| *all > 0));
            let rate = rate.map(|(counts, all)| counts.misses as f64 / all as f64);
            return rate.map_or(TypedCell::Missing, TypedCell::Float);
        }
        "evictions" => counts.map(|counts| counts.evictions),
        "write_backs" => counts
            .filter(|_| matches!(unit, SweptUnit::Cache(_)))
            .map(|counts| counts.writebacks),
        name => return chosen(swept, point, unit, name, kind),
    };
    n.into()
}

/// Returns the value of a setting at a point, or no value if the grid does not vary the setting for this
/// part.
fn chosen(
    swept: &Swept,
    point: &GridPoint,
    unit: SweptUnit,
    column: &str,
    kind: ColumnType,
) -> TypedCell {
    let mut axes = swept.grid.axes.iter().zip(&point.at);
    let own =
        |(axis, _): &(&Axis, _)| axis.unit == unit && axis.setting.replace('-', "_") == column;
    match axes.find(own).map(|(axis, at)| &axis.values[*at]) {
        None => TypedCell::Missing,
        Some(AxisValue::Number(n)) if kind == Unsigned => TypedCell::Unsigned(*n),
        Some(value) => (&*word(value)).into(),
    }
}

/// Returns a value without its unit.
pub(super) fn word(value: &AxisValue) -> String {
    match value {
        AxisValue::Number(n) => n.to_string(),
        AxisValue::Word(word) => word.to_string(),
    }
}
