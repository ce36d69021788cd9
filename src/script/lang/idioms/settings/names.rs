//! Names of settings in other tools, with their equivalents, which `settings.txt` lists.

use crate::lang::sections::{Sections, Table};
use std::sync::LazyLock;

pub(super) static TABLE: Table = Table::new(|| Sections::of(include_str!("settings.txt")));

/// A name with its block (`*` for any block), and its names in other tools.
type Names = Vec<(&'static str, &'static str, Vec<&'static str>)>;

static NAMES: LazyLock<Names> = LazyLock::new(|| names("names"));
static FLAGS: LazyLock<Names> = LazyLock::new(|| names("flags"));

fn names(of: &str) -> Names {
    let row = |(head, theirs): (&'static str, &'static str)| {
        let (block, ours) = head.split_once(' ')?;
        Some((block, ours, theirs.split(", ").collect()))
    };
    TABLE.rows(of).filter_map(row).collect()
}

/// Whether a word is the name of a replacement policy.
pub(in crate::lang::idioms) fn is_policy(word: &str) -> bool {
    TABLE.lists("policies", word)
}

/// Returns the setting that a phrase names in a block.
pub(super) fn named(block: &str, phrase: &str, unit: Option<&str>) -> Option<String> {
    // `64 B lines` is a block size, but `64 lines` is not.
    if block == "cache" && matches!(phrase, "lines" | "line" | "blocks" | "block") {
        return Some(
            if unit.is_some_and(|unit| unit.ends_with('B')) || !phrase.ends_with('s') {
                "block"
            } else {
                "lines"
            }
            .to_owned(),
        );
    }
    let parts = phrase
        .split(' ')
        .filter(|word| !TABLE.lists("noise", word))
        .collect::<Vec<_>>()
        .join(" ");
    let own = |(of, ours, theirs): &&(&str, &str, Vec<&str>)| {
        let place = *of == block || *of == "*" && fits(block, ours);
        place && (theirs.contains(&phrase) || theirs.contains(&&*parts) || *ours == parts)
    };
    if let Some((_, ours, _)) = NAMES.iter().find(own) {
        return Some((*ours).to_owned());
    }
    let name = phrase.replace(' ', "_");
    let bare = parts.replace(' ', "_");
    if TABLE.lists("known", &name) || TABLE.lists("known", &phrase.replace(' ', "-")) {
        let dashed = phrase.replace(' ', "-");
        return Some(if TABLE.lists("known", &dashed) {
            dashed
        } else {
            name
        });
    }
    TABLE.lists("known", &bare).then_some(bare)
}

/// Returns the setting that a letter of a textbook names: `N = 14`.
pub(super) fn lettered(block: &str, letter: &str) -> Option<&'static str> {
    let (_, names) = TABLE.rows("letters").find(|(of, _)| *of == block)?;
    let mut names = names.split(' ');
    names.find(|name| name.eq_ignore_ascii_case(letter))?;
    names.next()
}

/// Whether a setting that `NAMES` lists without a block belongs to this block.
fn fits(block: &str, name: &str) -> bool {
    match name {
        "ways" | "sets" | "policy" => matches!(block, "tlb" | "cache"),
        "latency" => matches!(block, "tlb" | "cache" | "memory"),
        "frames" | "replacement" => matches!(block, "kernel" | "reference"),
        _ => block == "exam",
    }
}

fn flag(phrase: &str) -> Option<&'static str> {
    let mut before = TABLE.section("before flags").lines();
    let rest = before
        .find_map(|begin| phrase.strip_prefix(begin)?.strip_prefix(' '))
        .unwrap_or(phrase);
    FLAGS
        .iter()
        .find(|(_, _, theirs)| {
            theirs
                .iter()
                .any(|theirs| *theirs == phrase || *theirs == rest)
        })
        .map(|(_, ours, _)| *ours)
}

/// Returns words in lowercase, separated by spaces.
pub(super) fn phrase(words: &[&str]) -> String {
    words
        .join(" ")
        .to_ascii_lowercase()
        .replace(['_', '-'], " ")
}

/// Rewrites a setting that is one word.
pub(super) fn word(block: &str, said: &str) -> String {
    let phrase = phrase(&[said]);
    let flag = flag(&phrase).unwrap_or(&phrase);
    if TABLE.lists("policies", flag) {
        let name = if matches!(block, "kernel" | "reference") {
            "replacement"
        } else {
            "policy"
        };
        return format!("{name} {flag}");
    }
    if flag.contains(['-', ' ']) || block == "pte" {
        flag.to_owned()
    } else {
        said.to_owned()
    }
}

/// Returns a policy in lowercase, and any other word unchanged.
pub(super) fn lowered(name: &str, text: &str) -> String {
    let phrase = phrase(&[text]);
    let flag = flag(&phrase).unwrap_or(&phrase);
    if matches!(name, "policy" | "replacement") {
        flag.to_owned()
    } else {
        text.to_owned()
    }
}

/// Returns the equivalent of a setting without a value.
pub(super) fn flagged(block: &str, words: &[&str]) -> Option<String> {
    let phrase = phrase(words);
    let last = words.last().copied().filter(|_| {
        let names = self::phrase(&words[..words.len() - 1]);
        matches!(
            named(block, &names, None).as_deref(),
            Some("policy" | "replacement")
        )
    });
    let policy = last.unwrap_or(&phrase).to_ascii_lowercase();
    let flag =
        flag(&phrase).or_else(|| Some(&*policy).filter(|name| TABLE.lists("policies", name)))?;
    Some(word(block, flag))
}
