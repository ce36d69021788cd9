//! The registry of nouns that have a table.

use crate::run::record::{CellView, TableView};
use pagewalk_engine::machine::Machine;

use super::table::{EntryIn, Layout};
use super::{cache, memory, page_table, tlb};
use crate::lang::diagnostic::Diagnostic;

/// A part of the machine that `set`, `expect` and `show` know as a table. `level` is the TLB's or cache's number.
pub struct TableNoun {
    /// Its word.
    pub name: &'static str,
    /// Its columns, as the reference prints them.
    pub(crate) columns: &'static str,
    /// One line of help.
    pub(crate) help: &'static str,
    /// What its tables may look like on a machine.
    pub(crate) layout: fn(&Machine, usize) -> Layout,
    /// Keys of the rows that hold something valid; of memory, the addresses of the known bytes.
    pub(crate) present: fn(&Machine, usize) -> Vec<u64>,
    /// Whether a table's entry lists what stands at such a key.
    pub(crate) lists: fn(&EntryIn, u64) -> bool,
    /// Whether a group (a way) of a row is valid.
    pub(crate) valid: fn(&Machine, usize, u64, usize) -> bool,
    /// What a cell of a row, group and column holds.
    pub(crate) cell: fn(&Machine, usize, u64, usize, &str) -> CellView,
    /// Puts a row in.
    pub(crate) put: fn(&mut Machine, usize, &EntryIn) -> Result<(), Diagnostic>,
    /// The whole, as the textbook prints it.
    pub(crate) view: fn(&Machine, usize) -> TableView,
}

/// Every noun that has a table.
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
        help: "a TLB, a group of columns a way",
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
        help: "a cache, a group of columns a way",
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
        help: "main memory beneath the caches, by physical address",
        layout: memory::layout,
        present: memory::present,
        lists: memory::lists,
        valid: memory::valid,
        cell: memory::cell,
        put: memory::put,
        view: memory::view,
    },
];
