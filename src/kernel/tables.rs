//! Where page tables stand: physical memory above the user frames, from the top downward.

use super::persistent::Map;

/// The pages that tables (and the zero frame) take, from the top of memory downward.
#[derive(Debug, Clone)]
pub struct TableSpace {
    /// Physical pages there are.
    pages: u64,
    /// The lowest page that was taken and not given back; `pages` while there is none.
    low: u64,
    /// Runs of free pages above `low`: first page, length.
    free: Map<u64, u64>,
}

/// A page table of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its first physical page.
    pub ppn: u64,
    /// Its entries in use: pages present or tables below.
    pub used: u32,
}

/// The page tables of a process, by level (1 is the top) and by the part of the VPN above the table's own index.
pub type Tables = Map<(u32, u64), Table>;
