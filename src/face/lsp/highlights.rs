//! `textDocument/documentHighlight`

use lsp_types::{DocumentHighlight, DocumentHighlightKind, Position};

use super::name_lookup::NameLookup;
use super::view::View;
use pagewalk_script::services::names::Role;

/// All occurrences in the document of the name at a position.
pub(crate) fn highlights(view: &View, position: Position) -> Option<Vec<DocumentHighlight>> {
    let all = NameLookup::at_position(view, position)?.all_locations();
    let here = all.into_iter().filter(|(location, _)| location.uri == view.uri);
    let highlight = |(location, one): (lsp_types::Location, pagewalk_script::services::names::Occurrence)| {
        let kind = match one.role {
            Role::Defines => DocumentHighlightKind::WRITE,
            Role::Uses => DocumentHighlightKind::READ,
        };
        DocumentHighlight { range: location.range, kind: Some(kind) }
    };
    Some(here.map(highlight).collect())
}
