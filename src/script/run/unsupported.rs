//! Words that have no row, and what is said of them: what the language leaves out on purpose.

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};

/// What the language leaves out on purpose: a topic and its words.
pub(crate) const LEFT_OUT: &[(&str, &[&str])] = &[
    ("segmentation", &["segmentation", "segment", "segments", "segment_table"]),
    ("inverted page tables", &["inverted", "inverted_page_table"]),
    ("hashed page tables", &["hashed", "hashed_page_table"]),
    ("processes running in parallel", &["parallel", "thread", "threads"]),
];

/// Explains why the language leaves a word out.
pub(crate) fn explanation(word: &str) -> Option<String> {
    let topic = LEFT_OUT.iter().find(|(_, words)| words.contains(&word)).map(|(topic, _)| *topic);
    topic.map(|topic| format!("{topic}: the language leaves this out on purpose"))
}

/// The diagnostic for a statement or function that has no row but is known.
pub(crate) fn diagnostic(word: &Word) -> Option<Diagnostic> {
    explanation(&word.text)
        .map(|said| Diagnostic::new(Code::NotInLanguage, word.span, said).label("not in the language"))
}
