//! An access of a process: the hardware's, with faults handled and the access done again.

use crate::machine::addr::{Pa, Va};
use crate::machine::event::{Kind, Mode};
use crate::machine::{Data, Machine};

use super::event::{Class, Watch};
use super::ids::Pid;
use super::kernel::{Kernel, OutOfMemory};

/// What came of an access of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Parts that it was done in, the one that could not be done included; a part done again after a fault counts once.
    pub pieces: u32,
    /// Bytes moved.
    pub done: usize,
    /// Physical address of the first part.
    pub pa: Option<Pa>,
    /// The fault that ended it.
    pub killed: Option<Class>,
}

impl Kernel {
    /// An access by a process on the current core, which switches to it if another ran there. After a fatal fault with
    /// `signals kill` the process has ended.
    ///
    /// # Errors
    /// If a fault needs memory and there is none; earlier parts have happened.
    pub fn access<W: Watch>(
        &mut self,
        _pid: Pid,
        _va: Va,
        _kind: Kind,
        _data: Data<'_>,
        _watch: &mut W,
    ) -> Result<Outcome, OutOfMemory> {
        todo!()
    }

    /// The MMU alone, with faults handled: TLBs, walk, no data cache. `mode` supervisor is what the kernel itself may do.
    ///
    /// # Errors
    /// As [`Kernel::access`].
    pub fn translate<W: Watch>(
        &mut self,
        _pid: Pid,
        _va: Va,
        _kind: Kind,
        _mode: Mode,
        _watch: &mut W,
    ) -> Result<Outcome, OutOfMemory> {
        todo!()
    }

    /// The bytes that a load by the process would read, pages that are not in memory included; the number of them before
    /// the first that cannot be read (outside every area, forbidden, past the end of a file). No state changes.
    pub fn peek(&self, _pid: Pid, _va: Va, _out: &mut [u8]) -> usize {
        todo!()
    }

    /// The current core goes on with a process: a context switch, unless it ran there already.
    pub fn switch_to(&mut self, _pid: Pid) {
        todo!()
    }
}

/// A machine in the address space of a process, for looking at its page table: a copy, which costs little.
impl Kernel {
    /// The machine as it would be while the process runs on the current core: its page table can be listed.
    pub fn machine_of(&self, _pid: Pid) -> Machine {
        todo!()
    }
}
