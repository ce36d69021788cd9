//! Suggestions for misspelled words, and texts for use in messages.

use std::sync::LazyLock;

/// The name of each row of `synonyms.txt`, with its synonyms as [`plain`] writes them.
static SYNONYMS: LazyLock<Vec<(&str, Vec<String>)>> = LazyLock::new(|| {
    let rows = include_str!("synonyms.txt")
        .lines()
        .filter_map(|line| line.split_once(": "));
    rows.filter(|(ours, _)| !ours.starts_with('#'))
        .map(|(ours, theirs)| (ours, theirs.split(", ").map(plain).collect()))
        .collect()
});

/// Returns a name without the differences between notations. Single letters differ by case.
fn plain(name: &str) -> String {
    if name.len() == 1 {
        return name.to_owned();
    }
    name.to_lowercase().replace(['-', '_', ' '], "")
}

/// Maximum number of misspellings in a suggested word.
const MOST_MISTAKES: usize = 3;

/// Returns the word that differs from `word` only in case or in its notation, or else the first one that `synonyms.txt` lists.
/// The table also lists names after a dot: `L1.set` is `L1.index`.
pub fn synonym<'a>(word: &str, among: &[&'a str]) -> Option<&'a str> {
    let (lower, said) = (word.to_lowercase(), plain(word));
    let same = among.iter().find(|candidate| {
        let other = candidate.to_lowercase();
        other == lower || other.contains(['-', '_', ' ']) && plain(&other) == said
    });
    let after_dot = word.rsplit_once('.').map(|(of, name)| (of, plain(name)));
    let listed = || {
        SYNONYMS.iter().find_map(|(ours, theirs)| {
            let has = |ours: &str| among.iter().find(|candidate| **candidate == ours);
            let whole = theirs.contains(&said) && !ours.starts_with('.');
            whole.then(|| has(ours)).flatten().or_else(|| {
                let (of, name) = after_dot.as_ref()?;
                let ours = ours.trim_start_matches('.');
                theirs
                    .contains(name)
                    .then(|| has(&format!("{of}.{ours}")))?
            })
        })
    };
    same.or_else(listed).copied()
}

/// Returns the word most similar to `word`: a [`synonym`], or the word with the smallest Damerau–Levenshtein distance, which
/// counts omitted, inserted, replaced, and swapped letters. The distance may be at most a third of the length and at
/// most 3, or 2 if the words have the same letters in a different order. Parts between dots must be similar one by one. The
/// first word wins a tie.
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(word, &among.collect::<Vec<_>>(), |length| length / 3)
}

/// Works like [`nearest`] for options and their values, whose distance may be at most two sevenths of the length. Options of
/// other tools, such as `--repeat`, are more frequent than two misspellings in a short word, such as `--report`. The beginning of
/// only one name, such as `--max-mem`, is also similar.
pub fn nearest_option<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const SHORTEST: usize = 3;
    let among: Vec<&str> = among.collect();
    let near = nearest_within(word, &among, |length| {
        (length * 2 / 7).max(1).min(length / 3)
    });
    near.or_else(|| {
        let mut longer = among.iter().filter(|name| name.starts_with(word));
        let first = longer.next().filter(|_| word.len() >= SHORTEST)?;
        longer.next().is_none().then_some(*first)
    })
}

/// Works like [`nearest`]. `limit` returns the greatest distance for words of a length.
fn nearest_within<'a>(word: &str, among: &[&'a str], limit: fn(usize) -> usize) -> Option<&'a str> {
    if let Some(synonym) = synonym(word, among) {
        return Some(synonym);
    }
    let mut best: Option<(usize, &str)> = None;
    let lower = word.to_lowercase();
    let (length, letters) = (lower.chars().count(), letters(&lower));
    for candidate in among {
        let other = candidate.to_lowercase();
        // In `P1write`, a sign is missing between two words.
        if lower.len() > other.len() + 1 && (lower.ends_with(&other) || lower.starts_with(&other)) {
            continue;
        }
        let others = other.chars().count();
        let shuffled = length > 3 && different(&letters, &self::letters(&other)) == 0;
        let limit = if shuffled {
            2
        } else {
            limit(length.max(others)).min(MOST_MISTAKES)
        };
        // Of two words with as many mistakes, the one with the same letters is more similar.
        let most = best.map_or(limit, |(fewest, _)| {
            limit.min(fewest.saturating_sub(usize::from(!shuffled)))
        });
        // This inexpensive test rejects most words. A difference of N letters in length requires at least N
        // misspellings, and a misspelling changes at most two letters.
        if length.abs_diff(others) > most || different(&letters, &self::letters(&other)) > 2 * most
        {
            continue;
        }
        let mistakes = strsim::damerau_levenshtein(&lower, &other);
        if mistakes <= most && each_part_is_near(&lower, &other) {
            best = Some((mistakes, *candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether the parts between dots, such as `pte1` in `pte1.address`, are similar one by one.
fn each_part_is_near(one: &str, other: &str) -> bool {
    let count = |name: &str| name.matches('.').count();
    let near = |(one, other): (&str, &str)| {
        let limit = (one.len().max(other.len()) / 3).max(1);
        strsim::damerau_levenshtein(one, other) <= limit
    };
    count(one) != count(other) || count(one) == 0 || one.split('.').zip(other.split('.')).all(near)
}

/// Counts the occurrences of each letter. Some letters share a counter.
fn letters(word: &str) -> [u8; 64] {
    let mut counts = [0u8; 64];
    for letter in word.chars() {
        let count = &mut counts[letter as usize % 64];
        *count = count.wrapping_add(1);
    }
    counts
}

/// Returns the minimum number of letters in which two words differ, regardless of the order of the letters.
fn different(one: &[u8; 64], other: &[u8; 64]) -> usize {
    one.iter()
        .zip(other)
        .map(|(one, other)| usize::from(one.wrapping_sub(*other).min(other.wrapping_sub(*one))))
        .sum()
}

/// Returns a text with a capital letter, for the beginning of a sentence.
pub(crate) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Returns at most the first 40 characters.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether a word is also in a text on its own, and not only within another word.
pub(crate) fn is_word_of(text: &str, word: &str) -> bool {
    let word_char = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !word.is_empty() && text.split(|c| !word_char(c)).any(|other| other == word)
}

#[cfg(test)]
mod tests {
    use super::{capitalized, nearest};

    fn of(word: &str) -> Option<&'static str> {
        nearest(
            word,
            [
                "vpn",
                "vpo",
                "ppn",
                "tlbi",
                "page_table",
                "L1d",
                "signal",
                "cache",
            ]
            .into_iter(),
        )
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
        let dotted = |word| nearest(word, ["pte1.address", "tlb.hits"].into_iter());
        assert_eq!(dotted("pte1.adress"), Some("pte1.address"));
        assert_eq!(dotted("let.address"), None);
        assert_eq!(of("singal"), Some("signal"));
        assert_eq!(of("cach"), Some("cache"));
        assert_eq!(of("tlb"), Some("tlbi"));
        assert_eq!(of("pn"), Some("vpn"));
        assert_eq!(of("singla"), Some("signal"));
    }

    #[test]
    fn the_same_letters_come_before_fewer() {
        assert_eq!(nearest("bsrk", ["brk", "sbrk"].into_iter()), Some("sbrk"));
    }

    #[test]
    fn synonyms_come_before_spelling() {
        let settings = || ["virtual", "physical", "page", "policy", "replacement"].into_iter();
        for (theirs, ours) in [
            ("page-size", "page"),
            ("n", "virtual"),
            ("m", "physical"),
            ("P", "page"),
        ] {
            assert_eq!(nearest(theirs, settings()), Some(ours), "{theirs}");
        }
        // Only a name that is valid in the place is suggested.
        assert_eq!(
            nearest("algorithm", ["lru", "replacement"].into_iter()),
            Some("replacement")
        );
        assert_eq!(
            nearest("opt", ["lru", "optimal"].into_iter()),
            Some("optimal")
        );
        assert_eq!(nearest("N", settings()), None);
    }

    #[test]
    fn sentences_may_begin_with_any_letter() {
        assert_eq!(capitalized("page 3"), "Page 3");
        assert_eq!(capitalized("été.txt"), "Été.txt");
        assert_eq!(capitalized("日本"), "日本");
        assert_eq!(capitalized(""), "");
    }

    #[test]
    fn distant_words_are_not_suggested() {
        assert_eq!(of("kernel"), None);
        assert_eq!(of("x"), None);
        assert_eq!(of(""), None);
        assert_eq!(of(&"v".repeat(10_000_000)), None);
    }
}
