//! A line of a trace.

/// What a line of a trace does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// An instruction fetch: `I`.
    Fetch,
    /// A load: `L`.
    Load,
    /// A store: `S`.
    Store,
    /// A load and a store of the same bytes by one instruction: `M`.
    Modify,
}

/// A line of a trace: so many bytes from an address on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    /// The first byte, as the program called it.
    pub address: u64,
    /// Bytes, at least one, at most [`Record::MOST_BYTES`].
    pub size: u32,
    /// What is done.
    pub op: Op,
}

impl Record {
    /// The most bytes of a record: a page, as no instruction that is traced moves more. A longer one is malformed.
    pub(crate) const MOST_BYTES: u32 = 4096;
}
