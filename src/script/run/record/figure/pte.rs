//! Page-table entries as data.

use serde::Serialize;

/// The formats of a machine's page-table entries, or an entry with the formats of its level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PteFigure {
    /// Size of an entry.
    pub entry_bytes: u32,
    /// The number of levels of the page tables.
    pub levels: u32,
    pub forms: Vec<PteForm>,
    /// The entry, or `None` if the figure shows only the formats.
    pub entry: Option<PteEntry>,
}

/// A format of page-table entries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PteForm {
    /// The target of such an entry: `table`, `page`, or `table-or-page`, or `not-present`.
    pub form: &'static str,
    /// The first and the last level that have such entries. Level 1 is the top.
    pub levels: (u32, u32),
    /// The fields, highest first. Each bit is in exactly one field.
    pub fields: Vec<PteField>,
}

/// A field of a [`PteForm`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PteField {
    /// The name, which is empty for unused bits.
    pub name: String,
    /// The highest bit.
    pub high: u32,
    /// The lowest bit.
    pub low: u32,
    /// The user of the bits: `mmu`, `os`, or `none`.
    pub used_by: &'static str,
}

/// A page-table entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PteEntry {
    /// The process, or an empty string if the script sets the page tables.
    pub process: String,
    /// The virtual address that the entry maps, or `None` if the script gives the value.
    pub va: Option<u64>,
    /// Width of a virtual address in bits.
    pub virtual_bits: u32,
    /// The level, from 1, the top.
    pub level: u32,
    /// The physical address of the entry, if the entry is in memory.
    pub address: Option<u64>,
    /// Width of a physical address in bits.
    pub physical_bits: u32,
    /// The value, or `None` if the entry was never set.
    pub value: Option<u64>,
    /// Whether the entry is present.
    pub present: bool,
    /// The fields with their meanings, lowest first. The last one is the information of the operating system in an
    /// entry that is not present.
    pub meanings: Vec<PteMeaning>,
}

/// The meaning of a field of a [`PteEntry`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PteMeaning {
    /// The name of the field.
    pub name: String,
    /// Width of the field in bits.
    pub bits: u32,
    /// The value, or `None` if the entry has no such field.
    pub value: Option<u64>,
    /// The meaning of the value. The text is empty if the entry has no such field.
    pub meaning: String,
}
