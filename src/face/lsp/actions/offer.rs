//! Something that may be done to a document's text, and its form in the protocol.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{CodeAction, CodeActionKind, Diagnostic, NumberOrString, TextEdit, WorkspaceEdit};

use crate::face::lsp::view::View;
use pagewalk_script::lang::span::Span;
use pagewalk_script::suite::amend::Plan;

/// Bytes of the text, and what is written there.
pub(crate) type ByteEdit = (Range<usize>, String);

/// Something that may be done.
pub(crate) struct Offer {
    kind: CodeActionKind,
    /// In the text's order; no two meet.
    pub(crate) edits: Vec<ByteEdit>,
    title: String,
    preferred: bool,
    /// The place and code of the diagnostic that it answers.
    about: Option<(Span, &'static str)>,
}

impl Offer {
    /// Of a kind, with what it is called and does.
    pub(crate) fn new(kind: CodeActionKind, title: String, edits: Vec<ByteEdit>) -> Self {
        Self { kind, edits, title, preferred: false, about: None }
    }

    /// The same, of another kind.
    pub(crate) fn of_kind(self, kind: CodeActionKind) -> Self {
        Self { kind, ..self }
    }

    /// It answers this diagnostic, by its place and code.
    pub(crate) fn about(self, diagnostic: (Span, &'static str)) -> Self {
        Self { about: Some(diagnostic), ..self }
    }

    /// It is the mend of this diagnostic, by its place and code.
    pub(crate) fn fixing(self, diagnostic: (Span, &'static str)) -> Self {
        Self { preferred: true, ..self.about(diagnostic) }
    }

    /// As the protocol has it, with those of the client's diagnostics that it answers.
    #[expect(
        clippy::mutable_key_type,
        reason = "the protocol's library has URIs as keys, and they are not changed"
    )]
    pub(crate) fn into_action(self, view: &View, known: &[Diagnostic]) -> CodeAction {
        let edit =
            |(bytes, new_text): ByteEdit| TextEdit { range: view.lines.range(&view.text, bytes), new_text };
        let edits = self.edits.into_iter().map(edit).collect();
        let changes = HashMap::from([(view.uri.clone(), edits)]);
        let answered = self.about.map(|(span, code)| {
            let code = Some(NumberOrString::String(code.to_owned()));
            let same = |one: &&Diagnostic| one.range == view.range(span) && one.code == code;
            known.iter().filter(same).cloned().collect::<Vec<_>>()
        });
        CodeAction {
            title: self.title,
            kind: Some(self.kind),
            diagnostics: answered.filter(|all| !all.is_empty()),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: self.preferred.then_some(true),
            ..CodeAction::default()
        }
    }
}

/// Whether a place and a range share a byte or touch.
pub(crate) fn touches(span: Span, range: &Range<usize>) -> bool {
    span.start as usize <= range.end && range.start <= span.end as usize
}

/// The amendments of some places.
pub(crate) fn edits_of(plan: &Plan, of: impl Fn(Span) -> bool) -> Vec<ByteEdit> {
    let amendments = plan.of(0).filter(|amendment| of(amendment.span));
    let edit = |span: Span, text: &str| (span.start as usize..span.end as usize, text.to_owned());
    amendments.map(|amendment| edit(amendment.span, &amendment.text)).collect()
}

/// Edits in the order of the text, without those that meet one before them.
pub(crate) fn without_overlaps(mut edits: Vec<ByteEdit>) -> Vec<ByteEdit> {
    edits.sort_by_key(|(bytes, _)| (bytes.start, bytes.end));
    let mut kept: Vec<ByteEdit> = Vec::new();
    for edit in edits {
        let meets = |last: &ByteEdit| edit.0.start < last.0.end || edit.0 == last.0;
        if !kept.last().is_some_and(meets) {
            kept.push(edit);
        }
    }
    kept
}
