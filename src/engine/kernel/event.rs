//! The steps of the kernel, which an observer receives as small `Copy` values without text.

use crate::machine::addr::{Pa, Va, Vpn};
use crate::machine::event::{AccessKind, Event, Fault, MachineObserver};

use super::ids::{FileId, FrameNo, ObjectId, Pid, SlotNo};

/// Observes a process: the events of the hardware, and the steps of the kernel between them.
///
/// An access that faults reports the [`Event`]s of the failed fragment, then the steps of the handler, from
/// [`KernelStep::Fault`] to [`KernelStep::Resolved`] or [`KernelStep::Killed`]. After `Resolved`, the events of the same
/// fragment follow again.
pub trait KernelObserver: MachineObserver {
    /// Receives the next step.
    fn on_step(&mut self, step: KernelStep);
}

/// A borrowed observer of any type.
pub type Observer<'a> = &'a mut dyn KernelObserver;

impl KernelObserver for () {
    #[inline(always)]
    fn on_step(&mut self, _: KernelStep) {}
}

/// The class of a page fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultClass {
    /// The first touch of an anonymous page, private or shared.
    DemandZero,
    /// The first touch of a page of a file, or the first store to a present page of a shared file area.
    File,
    /// The page is in swap.
    Swap,
    /// A store to a zero page, a merged page, a present private file page, or a shared private frame.
    CopyOnWrite,
    /// The area forbids the access: SIGSEGV, `SEGV_ACCERR`.
    Protection,
    /// The address is outside every area: SIGSEGV, `SEGV_MAPERR`.
    Segmentation,
    /// The address is past the end of the mapped file: SIGBUS, `BUS_ADRERR`.
    Bus,
}

impl FaultClass {
    /// Its name in scripts.
    pub const fn name(self) -> &'static str {
        match self {
            FaultClass::DemandZero => "demand-zero",
            FaultClass::File => "file",
            FaultClass::Swap => "swap",
            FaultClass::CopyOnWrite => "copy-on-write",
            FaultClass::Protection => "protection",
            FaultClass::Segmentation => "segmentation",
            FaultClass::Bus => "bus",
        }
    }

    /// Whether the kernel resolves it, so that the instruction is restarted.
    pub const fn is_resolvable(self) -> bool {
        matches!(self, FaultClass::DemandZero | FaultClass::File | FaultClass::Swap | FaultClass::CopyOnWrite)
    }

    /// The signal of a fatal fault and its code, or `None` if the kernel resolves the fault.
    pub const fn signal(self) -> Option<(Signal, SignalCode)> {
        match self {
            FaultClass::Protection => Some((Signal::Segv, SignalCode::AccErr)),
            FaultClass::Segmentation => Some((Signal::Segv, SignalCode::MapErr)),
            FaultClass::Bus => Some((Signal::Bus, SignalCode::AdrErr)),
            _ => None,
        }
    }
}

/// A signal that the kernel sends after a fatal fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGSEGV.
    Segv,
    /// SIGBUS.
    Bus,
}

impl Signal {
    /// Its name in C.
    pub const fn name(self) -> &'static str {
        match self {
            Signal::Segv => "SIGSEGV",
            Signal::Bus => "SIGBUS",
        }
    }

    /// Its number on Linux.
    pub(crate) const fn number(self) -> u32 {
        match self {
            Signal::Segv => 11,
            Signal::Bus => 7,
        }
    }
}

/// The `si_code` of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalCode {
    /// `SEGV_MAPERR`: the address is in no area.
    MapErr,
    /// `SEGV_ACCERR`: the area does not permit the access.
    AccErr,
    /// `BUS_ADRERR`: the address is past the end of the file or object.
    AdrErr,
}

impl SignalCode {
    /// Its name in C.
    pub const fn name(self) -> &'static str {
        match self {
            SignalCode::MapErr => "SEGV_MAPERR",
            SignalCode::AccErr => "SEGV_ACCERR",
            SignalCode::AdrErr => "BUS_ADRERR",
        }
    }
}

/// The location that a page is read from or written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum BackingStore {
    /// A page of a file on disk.
    File { file: FileId, page: u64 },
    /// A page of a file in the page cache.
    PageCache { file: FileId, page: u64 },
    /// A page of a shared anonymous object.
    Object { object: ObjectId, page: u64 },
    /// A slot of the swap file.
    Swap { slot: SlotNo },
}

/// A page of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessPage {
    /// The process.
    pub pid: Pid,
    /// Its virtual page.
    pub vpn: Vpn,
}

/// A step of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum KernelStep {
    /// The hardware raised a fault, and the handler starts.
    Fault { va: Va, kind: AccessKind, fault: Fault },
    /// The handler looked up the area of the address: its first byte, or `None`.
    Area { start: Option<u64> },
    /// A stack grew down to this address.
    StackGrew { start: u64 },
    /// A page table of this level (1 is the top) was allocated at this physical page.
    Table { level: u32, ppn: u64 },
    /// A free frame was allocated.
    FrameAllocated { frame: FrameNo },
    /// The page in this frame was evicted. `page` is its first mapping (lowest process, then page). `to` is the location
    /// that it was written to, or `None` if it was clean and was discarded. Its page-table entries were cleared, and they
    /// name `slot` if it is present. `tlb` is true if a TLB held the page.
    Evicted {
        frame: FrameNo,
        page: Option<ProcessPage>,
        to: Option<BackingStore>,
        entries: u32,
        slot: Option<SlotNo>,
        tlb: bool,
    },
    /// A frame was filled with zeros.
    Zeroed { frame: FrameNo },
    /// A frame was filled with this page.
    Filled { frame: FrameNo, from: BackingStore },
    /// The page is already in this frame, which is shared.
    Shared { frame: FrameNo },
    /// A page was copied. `from` is `None` for the zero page, and for a page of a file that is in no frame. In the latter
    /// case, [`KernelStep::Filled`] has reported before that the copy was filled from the file.
    Copied { from: Option<FrameNo>, to: FrameNo },
    /// The frame is no longer shared, and was made writable without a copy.
    Reused { frame: FrameNo },
    /// The page-table entry of the page was set. `frame` is `None` for the zero page.
    Mapped { page: ProcessPage, frame: Option<FrameNo>, writable: bool },
    /// Fault-around mapped this many further pages.
    MappedAround { pages: u32 },
    /// The kernel wrote the page-table entry at this physical address. A detail, see [`super::Kernel::record_details`].
    EntryWritten { address: Pa, before: u64, after: u64 },
    /// A page was read from a file on disk or from the swap file. A detail.
    DiskRead { from: BackingStore },
    /// A page was written to a file on disk or to the swap file. A detail.
    DiskWritten { to: BackingStore },
    /// The handler returned, and the instruction is restarted.
    Resolved { class: FaultClass, major: bool },
    /// The handler sent a signal, and the access failed.
    Killed { class: FaultClass },
}

/// Lets a borrowed observer act as an observer.
impl MachineObserver for &mut dyn KernelObserver {
    fn on_event(&mut self, event: Event) {
        (**self).on_event(event);
    }
}

impl KernelObserver for &mut dyn KernelObserver {
    fn on_step(&mut self, step: KernelStep) {
        (**self).on_step(step);
    }
}
