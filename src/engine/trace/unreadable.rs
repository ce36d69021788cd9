//! Why a trace cannot be read, or not to its end.

use std::fmt;
use std::io;

/// Why a trace cannot be read, or not to its end. What came before was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The file, as it was called.
    pub name: String,
    /// What is the case.
    pub why: UnreadableReason,
}

/// What keeps a trace from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadableReason {
    /// There is no such file.
    NotFound,
    /// It is a directory.
    Directory,
    /// It may not be read.
    Denied,
    /// It holds no trace, or none of the format that was asked for.
    NotATrace(&'static str),
    /// It ends too early.
    Truncated {
        /// What it is: `gzip`, `zstd`, `packed`.
        kind: &'static str,
        /// The bytes that there are.
        at: u64,
    },
    /// What it holds is not what was written.
    Damaged {
        /// What it is: `gzip`, `zstd`, `packed`.
        kind: &'static str,
        /// The bytes that were read when it showed.
        at: u64,
        /// What is wrong.
        what: String,
    },
    /// It was written to while it was read.
    Changed {
        /// Its bytes when it was opened.
        before: u64,
        /// Its bytes at the end.
        after: u64,
    },
    /// The system says this.
    System(String),
}

impl Unreadable {
    pub(super) fn new(name: &str, why: UnreadableReason) -> Self {
        Self { name: name.to_owned(), why }
    }

    /// What the system said when a file was opened or read.
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
        let name = &self.name;
        match &self.why {
            UnreadableReason::NotFound => write!(f, "there is no file `{name}`"),
            UnreadableReason::Directory => write!(f, "`{name}` is a directory"),
            UnreadableReason::Denied => write!(f, "`{name}` may not be read"),
            UnreadableReason::NotATrace(why) => write!(f, "`{name}` is no trace: {why}"),
            UnreadableReason::Truncated { kind, at } => {
                write!(f, "`{name}` is truncated: its {kind} data ends too early, after {at} bytes")
            }
            UnreadableReason::Damaged { kind, at, what } => {
                write!(f, "`{name}` is damaged: its {kind} data is wrong before byte {at}: {what}")
            }
            UnreadableReason::Changed { before, after } if before == after => {
                write!(f, "`{name}` was written to while it was read")
            }
            UnreadableReason::Changed { before, after } => {
                write!(f, "`{name}` changed while it was read: it had {before} bytes, now {after}")
            }
            UnreadableReason::System(why) => write!(f, "`{name}` cannot be read: {why}"),
        }
    }
}

impl std::error::Error for Unreadable {}
