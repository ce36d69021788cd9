//! What is asked for where a key does not list all that is right.

use std::fmt::Debug;

use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::files::Files;

/// Conditions that can still be tried, in the state in which they were asked of.
pub trait Open: Debug + Send + Sync {
    /// Whether a value is among those asked for and satisfies every condition. The sources are those of the script that asks.
    fn holds(&self, value: &Value, sources: &Sources, files: &Files) -> bool;
}
