//! Reads and writes golden files, and reports their errors.

use std::fmt;

use serde::Deserialize;

use super::model::Golden;
use crate::lang::source::decode;

/// The format version of new files, and the newest version that can be read.
pub const FORMAT: u32 = 1;

/// The reason why a golden file is unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
pub enum Unusable {
    /// The file cannot be read, for the given reason.
    Unreadable(String),
    /// The file has invalid UTF-8 at this byte.
    NotText { byte: usize },
    /// The file is truncated.
    Truncated,
    /// A newer version of the program wrote the file.
    Newer { format: u64 },
    /// The file is not YAML, or not a golden file.
    Invalid { line: usize, column: usize, why: String },
}

impl Unusable {
    /// Returns the line and column, counted from 1.
    pub fn line_and_column(&self) -> (usize, usize) {
        match self {
            Self::Invalid { line, column, .. } => (*line, *column),
            _ => (1, 1),
        }
    }

    /// Explains the fix. `bless` is the command that regenerates the file.
    pub fn help(&self, bless: &str) -> String {
        match self {
            Self::Newer { .. } => {
                "use the version of Pagewalk that wrote this file, or a newer one".to_owned()
            }
            Self::Unreadable(_) => "check the file and its permissions".to_owned(),
            _ => format!("restore the file, or regenerate it with `{bless}` and review the changes"),
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the golden file cannot be read: {why}"),
            Self::NotText { byte } => {
                write!(f, "the golden file is not UTF-8 text: byte {byte} is invalid")
            }
            Self::Truncated => write!(f, "the golden file is truncated: the last line, `total`, is missing"),
            Self::Newer { format } => write!(
                f,
                "the golden file has format {format}, but this version of Pagewalk supports only format {FORMAT}"
            ),
            Self::Invalid { why, .. } => write!(f, "the golden file is not valid: {why}"),
        }
    }
}

/// The member that golden files of every format version have.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

/// Parses the bytes of a golden file.
///
/// # Errors
/// The reason why the bytes are not a golden file.
pub fn read(bytes: &[u8]) -> Result<Golden, Unusable> {
    let text = decode(bytes).map_err(|byte| Unusable::NotText { byte })?;
    let ended = text.ends_with('\n') && text.lines().any(|line| line.starts_with("total:"));
    let invalid = |error: &serde_yaml::Error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let why = error.to_string();
        // The location is reported separately.
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
            format!("the file lists {listed} statements, but `total` is {}", golden.total)
        } else {
            format!("unknown format {}", golden.format)
        };
        return Err(Unusable::Invalid { line: 1, column: 1, why });
    }
    Ok(golden)
}

/// Returns the text of the golden file for the script file `name`.
pub fn write(golden: &Golden, name: &str) -> String {
    let body = serde_yaml::to_string(golden).unwrap_or_default();
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# What {name} did when it was last reviewed; written by `pagewalk test --bless`.\n{body}")
}

impl Golden {
    /// Returns the number of listed statements.
    pub fn listed(&self) -> u64 {
        self.cases.iter().map(|case| case.statements.len() as u64).sum()
    }
}
