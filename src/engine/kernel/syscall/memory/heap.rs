//! `brk` and `sbrk`.

use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::call::SyscallResult;

/// Performs `brk(2)` with the C library's result: 0 or an error.
pub(crate) fn brk(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _: Observer<'_>) -> SyscallResult {
    Ok(set(kernel, pid, args.address(0)).map(|()| 0).into())
}

/// Moves the break. As in glibc, the call reports a failure only if the break remains below the requested
/// address. A failed decrease is not an error.
fn set(kernel: &mut Kernel, pid: Pid, to: u64) -> Result<(), Errno> {
    let moved = kernel.move_break(pid, to);
    let high_enough = kernel
        .process(pid)
        .is_some_and(|process| process.space.brk >= to);
    if high_enough { Ok(()) } else { moved }
}

/// `sbrk(3)`. Returns the old break.
pub(crate) fn sbrk(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    _: Observer<'_>,
) -> SyscallResult {
    Ok(shift(kernel, pid, args.offset(0)).into())
}

fn shift(kernel: &mut Kernel, pid: Pid, by: i64) -> Result<u64, Errno> {
    let old = kernel
        .process(pid)
        .map(|process| process.space.brk)
        .ok_or(Errno::ENOMEM)?;
    if by != 0 {
        set(
            kernel,
            pid,
            old.checked_add_signed(by).ok_or(Errno::ENOMEM)?,
        )?;
    }
    Ok(old)
}
