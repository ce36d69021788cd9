//! Estimates of the memory that a state needs. The estimates use fixed sizes, so that they are equal on every platform.

use std::ops::AddAssign;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemoryUse {
    /// The contents of main memory, which include the page tables of processes.
    MainMemory,
    /// Page tables that a script sets.
    PageTables,
    /// TLBs and caches.
    Caches,
    /// Page frames, and the pages that they hold.
    Frames,
    /// Processes, with their areas and pages.
    Processes,
    /// Written pages of files.
    Files,
    /// Swap slots.
    Swap,
    /// The counts of a replayed trace.
    Traces,
}

/// All uses of memory, in order, with their names.
const MEMORY_USES: [(MemoryUse, &str); 8] = [
    (MemoryUse::MainMemory, "main memory"),
    (MemoryUse::PageTables, "page tables"),
    (MemoryUse::Caches, "TLBs and caches"),
    (MemoryUse::Frames, "page frames"),
    (MemoryUse::Processes, "processes"),
    (MemoryUse::Files, "files"),
    (MemoryUse::Swap, "swap"),
    (MemoryUse::Traces, "counts of a trace"),
];

/// Estimated memory in bytes, by use. Nodes that are shared with a copy of the state are counted in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Footprint([u64; MEMORY_USES.len()]);

impl Footprint {
    /// Adds bytes for a use.
    pub fn add(&mut self, to: MemoryUse, bytes: u64) {
        let sum = &mut self.0[to as usize];
        *sum = sum.saturating_add(bytes);
    }

    /// The sum of all uses.
    pub fn total(&self) -> u64 {
        self.0
            .iter()
            .fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }

    /// The largest use, by name, and its bytes.
    pub fn largest(&self) -> (&'static str, u64) {
        let all = MEMORY_USES.map(|(of, name)| (name, self.0[of as usize]));
        all.into_iter()
            .max_by_key(|(_, bytes)| *bytes)
            .unwrap_or_default()
    }
}

impl AddAssign for Footprint {
    fn add_assign(&mut self, other: Self) {
        for (of, _) in MEMORY_USES {
            self.add(of, other.0[of as usize]);
        }
    }
}
