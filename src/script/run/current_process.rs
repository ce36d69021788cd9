//! Which process a statement runs in, and what is not known of processes before a run.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::record::ProcessRef;

/// The process that statements run in.
#[derive(Debug, Clone, Default)]
pub(crate) enum CurrentProcess {
    /// None is named: the only one.
    #[default]
    Only,
    /// This one.
    Process(ProcessRef),
    /// Which one is not known before the script runs (when checking only).
    Unknowable,
}

impl CurrentProcess {
    /// The process that is named.
    pub(crate) fn process(&self) -> Option<&ProcessRef> {
        match self {
            Self::Process(process) => Some(process),
            Self::Only | Self::Unknowable => None,
        }
    }
}

/// What is not known of processes before the script runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnknownProcesses {
    /// The names that `let NAME = fork()` gives.
    pub(crate) forked: BTreeSet<Arc<str>>,
    /// There may be processes and files besides those that are known.
    pub(crate) others: bool,
    /// Processes may have ended.
    pub(crate) ended: bool,
}

impl UnknownProcesses {
    pub(crate) const NOTHING: &Self = &Self { forked: BTreeSet::new(), others: false, ended: false };
}
