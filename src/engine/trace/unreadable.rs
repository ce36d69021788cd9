//! Errors in reading a trace.

use std::{fmt, io};

use super::format::{Choice, ChosenFormat};
use super::record::{BadLine, Malformed};
use crate::files::visible;

/// The reason of a file with comments and blank lines only, such as the log of Valgrind without `--trace-mem=yes`.
pub(super) const NO_RECORDS: &str = "it contains no records";

/// The reason against addresses that could be decimal.
pub(super) const DECIMAL: &str = "the addresses of the first lines have only decimal digits";

/// An error that prevents a trace from being read completely. The parser returns all records before the
/// error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The name of the file.
    pub name: String,
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
        line: BadLine,
        /// The first lines that are not records.
        first: Vec<BadLine>,
    },
    /// The file has another, known format.
    Foreign {
        /// The format, with an article.
        what: &'static str,
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
                first: malformed.first.clone(),
            },
            _ => Self::NotATrace(NO_RECORDS),
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
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = visible(&self.name);
        match &self.why {
            UnreadableReason::NotFound => write!(f, "cannot read `{name}`: there is no such file"),
            UnreadableReason::Directory => write!(f, "cannot read `{name}`: it is a folder"),
            UnreadableReason::Denied => write!(f, "cannot read `{name}`: permission denied"),
            UnreadableReason::NotATrace(why) => write!(f, "`{name}` is not a trace: {why}"),
            UnreadableReason::NoRecord {
                chosen,
                line: BadLine { line, text, why },
                ..
            } => {
                let format = chosen.format.name();
                let how = match chosen.choice {
                    Choice::Named | Choice::Program => "",
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
            UnreadableReason::System(why) => write!(f, "cannot read `{name}`: {why}"),
        }
    }
}

impl std::error::Error for Unreadable {}
