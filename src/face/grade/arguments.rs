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
    /// The exam script
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Students' answers; `-` is standard input
    #[arg(value_name = "ANSWERS")]
    pub(super) answers: PathBuf,
    /// Format of the answers; default: detected from the columns
    #[arg(long, value_name = "FORMAT", value_parser = known_format())]
    pub(super) from: Option<String>,
    /// Seed for papers whose answers contain no seed or version
    #[arg(long, value_name = "N", conflicts_with = "code")]
    pub(super) seed: Option<u64>,
    /// Version for papers whose answers contain no version; --versions lists its seed
    #[arg(long, value_name = "CODE", requires = "versions")]
    pub(super) code: Option<String>,
    /// Column that contains the seed of a paper; default: `seed`
    #[arg(long, value_name = "NAME")]
    pub(super) seed_column: Option<String>,
    /// Column that contains the version of a paper; default: `version`
    #[arg(long, value_name = "NAME")]
    pub(super) version_column: Option<String>,
    /// List of versions with their seeds
    #[arg(long, value_name = "FILE")]
    pub(super) versions: Option<PathBuf>,
    /// Marking rules, in YAML
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// A marking rule, such as `carried=1/2`; can be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) rule: Vec<String>,
    /// Also accept the answer key of this script, which makes other assumptions; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) also: Vec<PathBuf>,
    /// Write one column per question instead of one per field
    #[arg(long)]
    pub(super) questions: bool,
    /// Write the marks to this file
    ///
    /// Default: standard output, unless --statistics or --before is given.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write feedback for each student to this folder
    #[arg(long, value_name = "DIR")]
    pub(super) feedback: Option<PathBuf>,
    /// Format of the feedback
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) feedback_format: FeedbackFormat,
    /// Apply the corrections in this file, and add other unreadable answers to it
    #[arg(long, value_name = "FILE")]
    pub(super) review: Option<PathBuf>,
    /// Print statistics for each field
    #[arg(long)]
    pub(super) statistics: bool,
    /// Also print statistics over several terms, with earlier marks of this exam; can be repeated
    ///
    /// Each file has the columns that `pagewalk grade --output` writes. Its name is the name of the term.
    #[arg(long, value_name = "MARKS", requires = "statistics")]
    pub(super) earlier: Vec<PathBuf>,
    /// Show the marks that differ from the earlier marks in this file
    #[arg(long, value_name = "MARKS")]
    pub(super) before: Option<PathBuf>,
    /// Stop the script after N statements and loop iterations
    #[arg(long, value_name = "N", default_value_t = Options::default().max_steps)]
    pub(super) max_steps: u64,
    #[command(flatten)]
    pub(super) checking: Checking,
}

/// The feedback format.
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
