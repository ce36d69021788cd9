//! Performs records on a machine.

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::spec::Spec;

use super::counts::ReferenceCounts;
use super::observer::{Reference, ReplayObserver};
use super::record::{Op, Record};

/// The method for counting a reference that straddles blocks or pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Straddle {
    /// The reference is split at block boundaries, and each fragment is counted, as in hardware.
    #[default]
    Split,
    /// Only the fragment in the first block is counted, as in simple simulators.
    First,
}

/// The target of a replay.
#[derive(Debug)]
pub enum Target<'a> {
    /// The caches of a machine. Addresses are physical. The replay does not use TLBs or page tables.
    Identity(&'a mut Machine),
    /// A process, with TLBs, page walks, faults, and caches; see [`super::demand`].
    Process(&'a mut Kernel, Pid),
}

/// Performs records on a target and reports to an observer.
#[derive(Debug)]
pub struct Replay<'a, L> {
    target: Target<'a>,
    straddle: Straddle,
    pub(crate) observer: L,
    /// The counts of the references performed so far.
    pub(crate) references: ReferenceCounts,
    /// The address of the last fetched instruction; see [`Reference::code`].
    pub(crate) code: u64,
    /// The highest valid address.
    last: u64,
}

impl<'a, L: ReplayObserver> Replay<'a, L> {
    /// Creates a replay. Call this function before performing the first record.
    pub fn new(target: Target<'a>, straddle: Straddle, observer: L) -> Self {
        let last = match &target {
            Target::Identity(machine) => last_physical(machine.spec()),
            Target::Process(kernel, _) => kernel.user_end() - 1,
        };
        Self { target, straddle, observer, references: ReferenceCounts::default(), code: 0, last }
    }

    /// Performs records in order. Counts and skips a record outside the address space.
    ///
    /// # Errors
    /// Fails if a fault needs memory and none is free. The effects of the records before the failure remain.
    pub fn perform(&mut self, records: &[Record]) -> Result<(), OutOfMemory> {
        let Self { target, straddle, observer, references, code, last } = self;
        let batch = Batch { records, straddle: *straddle, last: *last };
        match target {
            Target::Identity(machine) => {
                let simulated = KINDS.map(|kind| machine.spec().first_cache(kind).is_some());
                batch.perform(references, code, observer, simulated, |kind, va, size, observer| {
                    let Ok(pa) = machine.pa(va) else { return Ok(0) };
                    Ok(machine.touch_physical(pa, size, kind, observer))
                })
            }
            Target::Process(kernel, pid) => {
                let spec = kernel.machine().spec();
                let bare = spec.tlbs.is_empty() && spec.caches.is_empty();
                let simulated = KINDS
                    .map(|kind| bare || spec.first_tlb(kind).is_some() || spec.first_cache(kind).is_some());
                batch.perform(references, code, observer, simulated, |kind, va, size, observer| {
                    let Ok(va) = kernel.machine().va(va) else { return Ok(0) };
                    kernel.touch(*pid, va, size, kind, observer)
                })
            }
        }
    }
}

/// The last physical address of a machine.
pub(super) fn last_physical(spec: &Spec) -> u64 {
    u64::MAX >> (64 - spec.physical_bits)
}

/// Every access kind, in the order of [`AccessKind`].
pub(super) const KINDS: [AccessKind; 3] = [AccessKind::Read, AccessKind::Write, AccessKind::Execute];

/// For each [`Op`], in order, the kind of a record's first access.
const FIRST: [AccessKind; 4] = [AccessKind::Execute, AccessKind::Read, AccessKind::Write, AccessKind::Read];

/// Records to perform, with the options of the replay.
pub(super) struct Batch<'a> {
    pub(super) records: &'a [Record],
    pub(super) straddle: Straddle,
    /// The highest valid address.
    pub(super) last: u64,
}

impl Batch<'_> {
    /// Performs the records with `refer`, which returns the number of fragments of a reference. Only counts
    /// the accesses of a kind that is not `simulated`.
    #[inline(always)]
    pub(super) fn perform<L: ReplayObserver>(
        self,
        references: &mut ReferenceCounts,
        code: &mut u64,
        observer: &mut L,
        simulated: [bool; 3],
        mut refer: impl FnMut(AccessKind, u64, u32, &mut L) -> Result<u32, OutOfMemory>,
    ) -> Result<(), OutOfMemory> {
        let most = if self.straddle == Straddle::First { 1 } else { u32::MAX };
        for record in self.records {
            let &Record { address, size, op } = record;
            references.records += 1;
            if address > self.last || u64::from(size.saturating_sub(1)) > self.last - address {
                references.skip(record);
                continue;
            }
            let (mut kind, counted) = (FIRST[op as usize], size.min(most));
            if op == Op::Fetch {
                *code = address;
                if !simulated[AccessKind::Execute as usize] {
                    references.fetches += 1;
                    observer.on_uncached(Reference { kind, va: address, size: counted, code: address });
                    continue;
                }
            }
            loop {
                references.count(kind);
                let reference = Reference { kind, va: address, size: counted, code: *code };
                if simulated[kind as usize] {
                    observer.on_reference(Reference { size, ..reference });
                    let fragments = refer(kind, address, counted, observer)?;
                    references.straddling += u64::from(fragments > 1);
                } else {
                    observer.on_uncached(reference);
                }
                if op != Op::Modify || kind == AccessKind::Write {
                    break;
                }
                kind = AccessKind::Write;
            }
        }
        Ok(())
    }
}
