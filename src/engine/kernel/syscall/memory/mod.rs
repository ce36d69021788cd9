//! System calls for memory: `mmap`, `munmap`, `mprotect`, `mremap`, `msync`, `madvise`, `brk`, `sbrk`,
//! `mlock`, and `munlock`.

mod advise;
pub(crate) mod constants;
mod map;
mod protect;
mod remap;

pub(crate) use constants::{CONSTANTS, MREMAP_MAYMOVE};
pub(crate) use remap::mremap;

use super::call::ParamKind::{Bytes, Number};
use super::call::{SystemCall, into_result};

pub(crate) const CALLS: &[SystemCall] = &[
    SystemCall::new(
        "mmap",
        "void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)",
        "maps a file or anonymous memory into the address space",
        &[Bytes, Bytes, Number, Number, Number, Bytes],
        |kernel, pid, args, watch| into_result(map::mmap(kernel, pid, args, watch)),
    ),
    SystemCall::new(
        "munmap",
        "int munmap(void *addr, size_t length)",
        "removes mappings",
        &[Bytes, Bytes],
        |kernel, pid, args, _| Ok(map::munmap(kernel, pid, args.address(0), args.size(1)).into()),
    ),
    SystemCall::new(
        "mprotect",
        "int mprotect(void *addr, size_t length, int prot)",
        "changes the permissions of pages",
        &[Bytes, Bytes, Number],
        |kernel, pid, args, watch| into_result(protect::mprotect(kernel, pid, args, watch)),
    ),
    SystemCall::new(
        "mremap",
        "void *mremap(void *old_address, size_t old_size, size_t new_size, int flags, ... /* void *new_address */ )",
        "resizes or moves a mapping",
        &[Bytes, Bytes, Bytes, Number, Bytes],
        |kernel, pid, args, watch| into_result(remap::mremap(kernel, pid, args, watch)),
    )
    .optional(1),
    SystemCall::new(
        "msync",
        "int msync(void *addr, size_t length, int flags)",
        "writes dirty shared pages to their file",
        &[Bytes, Bytes, Number],
        |kernel, pid, args, _| Ok(advise::msync(kernel, pid, args).into()),
    ),
    SystemCall::new(
        "madvise",
        "int madvise(void *addr, size_t length, int advice)",
        "advises the kernel about the use of pages",
        &[Bytes, Bytes, Number],
        |kernel, pid, args, watch| into_result(advise::madvise(kernel, pid, args, watch)),
    ),
    SystemCall::new(
        "brk",
        "int brk(void *addr)",
        "sets the end of the heap",
        &[Bytes],
        |kernel, pid, args, _| Ok(map::brk(kernel, pid, args.address(0)).map(|()| 0).into()),
    ),
    SystemCall::new(
        "sbrk",
        "void *sbrk(intptr_t increment)",
        "moves the end of the heap and returns the old end",
        &[Bytes],
        |kernel, pid, args, _| Ok(map::sbrk(kernel, pid, args.offset(0)).into()),
    ),
    SystemCall::new(
        "mlock",
        "int mlock(const void *addr, size_t length)",
        "makes pages resident and locks them in memory",
        &[Bytes, Bytes],
        |kernel, pid, args, watch| into_result(protect::mlock(kernel, pid, args, watch)),
    ),
    SystemCall::new(
        "munlock",
        "int munlock(const void *addr, size_t length)",
        "unlocks pages, so that they can be evicted",
        &[Bytes, Bytes],
        |kernel, pid, args, _| Ok(protect::munlock(kernel, pid, args).into()),
    ),
];
