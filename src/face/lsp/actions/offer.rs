//! Something that may be done to a document's text, and its form in the protocol.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{CodeAction, CodeActionKind, Diagnostic, NumberOrString, WorkspaceEdit};

use crate::face::lsp::view::View;
use pagewalk_script::lang::edit::TextEdit;
use pagewalk_script::lang::span::Span;
use pagewalk_script::run::amend::Plan;

/// Something that may be done.
pub struct Offer {
    kind: CodeActionKind,
    /// In the text's order; no two meet.
    pub edits: Vec<TextEdit>,
    title: String,
    preferred: bool,
    /// The place and code of the diagnostic that it answers.
    about: Option<(Span, &'static str)>,
}

impl Offer {
    /// Of a kind, with what it is called and does.
    pub fn new(kind: CodeActionKind, title: String, edits: Vec<TextEdit>) -> Self {
        Self { kind, edits, title, preferred: false, about: None }
    }

    /// The same, of another kind.
    pub fn of_kind(self, kind: CodeActionKind) -> Self {
        Self { kind, ..self }
    }

    /// It answers this diagnostic, by its place and code.
    pub fn about(self, diagnostic: (Span, &'static str)) -> Self {
        Self { about: Some(diagnostic), ..self }
    }

    /// It fixes this diagnostic, by its place and code.
    pub fn fixes(self, diagnostic: (Span, &'static str)) -> Self {
        Self { preferred: true, ..self.about(diagnostic) }
    }

    /// As the protocol has it, with those of the client's diagnostics that it answers.
    #[expect(
        clippy::mutable_key_type,
        reason = "the protocol's library has URIs as keys, and they are not changed"
    )]
    pub fn told(self, view: &View, known: &[Diagnostic]) -> CodeAction {
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

/// Whether a place and a range share a byte or touch.
pub fn touches(span: Span, range: &Range<usize>) -> bool {
    span.start as usize <= range.end && range.start <= span.end as usize
}

/// The edits of some places of the document.
pub fn edits_of(plan: &Plan, of: impl Fn(Span) -> bool) -> Vec<TextEdit> {
    plan.edits.iter().filter(|edit| edit.span.file == 0 && of(edit.span)).cloned().collect()
}
