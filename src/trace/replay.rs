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
        for record in records {
            self.references.records += 1;
            if record.address.checked_add(u64::from(record.size - 1)).is_none_or(|end| end > self.last) {
                self.references.outside += 1;
                self.references.first_outside.get_or_insert(*record);
                continue;
            }
            match record.op {
                Op::Fetch => {
                    self.code = record.address;
                    self.references.fetches += 1;
                    self.refer(Kind::Execute, record)?;
                }
                Op::Load => {
                    self.references.reads += 1;
                    self.refer(Kind::Read, record)?;
                }
                Op::Store => {
                    self.references.writes += 1;
                    self.refer(Kind::Write, record)?;
                }
                Op::Modify => {
                    self.references.reads += 1;
                    self.refer(Kind::Read, record)?;
                    self.references.writes += 1;
                    self.refer(Kind::Write, record)?;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn refer(&mut self, kind: Kind, record: &Record) -> Result<(), OutOfMemory> {
        let size = if self.straddle == Straddle::First { 1 } else { record.size };
        self.lens.begin(Reference { kind, va: record.address, size: record.size, code: self.code });
        let data = Data::Untold(size);
        let pieces = match &mut self.target {
            Target::Identity(machine) => {
                let Ok(pa) = machine.pa(record.address) else { return Ok(()) };
                machine.access_physical(pa, kind, data, &mut self.lens).pieces
            }
            Target::Process(kernel, pid) => {
                let Ok(va) = kernel.machine().va(record.address) else { return Ok(()) };
                kernel.access(*pid, va, kind, data, &mut self.lens)?.pieces
            }
        };
        self.references.straddling += u64::from(pieces > 1);
        Ok(())
    }
}
