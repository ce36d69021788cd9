//! What happens during an access, told step by step to whoever watches. Small, `Copy`, without text.

use super::addr::{Pa, Ppn, SetIndex, Tag, Va, Vpn};

/// Watches an access. `()` watches nothing and costs nothing.
pub trait Observer {
    /// Takes the next event.
    fn see(&mut self, event: Event);
}

impl Observer for () {
    #[inline(always)]
    fn see(&mut self, _: Event) {}
}

impl Observer for Vec<Event> {
    fn see(&mut self, event: Event) {
        self.push(event);
    }
}

/// What an access is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A load.
    Read,
    /// A store.
    Write,
    /// An instruction fetch.
    Execute,
}

/// Who makes an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// User mode: needs U/S at every level.
    User,
    /// Supervisor mode.
    Supervisor,
}

/// The machine's answer to an access that cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The entry of page-table level `level` (1 is the top) is not present.
    NotPresent { level: u32 },
    /// The entry is present and forbids the access.
    Protection { why: Forbidden },
}

/// Which bit forbids an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    /// R/W is 0 and the access is a store.
    ReadOnly,
    /// U/S is 0 and the access is the user's.
    Supervisor,
    /// XD is 1 and the access is a fetch.
    NoExecute,
}

/// What the walk found in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
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
}

/// A step of an access. `tlb` and `cache` number the levels of the spec from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A piece of an access begins: the part in one page and one block.
    Piece { va: Va, size: u32 },
    /// A TLB was looked up; `way` is where it hit.
    TlbLookup { tlb: u32, set: SetIndex, tag: Tag, way: Option<u32> },
    /// The walk fetched an entry: its level (1 is the top), its index in the table, where it stands in memory (not
    /// for the table that stands apart), its raw value (unknown if never set), and what it is.
    Pte { level: u32, index: u64, address: Option<Pa>, value: Option<u64>, found: Found },
    /// The walk set A (and D with `dirty`) in entries it used.
    Marked { level: u32, dirty: bool },
    /// A translation entered a TLB; `victim` is the tag of the entry that went.
    TlbFill { tlb: u32, set: SetIndex, way: u32, tag: Tag, victim: Option<Tag> },
    /// The address is translated.
    Translated { vpn: Vpn, ppn: Ppn, pa: Pa },
    /// The access cannot be done.
    Faulted { fault: Fault },
    /// A cache was looked up; `way` is where it hit.
    CacheLookup { cache: u32, set: SetIndex, tag: Tag, way: Option<u32>, purpose: Purpose },
    /// A block entered a cache; `victim` is the tag of the block that went, `writeback` whether it was dirty and
    /// written to the next level.
    CacheFill {
        cache: u32,
        set: SetIndex,
        way: u32,
        tag: Tag,
        victim: Option<Tag>,
        writeback: bool,
        purpose: Purpose,
    },
    /// Another cache gave up its copy of the block (another core's, or the other half of a split cache); `dirty`: it was written back first.
    Snooped { cache: u32, core: u32, dirty: bool },
    /// Main memory was read or written.
    Memory { pa: Pa, write: bool, purpose: Purpose },
    /// The caches were passed by, because CD is set.
    Bypassed { purpose: Purpose },
}
