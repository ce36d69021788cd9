//! Reads and writes golden files, and reports their errors.

use std::fmt;

use serde::Deserialize;

use crate::lang::yaml_nesting::too_deep;

use super::model::{FORMAT, Golden};
use crate::lang::source::{conflict, decode, lines_in_words};

/// The last line, which is YAML's end of a document. A truncated file lacks this line. The line is constant, so two
/// branches never change it.
const END: &str = "...";

/// The end of the first line.
const WRITTEN: &str = "did when it was last reviewed; written by `pagewalk test --bless`.";

/// The reason why a golden file is unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
pub enum Unusable {
    /// The file cannot be read, for the given reason.
    Unreadable(String),
    /// The file has invalid UTF-8 at this byte.
    NotText { byte: usize },
    /// The file cannot be written, for the given reason.
    Unwritable(String),
    /// The file is empty.
    Empty,
    /// The file is truncated.
    Truncated,
    /// A merge left conflict markers in these lines, counted from 1.
    Unmerged { first: usize, last: usize },
    /// Another version of the program wrote the file.
    OtherFormat { format: u64 },
    /// The file is not YAML, or not a golden file.
    Invalid {
        line: usize,
        column: usize,
        why: String,
    },
}

impl Unusable {
    /// Returns the line and column, counted from 1.
    pub fn line_and_column(&self) -> (usize, usize) {
        match self {
            Self::Invalid { line, column, .. } => (*line, *column),
            Self::Unmerged { first, .. } => (*first, 1),
            _ => (1, 1),
        }
    }

    /// Explains the fix. `bless` is the command that regenerates the file.
    pub fn help(&self, bless: &str) -> String {
        match self {
            Self::OtherFormat { .. } => {
                "use the version of Pagewalk that wrote this file, or a newer one".to_owned()
            }
            Self::Unreadable(_) | Self::Unwritable(_) => {
                "check the file, its folder, and their permissions".to_owned()
            }
            Self::Unmerged { .. } => format!("resolve the script, and then run `{bless}`"),
            _ => {
                format!("restore the file, or regenerate it with `{bless}` and review the changes")
            }
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the golden file cannot be read: {why}"),
            Self::NotText { byte } => {
                write!(
                    f,
                    "the golden file is not UTF-8 text: byte {byte} is invalid"
                )
            }
            Self::Unwritable(why) => write!(f, "the golden file cannot be written: {why}"),
            Self::Empty => write!(f, "the golden file is empty"),
            Self::Truncated => write!(f, "the golden file is truncated: the last line is missing"),
            Self::Unmerged { first, last } => {
                let lines = lines_in_words(*first, *last);
                write!(
                    f,
                    "the golden file has conflict markers from a merge in {lines}"
                )
            }
            Self::OtherFormat { format } => write!(
                f,
                "the golden file has format {format}, but this version of Pagewalk supports only format {FORMAT}"
            ),
            Self::Invalid { why, .. } => write!(f, "the golden file is not valid: {why}"),
        }
    }
}

impl std::error::Error for Unusable {}

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
    if text.trim().is_empty() {
        return Err(Unusable::Empty);
    }
    // The lines of a golden file's texts are indented, so no text looks like a marker.
    if let Some((first, last)) = conflict(text) {
        return Err(Unusable::Unmerged { first, last });
    }
    let last = text.lines().last().unwrap_or_default();
    let ended = text.ends_with('\n') && last == END;
    let invalid = |error: &serde_yaml::Error| {
        let (line, column) = error
            .location()
            .map_or((1, 1), |at| (at.line(), at.column()));
        let why = error.to_string();
        // The location is reported separately.
        let why = why.split(" at line ").next().unwrap_or(&why).to_owned();
        if ended {
            Unusable::Invalid { line, column, why }
        } else {
            Unusable::Truncated
        }
    };
    if let Some(line) = too_deep(text) {
        let why = "brackets are nested too deeply".to_owned();
        return Err(Unusable::Invalid {
            line: line as usize,
            column: 1,
            why,
        });
    }
    let version: Result<Version, _> = serde_yaml::from_str(text);
    match version {
        Ok(Version { format }) if format != u64::from(FORMAT) => {
            return Err(Unusable::OtherFormat { format });
        }
        Err(error) => return Err(invalid(&error)),
        Ok(_) if !ended => return Err(Unusable::Truncated),
        Ok(_) => {}
    }
    serde_yaml::from_str(text).map_err(|error| invalid(&error))
}

/// Whether the bytes begin as `pagewalk test --bless` writes them, even if the rest is damaged.
pub fn is_golden(bytes: &[u8]) -> bool {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    String::from_utf8_lossy(line).trim_end().ends_with(WRITTEN)
}

/// Returns the text of the golden file for the script file `name`.
pub fn write(golden: &Golden, name: &str) -> String {
    let body = serde_yaml::to_string(golden).unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("# What {name} {WRITTEN}\n{body}{END}\n")
}
