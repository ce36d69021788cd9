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

/// The instruction fetches in the records of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fetches {
    /// All of them.
    #[default]
    Returned,
    /// Fetches with addresses of eight digits and sizes of one digit may only be counted.
    Counted,
}

impl Fetches {
    /// The least size in bytes of memory, and of the address space, for which [`Fetches::Counted`] is useful. All these
    /// addresses are valid, and a process that pages on demand does not run out of memory between them.
    pub(crate) const LEAST_MEMORY: u64 = 1 << 40;
}

/// Consecutive records of a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordBatch {
    /// The records, in order.
    pub records: Vec<Record>,
    /// Number of instruction fetches between these records that are only counted; see
    /// [`Fetches::Counted`].
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
