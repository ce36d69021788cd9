//! `textDocument/prepareRename` and `textDocument/rename`

use std::collections::BTreeMap;
use std::str::FromStr;

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{Position, PrepareRenameResponse, TextEdit, Uri, WorkspaceEdit};

use super::named::Named;
use super::refusal::refusal;
use super::view::View;
use pagewalk_script::lang::layout::{Token, TokenKind};
use pagewalk_script::run::names;

/// What would be renamed at a position, and the name that it has.
///
/// # Errors
/// `RequestFailed`: why nothing here can be renamed.
pub fn prepare(view: &View, position: Position) -> Result<Option<PrepareRenameResponse>, ResponseError> {
    let named = named(view, position)?;
    let (name, range) = named.place();
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.to_owned() }))
}

/// The edits that give what stands at a position another name, in every file that has it.
///
/// # Errors
/// `RequestFailed`: why it cannot have that name.
pub fn rename(view: &View, position: Position, new: &str) -> Result<Option<WorkspaceEdit>, ResponseError> {
    let named = named(view, position)?;
    let mut edits: BTreeMap<String, BTreeMap<(u32, u32), TextEdit>> = BTreeMap::new();
    for (read, symbols) in named.scripts() {
        for edit in names::rename(read, &symbols, new).map_err(failed)? {
            let Some(location) = named.location(read, edit.span) else { continue };
            let of_file = edits.entry(location.uri.as_str().to_owned()).or_default();
            let place = (edit.span.start, edit.span.end);
            of_file.insert(place, TextEdit { range: location.range, new_text: edit.replacement });
        }
    }
    let changes = edits.into_iter().filter_map(|(uri, edits)| {
        Some((Uri::from_str(&uri).ok()?, edits.into_values().collect::<Vec<_>>()))
    });
    Ok(Some(WorkspaceEdit { changes: Some(changes.collect()), ..WorkspaceEdit::default() }))
}

fn failed(message: String) -> ResponseError {
    refusal(ErrorCode::RequestFailed, message)
}

/// What is named at a position, if it can be renamed.
fn named(view: &View, position: Position) -> Result<Named<'_>, ResponseError> {
    let Some(named) = Named::in_all(view, position) else {
        return Err(failed(match word(view, position) {
            Some(word) => format!("`{word}` is no name that this script gives to something"),
            None => "there is no name here".to_owned(),
        }));
    };
    let (_, names, one) = named.found();
    names::renamable(names, one).map_err(failed)?;
    Ok(named)
}

/// The word at a position.
fn word(view: &View, position: Position) -> Option<&str> {
    let at = view.at(position);
    let is_word = |token: &&Token| matches!(token.kind, TokenKind::Word | TokenKind::Cell);
    let mut here = view.tokens().list.iter().filter(|token| token.start <= at && at <= token.end);
    here.find(is_word).map(|token| token.of(&view.text))
}
