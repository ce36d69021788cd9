//! Runs the scripts of a file and compares the results with its golden file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::find::{SuiteFile, SuiteFileKind, golden_of, included, report_name};
use super::goldens::{Orphan, compare_with_golden, former, is_present, renamed, rewrite, stale};
use super::script::scripts;
use crate::face::options::Checking;
use pagewalk_engine::files::shown;
use pagewalk_script::api::golden::{Case, CaseFilter, CaseRuns, Mistake, Name, Verdict};
use pagewalk_script::lang::diagnostic::Code;
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::suite::reports::{Blessed, Clock, Held, Outcome};

/// The use of golden files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goldens {
    /// Compare the results with them.
    Compare,
    /// Write them.
    Bless,
    /// Compare, and keep the results of files that differ.
    Review,
}

/// The parameters of a test run.
pub(crate) struct SuitePlan<'a> {
    pub(crate) style: Style,
    /// The options for checking the scripts.
    pub(crate) checking: Checking,
    /// The use of golden files.
    pub(crate) goldens: Goldens,
    /// Whether to keep the results of the statements for a report.
    pub(crate) results: bool,
    /// The clock that measures the cases, if any.
    pub(crate) clock: Option<Clock>,
    /// Whether a golden file is required.
    pub(crate) required: bool,
    pub(crate) wanted: CaseFilter<'a>,
    /// All files, including those that are not run.
    pub(crate) all: &'a [SuiteFile],
    /// The golden files without a script.
    pub(crate) orphans: &'a [Orphan],
    /// The files that the scripts include, computed when the first error occurs.
    pub(crate) included: OnceLock<BTreeSet<PathBuf>>,
}

/// The result of running a file's scripts.
#[derive(Debug, Default)]
pub(crate) struct PlayedFile {
    pub(crate) cases: Vec<Case>,
    /// The report on the scripts' errors.
    pub(crate) complaint: String,
    /// The outcome of `--bless`.
    pub(crate) blessed: Option<Blessed>,
    /// The results to review.
    pub(crate) review: Option<CaseRuns>,
    /// The other files that the scripts use.
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
        let mut did = CaseRuns::default();
        let (mut complete, mut circular) = (true, false);
        let unclosed = scripts.warnings();
        for warning in &unclosed {
            played.complaint += &words(warning, &format!("{}:{}", warning.file, warning.line));
        }
        let golden = golden_of(found);
        let known = is_present(&golden) || is_present(&former(found));
        let misnamed = golden.with_extension("yml");
        if !known && is_present(&misnamed) {
            let warning = format!(
                "pagewalk: {}: this file is not read, because golden files end in `.golden.yaml`\n  help: rename the file\n",
                shown(&misnamed)
            );
            played.complaint += &warning;
        }
        let record =
            self.goldens == Goldens::Bless || self.results || known || !self.orphans.is_empty();
        for mut script in scripts {
            script.script = self.checking.apply(script.script);
            script.clock = self.clock;
            let diagnostics = &script.script.diagnostics;
            complete &= diagnostics.is_empty();
            circular |= diagnostics
                .iter()
                .any(|one| one.code == Code::IncludeCircle);
            did.0.extend(script.run(record).0);
            if !script.fails {
                played.complaint += &script.script.render_warnings(self.style);
                played.complaint += &script.script.render_diagnostics(self.style);
            }
            let files = script.script.sources.files().skip(1);
            played
                .beside
                .extend(files.filter_map(|file| file.path.clone()));
        }
        played.beside.push(golden);
        self.add_to_first(&mut did, found, unclosed);
        // An included script need not be complete. Scripts that include each other would all be skipped.
        let wrong = did.cases().any(|case| case.own() == Verdict::Wrong);
        if wrong && !complete && !circular && self.is_included(found) {
            return PlayedFile {
                beside: played.beside,
                ..PlayedFile::default()
            };
        }
        let renamed = renamed(found, &mut did, self.orphans);
        let why = renamed.map(|(old, command)| {
            (
                format!("`{}` has the results in `{old}`", found.name),
                command,
            )
        });
        if self.goldens != Goldens::Bless {
            compare_with_golden(found, &mut did, self.wanted, self.required);
            played.complaint += &why.map_or_else(String::new, |(why, command)| {
                format!("pagewalk: {why}\n  help: run `{command}`\n")
            });
        } else if let Some((why, command)) = why {
            let outcome = Outcome::NotWritten {
                why,
                fix: format!("run `{command}`"),
            };
            played.blessed = Some(Blessed {
                file: report_name(&golden_of(found)),
                outcome,
            });
        } else {
            played.blessed = rewrite(found, &mut did, self.wanted);
        }
        if self.goldens == Goldens::Review
            && did.refusal(self.wanted).is_none()
            && !did.items(self.wanted).is_empty()
        {
            played.review = Some(did);
            return played;
        }
        played.cases = self.selected(did);
        played
    }

    pub(crate) fn selected(&self, mut did: CaseRuns) -> Vec<Case> {
        if self.results {
            did.keep_results();
        }
        did.selected(self.wanted).collect()
    }

    /// Adds the warnings about a document to its first case.
    fn add_to_first(&self, did: &mut CaseRuns, found: &SuiteFile, warnings: Vec<Mistake>) {
        if warnings.is_empty() {
            return;
        }
        if did.0.is_empty() {
            let name = Name {
                file: found.name.clone(),
                ..Name::default()
            };
            did.0.push((Case::new(name, 1), Vec::new()));
        }
        let case = &mut did.0[0].0;
        let list = if self.checking.denies_warnings() {
            &mut case.mistakes
        } else {
            &mut case.warnings
        };
        list.extend(warnings);
    }

    fn is_included(&self, found: &SuiteFile) -> bool {
        let included = self.included.get_or_init(|| included(self.all));
        Disk.canonical(&found.path)
            .is_ok_and(|path| included.contains(&path))
    }
}

/// The result for a file that cannot be read.
fn unreadable(found: &SuiteFile, mistake: Mistake) -> PlayedFile {
    let name = Name {
        file: found.name.clone(),
        ..Name::default()
    };
    let complaint = words(&mistake, &mistake.file);
    // A golden file needs no golden file.
    let golden = if found.kind == SuiteFileKind::Golden {
        Held::NotCompared
    } else {
        Held::Without
    };
    let case = Case {
        mistakes: vec![mistake],
        golden,
        ..Case::new(name, 1)
    };
    PlayedFile {
        cases: vec![case],
        complaint,
        ..PlayedFile::default()
    }
}

/// Returns the report on a mistake at a place that has no excerpt.
fn words(mistake: &Mistake, place: &str) -> String {
    let help = if mistake.help.is_empty() {
        String::new()
    } else {
        format!("  help: {}\n", mistake.help)
    };
    format!("pagewalk: {place}: {mistake}\n{help}")
}
