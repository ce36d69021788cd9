//! The tables in a section, used by the reference and by lookups.

use std::fmt::Write;

/// A table of the reference.
#[derive(Debug, Clone)]
pub struct Table {
    /// The title, possibly empty.
    pub title: String,
    /// The names of the columns.
    pub(crate) header: Vec<&'static str>,
    /// The rows, with a cell per column and code in backquotes.
    pub rows: Vec<Vec<String>>,
}

/// The tables in a section.
#[derive(Debug, Default)]
pub(crate) struct Tables(pub(crate) Vec<Table>);

impl Table {
    /// Writes the table as Markdown with an optional title.
    pub fn markdown(&self, out: &mut String) {
        if !self.title.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n### {}\n", self.title);
        }
        let _ = write!(
            out,
            "\n| {} |\n|{}\n",
            self.header.join(" | "),
            "---|".repeat(self.header.len())
        );
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
    }
}
