//! The word that a misspelt one was meant to be.

/// The most mistakes that a guess forgives.
const MOST_MISTAKES: usize = 3;

/// The word that is most like `word`: one that differs only in case, else the one with the fewest letters left out,
/// put in, exchanged or swapped with their neighbour (Damerau–Levenshtein), at most one in three letters. The first
/// of equally near ones.
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    for candidate in among {
        let other = candidate.to_lowercase();
        if other == lower {
            return Some(candidate);
        }
        let others = other.chars().count();
        let limit = (length.max(others) / 3).min(MOST_MISTAKES);
        // A difference in length is as many mistakes, so most words need no comparison.
        if length.abs_diff(others) > limit {
            continue;
        }
        let mistakes = strsim::damerau_levenshtein(&lower, &other);
        if mistakes <= limit && best.is_none_or(|(fewest, _)| mistakes < fewest) {
            best = Some((mistakes, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn of(word: &str) -> Option<&'static str> {
        nearest(word, ["vpn", "vpo", "ppn", "tlbi", "page_table", "L1d", "signal", "cache"].into_iter())
    }

    #[test]
    fn case_comes_before_spelling() {
        assert_eq!(of("l1D"), Some("L1d"));
        assert_eq!(of("VPO"), Some("vpo"));
    }

    #[test]
    fn one_letter_in_three_may_be_wrong() {
        assert_eq!(of("vnp"), Some("vpn")); // swapped
        assert_eq!(of("page_tabel"), Some("page_table"));
        assert_eq!(of("singal"), Some("signal"));
        assert_eq!(of("cach"), Some("cache"));
        assert_eq!(of("tlb"), Some("tlbi"));
        assert_eq!(of("pn"), Some("vpn"));
    }

    #[test]
    fn nothing_near_is_nothing() {
        assert_eq!(of("kernel"), None);
        assert_eq!(of("x"), None);
        assert_eq!(of(""), None);
        assert_eq!(of(&"v".repeat(10_000_000)), None);
    }
}
