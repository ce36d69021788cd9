//! Reads answer files in any format and returns records of named cells.

use std::io::Read;
use std::path::Path;

use pagewalk_script::exam::grade::Given;
use pagewalk_script::exam::roster::{Flaw, plain};

/// Maximum size of a file in bytes.
const FILE_LIMIT: u64 = 64 << 20;
/// Maximum number of records in a file.
pub(crate) const RECORD_LIMIT: usize = 100_000;
/// Maximum number of columns in a record.
pub(crate) const COLUMN_LIMIT: usize = 10_000;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// The record's first line, or its position in a list, starting at 1.
    pub(crate) line: u64,
    /// The cells with their column names, in order.
    pub(crate) cells: Vec<(String, Given)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RecordTable {
    /// The column names in order.
    pub(crate) header: Vec<String>,
    /// The readable records.
    pub(crate) rows: Vec<Record>,
    /// The errors in invalid records.
    pub(crate) flaws: Vec<Flaw>,
}

impl Record {
    /// Returns the text of the first of these columns that the record contains. Compares only the letters and
    /// digits of names; see [`plain`].
    pub(crate) fn text(&self, columns: &[&str]) -> Option<String> {
        let found = columns.iter().find_map(|name| self.cells.iter().find(|(own, _)| plain(own) == *name));
        found.map(|(_, given)| given.text().trim().to_owned())
    }
}

/// The bytes of a file, or of standard input for `-`. An error message continues a sentence that starts with
/// the file name.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(FILE_LIMIT + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(FILE_LIMIT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(format!("is larger than the limit of {} MB", FILE_LIMIT >> 20));
    }
    Ok(bytes)
}

/// Works like [`read_bytes`], but for UTF-8 text.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read_bytes(path)?).map_err(|_| "is not UTF-8 text".to_owned())
}
