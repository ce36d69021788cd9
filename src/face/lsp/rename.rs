//! `textDocument/prepareRename` and `textDocument/rename`

use std::collections::BTreeMap;
use std::str::FromStr;

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{Position, PrepareRenameResponse, TextEdit, Uri, WorkspaceEdit};

use super::name_lookup::NameLookup;
use super::response_error::response_error;
use super::view::View;
use pagewalk_script::lang::layout::{Token, TokenKind};
use pagewalk_script::services::names;

/// The name at a position, or the reason why it cannot be renamed (`RequestFailed`).
pub(crate) fn prepare(
    view: &View,
    position: Position,
) -> Result<Option<PrepareRenameResponse>, ResponseError> {
    let named = renamable_name(view, position)?;
    let (name, range) = named.name_and_range();
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.to_owned() }))
}

/// The edits that rename the name at a position in every file, or the reason why the new name is refused
/// (`RequestFailed`).
pub(crate) fn rename(
    view: &View,
    position: Position,
    new: &str,
) -> Result<Option<WorkspaceEdit>, ResponseError> {
    let named = renamable_name(view, position)?;
    let mut edits: BTreeMap<String, BTreeMap<(u32, u32), TextEdit>> = BTreeMap::new();
    for (read, symbols) in named.scripts() {
        for edit in names::rename(read, &symbols, new).map_err(request_failed)? {
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

fn request_failed(message: String) -> ResponseError {
    response_error(ErrorCode::RequestFailed, message)
}

/// The name at a position, if it can be renamed.
fn renamable_name(view: &View, position: Position) -> Result<NameLookup<'_>, ResponseError> {
    let Some(named) = NameLookup::in_all(view, position) else {
        return Err(request_failed(match word_at(view, position) {
            Some(word) => format!("`{word}` is no name that this script gives to something"),
            None => "there is no name here".to_owned(),
        }));
    };
    let (_, names, one) = named.occurrence();
    names::renamable(names, one).map_err(request_failed)?;
    Ok(named)
}

/// The word at a position.
fn word_at(view: &View, position: Position) -> Option<&str> {
    let at = view.byte_at(position);
    let is_word = |token: &&Token| matches!(token.kind, TokenKind::Word | TokenKind::Cell);
    let mut here = view.tokens().list.iter().filter(|token| token.start <= at && at <= token.end);
    here.find(is_word).map(|token| token.of(&view.text))
}
