//! Parses the answers to choices.

use super::words::plain;
use crate::questions::entry::Alternative;

/// Words between the names of options.
const AND: &[&str] = &["and", "und", "et"];

/// What an answer names if it is both the text of an option and the letter or the number of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Text,
    Place,
}

/// Returns the distinct options that an answer names by letter (`A`, `a) b)`, `AC`), by number from 1, or by
/// text. Returns `None` if the answer contains anything else.
pub(super) fn read(text: &str, options: &[Alternative], by: By) -> Option<Vec<usize>> {
    let whole = plain(text);
    let named = |text: &str| match by {
        By::Text => text_of(text, options).or_else(|| place_of(text, options)),
        By::Place => place_of(text, options).or_else(|| text_of(text, options)),
    };
    if let Some(one) = named(&whole) {
        return Some(vec![one]);
    }
    for separators in [
        &[';', '\n', '|'][..],
        &[',', ';', '\n', '|'][..],
        &[',', ';', '\n', '|', ' ', '&', '+', '/'][..],
    ] {
        let parts: Vec<&str> = text
            .split(separators)
            .map(str::trim)
            .filter(|part| !part.is_empty() && !AND.contains(&&*part.to_lowercase()))
            .collect();
        let each: Option<Vec<usize>> = parts.iter().map(|part| named(&plain(part))).collect();
        if let Some(chosen) = each.filter(|_| !parts.is_empty()) {
            return Some(once(chosen));
        }
    }
    let words: Vec<&str> = whole.split(' ').collect();
    let each = words.split(|word| AND.contains(word));
    let each: Vec<String> = each.map(|words| words.join(" ")).collect();
    if each.len() > 1 {
        return read(&each.join(";"), options, by);
    }
    let letters: Option<Vec<usize>> = whole
        .chars()
        .map(|letter| letter_of(letter, options.len()))
        .collect();
    letters.filter(|_| !whole.is_empty()).map(once)
}

fn once(mut chosen: Vec<usize>) -> Vec<usize> {
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn text_of(text: &str, options: &[Alternative]) -> Option<usize> {
    let text_of = |text: &str| {
        options
            .iter()
            .position(|option| plain(&option.text) == *text)
    };
    text_of(text).or_else(|| text_of(bare(text)))
}

/// Returns a text without the marks beside the letter or the number of an option: `3` for `(3)` and `3)`.
fn bare(text: &str) -> &str {
    text.trim_matches(['(', ')', '.', ':', '[', ']'])
}

/// Returns the option that a letter or a number names.
fn place_of(text: &str, options: &[Alternative]) -> Option<usize> {
    let bare = bare(text);
    let mut letters = bare.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && let Some(at) = letter_of(letter, options.len())
    {
        return Some(at);
    }
    let number: usize = bare.parse().ok()?;
    (1..=options.len()).contains(&number).then(|| number - 1)
}

fn letter_of(letter: char, options: usize) -> Option<usize> {
    let at = (letter.to_ascii_lowercase() as u32).checked_sub('a' as u32)? as usize;
    (at < options.min(26)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::{By, read};
    use crate::questions::entry::Alternative;

    #[test]
    fn options_are_named_by_letter_number_or_text() {
        let option = |text: &str| Alternative {
            text: text.to_owned(),
            correct: false,
            mistake: None,
            evidence: Vec::new(),
        };
        let options = ["5", "A set, or a way", "neither"].map(option);
        let of = |text: &str| read(text, &options, By::Text);
        for text in [
            "B",
            "b)",
            "(b).",
            "2",
            "2.",
            "a set, or a way",
            "A  Set, or a Way.",
            "B,",
            " ;b",
        ] {
            assert_eq!(of(text), Some(vec![1]), "{text}");
        }
        for text in [
            "B C",
            "cb",
            "c, b",
            "3; a set, or a way",
            "b & c & b",
            "B and C",
            "B und C",
            "a set, or a way and neither",
            "2/3",
            "b|neither",
        ] {
            assert_eq!(of(text), Some(vec![1, 2]), "{text}");
        }
        assert_eq!(of("5"), Some(vec![0]));
        // A text that is also the number of another option.
        let counts = ["3", "1", "2"].map(option);
        assert_eq!(read("3", &counts, By::Text), Some(vec![0]));
        assert_eq!(read("3", &counts, By::Place), Some(vec![2]));
        for text in ["3)", "(3)", "3."] {
            assert_eq!(read(text, &counts, By::Text), Some(vec![0]), "{text}");
            assert_eq!(read(text, &counts, By::Place), Some(vec![2]), "{text}");
        }
        for text in ["", ";", "and", "D", "0", "4", "both", "b d", "bd", "a set"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
