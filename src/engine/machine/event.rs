//! The steps of an access, which an observer receives as small `Copy` values without text.

use std::fmt;

use super::addr::{Pa, Ppn, SetIndex, Tag, Va, Vpn};

/// Observes an access. `()` ignores all events and costs nothing.
pub trait MachineObserver {
    /// Receives the next event.
    fn on_event(&mut self, event: Event);

    /// Receives the set that the last event looked up, before the access changes its lines: the number of ways, and a
    /// function that returns the line in a way. The lookups of page walks in the caches are not reported.
    #[inline(always)]
    fn on_set(&mut self, _ways: u32, _line: &dyn Fn(u32) -> SetLine) {}
}

/// A TLB entry or a cache line of a set that was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetLine {
    pub way: u32,
    /// The valid bit.
    pub valid: bool,
    /// The tag, or `None` if the way was never filled.
    pub tag: Option<Tag>,
    /// The physical page number of a TLB entry, in base pages. An invalid entry has one only if it was set with it.
    pub ppn: Option<Ppn>,
    /// log2 of the page size of a TLB entry, or 0 for a cache line.
    pub page_bits: u32,
    /// The D bit of a TLB entry, or whether a cache line differs from the next level.
    pub dirty: bool,
    /// The bytes of a cache line that was filled, lowest address first. `None` for blocks of more than
    /// [`SET_LINE_BYTES`].
    pub bytes: Option<[Option<u8>; SET_LINE_BYTES]>,
}

/// The largest block whose bytes a [`SetLine`] contains. The places after a smaller block are `None`.
pub const SET_LINE_BYTES: usize = 16;

impl MachineObserver for () {
    #[inline(always)]
    fn on_event(&mut self, _: Event) {}
}

impl MachineObserver for Vec<Event> {
    fn on_event(&mut self, event: Event) {
        self.push(event);
    }
}

/// The kind of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
    /// An instruction fetch.
    Execute,
}

/// The privilege level of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// User mode, which requires U/S at every level.
    User,
    /// Supervisor mode.
    Supervisor,
}

/// The reason why an access failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A page-table entry is not present.
    NotPresent {
        /// The entry's level (1 is the top).
        level: u32,
    },
    /// A page-table entry is present but has a reserved bit set.
    Reserved {
        /// The entry's level (1 is the top).
        level: u32,
    },
    /// The entry is present but forbids the access.
    Protection {
        /// The bit that forbids the access.
        why: ProtectionCause,
    },
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self {
            Fault::NotPresent { level } => {
                return write!(
                    f,
                    "page fault: the level-{level} page-table entry is not present"
                );
            }
            Fault::Reserved { level } => {
                return write!(
                    f,
                    "page fault: the level-{level} page-table entry has a reserved bit set"
                );
            }
            Fault::Protection {
                why: ProtectionCause::ReadOnly,
            } => "the page is read-only",
            Fault::Protection {
                why: ProtectionCause::Supervisor,
            } => "only the supervisor can access the page",
            Fault::Protection {
                why: ProtectionCause::NoExecute,
            } => "the page is not executable",
        };
        write!(f, "protection fault: {why}")
    }
}

/// The bit that forbids an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectionCause {
    /// R/W is 0, and the access is a store.
    ReadOnly,
    /// U/S is 0, and the access is in user mode.
    Supervisor,
    /// XD is 1, and the access is a fetch.
    NoExecute,
}

/// The kind of entry that a walk found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PteKind {
    /// The entry points to a table of the next level.
    Table,
    /// The entry maps a page.
    Page,
    /// P is 0, or the entry was never set.
    Absent,
    /// P is 1, and a reserved bit is set.
    Reserved,
}

/// The reason why a cache or memory was accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The access itself.
    Demand,
    /// The page walk.
    Walk,
    /// The write-back of a dirty block, or the transfer of a block to an exclusive cache from the cache above
    /// it.
    Writeback,
}

/// A step of an access. `tlb` and `cache` are indices into the spec and refer to the current core's TLBs and
/// caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The access starts a fragment, which is the part of the access within one page and one block.
    Fragment {
        /// The first byte.
        va: Va,
        /// The size in bytes.
        size: u32,
    },
    TlbLookup {
        /// The index of the TLB.
        tlb: u32,
        /// The index of the set.
        set: SetIndex,
        /// The tag that was compared. After a miss in a TLB with several page sizes, the tag is the one for
        /// the smallest size.
        tag: Tag,
        /// The way that hit, or `None` on a miss.
        way: Option<u32>,
    },
    /// The walk fetched an entry, or fetched the leaf entry again to set D.
    Pte {
        /// The level of the entry's table (1 is the top).
        level: u32,
        /// The entry's index in the table.
        index: u64,
        /// The entry's physical address, or `None` in a detached table.
        address: Option<Pa>,
        /// The raw value. `None` if the entry was never set or if it points to another level of a detached
        /// table.
        value: Option<u64>,
        found: PteKind,
    },
    /// The walk set A or D in an entry.
    AccessedDirtySet {
        /// The level of the entry's table (1 is the top).
        level: u32,
        /// Whether D was set.
        dirty: bool,
        /// The entry's physical address, or `None` in a detached table.
        address: Option<Pa>,
        /// The raw value before the change.
        before: u64,
        /// The raw value after the change.
        after: u64,
    },
    /// A translation filled a TLB entry.
    TlbFill {
        /// The index of the TLB.
        tlb: u32,
        /// The index of the set.
        set: SetIndex,
        /// The index of the way.
        way: u32,
        /// The tag of the new entry.
        tag: Tag,
        /// The tag of the evicted entry, if any.
        victim: Option<Tag>,
    },
    /// A flush, `INVLPG`, a context switch, or a page-table entry change by the kernel invalidated a TLB
    /// entry.
    TlbInvalidated {
        /// The core that the TLB belongs to.
        core: u32,
        /// The index of the TLB.
        tlb: u32,
        /// The index of the set.
        set: SetIndex,
        /// The index of the way.
        way: u32,
        /// The tag of the entry.
        tag: Tag,
        /// The first virtual page that the entry mapped, in base pages.
        vpn: Vpn,
    },
    /// The MMU translated the address.
    Translated {
        /// The virtual page, in base pages.
        vpn: Vpn,
        /// The physical page, in base pages.
        ppn: Ppn,
        /// The physical address.
        pa: Pa,
    },
    /// The access failed.
    Faulted {
        /// The fault that ended the access.
        fault: Fault,
    },
    CacheLookup {
        /// The index of the cache.
        cache: u32,
        /// The index of the set.
        set: SetIndex,
        /// The tag that was compared.
        tag: Tag,
        /// The way that hit, or `None` on a miss.
        way: Option<u32>,
        /// The purpose of the access.
        purpose: Purpose,
    },
    /// A block filled a cache line.
    CacheFill {
        /// The index of the cache.
        cache: u32,
        /// The index of the set.
        set: SetIndex,
        /// The index of the way.
        way: u32,
        /// The tag of the new block.
        tag: Tag,
        /// The tag of the evicted block, if any.
        victim: Option<Tag>,
        /// Whether the evicted block was dirty and was written back.
        writeback: bool,
        /// The purpose of the access.
        purpose: Purpose,
    },
    /// The access invalidated a copy of the block in another core's cache, in the other half of a split
    /// cache, or in another set of a virtually indexed cache.
    Snooped {
        /// The index of the cache.
        cache: u32,
        /// The core that the cache belongs to, or 0 if it is shared.
        core: u32,
        /// Whether the copy was dirty and was first written back.
        dirty: bool,
    },
    /// A read or write of main memory.
    Memory {
        /// The address of the first byte of the fragment, entry, or written-back block.
        pa: Pa,
        /// Whether the access was a write.
        write: bool,
        /// The purpose of the access.
        purpose: Purpose,
    },
    /// The access bypassed the caches because CD is set.
    Bypassed {
        /// The purpose of the access.
        purpose: Purpose,
    },
}
