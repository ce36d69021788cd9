//! Records that change nothing but the counts.
//!
//! Most references are to the block that the policy evicts last from its set of the first cache. If the block is dirty or the
//! reference is no store, then neither the order nor the contents of any cache change. A variant that also moved other blocks to
//! the front in this way was slower.

use super::counts::ReferenceCounts;
use super::record::Op;
use crate::machine::event::AccessKind;

/// Number of records that change nothing, by [`Op`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unchanging([u64; 4]);

impl Unchanging {
    /// Counts a record. The operations of consecutive records are hard to predict, so there is no branch.
    #[inline(always)]
    pub(super) fn count(&mut self, op: Op) {
        self.0[op as usize] += 1;
    }

    /// Number of accesses of a kind.
    pub(super) const fn accesses(self, kind: AccessKind) -> u64 {
        let [fetches, loads, stores, modifies] = self.0;
        match kind {
            AccessKind::Read => loads + modifies,
            AccessKind::Write => stores + modifies,
            AccessKind::Execute => fetches,
        }
    }

    /// The counts of the references.
    pub(super) fn references(self) -> ReferenceCounts {
        ReferenceCounts {
            records: self.0.iter().sum(),
            reads: self.accesses(AccessKind::Read),
            writes: self.accesses(AccessKind::Write),
            fetches: self.accesses(AccessKind::Execute),
            ..ReferenceCounts::default()
        }
    }
}
