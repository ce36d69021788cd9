//! The registry of nouns with a table.

use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::{Bit, BitRow};

use super::{cache, memory, page_table, tlb};
use crate::lang::diagnostic::Diagnostic;
use crate::run::table::{Cell, InvalidEntries, Layout, Rows, TableId, WrittenRow};

/// A part of the machine that `set`, `expect`, and `show` represent as a table. `level` is the index of the
/// TLB or cache.
pub struct TableNoun {
    pub name: &'static str,
    /// The noun's columns, as printed in the reference.
    pub(crate) columns: &'static str,
    pub(crate) help: &'static str,
    /// Returns the permitted columns and rows of the noun's tables on a machine.
    pub(crate) layout: fn(&Machine, usize) -> Layout,
    /// Returns the keys of the rows that `show` prints.
    pub(crate) keys: fn(&Machine, usize) -> Vec<u64>,
    /// Returns the columns that `show` prints, in the textbook's format.
    pub(crate) shown: fn(&Machine, usize) -> Vec<String>,
    /// Returns the keys of the rows with a valid way, or, for memory, the addresses of the known bytes.
    pub(crate) present: fn(&Machine, usize) -> Vec<u64>,
    /// Whether a row of a script lists the contents at a key.
    pub(crate) lists: fn(&WrittenRow, u64) -> bool,
    /// Whether a way of a row is valid.
    pub(crate) valid: fn(&Machine, usize, u64, usize) -> bool,
    /// Returns the cell at a row, way, and column.
    pub(crate) cell: fn(&Machine, usize, u64, usize, &str, InvalidEntries) -> Cell,
    pub(crate) put: fn(&mut Machine, usize, &WrittenRow) -> Result<(), Diagnostic>,
}

impl TableNoun {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TABLE_NOUNS.iter().find(|noun| noun.name == name)
    }

    /// Returns the table with these rows and columns. `invalid` depends on the column.
    pub(crate) fn table(
        &self,
        (machine, level): (&Machine, usize),
        keys: &[u64],
        columns: &[String],
        invalid: impl Fn(&str) -> InvalidEntries,
    ) -> Rows {
        let layout = (self.layout)(machine, level);
        let (ways, digits) = (layout.ways as usize, layout.key_digits());
        let row = |key: u64| {
            let mut cells = vec![Cell::Hex(key, digits)];
            for way in 0..ways {
                let cell = |column: &String| {
                    (self.cell)(machine, level, key, way, column, invalid(column))
                };
                cells.extend(columns.iter().map(cell));
            }
            cells
        };
        let mut groups = vec![vec![layout.key.to_owned()]];
        // The entries of a page table are not sets, so the key shares their only group.
        if layout.id == TableId::PageTable {
            groups[0].extend_from_slice(columns);
        } else {
            groups.resize(1 + ways, columns.to_vec());
        }
        Rows {
            id: layout.id,
            title: layout.noun,
            groups,
            rows: keys.iter().map(|key| row(*key)).collect(),
            marks: None,
        }
    }

    /// Returns the table that `show` prints.
    pub(crate) fn view(&self, machine: &Machine, level: usize, invalid: InvalidEntries) -> Rows {
        let (keys, columns) = ((self.keys)(machine, level), (self.shown)(machine, level));
        self.table((machine, level), &keys, &columns, |_| invalid)
    }

    /// Returns the columns without aliases. The columns that `show` prints depend on the contents: it omits the bits
    /// with default values.
    pub(crate) fn every_column(&self, machine: &Machine, level: usize) -> Vec<String> {
        let layout = (self.layout)(machine, level);
        // A row of memory that a script writes may be longer than a row that `show` prints.
        if layout.id == TableId::Memory {
            return (self.shown)(machine, level);
        }
        let columns = layout.columns.into_iter();
        columns.filter(|column| canonical(column)).collect()
    }
}

/// Whether a column's name is canonical, not an alias. `read` and `pte` repeat the contents of other columns. For the P bit, the canonical name is `v`, because TLBs
/// and caches also use `v`.
fn canonical(column: &str) -> bool {
    match BitRow::named(column) {
        _ if matches!(column, "read" | "pte") => false,
        Some((Bit::P, _)) => column == "v",
        Some((bit, inverse)) => !inverse && bit.row().name == column,
        None => true,
    }
}

/// Every noun with a table.
pub const TABLE_NOUNS: &[TableNoun] = &[
    TableNoun {
        name: "page_table",
        columns: "vpn ppn v rw us wt cd a d ps g xd, or vpn pte",
        help: "the page table, by virtual page number",
        layout: page_table::layout,
        keys: page_table::keys,
        shown: page_table::shown,
        present: page_table::present,
        lists: |row, key| row.key() == key,
        valid: page_table::valid,
        cell: page_table::cell,
        put: page_table::put,
    },
    TableNoun {
        name: "tlb",
        columns: "set (tag asid ppn v rw us xd g d)…, or set (tag asid pte)…",
        help: "a TLB, with one group of columns per way",
        layout: tlb::layout,
        keys: tlb::keys,
        shown: tlb::shown,
        present: tlb::present,
        lists: |row, key| row.key() == key,
        valid: tlb::valid,
        cell: tlb::cell,
        put: tlb::put,
    },
    TableNoun {
        name: "cache",
        columns: "idx (tag v d b0 b1 …)…",
        help: "a cache, with one group of columns per way",
        layout: cache::layout,
        keys: cache::keys,
        shown: cache::shown,
        present: cache::present,
        lists: |row, key| row.key() == key,
        valid: cache::valid,
        cell: cache::cell,
        put: cache::put,
    },
    TableNoun {
        name: "memory",
        columns: "pa b0 b1 …",
        help: "main memory below the caches, by physical address",
        layout: memory::layout,
        keys: memory::keys,
        shown: memory::shown,
        present: memory::present,
        lists: memory::lists,
        valid: memory::valid,
        cell: memory::cell,
        put: memory::put,
    },
];
