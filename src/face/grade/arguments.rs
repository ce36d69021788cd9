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
    /// Students' answers; `-` is standard input
    #[arg(value_name = "ANSWERS")]
    pub(super) answers: PathBuf,
    /// Format of the answers; default: detected from the columns
    #[arg(long, value_name = "FORMAT", value_parser = known_format())]
    pub(super) from: Option<String>,
    /// Seed of papers without another indication of their version
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    pub(super) seed: u64,
    /// Column with the seed of a paper; default: `seed`
    #[arg(long, value_name = "NAME")]
    pub(super) seed_column: Option<String>,
    /// Column with the version of a paper; default: `version`
    #[arg(long, value_name = "NAME")]
    pub(super) version_column: Option<String>,
    /// The list of versions with their seeds
    #[arg(long, value_name = "FILE")]
    pub(super) versions: Option<PathBuf>,
    /// Marking rules, in YAML
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// A marking rule, such as `carried=1/2`; can be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) rule: Vec<String>,
    /// Also accept the key of this script, which makes another assumption; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) also: Vec<PathBuf>,
    /// Write one column per question instead of one per field
    #[arg(long)]
    pub(super) questions: bool,
    /// Write the marks into this file; default: standard output, unless --statistics or --before is given
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write feedback for each student into this folder
    #[arg(long, value_name = "DIR")]
    pub(super) feedback: Option<PathBuf>,
    /// Format of the feedback
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) feedback_format: FeedbackFormat,
    /// Print statistics for each field
    #[arg(long)]
    pub(super) statistics: bool,
    /// Show which marks differ from earlier ones
    #[arg(long, value_name = "MARKS")]
    pub(super) before: Option<PathBuf>,
    /// Stop the script after N statements and loop iterations
    #[arg(long, value_name = "N", default_value_t = Options::default().max_steps)]
    pub(super) max_steps: u64,
    #[command(flatten)]
    pub(super) checking: Checking,
}

/// Format of the feedback.
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
