//! Tables of words in text files. A section begins with its name in brackets and ends at an empty line.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A table, divided into its sections at the first question.
pub(crate) type Table = LazyLock<Sections>;

/// The sections of a table, by their names.
#[derive(Debug)]
pub(crate) struct Sections(HashMap<&'static str, &'static str>);

impl Sections {
    pub(crate) fn of(table: &'static str) -> Self {
        let named = |part: &'static str| {
            let (name, rest) = part.trim_start_matches('[').split_once("]\n")?;
            Some((name, rest.split("\n\n").next()?))
        };
        Self(table.split("\n[").filter_map(named).collect())
    }

    /// Returns the lines of a section.
    pub(crate) fn section(&self, name: &str) -> &'static str {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Returns the rows of a section, each with the texts before and after its colon.
    pub(crate) fn rows(
        &self,
        name: &str,
    ) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.section(name)
            .lines()
            .filter_map(|line| line.split_once(": "))
    }

    /// Whether a section of words contains a word.
    pub(crate) fn lists(&self, name: &str, word: &str) -> bool {
        self.section(name)
            .split_whitespace()
            .any(|known| known == word)
    }
}
