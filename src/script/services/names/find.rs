//! The names of a whole script.

use std::sync::Arc;

use super::finder::Finder;
use super::kind::Space;
use super::occurrence::Names;
use crate::lang::ast::Block;
use crate::lang::source::Sources;
use crate::run::files::Files;

/// The names of a script: of all its files, machine files besides.
pub fn names(script: &Block, sources: &Sources, files: &Files) -> Names {
    let mut finder = Finder::new(sources, files);
    finder.block_in(script, finder.whole(0));
    finder.close();
    let Finder { mut table, scopes, texts, .. } = finder;
    let script = scopes.outermost();
    let file = |text: &Arc<str>| script.entries.get(&(Space::File, Arc::clone(text))).map(|entry| entry.id);
    texts.find(&file, &mut table);
    table.names()
}
