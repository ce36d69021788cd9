//! Splits records into phrases. The decoder does not depend on the positions of the splits, which affect only
//! the file size.

use crate::trace::record::{Op, Record};

/// Maximum number of records in a phrase.
const LONGEST: usize = 64;
/// A phrase can end inside a run of consecutive data records only after this number of them.
const ROW: usize = 4;
/// Number of zero bits in a hash that ends a phrase. One in eight positions has such a hash.
const BITS: u32 = 3;

/// Ends a phrase at each backward jump. Between data records, as in traces without fetches, the decision
/// depends on the last four records. A repeated sequence is therefore split at the same positions each time.
#[derive(Debug, Clone, Default)]
pub(crate) struct PhraseCutter {
    /// The address after the last fetch.
    next: u64,
    /// Number of data records since the last fetch.
    row: usize,
    /// The operations and sizes of the last four data records, with 16 bits for each record.
    recent: u64,
}

impl PhraseCutter {
    /// Whether a phrase of `length` records ends before this record.
    pub(crate) fn before(&mut self, record: &Record, length: usize) -> bool {
        let ends = match record.op {
            Op::Fetch => record.address < self.next,
            _ => self.row >= ROW && length >= ROW && self.chosen(),
        };
        if record.op == Op::Fetch {
            self.next = record.address.wrapping_add(u64::from(record.size));
            self.row = 0;
        } else {
            self.row += 1;
            self.recent = self.recent << 16 | u64::from(record.size) << 2 | record.op as u64;
        }
        length > 0 && (ends || length >= LONGEST)
    }

    /// Whether the hash of the last four data records ends a phrase.
    fn chosen(&self) -> bool {
        // All four records affect the highest bits of the product.
        self.recent.wrapping_mul(0xd6e8_feb8_6659_fd93) >> (64 - BITS) == 0
    }
}
