//! The one layout of a script: the same statements, set as `docs/formatting.md` says.
//!
//! Only what stands between tokens changes, and the bars of tables. Line breaks stay where the author put them, so no
//! statement can come to end elsewhere; comments, strings, prose and the spelling of numbers stay byte for byte. The
//! new text is read again and its tree compared with the old one before it is answered.

mod cell;
mod columns;
mod cut;
mod line;
mod piece;
mod row;
mod same;
mod spacing;
#[cfg(test)]
mod tests;
mod width;
mod write;

use super::diagnostic::Diagnostic;
use super::parse::parse;

/// Why a script is not formatted.
#[derive(Debug, Clone, PartialEq)]
pub enum Unformatted {
    /// It cannot be read.
    Wrong(Vec<Diagnostic>),
    /// What was written would not mean the same: a mistake in this module.
    Changed,
}

/// A script in its one layout.
///
/// # Errors
/// If it cannot be read, with what is wrong as file number 0; it is left as it is then.
pub fn format(text: &str) -> Result<String, Unformatted> {
    let read = parse(0, text, &mut ());
    if !read.diagnostics.is_empty() {
        return Err(Unformatted::Wrong(read.diagnostics));
    }
    let formatted = set(text);
    if formatted == text {
        return Ok(formatted);
    }
    let again = parse(0, &formatted, &mut ());
    if again.diagnostics.is_empty() && same::blocks(&read.body, &again.body) {
        Ok(formatted)
    } else {
        Err(Unformatted::Changed)
    }
}

/// The text set anew.
fn set(text: &str) -> String {
    let mut pieces = cut::pieces(text);
    row::set(&mut pieces);
    let lines = line::lines(&pieces.list);
    let blanks = columns::blanks(&pieces.list, &lines);
    write::write(&pieces, &lines, &blanks)
}
