//! Runs the scripts of a file and compares them with their golden file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::bless::rewrite;
use super::find::{SuiteFile, SuiteFileKind};
use super::goldens::{CaseFilter, CaseRuns, compare_with_golden, golden_of, stale};
use super::included::included;
use super::script::{Script, scripts};
use pagewalk_script::LANGUAGE;
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::run;
use pagewalk_script::run::session::Options;
use pagewalk_script::suite::golden::Placed;
use pagewalk_script::suite::reports::{Case, Gather, Mistake, Name, Verdict};

/// The input of a test run.
pub(crate) struct SuitePlan<'a> {
    /// The style of mistakes.
    pub(crate) style: Style,
    /// Whether to color differences.
    pub(crate) color: bool,
    /// Whether to write golden files.
    pub(crate) bless: bool,
    /// Whether a golden file is required.
    pub(crate) required: bool,
    pub(crate) wanted: CaseFilter<'a>,
    /// All files, including those that are not run.
    pub(crate) all: &'a [SuiteFile],
    /// The files that the scripts include, computed at the first mistake.
    pub(crate) included: OnceLock<BTreeSet<PathBuf>>,
}

/// The result of the scripts of a file.
#[derive(Debug, Default)]
pub(crate) struct PlayedFile {
    pub(crate) cases: Vec<Case>,
    /// The report of their mistakes.
    pub(crate) complaint: String,
    /// The changes to a golden file.
    pub(crate) blessed: Option<String>,
    /// Other files that the scripts consist of.
    pub(crate) beside: Vec<PathBuf>,
}

impl SuitePlan<'_> {
    /// Runs the scripts of a file.
    pub(crate) fn play(&self, found: &SuiteFile) -> PlayedFile {
        if found.kind == SuiteFileKind::Golden {
            return unreadable(found, stale(found));
        }
        let scripts = match scripts(found) {
            Ok(scripts) => scripts,
            Err(mistake) => return unreadable(found, mistake),
        };
        let mut played = PlayedFile::default();
        let mut did = CaseRuns::new();
        let golden = golden_of(found);
        let record = self.bless || golden.exists();
        for script in scripts {
            self.play_script(script, record, &mut did, &mut played);
        }
        played.beside.push(golden);
        // An included script need not be complete.
        let wrong = did.iter().any(|(case, _)| case.own() == Verdict::Wrong);
        if wrong && self.is_included(found) {
            return PlayedFile { beside: played.beside, ..PlayedFile::default() };
        }
        if self.bless {
            played.blessed = rewrite(found, &mut did, self.wanted, self.color);
        } else {
            compare_with_golden(found, &mut did, self.wanted, self.required);
        }
        played.cases = did.into_iter().map(|(case, _)| case).filter(|case| (self.wanted)(case)).collect();
        played
    }

    fn is_included(&self, found: &SuiteFile) -> bool {
        let included = self.included.get_or_init(|| included(self.all));
        Disk.canonical(&found.path).is_ok_and(|path| included.contains(&path))
    }

    fn play_script(&self, mut script: Script, record: bool, did: &mut CaseRuns, played: &mut PlayedFile) {
        let cases = script.cases();
        let mut ran: CaseRuns = if script.reading.diagnostics.is_empty() {
            let (ran, diagnostics) = run(&script, cases, record);
            script.reading.diagnostics = diagnostics;
            ran
        } else {
            cases.into_iter().map(|case| (case, Vec::new())).collect()
        };
        for diagnostic in &script.reading.diagnostics {
            let at = script.case_at(diagnostic.span, ran.iter().map(|(case, _)| case));
            if let Some((case, _)) = ran.get_mut(at) {
                case.mistakes.push(Mistake::of(diagnostic, &script.reading.sources));
            }
        }
        if !script.fails {
            played.complaint += &script.reading.render_diagnostics(self.style);
        }
        let beside = script.reading.sources.files().iter().skip(1).filter_map(|file| file.path.clone());
        played.beside.extend(beside);
        did.extend(ran);
    }
}

/// The result of a file that cannot be read.
fn unreadable(found: &SuiteFile, mistake: Mistake) -> PlayedFile {
    let name = Name { file: found.name.clone(), ..Name::default() };
    let complaint = format!("pagewalk: {}: {mistake}\n", mistake.file);
    let case = Case { mistakes: vec![mistake], ..Case::new(name, 1) };
    PlayedFile { cases: vec![case], complaint, ..PlayedFile::default() }
}

fn run(script: &Script, cases: Vec<Case>, record: bool) -> (CaseRuns, Vec<Diagnostic>) {
    let reading = &script.reading;
    let mut gather = Gather::new(&reading.sources, cases, script.from, record);
    let options = Options::of(&LANGUAGE);
    let ended = run::play(&reading.script.body, &reading.sources, &reading.files, options, &mut gather);
    let (cases, did): (Vec<Case>, Vec<Vec<Placed>>) = gather.cases();
    let mut did: CaseRuns = cases.into_iter().zip(did).collect();
    if let Some((own, _)) = did.first_mut() {
        own.ran = true;
    }
    (did, ended.diagnostics)
}
