//! A sweep as text for a terminal or a pipe.

use super::matrix::{matrices, shown};
use super::points::{Column, SweepCell, SweepColumnKind, rows};
use super::swept::Swept;
use crate::report::doc::{Block, Cell, Table, Tone};
use crate::report::narrate::{count, thousands};
use crate::report::text;
use crate::run::nouns::size;
use crate::traces::reports::amounts::rate;
use crate::traces::reports::rows::{nothing, number, word, written};
use crate::traces::reports::{self, Ended};
use crate::traces::source::format_read;
use pagewalk_engine::trace::sweep::grid::SkippedPoint;

/// Maximum number of reported reasons for skipped points.
const REASONS: usize = 5;

/// Returns the report: the parameters, the table of points, and, for two settings, the matrix of miss rates.
pub fn text(swept: &Swept, color: bool) -> String {
    let mut sections = vec![
        vec![Block::Heading(format!(
            "{} on {}",
            swept.trace, swept.machine
        ))],
        summary(swept),
        vec![table(swept)],
    ];
    sections.extend(matrices(swept).into_iter().map(|matrix| vec![matrix]));
    sections.push(skipped(swept));
    let drawn = sections
        .iter()
        .filter(|section| !section.is_empty())
        .map(|section| text::text(section, color));
    drawn.collect::<Vec<String>>().join("\n")
}

fn summary(swept: &Swept) -> Vec<Block> {
    let references = swept.references();
    let kinds = [
        count(references.reads, "load", "loads"),
        count(references.writes, "store", "stores"),
        count(references.fetches, "fetch", "fetches"),
    ];
    let points = count(swept.grid.points.len() as u64, "point", "points");
    let mut blocks = vec![Block::line(format!(
        "{points}, each with {}: {}",
        count(references.records, "record", "records"),
        kinds.join(", ")
    ))];
    let same = same(swept);
    if !same.is_empty() {
        blocks.push(Block::toned(
            Tone::Faint,
            format!("constant at all points: {}", same.join(", ")),
        ));
    }
    let map = if swept.demand {
        "map demand: each page gets a frame on first touch"
    } else {
        "map identity: addresses are physical"
    };
    blocks.push(Block::toned(Tone::Faint, map));
    blocks.extend(
        swept
            .format
            .map(|chosen| Block::toned(Tone::Faint, format_read(chosen))),
    );
    blocks.extend(
        reports::end(&swept.ended, swept.lines).map(|message| Block::toned(Tone::Bad, message)),
    );
    blocks
}

/// Whether a column describes a part, so that a constant column can be omitted.
fn describes(column: &Column) -> bool {
    let counts = [
        "accesses",
        "hits",
        "misses",
        "miss_rate",
        "evictions",
        "write_backs",
    ];
    !counts.contains(&&*column.name) && !matches!(&*column.name, "trace" | "machine" | "point")
}

/// Returns the indexes of the constant columns.
fn constant(columns: &[Column], rows: &[Vec<SweepCell>]) -> Vec<usize> {
    let same = |at: &usize| rows.windows(2).all(|pair| pair[0][*at] == pair[1][*at]);
    (0..columns.len())
        .filter(|at| describes(&columns[*at]))
        .filter(same)
        .collect()
}

/// Describes the values that all points share.
fn same(swept: &Swept) -> Vec<String> {
    let table = rows(swept);
    let Some(first) = table.rows.first() else {
        return Vec::new();
    };
    let words = constant(&table.columns, &table.rows)
        .into_iter()
        .filter_map(|at| {
            let column = &table.columns[at];
            let item = match &first[at] {
                SweepCell::Nothing => return None,
                item => cell(column, item).text,
            };
            Some(if column.name == "part" {
                item
            } else {
                format!("{} {item}", column.name)
            })
        });
    words.collect()
}

/// Returns a table with the columns that vary and the counts.
fn table(swept: &Swept) -> Block {
    let table = rows(swept);
    let constant = constant(&table.columns, &table.rows);
    let several = swept.grid.units().len() > 1;
    let shown = |at: &usize| match &*table.columns[*at].name {
        "trace" | "machine" => false,
        "point" => several,
        _ => !constant.contains(at),
    };
    let columns: Vec<usize> = (0..table.columns.len()).filter(shown).collect();
    let plain = |at: &usize| !describes(&table.columns[*at]) && table.columns[*at].name != "point";
    let name = |at: &usize| {
        table.columns[*at]
            .name
            .replace('_', " ")
            .replace("write backs", "write-backs")
    };
    let (counts, parts): (Vec<usize>, Vec<usize>) = columns.iter().partition(|at| plain(at));
    let groups = [&parts, &counts].map(|group| group.iter().map(name).collect::<Vec<String>>());
    let order: Vec<usize> = parts.iter().chain(&counts).copied().collect();
    let line = |row: &Vec<SweepCell>| {
        order
            .iter()
            .map(|&at| cell(&table.columns[at], &row[at]))
            .collect()
    };
    let groups = groups
        .into_iter()
        .filter(|group| !group.is_empty())
        .collect();
    Block::Table(Table {
        title: String::new(),
        groups,
        rows: table.rows.iter().map(line).collect(),
    })
}

fn cell(column: &Column, item: &SweepCell) -> Cell {
    match (item, column.kind) {
        (SweepCell::Nothing, SweepColumnKind::Rate) => written("-"),
        (SweepCell::Nothing, _) => nothing(),
        (SweepCell::Number(n), SweepColumnKind::Bytes) => written(size(u128::from(*n))),
        (SweepCell::Number(n), _) => number(*n),
        (SweepCell::Rate(part, whole), _) => written(rate(*part, *whole)),
        (SweepCell::Word(text), _) => word(text.clone()),
    }
}

/// Returns the number of invalid points, and the first points with the reasons.
fn skipped(swept: &Swept) -> Vec<Block> {
    let skipped = &swept.grid.skipped;
    if skipped.is_empty() {
        return Vec::new();
    }
    let points = count(skipped.len() as u64, "invalid point", "invalid points");
    let mut lines = vec![format!("skipped {points}")];
    lines.extend(
        skipped
            .iter()
            .take(REASONS)
            .map(|one| format!("  {}: {}", named(swept, one), one.why)),
    );
    let rest = skipped.len().saturating_sub(REASONS);
    if rest > 0 {
        lines.push(format!("  and {} more", thousands(rest as u64)));
    }
    lines
        .into_iter()
        .map(|line| Block::toned(Tone::Faint, line))
        .collect()
}

/// Names a combination by its settings, as in `ways 16, size 512 B`.
fn named(swept: &Swept, skipped: &SkippedPoint) -> String {
    let axes = swept.grid.axes.iter().zip(&skipped.at);
    let varied = axes
        .clone()
        .filter(|(axis, _)| axis.values.len() > 1)
        .count();
    let varied_axes = axes.filter(|(axis, _)| axis.values.len() > 1 || varied == 0);
    let varied_axes = varied_axes.map(|(axis, at)| {
        let value = shown(axis, &axis.values[*at]);
        if *axis.setting == *axis.values[0].word() {
            value
        } else {
            format!("{} {value}", axis.setting)
        }
    });
    varied_axes.collect::<Vec<String>>().join(", ")
}

/// Returns a line for each warning about malformed lines, records outside the address space, stopped points,
/// or an early end.
pub fn warnings(swept: &Swept) -> Vec<String> {
    let mut warnings = Vec::new();
    if let (Some(point), Some(counted)) = (
        swept.grid.points.first(),
        swept.counted.iter().flatten().next(),
    ) {
        let spec = &point.spec;
        let bits = if swept.demand {
            spec.virtual_bits()
        } else {
            spec.physical_bits
        };
        warnings.extend(reports::skipped(
            &swept.malformed,
            &counted.references,
            bits,
        ));
        let end = reports::end(&swept.ended, swept.lines);
        warnings.extend(end.filter(|_| swept.ended == Ended::Interrupted));
    }
    for (number, counted) in (1..).zip(&swept.counted) {
        if let Err(why) = counted {
            warnings.push(format!("point {}: {why}", thousands(number)));
        }
    }
    warnings
}
