//! Reads answer files in any format and returns records of named cells.

use std::path::Path;
use std::sync::Arc;

use pagewalk_engine::files::limits::{InputLimit, TABLE};
use pagewalk_engine::files::reason;
use pagewalk_script::exam::grade::Given;
use pagewalk_script::exam::roster::{Flaw, plain};
use pagewalk_script::lang::loader::{Disk, Loader, text_of};
use pagewalk_script::lang::value::Number;

/// Maximum number of records in a file.
pub(crate) const RECORD_LIMIT: usize = 100_000;
/// Maximum number of columns in a record.
pub(crate) const COLUMN_LIMIT: usize = 10_000;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// The record's first line, or its position in a list, starting at 1.
    pub(crate) line: u64,
    /// The cells with their column names, in order.
    pub(crate) cells: Cells,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RecordTable {
    /// The column names in order.
    pub(crate) header: Vec<Arc<str>>,
    /// The readable records.
    pub(crate) rows: Vec<Record>,
    /// The errors in invalid records.
    pub(crate) flaws: Vec<Flaw>,
}

/// Cells with their column names. A table can have millions of cells, so all texts of a record share an allocation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cells {
    names: Box<[Arc<str>]>,
    /// The texts one after another.
    text: Box<str>,
    /// The end of each cell's text.
    ends: Box<[u32]>,
    /// The numbers, by the index of the cell, whose text is empty.
    numbers: Box<[(u32, Number)]>,
}

impl Cells {
    /// The cells in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, Given)> {
        let begins = [0].into_iter().chain(self.ends.iter().copied());
        let mut numbers = self.numbers.iter().peekable();
        (0u32..).zip(&self.names).zip(begins.zip(&self.ends)).map(
            move |((at, name), (begin, end))| {
                let number = numbers.next_if(|(of, _)| *of == at);
                let text = || Given::Text(self.text[begin as usize..*end as usize].to_owned());
                (
                    name,
                    number.map_or_else(text, |(_, number)| Given::Number(*number)),
                )
            },
        )
    }
}

impl FromIterator<(Arc<str>, Given)> for Cells {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Given)>>(cells: I) -> Self {
        let (mut names, mut text, mut ends, mut numbers) =
            (Vec::new(), String::new(), Vec::new(), Vec::new());
        for (name, given) in cells {
            match given {
                Given::Text(own) => text.push_str(&own),
                Given::Number(number) => numbers.push((names.len() as u32, number)),
            }
            names.push(name);
            // The size of a table is limited.
            ends.push(text.len() as u32);
        }
        Self {
            names: names.into(),
            text: text.into(),
            ends: ends.into(),
            numbers: numbers.into(),
        }
    }
}

impl RecordTable {
    /// Returns a column's name, and adds the column to the header if it is new.
    pub(crate) fn column(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.header.iter().find(|known| &***known == name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.header.push(Arc::clone(&name));
        name
    }
}

impl Record {
    /// Returns the text of the first of these columns that the record contains. Compares only the letters and
    /// digits of names; see [`plain`].
    pub(crate) fn text(&self, columns: &[&str]) -> Option<String> {
        let found = columns
            .iter()
            .find_map(|name| self.cells.iter().find(|(own, _)| plain(own) == *name));
        found.map(|(_, given)| given.text().trim().to_owned())
    }
}

/// The bytes of a table, or of standard input for `-`. An error message continues a sentence that starts with
/// the file name.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    read_limited(path, TABLE)
}

/// Works like [`read_bytes`], but for UTF-8 text of a limited size.
pub(crate) fn read_text(path: &Path, limit: InputLimit) -> Result<String, String> {
    let bytes = read_limited(path, limit)?;
    text_of(&bytes)
        .map(str::to_owned)
        .map_err(|why| format!("cannot be read: {why}"))
}

fn read_limited(path: &Path, limit: InputLimit) -> Result<Vec<u8>, String> {
    Disk.argument(path, limit)
        .map_err(|error| format!("cannot be read: {}", reason(&error)))
}
