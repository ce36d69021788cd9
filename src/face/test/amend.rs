//! `pagewalk test --accept` and `--fill`: rewrites the expectations of scripts.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::find::{SuiteFile, included};
use super::script::scripts;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::face::threads::side_by_side;
use pagewalk_engine::files::atomic_write::{changed, replace};
use pagewalk_engine::files::reason;
use pagewalk_script::api::golden::{Name, TestScript};
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::{Style, render};
use pagewalk_script::suite::amend::{BlockPlace, ChangedFile, Findings, Merged, Wanted};
use pagewalk_script::suite::amended::{difference, left_alone, summary};

/// The parameters of `pagewalk test --accept` and `--fill`.
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
        let status = write(&merged, self.color)?;
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
fn write(merged: &Merged, color: Color) -> io::Result<Status> {
    let colored = color.is_wanted(&io::stdout());
    let (plan, changed) = merged.plan();
    let differences = changed.iter().filter_map(|ChangedFile { file, new, .. }| {
        Some(difference(&file.name, &file.text, new.as_deref()?, colored))
    });
    print(&(differences.collect::<String>() + &left_alone(&plan.left, &merged.sources, colored)))?;
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
