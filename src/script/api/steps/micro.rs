//! The kinds of micro-steps.

use pagewalk_engine::kernel::event::BackingStore;
use pagewalk_engine::machine::event::{AccessKind, PteKind, Purpose};
use serde::Serialize;

/// A micro-step of an access or a system call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MicroStep {
    /// The core.
    pub core: u32,
    /// The fragment of the access, counted from 0. A fragment lies within one page and one block.
    pub fragment: u32,
    /// The attempt at this fragment, counted from 0. A page fault ends an attempt, and the CPU then
    /// retries the instruction.
    pub attempt: u32,
    /// The event.
    #[serde(flatten)]
    pub what: Micro,
}

/// The event of a micro-step. Addresses, page numbers, sets, and tags are given as numbers. Components are
/// names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the fields match those of the machine's and the kernel's steps"
)]
pub enum Micro {
    /// A fragment of the access begins.
    Fragment { va: u64, size: u32 },
    /// A TLB lookup.
    TlbLookup {
        tlb: String,
        set: u64,
        tag: u64,
        hit: bool,
        way: Option<u32>,
    },
    /// The walk reads an entry. `found` is `table`, `page`, or `absent`.
    PteRead {
        level: u32,
        index: u64,
        address: Option<u64>,
        raw: Option<u64>,
        found: &'static str,
    },
    /// The walk sets A or D in an entry.
    PteMarked {
        level: u32,
        dirty: bool,
        address: Option<u64>,
        before: u64,
        after: u64,
    },
    /// The MMU fills a TLB entry.
    TlbFill {
        tlb: String,
        set: u64,
        way: u32,
        tag: u64,
        evicted: Option<u64>,
    },
    /// A TLB entry becomes invalid.
    TlbInvalidated {
        of_core: u32,
        tlb: String,
        set: u64,
        way: u32,
        tag: u64,
        vpn: u64,
    },
    /// The MMU completes the translation of the address.
    Translated { vpn: u64, ppn: u64, pa: u64 },
    /// The hardware raises a fault.
    Faulted { fault: String },
    /// A cache lookup. `purpose` is `demand`, `walk`, or `writeback`.
    CacheLookup {
        cache: String,
        set: u64,
        tag: u64,
        hit: bool,
        way: Option<u32>,
        purpose: &'static str,
    },
    /// The cache fills a line.
    CacheFill {
        cache: String,
        set: u64,
        way: u32,
        tag: u64,
        evicted: Option<u64>,
        writeback: bool,
        purpose: &'static str,
    },
    /// Another cache invalidates its copy of the block.
    Snooped {
        cache: String,
        of_core: u32,
        dirty: bool,
    },
    /// A read or write of main memory.
    Memory {
        pa: u64,
        write: bool,
        purpose: &'static str,
    },
    /// The request bypasses the caches.
    Bypassed { purpose: &'static str },
    /// The page-fault handler begins.
    FaultHandler {
        va: u64,
        access: &'static str,
        fault: String,
    },
    /// The kernel looks up the area of the address. `None` is a segmentation fault.
    AreaFound { start: Option<u64> },
    /// The stack grows down to this address.
    StackGrew { start: u64 },
    /// The kernel allocates a page table.
    TableAllocated { level: u32, ppn: u64 },
    /// The kernel allocates a free frame.
    FrameAllocated { frame: u32 },
    /// The kernel evicts a page from its frame. It sets P = 0 in this number of page-table entries, and writes the
    /// swap slot to them. `tlb` says whether it drops the page's TLB entries. Without `to`, the page is clean, so the
    /// kernel does not write it.
    Evicted {
        frame: u32,
        process: Option<u32>,
        vpn: Option<u64>,
        to: Option<Store>,
        ptes: u32,
        slot: Option<u32>,
        tlb: bool,
    },
    /// The kernel fills a frame with zeros.
    Zeroed { frame: u32 },
    /// The kernel fills a frame.
    Filled { frame: u32, from: Store },
    /// The page is already in a frame, and the kernel also maps that frame at the faulting address.
    Shared { frame: u32 },
    /// The kernel copies a page. If the source is `None`, the kernel copies from the zero page or a file.
    Copied { from: Option<u32>, to: u32 },
    /// The frame is no longer shared, so the kernel makes its PTE writable without copying the page.
    Reused { frame: u32 },
    /// The kernel maps a page. If the frame is `None`, the kernel maps the zero page.
    Mapped {
        process: u32,
        vpn: u64,
        frame: Option<u32>,
        writable: bool,
    },
    /// The kernel also maps pages around the faulting page (fault-around).
    MappedAround { pages: u32 },
    /// The kernel writes a page-table entry.
    PteWritten {
        address: u64,
        before: u64,
        after: u64,
    },
    /// The kernel reads a page from a disk.
    DiskRead { from: Store },
    /// The kernel writes a page to a disk.
    DiskWritten { to: Store },
    /// The handler returns, and the CPU retries the instruction.
    Resolved { fault: &'static str, major: bool },
    /// The handler sends a signal.
    Signaled {
        fault: &'static str,
        signal: Option<&'static str>,
    },
}

/// The source or destination of a page's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "store", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
pub enum Store {
    /// A page of a file on disk.
    File { file: u32, page: u64 },
    /// A page of a file in the page cache.
    PageCache { file: u32, page: u64 },
    /// A page of a shared anonymous object.
    Object { object: u32, page: u64 },
    /// A swap slot.
    Swap { slot: u32 },
}

impl From<BackingStore> for Store {
    fn from(store: BackingStore) -> Self {
        match store {
            BackingStore::File { file, page } => Self::File { file: file.0, page },
            BackingStore::PageCache { file, page } => Self::PageCache { file: file.0, page },
            BackingStore::Object { object, page } => Self::Object {
                object: object.0,
                page,
            },
            BackingStore::Swap { slot } => Self::Swap { slot: slot.0 },
        }
    }
}

pub(super) fn pte_kind(found: PteKind) -> &'static str {
    match found {
        PteKind::Table => "table",
        PteKind::Page => "page",
        PteKind::Absent => "absent",
        PteKind::Reserved => "reserved",
    }
}

pub(super) fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Demand => "demand",
        Purpose::Walk => "walk",
        Purpose::Writeback => "writeback",
    }
}

pub(super) fn access_name(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "read",
        AccessKind::Write => "write",
        AccessKind::Execute => "execute",
    }
}
