//! Records of a trace.

/// The operation of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// An instruction fetch: `I`.
    Fetch,
    /// A load: `L`.
    Load,
    /// A store: `S`.
    Store,
    /// A load and a store of the same bytes by one instruction (`M`).
    Modify,
}

/// A record of a trace: an access to `size` bytes at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    /// The address of the first byte.
    pub address: u64,
    /// Number of bytes, 1 to 4096.
    pub size: u32,
    /// The operation.
    pub op: Op,
}

/// Consecutive records of a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordBatch {
    /// The records, in order.
    pub records: Vec<Record>,
    /// Number of instruction fetches between these records that are only counted; see
    /// [`Fetches::Counted`](super::reader::Fetches).
    pub fetches: u64,
}

impl RecordBatch {
    /// Number of records, including the fetches that were only counted.
    pub fn len(&self) -> u64 {
        self.records.len() as u64 + self.fetches
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Record {
    /// The maximum size of a record in bytes. A record with more bytes is malformed.
    pub(crate) const MOST_BYTES: u32 = 4096;
}
