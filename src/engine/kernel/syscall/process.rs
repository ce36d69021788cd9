//! Processes: `fork`, `execve`, `exit`, `wait`, `getpid`.

use crate::kernel::abi::{Args, Errno, Reply};
use crate::kernel::event::Observer;
use crate::kernel::ids::{FileId, Pid};
use crate::kernel::state::{Kernel, OutOfMemory};

use super::call::ParamKind::{Bytes, Number, Path};
use super::call::{SyscallResult, SystemCall, path};

pub(crate) const CALLS: &[SystemCall] = &[
    SystemCall::new(
        "fork",
        "pid_t fork(void)",
        "copies the process; parent and child share each frame until one of them writes to it",
        &[],
        fork,
    ),
    SystemCall::new(
        "execve",
        "int execve(const char *path, char *const argv[], char *const envp[])",
        "replaces the process's program with an executable",
        &[Path, Bytes, Bytes],
        execve,
    )
    .optional(2),
    SystemCall::new(
        "exit",
        "void exit(int status)",
        "ends the process and frees its memory and descriptors",
        &[Number],
        exit,
    ),
    SystemCall::new(
        "wait",
        "pid_t wait(int *wstatus)",
        "reaps a terminated child and returns its PID",
        &[Bytes],
        wait,
    )
    .optional(1),
    SystemCall::new(
        "getpid",
        "pid_t getpid(void)",
        "returns the PID of the process",
        &[],
        getpid,
    ),
];

/// Size of a pointer in bytes.
const POINTER: u64 = 8;

/// The maximum number of strings in `argv` or `envp`.
const MOST_STRINGS: u64 = 4096;

fn fork(kernel: &mut Kernel, pid: Pid, _args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let child = kernel.fork(pid, watch);
    Ok(Reply {
        child: child.ok(),
        ..child.map(|child| child.0.into()).into()
    })
}

/// `execve(2)`. The strings in `argv` and `envp` are not copied to the new stack. NULL means an empty list,
/// as on Linux.
fn execve(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let name = path(kernel, pid, args.buffer(0), watch)?;
    let found = name.and_then(|name| kernel.file_named(&name).ok_or(Errno::ENOENT));
    let executable = |file: &FileId| kernel.files().executables.contains_key(file);
    let program = found.and_then(|file| Some(file).filter(executable).ok_or(Errno::EACCES));
    let file = match program {
        Ok(file) => file,
        Err(error) => return Ok(Err(error).into()),
    };
    for list in [args.address(1), args.address(2)] {
        if let Err(error) = check_strings(kernel, pid, list, watch)? {
            return Ok(Err(error).into());
        }
    }
    Ok(kernel.exec(pid, file).map(|()| 0).into())
}

/// Checks that a NULL-terminated list of pointers is readable. Returns EFAULT if the list is not readable, or
/// E2BIG if it is too long.
fn check_strings(
    kernel: &mut Kernel,
    pid: Pid,
    list: u64,
    watch: Observer<'_>,
) -> Result<Result<(), Errno>, OutOfMemory> {
    if list == 0 {
        return Ok(Ok(()));
    }
    for at in 0..MOST_STRINGS {
        let mut pointer = [0; POINTER as usize];
        let Some(from) = list.checked_add(at * POINTER) else {
            return Ok(Err(Errno::EFAULT));
        };
        if kernel.copy_in(pid, from, &mut pointer, watch)? < pointer.len() {
            return Ok(Err(Errno::EFAULT));
        }
        if pointer == [0; POINTER as usize] {
            return Ok(Ok(()));
        }
    }
    Ok(Err(Errno::E2BIG))
}

/// `exit(3)`. The process ends, so the reply is not used.
fn exit(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    kernel.end(pid, (args.int(0) as u32 & 0xFF) << 8);
    Ok(Ok(0).into())
}

fn wait(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    wait_for(kernel, pid, None, args.address(0), watch)
}

/// `wait(2)`, or `waitpid(2)` with a child. As on Linux, reaps the child even if the call cannot write the child's
/// status to the address `at`.
pub(crate) fn wait_for(
    kernel: &mut Kernel,
    pid: Pid,
    child: Option<Pid>,
    at: u64,
    watch: Observer<'_>,
) -> SyscallResult {
    let (child, status) = match kernel.wait(pid, child) {
        Ok(ended) => ended,
        Err(error) => return Ok(Err(error).into()),
    };
    if at != 0 && kernel.copy_out(pid, at, &status.to_le_bytes(), watch)? < 4 {
        return Ok(Err(Errno::EFAULT).into());
    }
    Ok(Ok(child.0.into()).into())
}

fn getpid(_kernel: &mut Kernel, pid: Pid, _args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(Ok(pid.0.into()).into())
}
