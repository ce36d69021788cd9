//! From the typed tree to code.

mod expressions;
mod function;
mod objects;

use super::messages::Parsed;
use super::settings::Settings;
use super::tree::Tree;
use function::Lowering;
use pagewalk_engine::program::Program;

/// Lowers a program.
pub(super) fn lower(tree: &Tree, settings: &Settings) -> Parsed<Program> {
    let placement = objects::place(tree, settings)?;
    Lowering::program(tree, placement, settings.conventions)
}
