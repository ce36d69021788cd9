//! Counts faults from the kernel's reports.

use std::collections::BTreeMap;

use crate::kernel::event::{BackingStore, KernelStep};
use crate::kernel::ids::Pid;

/// The counts so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Number of minor and major faults of each process.
    faults: BTreeMap<Pid, (u64, u64)>,
    pub(crate) steps: Vec<KernelStep>,
}

impl Tally {
    /// Returns the number of minor and major faults of a process.
    pub(crate) fn faults(&self, pid: Pid) -> (u64, u64) {
        self.faults.get(&pid).copied().unwrap_or_default()
    }

    /// Receives the steps of background activities, which cause no page faults.
    pub(crate) fn on_kernel_steps(&mut self, steps: &[KernelStep]) {
        assert!(
            !steps
                .iter()
                .any(|step| matches!(step, KernelStep::Resolved { .. }))
        );
        self.steps.extend(steps);
    }

    /// Receives the steps of a process's action. A fault is major if its handler read a file or a swap slot.
    /// Only resolved faults are counted.
    pub(crate) fn on_process_steps(&mut self, pid: Pid, steps: &[KernelStep]) {
        let counts = self.faults.entry(pid).or_default();
        let mut read = false;
        for step in steps {
            match *step {
                KernelStep::Fault { .. } => read = false,
                KernelStep::Filled {
                    from: BackingStore::File { .. } | BackingStore::Swap { .. },
                    ..
                } => read = true,
                KernelStep::Resolved { major, .. } => {
                    assert_eq!(major, read, "{steps:?}");
                    *(if read { &mut counts.1 } else { &mut counts.0 }) += 1;
                }
                _ => {}
            }
        }
        self.steps.extend(steps);
    }
}
