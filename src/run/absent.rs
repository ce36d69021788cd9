//! Words that have no row, and what is said of them: parts of the language that this version does not have
//! yet, and what the language leaves out on purpose.

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};

/// Statements and functions of the language that come with traces: a topic and its words.
pub const LATER: &[(&str, &[&str])] = &[("memory traces", &["replay"])];

/// What the language leaves out on purpose: a topic and its words.
pub const LEFT_OUT: &[(&str, &[&str])] = &[
    ("segmentation", &["segmentation", "segment", "segments", "segment_table"]),
    ("inverted page tables", &["inverted", "inverted_page_table"]),
    ("hashed page tables", &["hashed", "hashed_page_table"]),
    ("processes running in parallel", &["parallel", "thread", "threads"]),
];

fn topic(table: &'static [(&str, &[&str])], word: &str) -> Option<&'static str> {
    table.iter().find(|(_, words)| words.contains(&word)).map(|(topic, _)| *topic)
}

/// What is said of a word that the language leaves out on purpose.
pub fn said(word: &str) -> Option<String> {
    topic(LEFT_OUT, word).map(|topic| format!("{topic}: the language leaves this out on purpose"))
}

/// The diagnostic for a statement or function that has no row but is known.
pub fn diagnostic(word: &Word) -> Option<Diagnostic> {
    if let Some(topic) = topic(LATER, &word.text) {
        let message = format!("`{}` belongs to {topic}, which this version does not have yet", word.text);
        return Some(Diagnostic::new(Code::NotYet, word.span, message).label("not in this version"));
    }
    said(&word.text)
        .map(|said| Diagnostic::new(Code::NotInLanguage, word.span, said).label("not in the language"))
}
