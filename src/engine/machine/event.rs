//! The steps of an access, which an observer receives as small `Copy` values without text.

use std::fmt;

use super::addr::{Pa, Ppn, SetIndex, Tag, Va, Vpn};

/// Observes an access. `()` ignores all events and costs nothing.
pub trait MachineObserver {
    /// Takes the next event.
    fn on_event(&mut self, event: Event);
}

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
    /// User mode: needs U/S at every level.
    User,
    /// Supervisor mode.
    Supervisor,
}

/// Why an access failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An entry of the page table is not present.
    NotPresent {
        /// Its level; 1 is the top.
        level: u32,
    },
    /// An entry of the page table is present and has a reserved bit set.
    Reserved {
        /// Its level; 1 is the top.
        level: u32,
    },
    /// The entry is present and forbids the access.
    Protection {
        /// The bit that forbids it.
        why: ProtectionCause,
    },
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self {
            Fault::NotPresent { level } => {
                return write!(f, "page fault: the level-{level} page-table entry is not present");
            }
            Fault::Reserved { level } => {
                return write!(f, "page fault: the level-{level} page-table entry has a reserved bit set");
            }
            Fault::Protection { why: ProtectionCause::ReadOnly } => "the page is read-only",
            Fault::Protection { why: ProtectionCause::Supervisor } => "the page is for the supervisor only",
            Fault::Protection { why: ProtectionCause::NoExecute } => "the page is not executable",
        };
        write!(f, "protection fault: {why}")
    }
}

/// Which bit forbids an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectionCause {
    /// R/W is 0 and the access is a store.
    ReadOnly,
    /// U/S is 0 and the access is the user's.
    Supervisor,
    /// XD is 1 and the access is a fetch.
    NoExecute,
}

/// The kind of an entry that a walk found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PteKind {
    /// It points to a table of the next level.
    Table,
    /// It maps a page.
    Page,
    /// P is 0, or the entry was never set.
    Absent,
    /// P is 1, and so is a reserved bit.
    Reserved,
}

/// Why a cache or memory was accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The access itself.
    Demand,
    /// The page walk.
    Walk,
    /// A dirty block is written back, or an exclusive cache receives a block from the cache above it.
    Writeback,
}

/// A step of an access. `tlb` and `cache` are level numbers of the spec, from 0, and mean those of the current core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A fragment of an access begins: the part within one page and one block.
    Fragment {
        /// Its first byte.
        va: Va,
        /// Its size in bytes.
        size: u32,
    },
    /// A TLB was looked up.
    TlbLookup {
        /// The TLB.
        tlb: u32,
        /// The set.
        set: SetIndex,
        /// The tag looked for: on a miss in a TLB with several page sizes, that of the smallest.
        tag: Tag,
        /// The way that hit; none on a miss.
        way: Option<u32>,
    },
    /// The walk fetched an entry, or the leaf again to set D in it.
    Pte {
        /// Level of its table; 1 is the top.
        level: u32,
        /// Its index in the table.
        index: u64,
        /// Its physical address; none in a detached table.
        address: Option<Pa>,
        /// Its raw value; none if it was never set, or if it points to another level of a detached table.
        value: Option<u64>,
        /// Its kind.
        found: PteKind,
    },
    /// The walk changed an entry: set A, or D, in it.
    AccessedDirtySet {
        /// Level of its table; 1 is the top.
        level: u32,
        /// D was set.
        dirty: bool,
        /// Physical address of the entry; none in a detached table.
        address: Option<Pa>,
        /// Its raw value before.
        before: u64,
        /// Its raw value after.
        after: u64,
    },
    /// A translation filled a TLB entry.
    TlbFill {
        /// The TLB.
        tlb: u32,
        /// The set.
        set: SetIndex,
        /// The way.
        way: u32,
        /// Its tag.
        tag: Tag,
        /// Tag of the entry that was evicted.
        victim: Option<Tag>,
    },
    /// A TLB entry was invalidated: by a flush, by `INVLPG`, by a context switch, or by the kernel after it changed the
    /// page-table entry.
    TlbInvalidated {
        /// The core that the TLB belongs to.
        core: u32,
        /// The TLB.
        tlb: u32,
        /// The set.
        set: SetIndex,
        /// The way.
        way: u32,
        /// Its tag.
        tag: Tag,
        /// The first virtual page that it mapped, in base pages.
        vpn: Vpn,
    },
    /// The address is translated.
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
        /// Why.
        fault: Fault,
    },
    /// A cache was looked up.
    CacheLookup {
        /// The cache.
        cache: u32,
        /// The set.
        set: SetIndex,
        /// The tag looked for.
        tag: Tag,
        /// The way that hit; none on a miss.
        way: Option<u32>,
        /// Why.
        purpose: Purpose,
    },
    /// A block filled a cache line.
    CacheFill {
        /// The cache.
        cache: u32,
        /// The set.
        set: SetIndex,
        /// The way.
        way: u32,
        /// Its tag.
        tag: Tag,
        /// Tag of the block that was evicted.
        victim: Option<Tag>,
        /// The evicted block was dirty and was written back.
        writeback: bool,
        /// Why.
        purpose: Purpose,
    },
    /// A copy of the block was invalidated: in a cache of another core, in the other half of a split cache, or in another
    /// set of a virtually indexed cache.
    Snooped {
        /// The cache.
        cache: u32,
        /// The core that the cache belongs to; 0 if it is shared.
        core: u32,
        /// The copy was dirty and was written back first.
        dirty: bool,
    },
    /// Main memory was read or written.
    Memory {
        /// The first byte of the fragment, of the entry, or of the block written back.
        pa: Pa,
        /// True for a write.
        write: bool,
        /// Why.
        purpose: Purpose,
    },
    /// The caches were bypassed because CD is set.
    Bypassed {
        /// Why.
        purpose: Purpose,
    },
}
