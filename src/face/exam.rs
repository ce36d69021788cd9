//! `pagewalk exam`.

mod layout;

use std::io;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use self::layout::Layout;
use super::reading::Reading;
use super::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::exam::{Composed, compose};
use crate::report::exam::Edition;
use crate::report::exam::formats::{FORMATS, Writer};
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
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].name, value_parser = known_format())]
    format: String,
    /// Stop the script after so many statements and loop rounds
    #[arg(long, value_name = "N", default_value_t = Options::default().max_steps)]
    max_steps: u64,
    /// The seed of a script that says none
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    seed: u64,
    #[command(flatten)]
    layout: Layout,
}

impl Exam {
    /// Runs the script and prints its paper. Where something that it states does not hold, there is none: its key would be
    /// of another machine than its author has in mind.
    ///
    /// # Errors
    /// What standard output says.
    pub fn print(&self, color: Color) -> io::Result<Status> {
        let mut reading = Reading::of(&self.file);
        let mut composed = None;
        if reading.diagnostics.is_empty() {
            let options = Options { max_steps: self.max_steps, seed: self.seed };
            let mut done = compose(&reading.script.body, &reading.sources, &reading.files, options);
            reading.diagnostics = std::mem::take(&mut done.diagnostics);
            composed = Some(done);
        }
        let Some(Composed { paper, failed, .. }) = composed.filter(|_| reading.diagnostics.is_empty()) else {
            complain(&reading.complaint(diagnostic_style(color)));
            return Ok(Status::Wrong);
        };
        let name = reading.name();
        if failed > 0 {
            complain(&format!(
                "pagewalk: {name}: {failed} of what it states does not hold, so there is no paper; `pagewalk run {name}` tells more\n"
            ));
            return Ok(Status::Failed);
        }
        if paper.questions.is_empty() {
            complain(&format!("pagewalk: {name} has no question\n"));
            return Ok(Status::Wrong);
        }
        let edition = if self.key { Edition::Key } else { Edition::Paper };
        let format = FORMATS.iter().find(|format| format.name == self.format).unwrap_or(&FORMATS[0]);
        let style = match self.layout.style() {
            Ok(style) => style,
            Err(wrong) => {
                complain(&format!("pagewalk: {wrong}\n"));
                return Ok(Status::Wrong);
            }
        };
        let written = match format.write {
            Writer::Each(write) => write(&paper, edition, &style),
            Writer::Bank(write) => write(&[paper]).map(|files| {
                let texts = files.iter().map(|file| String::from_utf8_lossy(&file.bytes));
                texts.collect::<Vec<_>>().join("\n")
            }),
        };
        match written {
            Ok(text) => {
                print(&text)?;
                Ok(Status::Held)
            }
            Err(refusal) => {
                complain(&format!("pagewalk: {name}, {}: {}\n", refusal.part, refusal.why));
                Ok(Status::Wrong)
            }
        }
    }
}

/// One of the formats, which help lists.
fn known_format() -> impl TypedValueParser<Value = String> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values)
}
