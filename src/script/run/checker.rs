//! State used to check a script without running it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::checkpoint::CheckpointAt;
use super::current_process::UnknownProcesses;

/// Information that a check needs in addition to the state.
#[derive(Default)]
pub(crate) struct Checker {
    /// The place where the check ends early.
    pub(crate) until: Option<CheckpointAt>,
    /// Facts about processes that are unknown before the script runs.
    pub(crate) unsure: UnknownProcesses,
    /// Every variable that the script sets.
    pub(crate) variables: BTreeSet<Arc<str>>,
}
