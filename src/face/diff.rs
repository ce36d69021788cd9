//! `pagewalk diff`: compares two scripts or two machines.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal::{Color, Status, complain, diagnostic_style, print};
use pagewalk_script::LANGUAGE;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::report::diff::{Side, compare, json, tell, totals};
use pagewalk_script::report::text;
use pagewalk_script::run;
use pagewalk_script::run::session::Options;

/// Arguments of `pagewalk diff`.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The first script
    #[arg(value_name = "A.pw")]
    a: PathBuf,
    /// The second script
    #[arg(value_name = "B.pw")]
    b: PathBuf,
    /// How the differences are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Stop a script after so many statements and loop rounds
    #[arg(long, value_name = "N", default_value_t = Options::of(&LANGUAGE).max_steps)]
    max_steps: u64,
    /// The seed of a script that says none
    #[arg(long, value_name = "N", default_value_t = Options::of(&LANGUAGE).seed)]
    seed: u64,
}

/// How the differences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Tables to read
    #[default]
    Text,
    /// One object a line, the totals last
    Json,
}

impl Diff {
    /// Runs both and reports the differences.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let (a, b) = (CheckedScript::from_path(&self.a), CheckedScript::from_path(&self.b));
        let (Some(first), Some(second)) = (self.run(&a, color), self.run(&b, color)) else {
            return Ok(Status::Wrong);
        };
        let comparison = compare(&first, &second);
        let mut told = String::new();
        match self.format {
            Format::Text => {
                let colored = color.is_wanted(&io::stdout());
                for blocks in tell(&comparison, (a.name(), b.name())) {
                    told += &text::text(&blocks, colored);
                    told.push('\n');
                }
                // Writing to a string does not fail, here and below.
                let _ = writeln!(told, "{}", totals(&comparison));
            }
            Format::Json => json(&comparison).iter().for_each(|line| {
                let _ = writeln!(told, "{line}");
            }),
        }
        print(&told)?;
        Ok(if comparison.same() { Status::Held } else { Status::Failed })
    }

    /// The result of a script; none after a mistake, which is reported.
    fn run<'r>(&self, reading: &'r CheckedScript, color: Color) -> Option<Side<'r>> {
        let style = diagnostic_style(color);
        if !reading.diagnostics.is_empty() {
            complain(&reading.render_diagnostics(style));
            return None;
        }
        let mut side = Side::new(&reading.sources);
        let options = Options { max_steps: self.max_steps, seed: self.seed, ..Options::of(&LANGUAGE) };
        let ended = run::play(&reading.script.body, &reading.sources, &reading.files, options, &mut side);
        if ended.diagnostics.is_empty() {
            return Some(side);
        }
        complain(&pagewalk_script::report::diagnostics::render(&ended.diagnostics, &reading.sources, style));
        None
    }
}
