//! What the `tlb` and `cache` nouns have in common: a row a set, and in it a group of columns a way.

use crate::lang::diagnostic::Diagnostic;
use crate::run::record::{CellView, TableView};

use super::table::{CellIn, EntryIn, Layout, digits};

/// Sets that are shown even if they hold nothing.
const SHOWN: u128 = 64;

/// The ways that a row gives, from the left; `tag` is the tag of a valid one.
///
/// # Errors
/// What a way can be wrong with, and `duplicate` for a tag that stands twice.
pub fn ways<L>(
    entry: &EntryIn,
    way: impl Fn(&[CellIn]) -> Result<L, Diagnostic>,
    tag: impl Fn(&L) -> Option<u64>,
) -> Result<Vec<Option<L>>, Diagnostic> {
    let lines = entry.groups.iter().map(|group| way(group)).collect::<Result<Vec<L>, _>>()?;
    entry.each_tag_once(&lines.iter().map(tag).collect::<Vec<_>>())?;
    Ok(lines.into_iter().map(Some).collect())
}

/// The sets that are shown: all of a small one, else those that hold something.
pub(crate) fn shown(layout: &Layout, present: impl FnOnce() -> Vec<u64>) -> Vec<u64> {
    if layout.keys <= SHOWN { (0..layout.keys as u64).collect() } else { present() }
}

/// The table of these sets, with these columns a way.
pub(crate) fn view(
    layout: Layout,
    sets: &[u64],
    columns: &[String],
    cell: impl Fn(u64, usize, &str) -> CellView,
) -> TableView {
    let ways = layout.groups as usize;
    let index = digits(u64::BITS - (layout.keys as u64 - 1).leading_zeros());
    let row = |key: u64| {
        let cells = (0..ways).flat_map(|way| columns.iter().map(move |column| (way, column)));
        let cells = cells.map(|(way, column)| cell(key, way, column));
        std::iter::once(CellView::Hex(key, index)).chain(cells).collect()
    };
    let head = std::iter::once(vec![layout.key.to_owned()]);
    let groups = head.chain((0..ways).map(|_| columns.to_vec())).collect();
    TableView { title: layout.noun, groups, rows: sets.iter().map(|&key| row(key)).collect() }
}
