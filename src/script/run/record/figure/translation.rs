//! A translation from end to end, as data.

use serde::Serialize;

/// An access from the virtual address to the data. A value is `None` if the access did not reach it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the members of the figure's JSON, which are independent of each other"
)]
pub struct Translation {
    /// The operation, such as `read 0x03D4`.
    pub operation: String,
    /// Whether the access stores its data.
    #[serde(skip)]
    pub stores: bool,
    /// The name of the process, or `None` on bare hardware.
    pub process: Option<String>,
    /// The virtual address.
    pub va: DividedAddress,
    /// The TLBs that serve the access, in lookup order.
    pub tlbs: Vec<Lookup>,
    /// Width of the page numbers of TLB entries and page-table entries in bits.
    pub ppn_bits: u32,
    /// The levels of the page tables down to the one that maps the page, top first.
    pub walk: Vec<TranslationLevel>,
    /// The size of a huge page in bytes, or `None` for a page of the smallest size.
    pub page_bytes: Option<u64>,
    /// Whether the walk took place.
    pub walked: bool,
    /// The fault of the first attempt.
    pub fault: Option<String>,
    /// Whether the kernel handled the fault and the instruction ran again.
    pub handled: bool,
    /// The physical address.
    pub pa: DividedAddress,
    /// The caches that serve the access, in lookup order. The list is empty for `translate`.
    pub caches: Vec<Lookup>,
    /// Whether the access to the data reached main memory, or `None` for `translate`.
    pub memory: Option<bool>,
    /// The bytes that were read or written, in address order.
    pub data: Vec<Option<u8>>,
    /// Whether the first cache is looked up while the TLB translates (virtually indexed, physically tagged).
    pub side_by_side: bool,
}

/// An address with its fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DividedAddress {
    /// The width in bits.
    pub bits: u32,
    pub value: Option<u64>,
    /// The divisions of the address, each from the highest bit down.
    pub rows: Vec<Vec<DividedField>>,
}

/// A field of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DividedField {
    /// The name, such as `TLBI`.
    pub name: String,
    /// The highest bit.
    pub high: u32,
    /// The lowest bit.
    pub low: u32,
    pub value: Option<u64>,
}

/// A lookup in a TLB or cache.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lookup {
    /// The name of the TLB or cache.
    pub name: String,
    pub sets: u64,
    /// The number of entries or lines in each set.
    pub ways: u32,
    /// Width of a tag in bits.
    pub tag_bits: u32,
    /// The block size of a cache.
    pub block_bytes: Option<u64>,
    /// The index of the set.
    pub set: Option<u64>,
    /// The tag that was compared.
    pub tag: Option<u64>,
    /// Whether the lookup hit, or `None` without a lookup.
    pub hit: Option<bool>,
    /// The way that hit.
    pub way: Option<u32>,
    /// The entries or lines of the set at the lookup, in way order. The list contains only the way that hit if the set has
    /// more than 64 ways. `None` without a lookup, or if the run did not copy the sets of accesses in loops.
    pub entries: Option<Vec<LookupEntry>>,
}

/// An entry of a TLB, or a line of a cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookupEntry {
    pub way: u32,
    /// The valid bit.
    pub valid: bool,
    /// The tag, or `None` if the way was never filled.
    pub tag: Option<u64>,
    /// The page number of a TLB entry, in base pages.
    pub ppn: Option<u64>,
    /// The size of the page of a TLB entry in bytes, or `None` for a page of the smallest size.
    pub page_bytes: Option<u64>,
    /// Whether the line differs from the next level, or the D bit of a TLB entry.
    pub dirty: bool,
    /// The bytes of a cache line, for blocks of at most 16 bytes.
    pub bytes: Option<Vec<Option<u8>>>,
}

/// A level of the page tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranslationLevel {
    /// The level (1 is the top).
    pub level: u32,
    /// The bits of the virtual address that index the table: the highest, and the lowest.
    pub bits: (u32, u32),
    /// The index in the table.
    pub index: u64,
    /// Whether the walk fetched an entry of this level.
    pub reached: bool,
    /// The physical address of the entry, or `None` for a table outside memory.
    pub at: Option<u64>,
    /// The raw value of the entry, or `None` for an entry outside memory that was never set.
    pub entry: Option<u64>,
    /// Width of an entry in bits.
    pub entry_bits: u32,
    /// Whether the entry is present.
    pub present: Option<bool>,
    /// Whether the entry has a reserved bit set, so that a walk faults although P is 1.
    #[serde(skip)]
    pub reserved: bool,
    /// The page number in the entry.
    pub ppn: Option<u64>,
}
