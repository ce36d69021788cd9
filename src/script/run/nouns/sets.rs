//! Code that the `tlb` and `cache` nouns share: one row per set, with a group of columns per way.

use crate::lang::diagnostic::Diagnostic;
use crate::run::table::{Cell, Rows};

use super::table::{CellIn, EntryIn, Layout, digits};

/// Maximum number of sets for which all sets are shown.
const SHOWN: u128 = 64;

/// Evaluates the ways of a row from left to right. `tag` returns the tag of a valid way.
///
/// # Errors
/// Returns the errors in a way, and `duplicate` for a repeated tag.
pub fn ways<L>(
    entry: &EntryIn,
    way: impl Fn(&[CellIn]) -> Result<L, Diagnostic>,
    tag: impl Fn(&L) -> Option<u64>,
) -> Result<Vec<Option<L>>, Diagnostic> {
    let lines = entry
        .groups
        .iter()
        .map(|group| way(group))
        .collect::<Result<Vec<L>, _>>()?;
    entry.each_tag_once(&lines.iter().map(tag).collect::<Vec<_>>())?;
    Ok(lines.into_iter().map(Some).collect())
}

/// Returns the sets to show: all sets of a small component, or else the sets with contents.
pub(crate) fn shown(layout: &Layout, present: impl FnOnce() -> Vec<u64>) -> Vec<u64> {
    if layout.keys <= SHOWN {
        (0..layout.keys as u64).collect()
    } else {
        present()
    }
}

/// Returns the table of these sets, with these columns per way.
pub(crate) fn view(
    layout: Layout,
    sets: &[u64],
    columns: &[String],
    cell: impl Fn(u64, usize, &str) -> Cell,
) -> Rows {
    let ways = layout.groups as usize;
    let index = digits(u64::BITS - (layout.keys as u64 - 1).leading_zeros());
    let row = |key: u64| {
        let cells = (0..ways).flat_map(|way| columns.iter().map(move |column| (way, column)));
        let cells = cells.map(|(way, column)| cell(key, way, column));
        std::iter::once(Cell::Hex(key, index))
            .chain(cells)
            .collect()
    };
    let head = std::iter::once(vec![layout.key.to_owned()]);
    let groups = head.chain((0..ways).map(|_| columns.to_vec())).collect();
    Rows {
        id: layout.id,
        title: layout.noun,
        groups,
        rows: sets.iter().map(|&key| row(key)).collect(),
    }
}
