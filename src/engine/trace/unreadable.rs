//! Errors in reading a trace.

use crate::files::visible;
use std::{fmt, io};

use super::foreign;
use super::format::{Choice, ChosenFormat};
use super::record::{BadLine, Malformed};

/// An error that prevents a trace from being read completely. The parser returns all records before the
/// error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The name of the file.
    pub name: String,
    /// The reason.
    pub why: UnreadableReason,
}

/// The reason why a trace cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadableReason {
    /// The file does not exist.
    NotFound,
    /// The file is a directory.
    Directory,
    /// Permission is denied.
    Denied,
    /// The file is not a trace in the requested format.
    NotATrace(&'static str),
    /// A line is not a record in the format of the trace, and no earlier line is.
    NoRecord {
        /// The format, and how it was chosen.
        chosen: ChosenFormat,
        /// The line.
        line: BadLine,
    },
    /// The file has another, known format.
    Foreign {
        /// The format, with an article.
        what: &'static str,
        /// The advice.
        advice: &'static str,
    },
    /// The file is truncated.
    Truncated {
        /// The format: `gzip` or `zstd`.
        kind: &'static str,
        /// The size in bytes.
        at: u64,
    },
    /// The file is damaged.
    Damaged {
        /// The format: `gzip` or `zstd`.
        kind: &'static str,
        /// Number of bytes read before the damage was detected.
        at: u64,
        /// The problem.
        what: String,
    },
    /// The file was modified while it was read.
    Changed {
        /// The size in bytes when the file was opened.
        before: u64,
        /// The size in bytes at the end of reading.
        after: u64,
    },
    /// An error message from the operating system.
    System(String),
}

impl UnreadableReason {
    /// The reason why a trace without records is not one. On the command line, such a trace is an error,
    /// because a replay of no references would look like a success.
    pub(super) fn no_record(chosen: Option<ChosenFormat>, malformed: &Malformed) -> Self {
        match (chosen, malformed.first.first()) {
            (Some(chosen), Some(line)) => Self::NoRecord {
                chosen,
                line: line.clone(),
            },
            _ => Self::NotATrace("it contains no records"),
        }
    }
}

impl Unreadable {
    pub(super) fn new(name: &str, why: UnreadableReason) -> Self {
        Self {
            name: name.to_owned(),
            why,
        }
    }

    /// Converts an operating system error from opening or reading a file.
    pub(super) fn system(name: &str, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => UnreadableReason::NotFound,
            io::ErrorKind::IsADirectory => UnreadableReason::Directory,
            io::ErrorKind::PermissionDenied => UnreadableReason::Denied,
            _ => UnreadableReason::System(error.to_string()),
        };
        Self::new(name, why)
    }

    /// Returns the advice, as commands or words for a separate line.
    pub fn advice(&self) -> Option<String> {
        let advice = match &self.why {
            UnreadableReason::Foreign { advice, .. } => (*advice).to_owned(),
            UnreadableReason::NoRecord { chosen, line } => foreign::advice(*chosen, line),
            _ => return None,
        };
        // The advice contains commands for a shell.
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+".contains(c);
        let file = if !self.name.starts_with('-') && self.name.chars().all(plain) {
            &*self.name
        } else {
            "FILE"
        };
        Some(advice.replace("FILE", file))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = visible(&self.name);
        match &self.why {
            UnreadableReason::NotFound => write!(f, "there is no file `{name}`"),
            UnreadableReason::Directory => write!(f, "`{name}` is a directory"),
            UnreadableReason::Denied => write!(f, "`{name}` cannot be read: permission denied"),
            UnreadableReason::NotATrace(why) => write!(f, "`{name}` is not a trace: {why}"),
            UnreadableReason::NoRecord {
                chosen,
                line: BadLine { line, text, why },
            } => {
                let format = chosen.format.name();
                let how = match chosen.choice {
                    Choice::Named => "",
                    Choice::Extension => ", the format of its name",
                    Choice::FirstLines => ", the closest format",
                };
                write!(
                    f,
                    "`{name}` is not a trace: read as {format}{how}, line {line} is not a record: {why}: `{text}`"
                )
            }
            UnreadableReason::Foreign { what, .. } => {
                write!(f, "`{name}` is not a trace: it is {what}")
            }
            UnreadableReason::Truncated { kind, at } => {
                write!(
                    f,
                    "`{name}` is truncated: the {kind} data ends too early, after {at} bytes"
                )
            }
            UnreadableReason::Damaged { kind, at, what } => {
                write!(
                    f,
                    "`{name}` is damaged: the {kind} data is invalid before byte {at}: {what}"
                )
            }
            UnreadableReason::Changed { before, after } if before == after => {
                write!(f, "`{name}` was modified while Pagewalk was reading it")
            }
            UnreadableReason::Changed { before, after } => {
                write!(
                    f,
                    "`{name}` changed while Pagewalk was reading it: the size was {before} bytes and is now {after}"
                )
            }
            UnreadableReason::System(why) => write!(f, "`{name}` cannot be read: {why}"),
        }
    }
}

impl std::error::Error for Unreadable {}
