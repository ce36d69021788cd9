//! A sweep as text for a terminal or a pipe.

use super::matrix::{alternatives, matrices, settings};
use super::rows::table as rows;
use super::swept::Swept;
use crate::report::doc::{Block, Cell, Table};
use crate::report::narrate::{count, thousands};
use crate::report::text::Theme;
use crate::run::nouns::size;
use crate::run::table::{TypedCell, TypedColumn, TypedTable};
use crate::traces::reports::{kinds, number, printed, rate};
use pagewalk_engine::trace::sweep::grid::Axis;

/// Maximum number of reported reasons for skipped points.
const REASONS: usize = 5;

/// Returns the report: the parameters, the table of points, and, for two settings, the matrix of miss rates.
pub fn text(swept: &Swept, theme: Theme) -> String {
    let points = rows(swept);
    let constant = constant(&points);
    let mut sections = vec![
        vec![Block::Heading(swept.run.title())],
        summary(swept, &points, &constant),
        vec![Block::Table(table(swept, &points, &constant))],
    ];
    sections.extend(
        matrices(swept)
            .into_iter()
            .map(|matrix| vec![Block::Table(matrix)]),
    );
    sections.push(skipped(swept));
    printed(&sections, theme)
}

fn summary(swept: &Swept, table: &TypedTable, constant: &[usize]) -> Vec<Block> {
    let references = swept.references();
    let mut blocks = vec![Block::line(format!(
        "{}, each with {}: {}",
        count(swept.grid.points.len() as u64, "point", "points"),
        count(references.records, "record", "records"),
        kinds(&references)
    ))];
    let same = constant.iter().filter_map(|&at| {
        let column = &table.columns[at];
        let first = column.cells.first()?;
        let text = cell(table, column, 0).text;
        (*first != TypedCell::Missing).then(|| match &*column.name {
            "part" => text,
            name => format!("{name} {text}"),
        })
    });
    let same: Vec<String> = same.collect();
    if !same.is_empty() {
        let same = format!("constant at all points: {}", same.join(", "));
        blocks.push(Block::faint(same));
    }
    let map = if swept.run.demand {
        "map demand: each page gets a frame on first touch"
    } else {
        "map identity: addresses are physical"
    };
    blocks.push(Block::faint(map));
    blocks.extend(swept.run.notes());
    blocks
}

/// Whether a column contains counts.
fn counts(column: &TypedColumn) -> bool {
    let names = [
        "accesses",
        "hits",
        "misses",
        "miss_rate",
        "evictions",
        "write_backs",
    ];
    names.contains(&&*column.name)
}

/// Returns the indexes of the columns that describe a part and are constant, so that the table can omit them.
fn constant(table: &TypedTable) -> Vec<usize> {
    let is_constant = |at: &usize| {
        let column = &table.columns[*at];
        !counts(column)
            && !matches!(&*column.name, "trace" | "machine" | "point")
            && column.cells.windows(2).all(|pair| pair[0] == pair[1])
    };
    (0..table.columns.len()).filter(is_constant).collect()
}

/// Returns a table with the columns that vary and the counts.
fn table(swept: &Swept, table: &TypedTable, constant: &[usize]) -> Table {
    let several = swept.grid.units().len() > 1;
    let shown = |(at, column): &(usize, &TypedColumn)| match &*column.name {
        "trace" | "machine" => false,
        "point" => several,
        _ => !constant.contains(at),
    };
    let columns = table.columns.iter().enumerate().filter(shown);
    let (counts, parts): (Vec<&TypedColumn>, Vec<&TypedColumn>) = columns
        .map(|(_, column)| column)
        .partition(|column| counts(column));
    let name = |column: &&TypedColumn| match &*column.name {
        "write_backs" => "write-backs".to_owned(),
        name => {
            let own = |axis: &&Axis| axis.setting.replace('-', "_") == name;
            let axis = swept.grid.axes.iter().find(own);
            axis.and_then(alternatives)
                .unwrap_or_else(|| name.replace('_', " "))
        }
    };
    let groups = [&parts, &counts].map(|group| group.iter().map(name).collect::<Vec<String>>());
    let row = |at: usize| {
        let columns = parts.iter().chain(&counts);
        columns.map(|column| cell(table, column, at)).collect()
    };
    Table {
        title: String::new(),
        groups: groups
            .into_iter()
            .filter(|group| !group.is_empty())
            .collect(),
        rows: (0..table.len()).map(row).collect(),
    }
}

fn cell(table: &TypedTable, column: &TypedColumn, at: usize) -> Cell {
    let count = |name: &str| {
        let column = table.columns.iter().find(|column| column.name == name);
        match column.map(|column| &column.cells[at]) {
            Some(TypedCell::Unsigned(n)) => *n,
            _ => 0,
        }
    };
    match (&column.cells[at], &*column.name) {
        // The quotient of the counts is exact.
        (_, "miss_rate") => Cell::number(rate(count("misses"), count("accesses"))),
        (TypedCell::Unsigned(n), "size" | "block") => Cell::number(size(u128::from(*n))),
        (TypedCell::Unsigned(n), _) => number(*n),
        (TypedCell::Missing, _) => Cell::number(""),
        (value, _) => Cell::word(value.to_string()),
    }
}

/// Returns the number of invalid points, and the first points with the reasons.
fn skipped(swept: &Swept) -> Vec<Block> {
    let skipped = &swept.grid.skipped;
    if skipped.is_empty() {
        return Vec::new();
    }
    let mut varied = swept.grid.varied();
    if varied.is_empty() {
        varied = (0..swept.grid.axes.len()).collect();
    }
    let points = count(skipped.len() as u64, "invalid point", "invalid points");
    let mut lines = vec![format!("skipped {points}")];
    lines.extend(
        skipped
            .iter()
            .take(REASONS)
            .map(|one| format!("  {}: {}", settings(&swept.grid, &varied, &one.at), one.why)),
    );
    let rest = skipped.len().saturating_sub(REASONS);
    if rest > 0 {
        lines.push(format!("  and {} more", thousands(rest as u64)));
    }
    lines.into_iter().map(Block::faint).collect()
}

/// Returns a line for each warning about malformed lines, records outside the address space, stopped points,
/// or an early end.
pub fn warnings(swept: &Swept) -> Vec<String> {
    let point = swept.grid.points.first();
    let counted = swept.counted.iter().flatten().next();
    let run = point.zip(counted).map(|(point, counted)| {
        let references = &counted.references;
        swept.run.warnings(references, &point.spec)
    });
    let mut warnings = run.unwrap_or_default();
    for (number, counted) in (1..).zip(&swept.counted) {
        if let Err(why) = counted {
            warnings.push(format!("point {}: {why}", thousands(number)));
        }
    }
    warnings
}
