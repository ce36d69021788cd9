//! Counts and their rates.

use pagewalk_engine::trace::counts::{ByKind, Lookups};

/// Returns the total number of lookups.
pub(crate) fn all(lookups: Lookups) -> u64 {
    lookups.hits + lookups.misses
}

/// Returns the counts of lookups by kind, with their sum as `all`.
pub(crate) fn kinds_of(kinds: &ByKind<Lookups>) -> [(&'static str, Lookups); 5] {
    let each = [kinds.reads, kinds.writes, kinds.fetches, kinds.walks];
    let sum = |of: fn(&Lookups) -> u64| each.iter().map(of).sum();
    let all = Lookups {
        hits: sum(|kind| kind.hits),
        misses: sum(|kind| kind.misses),
    };
    let [reads, writes, fetches, walks] = each;
    [
        ("reads", reads),
        ("writes", writes),
        ("fetches", fetches),
        ("walks", walks),
        ("all", all),
    ]
}

/// Formats a part of a whole as a percentage with two decimals, such as `12.34%`, or as `-` if the whole is
/// 0.
pub(crate) fn rate(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let hundredths = (part * 10_000 + whole / 2) / whole;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}
