//! Where results of replays go.

use std::io;
use std::path::Path;

use clap::ValueEnum;

use crate::face::atomic_write::put;
use crate::face::terminal::{Color, Status, complain, print};
use crate::face::test::find::words;
use pagewalk_script::report::replay::{Ended, HEADER, Replayed, csv, json, plot, text, warnings};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Tables to read
    #[default]
    Text,
    /// One object a line, for each trace
    Json,
    /// A row for each level and kind
    Csv,
}

/// Results on standard output, as they come.
pub struct Output {
    format: Format,
    color: bool,
    /// What was told.
    replays: Vec<Replayed>,
    /// What standard output said first.
    error: Option<io::Error>,
}

impl Output {
    /// Nothing told yet.
    pub fn new(format: Format, color: Color) -> Self {
        Self { format, color: color.wanted(&io::stdout()), replays: Vec::new(), error: None }
    }

    /// Tells what came of a trace, and warns of what is wrong with it.
    pub fn tell(&mut self, replayed: Replayed) -> Status {
        let first = self.replays.is_empty();
        let told = match self.format {
            Format::Text => format!("{}{}", if first { "" } else { "\n" }, text(&replayed, self.color)),
            Format::Json => json(&replayed),
            Format::Csv => format!("{}{}", if first { HEADER } else { "" }, csv(&replayed)),
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
    pub fn over(&self) -> bool {
        let last = self.replays.last();
        self.error.is_some() || last.is_some_and(|replayed| replayed.ended == Ended::Interrupted)
    }

    /// Writes the plot, if one is asked for, and answers with how it all ended.
    ///
    /// # Errors
    /// What standard output said.
    pub fn finish(self, file: Option<&Path>, mut status: Status) -> io::Result<Status> {
        if let Some(file) = file.filter(|_| !self.replays.is_empty())
            && let Err(error) = put(file, &plot(&self.replays))
        {
            complain(&format!(
                "pagewalk: cannot write `{}`: {}
",
                file.display(),
                words(&error)
            ));
            status = status.max(Status::Wrong);
        }
        self.error.map_or(Ok(status), Err)
    }
}
