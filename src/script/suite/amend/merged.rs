//! Findings from several runs, which may share files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::findings::{Findings, Wanted};
use super::plan::Plan;
use crate::lang::edit::edited;
use crate::lang::loader::Loader;
use crate::lang::source::{SourceFile, Sources, decode};
use crate::lang::span::Span;
use pagewalk_engine::files::limits::SCRIPT;

/// The findings from several runs, sorted by file.
pub struct Merged {
    findings: Findings,
    /// The complete files. A script may be a part of a file.
    pub sources: Sources,
    numbers: BTreeMap<PathBuf, u32>,
}

impl Merged {
    /// Creates empty findings.
    pub fn new(wanted: Wanted) -> Self {
        Self { findings: Findings::new(wanted), sources: Sources::default(), numbers: BTreeMap::new() }
    }

    /// Adds the findings from running a script with these files.
    pub fn absorb(&mut self, findings: Findings, sources: &Sources, loader: &mut dyn Loader) {
        let numbers: Vec<_> = sources.files().map(|file| self.number(file, loader)).collect();
        self.findings.absorb(findings, |file| numbers.get(file as usize).copied().flatten());
    }

    /// Returns the number of a file, reading the file on first use. Returns `None` if the file cannot be
    /// read.
    fn number(&mut self, file: &SourceFile, loader: &mut dyn Loader) -> Option<u32> {
        let path = loader.canonical(file.path.as_deref()?).ok()?;
        if let Some(number) = self.numbers.get(&path) {
            return Some(*number);
        }
        let bytes = loader.load(&path, SCRIPT).ok()?;
        let number = self.sources.add(&file.name, Some(path.clone()), decode(&bytes).ok()?);
        self.numbers.insert(path, number);
        Some(number)
    }

    /// Returns the plan and the changed files with their new texts.
    pub fn plan(&self) -> (Plan, Vec<(&SourceFile, String)>) {
        let plan = self.findings.plan(&self.sources);
        let new =
            |(number, file): (u32, &SourceFile)| edited(&file.text, Span::start_of(number), &plan.edits);
        let files = (0..).zip(self.sources.files()).map(|at| (at.1, new(at)));
        let changed = files.filter(|(file, new)| *new != *file.text).collect();
        (plan, changed)
    }
}
