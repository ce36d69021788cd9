//! What is known while a script is only checked.

use super::inside::Unsure;
use super::until::Until;

/// What a check knows besides the state.
#[derive(Default)]
pub(crate) struct Checker {
    /// Where the check ends early.
    pub(crate) until: Option<Until>,
    /// What is not known of processes before the script runs.
    pub(crate) unsure: Unsure,
}
