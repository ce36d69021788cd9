//! Lists of words by syntactic position, for grammars that distinguish positions, such as tree-sitter's.

use std::collections::BTreeSet;

use pagewalk_script::LANGUAGE;
use pagewalk_script::run::bind::{Param, Params, Slot, ways};
use pagewalk_script::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, THING_NOUNS};
use pagewalk_script::run::settings::SettingWord;

use super::lists::{List, begins_with_noun};

/// Every list.
pub const PLACES: &[List] = &[
    List {
        name: "verbs_of_nouns",
        holds: "words that begin statements about a noun",
        words: || {
            LANGUAGE
                .verbs()
                .filter(|row| takes_nouns(row.params))
                .map(|row| row.name)
                .collect()
        },
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
        words: || {
            settings(&["choice", "table", "essay"])
                .map(|row| row.name)
                .collect()
        },
    },
    List {
        name: "paper_words",
        holds: "words in the braces of papers",
        words: || paper_words(|param| matches!(param, Param::Keyword(_))),
    },
    List {
        name: "paper_choices",
        holds: "words that settings of papers take",
        words: || paper_words(|param| matches!(param, Param::Words(_))),
    },
];

/// Sorted words without duplicates.
type Words = BTreeSet<&'static str>;

/// The settings of these blocks.
fn settings(blocks: &[&str]) -> impl Iterator<Item = SettingWord> {
    LANGUAGE
        .blocks()
        .filter(|block| blocks.contains(&block.name))
        .flat_map(|block| (block.settings)())
}

/// The words of selected parameters in the settings of papers.
fn paper_words(which: fn(&Param) -> bool) -> Vec<&'static str> {
    let params =
        settings(&["exam", "choice", "table", "essay"]).flat_map(|row| row.params.leaves());
    params
        .filter(|param| which(param))
        .flat_map(Param::words)
        .copied()
        .collect()
}

/// The words of parameters, except units, which belong to their numbers.
fn words(params: &'static [Param]) -> Words {
    let params = params
        .leaves()
        .into_iter()
        .filter(|param| !matches!(param, Param::Unit(_)));
    params.flat_map(Param::words).copied().collect()
}

/// The words that may begin an operand, and the words that occur only later in an operand.
fn by_place(params: &'static [Param]) -> (Words, Words) {
    let first: Words = ways(params)
        .iter()
        .filter_map(|way| way.get(..1))
        .flat_map(words)
        .collect();
    let mut later = words(params);
    later.retain(|word| !first.contains(word));
    (first, later)
}

fn options(which: fn((Words, Words)) -> Words) -> Vec<&'static str> {
    let nouns = nouns();
    let verbs = LANGUAGE.verbs().filter(|row| !begins_with_noun(row));
    verbs
        .flat_map(|row| which(by_place(row.params)))
        .filter(|word| !nouns.contains(word))
        .collect()
}

fn nouns() -> Words {
    let tables = TABLE_NOUNS.iter().map(|row| row.name);
    let shown = SHOWN_NOUNS.iter().map(|row| row.name);
    tables
        .chain(shown)
        .chain(THING_NOUNS.iter().map(|row| row.name))
        .collect()
}

fn takes_nouns(params: &'static [Param]) -> bool {
    params.has(Slot::Noun) || !words(params).is_disjoint(&nouns())
}
