//! Edits of a text.

use super::span::Span;

/// A span of a text and its replacement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextEdit {
    /// The span to replace, which is empty for an insertion.
    pub span: Span,
    /// The new text, which is empty for a deletion.
    pub replacement: String,
}

impl TextEdit {
    /// Creates an edit that replaces this span.
    pub(crate) fn new(span: Span, replacement: impl Into<String>) -> Self {
        Self {
            span,
            replacement: replacement.into(),
        }
    }
}

/// Returns the edits in text order, without edits that overlap an earlier edit.
pub fn disjoint(edits: &[TextEdit]) -> Vec<&TextEdit> {
    let mut edits: Vec<&TextEdit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    edits.dedup_by(|next, last| next.span.meets(last.span));
    edits
}

/// Returns a text that begins at `from`, with the edits applied. Skips edits to other texts and edits that
/// overlap an earlier edit.
pub fn edited(text: &str, from: Span, edits: &[TextEdit]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut done = 0;
    for TextEdit { span, replacement } in disjoint(edits) {
        let at = |byte: u32| {
            byte.checked_sub(from.start)
                .filter(|_| span.file == from.file)
        };
        let (Some(start), Some(end)) = (at(span.start), at(span.end)) else {
            continue;
        };
        let Some(kept) = text
            .get(done..start as usize)
            .filter(|_| text.is_char_boundary(end as usize))
        else {
            continue;
        };
        new.push_str(kept);
        new.push_str(replacement);
        done = end as usize;
    }
    new.push_str(text.get(done..).unwrap_or_default());
    new
}

#[cfg(test)]
mod tests {
    use super::{TextEdit, edited};
    use crate::lang::span::Span;

    #[test]
    fn edits_of_one_text_leave_others_alone() {
        let span = |file, start, end| Span { file, start, end };
        let edits = [
            TextEdit::new(span(0, 2, 3), ""),
            TextEdit::new(span(1, 1, 2), "no"),
            TextEdit::new(span(0, 0, 1), "bb"),
            TextEdit::new(span(0, 2, 4), "no"),
            TextEdit::new(span(0, 7, 9), "no"),
        ];
        assert_eq!(edited("a–c", Span::start_of(0), &edits[2..3]), "bb–c");
        assert_eq!(edited("abcd", Span::start_of(0), &edits), "bbbd");
        assert_eq!(edited("bcd", span(0, 1, 4), &edits), "bd");
    }
}
