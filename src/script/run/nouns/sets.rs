//! Code that the `tlb` and `cache` nouns share: one row per set, with a group of columns per way.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::table::{Cell, Layout, Rows, WrittenCell, WrittenRow, digits};

/// Maximum number of sets for which all sets are shown.
const SHOWN: u128 = 64;

/// Evaluates the ways of a row from left to right. `tag` returns the tag of a valid way. A set contains each tag at most
/// once, so an entry with a repeated tag is ambiguous.
///
/// # Errors
/// Returns the errors in a way, and `duplicate` for a repeated tag.
pub(crate) fn ways<L>(
    row: &WrittenRow,
    way: impl Fn(&[WrittenCell]) -> Result<L, Diagnostic>,
    tag: impl Fn(&L) -> Option<u64>,
) -> Result<Vec<Option<L>>, Diagnostic> {
    let ways = row.ways();
    let lines = ways.iter().map(|cells| way(cells));
    let lines = lines.collect::<Result<Vec<L>, _>>()?;
    let tags: Vec<Option<u64>> = lines.iter().map(tag).collect();
    let again =
        (0..tags.len()).find(|way| tags[*way].is_some() && tags[..*way].contains(&tags[*way]));
    let Some(again) = again else {
        return Ok(lines.into_iter().map(Some).collect());
    };
    let place = |way: usize| ways[way].first().map_or(row.span, |cell| cell.span);
    let first = tags.iter().position(|tag| *tag == tags[again]).unwrap_or(0);
    Err(Diagnostic::new(
        Code::Duplicate,
        place(again),
        "two valid ways of this set have the same tag",
    )
    .label("again here")
    .also(place(first), "first here"))
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
    let ways = layout.ways as usize;
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
