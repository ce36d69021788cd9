//! The miss-ratio curve in a terminal: a row with a bar for each cache size.

use super::rows::{number, rate};
use crate::report::doc::{Cell, Table};
use crate::report::narrate::count;
use crate::run::nouns::size;
use crate::traces::chart::percent;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::MissCurve;

/// Length of the bar for a rate of 100%, in characters.
const BAR: u64 = 40;
/// The characters for the end of a bar, in eighths of a character.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Returns the curve as a table with bars.
pub(crate) fn curve(curve: &MissCurve, spec: &Spec) -> Table {
    let sample = curve.sample.as_ref().map(|sample| {
        let blocks = count(sample.blocks.into(), "block", "blocks");
        format!(
            ", estimated from {blocks}, {} of all blocks",
            percent(sample.rate)
        )
    });
    let title = format!(
        "misses of a fully associative LRU cache by size (loads and stores, blocks of {}){}",
        size(u128::from(curve.block)),
        sample.unwrap_or_default()
    );
    let rows = curve.points().map(|point| {
        let bytes = u128::from(curve.block) << point.power;
        let rate = |misses| Cell::number(rate(misses, curve.references));
        let error = point.error.map(|error| [number(error), rate(error)]);
        let [misses, miss_rate] = [number(point.misses), rate(point.misses)];
        let numbers = match error {
            None => vec![Cell::number(size(bytes)), misses, miss_rate],
            Some([error, error_rate]) => {
                vec![
                    Cell::number(size(bytes)),
                    misses,
                    error,
                    miss_rate,
                    error_rate,
                ]
            }
        };
        numbers
            .into_iter()
            .chain([
                Cell::word(bar(point.misses, curve.references)),
                Cell::word(caches(spec, bytes)),
            ])
            .collect()
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    let head: &[&str] = match curve.sample {
        None => &["size", "misses", "miss rate"],
        Some(_) => &["size", "misses", "±", "miss rate", "±"],
    };
    Table::new(title, &[head, &["", ""]], rows)
}

/// The number of blocks that a sample needs for a reliable estimate.
const ENOUGH: u32 = 256;

/// Returns a warning if a curve is estimated from too few blocks.
pub(crate) fn unreliable(curve: &MissCurve) -> Option<String> {
    let sample = curve
        .sample
        .as_ref()
        .filter(|sample| sample.rate < 1.0 && sample.blocks < ENOUGH)?;
    let blocks = count(sample.blocks.into(), "block", "blocks");
    Some(format!(
        "the curve is estimated from only {blocks}; use `--curve` for the exact curve"
    ))
}

/// Returns the names of the machine's data caches that have this size.
pub(crate) fn caches(spec: &Spec, bytes: u128) -> String {
    let data = spec
        .caches
        .iter()
        .filter(|cache| cache.side.serves(AccessKind::Read) && cache.size() == bytes);
    data.map(|cache| &*cache.name)
        .collect::<Vec<&str>>()
        .join(", ")
}

/// Returns a bar for a part of a whole, with a resolution of an eighth of a character. Every nonzero part has
/// a visible bar.
fn bar(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return String::new();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let eighths = ((part * u128::from(BAR) * 8 + whole / 2) / whole).max(1) as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}
