//! A possible change to a document, and its form in the protocol.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{CodeAction, CodeActionKind, Diagnostic, NumberOrString, WorkspaceEdit};

use crate::face::lsp::view::View;
use pagewalk_script::lang::edit::TextEdit;
use pagewalk_script::lang::span::Span;
use pagewalk_script::suite::amend::Plan;

/// A possible change.
pub(crate) struct Offer {
    kind: CodeActionKind,
    /// Sorted and without overlaps.
    pub(crate) edits: Vec<TextEdit>,
    title: String,
    preferred: bool,
    /// The range and the code of the diagnostic that this is about.
    about: Option<(Span, &'static str)>,
}

impl Offer {
    pub(crate) fn new(kind: CodeActionKind, title: String, edits: Vec<TextEdit>) -> Self {
        Self { kind, edits, title, preferred: false, about: None }
    }

    /// The same change with another kind.
    pub(crate) fn of_kind(self, kind: CodeActionKind) -> Self {
        Self { kind, ..self }
    }

    /// Refers to the diagnostic with this range and code.
    pub(crate) fn about(self, diagnostic: (Span, &'static str)) -> Self {
        Self { about: Some(diagnostic), ..self }
    }

    /// Marks this as the fix of the diagnostic with this range and code.
    pub(crate) fn fixing(self, diagnostic: (Span, &'static str)) -> Self {
        Self { preferred: true, ..self.about(diagnostic) }
    }

    /// The protocol's form, with the client's diagnostics that it is about.
    #[expect(
        clippy::mutable_key_type,
        reason = "the protocol's library has URIs as keys, and they are not changed"
    )]
    pub(crate) fn into_action(self, view: &View, known: &[Diagnostic]) -> CodeAction {
        let edit = |edit: TextEdit| lsp_types::TextEdit::new(view.range(edit.span), edit.replacement);
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

/// Whether a span and a range overlap or touch.
pub(crate) fn touches(span: Span, range: &Range<usize>) -> bool {
    span.start as usize <= range.end && range.start <= span.end as usize
}

/// The edits for the spans that match.
pub(crate) fn edits_of(plan: &Plan, of: impl Fn(Span) -> bool) -> Vec<TextEdit> {
    plan.edits.iter().filter(|edit| edit.span.file == 0 && of(edit.span)).cloned().collect()
}
