//! A script read and checked, before anything of it runs.

use std::path::Path;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::include::{Script, read};
use crate::lang::loader::Disk;
use crate::lang::source::Sources;
use crate::report::diagnostics::{Style, render};
use crate::run::session::Options;
use crate::run::{self, Files};

/// The most diagnostics of a script that are shown.
const MOST: usize = 100;

/// A script and what is wrong with it.
#[derive(Debug)]
pub struct Reading {
    /// Its files.
    pub sources: Sources,
    /// Its statements.
    pub script: Script,
    /// The machine files that it names.
    pub files: Files,
    /// What is wrong with it; empty if it may run.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Reads the script at this path (`-` is standard input) and all files that it names, and checks it.
    pub fn of(path: &Path) -> Self {
        let (mut sources, script, mut diagnostics) = read(path, &mut Disk);
        let (files, wrong) = Files::read(&script.body, &mut sources, &mut Disk);
        diagnostics.extend(wrong);
        let whole = diagnostics.is_empty();
        let checked = run::check(&script.body, &sources, &files, Options::default());
        diagnostics.extend(checked.into_iter().filter(|diagnostic| whole || stands_alone(diagnostic.code)));
        diagnostics.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
        Self { sources, script, files, diagnostics }
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

/// Whether a mistake of this kind is one even in a script of which a statement could not be read: what is missing (a
/// variable, a machine) is not taken for a mistake of its own.
fn stands_alone(code: Code) -> bool {
    !matches!(
        code,
        Code::UnknownName
            | Code::UnknownFunction
            | Code::UnknownNoun
            | Code::UnknownPath
            | Code::UnknownProcess
            | Code::NoMachine
            | Code::AddressTooWide
            | Code::ValueTooWide
            | Code::BadTable
    )
}
