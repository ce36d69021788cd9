//! Records performed on a machine.

use crate::kernel::ids::Pid;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::event::Kind;
use crate::machine::{Data, Machine};

use super::counted::References;
use super::lens::{Lens, Reference};
use super::record::{Op, Record};

/// What becomes of a reference that straddles blocks or pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Straddle {
    /// It is cut into a part a block, each of which counts, as hardware does it.
    #[default]
    Split,
    /// Only the part in the first block counts, as simple simulators do it.
    First,
}

/// What records are performed on.
#[derive(Debug)]
pub enum Target<'a> {
    /// The caches alone: an address is a physical one, and neither TLB nor page table is asked.
    Identity(&'a mut Machine),
    /// A process, see [`super::demand`]: TLB, walk, faults and caches.
    Process(&'a mut Kernel, Pid),
}

/// Records performed on a machine, watched by a lens.
#[derive(Debug)]
pub struct Replay<'a, L> {
    target: Target<'a>,
    straddle: Straddle,
    /// Who watches.
    pub lens: L,
    /// What was performed so far.
    pub references: References,
    /// The instruction that was fetched last; see [`Reference::code`].
    pub code: u64,
    /// The highest address there is.
    last: u64,
}

impl<'a, L: Lens> Replay<'a, L> {
    /// Nothing performed yet.
    pub fn new(target: Target<'a>, straddle: Straddle, lens: L) -> Self {
        let last = match &target {
            Target::Identity(machine) => u64::MAX >> (64 - machine.spec().physical_bits),
            Target::Process(kernel, _) => kernel.user_end() - 1,
        };
        Self { target, straddle, lens, references: References::default(), code: 0, last }
    }

    /// Performs records, in order. One that reaches beyond the addresses there are is counted and passed over.
    ///
    /// # Errors
    /// If a fault needs memory and there is none; what came before has happened.
    pub fn perform(&mut self, records: &[Record]) -> Result<(), OutOfMemory> {
        let Self { target, straddle, lens, references, code, last } = self;
        let batch = Batch { records, straddle: *straddle, last: *last };
        match target {
            Target::Identity(machine) => batch.perform(references, code, lens, |kind, va, data, lens| {
                let Ok(pa) = machine.pa(va) else { return Ok(0) };
                Ok(machine.access_physical(pa, kind, data, lens).pieces)
            }),
            Target::Process(kernel, pid) => batch.perform(references, code, lens, |kind, va, data, lens| {
                let Ok(va) = kernel.machine().va(va) else { return Ok(0) };
                Ok(kernel.refer(*pid, va, kind, data, lens)?.pieces)
            }),
        }
    }
}

/// Records to be performed, and how.
struct Batch<'a> {
    records: &'a [Record],
    straddle: Straddle,
    /// The highest address there is.
    last: u64,
}

impl Batch<'_> {
    /// Performs the records, each by way of `refer`, which answers the parts that a reference was done in.
    #[inline]
    fn perform<L: Lens>(
        self,
        references: &mut References,
        code: &mut u64,
        lens: &mut L,
        mut refer: impl FnMut(Kind, u64, Data<'static>, &mut L) -> Result<u32, OutOfMemory>,
    ) -> Result<(), OutOfMemory> {
        for record in self.records {
            let &Record { address, size, op } = record;
            references.records += 1;
            if u64::from(size) > self.last.wrapping_sub(address).wrapping_add(1) || address > self.last {
                references.outside += 1;
                references.first_outside.get_or_insert(*record);
                continue;
            }
            let kind = match op {
                Op::Fetch => Kind::Execute,
                Op::Load | Op::Modify => Kind::Read,
                Op::Store => Kind::Write,
            };
            if op == Op::Fetch {
                *code = address;
            }
            let told = if self.straddle == Straddle::First { 1 } else { size };
            let mut one = |kind: Kind| {
                references.count(kind);
                lens.begin(Reference { kind, va: address, size, code: *code });
                let pieces = refer(kind, address, Data::Untold(told), lens)?;
                references.straddling += u64::from(pieces > 1);
                Ok(())
            };
            one(kind)?;
            if op == Op::Modify {
                one(Kind::Write)?;
            }
        }
        Ok(())
    }
}
