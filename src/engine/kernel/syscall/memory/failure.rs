//! The failure of a system call.

use crate::kernel::abi::Errno;
use crate::kernel::state::OutOfMemory;
use crate::kernel::syscall::call::SyscallResult;

/// An error returned to the process, or a lack of memory in the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFailure {
    Errno(Errno),
    /// A frame is needed, and none is free.
    Memory,
}

impl From<Errno> for CallFailure {
    fn from(error: Errno) -> Self {
        CallFailure::Errno(error)
    }
}

/// A call that has no memory for a page table fails with ENOMEM.
impl From<OutOfMemory> for CallFailure {
    fn from(why: OutOfMemory) -> Self {
        match why {
            OutOfMemory::Frames => CallFailure::Memory,
            OutOfMemory::Tables => CallFailure::Errno(Errno::ENOMEM),
        }
    }
}

pub(crate) fn into_result(result: Result<u64, CallFailure>) -> SyscallResult {
    match result {
        Ok(value) => Ok(Ok(value).into()),
        Err(CallFailure::Errno(error)) => Ok(Err(error).into()),
        Err(CallFailure::Memory) => Err(OutOfMemory::Frames),
    }
}
