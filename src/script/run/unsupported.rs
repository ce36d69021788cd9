//! Words that the language deliberately omits, and their diagnostics.

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};

/// Features that the language deliberately omits, each as a topic and its words.
pub(crate) const LEFT_OUT: &[(&str, &[&str])] = &[
    (
        "segmentation",
        &["segmentation", "segment", "segments", "segment_table"],
    ),
    ("inverted page tables", &["inverted", "inverted_page_table"]),
    ("hashed page tables", &["hashed", "hashed_page_table"]),
    ("prefetching", &["prefetch", "prefetcher", "prefetching"]),
    ("write buffers", &["write_buffer", "store_buffer"]),
    ("victim caches", &["victim_cache"]),
    (
        "processes running in parallel",
        &["parallel", "thread", "threads"],
    ),
];

/// Explains why the language omits a word.
pub(crate) fn explanation(word: &str) -> Option<String> {
    let topic = LEFT_OUT
        .iter()
        .find(|(_, words)| words.contains(&word))
        .map(|(topic, _)| *topic);
    topic.map(|topic| format!("the language intentionally omits {topic}"))
}

/// Returns the diagnostic for a statement or function that is known but omitted.
pub(crate) fn diagnostic(word: &Word) -> Option<Diagnostic> {
    explanation(&word.text).map(|said| {
        Diagnostic::new(Code::NotInLanguage, word.span, said).label("not in the language")
    })
}
