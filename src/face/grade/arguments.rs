//! The arguments of `pagewalk grade`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::formats::FORMATS;
use crate::face::deny::Checking;
use pagewalk_script::run::session::Options;

/// Arguments of `pagewalk grade`.
#[derive(Debug, Args)]
pub(crate) struct Grade {
    /// The script of the exam
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// What students handed in; `-` is standard input
    #[arg(value_name = "ANSWERS")]
    pub(super) answers: PathBuf,
    /// What the answers are written in, where their columns do not tell
    #[arg(long, value_name = "FORMAT", value_parser = known_format())]
    pub(super) from: Option<String>,
    /// The seed of papers of which nothing else says one
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    pub(super) seed: u64,
    /// The column that says the seed of a paper, if it is not called `seed`
    #[arg(long, value_name = "NAME")]
    pub(super) seed_column: Option<String>,
    /// The column that says the version of a paper, if it is not called `version`
    #[arg(long, value_name = "NAME")]
    pub(super) version_column: Option<String>,
    /// The list of versions with their seeds
    #[arg(long, value_name = "FILE")]
    pub(super) versions: Option<PathBuf>,
    /// Rules of marking, in YAML
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// A rule of marking, such as `carried=1/2`; again for others
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) rule: Vec<String>,
    /// A script whose key is accepted, too: the same exam under another assumption; again for others
    #[arg(long, value_name = "FILE")]
    pub(super) also: Vec<PathBuf>,
    /// A column a question instead of a column a field
    #[arg(long)]
    pub(super) questions: bool,
    /// Write the marks here; without it, and with neither --statistics nor --before, on standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write feedback for each student into this folder
    #[arg(long, value_name = "DIR")]
    pub(super) feedback: Option<PathBuf>,
    /// How feedback is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) feedback_format: FeedbackFormat,
    /// Tell how the fields did
    #[arg(long)]
    pub(super) statistics: bool,
    /// Tell who changes against marks that were given before
    #[arg(long, value_name = "MARKS")]
    pub(super) before: Option<PathBuf>,
    /// Stop the script after so many statements and loop rounds
    #[arg(long, value_name = "N", default_value_t = Options::default().max_steps)]
    pub(super) max_steps: u64,
    #[command(flatten)]
    pub(super) checking: Checking,
}

/// How feedback is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum FeedbackFormat {
    /// Markdown
    #[default]
    Markdown,
    /// A page of HTML
    Html,
}

/// A format name, listed by `--help`.
fn known_format() -> impl TypedValueParser<Value = String> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values)
}
