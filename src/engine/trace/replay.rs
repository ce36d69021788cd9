//! Performs records on a machine.

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::event::AccessKind;
use crate::machine::footprint::Footprint;
use crate::machine::spec::Spec;

use super::counts::{ReferenceCounts, Unchanging};
use super::record::{Op, Record};
use super::tally::{Reference, ReplayObserver};

/// The method for counting a reference that straddles blocks or pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Straddle {
    /// The reference is split at block boundaries, and each fragment is counted, as in hardware.
    #[default]
    Split,
    /// Only the fragment in the first block is counted, as in simple simulators.
    First,
}

impl Straddle {
    /// The method's name in options and results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::First => "first",
        }
    }
}

/// The target of a replay.
#[derive(Debug)]
pub enum Target<'a> {
    /// The caches of a machine. Addresses are physical. The replay does not use TLBs or page tables.
    Identity(&'a mut Machine),
    /// A process, with TLBs, page walks, faults, and caches; see [`super::demand`].
    Process(&'a mut Kernel, Pid),
}

/// The target of a replay that owns it; see [`Target`].
#[derive(Debug)]
pub enum OwnedTarget {
    /// The caches of a machine. Addresses are physical.
    Machine(Box<Machine>),
    /// A process, which runs on the current core of its kernel's machine.
    Process(Box<Kernel>, Pid),
}

impl OwnedTarget {
    /// The target, borrowed.
    pub(super) fn target(&mut self) -> Target<'_> {
        match self {
            OwnedTarget::Machine(machine) => Target::Identity(machine),
            OwnedTarget::Process(kernel, pid) => Target::Process(kernel, *pid),
        }
    }

    pub fn machine(&self) -> &Machine {
        match self {
            Self::Machine(machine) => machine,
            Self::Process(kernel, _) => kernel.machine(),
        }
    }

    /// The memory of the machine or kernel.
    pub(super) fn footprint(&self) -> Footprint {
        match self {
            Self::Machine(machine) => machine.footprint(),
            Self::Process(kernel, _) => kernel.footprint(),
        }
    }
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
        Self {
            target,
            straddle,
            observer,
            references: ReferenceCounts::default(),
            code: 0,
            last,
        }
    }

    /// Performs records in order. Counts and skips a record outside the address space.
    ///
    /// # Errors
    /// Fails if a fault needs memory and none is free. The effects of the records before the failure remain.
    pub fn perform(&mut self, records: &[Record]) -> Result<(), OutOfMemory> {
        let Self {
            target,
            straddle,
            observer,
            references,
            code,
            last,
        } = self;
        let batch = Batch {
            records,
            straddle: *straddle,
            last: *last,
        };
        match target {
            Target::Identity(machine) => {
                let simulated = KINDS.map(|kind| machine.spec().first_cache(kind).is_some());
                batch.perform(
                    references,
                    code,
                    observer,
                    simulated,
                    |kind, va, size, observer| {
                        let Ok(pa) = machine.pa(va) else { return Ok(0) };
                        Ok(machine.touch_physical(pa, size, kind, observer))
                    },
                )
            }
            Target::Process(kernel, pid) => {
                let spec = kernel.machine().spec();
                let bare = spec.tlbs.is_empty() && spec.caches.is_empty();
                let simulated = KINDS.map(|kind| {
                    bare || spec.first_tlb(kind).is_some() || spec.first_cache(kind).is_some()
                });
                batch.perform(
                    references,
                    code,
                    observer,
                    simulated,
                    |kind, va, size, observer| {
                        let Ok(va) = kernel.machine().va(va) else {
                            return Ok(0);
                        };
                        kernel.touch(*pid, va, size, kind, observer)
                    },
                )
            }
        }
    }
}

/// The last physical address of a machine.
pub(super) fn last_physical(spec: &Spec) -> u64 {
    u64::MAX >> (64 - spec.physical_bits)
}

/// Every access kind, in the order of [`AccessKind`].
pub(super) const KINDS: [AccessKind; 3] =
    [AccessKind::Read, AccessKind::Write, AccessKind::Execute];

/// For each [`Op`], in order, the kind of a record's first access.
const FIRST: [AccessKind; 4] = [
    AccessKind::Execute,
    AccessKind::Read,
    AccessKind::Write,
    AccessKind::Read,
];

/// A simulation that performs the references of records and reports to an observer.
pub(super) trait Simulation<L> {
    /// Whether the references of a record change nothing but the counts.
    fn is_unchanging(&self, _: &Record) -> bool {
        false
    }

    /// Counts records that change nothing.
    fn count_unchanging(&mut self, _: Unchanging) {}

    /// Performs a reference, and returns the number of its fragments.
    ///
    /// # Errors
    /// Fails if a page fault needs memory and none is free.
    fn refer(
        &mut self,
        kind: AccessKind,
        address: u64,
        size: u32,
        observer: &mut L,
    ) -> Result<u32, OutOfMemory>;
}

/// A simulation that consists of a function.
struct Referring<F>(F);

impl<L, F> Simulation<L> for Referring<F>
where
    F: FnMut(AccessKind, u64, u32, &mut L) -> Result<u32, OutOfMemory>,
{
    #[inline(always)]
    fn refer(
        &mut self,
        kind: AccessKind,
        address: u64,
        size: u32,
        observer: &mut L,
    ) -> Result<u32, OutOfMemory> {
        self.0(kind, address, size, observer)
    }
}

/// Records to perform, with the options of the replay.
pub(super) struct Batch<'a> {
    pub(super) records: &'a [Record],
    pub(super) straddle: Straddle,
    /// The highest valid address.
    pub(super) last: u64,
}

impl Batch<'_> {
    /// Performs the records with `refer`; see [`Simulation::refer`] and [`Batch::simulate`].
    #[inline(always)]
    pub(super) fn perform<L: ReplayObserver>(
        self,
        references: &mut ReferenceCounts,
        code: &mut u64,
        observer: &mut L,
        simulated: [bool; 3],
        refer: impl FnMut(AccessKind, u64, u32, &mut L) -> Result<u32, OutOfMemory>,
    ) -> Result<(), OutOfMemory> {
        self.simulate(references, code, observer, simulated, Referring(refer))
    }

    /// Performs the records in a simulation. Only counts the accesses of a kind that is not `simulated`. The
    /// counts thus match those of a simulator of data caches only.
    #[inline(always)]
    pub(super) fn simulate<L: ReplayObserver>(
        self,
        references: &mut ReferenceCounts,
        code: &mut u64,
        observer: &mut L,
        simulated: [bool; 3],
        mut simulation: impl Simulation<L>,
    ) -> Result<(), OutOfMemory> {
        let most = if self.straddle == Straddle::First {
            1
        } else {
            u32::MAX
        };
        // These counts stay in registers.
        let mut counted = ReferenceCounts::default();
        let mut unchanging = Unchanging::default();
        // Each success pays for four failures, because a failure takes time. Each batch begins with a deposit.
        let mut trials = 256_u32;
        let mut done = Ok(());
        'records: for record in self.records {
            if trials > 0 {
                if simulation.is_unchanging(record) {
                    unchanging.count(record.op);
                    trials = trials.saturating_add(4);
                    continue;
                }
                trials -= 1;
            }
            let &Record { address, size, op } = record;
            counted.records += 1;
            if address > self.last || u64::from(size.saturating_sub(1)) > self.last - address {
                references.skip(record);
                continue;
            }
            let (mut kind, simulated_size) = (FIRST[op as usize], size.min(most));
            if op == Op::Fetch {
                *code = address;
                if !simulated[AccessKind::Execute as usize] {
                    counted.fetches += 1;
                    observer.on_uncached(Reference {
                        kind,
                        va: address,
                        size: simulated_size,
                        code: address,
                    });
                    continue;
                }
            }
            loop {
                counted.count(kind);
                let reference = Reference {
                    kind,
                    va: address,
                    size: simulated_size,
                    code: *code,
                };
                if simulated[kind as usize] {
                    observer.on_reference(Reference { size, ..reference });
                    match simulation.refer(kind, address, simulated_size, observer) {
                        Ok(fragments) => counted.straddling += u64::from(fragments > 1),
                        Err(out_of_memory) => {
                            done = Err(out_of_memory);
                            break 'records;
                        }
                    }
                } else {
                    observer.on_uncached(reference);
                }
                if op != Op::Modify || kind == AccessKind::Write {
                    break;
                }
                kind = AccessKind::Write;
            }
        }
        references.add(counted);
        references.add(unchanging.references());
        simulation.count_unchanging(unchanging);
        done
    }
}

/// The fragments of a reference, which end at multiples of a power of two: their addresses and sizes in bytes, in order.
#[derive(Debug)]
pub(super) struct Fragments {
    at: u64,
    left: u64,
    /// The mask of the address bits within a fragment.
    within: u64,
}

impl Fragments {
    pub(super) fn new(within: u64, address: u64, size: u64) -> Self {
        Self {
            at: address,
            left: size,
            within,
        }
    }

    /// Whether a reference has exactly one fragment.
    #[inline(always)]
    pub(super) const fn is_one(within: u64, address: u64, size: u64) -> bool {
        size.wrapping_sub(1) <= within - (address & within)
    }
}

impl Iterator for Fragments {
    type Item = (u64, u64);

    #[inline]
    fn next(&mut self) -> Option<(u64, u64)> {
        if self.left == 0 {
            return None;
        }
        let (at, within) = (self.at, self.within);
        // Without overflow, because the size is at least 1.
        let size = (self.left - 1).min(within - (at & within)) + 1;
        self.left -= size;
        // The reference ends at or before the last address.
        self.at = at.wrapping_add(size);
        Some((at, size))
    }
}
