//! What is known while a script is only checked.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::checkpoint::CheckpointAt;
use super::current_process::UnknownProcesses;

/// What a check knows besides the state.
#[derive(Default)]
pub(crate) struct Checker {
    /// Where the check ends early.
    pub(crate) until: Option<CheckpointAt>,
    /// What is not known of processes before the script runs.
    pub(crate) unsure: UnknownProcesses,
    /// Every variable that the script sets anywhere.
    pub(crate) variables: BTreeSet<Arc<str>>,
}
