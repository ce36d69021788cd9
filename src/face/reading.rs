//! A script that is read and checked but not run.

use std::path::Path;

use pagewalk_script::LANGUAGE;
use pagewalk_script::lang::diagnostic::{Code, Diagnostic};
use pagewalk_script::lang::include::{Script, read, read_text};
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::{Style, render};
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{self, Files};

/// The most diagnostics in a report.
const MOST: usize = 100;

/// A script and its mistakes.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) sources: Sources,
    pub(crate) script: Script,
    /// The machine files and traces that it names.
    pub(crate) files: Files,
    /// Its mistakes; empty if it can run.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Reads and checks the script at this path (`-` is standard input) and all files that it names.
    pub(crate) fn from_path(path: &Path) -> Self {
        Self::from_loader(path, &mut Disk)
    }

    /// The same with files from a loader.
    pub(crate) fn from_loader(path: &Path, loader: &mut dyn Loader) -> Self {
        Self::checked(read(path, loader), loader)
    }

    /// Reads and checks a text as if it were a file of this name. The loader provides other files.
    pub(crate) fn from_text(name: &str, text: &str, loader: &mut dyn Loader) -> Self {
        Self::checked(read_text(name, text, loader), loader)
    }

    fn checked(
        (mut sources, script, mut diagnostics): (Sources, Script, Vec<Diagnostic>),
        loader: &mut dyn Loader,
    ) -> Self {
        let (files, wrong) = Files::read(&script.body, &mut sources, loader);
        diagnostics.extend(wrong);
        let broken: Vec<&str> = diagnostics.iter().map(|diagnostic| line_of(&sources, diagnostic)).collect();
        let checked = run::check(&script.body, &sources, &files, Options::of(&LANGUAGE));
        let beside = |one: &Diagnostic| {
            is_independent(one.code, &broken) && !diagnostics.iter().any(|known| known.span.meets(one.span))
        };
        let checked: Vec<Diagnostic> = checked.into_iter().filter(beside).collect();
        diagnostics.extend(checked);
        diagnostics.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
        Self { sources, script, files, diagnostics }
    }

    /// The script's name in messages.
    pub(crate) fn name(&self) -> &str {
        self.sources.file(0).map_or("", |file| &file.name)
    }

    /// The report of the diagnostics with their number; empty if there are none.
    pub(crate) fn complaint(&self, style: Style) -> String {
        self.complaint_about(&self.diagnostics, style)
    }

    /// The same report for other diagnostics of the script, such as those of a run.
    pub(crate) fn complaint_about(&self, diagnostics: &[Diagnostic], style: Style) -> String {
        let count = diagnostics.len();
        if count == 0 {
            return String::new();
        }
        let shown = diagnostics.get(..MOST).unwrap_or(diagnostics);
        let plural = if count == 1 { "" } else { "s" };
        let rest = if count > MOST { format!(", the first {MOST} shown") } else { String::new() };
        format!("{}{}: {count} mistake{plural}{rest}\n", render(shown, &self.sources, style), self.name())
    }
}

/// The line with a mistake.
fn line_of<'s>(sources: &'s Sources, diagnostic: &Diagnostic) -> &'s str {
    let file = sources.file(diagnostic.span.file);
    file.map_or("", |file| file.line(file.place(diagnostic.span.start).line))
}

/// Whether a mistake is independent of the lines with syntax errors. A missing machine or name that such a
/// line would have declared is not reported.
fn is_independent(code: Code, broken: &[&str]) -> bool {
    let declared_by: &[&str] = match code {
        Code::UnknownName | Code::UnknownFunction | Code::UnknownVerb => {
            &["let", "def", "choose", "for", "include", "}"]
        }
        Code::UnknownNoun
        | Code::UnknownPath
        | Code::UnknownFact
        | Code::NoMachine
        | Code::AddressTooWide
        | Code::ValueTooWide
        | Code::BadTable
        | Code::BadIndex => &["machine", "tlb", "cache", "include", "{", "}"],
        _ => return true,
    };
    !broken.iter().any(|line| declared_by.iter().any(|word| line.contains(word)))
}
