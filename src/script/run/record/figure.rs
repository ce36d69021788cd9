//! Figures as data, independent of how they are drawn.

use serde::Serialize;

/// The version of the data. The version changes when a member is renamed, removed, or redefined.
pub const FIGURE_VERSION: u32 = 1;

/// A figure as data. Numbers are plain integers, and sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "figure", rename_all = "kebab-case")]
pub enum FigureData {
    /// The declared machine.
    System(System),
    /// The formats of page-table entries, or an entry.
    Pte(PteFigure),
}

/// A machine with its TLBs and caches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct System {
    /// Width of a virtual address in bits, or `None` if programs use physical addresses.
    pub virtual_bits: Option<u32>,
    /// Width of a physical address in bits.
    pub physical_bits: u32,
    /// The page size, or `None` without page tables.
    pub page_bytes: Option<u64>,
    /// The number of levels of the page tables.
    pub levels: u32,
    /// The number of cores.
    pub cores: u32,
    /// The TLBs of each core, in lookup order.
    pub tlbs: Vec<SystemPart>,
    /// The caches, in lookup order.
    pub caches: Vec<SystemPart>,
    /// The latency of main memory.
    pub memory_latency: f64,
    /// The unit of the latencies: `cycles` or `ns`.
    pub unit: &'static str,
}

/// A TLB or cache of a [`System`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemPart {
    /// The name.
    pub name: String,
    /// What the part serves: `data`, `instructions`, or `unified`.
    pub serves: &'static str,
    /// The number of sets.
    pub sets: u64,
    /// The number of entries or lines in each set.
    pub ways: u32,
    /// The block size of a cache.
    pub block_bytes: Option<u64>,
    /// Whether all cores share the part.
    pub shared: bool,
    /// The latency of a lookup.
    pub latency: f64,
}

impl SystemPart {
    /// Returns the number of entries of a TLB, or of lines of a cache.
    pub fn entries(&self) -> u64 {
        self.sets * u64::from(self.ways)
    }
}

/// The formats of a machine's page-table entries, or an entry with the formats of its level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PteFigure {
    /// Size of an entry.
    pub entry_bytes: u32,
    /// The number of levels of the page tables.
    pub levels: u32,
    /// The formats.
    pub forms: Vec<PteForm>,
    /// The entry, or `None` if the figure shows only the formats.
    pub entry: Option<PteEntry>,
}

/// A format of page-table entries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PteForm {
    /// What such an entry leads to: `table`, `page`, or `table-or-page`, or `not-present`.
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
    /// What uses the bits: `mmu`, `os`, or `none`.
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
