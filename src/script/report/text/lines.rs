//! Functions for lines and columns of text.

use std::fmt::Write;

pub(crate) fn line(text: &mut String, indent: usize, words: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:indent$}{}", "", words.trim_end());
}

/// Returns the width of a text in columns.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// Pads text to this width.
pub(crate) fn padded(text: &str, to: usize) -> String {
    format!("{text}{:fill$}", "", fill = to.saturating_sub(width(text)))
}
