//! The table of idioms, `idioms.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::spelled::TABLE;
use super::tokens::Split;

/// A foreign idiom and its equivalent.
#[derive(Debug)]
pub(super) struct Idiom {
    /// The patterns that the idiom matches.
    pub(super) theirs: Vec<Split<'static>>,
    /// The template of the equivalent, or an empty text if no equivalent exists.
    pub(super) ours: String,
    pub(super) message: &'static str,
    /// The help, used if `ours` is empty or does not fit the place.
    pub(super) help: &'static str,
    /// Whether the idiom begins with a foreign word, so that the message is right even if the fix is not.
    pub(super) begins: bool,
}

/// Marks a line that can be removed.
pub(super) const REMOVED: &str = "-";

static IDIOMS: LazyLock<HashMap<&'static str, Vec<Idiom>>> = LazyLock::new(|| {
    let mut table: HashMap<_, Vec<Idiom>> = HashMap::new();
    let mut section = "";
    for paragraph in include_str!("idioms.txt").split("\n\n") {
        let paragraph = paragraph.trim_start_matches('\n');
        if let Some(name) = paragraph.strip_prefix('[') {
            section = name.trim_end().trim_end_matches(']');
        } else if !paragraph.starts_with('#') && !paragraph.is_empty() {
            table
                .entry(section)
                .or_default()
                .push(idiom(section, paragraph));
        }
    }
    table
});

/// Returns the idioms of a section.
pub(super) fn section(name: &str) -> &'static [Idiom] {
    &IDIOMS[name]
}

fn idiom(section: &str, paragraph: &'static str) -> Idiom {
    let marked = |mark| {
        paragraph
            .lines()
            .find_map(|line| line.strip_prefix(mark))
            .unwrap_or("")
    };
    let theirs: Vec<&str> = paragraph
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .collect();
    let foreign = |theirs: &&str| {
        let word = theirs.split([' ', '(', '[']).next().unwrap_or("");
        word.starts_with(|c: char| c.is_ascii_lowercase()) && !TABLE.lists("ours", word)
            || section == "statements" && !word.contains(|c: char| c.is_ascii_uppercase())
    };
    Idiom {
        ours: marked("> ").replace("\\n", "\n"),
        message: paragraph.lines().next().unwrap_or(""),
        help: marked("? "),
        begins: theirs.iter().all(foreign),
        theirs: theirs.into_iter().map(Split::of).collect(),
    }
}

/// The words of the language that are not names in idioms.
pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    TABLE.section("keywords").split_whitespace()
}

pub(super) fn is_keyword(word: &str) -> bool {
    TABLE.lists("keywords", word)
}

/// Whether a word alone in a condition is a fact of the latest statement.
pub(super) fn is_latest(word: &str) -> bool {
    TABLE.lists("latest", word)
}

/// Whether a word is the name of a fact of an access.
pub(super) fn is_fact(word: &str) -> bool {
    is_latest(word) || matches!(word, "tlb" | "cache")
}
