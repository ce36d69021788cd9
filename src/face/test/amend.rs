//! `pagewalk test --accept` and `--fill`: rewrites the expectations of scripts.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::find::{SuiteFile, error_words, included};
use super::script::scripts;
use crate::face::atomic_write::replace;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::face::threads::side_by_side;
use pagewalk_script::api::Options;
use pagewalk_script::api::golden::{Name, TestScript};
use pagewalk_script::lang::edit::edited;
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::source::{Sources, decode};
use pagewalk_script::lang::span::Span;
use pagewalk_script::report::diagnostics::{Style, render};
use pagewalk_script::run;
use pagewalk_script::run::record::{Sink, StepRecord};
use pagewalk_script::suite::amend::{Findings, Wanted, Watching};
use pagewalk_script::suite::amended::{difference, left_alone, summary};

/// The input of rewriting.
pub(crate) struct Amend<'a> {
    pub(crate) wanted: Wanted,
    /// All files that were found.
    pub(crate) all: &'a [SuiteFile],
    /// The files to run.
    pub(crate) files: &'a [SuiteFile],
    /// Whether a case is selected.
    pub(crate) wants: &'a (dyn Fn(&Name) -> bool + Sync),
    pub(crate) threads: usize,
    pub(crate) color: Color,
}

/// The findings of one script.
struct AmendRun {
    findings: Findings,
    /// The name and the canonical path of each of its files; no path if there is no file.
    files: Vec<(String, Option<PathBuf>)>,
    /// The report of its mistakes.
    complaint: String,
}

impl Amend<'_> {
    /// Runs the files, prints the changes and writes them. Writes nothing if standard output fails.
    pub(crate) fn execute(&self) -> io::Result<Status> {
        let style = diagnostic_style(self.color);
        let work = |found: &SuiteFile| self.run_file(found, style);
        let runs = side_by_side(self.files, self.threads, work, |_| false, |_, _| {});
        let (mut known, mut wrong, mut includes) = (AllFindings::new(self.wanted), false, None);
        for (found, runs) in self.files.iter().zip(runs) {
            for run in runs {
                if !run.complaint.is_empty() {
                    let includes: &BTreeSet<PathBuf> = includes.get_or_insert_with(|| included(self.all));
                    if Disk.canonical(&found.path).is_ok_and(|path| includes.contains(&path)) {
                        continue;
                    }
                    // An incomplete run has incomplete findings, which are not written.
                    complain(&run.complaint);
                    wrong = true;
                    continue;
                }
                known.absorb(run);
            }
        }
        let status = known.write(self.color)?;
        Ok(if wrong { Status::Wrong } else { status })
    }

    fn run_file(&self, found: &SuiteFile, style: Style) -> Vec<AmendRun> {
        match scripts(found) {
            Ok(scripts) => scripts
                .iter()
                .filter(|script| !script.fails)
                .map(|script| self.run_script(script, style))
                .collect(),
            Err(mistake) => {
                let findings = Findings::new(self.wanted);
                vec![AmendRun { findings, files: Vec::new(), complaint: format!("pagewalk: {mistake}\n") }]
            }
        }
    }

    fn run_script(&self, script: &TestScript, style: Style) -> AmendRun {
        let reading = &script.script;
        let mut findings = Findings::new(self.wanted);
        let mut complaint = reading.render_warnings(style) + &reading.render_diagnostics(style);
        if reading.diagnostics.is_empty() {
            let body = &reading.script.body;
            let watching = findings.watch(body, &reading.sources);
            let mut sink = CaseFilterSink { watching, name: &script.name, wants: self.wants };
            let options = Options::default();
            let ended = run::play(body, &reading.sources, &reading.files, options, &mut sink);
            complaint += &render(&ended.diagnostics, &reading.sources, style);
        }
        let one_path = |path: Option<&PathBuf>| Disk.canonical(path?).ok();
        let files = reading.sources.files().iter();
        let files = files.map(|file| (file.name.clone(), one_path(file.path.as_ref()))).collect();
        AmendRun { findings, files, complaint }
    }
}

/// Passes on the records of the selected cases. Of other cases it passes on the expectations that hold, so
/// that they are preserved.
struct CaseFilterSink<'a> {
    watching: Watching<'a>,
    name: &'a Name,
    wants: &'a (dyn Fn(&Name) -> bool + Sync),
}

impl Sink for CaseFilterSink<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let scenario = record.scenario.as_ref().map(ToString::to_string);
        if (self.wants)(&Name { scenario, ..self.name.clone() }) {
            return self.watching.accept(record);
        }
        let checks = record.checks.iter().filter(|check| check.held).cloned().collect();
        self.watching.accept(&StepRecord { checks, ..record.clone() })
    }
}

/// The findings of all runs by file.
struct AllFindings {
    findings: Findings,
    sources: Sources,
    numbers: BTreeMap<PathBuf, u32>,
}

impl AllFindings {
    fn new(wanted: Wanted) -> Self {
        Self { findings: Findings::new(wanted), sources: Sources::default(), numbers: BTreeMap::new() }
    }

    fn absorb(&mut self, run: AmendRun) {
        let files = run.files.iter();
        let numbers: Vec<Option<u32>> =
            files.map(|(name, path)| self.number(name, path.as_deref()?)).collect();
        self.findings.absorb(run.findings, |file| numbers.get(file as usize).copied().flatten());
    }

    /// The number of a file, which is read at its first use; none if it cannot be read.
    fn number(&mut self, name: &str, path: &Path) -> Option<u32> {
        if let Some(number) = self.numbers.get(path) {
            return Some(*number);
        }
        let bytes = Disk.load(path).ok()?;
        let number = self.sources.add(name, Some(path.to_owned()), decode(&bytes).ok()?);
        self.numbers.insert(path.to_owned(), number);
        Some(number)
    }

    /// Prints the changes and writes them.
    fn write(self, color: Color) -> io::Result<Status> {
        let colored = color.is_wanted(&io::stdout());
        let plan = self.findings.plan(&self.sources);
        let mut changed = Vec::new();
        let mut told = String::new();
        for (number, file) in (0..).zip(self.sources.files()) {
            let new = edited(&file.text, Span::start_of(number), &plan.edits);
            if new != *file.text {
                told += &difference(&file.name, &file.text, &new, colored);
                changed.push((file, new));
            }
        }
        told += &left_alone(&plan.left, &self.sources, colored);
        print(&told)?;
        let mut status = if plan.left.is_empty() { Status::Held } else { Status::Failed };
        for (file, new) in &changed {
            if let Err(error) = file.path.as_deref().map_or(Ok(()), |path| replace(path, &file.text, new)) {
                complain(&format!("pagewalk: cannot write `{}`: {}\n", file.name, error_words(&error)));
                status = Status::Wrong;
            }
        }
        print(&format!("{}\n", summary(plan.facts, changed.len(), plan.left.len())))?;
        Ok(status)
    }
}
