//! The names in a whole script, and the names visible at a position.

use std::sync::Arc;

use super::finder::{Finder, Looked};
use super::kind::{NameKind, Space};
use super::occurrence::Names;
use crate::lang::ast::Block;
use crate::lang::include::{Script, read_again};
use crate::lang::source::Sources;
use crate::run::files::Files;

/// Returns the names in a script's files and machine files.
pub fn names(script: &Block, sources: &Sources, files: &Files) -> Names {
    let mut finder = Finder::new(sources, files);
    finder.block_in(script, finder.whole(0));
    finder.close();
    let Finder {
        mut table,
        scopes,
        texts,
        ..
    } = finder;
    let script = scopes.outermost();
    let file = |text: &Arc<str>| {
        script
            .entries
            .get(&(Space::File, Arc::clone(text)))
            .map(|entry| entry.id)
    };
    texts.find(&file, &mut table);
    table.names()
}

/// Returns the variables, definitions, and processes visible at a byte in a text, in order of first
/// occurrence. Does not read included files. The text may resemble an earlier script.
pub(crate) fn visible(text: &str, at: usize, earlier: &Script) -> Vec<(NameKind, Arc<str>)> {
    let (sources, script, _) = read_again("", text, &mut (), earlier);
    let files = Files::default();
    let mut finder = Finder::new(&sources, &files);
    finder.looked = Looked::For(at as u32);
    finder.block_in(&script.body, finder.whole(0));
    match finder.looked {
        Looked::Found(names) => names,
        Looked::Nowhere | Looked::For(_) => Vec::new(),
    }
}
