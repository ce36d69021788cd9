//! What a file of answers holds: records of named cells, whatever it is written in.

use pagewalk_script::exam::grade::Given;

/// Bytes of a file that are read.
pub const FILE_LIMIT: u64 = 64 << 20;
/// Table that are read.
pub const RECORD_LIMIT: usize = 100_000;
/// Columns that a record may have.
pub const COLUMN_LIMIT: usize = 10_000;

/// What is wrong at a line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The line, or the place in a list, from 1.
    pub line: u64,
    /// What is the case there.
    pub message: String,
}

impl Flaw {
    /// What is wrong at a line.
    pub fn new(line: u64, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The line that it begins in, or its place in a list, from 1.
    pub line: u64,
    /// Its cells with the names of their columns, in order.
    pub cells: Vec<(String, Given)>,
}

/// The records of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordTable {
    /// The names of the columns, in order.
    pub header: Vec<String>,
    /// Those that can be read.
    pub rows: Vec<Record>,
    /// What is wrong with the others.
    pub flaws: Vec<Flaw>,
}

impl Record {
    /// The text of the first of these columns that it has; names are compared as [`plain`] has them.
    pub fn text(&self, columns: &[&str]) -> Option<String> {
        let found = columns.iter().find_map(|name| self.cells.iter().find(|(own, _)| plain(own) == *name));
        found.map(|(_, given)| given.text().trim().to_owned())
    }
}

/// The name of a column by its letters and digits, small.
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
