//! Lists of words by where they stand, for grammars that know the places: tree-sitter's.

use std::collections::BTreeSet;

use pagewalk_script::lang::value::unit_factor;
use pagewalk_script::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS};
use pagewalk_script::run::verbs::VERBS;

use super::lists::List;

/// Every list.
pub const PLACES: &[List] = &[
    List {
        name: "verbs_of_nouns",
        holds: "words that begin statements about a noun",
        words: || VERBS.iter().filter(|row| takes_nouns(row.params)).map(|row| row.name).collect(),
    },
    List {
        name: "first_options",
        holds: "words right after those that begin statements",
        words: || options(|(first, _)| first),
    },
    List {
        name: "later_options",
        holds: "words further on in statements",
        words: || options(|(_, later)| later),
    },
    List {
        name: "paper_entries",
        holds: "what the braces of questions hold",
        words: || listed().entries.into_iter().collect(),
    },
    List {
        name: "paper_words",
        holds: "words in the braces of papers",
        words: || listed().words.into_iter().collect(),
    },
    List {
        name: "paper_choices",
        holds: "words that settings of papers take",
        words: || listed().choices.into_iter().collect(),
    },
];

/// Words in order, each once.
type Words = BTreeSet<&'static str>;

/// Small words of a usage. Those in its braces and quotes are left out, and units, which belong to their numbers.
fn small_words(usage: &'static str) -> Words {
    let mut words = Words::new();
    let (mut braces, mut quoted, mut from) = (0, false, 0);
    for (at, c) in usage.char_indices().chain([(usage.len(), ' ')]) {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            continue;
        }
        let word = &usage[from..at];
        let small = word.starts_with(|c: char| c.is_ascii_lowercase());
        let unit = unit_factor(word).is_some() && usage[..from].ends_with("N ");
        if braces == 0 && !quoted && small && !unit {
            words.insert(word);
        }
        braces += i32::from(c == '{') - i32::from(c == '}');
        quoted ^= c == '"';
        from = at + c.len_utf8();
    }
    words
}

/// Verbs whose rows list what stands in their braces, by words of their own.
const LISTS: &[&str] = &["exam", "choice", "essay"];

/// Words of such lists.
#[derive(Default)]
struct Listed {
    /// What the entries of a paper begin with, and the settings of papers do not.
    entries: Words,
    /// What stands further on.
    words: Words,
    /// Words of which one is chosen.
    choices: Words,
}

fn listed() -> Listed {
    let mut listed = Listed::default();
    for verb in VERBS.iter().filter(|verb| LISTS.contains(&verb.name)) {
        let braces = verb.params.split(['{', '}']).nth(1).unwrap_or("");
        for entry in braces.split([',', ';']) {
            let mut words = entry.trim().split(' ');
            let first = words.next().map(small_words).unwrap_or_default();
            if braces.contains(';') || verb.name == "essay" {
                listed.entries.extend(first);
            }
            for word in words {
                let of = if word.contains('|') { &mut listed.choices } else { &mut listed.words };
                of.extend(small_words(word));
            }
        }
    }
    listed
}

/// The words that a usage may begin with, and those that stand further on.
fn by_place(usage: &'static str) -> (Words, Words) {
    let mut first = Words::new();
    for way in usage.split(" | ") {
        let begin = way.trim_start_matches('[').split([' ', ']']).next().unwrap_or("");
        first.extend(small_words(begin));
    }
    let mut later = small_words(usage);
    later.retain(|word| !first.contains(word));
    (first, later)
}

fn options(which: fn((Words, Words)) -> Words) -> Vec<&'static str> {
    let nouns = nouns();
    let words = VERBS
        .iter()
        .filter(|row| !row.params.starts_with("NOUN"))
        .flat_map(|row| which(by_place(row.params)));
    words.filter(|word| !nouns.contains(word)).collect()
}

fn nouns() -> Words {
    let tables = TABLE_NOUNS.iter().map(|row| row.name);
    let shown = SHOWN_NOUNS.iter().map(|row| row.name);
    tables.chain(shown).chain(THING_NOUNS.iter().map(|row| row.name)).collect()
}

fn takes_nouns(usage: &'static str) -> bool {
    usage.contains("NOUN") || !small_words(usage).is_disjoint(&nouns())
}
