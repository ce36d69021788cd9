//! Words that several figures use.

/// Returns the associativity of a TLB or cache.
pub(crate) fn ways(sets: u64, ways: u32) -> String {
    match (sets, ways) {
        (1, _) => "fully associative".to_owned(),
        (_, 1) => "direct-mapped".to_owned(),
        (_, ways) => format!("{ways}-way"),
    }
}
