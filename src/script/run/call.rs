//! What a system call did, what the kernel did of its own accord, and what was declared.

use std::sync::Arc;

use pagewalk_engine::kernel::abi::{Arg, Reply};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::kernel::file::Executable;
use pagewalk_engine::machine::spec::Spec;

use super::effect::Effect;
use super::process::{AreaRecord, Legend, ProcessRef};
use super::recorder::FaultRecord;

/// A system call.
#[derive(Debug, Clone)]
pub struct CallRecord {
    /// The process that made it.
    pub(crate) process: ProcessRef,
    pub(crate) spec: Arc<Spec>,
    /// The core.
    pub core: u32,
    pub(crate) name: &'static str,
    pub(crate) args: Vec<ArgRecord>,
    /// What it came to.
    pub(crate) reply: Reply,
    /// The process that `fork` made.
    pub(crate) child: Option<ProcessRef>,
    /// Faults on the way: pages populated, buffers that the kernel read or wrote.
    pub(crate) faults: Vec<FaultRecord>,
    /// What the kernel did outside of faults.
    pub(crate) steps: Vec<KernelStep>,
    /// The names that the steps need.
    pub(crate) legend: Legend,
    pub(crate) effect: Effect,
    pub(crate) probe: bool,
}

impl CallRecord {
    /// All steps, those of faults first.
    pub(crate) fn all_steps(&self) -> impl Iterator<Item = &KernelStep> {
        self.faults.iter().flat_map(|fault| &fault.steps).chain(&self.steps)
    }
}

/// An argument of a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArgRecord {
    /// As the script writes it.
    pub(crate) written: String,
    pub(crate) value: Arg,
}

/// What the kernel did of its own accord.
#[derive(Debug, Clone)]
pub struct ActionRecord {
    pub(crate) what: KernelAction,
    /// What it came to: frames freed by merging, pages reclaimed, 1 if the page was swapped out.
    pub(crate) count: u64,
    pub(crate) steps: Vec<KernelStep>,
    /// The names that the steps need.
    pub(crate) legend: Legend,
    pub(crate) spec: Arc<Spec>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KernelAction {
    /// `ksm scan`
    KsmScan,
    /// `reclaim N pages`
    Reclaim { pages: u64 },
    /// `sync`
    Sync,
    /// `swap out P1 VA`
    SwapOut { process: ProcessRef, vpn: u64 },
    /// `tick`
    Tick,
}

/// A kernel as it was started.
#[derive(Debug, Clone)]
pub(crate) struct Booted {
    /// The machine that was declared with it, because none was.
    pub(crate) machine: Option<Arc<Spec>>,
    pub(crate) config: Arc<KernelConfig>,
    pub(crate) frames: u32,
}

/// What a declaration of the kernel's declared.
#[derive(Debug, Clone)]
pub struct Declared {
    pub(crate) what: Declaration,
    /// The kernel that was started for it, because none was.
    pub(crate) booted: Option<Booted>,
}

/// See [`Declared`].
#[derive(Debug, Clone)]
pub(crate) enum Declaration {
    /// `kernel { … }`: [`Declared::booted`] says how.
    Kernel,
    /// `file "name" …`
    File { name: Arc<str>, size: u64 },
    /// `executable "name" { … }`
    Executable { name: Arc<str>, executable: Arc<Executable> },
    /// `process NAME`
    Process { process: ProcessRef, areas: Vec<AreaRecord> },
}
