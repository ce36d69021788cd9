//! Running the scripts of a file, and holding them to their golden file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::bless::rewrite;
use super::find::{SuiteFile, SuiteFileKind};
use super::goldens::{CaseFilter, CaseRuns, compare_with_golden, golden_of, stale};
use super::included::included;
use super::script::{Script, scripts};
use pagewalk_script::exam::LANGUAGE;
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::run;
use pagewalk_script::run::session::Options;
use pagewalk_script::suite::golden::Placed;
use pagewalk_script::suite::reports::{Case, Gather, Mistake, Name, Verdict};

/// How files are run.
pub(crate) struct SuitePlan<'a> {
    /// How mistakes are drawn.
    pub(crate) style: Style,
    /// Whether differences are in colour.
    pub(crate) color: bool,
    /// Golden files are written.
    pub(crate) bless: bool,
    /// There must be a golden file.
    pub(crate) required: bool,
    /// The cases that are asked for.
    pub(crate) wanted: CaseFilter<'a>,
    /// All files that there are, also those that are not run.
    pub(crate) all: &'a [SuiteFile],
    /// The files that scripts among them include; nobody asks before a script is wrong.
    pub(crate) included: OnceLock<BTreeSet<PathBuf>>,
}

/// What the scripts of a file came to.
#[derive(Debug, Default)]
pub(crate) struct PlayedFile {
    /// Their cases.
    pub(crate) cases: Vec<Case>,
    /// What is wrong with them, drawn for standard error.
    pub(crate) complaint: String,
    /// What was written to a golden file.
    pub(crate) blessed: Option<String>,
    /// The files that they are made of, other than the file itself.
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
        // What is there to be included need not stand alone.
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
            played.complaint += &script.reading.complaint(self.style);
        }
        let beside = script.reading.sources.files().iter().skip(1).filter_map(|file| file.path.clone());
        played.beside.extend(beside);
        did.extend(ran);
    }
}

/// A file of which nothing can be run.
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
