//! Summary of a fault handler's steps.

use pagewalk_engine::kernel::event::{BackingStore, KernelStep, ProcessPage};
use pagewalk_engine::kernel::ids::{FrameNo, SlotNo};

use crate::report::words::names::number;

/// Actions of a fault handler: the last of each kind, and all evictions.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Handled {
    /// The lowest address to which the stack grew.
    pub(crate) grew: Option<u64>,
    /// Levels of the new page tables.
    pub(crate) tables: Vec<u32>,
    /// Frames whose pages the handler evicted.
    pub(crate) evicted: Vec<Evicted>,
    /// The frame that the handler filled with zeros.
    pub(crate) zeroed: Option<FrameNo>,
    /// The frame that the handler filled, and the source of its contents.
    pub(crate) filled: Option<(FrameNo, BackingStore)>,
    /// The frame in which the page was already resident.
    pub(crate) shared: Option<FrameNo>,
    /// The source and destination of a copy. The source is `None` for zeros and for a file page that the
    /// handler read directly into the new frame.
    pub(crate) copied: Option<(Option<FrameNo>, FrameNo)>,
    /// The frame whose PTE the handler made writable without copying the page.
    pub(crate) reused: Option<FrameNo>,
    /// The frame of the new entry, and whether the entry is writable. A frame of `None` is the zero page.
    pub(crate) mapped: Option<(Option<FrameNo>, bool)>,
    pub(crate) around: u32,
    /// Whether the fault was major, or `None` if the handler did not resolve the fault.
    pub(crate) major: Option<bool>,
}

/// A frame whose page was evicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evicted {
    pub(crate) frame: FrameNo,
    pub(crate) page: Option<ProcessPage>,
    /// The location to which the handler wrote the page.
    pub(crate) to: Option<BackingStore>,
    /// Number of page-table entries that the handler cleared.
    entries: u32,
    /// The swap slot in the cleared entries.
    slot: Option<SlotNo>,
    /// Whether a TLB held the page.
    tlb: bool,
}

impl Evicted {
    /// Describes the page's cleared PTEs without the page, or returns `None` if the page had none.
    pub(crate) fn cleared(&self) -> Option<String> {
        let entries = match self.entries {
            0 => return None,
            1 => "the PTE".to_owned(),
            n => format!("the {} PTEs", number(n.into())),
        };
        Some(format!("sets P = 0{} in {entries}", self.slot_set()))
    }

    fn slot_set(&self) -> String {
        self.slot.map_or_else(String::new, |slot| {
            format!(" and slot {}", number(slot.0.into()))
        })
    }

    /// Describes the page's PTEs and TLB entries, or returns `None` if the page had none.
    pub(crate) fn unmapped(&self) -> Option<String> {
        let (entries, tlb) = match self.entries {
            0 => return None,
            1 => ("the page's PTE".to_owned(), "its TLB entry"),
            n => (
                format!("the page's {} PTEs", number(n.into())),
                "their TLB entries",
            ),
        };
        let slot = self.slot_set();
        let tlb = if self.tlb {
            format!(" and invalidates {tlb}")
        } else {
            String::new()
        };
        Some(format!("the kernel sets P = 0{slot} in {entries}{tlb}"))
    }
}

impl Handled {
    /// Summarizes these steps.
    pub(crate) fn from_steps(steps: &[KernelStep]) -> Self {
        let mut handled = Self::default();
        for step in steps {
            match *step {
                KernelStep::StackGrew { start } => handled.grew = Some(start),
                KernelStep::Table { level, .. } => handled.tables.push(level),
                KernelStep::Evicted {
                    frame,
                    page,
                    to,
                    entries,
                    slot,
                    tlb,
                } => {
                    handled.evicted.push(Evicted {
                        frame,
                        page,
                        to,
                        entries,
                        slot,
                        tlb,
                    });
                }
                KernelStep::Zeroed { frame } => handled.zeroed = Some(frame),
                KernelStep::Filled { frame, from } => handled.filled = Some((frame, from)),
                KernelStep::Shared { frame } => handled.shared = Some(frame),
                KernelStep::Copied { from, to } => handled.copied = Some((from, to)),
                KernelStep::Reused { frame } => handled.reused = Some(frame),
                KernelStep::Mapped {
                    frame, writable, ..
                } => handled.mapped = Some((frame, writable)),
                KernelStep::MappedAround { pages } => handled.around += pages,
                KernelStep::Resolved { major, .. } => handled.major = Some(major),
                KernelStep::Fault { .. }
                | KernelStep::Area { .. }
                | KernelStep::FrameAllocated { .. }
                | KernelStep::EntryWritten { .. }
                | KernelStep::DiskRead { .. }
                | KernelStep::DiskWritten { .. }
                | KernelStep::Killed { .. } => {}
            }
        }
        handled
    }
}
