//! Looks up words in the rows of the registries.

use std::sync::OnceLock;

use super::commands::find;
use super::manual::{SECTIONS, Table};

/// A row in the reference, and the row's section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The section in `pagewalk reference SECTION`.
    pub section: &'static str,
    pub usage: String,
    /// The names and cells of the other columns.
    pub cells: Vec<(&'static str, String)>,
}

/// Returns every row for a word, in the order of the reference. A pattern in the first cell (`NAME.hits`,
/// `vpnK`) matches all its instances. If there is no exact match, the search ignores case.
pub fn look_up(word: &str) -> Vec<Found> {
    let found = rows_where(|head| heads(head, word));
    if !found.is_empty() {
        return found;
    }
    let lower = word.to_lowercase();
    let found = rows_where(|head| head.to_lowercase() == lower.trim_start_matches(':'));
    if found.is_empty() {
        let name = find(lower.trim_start_matches(':')).map_or(&*lower, |command| command.name);
        rows_where(|head| heads(head, name))
    } else {
        found
    }
}

fn rows_where(matches: impl Fn(&str) -> bool) -> Vec<Found> {
    every_row()
        .iter()
        .filter(|(head, _)| matches(head))
        .map(|(_, found)| found.clone())
        .collect()
}

/// Returns every row with its first word.
pub(crate) fn every_row() -> &'static [(String, Found)] {
    static ROWS: OnceLock<Vec<(String, Found)>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut found = Vec::new();
        for section in SECTIONS {
            for table in section.tables() {
                found.extend(rows(&table).map(|(first, cells)| {
                    (
                        head(first),
                        Found {
                            section: section.name,
                            usage: plain(first),
                            cells,
                        },
                    )
                }));
            }
        }
        found
    })
}

/// Returns the first words of all rows.
pub fn words() -> Vec<String> {
    let mut words: Vec<String> = every_row().iter().map(|(head, _)| head.clone()).collect();
    words.sort();
    words.dedup();
    words
}

fn rows(table: &Table) -> impl Iterator<Item = (&str, Vec<(&'static str, String)>)> {
    table.rows.iter().filter_map(|row| {
        let (first, rest) = row.split_first()?;
        let names = table.header.iter().skip(1).copied();
        let cells = names.zip(rest).filter(|(_, cell)| !cell.is_empty());
        Some((
            first.as_str(),
            cells.map(|(name, cell)| (name, plain(cell))).collect(),
        ))
    })
}

/// Removes the backquotes of code.
fn plain(cell: &str) -> String {
    cell.replace('`', "")
}

/// Returns the first word of a cell, or the function name in a prototype.
fn head(cell: &str) -> String {
    let text = plain(cell);
    let before = text.split('(').next().unwrap_or(&text);
    let word = if text.contains('(') && !text.starts_with(|c: char| c.is_uppercase()) {
        // `void *mmap(void *addr, …)`.
        before.split_whitespace().last()
    } else {
        before.split_whitespace().next()
    };
    word.unwrap_or("").trim_start_matches(['*', ':']).to_owned()
}

/// Whether a word equals, or is an instance of, the first word of a row.
fn heads(head: &str, word: &str) -> bool {
    let word = word.trim_start_matches(':');
    if head == word {
        return true;
    }
    match (head.split_once('.'), word.split_once('.')) {
        // `NAME.hits` and `P1.rss` match any name.
        (Some(("NAME" | "P1", property)), Some((_, wanted))) => property == wanted,
        _ => levels(head, word),
    }
}

/// Whether a word is an instance of a pattern for page-table levels, such as `vpn2` or `pte3.address`.
fn levels(pattern: &str, word: &str) -> bool {
    let Some((before, after)) = pattern.split_once('K') else {
        return false;
    };
    let number = word
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::{look_up, words};

    /// Returns the sections and usages of the rows for a word.
    fn found(word: &str) -> Vec<(&'static str, String)> {
        look_up(word)
            .into_iter()
            .map(|found| (found.section, found.usage))
            .collect()
    }

    #[test]
    fn words_of_every_registry_are_found() {
        let cases = [
            ("translate", "statements"),
            ("choose", "statements"),
            ("tlbi", "facts"),
            ("vpn3", "facts"),
            ("pte2.address", "facts"),
            ("tlb.victim", "facts"),
            ("L1d.hits", "paths"),
            ("P7.rss", "paths"),
            ("frames", "nouns"),
            ("mmap", "calls"),
            ("PROT_READ", "constants"),
            ("ENOMEM", "errors"),
            ("core-i7", "presets"),
            ("clock", "policies"),
            ("walk", "settings"),
            ("log2", "functions"),
            ("KB", "units"),
            ("back", "commands"),
            (":back", "commands"),
            ("rw", "bits"),
            ("TLBI", "facts"),
            ("VPN3", "facts"),
            ("prot_read", "constants"),
            ("MMAP", "calls"),
        ];
        for (word, section) in cases {
            assert!(
                found(word).iter().any(|(known, _)| *known == section),
                "{word}: {:?}",
                found(word)
            );
        }
        assert_eq!(found("zzz"), []);
        assert_eq!(found("vpnK2"), []);
    }

    #[test]
    fn every_meaning_of_a_word_is_found() {
        let sections: Vec<&str> = found("read")
            .into_iter()
            .map(|(section, _)| section)
            .collect();
        assert!(
            sections.contains(&"statements") && sections.contains(&"calls"),
            "{sections:?}"
        );
    }

    #[test]
    fn words_are_the_headings_of_rows() {
        let words = words();
        for word in ["read", "mmap", "tlbi", "machine", "practice"] {
            assert!(words.iter().any(|known| known == word), "{word}");
        }
        assert!(
            words.iter().all(|word| !look_up(word).is_empty()),
            "a word that is not found"
        );
    }
}
