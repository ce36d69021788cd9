//! What the kernel does, told step by step to whoever watches. Small, `Copy`, without text.

use crate::machine::addr::{Va, Vpn};
use crate::machine::event::{Event, Fault, Kind, Observer};

use super::ids::{FileId, FrameNo, ObjectId, Pid, SlotNo};

/// Watches a process: the hardware's events, and between them the kernel's steps.
///
/// An access that faults tells the [`Event`]s of the failed piece, then [`Step::Fault`] and what follows it up to
/// [`Step::Resolved`] or [`Step::Killed`], and after `Resolved` the events of the same piece again.
pub trait Watch: Observer {
    /// Takes the next step.
    fn step(&mut self, step: Step);
}

impl Watch for () {
    #[inline(always)]
    fn step(&mut self, _: Step) {}
}

/// What a page fault was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
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

impl Class {
    /// Its word in scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Class::DemandZero => "demand-zero",
            Class::File => "file",
            Class::Swap => "swap",
            Class::CopyOnWrite => "copy-on-write",
            Class::Protection => "protection",
            Class::Segmentation => "segmentation",
            Class::Bus => "bus",
        }
    }

    /// The kernel resolves it, and the access is done again.
    pub const fn normal(self) -> bool {
        matches!(self, Class::DemandZero | Class::File | Class::Swap | Class::CopyOnWrite)
    }

    /// The signal and its code that a fault which is not resolved ends in; none for one that is.
    pub const fn signal(self) -> Option<(Signal, Code)> {
        match self {
            Class::Protection => Some((Signal::Segv, Code::AccErr)),
            Class::Segmentation => Some((Signal::Segv, Code::MapErr)),
            Class::Bus => Some((Signal::Bus, Code::AdrErr)),
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
    pub const fn number(self) -> u32 {
        match self {
            Signal::Segv => 11,
            Signal::Bus => 7,
        }
    }
}

/// The `si_code` of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// `SEGV_MAPERR`: no area there.
    MapErr,
    /// `SEGV_ACCERR`: the area forbids it.
    AccErr,
    /// `BUS_ADRERR`: nothing behind the address.
    AdrErr,
}

impl Code {
    /// Its name in C.
    pub const fn name(self) -> &'static str {
        match self {
            Code::MapErr => "SEGV_MAPERR",
            Code::AccErr => "SEGV_ACCERR",
            Code::AdrErr => "BUS_ADRERR",
        }
    }
}

/// Where the bytes of a page come from or go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Store {
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
pub struct PageOf {
    /// The process.
    pub pid: Pid,
    /// Its virtual page.
    pub vpn: Vpn,
}

/// A step of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Step {
    /// The hardware raised a fault: the handler begins.
    Fault { va: Va, kind: Kind, fault: Fault },
    /// The area of the address, by its first byte; none if there is none.
    Area { start: Option<u64> },
    /// A stack grew down to this address.
    Grew { start: u64 },
    /// A page table was made on the way, of this level (1 is the top), at this physical page.
    Table { level: u32, ppn: u64 },
    /// A free frame was taken.
    Taken { frame: FrameNo },
    /// No frame was free: this one's page goes, and the frame is taken. `page` is its first mapping (lowest process, then
    /// page); `to` is where its bytes were written, none where they were just dropped.
    Evicted { frame: FrameNo, page: Option<PageOf>, to: Option<Store> },
    /// A frame was filled with zeros.
    Zeroed { frame: FrameNo },
    /// A frame was filled from somewhere.
    Filled { frame: FrameNo, from: Store },
    /// A frame that holds the page already is mapped too.
    Shared { frame: FrameNo },
    /// A page was copied for a store. `from` is none for the zero page, and for a page of a file that stands in no frame:
    /// then [`Step::Filled`] came before, from that file into the copy.
    Copied { from: Option<FrameNo>, to: FrameNo },
    /// The last sharer's frame was made writable without a copy.
    Reused { frame: FrameNo },
    /// The entry of the page was set; none is the zero page.
    Mapped { page: PageOf, frame: Option<FrameNo>, writable: bool },
    /// So many further pages were mapped around (fault-around).
    Around { pages: u32 },
    /// The handler returns: the access is done again.
    Resolved { class: Class, major: bool },
    /// The handler sends a signal; the access is not done.
    Killed { class: Class },
}

/// A `dyn Watch` as the observer of a machine.
impl Observer for &mut dyn Watch {
    fn see(&mut self, event: Event) {
        (**self).see(event);
    }
}

impl Watch for &mut dyn Watch {
    fn step(&mut self, step: Step) {
        (**self).step(step);
    }
}
