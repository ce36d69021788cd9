//! The recent accesses of each process, which the figures of address spaces mark.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use pagewalk_engine::kernel::ids::Pid;

use super::record::{AccessMark, AccessMarks};

/// Maximum number of accesses to keep for each process. A figure with as many marks fits on a page.
/// A script with millions of accesses needs no more memory.
const KEPT: usize = 32;

/// The accesses of each process since its last figure. A copy only increments a reference count.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecentAccesses(Arc<BTreeMap<Pid, Arc<Recent>>>);

#[derive(Debug, Clone, Default)]
struct Recent {
    count: u64,
    last: VecDeque<AccessMark>,
}

impl RecentAccesses {
    /// Adds an access of a process. Discards the oldest access if there are too many.
    pub(crate) fn add(&mut self, pid: Pid, mark: AccessMark) {
        let recent = Arc::make_mut(Arc::make_mut(&mut self.0).entry(pid).or_default());
        recent.count += 1;
        if recent.last.len() == KEPT {
            recent.last.pop_front();
        }
        recent.last.push_back(AccessMark {
            number: recent.count,
            ..mark
        });
    }

    /// Returns the accesses of a process.
    pub(crate) fn of_process(&self, pid: Pid) -> AccessMarks {
        self.0
            .get(&pid)
            .map_or_else(AccessMarks::default, |recent| AccessMarks {
                earlier: recent.count - recent.last.len() as u64,
                marks: recent.last.iter().copied().collect(),
            })
    }

    /// Discards the accesses of a process, because a figure has shown them. For this reason, only
    /// `figure` has marks: `show` must not change the state.
    pub(crate) fn forget(&mut self, pid: Pid) {
        if self.0.contains_key(&pid) {
            Arc::make_mut(&mut self.0).remove(&pid);
        }
    }
}
