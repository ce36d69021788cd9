//! Where one phrase ends and the next begins. Whoever reads need not know: another choice costs bytes, and nothing else.

use crate::trace::record::{Op, Record};

/// Records that a phrase has at most.
const LONGEST: usize = 64;
/// Data in a row from which on a phrase may end between them.
const ROW: usize = 4;
/// One in eight places is an end there: as many bits of a number must be 0.
const BITS: u32 = 3;

/// Cuts where the program jumps. Where data follows data, as in traces without fetches, it is a matter of the four records
/// before the place: so the same row of records is cut at the same places whenever it comes again.
#[derive(Debug, Clone, Default)]
pub(crate) struct PhraseCutter {
    /// Where the last fetch ends.
    next: u64,
    /// Data since the last fetch.
    row: usize,
    /// What the last four of them do, and their sizes: 16 bits each.
    recent: u64,
}

impl PhraseCutter {
    /// Does a phrase of so many records end before this one?
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

    /// Chosen by the last four records alone.
    fn chosen(&self) -> bool {
        // All of them reach the highest bits of the product.
        self.recent.wrapping_mul(0xd6e8_feb8_6659_fd93) >> (64 - BITS) == 0
    }
}
