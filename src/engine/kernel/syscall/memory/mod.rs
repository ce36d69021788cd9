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
use super::call::SystemCall;

pub(crate) const CALLS: &[SystemCall] = &[
    SystemCall {
        name: "mmap",
        prototype: "void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)",
        help: "maps a file or anonymous memory into the address space",
        params: &[Bytes, Bytes, Number, Number, Number, Bytes],
        required: 6,
        failure: -1,
        fields: &[],
        run: map::mmap,
    },
    SystemCall {
        name: "munmap",
        prototype: "int munmap(void *addr, size_t length)",
        help: "removes mappings",
        params: &[Bytes, Bytes],
        required: 2,
        failure: -1,
        fields: &[],
        run: map::munmap,
    },
    SystemCall {
        name: "mprotect",
        prototype: "int mprotect(void *addr, size_t length, int prot)",
        help: "changes the permissions of pages",
        params: &[Bytes, Bytes, Number],
        required: 3,
        failure: -1,
        fields: &[],
        run: protect::mprotect,
    },
    SystemCall {
        name: "mremap",
        prototype: "void *mremap(void *old_address, size_t old_size, size_t new_size, int flags, ... /* void *new_address */ )",
        help: "resizes or moves a mapping",
        params: &[Bytes, Bytes, Bytes, Number, Bytes],
        required: 4,
        failure: -1,
        fields: &[],
        run: remap::mremap,
    },
    SystemCall {
        name: "msync",
        prototype: "int msync(void *addr, size_t length, int flags)",
        help: "writes dirty shared pages to their file",
        params: &[Bytes, Bytes, Number],
        required: 3,
        failure: -1,
        fields: &[],
        run: advise::msync,
    },
    SystemCall {
        name: "madvise",
        prototype: "int madvise(void *addr, size_t length, int advice)",
        help: "advises the kernel about the use of pages",
        params: &[Bytes, Bytes, Number],
        required: 3,
        failure: -1,
        fields: &[],
        run: advise::madvise,
    },
    SystemCall {
        name: "brk",
        prototype: "int brk(void *addr)",
        help: "sets the end of the heap",
        params: &[Bytes],
        required: 1,
        failure: -1,
        fields: &[],
        run: map::brk,
    },
    SystemCall {
        name: "sbrk",
        prototype: "void *sbrk(intptr_t increment)",
        help: "moves the end of the heap and returns the old end",
        params: &[Bytes],
        required: 1,
        failure: -1,
        fields: &[],
        run: map::sbrk,
    },
    SystemCall {
        name: "mlock",
        prototype: "int mlock(const void *addr, size_t length)",
        help: "makes pages resident and locks them in memory",
        params: &[Bytes, Bytes],
        required: 2,
        failure: -1,
        fields: &[],
        run: protect::mlock,
    },
    SystemCall {
        name: "munlock",
        prototype: "int munlock(const void *addr, size_t length)",
        help: "unlocks pages, so that they can be evicted",
        params: &[Bytes, Bytes],
        required: 2,
        failure: -1,
        fields: &[],
        run: protect::munlock,
    },
];
