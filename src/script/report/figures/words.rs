//! Words that several figures use.

/// Returns the associativity of a TLB or cache.
pub(crate) fn ways(sets: u64, ways: u32) -> String {
    match (sets, ways) {
        (1, _) => "fully associative".to_owned(),
        (_, 1) => "direct-mapped".to_owned(),
        (_, ways) => format!("{ways}-way"),
    }
}

/// Maximum number of items of a list in a note.
const LISTED: usize = 4;

/// Lists items, and counts those for which there is no room.
pub(super) fn listed(mut items: Vec<String>) -> String {
    let more = items.len().saturating_sub(LISTED);
    items.truncate(LISTED);
    if more > 0 {
        items.push(format!("and {more} more"));
    }
    items.join(", ")
}
