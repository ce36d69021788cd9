//! `textDocument/definition`

use lsp_types::{GotoDefinitionResponse, Location, Position, Range};

use super::links::files;
use super::name_lookup::NameLookup;
use super::uri::uri_of;
use super::view::View;

/// The definition of the name at a position, or the file whose quoted name is there.
pub(crate) fn definition(view: &View, position: Position) -> Option<GotoDefinitionResponse> {
    let location =
        file_at(view, position).or_else(|| NameLookup::at_position(view, position)?.definition())?;
    Some(GotoDefinitionResponse::Scalar(location))
}

/// The file that an `include` or a `machine` names at a position.
fn file_at(view: &View, position: Position) -> Option<Location> {
    let at = view.byte_at(position) as u32;
    let (_, path) = files(view).into_iter().find(|(span, _)| span.start <= at && at <= span.end)?;
    Some(Location { uri: uri_of(&path)?, range: Range::default() })
}
