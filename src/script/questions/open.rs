//! Questions whose key does not list every right answer.

use std::fmt::Debug;

use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::files::Files;

/// Conditions that can be evaluated later, in the state of the question.
pub trait Open: Debug + Send + Sync {
    /// Whether a value is a candidate that satisfies every condition. `sources` and `files` are the sources and
    /// files of the script.
    fn holds(&self, value: &Value, sources: &Sources, files: &Files) -> bool;
}
