//! Why an access faulted, which entry decided, and how the kernel handled the fault.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep, ProcessPage};
use pagewalk_engine::kernel::ids::{FrameNo, SlotNo};
use pagewalk_engine::machine::event::{Event, Fault, ProtectionCause, PteKind};
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::spec::Spec;

use super::walk::WalkEnd;
use crate::run::record::{Access, FaultRecord, tlb_hit};

/// Why the hardware raised a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The entry of a level is not present.
    Absent { level: u32 },
    /// The entry of a level has a reserved bit set.
    Reserved { level: u32 },
    /// An entry denies the access.
    Denied { why: ProtectionCause, by: Decider },
}

/// The entry that decided whether an access is permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider {
    TlbEntry {
        tlb: usize,
        set: u64,
        way: u32,
        stale: Option<Stale>,
    },
    /// An entry above that of the page. `raw` is its value in memory.
    UpperEntry { level: u32, raw: Option<u64> },
    /// The entries that the walk fetched.
    Walk,
    /// The entry of the page, which the events do not contain.
    Page,
}

/// What a page walk finds instead of the contents of a TLB entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    Fault(Fault),
    /// Every entry permits what the TLB entry denies.
    Permits(ProtectionCause),
    /// The entry of this level maps the page to another physical page.
    Page {
        level: u32,
        ppn: u64,
    },
}

impl Cause {
    /// Returns the cause of the fault that ended an access.
    pub(crate) fn of_access(access: &Access) -> Option<Self> {
        let by = |why| {
            Decider::of_hit(access)
                .unwrap_or_else(|| denying(&access.spec, access.last_events(), why))
        };
        Some(Self::new(access.outcome.fault?, by))
    }

    /// Returns the cause of a fault that the kernel handled.
    pub(crate) fn of_attempt(spec: &Spec, record: &FaultRecord) -> Option<Self> {
        let by = |why| match tlb_hit(&record.events) {
            Some((tlb, set, way)) => {
                let is_stale = Handling::of(record).end == HandlingEnd::Stale;
                let stale = is_stale.then_some(Stale::Permits(why));
                Decider::TlbEntry {
                    tlb,
                    set,
                    way,
                    stale,
                }
            }
            None => denying(spec, &record.events, why),
        };
        Some(Self::new(record.fault()?, by))
    }

    fn new(fault: Fault, by: impl FnOnce(ProtectionCause) -> Decider) -> Self {
        match fault {
            Fault::NotPresent { level } => Self::Absent { level },
            Fault::Reserved { level } => Self::Reserved { level },
            Fault::Protection { why } => Self::Denied { why, by: by(why) },
        }
    }
}

impl Decider {
    /// Returns the entry that decided the translation of the access, or of its faulting piece.
    pub(crate) fn of_access(access: &Access) -> Self {
        let is_pte = |event: &Event| matches!(event, Event::Pte { .. });
        Self::of_hit(access).unwrap_or_else(|| {
            if access.first_piece().iter().any(is_pte) {
                Self::Walk
            } else {
                Self::Page
            }
        })
    }

    fn of_hit(access: &Access) -> Option<Self> {
        let (tlb, set, way) = access.deciding_tlb()?;
        Some(Self::TlbEntry {
            tlb,
            set,
            way,
            stale: Stale::of_access(access),
        })
    }
}

impl Stale {
    /// Returns the difference between the TLB entry that decided the translation and the page table, if the access has a
    /// record of the page table.
    pub(crate) fn of_access(access: &Access) -> Option<Self> {
        let walk = access.walk.as_ref()?;
        // A script may set a TLB without the page table behind it, as in a textbook's exercises.
        let last = walk.levels.last().filter(|last| last.raw.is_some())?;
        match (walk.end, access.outcome.fault) {
            (WalkEnd::Fault(now), Some(then)) if now == then => None,
            (WalkEnd::Fault(fault), _) => Some(Self::Fault(fault)),
            (WalkEnd::Page(_), Some(Fault::Protection { why })) => Some(Self::Permits(why)),
            (WalkEnd::Page(now), None) if access.outcome.pa.is_some_and(|pa| pa != now) => {
                Some(Self::Page {
                    level: last.level,
                    ppn: now.raw() >> access.spec.page_bits(),
                })
            }
            _ => None,
        }
    }
}

/// Returns the bit that causes a protection fault, and the value of the bit that denies the access.
pub(crate) fn denying_bit(why: ProtectionCause) -> (Bit, bool) {
    match why {
        ProtectionCause::ReadOnly => (Bit::Rw, false),
        ProtectionCause::Supervisor => (Bit::Us, false),
        ProtectionCause::NoExecute => (Bit::Xd, true),
    }
}

/// Returns the upper-level entry that denies the access, or else the entry of the page.
fn denying(spec: &Spec, attempt: &[Event], why: ProtectionCause) -> Decider {
    let (bit, denies) = denying_bit(why);
    let upper = attempt.iter().find_map(|event| match *event {
        Event::Pte {
            level,
            address,
            value: Some(raw),
            found: found @ PteKind::Table,
            ..
        } if spec.mmu.as_ref()?.pte.restricts(found)
            && (spec.mmu.as_ref()?.pte.decode(raw).flags).has(bit) == denies =>
        {
            let raw = address.map(|_| raw);
            Some(Decider::UpperEntry { level, raw })
        }
        _ => None,
    });
    upper.unwrap_or(Decider::Page)
}

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
