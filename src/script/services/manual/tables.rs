//! The tables of a section: what the reference is drawn from, and what a word is looked up in.

use std::fmt::Write;

/// A table of the reference.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its title; may be empty.
    pub title: String,
    /// The names of its columns.
    pub(crate) header: Vec<&'static str>,
    /// Its rows, a cell a column; code stands between backquotes.
    pub rows: Vec<Vec<String>>,
}

/// The tables of a section.
#[derive(Debug, Default)]
pub(crate) struct Tables(pub(crate) Vec<Table>);

impl Table {
    /// As Markdown, under a title of its own if it has one.
    pub fn markdown(&self, out: &mut String) {
        if !self.title.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(out, "\n### {}\n", self.title);
        }
        let _ = write!(out, "\n| {} |\n|{}\n", self.header.join(" | "), "---|".repeat(self.header.len()));
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
    }
}
