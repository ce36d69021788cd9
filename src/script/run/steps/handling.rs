//! Why an access faulted, which entry decided, and how the kernel handled the fault.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep, ProcessPage};
use pagewalk_engine::kernel::ids::{FrameNo, SlotNo};

use crate::run::record::FaultRecord;

/// How the kernel handled a fault.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Handling<'a> {
    pub(crate) fault: &'a FaultRecord,
    /// The lowest address to which the stack grew.
    pub(crate) grew: Option<u64>,
    /// Levels of the new page tables.
    pub(crate) tables: Vec<u32>,
    pub(crate) evicted: Vec<Evicted>,
    pub(crate) page: PageIn,
    /// Whether the new entry permits stores, or `None` if the handler set no entry.
    pub(crate) writable: Option<bool>,
    /// Number of neighboring pages that the handler also mapped.
    pub(crate) around: u32,
    pub(crate) end: HandlingEnd,
}

/// How the page became resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageIn {
    /// The handler mapped no page.
    None,
    /// The handler mapped the shared zero page.
    ZeroPage,
    /// The handler filled a frame with zeros.
    Zeroed(FrameNo),
    /// The handler filled a frame with the page from this place.
    Filled(FrameNo, BackingStore),
    /// Another process or the page cache already had the page in this frame.
    Shared(FrameNo),
    /// The handler made a private copy. `from` is `None` for the zero page and for a page of a file that the handler
    /// read directly into the copy.
    Copied {
        from: Option<FrameNo>,
        to: FrameNo,
        read: Option<BackingStore>,
    },
    /// The frame was no longer shared, so its PTE became writable without a copy.
    Reused(FrameNo),
    /// The PTE of a shared page of a file became writable.
    MadeWritable(FrameNo),
}

/// The result of the handling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlingEnd {
    Resolved {
        class: FaultClass,
        /// Whether the handler read from disk.
        major: bool,
    },
    Killed {
        class: FaultClass,
    },
    /// The PTE permits the access, and only a TLB entry denied it.
    Stale,
    /// During a system call, no memory was left for the page or for a page table.
    OutOfMemory,
}

/// A frame whose page was evicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evicted {
    pub(crate) frame: FrameNo,
    pub(crate) page: Option<ProcessPage>,
    /// The location to which the kernel wrote the page, or `None` for a clean page.
    pub(crate) to: Option<BackingStore>,
    /// Number of page-table entries that the kernel cleared.
    pub(crate) entries: u32,
    /// The swap slot in the cleared entries.
    pub(crate) slot: Option<SlotNo>,
    /// Whether a TLB held the page.
    pub(crate) tlb: bool,
}

impl Evicted {
    /// Returns the eviction, if the step is one.
    pub(crate) fn from_step(step: &KernelStep) -> Option<Self> {
        match *step {
            KernelStep::Evicted {
                frame,
                page,
                to,
                entries,
                slot,
                tlb,
            } => Some(Self {
                frame,
                page,
                to,
                entries,
                slot,
                tlb,
            }),
            _ => None,
        }
    }
}

impl<'a> Handling<'a> {
    pub(crate) fn of(fault: &'a FaultRecord) -> Self {
        let mut handling = Self {
            fault,
            grew: None,
            tables: Vec::new(),
            evicted: fault.steps.iter().filter_map(Evicted::from_step).collect(),
            page: PageIn::None,
            writable: None,
            around: 0,
            // The kernel's own accesses do not use the TLBs, so they cannot meet a stale entry.
            end: if fault.events.is_empty() {
                HandlingEnd::OutOfMemory
            } else {
                HandlingEnd::Stale
            },
        };
        fault.steps.iter().for_each(|step| handling.follow(*step));
        handling
    }

    fn follow(&mut self, step: KernelStep) {
        match step {
            KernelStep::StackGrew { start } => self.grew = Some(start),
            KernelStep::Table { level, .. } => self.tables.push(level),
            KernelStep::Zeroed { frame } => self.page = PageIn::Zeroed(frame),
            KernelStep::Filled { frame, from } => self.page = PageIn::Filled(frame, from),
            KernelStep::Shared { frame } => self.page = PageIn::Shared(frame),
            KernelStep::Copied { from, to } => {
                let read = self.read();
                self.page = PageIn::Copied { from, to, read };
            }
            KernelStep::Reused { frame } => self.page = PageIn::Reused(frame),
            KernelStep::Mapped {
                frame, writable, ..
            } => {
                self.writable = Some(writable);
                if self.page == PageIn::None {
                    self.page = frame.map_or(PageIn::ZeroPage, PageIn::MadeWritable);
                }
            }
            KernelStep::MappedAround { pages } => self.around += pages,
            KernelStep::Resolved { class, major } => {
                self.end = HandlingEnd::Resolved { class, major };
            }
            KernelStep::Killed { class } => self.end = HandlingEnd::Killed { class },
            KernelStep::Fault { .. }
            | KernelStep::Area { .. }
            | KernelStep::FrameAllocated { .. }
            | KernelStep::Evicted { .. }
            | KernelStep::EntryWritten { .. }
            | KernelStep::DiskRead { .. }
            | KernelStep::DiskWritten { .. } => {}
        }
    }

    /// Returns the place from which the handler read the page.
    pub(crate) fn read(&self) -> Option<BackingStore> {
        match self.page {
            PageIn::Filled(_, from) => Some(from),
            PageIn::Copied { read, .. } => read,
            _ => None,
        }
    }
}
