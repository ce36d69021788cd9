//! Processes: `fork`, `execve`, `exit`, `wait`, `getpid`.

use crate::kernel::abi::Args;
use crate::kernel::event::Watch;
use crate::kernel::ids::Pid;
use crate::kernel::kernel::Kernel;

use super::call::{Answer, Param, SystemCall};

/// Their rows.
pub const CALLS: &[SystemCall] = &[
    SystemCall {
        name: "fork",
        prototype: "pid_t fork(void)",
        help: "makes a copy of the process, which shares its frames until one of the two writes",
        params: &[],
        required: 0,
        fields: &[],
        run: fork,
    },
    SystemCall {
        name: "execve",
        prototype: "int execve(const char *path, char *const argv[], char *const envp[])",
        help: "replaces the address space by that of an executable",
        params: &[Param::Path, Param::Number, Param::Number],
        required: 1,
        fields: &[],
        run: execve,
    },
    SystemCall {
        name: "exit",
        prototype: "void exit(int status)",
        help: "ends the process: its memory and descriptors are given back",
        params: &[Param::Number],
        required: 1,
        fields: &[],
        run: exit,
    },
    SystemCall {
        name: "wait",
        prototype: "pid_t wait(int *wstatus)",
        help: "takes note of a child that ended, and answers its pid",
        params: &[Param::Number],
        required: 0,
        fields: &[],
        run: wait,
    },
    SystemCall {
        name: "getpid",
        prototype: "pid_t getpid(void)",
        help: "the number of the process",
        params: &[],
        required: 0,
        fields: &[],
        run: getpid,
    },
];

fn fork(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn execve(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn exit(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn wait(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn getpid(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}
