//! The one layout of a script: the same statements, set as `docs/reference/formatting.md` says.
//!
//! Only what stands between tokens changes, and the bars of tables. Line breaks stay where the author put them, so no
//! statement can come to end elsewhere; comments, strings, prose and the spelling of numbers stay byte for byte. The
//! new text is compared with the old one before it is answered: its tokens, and its tree unless it is very long.

mod alike;
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

use piece::Pieces;

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

/// The longest text, in bytes, of which the whole tree is compared; of longer ones only the tokens are. Reading a
/// text of this length takes a few milliseconds.
const WHOLE: usize = 1 << 17;

/// A script in its one layout.
///
/// # Errors
/// If it cannot be read, with what is wrong as file number 0; it is left as it is then.
pub fn format(text: &str) -> Result<String, Unformatted> {
    let read = parse(0, text, &mut ());
    if !read.diagnostics.is_empty() {
        return Err(Unformatted::Wrong(read.diagnostics));
    }
    let mut pieces = cut::pieces(text);
    let formatted = set(&mut pieces);
    if formatted == text {
        return Ok(formatted);
    }
    let whole = || {
        let again = parse(0, &formatted, &mut ());
        again.diagnostics.is_empty() && same::blocks(&read.body, &again.body)
    };
    let same = alike::alike(&pieces, &cut::pieces(&formatted)) && (text.len() > WHOLE || whole());
    if same { Ok(formatted) } else { Err(Unformatted::Changed) }
}

/// The text set anew.
fn set(pieces: &mut Pieces) -> String {
    row::set(pieces);
    let lines = line::lines(&pieces.list);
    let blanks = columns::blanks(&pieces.list, &lines);
    write::write(pieces, &lines, &blanks)
}
