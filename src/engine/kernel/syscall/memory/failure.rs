//! Why a call is not done.

use crate::kernel::abi::Errno;
use crate::kernel::state::OutOfMemory;
use crate::kernel::syscall::call::SyscallResult;

/// An error that the process is told, or memory that the simulation does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFailure {
    Errno(Errno),
    /// A frame is needed and there is none.
    Memory,
}

impl From<Errno> for CallFailure {
    fn from(error: Errno) -> Self {
        CallFailure::Errno(error)
    }
}

/// Without room for a page table a call answers ENOMEM.
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
