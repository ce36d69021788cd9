//! What happens during an access, told step by step to whoever watches. Small, `Copy`, without text.

use std::fmt;

use super::addr::{Pa, Ppn, SetIndex, Tag, Va, Vpn};

/// Watches an access. `()` watches nothing and costs nothing.
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

/// What an access is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
    /// An instruction fetch.
    Execute,
}

/// Who makes an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// User mode: needs U/S at every level.
    User,
    /// Supervisor mode.
    Supervisor,
}

/// The machine's answer to an access that cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An entry of the page table is not present.
    NotPresent {
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

/// What the walk found in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PteKind {
    /// A table of the next level.
    Table,
    /// A page.
    Page,
    /// P is 0, or nothing was ever put there.
    Absent,
}

/// What fetched from a cache or memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The access itself.
    Demand,
    /// The page walk.
    Walk,
    /// A dirty block on its way out, or a block that an exclusive cache takes from the one above.
    Writeback,
}

/// A step of an access. `tlb` and `cache` number the levels of the spec from 0; they are those of the current core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A piece of an access begins: the part in one page and one block.
    Fragment {
        /// Where it begins.
        va: Va,
        /// Its bytes.
        size: u32,
    },
    /// A TLB was looked up.
    TlbLookup {
        /// The TLB.
        tlb: u32,
        /// The set.
        set: SetIndex,
        /// The tag looked for: on a miss in a TLB of several page sizes, that of the smallest.
        tag: Tag,
        /// Where it hit.
        way: Option<u32>,
    },
    /// The walk fetched an entry, or the leaf again to set D in it.
    Pte {
        /// Level of its table; 1 is the top.
        level: u32,
        /// Its index in the table.
        index: u64,
        /// Where it stands in memory; none in the table that stands apart.
        address: Option<Pa>,
        /// Its raw value; none if it was never set, or leads on in the table that stands apart.
        value: Option<u64>,
        /// What it is.
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
    /// A translation entered a TLB.
    TlbFill {
        /// The TLB.
        tlb: u32,
        /// The set.
        set: SetIndex,
        /// The way.
        way: u32,
        /// Its tag.
        tag: Tag,
        /// Tag of the entry that went.
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
    /// The access cannot be done.
    Faulted {
        /// Why not.
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
        /// Where it hit.
        way: Option<u32>,
        /// What for.
        purpose: Purpose,
    },
    /// A block entered a cache.
    CacheFill {
        /// The cache.
        cache: u32,
        /// The set.
        set: SetIndex,
        /// The way.
        way: u32,
        /// Its tag.
        tag: Tag,
        /// Tag of the block that went.
        victim: Option<Tag>,
        /// The block that went was dirty and was written down.
        writeback: bool,
        /// What for.
        purpose: Purpose,
    },
    /// Another cache gave up its copy of the block (another core's, or the other half of a split cache), or a virtually
    /// indexed one its copy in another set.
    Snooped {
        /// The cache.
        cache: u32,
        /// The core it belongs to, 0 if it is shared.
        core: u32,
        /// It was written back first.
        dirty: bool,
    },
    /// Main memory was read or written.
    Memory {
        /// The first byte: of the piece or entry, or of the block written back.
        pa: Pa,
        /// It was written.
        write: bool,
        /// What for.
        purpose: Purpose,
    },
    /// The caches were passed by, because CD is set.
    Bypassed {
        /// What for.
        purpose: Purpose,
    },
}
