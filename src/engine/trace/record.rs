//! Records of a trace, and lines that are none.

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
    pub op: Op,
}

/// The instruction fetches in the records of a batch. Only fetches with addresses below 2^32 and sizes below 10 may be omitted
/// from the records, so that a parser needs no exact rule for all others. In traces of programs, most fetches
/// follow one from the same block. They hit the first TLB and the first cache and change no order of
/// replacement, but after a load or store, the block may be invalid or the page evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fetches {
    /// All of them are records.
    #[default]
    Returned,
    /// They may only be counted.
    Counted,
    /// A fetch may only be counted if the record before it is a fetch from the same block.
    Merged {
        /// log2 of the block size in bytes.
        block_bits: u32,
    },
}

impl Fetches {
    /// The least size in bytes of memory, and of the address space, for which fetches may only be counted. All these
    /// addresses are valid, and a process that pages on demand does not run out of memory between them.
    pub(crate) const LEAST_MEMORY: u64 = 1 << 40;

    /// Number of omitted fetches that ends a batch. It bounds the interval between two progress reports.
    pub(crate) const MOST: u64 = 1 << 16;

    /// Whether a record after the record `before` may only be counted.
    #[inline]
    pub(crate) fn may_omit(self, before: Option<&Record>, record: &Record) -> bool {
        let may_merge = |block_bits| {
            let block = record.block_of_fetch(block_bits);
            block.is_some() && block == before.and_then(|before| before.block_of_fetch(block_bits))
        };
        record.op == Op::Fetch
            && record.address < 1 << 32
            && (1..10).contains(&record.size)
            && match self {
                Self::Returned => false,
                Self::Counted => true,
                Self::Merged { block_bits } => may_merge(block_bits),
            }
    }
}

/// Consecutive records of a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordBatch {
    pub records: Vec<Record>,
    /// Number of instruction fetches between these records that were omitted; see [`Fetches`].
    pub fetches: u64,
}

impl RecordBatch {
    /// Number of records, including omitted fetches.
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

    /// The only block of a fetch, or `None` if the record is not a fetch or has bytes of several blocks.
    #[inline(always)]
    pub(crate) fn block_of_fetch(&self, block_bits: u32) -> Option<u64> {
        let last = self
            .address
            .checked_add(u64::from(self.size).checked_sub(1)?)?;
        let block = self.address >> block_bits;
        (self.op == Op::Fetch && block == last >> block_bits).then_some(block)
    }
}

/// The records that `fetches` does not permit to omit.
#[cfg(test)]
pub(crate) fn required(records: &[Record], fetches: Fetches) -> impl Iterator<Item = Record> {
    let before = std::iter::once(None).chain(records.iter().map(Some));
    let pairs = before.zip(records);
    pairs
        .filter(move |(before, record)| !fetches.may_omit(*before, record))
        .map(|(_, record)| *record)
}

/// Maximum number of malformed lines to keep.
const KEPT: usize = 10;
/// Maximum number of characters to keep from a line.
const EXCERPT: usize = 60;

/// A malformed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line number, starting at 1.
    pub line: u64,
    /// The start of the line, with `\u{fffd}` for unprintable characters and a final `…` if the line is
    /// truncated.
    pub text: String,
    pub why: &'static str,
}

/// The malformed lines in a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Malformed {
    /// Number of malformed lines.
    pub count: u64,
    /// The first ten malformed lines.
    pub first: Vec<BadLine>,
}

impl BadLine {
    pub(super) fn new(line: u64, bytes: &[u8], why: &'static str) -> Self {
        Self {
            line,
            text: excerpt(bytes),
            why,
        }
    }
}

impl Malformed {
    pub(super) fn note(&mut self, line: u64, bytes: &[u8], why: &'static str) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(BadLine::new(line, bytes, why));
        }
    }
}

/// The start of a line as printable characters.
fn excerpt(bytes: &[u8]) -> String {
    // A character has at most four bytes.
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * EXCERPT + 4)]);
    let shown = start.trim_end().chars().map(|c| {
        if c.is_control() && c != '\t' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    });
    let mut text: String = shown.clone().take(EXCERPT).collect();
    if shown.count() > EXCERPT {
        text.push('…');
    }
    text
}
