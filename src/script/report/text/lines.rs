//! Lines and columns of text.

use std::fmt::Write;

pub(crate) fn line(text: &mut String, indent: usize, words: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{:indent$}{}", "", words.trim_end());
}

/// The columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// Text that ends a column of this width.
pub(crate) fn padded(text: &str, to: usize) -> String {
    format!("{text}{:fill$}", "", fill = to.saturating_sub(width(text)))
}
