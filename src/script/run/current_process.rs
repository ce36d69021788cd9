//! The process that a statement runs in, and the facts about processes that are unknown before a run.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::record::ProcessRef;

/// The process that statements run in.
#[derive(Debug, Clone, Default)]
pub(crate) enum CurrentProcess {
    /// No process is named: the only one.
    #[default]
    Only,
    /// The named process.
    Process(ProcessRef),
    /// The process is unknown before the script runs (only during a check).
    Unknowable,
}

impl CurrentProcess {
    pub(crate) fn process(&self) -> Option<&ProcessRef> {
        match self {
            Self::Process(process) => Some(process),
            Self::Only | Self::Unknowable => None,
        }
    }
}

/// Facts about processes that are unknown before the script runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnknownProcesses {
    /// Names that `let NAME = fork()` gives.
    pub(crate) forked: BTreeSet<Arc<str>>,
    /// Whether there may be processes and files besides the known ones.
    pub(crate) others: bool,
    /// Whether processes may have ended.
    pub(crate) ended: bool,
}

impl UnknownProcesses {
    pub(crate) const NOTHING: &Self = &Self { forked: BTreeSet::new(), others: false, ended: false };
}
