//! Memory: `mmap`, `munmap`, `mprotect`, `mremap`, `msync`, `madvise`, `brk`, `sbrk`, `mlock`, `munlock`.

use crate::kernel::abi::Constant;

use super::call::SystemCall;

/// Their rows.
pub const CALLS: &[SystemCall] = &[];

/// Their constants.
pub const CONSTANTS: &[Constant] = &[];
