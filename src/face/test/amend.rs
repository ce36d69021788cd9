//! `pagewalk test --accept` and `--fill`: rewrites the expectations of scripts.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use pagewalk_engine::files::atomic_write::{CHANGED, changed, replace};
use pagewalk_engine::files::reason;
use pagewalk_script::api::golden::{CaseFilter, CaseRuns, Name, TestScript};
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::{Style, render};
use pagewalk_script::report::text::Theme;
use pagewalk_script::suite::amend::merged::{difference, left_alone, summary};
use pagewalk_script::suite::amend::{BlockPlace, ChangedFile, Findings, Merged, Wanted};
use pagewalk_script::suite::case_runs::{Content, Item};
use pagewalk_script::suite::golden::{read, write};

use super::find::{SuiteFile, golden_of, included, report_name};
use super::goldens::{compare_with_golden, file_name, load};
use super::script::scripts;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::face::threads::side_by_side;

/// The parameters of `pagewalk test --accept` and `--fill`.
pub(crate) struct Amend<'a> {
    pub(crate) wanted: Wanted,
    /// All files that were found.
    pub(crate) all: &'a [SuiteFile],
    pub(crate) files: &'a [SuiteFile],
    /// Whether a case is selected.
    pub(crate) wants: &'a (dyn Fn(&Name) -> bool + Sync),
    pub(crate) threads: usize,
    pub(crate) color: Color,
}

/// The result of one script.
#[derive(Default)]
struct AmendRun {
    findings: Findings,
    sources: Sources,
    place: Option<BlockPlace>,
    /// The report on the script's errors.
    complaint: String,
}

impl Amend<'_> {
    /// Runs the files, prints the changes, and writes them. If writing to standard output fails, changes no
    /// file.
    pub(crate) fn execute(&self) -> io::Result<Status> {
        let style = diagnostic_style(self.color);
        let work = |found: &SuiteFile| self.run_file(found, style);
        let runs = side_by_side(self.files, self.threads, work, |_| false, |_, _| {});
        let (mut merged, mut wrong, mut includes) = (Merged::new(self.wanted), false, None);
        for (found, runs) in self.files.iter().zip(runs) {
            for AmendRun {
                findings,
                sources,
                place,
                complaint,
            } in runs
            {
                if complaint.is_empty() {
                    merged.absorb(findings, &sources, place.as_ref(), &Disk);
                    continue;
                }
                let includes: &BTreeSet<PathBuf> =
                    includes.get_or_insert_with(|| included(self.all));
                if !Disk
                    .canonical(&found.path)
                    .is_ok_and(|path| includes.contains(&path))
                {
                    // The findings of an interrupted run are incomplete and are not written.
                    complain(&complaint);
                    wrong = true;
                }
            }
        }
        let status = write_amended(&merged, self.color)?;
        Ok(if wrong { Status::Wrong } else { status })
    }

    fn run_file(&self, found: &SuiteFile, style: Style) -> Vec<AmendRun> {
        match scripts(found) {
            Ok(scripts) => scripts
                .filter(|script| !script.fails)
                .map(|script| self.run_script(script, style))
                .collect(),
            Err(mistake) => {
                vec![AmendRun {
                    complaint: format!("pagewalk: {mistake}\n"),
                    ..AmendRun::default()
                }]
            }
        }
    }

    fn run_script(&self, script: TestScript, style: Style) -> AmendRun {
        let (mut findings, mut complaint) =
            (Findings::default(), script.script.render_diagnostics(style));
        if complaint.is_empty() {
            let (found, wrong) = script.findings(self.wanted, self.wants);
            (findings, complaint) = (found, render(&wrong, &script.script.sources, style));
        }
        AmendRun {
            findings,
            sources: script.script.sources,
            place: script.place,
            complaint,
        }
    }
}

/// Prints the changes and writes them.
fn write_amended(merged: &Merged, color: Color) -> io::Result<Status> {
    let theme = color.theme(&io::stdout());
    let (plan, changed) = merged.plan();
    let differences = changed.iter().filter_map(|ChangedFile { file, new, .. }| {
        Some(difference(&file.name, &file.text, new.as_deref()?, theme))
    });
    let left = left_alone(&plan.left, &merged.sources, theme);
    print(&(differences.collect::<String>() + &theme.wrapped(&left)))?;
    let (mut facts, mut written) = (0, 0);
    for change in &changed {
        match write_file(change) {
            Ok(()) => (facts, written) = (facts + change.facts, written + 1),
            Err(error) => {
                complain(&format!(
                    "pagewalk: cannot write `{}`: {}\n",
                    change.file.name,
                    reason(&error)
                ));
            }
        }
    }
    let unwritten = changed.len() - written;
    print(&format!(
        "{}\n",
        summary(facts, written, plan.left.len(), unwritten)
    ))?;
    Ok(match (unwritten, plan.left.len()) {
        (1.., _) => Status::Wrong,
        (0, 1..) => Status::Failed,
        (0, 0) => Status::Held,
    })
}

fn write_file(ChangedFile { file, new, .. }: &ChangedFile) -> io::Result<()> {
    let Some(new) = new else {
        return Err(changed());
    };
    let path = file.path.as_deref().unwrap_or(Path::new(""));
    replace(path, Some(file.text.as_bytes()), new.as_bytes())
}

/// Maximum number of attempts to write a golden file that other programs change.
const ATTEMPTS: usize = 10;

/// A file with differences from its golden file.
pub(crate) struct ReviewFile<'a> {
    pub(crate) found: &'a SuiteFile,
    pub(crate) runs: &'a mut CaseRuns,
}

/// A decision on a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Accept,
    Reject,
    Skip,
    AcceptAlike,
    Quit,
}

/// The decisions: the key, the word, and the decision.
const DECISIONS: &[(&str, &str, Decision)] = &[
    ("a", "accept", Decision::Accept),
    ("r", "reject", Decision::Reject),
    ("s", "skip", Decision::Skip),
    ("l", "all like this", Decision::AcceptAlike),
    ("q", "quit", Decision::Quit),
];

/// Requests a decision on each difference, and writes each accepted difference at once. Returns the
/// summary. An interrupted review therefore keeps its decisions.
pub(crate) fn review(
    files: &mut [ReviewFile],
    wanted: CaseFilter,
    theme: Theme,
) -> io::Result<String> {
    let all: Vec<Vec<Item>> = files.iter().map(|file| file.runs.items(wanted)).collect();
    let items: Vec<(usize, &Item)> = (0..)
        .zip(&all)
        .flat_map(|(file, items)| items.iter().map(move |item| (file, item)))
        .collect();
    let (mut accepted, mut rejected, mut failed) = (HashSet::new(), 0, BTreeSet::new());
    for (file, item) in &items {
        if accepted.contains(&(*file, item.case, item.content.clone())) {
            continue;
        }
        print(&item.text(theme))?;
        let alike = match ask()? {
            Decision::Accept => vec![(*file, *item)],
            Decision::AcceptAlike => items
                .iter()
                .copied()
                .filter(|(_, other)| other.content == item.content)
                .collect(),
            Decision::Reject => {
                rejected += 1;
                continue;
            }
            Decision::Skip => continue,
            Decision::Quit => break,
        };
        accepted.extend(
            alike
                .iter()
                .map(|(file, item)| (*file, item.case, item.content.clone())),
        );
        let changed: BTreeSet<usize> = alike.into_iter().map(|(file, _)| file).collect();
        for at in changed {
            let ReviewFile { found, runs } = &mut files[at];
            let accepts =
                |case: usize, content: &Content| accepted.contains(&(at, case, content.clone()));
            if let Err(why) = write_accepted(found, runs, &accepts) {
                complain(&format!(
                    "pagewalk: cannot write `{}`: {why}\n",
                    report_name(&golden_of(found))
                ));
                failed.insert(at);
            }
        }
        accepted.retain(|(file, ..)| !failed.contains(file));
    }
    for ReviewFile { found, runs } in files {
        compare_with_golden(found, runs, wanted, false);
    }
    let count = items
        .iter()
        .filter(|(file, item)| accepted.contains(&(*file, item.case, item.content.clone())));
    let count = count.count();
    Ok(format!(
        "{count} accepted, {rejected} rejected, {} undecided\n",
        items.len() - count - rejected
    ))
}

/// Reads a decision from standard input, one per line. The end of the input means to quit. Single
/// keys would not work through a pipe.
fn ask() -> io::Result<Decision> {
    let choices: Vec<String> = DECISIONS
        .iter()
        .map(|(key, word, _)| format!("{word} ({key})"))
        .collect();
    loop {
        print(&format!("{}? ", choices.join(", ")))?;
        let mut line = Vec::new();
        if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
            print("\n")?;
            return Ok(Decision::Quit);
        }
        let line = String::from_utf8_lossy(&line).trim().to_lowercase();
        if let Some((.., decision)) = DECISIONS
            .iter()
            .find(|(key, word, _)| line == *key || line == *word)
        {
            return Ok(*decision);
        }
    }
}

/// Writes the accepted differences. Begins with the current golden file, which another review may have changed.
fn write_accepted(
    found: &SuiteFile,
    runs: &mut CaseRuns,
    accepts: &dyn Fn(usize, &Content) -> bool,
) -> Result<(), String> {
    let path = golden_of(found);
    let folder = path
        .parent()
        .filter(|folder| *folder != Path::new(""))
        .unwrap_or(Path::new("."));
    let _lock = lock(folder);
    for attempt in 1.. {
        let bytes = load(&path).map_err(|unusable| unusable.to_string())?;
        let golden = read(&bytes).map_err(|unusable| unusable.to_string())?;
        let new = write(&runs.accept(&golden, accepts), &file_name(found));
        match replace(&path, Some(&bytes), new.as_bytes()) {
            Err(error) if error.kind() == CHANGED && attempt < ATTEMPTS => {}
            result => return result.map_err(|error| reason(&error)),
        }
    }
    Ok(())
}

/// Locks a folder until the result is dropped, so that reviews in it write one after the other. Without a lock,
/// Pagewalk still detects most changes by other programs.
#[cfg(unix)]
fn lock(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    rustix::fs::flock(&folder, rustix::fs::FlockOperation::LockExclusive).ok()?;
    Some(folder)
}

/// Other systems cannot lock a folder.
#[cfg(not(unix))]
fn lock(_: &Path) -> Option<File> {
    None
}
