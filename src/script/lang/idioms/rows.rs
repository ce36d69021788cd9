//! The table of idioms, `idioms.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A foreign idiom and its equivalent.
#[derive(Debug)]
pub(super) struct Idiom {
    /// The patterns that the idiom matches.
    pub(super) theirs: Vec<&'static str>,
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

/// Words that also begin statements in Pagewalk's language.
const OURS: &[&str] = &[
    "read",
    "write",
    "translate",
    "let",
    "for",
    "if",
    "expect",
    "show",
    "set",
    "machine",
    "kernel",
    "process",
    "choose",
    "repeat",
    "scenario",
    "question",
    "reference",
    "tlb",
    "cache",
    "miss",
    "hit",
    "fault",
    "not",
    "no",
    "page",
    "byte",
    "data",
];

/// Words of the language that are not names in idioms.
pub(super) const KEYWORDS: &[&str] = &[
    "let",
    "for",
    "in",
    "if",
    "else",
    "repeat",
    "def",
    "include",
    "scenario",
    "question",
    "part",
    "choose",
    "where",
    "given",
    "ask",
    "points",
    "probe",
    "reference",
    "columns",
    "and",
    "or",
    "not",
    "exactly",
    "while",
    "read",
    "write",
    "fetch",
    "translate",
    "set",
    "expect",
    "show",
    "flush",
];

static TABLE: LazyLock<HashMap<&'static str, Vec<Idiom>>> = LazyLock::new(|| {
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
    &TABLE[name]
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
        word.starts_with(|c: char| c.is_ascii_lowercase()) && !OURS.contains(&word)
            || section == "statements" && !word.contains(|c: char| c.is_ascii_uppercase())
    };
    Idiom {
        ours: marked("> ").replace("\\n", "\n"),
        message: paragraph.lines().next().unwrap_or(""),
        help: marked("? "),
        begins: theirs.iter().all(foreign),
        theirs,
    }
}

/// Names of the latest statement's facts that a condition in another language can use.
const LATEST: &[&str] = &[
    "vpn", "vpo", "tlbi", "tlbt", "ppn", "ppo", "pa", "co", "ci", "ct", "byte", "value", "cycles",
    "fault", "faults", "walk",
];

/// Whether a word alone in a condition is a fact of the latest statement.
pub(super) fn is_latest(word: &str) -> bool {
    LATEST.contains(&word)
}

/// Whether a word is the name of a fact of an access.
pub(super) fn is_fact(word: &str) -> bool {
    is_latest(word) || matches!(word, "tlb" | "cache")
}
