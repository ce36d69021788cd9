//! What a fault handler did, picked out of its steps.

use pagewalk_engine::kernel::event::{BackingStore, KernelStep, ProcessPage};
use pagewalk_engine::kernel::ids::{FrameNo, SlotNo};

use super::names::number;

/// What a fault handler did, each thing at its latest; evictions all.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Handled {
    /// The stack grew down to here.
    pub(crate) grew: Option<u64>,
    /// Levels of the page tables that were made.
    pub(crate) tables: Vec<u32>,
    /// Frames whose pages went.
    pub(crate) evicted: Vec<Evicted>,
    /// A frame was filled with zeros.
    pub(crate) zeroed: Option<FrameNo>,
    /// A frame was filled from somewhere.
    pub(crate) filled: Option<(FrameNo, BackingStore)>,
    /// A frame was there already.
    pub(crate) shared: Option<FrameNo>,
    /// A page was copied; the source is none for zeros, and where a file's page was read into the copy at once.
    pub(crate) copied: Option<(Option<FrameNo>, FrameNo)>,
    /// The last sharer kept its frame.
    pub(crate) reused: Option<FrameNo>,
    /// The entry was set: the frame (none is the zero page), and whether it may be stored to.
    pub(crate) mapped: Option<(Option<FrameNo>, bool)>,
    pub(crate) around: u32,
    /// The fault was major; none if it was not resolved.
    pub(crate) major: Option<bool>,
}

/// A frame whose page went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evicted {
    pub(crate) frame: FrameNo,
    pub(crate) page: Option<ProcessPage>,
    /// Where it was written.
    pub(crate) to: Option<BackingStore>,
    /// Page-table entries that were cleared.
    entries: u32,
    /// The slot that they name.
    slot: Option<SlotNo>,
    /// A TLB held the page.
    tlb: bool,
}

impl Evicted {
    /// What became of its page-table and TLB entries; none if it had none.
    pub(crate) fn unmapped(&self) -> Option<String> {
        let (entries, tlb) = match self.entries {
            0 => return None,
            1 => ("its page-table entry becomes".to_owned(), "its TLB entry is"),
            n => (format!("its {} page-table entries become", number(n.into())), "their TLB entries are"),
        };
        let slot = self.slot.map_or_else(String::new, |slot| format!(", slot {}", number(slot.0.into())));
        let tlb = if self.tlb { format!(", and {tlb} invalidated") } else { String::new() };
        Some(format!("{entries} P = 0{slot}{tlb}"))
    }
}

impl Handled {
    /// Sums up these steps.
    pub(crate) fn from_steps(steps: &[KernelStep]) -> Self {
        let mut handled = Self::default();
        for step in steps {
            match *step {
                KernelStep::StackGrew { start } => handled.grew = Some(start),
                KernelStep::Table { level, .. } => handled.tables.push(level),
                KernelStep::Evicted { frame, page, to, entries, slot, tlb } => {
                    handled.evicted.push(Evicted { frame, page, to, entries, slot, tlb });
                }
                KernelStep::Zeroed { frame } => handled.zeroed = Some(frame),
                KernelStep::Filled { frame, from } => handled.filled = Some((frame, from)),
                KernelStep::Shared { frame } => handled.shared = Some(frame),
                KernelStep::Copied { from, to } => handled.copied = Some((from, to)),
                KernelStep::Reused { frame } => handled.reused = Some(frame),
                KernelStep::Mapped { frame, writable, .. } => handled.mapped = Some((frame, writable)),
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
