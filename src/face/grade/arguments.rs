//! The arguments of `pagewalk grade`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use pagewalk_script::exam::roster::Flaw;
use pagewalk_script::exam::seeds::{NOT_A_SEED, parse};

use pagewalk_script::lang::source::Conflict;

use super::rows::{ColumnNames, RecordTable, StudentRows};
use super::{csv, platforms, rows};
use crate::face::options::{Checking, LimitArguments, other_kind};

/// Arguments of `pagewalk grade`.
#[derive(Debug, Args)]
pub(crate) struct Grade {
    /// Exam script
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Students' answers; `-` is standard input
    #[arg(value_name = "ANSWERS")]
    pub(super) answers: PathBuf,
    /// Read answers in this format [default: detected from the columns]
    #[arg(long, value_name = "FORMAT", value_parser = known_format())]
    pub(super) from: Option<String>,
    /// Use this seed for answers without a seed or version
    #[arg(long, value_name = "N", conflicts_with = "code", value_parser = |text: &str| parse(text).ok_or(NOT_A_SEED))]
    pub(super) seed: Option<u64>,
    /// Grade answers without a version as this version from `--versions`
    #[arg(long, value_name = "CODE", requires = "versions")]
    pub(super) code: Option<String>,
    /// Read each paper's seed from this column [default: seed]
    #[arg(long, value_name = "NAME")]
    pub(super) seed_column: Option<String>,
    /// Read each paper's version from this column [default: version]
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
    /// Write the marks to this file; `-` is standard output [default: -]
    ///
    /// Without this option, `--statistics` and `--before` print their tables instead of the marks.
    #[arg(short, long, value_name = "FILE")]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum FeedbackFormat {
    /// Markdown text
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

/// A format of answer files.
pub(crate) struct AnswerFormat {
    pub(crate) name: &'static str,
    /// A description for `--help`.
    pub(crate) about: &'static str,
    read: fn(&[u8], &ColumnNames) -> Result<StudentRows, Flaw>,
}

pub(crate) const FORMATS: &[AnswerFormat] = &[
    AnswerFormat {
        name: "csv",
        about: "one row per student, one column per field",
        read: |bytes, named| {
            let rows = rows::student_rows(csv::read(bytes)?, named)?;
            Ok(StudentRows {
                has_columns: true,
                ..rows
            })
        },
    },
    AnswerFormat {
        name: "yaml",
        about: "a list of students in YAML, or a map with student IDs as keys",
        read: |bytes, named| rows::student_rows(platforms::yaml_records(text(bytes)?)?, named),
    },
    AnswerFormat {
        name: "json",
        about: "a list of students in JSON, or an object with student IDs as keys",
        read: |bytes, named| rows::student_rows(platforms::json_records(text(bytes)?)?, named),
    },
    AnswerFormat {
        name: "moodle",
        about: "quiz responses downloaded from Moodle (CSV or JSON)",
        read: |bytes, _| Ok(platforms::moodle_rows(either(bytes)?)),
    },
    AnswerFormat {
        name: "prairielearn",
        about: "submissions downloaded from PrairieLearn",
        read: |bytes, _| Ok(platforms::prairielearn_rows(csv::read(bytes)?)),
    },
];

/// Reads the rows of a file in the given format. The default format depends on the file's columns and name.
pub(crate) fn read_rows(
    bytes: &[u8],
    path: &Path,
    from: Option<&str>,
    named: &ColumnNames,
) -> Result<StudentRows, Flaw> {
    let text = str::from_utf8(bytes).unwrap_or_default();
    if let Some(conflict) = Conflict::whole(text)
        // An essay may have such lines, in quotes.
        && text.lines().take(conflict.first - 1).map(|line| line.matches('"').count()).sum::<usize>() % 2 == 0
    {
        let message = format!("{conflict}; {}", conflict.help());
        return Err(Flaw::new(conflict.first as u64, message));
    }
    let name = from.unwrap_or_else(|| guess(bytes, path));
    match FORMATS.iter().find(|format| format.name == name) {
        Some(format) => (format.read)(bytes, named).map_err(|flaw| match other_kind(path) {
            Some(kind) if name == "csv" => {
                Flaw::new(1, format!("is {kind}, not a table of answers"))
            }
            _ => flaw,
        }),
        None => Err(Flaw::new(1, format!("unknown answer format `{name}`"))),
    }
}

fn guess(bytes: &[u8], path: &Path) -> &'static str {
    let extension = path
        .extension()
        .and_then(|end| end.to_str())
        .unwrap_or("")
        .to_ascii_lowercase();
    match extension.as_str() {
        "yaml" | "yml" => return "yaml",
        "json" => {
            let table = text(bytes).and_then(platforms::json_records);
            return if table.is_ok_and(|table| platforms::is_moodle(&table.header)) {
                "moodle"
            } else {
                "json"
            };
        }
        _ => {}
    }
    match csv::read(bytes) {
        Ok(table) if platforms::is_moodle(&table.header) => "moodle",
        Ok(table) if platforms::is_prairielearn(&table.header) => "prairielearn",
        _ => "csv",
    }
}

fn text(bytes: &[u8]) -> Result<&str, Flaw> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count() as u64;
        Flaw::new(line, "is not UTF-8 text")
    })
}

/// A CSV table, or a JSON table if the text starts like JSON.
fn either(bytes: &[u8]) -> Result<RecordTable, Flaw> {
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(begins, Some(b'[' | b'{')) {
        platforms::json_records(text(bytes)?)
    } else {
        csv::read(bytes)
    }
}
