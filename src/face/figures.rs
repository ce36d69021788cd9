//! `pagewalk run --figures DIR`: the figures of a run as SVG files.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pagewalk_engine::files::atomic_write::write_below;
use pagewalk_engine::files::shown;
use pagewalk_script::api::{Figure, FigureStyle};
use pagewalk_script::report::scene::{DARK, INHERIT, PAPER, SCREEN, Theme};
use pagewalk_script::run::record::{Sink, StepRecord};

/// The folder of the figures, and their look.
#[derive(Debug, Args)]
pub(super) struct FigureArguments {
    /// Write each figure to this folder as SVG, such as `01-translation.svg`
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,
    /// Write an SVG for each message or arrow of a figure, such as `01-translation-1.svg`
    // Another option limits the steps of a run.
    #[arg(long = "steps", id = "figure-steps", requires = "figures")]
    steps: bool,
    /// Write each figure without its answers, such as `01-translation-blank.svg`
    #[arg(long, requires = "figures")]
    blank: bool,
    /// With `--blank`, also write each figure with its answers
    #[arg(long, requires = "figures")]
    filled: bool,
    /// Draw the figures in these colors [default: paper]
    // A default value of clap would cost each start of `run` two percent.
    #[arg(long, value_enum, value_name = "THEME", requires = "figures")]
    theme: Option<ThemeName>,
    /// Draw figures at most MM millimeters wide, or wider if their type would be too small [default: 174]
    #[arg(long, value_name = "MM", value_parser = clap::value_parser!(u16).range(40..=2000), requires = "figures")]
    width: Option<u16>,
}

/// The colors of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ThemeName {
    /// Black, for print
    Paper,
    /// Black on white, for a screen
    Screen,
    /// White on black, for a projector
    Dark,
    /// The text color of the page that contains the SVG
    Inherit,
}

impl ThemeName {
    fn theme(self) -> Theme {
        match self {
            Self::Paper => PAPER,
            Self::Screen => SCREEN,
            Self::Dark => DARK,
            Self::Inherit => INHERIT,
        }
    }
}

impl FigureArguments {
    /// Returns the requested editions: what the names of their files add, and their look.
    fn editions(&self) -> impl Iterator<Item = (&'static str, FigureStyle)> {
        let usual = FigureStyle::default();
        let style = move |unanswered| FigureStyle {
            theme: self.theme.map_or(usual.theme, ThemeName::theme),
            width: self.width.map_or(usual.width, f64::from),
            unanswered,
            steps: self.steps,
        };
        let filled = self.filled || !self.blank;
        let editions = [("-blank", self.blank, true), ("", filled, false)];
        let wanted = editions.into_iter().filter(|(_, wanted, _)| *wanted);
        wanted.map(move |(name, _, unanswered)| (name, style(unanswered)))
    }
}

/// A sink that writes the figures of each record to a folder, and passes the records on.
pub(super) struct FigureSink<'s, S> {
    inner: &'s mut S,
    arguments: &'s FigureArguments,
    /// The number of drawings so far.
    count: &'s mut usize,
    error: Option<io::Error>,
}

impl<'s, S: Sink> FigureSink<'s, S> {
    /// Creates a sink. Without a folder, writes no figures.
    pub(super) fn new(
        inner: &'s mut S,
        arguments: &'s FigureArguments,
        count: &'s mut usize,
    ) -> Self {
        Self {
            inner,
            arguments,
            count,
            error: None,
        }
    }

    /// Returns the first error.
    ///
    /// # Errors
    /// Returns the error of a file that could not be written.
    pub(super) fn finish(self) -> io::Result<()> {
        self.error.map_or(Ok(()), Err)
    }

    fn write(&mut self, folder: &Path, figure: &Figure) -> io::Result<()> {
        let mut drawings = 0;
        for (edition, style) in self.arguments.editions() {
            let all = figure.drawings(&style);
            drawings = drawings.max(all.len());
            for (number, steps) in (*self.count + 1..).zip(&all) {
                let digits = steps.len().to_string().len();
                for (step, svg) in (1..).zip(steps) {
                    let step = match steps.len() {
                        1 => String::new(),
                        _ => format!("-{step:0digits$}"),
                    };
                    let name = format!("{number:02}-{}{edition}{step}.svg", figure.name);
                    write(folder, &name, svg)?;
                }
            }
        }
        *self.count += drawings;
        Ok(())
    }
}

fn write(folder: &Path, name: &str, svg: &str) -> io::Result<()> {
    let named = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("{}: {error}", shown(&folder.join(name))),
        )
    };
    write_below(folder, name, svg.as_bytes()).map_err(named)
}

impl<S: Sink> Sink for FigureSink<'_, S> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if let Some(folder) = self.arguments.figures.as_deref() {
            for figure in Figure::from_record(record) {
                if let Err(error) = self.write(folder, &figure) {
                    self.error = Some(error);
                    return false;
                }
            }
        }
        self.inner.accept(record)
    }
}
