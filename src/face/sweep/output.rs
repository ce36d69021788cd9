//! The results of a sweep.

use std::io;
use std::path::Path;

use clap::ValueEnum;

use crate::face::terminal::{Color, Status, complain, print};
use pagewalk_engine::files::atomic_write::{check_kind, write_file};
use pagewalk_engine::files::{reason, shown};
use pagewalk_script::traces::reports::Ended;
use pagewalk_script::traces::sweep_reports::{Swept, csv, json, plot, text, warnings};

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum SweepFormat {
    /// Print a table, or for two varied settings a matrix of miss rates
    #[default]
    Text,
    /// One JSON object
    Json,
    /// One CSV row per combination of settings
    Csv,
}

/// The destination and format of the results.
pub(super) struct SweepOutput<'a> {
    pub(crate) format: SweepFormat,
    /// The file, or `None` for standard output.
    pub(crate) file: Option<&'a Path>,
    /// The file for the plot, if requested.
    pub(crate) plot: Option<&'a Path>,
}

impl SweepOutput<'_> {
    /// Checks before a long run whether the files can be written. Returns the reason if a file cannot be written.
    pub(crate) fn ready(&self) -> Result<(), String> {
        for file in [self.file, self.plot].into_iter().flatten() {
            let folder = file
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let why = if let Err(error) = check_kind(file) {
                reason(&error)
            } else if folder.is_some_and(|folder| !folder.is_dir()) {
                "the folder does not exist".to_owned()
            } else {
                continue;
            };
            return Err(format!("cannot write `{}`: {why}", shown(file)));
        }
        Ok(())
    }

    /// Writes the results for all traces and the plot for the first one, and prints warnings. If a file cannot be written, prints the results
    /// on standard output, so that the results of a long run are not lost. Incomplete results also go there, because nothing in
    /// a file shows that its counts are incomplete, and an older file may be complete.
    pub(crate) fn report(
        &self,
        swept: &[Swept],
        mut status: Status,
        color: Color,
    ) -> io::Result<Status> {
        let whole = status != Status::Interrupted
            && swept.iter().all(|swept| swept.run.ended == Ended::Whole);
        let written = match self.file {
            Some(file) if !whole => {
                complain(&unwritten(file));
                complain("  the results so far are printed on standard output\n");
                print(&self.text(swept, false))
            }
            None => print(&self.text(swept, color.is_wanted(&io::stdout()))),
            Some(file) => {
                let text = self.text(swept, false);
                write_file(file, &text).or_else(|error| {
                    status = status.max(Status::Wrong);
                    complain(&failed(file, &error));
                    complain("  the results are printed on standard output\n");
                    print(&text)
                })
            }
        };
        if let Some(file) = self.plot.filter(|_| !whole) {
            complain(&unwritten(file));
        } else if let Some(file) = self.plot
            && let Some(Err(error)) = swept.first().map(|swept| write_file(file, plot(swept)))
        {
            complain(&failed(file, &error));
            status = status.max(Status::Wrong);
        }
        warn(swept);
        if swept
            .iter()
            .any(|swept| swept.run.ended == Ended::Interrupted)
        {
            status = status.max(Status::Interrupted);
        }
        written.map(|()| status)
    }

    fn text(&self, swept: &[Swept], color: bool) -> String {
        match self.format {
            SweepFormat::Text => swept
                .iter()
                .map(|swept| text(swept, color))
                .collect::<Vec<String>>()
                .join("\n"),
            SweepFormat::Json => swept.iter().map(json).collect(),
            SweepFormat::Csv => csv(swept),
        }
    }
}

/// Prints the warnings about each trace.
pub(super) fn warn(swept: &[Swept]) {
    for swept in swept {
        for warning in warnings(swept) {
            complain(&format!("pagewalk: `{}`: {warning}\n", swept.run.trace));
        }
    }
}

/// Reports that a file is unchanged, because the results are incomplete.
fn unwritten(file: &Path) -> String {
    format!(
        "pagewalk: `{}` is not written, because the results are incomplete\n",
        shown(file)
    )
}

fn failed(file: &Path, error: &io::Error) -> String {
    format!(
        "pagewalk: cannot write `{}`: {}\n",
        shown(file),
        reason(error)
    )
}
