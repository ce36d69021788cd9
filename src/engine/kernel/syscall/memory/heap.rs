//! `brk` and `sbrk`.

use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::call::SyscallResult;

/// `brk(2)`, as the C library has it: 0, or an error.
pub(crate) fn brk(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _: Observer<'_>) -> SyscallResult {
    Ok(kernel.move_break(pid, args.address(0)).map(|()| 0).into())
}

/// `sbrk(3)`: the old break.
pub(crate) fn sbrk(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _: Observer<'_>) -> SyscallResult {
    Ok(shift(kernel, pid, args.offset(0)).into())
}

fn shift(kernel: &mut Kernel, pid: Pid, by: i64) -> Result<u64, Errno> {
    let old = kernel.process(pid).map(|process| process.space.brk).ok_or(Errno::ENOMEM)?;
    if by != 0 {
        kernel.move_break(pid, old.checked_add_signed(by).ok_or(Errno::ENOMEM)?)?;
    }
    Ok(old)
}
