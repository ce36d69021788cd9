//! A matrix of miss rates for a grid with two settings.

use super::rows::word;
use super::swept::Swept;
use crate::report::doc::{Cell, Table};
use crate::run::nouns::size;
use crate::traces::reports::rate;
use pagewalk_engine::trace::sweep::grid::{Axis, AxisValue, Grid, SweptUnit};

/// Settings that give a part's capacity, used for the rows of a matrix and the horizontal axis of a plot.
const CAPACITIES: [&str; 4] = ["size", "lines", "entries", "sets"];

/// Returns the main setting among those with several values: a capacity, or else the first setting.
pub(crate) fn leading(swept: &Swept, varied: &[usize]) -> Option<usize> {
    let capacity = |at: &&usize| CAPACITIES.contains(&&*swept.grid.axes[**at].setting);
    varied.iter().find(capacity).or(varied.first()).copied()
}

/// Returns a matrix for each swept part if two settings vary. The rows are the values of the main setting,
/// and the columns are the values of the other.
pub(crate) fn matrices(swept: &Swept) -> Vec<Table> {
    let varied = swept.grid.varied();
    let (Some(down), [first, second]) = (leading(swept, &varied), &*varied) else {
        return Vec::new();
    };
    let across = if *first == down { *second } else { *first };
    let units = swept.grid.units().into_iter();
    units
        .map(|unit| matrix(swept, unit, down, across))
        .collect()
}

fn matrix(swept: &Swept, unit: SweptUnit, down: usize, across: usize) -> Table {
    let axes = &swept.grid.axes;
    let name = swept
        .grid
        .points
        .first()
        .map_or("", |point| unit.name(&point.spec));
    let title = format!(
        "miss rate of {name}: {} down, {} across",
        setting_name(&swept.grid, down),
        setting_name(&swept.grid, across)
    );
    let head: Vec<String> = axes[across]
        .values
        .iter()
        .map(|value| shown(&axes[across], value))
        .collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let row = |(at, value): (usize, &AxisValue)| -> Vec<Cell> {
        let label = shown(&axes[down], value);
        let label = if matches!(value, AxisValue::Word(_)) {
            Cell::word(label)
        } else {
            Cell::number(label)
        };
        let cells = (0..axes[across].values.len()).map(|other| {
            let mut wanted = vec![0; axes.len()];
            (wanted[down], wanted[across]) = (at, other);
            Cell::number(rate_at(swept, unit, &wanted))
        });
        std::iter::once(label).chain(cells).collect()
    };
    let rows = axes[down].values.iter().enumerate().map(row).collect();
    Table::new(title, &[&[&setting_name(&swept.grid, down)], &head], rows)
}

/// Returns the miss rate at a point, or an empty text if the point was skipped or not counted.
fn rate_at(swept: &Swept, unit: SweptUnit, at: &[usize]) -> String {
    let number = swept.grid.points.iter().position(|point| point.at == at);
    let counted = number.and_then(|number| swept.counted.get(number)?.as_ref().ok());
    counted.map_or_else(String::new, |counted| {
        let counts = counted.of(unit);
        rate(counts.misses, counts.hits + counts.misses)
    })
}

/// Names a setting, with its part if another part also has the setting: `ways`, or `L1d ways`.
pub(super) fn setting_name(grid: &Grid, at: usize) -> String {
    let axis = &grid.axes[at];
    let is_same = |other: &&Axis| other.setting == axis.setting;
    let name = alternatives(axis).unwrap_or_else(|| axis.setting.to_string());
    match grid.points.first() {
        Some(point) if grid.axes.iter().filter(is_same).count() > 1 => {
            format!("{} {name}", axis.unit.name(&point.spec))
        }
        _ => name,
    }
}

/// Names a setting whose values are words without a common name: `write-back or write-through`.
pub(super) fn alternatives(axis: &Axis) -> Option<String> {
    let words: Vec<&str> = axis.values.iter().map(AxisValue::word).collect();
    (words.len() > 1 && words[0] == &*axis.setting).then(|| words.join(" or "))
}

/// Names the values of some settings at a point, as in `ways 16, size 512 B`.
pub(super) fn settings(grid: &Grid, of: &[usize], at: &[usize]) -> String {
    let setting = |&of: &usize| {
        let axis = &grid.axes[of];
        let value = shown(axis, &axis.values[at[of]]);
        if axis.values[0].word() == &*axis.setting {
            value
        } else {
            format!("{} {value}", setting_name(grid, of))
        }
    };
    of.iter().map(setting).collect::<Vec<String>>().join(", ")
}

/// Formats a value, with units for sizes.
pub(crate) fn shown(axis: &Axis, value: &AxisValue) -> String {
    match value {
        AxisValue::Number(n) if matches!(&*axis.setting, "size" | "block") => size(u128::from(*n)),
        value => word(value),
    }
}
