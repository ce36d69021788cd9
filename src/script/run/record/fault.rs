//! The record of a page fault.

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::event::{FaultClass, KernelStep};
use pagewalk_engine::kernel::ids::FrameNo;
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::kernel::vma::{Backing, Vma};
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Event, Fault};

use super::process::AreaRecord;
use crate::run::steps::Looked;

/// A page fault: the failed attempt, and the kernel's steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FaultRecord {
    /// The hardware's events up to the fault, or an empty list if the kernel itself accessed the page during a
    /// system call.
    pub(crate) events: Vec<Event>,
    /// The sets that these events looked up; see [`Access::looked`](super::Access::looked).
    pub(crate) looked: Vec<Looked>,
    /// The kernel's steps, from [`KernelStep::Fault`] to [`KernelStep::Resolved`] or [`KernelStep::Killed`].
    pub(crate) steps: Vec<KernelStep>,
    /// The area that contains the address, or `None` if no area does.
    pub(crate) area: Option<AreaRecord>,
    /// Information that explains an unresolved fault.
    pub(crate) around: FaultSurroundings,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FaultSurroundings {
    /// The nearest areas below and above an address outside all areas.
    pub(crate) areas: (Option<AreaRecord>, Option<AreaRecord>),
    /// The size in bytes of the file that backs the area.
    pub(crate) file_size: Option<u64>,
}

impl FaultSurroundings {
    pub(crate) fn find(kernel: &Kernel, process: &Process, fault: &FaultRecord) -> Self {
        let Some((va, _)) = fault.wanted() else {
            return Self::default();
        };
        let areas = &process.space.areas;
        let record = |area: &Vma| AreaRecord::describe(kernel, process, *area);
        match &fault.area {
            None => {
                let above = areas.at_or_above(va.raw());
                let below = areas.below(va.raw());
                Self {
                    areas: (below.map(record), above.map(record)),
                    file_size: None,
                }
            }
            Some(AreaRecord {
                area:
                    Vma {
                        backing: Backing::File { file, .. },
                        ..
                    },
                ..
            }) => {
                let size = kernel.name_and_size(*file).map(|(_, size)| size);
                Self {
                    areas: (None, None),
                    file_size: size,
                }
            }
            Some(_) => Self::default(),
        }
    }
}

impl FaultRecord {
    /// Returns the fault's class, or `None` if memory ran out before the handler finished.
    pub(crate) fn class(&self) -> Option<FaultClass> {
        self.steps.iter().find_map(|step| match step {
            KernelStep::Resolved { class, .. } | KernelStep::Killed { class } => Some(*class),
            _ => None,
        })
    }

    /// Whether the kernel resolved the fault with disk I/O.
    pub(crate) fn major(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, KernelStep::Resolved { major: true, .. }))
    }

    /// Whether the kernel resolved the fault without disk I/O.
    pub(crate) fn minor(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, KernelStep::Resolved { major: false, .. }))
    }

    /// Returns the address and the kind of access.
    pub(crate) fn wanted(&self) -> Option<(Va, AccessKind)> {
        self.steps.iter().find_map(|step| match step {
            KernelStep::Fault { va, kind, .. } => Some((*va, *kind)),
            _ => None,
        })
    }

    /// Whether the fault was fatal.
    pub(crate) fn fatal(&self) -> bool {
        self.class().is_some_and(|class| !class.is_resolvable())
    }

    /// Returns the fault that the hardware raised.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.steps.iter().find_map(|step| match step {
            KernelStep::Fault { fault, .. } => Some(*fault),
            _ => None,
        })
    }

    /// Returns the mapped frame, or `None` for the zero page or if nothing was mapped.
    pub(crate) fn frame(&self) -> Option<FrameNo> {
        self.steps.iter().rev().find_map(|step| match step {
            KernelStep::Mapped { frame, .. } => Some(*frame),
            _ => None,
        })?
    }
}
