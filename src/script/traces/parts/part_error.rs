//! Why a part of a sweep cannot be computed, written, or merged.

use std::fmt;

/// Why a part of a sweep cannot be computed, written, or merged. The texts are messages without a final period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartError {
    /// A trace cannot be read or replayed.
    Trace(String),
    /// The folder cannot be used, or its parts cannot be merged.
    Folder(String),
    /// The part cannot be written.
    Unwritten(String),
    /// Ctrl-C or another thread interrupted the replay.
    Interrupted,
}

impl fmt::Display for PartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(why) | Self::Folder(why) | Self::Unwritten(why) => f.write_str(why),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for PartError {}
