//! The registry of nouns with a table.

use pagewalk_engine::machine::Machine;

use super::table::{EntryIn, InvalidEntries, Layout};
use super::{cache, memory, page_table, tlb};
use crate::lang::diagnostic::Diagnostic;
use crate::run::table::{Cell, Rows};

/// A part of the machine that `set`, `expect`, and `show` represent as a table. `level` is the index of the
/// TLB or cache.
pub struct TableNoun {
    /// Name of the noun.
    pub name: &'static str,
    /// The noun's columns, as printed in the reference.
    pub(crate) columns: &'static str,
    pub(crate) help: &'static str,
    /// Returns the permitted columns and rows of the noun's tables on a machine.
    pub(crate) layout: fn(&Machine, usize) -> Layout,
    /// Returns the keys of the rows with a valid group, or, for memory, the addresses of the known bytes.
    pub(crate) present: fn(&Machine, usize) -> Vec<u64>,
    /// Whether a table entry lists the contents at a key.
    pub(crate) lists: fn(&EntryIn, u64) -> bool,
    /// Whether a group (a way) of a row is valid.
    pub(crate) valid: fn(&Machine, usize, u64, usize) -> bool,
    /// Returns the cell at a row, group, and column.
    pub(crate) cell: fn(&Machine, usize, u64, usize, &str) -> Cell,
    pub(crate) put: fn(&mut Machine, usize, &EntryIn) -> Result<(), Diagnostic>,
    /// Returns the complete table in the textbook's format.
    pub(crate) view: fn(&Machine, usize, InvalidEntries) -> Rows,
}

/// Every noun with a table.
pub const TABLE_NOUNS: &[TableNoun] = &[
    TableNoun {
        name: "page_table",
        columns: "vpn ppn v rw us wt cd a d ps g xd",
        help: "the page table, by virtual page number",
        layout: page_table::layout,
        present: page_table::present,
        lists: |entry, key| entry.key == key,
        valid: page_table::valid,
        cell: page_table::cell,
        put: page_table::put,
        view: page_table::view,
    },
    TableNoun {
        name: "tlb",
        columns: "set (tag ppn v rw us xd g d)…",
        help: "a TLB, with one group of columns per way",
        layout: tlb::layout,
        present: tlb::present,
        lists: |entry, key| entry.key == key,
        valid: tlb::valid,
        cell: tlb::cell,
        put: tlb::put,
        view: tlb::view,
    },
    TableNoun {
        name: "cache",
        columns: "idx (tag v d b0 b1 …)…",
        help: "a cache, with one group of columns per way",
        layout: cache::layout,
        present: cache::present,
        lists: |entry, key| entry.key == key,
        valid: cache::valid,
        cell: cache::cell,
        put: cache::put,
        view: cache::view,
    },
    TableNoun {
        name: "memory",
        columns: "pa b0 b1 …",
        help: "main memory below the caches, by physical address",
        layout: memory::layout,
        present: memory::present,
        lists: memory::lists,
        valid: memory::valid,
        cell: memory::cell,
        put: memory::put,
        view: memory::view,
    },
];
