//! The records of a process.

use super::{FlatProcess, RECENT};
use crate::kernel::OutOfMemory;
use crate::machine::event::AccessKind;
use crate::trace::counts::Unchanging;
use crate::trace::flat::cache::{Below, Cause, DIRTY};
use crate::trace::record::{Op, Record};
use crate::trace::replay::{Fragments, KINDS, Simulation};

impl<B: Below> Simulation<()> for &mut FlatProcess<B> {
    #[inline(always)]
    fn is_unchanging(&self, record: &Record) -> bool {
        let &Record { address, size, op } = record;
        let vpn = address >> self.page_bits;
        let page = &self.recent[vpn as usize % RECENT];
        let ignored = if matches!(op, Op::Fetch | Op::Load) {
            DIRTY
        } else {
            0
        };
        let pa = page.base | address & ((1 << self.page_bits) - 1);
        page.vpn == vpn
            && page.settled
            && Fragments::is_one(self.caches.within, address, size.into())
            && self
                .tlbs
                .get(self.first[usize::from(op == Op::Fetch)])
                .is_some_and(|tlb| tlb.is_first(vpn, ignored))
            && self
                .caches
                .is_unchanging(op, pa >> self.caches.block_bits())
    }

    fn count_unchanging(&mut self, records: Unchanging) {
        for kind in KINDS {
            self.hits[Cause::from(kind) as usize] += records.accesses(kind);
        }
    }

    #[inline(always)]
    fn refer(
        &mut self,
        kind: AccessKind,
        va: u64,
        size: u32,
        (): &mut (),
    ) -> Result<u32, OutOfMemory> {
        FlatProcess::refer(self, kind, va, size)
    }
}
