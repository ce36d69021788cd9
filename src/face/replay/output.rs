//! The results of replays.

use std::io;
use std::path::Path;

use clap::ValueEnum;

use crate::face::terminal::{Color, Status, complain, print};
use pagewalk_engine::files::atomic_write::write_file;
use pagewalk_engine::files::{reason, shown};
use pagewalk_script::traces::reports::{Ended, Replayed, json, plot, table, text, warnings};

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ReplayFormat {
    /// Readable tables
    #[default]
    Text,
    /// One JSON object per trace
    Json,
    /// One CSV row per level and kind of access
    Csv,
}

/// Prints each result to standard output as soon as it is available.
pub(crate) struct ReplayOutput {
    format: ReplayFormat,
    color: bool,
    /// The results so far.
    replays: Vec<Replayed>,
    /// The first error while writing to standard output.
    error: Option<io::Error>,
}

impl ReplayOutput {
    pub(crate) fn new(format: ReplayFormat, color: Color) -> Self {
        Self {
            format,
            color: color.is_wanted(&io::stdout()),
            replays: Vec::new(),
            error: None,
        }
    }

    /// Prints the result of a trace and its warnings.
    pub(crate) fn report(&mut self, replayed: Replayed) -> Status {
        let first = self.replays.is_empty();
        let rendered = match self.format {
            ReplayFormat::Text => format!(
                "{}{}",
                if first { "" } else { "\n" },
                text(&replayed, self.color)
            ),
            ReplayFormat::Json => json(&replayed),
            ReplayFormat::Csv => table(&replayed).csv(first),
        };
        self.error = print(&rendered).err();
        for warning in warnings(&replayed) {
            complain(&format!("pagewalk: `{}`: {warning}\n", replayed.run.trace));
        }
        let status = if replayed.run.ended == Ended::Interrupted {
            Status::Interrupted
        } else {
            Status::Held
        };
        self.replays.push(replayed);
        status
    }

    /// Whether to stop because of Ctrl-C or an error on standard output.
    pub(crate) fn is_over(&self) -> bool {
        let last = self.replays.last();
        self.error.is_some()
            || last.is_some_and(|replayed| replayed.run.ended == Ended::Interrupted)
    }

    /// Writes the plot, if requested, and returns the final status.
    pub(crate) fn finish(self, file: Option<&Path>, mut status: Status) -> io::Result<Status> {
        let file = file.filter(|_| !self.replays.is_empty());
        if let Some(file) = file.filter(|_| {
            self.replays
                .iter()
                .any(|replayed| replayed.run.ended != Ended::Whole)
        }) {
            // An older plot may be complete.
            let file = shown(file);
            complain(&format!(
                "pagewalk: `{file}` is not written, because the results are incomplete\n"
            ));
        } else if let Some(file) = file
            && let Err(error) = write_file(file, plot(&self.replays))
        {
            complain(&format!(
                "pagewalk: cannot write `{}`: {}
",
                shown(file),
                reason(&error)
            ));
            status = status.max(Status::Wrong);
        }
        self.error.map_or(Ok(status), Err)
    }
}
