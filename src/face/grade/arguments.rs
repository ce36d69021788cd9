//! The arguments of `pagewalk grade`.

use crate::face::limits::LimitArguments;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::formats::FORMATS;
use crate::face::deny::Checking;

/// Arguments of `pagewalk grade`.
#[derive(Debug, Args)]
pub(crate) struct Grade {
    /// Exam script
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Students' answers; `-` is standard input
    #[arg(value_name = "ANSWERS")]
    pub(super) answers: PathBuf,
    /// Read answers in this format; default: detected from the columns
    #[arg(long, value_name = "FORMAT", value_parser = known_format())]
    pub(super) from: Option<String>,
    /// Use this seed for answers without a seed or version
    #[arg(long, value_name = "N", conflicts_with = "code")]
    pub(super) seed: Option<u64>,
    /// Grade answers without a version as this version from `--versions`
    #[arg(long, value_name = "CODE", requires = "versions")]
    pub(super) code: Option<String>,
    /// Read each paper's seed from this column; default: `seed`
    #[arg(long, value_name = "NAME")]
    pub(super) seed_column: Option<String>,
    /// Read each paper's version from this column; default: `version`
    #[arg(long, value_name = "NAME")]
    pub(super) version_column: Option<String>,
    /// Read the versions and their seeds from this file
    #[arg(long, value_name = "FILE")]
    pub(super) versions: Option<PathBuf>,
    /// Read the marking rules from this YAML file
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Option<PathBuf>,
    /// Set a marking rule, such as `carried=1/2`; can be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) rule: Vec<String>,
    /// Also accept answers that match the key of this script; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) also: Vec<PathBuf>,
    /// Write one column per question instead of one per field
    #[arg(long)]
    pub(super) questions: bool,
    /// Write the marks to this file
    ///
    /// By default, Pagewalk prints the marks unless you use `--statistics` or `--before`.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write feedback for each student to this folder
    #[arg(long, value_name = "DIR")]
    pub(super) feedback: Option<PathBuf>,
    /// Write the feedback in this format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) feedback_format: FeedbackFormat,
    /// Apply the corrections in this file, and add new unreadable answers to it
    #[arg(long, value_name = "FILE")]
    pub(super) review: Option<PathBuf>,
    /// Print statistics for each field
    #[arg(long)]
    pub(super) statistics: bool,
    /// Show the differences from the earlier marks in this file
    #[arg(long, value_name = "MARKS")]
    pub(super) before: Option<PathBuf>,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    #[command(flatten)]
    pub(super) checking: Checking,
}

/// The feedback format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum FeedbackFormat {
    /// Markdown
    #[default]
    Markdown,
    /// HTML page
    Html,
}

/// A format name, listed by `--help`.
fn known_format() -> impl TypedValueParser<Value = String> {
    let values = FORMATS
        .iter()
        .map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values)
}
