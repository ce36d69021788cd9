//! Golden files: finding, reading, comparing, and writing.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use pagewalk_engine::files::atomic_write::replace;
use pagewalk_engine::files::limits::GOLDEN;
use pagewalk_engine::files::reason;
use pagewalk_script::api::golden::{CaseFilter, CaseRuns, Golden, Held, Mistake, Unusable};
use pagewalk_script::editor::OpenTexts;
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::source::decode;
use pagewalk_script::report::narrate::count;
use pagewalk_script::suite::golden::{is_golden, read, write};
use pagewalk_script::suite::reports::{Blessed, Outcome, command, renaming};

use super::find::{ENDING, SuiteFile, SuiteFileKind, golden_of, report_name, scripts_of};
use super::script::{BYTE_ORDER_MARK, scripts_from};
use crate::face::terminal::{Status, complain, print};

/// Compares the cases of a file with its golden file.
pub(crate) fn compare_with_golden(
    found: &SuiteFile,
    runs: &mut CaseRuns,
    wanted: CaseFilter,
    required: bool,
) {
    let path = golden_of(found);
    if !is_present(&path) {
        let other = path.with_extension("yml");
        if required && is_present(&other) {
            let (old, name) = (report_name(&other), report_name(&path));
            let renaming = renaming(&old, &name, is_tracked(&other));
            return runs.reject(&Unusable::Misnamed { name, renaming }, old, wanted);
        }
        return runs.set_golden(if required {
            &Held::Missing
        } else {
            &Held::Without
        });
    }
    let compared = load(&path).and_then(|bytes| runs.compare_bytes(&bytes, &file_name(found)));
    if let Err(unusable) = compared {
        runs.reject(&unusable, report_name(&path), wanted);
    }
}

/// Returns the golden file of a script with its old and new text after a change that keeps the meaning of the script.
/// Returns `None` if the golden file does not have the results of the script before the change. Golden files
/// contain names in statements, facts, tables, and digests, so the renamed script runs instead of an edit. A
/// golden file that did not match stays, because new results could hide the difference.
pub(crate) fn after_change(
    found: &SuiteFile,
    before: &OpenTexts,
    after: &OpenTexts,
) -> Option<(PathBuf, String, String)> {
    let path = golden_of(found);
    let bytes = before.clone().load(&path, GOLDEN).ok()?;
    let (golden, name) = (read(&bytes).ok()?, file_name(found));
    let mut old = runs(found, before.clone())?;
    old.compare_bytes(&bytes, &name).ok()?;
    if old.cases().any(|case| case.golden != Held::Same) {
        return None;
    }
    let (new, _) = runs(found, after.clone())?.bless(Some(&golden), &|_| true);
    Some((path, String::from_utf8(bytes).ok()?, write(&new, &name)))
}

/// Runs the scripts of a file.
fn runs(found: &SuiteFile, loader: impl Loader) -> Option<CaseRuns> {
    let mut runs = CaseRuns::default();
    for mut script in scripts_from(found, loader).ok()? {
        runs.0.extend(script.run(true).0);
    }
    Some(runs)
}

/// Rewrites the golden file for the selected cases. If a case fails or has an error, the golden file does not change.
/// Returns `None` if no case is selected.
pub(crate) fn rewrite(
    found: &SuiteFile,
    runs: &mut CaseRuns,
    wanted: CaseFilter,
) -> Option<Blessed> {
    if !runs.cases().any(wanted) {
        return None;
    }
    let path = golden_of(found);
    let file = report_name(&path);
    let outcome = rewrite_path(found, &path, runs, wanted).unwrap_or_else(|unusable| {
        runs.reject(&unusable, file.clone(), wanted);
        Outcome::NotWritten {
            why: unusable.to_string(),
            fix: unusable.help(&command("--bless", &found.name)),
        }
    });
    Some(Blessed { file, outcome })
}

/// Works like [`rewrite`], but returns the reason why an old or new golden file is unusable.
fn rewrite_path(
    found: &SuiteFile,
    path: &Path,
    runs: &mut CaseRuns,
    wanted: CaseFilter,
) -> Result<Outcome, Unusable> {
    if let Some((why, fix)) = runs.refusal(wanted) {
        runs.set_golden(&Held::NotCompared);
        let why = why.to_owned();
        return Ok(Outcome::NotWritten { why, fix });
    }
    let old = is_present(path).then(|| load(path));
    // The link of an untrusted suite can lead to any file.
    if path.is_symlink()
        && !old
            .as_ref()
            .is_some_and(|old| old.as_ref().is_ok_and(|bytes| is_golden(bytes)))
    {
        let why = "it is a link to a file that is not a golden file; remove the link";
        return Err(Unusable::Unwritable(why.to_owned()));
    }
    let read = old
        .as_ref()
        .map(|bytes| bytes.as_deref().map_err(Clone::clone));
    let (new, changed) = runs.bless_bytes(read, wanted)?;
    let text = write(&new, &file_name(found));
    let old = old.as_ref().and_then(|bytes| bytes.as_deref().ok());
    // Git for Windows checks files out with CR LF, and some editors add a byte-order mark.
    let unchanged = old.and_then(|old| decode(old).ok()).is_some_and(|old| {
        old.trim_start_matches(BYTE_ORDER_MARK)
            .replace("\r\n", "\n")
            == text
    });
    if !unchanged {
        let written = replace(path, old, text.as_bytes());
        written.map_err(|error| Unusable::Unwritable(reason(&error)))?;
    }
    for (case, _) in runs.0.iter_mut().filter(|(case, _)| wanted(case)) {
        case.golden = Held::Same;
    }
    Ok(if unchanged {
        Outcome::Unchanged
    } else {
        Outcome::Written {
            statements: new.listed(),
            changed,
        }
    })
}

/// Whether a file, a folder, or a link has this name, even if the link leads nowhere.
pub(crate) fn is_present(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

pub(crate) fn load(path: &Path) -> Result<Vec<u8>, Unusable> {
    let why = |error: &io::Error| match fs::metadata(path) {
        Ok(data) if data.is_dir() => "a folder has this name".to_owned(),
        Err(_) if path.is_symlink() => "it is a link to a file that does not exist".to_owned(),
        _ => reason(error),
    };
    Disk.load(path, GOLDEN)
        .map_err(|error| Unusable::Unreadable(why(&error)))
}

/// The name of a file without its folder.
pub(crate) fn file_name(found: &SuiteFile) -> String {
    found
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A golden file that may belong to a renamed script.
pub(crate) struct Orphan {
    path: PathBuf,
    golden: Golden,
}

impl Orphan {
    fn from_path(path: PathBuf) -> Option<Self> {
        let golden = load(&path).and_then(|bytes| read(&bytes)).ok()?;
        Some(Self { path, golden })
    }
}

/// Returns the golden files without a script.
pub(crate) fn orphans(all: &[SuiteFile]) -> Vec<Orphan> {
    let orphans = all
        .iter()
        .filter(|found| found.kind == SuiteFileKind::Golden);
    orphans
        .filter_map(|found| Orphan::from_path(found.path.clone()))
        .collect()
}

/// Returns the golden file of a document before a script with the same name existed.
pub(crate) fn former(found: &SuiteFile) -> PathBuf {
    found.path.with_extension(ENDING.trim_start_matches('.'))
}

/// Returns the golden file that contains the results of a file without a golden file, and the command that renames
/// it. `--bless` then writes no second golden file, with which git would not connect the history of
/// the first one.
pub(crate) fn renamed(
    found: &SuiteFile,
    runs: &mut CaseRuns,
    orphans: &[Orphan],
) -> Option<(String, String)> {
    let path = golden_of(found);
    if is_present(&path) || runs.0.is_empty() || runs.cases().any(|case| case.own().bad()) {
        return None;
    }
    // A new script with the name of a document takes the document's golden file. Another process may just have written
    // the golden file of this script.
    let taken = Some(former(found))
        .filter(|former| *former != path)
        .and_then(Orphan::from_path);
    let mut candidates = orphans.iter().chain(&taken);
    let orphan = candidates.find(|orphan| runs.matches(&orphan.golden))?;
    let (old, new) = (report_name(&orphan.path), report_name(&path));
    let command = renaming(&old, &new, is_tracked(&orphan.path));
    Some((old, command))
}

/// Whether git tracks a file, so that `git mv` can rename it.
fn is_tracked(path: &Path) -> bool {
    let listed = Command::new("git")
        .args(["ls-files", "--error-unmatch", "--"])
        .arg(path)
        .output();
    listed.is_ok_and(|output| output.status.success())
}

/// Returns the error for a golden file without a script.
pub(crate) fn stale(found: &SuiteFile) -> Mistake {
    let [_, script, document] = scripts_of(&found.path);
    let name = report_name(&document);
    let document = if document.is_file() {
        format!(", and `{name}` has its own")
    } else {
        format!(" and no `{name}`")
    };
    Mistake {
        file: found.name.clone(),
        line: 1,
        column: 1,
        code: "",
        message: format!(
            "this golden file belongs to no script: there is no `{}`{document}",
            report_name(&script)
        ),
        help: "rename the golden file to match a script, or remove it with `pagewalk test --prune`"
            .to_owned(),
    }
}

/// Lists and removes the golden files without a script. A golden file with the results of a renamed script remains, because it has the
/// only results that you have approved.
pub(crate) fn prune(files: &[SuiteFile]) -> io::Result<Status> {
    let (mut text, mut removed) = (String::new(), Vec::new());
    let orphans = orphans(files);
    let without_golden = files
        .iter()
        .filter(|found| !orphans.is_empty() && !is_present(&golden_of(found)));
    let renamed: HashMap<String, String> = without_golden
        .filter_map(|found| renamed(found, &mut runs(found, Disk)?, &orphans))
        .collect();
    for found in files
        .iter()
        .filter(|found| found.kind == SuiteFileKind::Golden)
    {
        // Another program may write files with this ending.
        let ours = load(&found.path).is_ok_and(|bytes| is_golden(&bytes));
        let command = renamed.get(&found.name);
        let what = match (ours, command) {
            (true, None) => "no script".to_owned(),
            (true, Some(command)) => {
                format!(
                    "not removed: a script without a golden file has its results; run `{command}`"
                )
            }
            (false, _) => "not removed: Pagewalk did not write this file".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}: {what}", found.name);
        removed.extend((ours && command.is_none()).then_some(found));
    }
    print(&text)?;
    let mut status = Status::Held;
    let all = removed.len();
    removed.retain(|found| {
        let error = fs::remove_file(&found.path).err();
        if let Some(error) = &error {
            complain(&format!(
                "pagewalk: cannot remove `{}`: {}\n",
                found.name,
                reason(error)
            ));
        }
        error.is_none()
    });
    if removed.len() < all {
        status = Status::Wrong;
    }
    print(&format!(
        "{} removed\n",
        count(removed.len() as u64, "golden file", "golden files")
    ))?;
    Ok(status)
}
