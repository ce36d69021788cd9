//! What the kernel does, told step by step to whoever watches. Small, `Copy`, without text.

use crate::machine::addr::{Pa, Va, Vpn};
use crate::machine::event::{AccessKind, Event, Fault, MachineObserver};

use super::ids::{FileId, FrameNo, ObjectId, Pid, SlotNo};

/// Watches a process: the hardware's events, and between them the kernel's steps.
///
/// An access that faults tells the [`Event`]s of the failed piece, then [`KernelStep::Fault`] and what follows it up to
/// [`KernelStep::Resolved`] or [`KernelStep::Killed`], and after `Resolved` the events of the same piece again.
pub trait KernelObserver: MachineObserver {
    /// Takes the next step.
    fn on_step(&mut self, step: KernelStep);
}

/// A borrowed observer of any type.
pub type Observer<'a> = &'a mut dyn KernelObserver;

impl KernelObserver for () {
    #[inline(always)]
    fn on_step(&mut self, _: KernelStep) {}
}

/// What a page fault was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultClass {
    /// First touch of an anonymous page, a shared one included.
    DemandZero,
    /// First touch of a file's page, or the first store to a present page of a shared file area.
    File,
    /// A page in swap.
    Swap,
    /// A store to a zero page, a merged page, a present private file page or a shared private frame.
    CopyOnWrite,
    /// The area forbids the access: SIGSEGV, `SEGV_ACCERR`.
    Protection,
    /// Outside every area: SIGSEGV, `SEGV_MAPERR`.
    Segmentation,
    /// Past the end of the mapped file: SIGBUS, `BUS_ADRERR`.
    Bus,
}

impl FaultClass {
    /// Its word in scripts.
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

    /// The kernel resolves it, and the access is done again.
    pub const fn is_resolvable(self) -> bool {
        matches!(self, FaultClass::DemandZero | FaultClass::File | FaultClass::Swap | FaultClass::CopyOnWrite)
    }

    /// The signal and its code that a fault which is not resolved ends in; none for one that is.
    pub const fn signal(self) -> Option<(Signal, SignalCode)> {
        match self {
            FaultClass::Protection => Some((Signal::Segv, SignalCode::AccErr)),
            FaultClass::Segmentation => Some((Signal::Segv, SignalCode::MapErr)),
            FaultClass::Bus => Some((Signal::Bus, SignalCode::AdrErr)),
            _ => None,
        }
    }
}

/// A signal that a fault ends in.
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
    /// `SEGV_MAPERR`: no area there.
    MapErr,
    /// `SEGV_ACCERR`: the area forbids it.
    AccErr,
    /// `BUS_ADRERR`: nothing behind the address.
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

/// Where the bytes of a page come from or go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum BackingStore {
    /// A page of a file on disk.
    File { file: FileId, page: u64 },
    /// A page of a file that is in the page cache already.
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
    /// The hardware raised a fault: the handler begins.
    Fault { va: Va, kind: AccessKind, fault: Fault },
    /// The area of the address, by its first byte; none if there is none.
    Area { start: Option<u64> },
    /// A stack grew down to this address.
    StackGrew { start: u64 },
    /// A page table was made on the way, of this level (1 is the top), at this physical page.
    Table { level: u32, ppn: u64 },
    /// A free frame was taken.
    FrameAllocated { frame: FrameNo },
    /// No frame was free: this one's page goes, and the frame is taken. `page` is its first mapping (lowest process, then
    /// page); `to` is where its bytes were written, none where they were just dropped.
    Evicted { frame: FrameNo, page: Option<ProcessPage>, to: Option<BackingStore> },
    /// A frame was filled with zeros.
    Zeroed { frame: FrameNo },
    /// A frame was filled from somewhere.
    Filled { frame: FrameNo, from: BackingStore },
    /// A frame that holds the page already is mapped too.
    Shared { frame: FrameNo },
    /// A page was copied for a store. `from` is none for the zero page, and for a page of a file that stands in no frame:
    /// then [`KernelStep::Filled`] came before, from that file into the copy.
    Copied { from: Option<FrameNo>, to: FrameNo },
    /// The last sharer's frame was made writable without a copy.
    Reused { frame: FrameNo },
    /// The entry of the page was set; none is the zero page.
    Mapped { page: ProcessPage, frame: Option<FrameNo>, writable: bool },
    /// So many further pages were mapped around (fault-around).
    MappedAround { pages: u32 },
    /// The kernel wrote the page-table entry at this physical address. A detail, see [`super::Kernel::record_details`].
    EntryWritten { address: Pa, before: u64, after: u64 },
    /// A page was read from a file on disk or from the swap file. A detail.
    DiskRead { from: BackingStore },
    /// A page was written to a file on disk or to the swap file. A detail.
    DiskWritten { to: BackingStore },
    /// The handler returns: the access is done again.
    Resolved { class: FaultClass, major: bool },
    /// The handler sends a signal; the access is not done.
    Killed { class: FaultClass },
}

/// A `dyn Watch` as the observer of a machine.
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
