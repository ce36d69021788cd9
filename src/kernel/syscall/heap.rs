//! The C library's heap: `malloc`, `free`.

use crate::kernel::abi::Args;
use crate::kernel::event::Watch;
use crate::kernel::ids::Pid;
use crate::kernel::kernel::Kernel;

use super::call::{Answer, Param, SystemCall};

/// Their rows.
pub const CALLS: &[SystemCall] = &[
    SystemCall {
        name: "malloc",
        prototype: "void *malloc(size_t size)",
        help: "a block of memory: from the heap, a large one from `mmap`",
        params: &[Param::Number],
        required: 1,
        fields: &[],
        run: malloc,
    },
    SystemCall {
        name: "free",
        prototype: "void free(void *ptr)",
        help: "gives a block of `malloc` back",
        params: &[Param::Number],
        required: 1,
        fields: &[],
        run: free,
    },
];

fn malloc(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn free(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}
