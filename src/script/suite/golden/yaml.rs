//! Golden files as text, and what can be wrong with one.

use std::fmt;

use serde::Deserialize;

use super::model::Golden;
use crate::lang::source::decode;

/// The version of the format that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// Why a golden file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Unusable {
    /// It cannot be read at all; why.
    Unreadable(String),
    /// It is no UTF-8 text from this byte on.
    NotText { byte: usize },
    /// It ends too soon.
    Truncated,
    /// It was written by a newer program.
    Newer { format: u64 },
    /// It is no YAML, or not of the form of a golden file.
    Invalid { line: usize, column: usize, why: String },
}

impl Unusable {
    /// The line and column, from 1.
    pub fn line_and_column(&self) -> (usize, usize) {
        match self {
            Self::Invalid { line, column, .. } => (*line, *column),
            _ => (1, 1),
        }
    }

    /// How to fix it; `bless` is the command that writes it anew.
    pub fn help(&self, bless: &str) -> String {
        match self {
            Self::Newer { .. } => "use the version of pagewalk that wrote it, or a newer one".to_owned(),
            Self::Unreadable(_) => "see to it that it can be read".to_owned(),
            _ => format!("restore it, or write it anew with `{bless}` and review what has changed"),
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the golden file cannot be read: {why}"),
            Self::NotText { byte } => {
                write!(f, "the golden file is not UTF-8 text: byte {byte} begins no character")
            }
            Self::Truncated => write!(f, "the golden file is cut short: its last line, `total`, is missing"),
            Self::Newer { format } => write!(
                f,
                "the golden file is of format {format}, and this version of pagewalk knows {FORMAT} only"
            ),
            Self::Invalid { why, .. } => write!(f, "the golden file is not valid: {why}"),
        }
    }
}

/// The part of a golden file that every format has.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

/// Reads the bytes of a golden file.
///
/// # Errors
/// Why they are none.
pub fn read(bytes: &[u8]) -> Result<Golden, Unusable> {
    let text = decode(bytes).map_err(|byte| Unusable::NotText { byte })?;
    let ended = text.ends_with('\n') && text.lines().any(|line| line.starts_with("total:"));
    let invalid = |error: &serde_yaml::Error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let why = error.to_string();
        // The place is told apart.
        let why = why.split(" at line ").next().unwrap_or(&why).to_owned();
        if ended { Unusable::Invalid { line, column, why } } else { Unusable::Truncated }
    };
    let version: Result<Version, _> = serde_yaml::from_str(text);
    match version {
        Ok(Version { format }) if format > u64::from(FORMAT) => return Err(Unusable::Newer { format }),
        Err(error) => return Err(invalid(&error)),
        Ok(_) if !ended => return Err(Unusable::Truncated),
        Ok(_) => {}
    }
    let golden: Golden = serde_yaml::from_str(text).map_err(|error| invalid(&error))?;
    let listed = golden.listed();
    if golden.format != FORMAT || golden.total != listed {
        let why = if golden.format == FORMAT {
            format!("it lists {listed} statements, and `total` says {}", golden.total)
        } else {
            format!("there is no format {}", golden.format)
        };
        return Err(Unusable::Invalid { line: 1, column: 1, why });
    }
    Ok(golden)
}

/// The text of a golden file for a file of this name.
pub fn write(golden: &Golden, name: &str) -> String {
    let body = serde_yaml::to_string(golden).unwrap_or_default();
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# What {name} did when it was last reviewed; written by `pagewalk test --bless`.\n{body}")
}

impl Golden {
    /// Statements that are listed.
    pub fn listed(&self) -> u64 {
        self.cases.iter().map(|case| case.statements.len() as u64).sum()
    }
}
