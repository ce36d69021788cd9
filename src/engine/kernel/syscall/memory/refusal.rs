//! Why a call is not done.

use crate::kernel::abi::Errno;
use crate::kernel::state::OutOfMemory;
use crate::kernel::syscall::call::Answer;

/// An error that the process is told, or memory that the simulation does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The call fails.
    Errno(Errno),
    /// A frame is needed and there is none.
    Memory,
}

impl From<Errno> for Refusal {
    fn from(error: Errno) -> Self {
        Refusal::Errno(error)
    }
}

/// Without room for a page table a call answers ENOMEM.
impl From<OutOfMemory> for Refusal {
    fn from(why: OutOfMemory) -> Self {
        match why {
            OutOfMemory::Frames => Refusal::Memory,
            OutOfMemory::Tables => Refusal::Errno(Errno::ENOMEM),
        }
    }
}

/// What a call answers.
pub fn answer(result: Result<u64, Refusal>) -> Answer {
    match result {
        Ok(value) => Ok(Ok(value).into()),
        Err(Refusal::Errno(error)) => Ok(Err(error).into()),
        Err(Refusal::Memory) => Err(OutOfMemory::Frames),
    }
}
