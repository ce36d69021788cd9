//! The process that a statement runs in, and the facts about processes that are unknown before a run.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::record::ProcessRef;

/// The process that statements run in.
#[derive(Debug, Clone, Default)]
pub(crate) enum CurrentProcess {
    /// The script names no process, so the statement runs in the only process.
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
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct UnknownProcesses {
    /// Names that `let NAME = fork()` gives to child processes.
    pub(crate) forked: BTreeSet<Arc<str>>,
    /// Whether processes and files other than the known ones may exist.
    pub(crate) others: bool,
    /// Whether children may exist that a `fork()` without `let` created, which the kernel calls `pid2`.
    pub(crate) unnamed: bool,
    /// Whether some processes may have ended.
    pub(crate) ended: bool,
}

impl UnknownProcesses {
    pub(crate) const NOTHING: &Self = &Self {
        forked: BTreeSet::new(),
        others: false,
        unnamed: false,
        ended: false,
    };

    /// Whether a process of this name may exist.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        self.others || self.forked.contains(name) || self.unnamed && name.starts_with("pid")
    }
}
