//! A parsed script, before the check.

use crate::lang::diagnostic::Diagnostic;
use crate::lang::include::{Script, read_again};
use crate::lang::loader::Loader;
use crate::lang::source::Sources;
use crate::run::Files;

/// A parsed script with the files that it names. [`CheckedScript`](super::CheckedScript) adds the results of the check.
#[derive(Debug, Clone)]
pub struct ParsedScript {
    /// The texts of the script and its included files.
    pub sources: Sources,
    pub script: Script,
    /// The machine files and traces that the script names.
    pub files: Files,
    /// The errors in the syntax and in the files.
    pub diagnostics: Vec<Diagnostic>,
}

impl ParsedScript {
    /// Parses a text as if it were a file of this name. The loader provides other files. If `earlier` contains most
    /// statements of the text, the method parses only the other statements. The result does not depend on `earlier`.
    pub fn from_text(name: &str, text: &str, earlier: &Script, loader: &mut dyn Loader) -> Self {
        Self::new(read_again(name, text, loader, earlier), loader)
    }

    pub(super) fn new(
        (mut sources, script, mut diagnostics): (Sources, Script, Vec<Diagnostic>),
        loader: &mut dyn Loader,
    ) -> Self {
        let (files, wrong) = Files::read(&script.body, &mut sources, loader);
        diagnostics.extend(wrong);
        Self {
            sources,
            script,
            files,
            diagnostics,
        }
    }
}
