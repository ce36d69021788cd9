//! Finds, reads, compares and writes golden files.

use std::path::{Path, PathBuf};

use super::ending::{ENDING, scripts_of};
use super::find::{SuiteFile, SuiteFileKind, error_words, report_name};
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::suite::golden::{
    Entry, FORMAT, Golden, Placed, Section, Unusable, compare, read, write,
};
use pagewalk_script::suite::reports::{Case, Held, Mistake, bless};

/// The golden file of a file: `x.golden.yaml` for `x.pw`, and also for `x.md` unless there is an `x.pw`.
pub(crate) fn golden_of(found: &SuiteFile) -> PathBuf {
    let beside_script = found.kind == SuiteFileKind::Markdown && found.path.with_extension("pw").exists();
    let stem = if beside_script { found.path.file_name() } else { found.path.file_stem() };
    found.path.with_file_name(format!("{}{ENDING}", stem.unwrap_or_default().to_string_lossy()))
}

/// The mistake of a golden file without a script.
pub(crate) fn stale(found: &SuiteFile) -> Mistake {
    let scripts: Vec<String> =
        scripts_of(&found.path).iter().skip(1).map(|path| format!("`{}`", report_name(path))).collect();
    Mistake {
        file: found.name.clone(),
        line: 1,
        column: 1,
        code: "",
        message: format!("this golden file has no script: there is no {}", scripts.join(" and no ")),
        help: "remove it, or rename it as its script was renamed".to_owned(),
    }
}

/// The cases of a file with their recorded statements.
pub(crate) type CaseRuns = Vec<(Case, Vec<Placed>)>;

/// Selects cases.
pub(crate) type CaseFilter<'a> = &'a (dyn Fn(&Case) -> bool + Sync);

/// Compares cases with their golden file.
pub(crate) fn compare_with_golden(found: &SuiteFile, did: &mut CaseRuns, wanted: CaseFilter, required: bool) {
    let path = golden_of(found);
    if !path.exists() {
        let without = if required { Held::Missing } else { Held::Without };
        return set_golden(did, &without);
    }
    let bytes = match load_golden(&path) {
        Ok(bytes) => bytes,
        Err(unusable) => return reject_golden(found, &path, &unusable, did, wanted),
    };
    if write(&golden_from(did), &file_name(found)).as_bytes() == bytes {
        return set_golden(did, &Held::Same);
    }
    match read(&bytes) {
        Ok(golden) => compare_cases(&golden, did),
        Err(unusable) => reject_golden(found, &path, &unusable, did, wanted),
    }
}

/// The bytes of a golden file.
pub(crate) fn load_golden(path: &Path) -> Result<Vec<u8>, Unusable> {
    Disk.load(path).map_err(|error| Unusable::Unreadable(error_words(&error)))
}

/// Reports an unusable golden file with the first wanted case.
pub(crate) fn reject_golden(
    found: &SuiteFile,
    path: &Path,
    unusable: &Unusable,
    did: &mut CaseRuns,
    wanted: CaseFilter,
) {
    let ((line, column), help) = (unusable.place(), unusable.help(&bless(&found.name)));
    let (file, message) = (report_name(path), unusable.to_string());
    let mistake = Mistake { file, line, column, code: "", message, help };
    if let Some((case, _)) = did.iter_mut().find(|(case, _)| wanted(case)) {
        case.fails = false;
        case.mistakes = vec![mistake];
    }
    set_golden(did, &Held::Same);
}

fn set_golden(did: &mut CaseRuns, golden: &Held) {
    for (case, _) in did {
        case.golden.clone_from(golden);
    }
}

/// Compares the cases with a golden file.
pub(crate) fn compare_cases(golden: &Golden, did: &mut CaseRuns) {
    let gone: Vec<String> = golden
        .cases
        .iter()
        .filter(|section| !did.iter().any(|(case, _)| is_of(section, case)))
        .map(|section| format!("the golden file has {}, and the script has not", title(section)))
        .collect();
    for (at, (case, run)) in did.iter_mut().enumerate() {
        let mut notes = if at == 0 { gone.clone() } else { Vec::new() };
        let section = golden.cases.iter().find(|section| is_of(section, case));
        if section.is_none() {
            notes.push("the golden file has no such case".to_owned());
        }
        let empty = Section::default();
        let section = section.unwrap_or(&empty);
        let compared = case.fails || case.mistakes.is_empty();
        let differences = if compared { compare(&section.statements, run) } else { Vec::new() };
        let codes = codes(case);
        if compared && codes != section.mistakes {
            notes.push(format!(
                "its mistakes are {}, and the golden file has {}",
                list(&codes),
                list(&section.mistakes)
            ));
        }
        case.golden = if differences.is_empty() && notes.is_empty() {
            Held::Same
        } else {
            Held::Differs { differences, notes }
        };
    }
}

/// The golden file for these cases.
pub(crate) fn golden_from(did: &CaseRuns) -> Golden {
    let cases = did.iter().map(|(case, run)| Section {
        block: case.name.block.clone(),
        scenario: case.name.scenario.clone(),
        mistakes: codes(case),
        statements: run.iter().map(|placed| placed.entry.clone()).collect::<Vec<Entry>>(),
    });
    let golden = Golden { format: FORMAT, cases: cases.collect(), total: 0 };
    Golden { total: golden.listed(), ..golden }
}

/// Whether a section belongs to a case.
pub(crate) fn is_of(section: &Section, case: &Case) -> bool {
    (&section.block, &section.scenario) == (&case.name.block, &case.name.scenario)
}

/// The codes of a case's mistakes.
fn codes(case: &Case) -> Vec<String> {
    case.mistakes.iter().map(|mistake| mistake.code.to_owned()).collect()
}

/// The name of a case without its file.
fn title(section: &Section) -> String {
    match (&section.block, &section.scenario) {
        (None, None) => "statements outside of scenarios".to_owned(),
        (Some(block), None) => format!("`{block}`"),
        (None, Some(scenario)) => format!("the scenario `{scenario}`"),
        (Some(block), Some(scenario)) => format!("the scenario `{scenario}` of `{block}`"),
    }
}

fn list(codes: &[String]) -> String {
    if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
}

/// The name of a file without its folder.
pub(crate) fn file_name(found: &SuiteFile) -> String {
    found.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
