//! Golden files without a script, which a renamed or removed script leaves behind.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use super::find::{ENDING, SuiteFile, SuiteFileKind, report_name, scripts_of};
use super::goldens::{golden_of, is_present, load};
use crate::face::terminal::{Status, complain, print};
use pagewalk_engine::files::reason;
use pagewalk_script::api::golden::{CaseRuns, Golden, Mistake};
use pagewalk_script::report::narrate::count;
use pagewalk_script::suite::golden::{is_golden, read};
use pagewalk_script::suite::reports::renaming;

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
    let scripts: Vec<String> = scripts_of(&found.path)
        .iter()
        .skip(1)
        .map(|path| format!("`{}`", report_name(path)))
        .collect();
    Mistake {
        file: found.name.clone(),
        line: 1,
        column: 1,
        code: "",
        message: format!(
            "this golden file belongs to no script: there is no {}",
            scripts.join(" and no ")
        ),
        help: "rename the golden file to match a script, or remove it with `pagewalk test --prune`"
            .to_owned(),
    }
}

/// Lists and removes the golden files without a script.
pub(crate) fn prune(files: &[SuiteFile]) -> io::Result<Status> {
    let (mut text, mut removed) = (String::new(), Vec::new());
    for found in files
        .iter()
        .filter(|found| found.kind == SuiteFileKind::Golden)
    {
        // Another program may write files with this ending.
        let ours = load(&found.path).is_ok_and(|bytes| is_golden(&bytes));
        let what = if ours {
            "no script"
        } else {
            "not removed: Pagewalk did not write this file"
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}: {what}", found.name);
        removed.extend(ours.then_some(found));
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
