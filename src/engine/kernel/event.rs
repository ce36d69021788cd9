//! The kernel's steps, which an observer receives as small `Copy` values without text.

use crate::machine::addr::{Pa, Va, Vpn};
use crate::machine::event::{AccessKind, Event, Fault, MachineObserver, SetLine};

use super::ids::{FileId, FrameNo, ObjectId, Pid, SlotNo};

/// Observes the hardware events of a process and the kernel steps between them.
///
/// If an access faults, the observer receives the [`Event`]s of the failed fragment, followed by the
/// handler's steps from [`KernelStep::Fault`] to [`KernelStep::Resolved`] or [`KernelStep::Killed`]. After
/// `Resolved`, the observer receives the events of the retried fragment.
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
    /// The first touch of a file page, or the first store to a present page of a shared file area.
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
    /// The name of the class in scripts.
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

    /// Whether the kernel resolves the fault and restarts the instruction.
    pub const fn is_resolvable(self) -> bool {
        matches!(
            self,
            FaultClass::DemandZero | FaultClass::File | FaultClass::Swap | FaultClass::CopyOnWrite
        )
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
    /// SIGABRT, which a program sends to itself.
    Abort,
}

impl Signal {
    pub const fn name(self) -> &'static str {
        match self {
            Signal::Segv => "SIGSEGV",
            Signal::Bus => "SIGBUS",
            Signal::Abort => "SIGABRT",
        }
    }

    /// The number on Linux.
    pub(crate) const fn number(self) -> u32 {
        match self {
            Signal::Segv => 11,
            Signal::Bus => 7,
            Signal::Abort => 6,
        }
    }
}

/// The `si_code` of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalCode {
    /// `SEGV_MAPERR`: the address is not in any area.
    MapErr,
    /// `SEGV_ACCERR`: the area does not permit the access.
    AccErr,
    /// `BUS_ADRERR`: the address is past the end of the file or object.
    AdrErr,
}

impl SignalCode {
    pub const fn name(self) -> &'static str {
        match self {
            SignalCode::MapErr => "SEGV_MAPERR",
            SignalCode::AccErr => "SEGV_ACCERR",
            SignalCode::AdrErr => "BUS_ADRERR",
        }
    }
}

/// The location from which the kernel reads a page or to which it writes a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackingStore {
    /// A page of a file on disk.
    File { file: FileId, page: u64 },
    /// A page of a file in the page cache.
    PageCache { file: FileId, page: u64 },
    /// A page of a shared anonymous object.
    Object { object: ObjectId, page: u64 },
    /// A slot in the swap file.
    Swap { slot: SlotNo },
}

/// A page of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessPage {
    pub pid: Pid,
    /// The virtual page.
    pub vpn: Vpn,
}

/// A step of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelStep {
    /// The hardware raised a fault, and the handler starts.
    Fault {
        va: Va,
        kind: AccessKind,
        fault: Fault,
    },
    /// The handler looked up the area that contains the address. `start` is the area's first byte, or `None`
    /// if there is no area.
    Area { start: Option<u64> },
    /// A stack grew down to the address `start`.
    StackGrew { start: u64 },
    /// The kernel allocated a page table of `level` (1 is the top) at physical page `ppn`.
    Table { level: u32, ppn: u64 },
    /// The kernel allocated a free frame.
    FrameAllocated { frame: FrameNo },
    /// The kernel evicted the page in `frame`. `page` is the page's first mapping (lowest process, then
    /// lowest page). `to` is the location to which the kernel wrote the page, or `None` if the page was
    /// clean. The kernel cleared all page-table entries that mapped the page, or set them to `slot` if `slot`
    /// is not `None`. `tlb` is true if a TLB held an entry for the page.
    Evicted {
        frame: FrameNo,
        page: Option<ProcessPage>,
        to: Option<BackingStore>,
        entries: u32,
        slot: Option<SlotNo>,
        tlb: bool,
    },
    /// The kernel filled a frame with zeros.
    Zeroed { frame: FrameNo },
    /// The kernel filled a frame with the page at `from`.
    Filled { frame: FrameNo, from: BackingStore },
    /// The page is already in `frame`, which is shared.
    Shared { frame: FrameNo },
    /// The kernel copied a page. `from` is `None` for the zero page and for a file page that is not in a
    /// frame. If a file page was not in a frame, [`KernelStep::Filled`] has already reported that the kernel
    /// filled the copy from the file.
    Copied { from: Option<FrameNo>, to: FrameNo },
    /// The frame is no longer shared, and the kernel made it writable without copying.
    Reused { frame: FrameNo },
    /// The kernel set the page's page-table entry. `frame` is `None` for the zero page.
    Mapped {
        page: ProcessPage,
        frame: Option<FrameNo>,
        writable: bool,
    },
    /// Fault-around mapped `pages` additional pages.
    MappedAround { pages: u32 },
    /// The kernel wrote the page-table entry at physical address `address`. This step is a detail; see
    /// [`super::Kernel::record_details`].
    EntryWritten {
        address: Pa,
        before: u64,
        after: u64,
    },
    /// The kernel read a page from a file on disk or from the swap file. This step is a detail.
    DiskRead { from: BackingStore },
    /// The kernel wrote a page to a file on disk or to the swap file. This step is a detail.
    DiskWritten { to: BackingStore },
    /// The handler returned, and the instruction is restarted.
    Resolved { class: FaultClass, major: bool },
    /// The handler sent a signal, and the access failed.
    Killed { class: FaultClass },
}

/// Lets a borrowed observer serve as an observer.
impl MachineObserver for &mut dyn KernelObserver {
    fn on_event(&mut self, event: Event) {
        (**self).on_event(event);
    }

    fn on_set(&mut self, ways: u32, line: &dyn Fn(u32) -> SetLine) {
        (**self).on_set(ways, line);
    }
}

impl KernelObserver for &mut dyn KernelObserver {
    fn on_step(&mut self, step: KernelStep) {
        (**self).on_step(step);
    }
}
