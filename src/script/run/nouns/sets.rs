//! Code that the `tlb` and `cache` nouns share: one row per set, with a group of columns per way.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::table::{WrittenCell, WrittenRow};

/// Maximum number of sets for which all sets are shown.
const SHOWN: u64 = 64;

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
pub(crate) fn shown(sets: u64, present: impl FnOnce() -> Vec<u64>) -> Vec<u64> {
    if sets <= SHOWN {
        (0..sets).collect()
    } else {
        present()
    }
}
