//! `pagewalk run`.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::exam::seeds::parse;
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::json::{JsonSink, mistakes};
use pagewalk_script::report::text;
use pagewalk_script::report::text::TextSink;
use pagewalk_script::run::Ended;
use pagewalk_script::run::record::{Sink, Totals};
use pagewalk_script::run::session::Options;

use super::figures::{FigureArguments, FigureSink};
use super::options::{Checking, LimitArguments};
use super::terminal::{Characters, Color, Status, complain, diagnostic_style, json_writer};

/// Arguments of `pagewalk run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Scripts to run; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the results in this format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Show every step of every access
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    figures: FigureArguments,
    #[command(flatten)]
    characters: Characters,
    #[command(flatten)]
    options: RunOptions,
}

/// The options of a run.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    limits: LimitArguments,
    /// Use this seed, in decimal or hexadecimal (0x…), for scripts without a `seed` statement [default: 0]
    #[arg(long, value_name = "N", value_parser = |text: &str| parse(text).ok_or("a seed must be a number from 0 to 2^64-1"))]
    seed: Option<u64>,
    #[command(flatten)]
    checking: Checking,
}

impl RunOptions {
    /// Reads a script, which may need the memory of the limits, and reports its warnings.
    pub(crate) fn read(&self, path: &Path, color: Color) -> CheckedScript {
        let script = self.checking.read(path, self.limits.memory(), color);
        if self.seed.is_some() {
            warn_of_own_seed(&script);
        }
        script
    }
}

/// Warns that `--seed` has no effect if the script sets its seed itself.
pub(crate) fn warn_of_own_seed(script: &CheckedScript) {
    if script.sets_seed() {
        let name = script.name();
        complain(&format!(
            "pagewalk: `--seed` has no effect on {name} after its `seed` statement\n"
        ));
    }
}

impl From<&RunOptions> for Options {
    fn from(&RunOptions { limits, seed, .. }: &RunOptions) -> Self {
        Self {
            seed: seed.unwrap_or(Self::default().seed),
            ..Self::default().within(limits.limits())
        }
    }
}

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// Plain text
    #[default]
    Text,
    /// One JSON object per executed statement and diagnostic, and one for the totals
    Json,
}

impl Run {
    /// Runs every file, even after a failure. Returns the worst exit status.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let (mut worst, mut totals, mut errors) = (Status::Held, Totals::default(), 0);
        let (mut warnings, mut figures) = (Vec::new(), 0);
        for file in &self.files {
            let reading = self.options.read(file, color);
            warnings.extend(mistakes(&reading.warnings, &reading.sources));
            let ended = self.run_file(reading, color, &mut figures)?;
            worst = worst.max(ended.status());
            totals = totals.plus(ended.totals);
            errors += ended.errors;
        }
        if self.format == Format::Json {
            JsonSink::new(json_writer(io::stdout().lock()), &Sources::default())
                .finish_with(totals, errors, &warnings)?;
        }
        Ok(worst)
    }

    fn run_file(
        &self,
        mut reading: CheckedScript,
        color: Color,
        figures: &mut usize,
    ) -> io::Result<RunEnd> {
        let runs = reading.diagnostics.is_empty();
        let out = io::stdout().lock();
        let theme = color.theme(&out);
        let Ended {
            totals,
            diagnostics,
        } = match self.format {
            Format::Text if !runs => not_run(&mut reading.diagnostics),
            Format::Text => {
                let options = text::Options {
                    explain: self.explain,
                    theme,
                };
                let mut sink =
                    TextSink::new(self.characters.writer(out), &reading.sources, options);
                let ended = self.run_with(&reading, &mut sink, figures)?;
                sink.finish(ended.totals, ended.diagnostics.len())?;
                ended
            }
            Format::Json => {
                let mut sink = JsonSink::new(json_writer(out), &reading.sources);
                sink.report(&reading.warnings);
                let ended = if runs {
                    self.run_with(&reading, &mut sink, figures)?
                } else {
                    not_run(&mut reading.diagnostics)
                };
                sink.report(&ended.diagnostics);
                sink.close()?;
                ended
            }
        };
        reading.diagnostics = diagnostics;
        Ok(RunEnd::wrong(&reading, totals, color))
    }

    /// Runs a script, and writes its figures. `figures` counts the figures of all scripts.
    fn run_with(
        &self,
        reading: &CheckedScript,
        sink: &mut impl Sink,
        figures: &mut usize,
    ) -> io::Result<Ended> {
        let mut sink = FigureSink::new(sink, &self.figures, figures);
        let ended = reading.run((&self.options).into(), &mut sink);
        sink.finish()?;
        Ok(ended)
    }
}

/// Returns the end of a script whose errors prevent a run.
fn not_run(errors: &mut Vec<Diagnostic>) -> Ended {
    Ended {
        diagnostics: std::mem::take(errors),
        totals: Totals::default(),
    }
}

/// The result of running a script.
struct RunEnd {
    totals: Totals,
    errors: usize,
}

impl RunEnd {
    /// Reports a script with errors.
    fn wrong(reading: &CheckedScript, totals: Totals, color: Color) -> Self {
        complain(&reading.render_diagnostics(diagnostic_style(color)));
        Self {
            totals,
            errors: reading.diagnostics.len(),
        }
    }

    fn status(&self) -> Status {
        match (self.errors, self.totals.failed()) {
            (0, 0) => Status::Held,
            (0, _) => Status::Failed,
            _ => Status::Wrong,
        }
    }
}
