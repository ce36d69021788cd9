//! `textDocument/references`

use lsp_types::{Location, Position};

use super::name_lookup::NameLookup;
use super::view::View;
use pagewalk_script::services::names::Role;

/// All occurrences of the name at a position, in all open scripts and the files that they include.
pub(crate) fn references(view: &View, position: Position, with_definitions: bool) -> Option<Vec<Location>> {
    let all = NameLookup::in_all(view, position)?.all_locations();
    let wanted = all.into_iter().filter(|(_, one)| with_definitions || one.role == Role::Uses);
    Some(wanted.map(|(location, _)| location).collect())
}
