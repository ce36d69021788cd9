//! Golden files of open scripts: reading them, and the code actions that update or show them.

use std::collections::HashMap;
use std::path::Path;

use lsp_server::ResponseError;
use lsp_types::{
    CodeAction, CodeActionDisabled, CodeActionKind, CodeActionParams, Command, Position, Range,
    ShowDocumentParams, WorkspaceEdit,
};
use pagewalk_script::editor::{GoldenAction, GoldenEffect, GoldenFile};
use serde_json::{Value, json};

use super::protocol;
use super::protocol::{invalid, uri_in, uri_of};
use super::view::View;
use crate::face::test::arguments::in_ci;
use crate::face::test::find::{SuiteFile, SuiteFileKind, golden_of};
use crate::face::test::goldens::{is_present, load};

/// The command that opens a golden file. The arguments are its URI and a line, counted from 0.
pub(crate) const SHOW: &str = "pagewalk.showGolden";

/// The reason for not writing golden files in CI, where changes are not reviewed.
const IN_CI: &str = "the environment variable `CI` is set; bless the case on your own machine, and review the change";

/// Returns the golden file of a script, or `None` if the script has none.
pub(crate) fn golden_file(script: &Path) -> Option<GoldenFile> {
    let found = SuiteFile::from_path(script).filter(|found| found.kind == SuiteFileKind::Script)?;
    let path = golden_of(&found);
    is_present(&path).then(|| GoldenFile {
        bytes: load(&path),
        path,
    })
}

/// Returns the actions on the golden file for a range of a document.
pub(crate) fn actions(view: &View, params: &CodeActionParams) -> Vec<CodeAction> {
    let found = view
        .document
        .golden_actions(&view.bytes(params.range), view.ran.as_deref())
        .into_iter();
    found
        .filter_map(|action| code_action(view, action, &params.context.diagnostics))
        .collect()
}

/// Converts an action, or returns `None` if the client does not support it.
#[expect(
    clippy::mutable_key_type,
    reason = "the protocol's library uses URIs as keys, and the keys are never changed"
)]
fn code_action(
    view: &View,
    action: GoldenAction,
    known: &[lsp_types::Diagnostic],
) -> Option<CodeAction> {
    let mut converted = CodeAction {
        title: action.title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: protocol::diagnostics_about(
            known,
            view.range(&action.about.0),
            action.about.1,
        ),
        ..CodeAction::default()
    };
    match action.effect {
        GoldenEffect::Show(place) => {
            let line = protocol::range(&place.lines, &place.range).start.line;
            let arguments = vec![json!(uri_of(&place.path)?.as_str()), json!(line)];
            let command = Command::new(converted.title.clone(), SHOW.to_owned(), Some(arguments));
            converted.command = Some(command).filter(|_| view.client.shows_documents);
            converted.command.is_some().then_some(converted)
        }
        GoldenEffect::Bless(edits) => match edits.and_then(|edits| {
            if in_ci() {
                Err(IN_CI.to_owned())
            } else {
                Ok(edits)
            }
        }) {
            Ok(file) => {
                let edits = protocol::edits(&file.lines, file.edits);
                let changes = HashMap::from([(uri_of(&file.path)?, edits)]);
                converted.edit = Some(WorkspaceEdit {
                    changes: Some(changes),
                    ..WorkspaceEdit::default()
                });
                Some(converted)
            }
            Err(reason) => {
                converted.disabled = Some(CodeActionDisabled { reason });
                view.client.disabled_actions.then_some(converted)
            }
        },
    }
}

/// Returns the document that the arguments of [`SHOW`] name.
pub(crate) fn shown_document(
    arguments: Option<&Value>,
) -> Result<ShowDocumentParams, ResponseError> {
    let argument = |at: usize| arguments.and_then(|all| all.get(at));
    let uri = uri_in(argument(0))
        .ok_or_else(|| invalid(format!("{SHOW} takes the URI of a golden file and a line")))?;
    let line = argument(1)
        .and_then(Value::as_u64)
        .and_then(|line| u32::try_from(line).ok())
        .unwrap_or(0);
    let selection = Range::new(Position::new(line, 0), Position::new(line, 0));
    Ok(ShowDocumentParams {
        uri,
        external: None,
        take_focus: Some(true),
        selection: Some(selection),
    })
}
