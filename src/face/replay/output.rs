//! Where results of replays go.

use std::io;
use std::path::Path;

use clap::ValueEnum;

use crate::face::atomic_write::write_file;
use crate::face::terminal::{Color, Status, complain, print};
use crate::face::test::find::error_words;
use pagewalk_script::traces::reports::{Ended, HEADER, Replayed, csv, json, plot, text, warnings};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ReplayFormat {
    /// Tables to read
    #[default]
    Text,
    /// One object a line, for each trace
    Json,
    /// A row for each level and kind
    Csv,
}

/// Results on standard output, as they come.
pub(crate) struct ReplayOutput {
    format: ReplayFormat,
    color: bool,
    /// What was told.
    replays: Vec<Replayed>,
    /// What standard output said first.
    error: Option<io::Error>,
}

impl ReplayOutput {
    /// Nothing told yet.
    pub(crate) fn new(format: ReplayFormat, color: Color) -> Self {
        Self { format, color: color.is_wanted(&io::stdout()), replays: Vec::new(), error: None }
    }

    /// Tells what came of a trace, and warns of what is wrong with it.
    pub(crate) fn report(&mut self, replayed: Replayed) -> Status {
        let first = self.replays.is_empty();
        let told = match self.format {
            ReplayFormat::Text => format!("{}{}", if first { "" } else { "\n" }, text(&replayed, self.color)),
            ReplayFormat::Json => json(&replayed),
            ReplayFormat::Csv => format!("{}{}", if first { HEADER } else { "" }, csv(&replayed)),
        };
        self.error = print(&told).err();
        for warning in warnings(&replayed) {
            complain(&format!("pagewalk: `{}`: {warning}\n", replayed.trace));
        }
        let status = if replayed.ended == Ended::Interrupted { Status::Interrupted } else { Status::Held };
        self.replays.push(replayed);
        status
    }

    /// Whether nothing more is to be told: somebody pressed Ctrl-C, or nobody reads it.
    pub(crate) fn is_over(&self) -> bool {
        let last = self.replays.last();
        self.error.is_some() || last.is_some_and(|replayed| replayed.ended == Ended::Interrupted)
    }

    /// Writes the plot, if one is asked for, and answers with how it all ended.
    ///
    /// # Errors
    /// What standard output said.
    pub(crate) fn finish(self, file: Option<&Path>, mut status: Status) -> io::Result<Status> {
        if let Some(file) = file.filter(|_| !self.replays.is_empty())
            && let Err(error) = write_file(file, &plot(&self.replays))
        {
            complain(&format!(
                "pagewalk: cannot write `{}`: {}
",
                file.display(),
                error_words(&error)
            ));
            status = status.max(Status::Wrong);
        }
        self.error.map_or(Ok(status), Err)
    }
}
