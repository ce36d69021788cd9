//! Golden files: finding, reading, comparing, and writing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::find::{ENDING, SuiteFile, SuiteFileKind, error_words, report_name, scripts_of};
use crate::face::atomic_write::write_file;
use pagewalk_script::api::golden::{CaseFilter, CaseRuns, Golden, Held, Mistake, Unusable};
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::report::narrate::count;
use pagewalk_script::suite::golden::{read, write};

/// Returns the golden file for a file: `x.golden.yaml` for `x.pw`, and also for `x.md` unless `x.pw` exists.
pub(crate) fn golden_of(found: &SuiteFile) -> PathBuf {
    let beside_script = found.kind == SuiteFileKind::Markdown && found.path.with_extension("pw").exists();
    let stem = if beside_script { found.path.file_name() } else { found.path.file_stem() };
    found.path.with_file_name(format!("{}{ENDING}", stem.unwrap_or_default().to_string_lossy()))
}

/// Returns the error for a golden file without a script.
pub(crate) fn stale(found: &SuiteFile) -> Mistake {
    let scripts: Vec<String> =
        scripts_of(&found.path).iter().skip(1).map(|path| format!("`{}`", report_name(path))).collect();
    Mistake {
        file: found.name.clone(),
        line: 1,
        column: 1,
        code: "",
        message: format!("this golden file belongs to no script: there is no {}", scripts.join(" and no ")),
        help: "remove the golden file, or rename it to match a script".to_owned(),
    }
}

/// Compares the cases of a file with its golden file.
pub(crate) fn compare_with_golden(
    found: &SuiteFile,
    runs: &mut CaseRuns,
    wanted: CaseFilter,
    required: bool,
) {
    let path = golden_of(found);
    if !is_present(&path) {
        return runs.set_golden(if required { &Held::Missing } else { &Held::Without });
    }
    let compared = load(&path).and_then(|bytes| runs.compare_bytes(&bytes, &file_name(found)));
    if let Err(unusable) = compared {
        runs.reject(&unusable, report_name(&path), wanted);
    }
}

/// Rewrites the golden file for the selected cases and returns the changes. If a case fails or has an error,
/// the golden file does not change.
pub(crate) fn rewrite(
    found: &SuiteFile,
    runs: &mut CaseRuns,
    wanted: CaseFilter,
    color: bool,
) -> Option<String> {
    if runs.0.is_empty() || runs.cases().any(|case| wanted(case) && case.own().bad()) {
        compare_with_golden(found, runs, wanted, false);
        return None;
    }
    let path = golden_of(found);
    let old =
        if is_present(&path) { load(&path).and_then(|bytes| read(&bytes)) } else { Ok(Golden::default()) };
    if let Err(unusable @ (Unusable::Newer { .. } | Unusable::Unreadable(_))) = &old {
        runs.reject(unusable, report_name(&path), wanted);
        return None;
    }
    let (new, changes) = runs.bless(old.as_ref().ok(), wanted, color);
    let text = write(&new, &file_name(found));
    if fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return None;
    }
    if let Err(error) = write_file(&path, &text) {
        runs.reject(&Unusable::Unwritable(error_words(&error)), report_name(&path), wanted);
        return None;
    }
    for (case, _) in runs.0.iter_mut().filter(|(case, _)| wanted(case)) {
        case.golden = Held::Same;
    }
    let statements = count(new.listed(), "statement", "statements");
    Some(format!("{}: written, {statements}\n{changes}", report_name(&path)))
}

/// Whether a file, a folder, or a link has this name, even if the link leads nowhere.
pub(crate) fn is_present(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn load(path: &Path) -> Result<Vec<u8>, Unusable> {
    let why = |error: &io::Error| match fs::metadata(path) {
        Ok(data) if data.is_dir() => "a folder has this name".to_owned(),
        Err(_) if path.is_symlink() => "it is a link to a file that does not exist".to_owned(),
        _ => error_words(error),
    };
    Disk.load(path).map_err(|error| Unusable::Unreadable(why(&error)))
}

/// The name of a file without its folder.
fn file_name(found: &SuiteFile) -> String {
    found.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
