//! `pagewalk exam`.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::reading::Reading;
use super::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::exam::Collector;
use crate::report::exam::{Edition, json, markdown};
use crate::run;
use crate::run::session::Options;

/// Arguments of `pagewalk exam`.
#[derive(Debug, Args)]
pub struct Exam {
    /// The script; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the key: the same paper, filled in
    #[arg(long)]
    key: bool,
    /// How the paper is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Stop the script after so many statements and loop rounds
    #[arg(long, value_name = "N", default_value_t = Options::default().max_steps)]
    max_steps: u64,
    /// The seed of a script that says none
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    seed: u64,
}

/// How a paper is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Text to print or to convert
    #[default]
    Markdown,
    /// One object
    Json,
}

impl Exam {
    /// Runs the script and prints its paper. Where something that it states does not hold, there is none: its key would be
    /// of another machine than its author has in mind.
    ///
    /// # Errors
    /// What standard output says.
    pub fn print(&self, color: Color) -> io::Result<Status> {
        let mut reading = Reading::of(&self.file);
        let mut collector = Collector::default();
        let mut failed = 0;
        if reading.diagnostics.is_empty() {
            let options = Options { max_steps: self.max_steps, seed: self.seed };
            let ended =
                run::play(&reading.script.body, &reading.sources, &reading.files, options, &mut collector);
            reading.diagnostics = ended.diagnostics;
            failed = ended.totals.failed();
        }
        if !reading.diagnostics.is_empty() {
            complain(&reading.complaint(diagnostic_style(color)));
            return Ok(Status::Wrong);
        }
        let name = reading.name();
        if failed > 0 {
            complain(&format!(
                "pagewalk: {name}: {failed} of what it states does not hold, so there is no paper; `pagewalk run {name}` tells more\n"
            ));
            return Ok(Status::Failed);
        }
        let paper = collector.paper();
        if paper.questions.is_empty() {
            complain(&format!("pagewalk: {name} has no question\n"));
            return Ok(Status::Wrong);
        }
        let edition = if self.key { Edition::Key } else { Edition::Paper };
        print(&match self.format {
            Format::Markdown => markdown(&paper, edition),
            Format::Json => json(&paper, edition),
        })?;
        Ok(Status::Held)
    }
}
