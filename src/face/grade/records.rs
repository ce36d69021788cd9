//! What a file of answers holds: records of named cells, whatever it is written in.

use pagewalk_script::exam::grade::Given;

/// Bytes of a file that are read.
pub(crate) const FILE_LIMIT: u64 = 64 << 20;
/// Table that are read.
pub(crate) const RECORD_LIMIT: usize = 100_000;
/// Columns that a record may have.
pub(crate) const COLUMN_LIMIT: usize = 10_000;

/// What is wrong at a line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flaw {
    /// The line, or the place in a list, from 1.
    pub(crate) line: u64,
    /// What is the case there.
    pub(crate) message: String,
}

impl Flaw {
    /// What is wrong at a line.
    pub(crate) fn new(line: u64, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// The line that it begins in, or its place in a list, from 1.
    pub(crate) line: u64,
    /// Its cells with the names of their columns, in order.
    pub(crate) cells: Vec<(String, Given)>,
}

/// The records of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RecordTable {
    /// The names of the columns, in order.
    pub(crate) header: Vec<String>,
    /// Those that can be read.
    pub(crate) rows: Vec<Record>,
    /// What is wrong with the others.
    pub(crate) flaws: Vec<Flaw>,
}

impl Record {
    /// The text of the first of these columns that it has; names are compared as [`plain`] has them.
    pub(crate) fn text(&self, columns: &[&str]) -> Option<String> {
        let found = columns.iter().find_map(|name| self.cells.iter().find(|(own, _)| plain(own) == *name));
        found.map(|(_, given)| given.text().trim().to_owned())
    }
}

/// The name of a column by its letters and digits, small.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
