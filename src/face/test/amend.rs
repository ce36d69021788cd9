//! `pagewalk test --accept` and `--fill`: what scripts state is written anew, so that they hold.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::find::{SuiteFile, error_words};
use super::included::included;
use super::script::{Script, scripts};
use crate::face::atomic_write::replace;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::face::threads::side_by_side;
use pagewalk_script::exam::LANGUAGE;
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::source::{Sources, decode};
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::run;
use pagewalk_script::run::record::{Sink, StepRecord};
use pagewalk_script::run::session::Options;
use pagewalk_script::suite::amend::{Findings, Wanted, Watching, amended};
use pagewalk_script::suite::amended::{difference, left_alone, summary};
use pagewalk_script::suite::reports::Name;

/// What is written, and where.
pub(crate) struct Amend<'a> {
    /// What is written.
    pub(crate) wanted: Wanted,
    /// All files that were found.
    pub(crate) all: &'a [SuiteFile],
    /// Those that are run.
    pub(crate) files: &'a [SuiteFile],
    /// Whether a case is asked for.
    pub(crate) wants: &'a (dyn Fn(&Name) -> bool + Sync),
    /// How many files are run at a time.
    pub(crate) threads: usize,
    /// When to colour.
    pub(crate) color: Color,
}

/// What the run of one script has found out.
struct AmendRun {
    findings: Findings,
    /// The name and the one path of each of its files; no path where there is no such file.
    files: Vec<(String, Option<PathBuf>)>,
    /// What is wrong with it, drawn for standard error.
    complaint: String,
}

impl Amend<'_> {
    /// Runs the files, shows what is to be written, and writes it.
    ///
    /// # Errors
    /// What standard output says; nothing is written then.
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
                    // What is found out of half a run may not be all: nothing of it is written.
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

    fn run_script(&self, script: &Script, style: Style) -> AmendRun {
        let reading = &script.reading;
        let mut findings = Findings::new(self.wanted);
        let mut complaint = reading.complaint(style);
        if complaint.is_empty() {
            let body = &reading.script.body;
            let watching = findings.watch(body, &reading.sources);
            let mut sink = CaseFilterSink { watching, name: &script.name, wants: self.wants };
            let options = Options::of(&LANGUAGE);
            let ended = run::play(body, &reading.sources, &reading.files, options, &mut sink);
            complaint =
                pagewalk_script::report::diagnostics::render(&ended.diagnostics, &reading.sources, style);
        }
        let one_path = |path: Option<&PathBuf>| Disk.canonical(path?).ok();
        let files = reading.sources.files().iter();
        let files = files.map(|file| (file.name.clone(), one_path(file.path.as_ref()))).collect();
        AmendRun { findings, files, complaint }
    }
}

/// Hands on the records of the cases that are asked for, and of the others what holds: it is to hold further on.
struct CaseFilterSink<'a> {
    watching: Watching<'a>,
    name: &'a Name,
    wants: &'a (dyn Fn(&Name) -> bool + Sync),
}

impl Sink for CaseFilterSink<'_> {
    fn take(&mut self, record: &StepRecord) -> bool {
        let scenario = record.scenario.as_ref().map(ToString::to_string);
        if (self.wants)(&Name { scenario, ..self.name.clone() }) {
            return self.watching.take(record);
        }
        let checks = record.checks.iter().filter(|check| check.held).cloned().collect();
        self.watching.take(&StepRecord { checks, ..record.clone() })
    }
}

/// What all runs have found out, in the files as they are.
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

    /// The number of a file, which is read when it is first met; none if it cannot be read.
    fn number(&mut self, name: &str, path: &Path) -> Option<u32> {
        if let Some(number) = self.numbers.get(path) {
            return Some(*number);
        }
        let bytes = Disk.load(path).ok()?;
        let number = self.sources.add(name, Some(path.to_owned()), decode(&bytes).ok()?);
        self.numbers.insert(path.to_owned(), number);
        Some(number)
    }

    /// Shows what is to be written, and writes it.
    fn write(self, color: Color) -> io::Result<Status> {
        let colored = color.is_wanted(&io::stdout());
        let plan = self.findings.plan(&self.sources);
        let mut changed = Vec::new();
        let mut told = String::new();
        for (number, file) in (0..).zip(self.sources.files()) {
            let new = amended(&file.text, plan.of(number));
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
