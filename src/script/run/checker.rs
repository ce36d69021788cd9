//! What is known while a script is only checked.

use super::checkpoint::CheckpointAt;
use super::current_process::UnknownProcesses;

/// What a check knows besides the state.
#[derive(Default)]
pub(crate) struct Checker {
    /// Where the check ends early.
    pub(crate) until: Option<CheckpointAt>,
    /// What is not known of processes before the script runs.
    pub(crate) unsure: UnknownProcesses,
}
