//! A script read and checked, before anything of it runs.

use std::path::Path;

use crate::lang::check::{Known, check};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::include::{Disk, Script, read};
use crate::lang::source::Sources;
use crate::report::diagnostics::{Style, render};

/// The most diagnostics of a script that are shown.
const MOST: usize = 100;

/// A script and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Its files.
    pub sources: Sources,
    /// Its statements.
    pub script: Script,
    /// What is wrong with it; empty if it may run.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Reads the script at this path (`-` is standard input) and what it includes, and checks what can be checked
    /// without knowing machines. Checks follow only where reading found nothing wrong: what is missing from the tree
    /// would look like a mistake of its own.
    pub fn of(path: &Path) -> Self {
        let (sources, script, mut diagnostics) = read(path, &mut Disk);
        if diagnostics.is_empty() {
            diagnostics = check(&script.body, KNOWN);
        }
        Self { sources, script, diagnostics }
    }

    /// The script's name, as messages have it.
    pub fn name(&self) -> &str {
        self.sources.file(0).map_or("", |file| &file.name)
    }

    /// The diagnostics for a reader, and how many there are; empty if there are none.
    pub fn complaint(&self, style: Style) -> String {
        let count = self.diagnostics.len();
        if count == 0 {
            return String::new();
        }
        let shown = self.diagnostics.get(..MOST).unwrap_or(&self.diagnostics);
        let plural = if count == 1 { "" } else { "s" };
        let rest = if count > MOST { format!(", the first {MOST} shown") } else { String::new() };
        format!("{}{}: {count} mistake{plural}{rest}\n", render(shown, &self.sources, style), self.name())
    }
}

/// What may be called and what is no variable. Whether a call's name exists is found when the script runs; words in
/// capitals are C's constants or processes.
const KNOWN: Known<'_> = Known {
    is_call: &|_| true,
    is_word: &|name| {
        let capitals = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(capitals)
    },
};
