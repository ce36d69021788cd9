//! Memory: `mmap`, `munmap`, `mprotect`, `mremap`, `msync`, `madvise`, `brk`, `sbrk`, `mlock`, `munlock`.

mod advise;
mod constants;
mod failure;
mod heap;
mod lock;
mod map;
mod protect;
mod remap;

pub(crate) use constants::CONSTANTS;

use super::call::{ParamKind, SystemCall};

pub(crate) const CALLS: &[SystemCall] = &[
    SystemCall {
        name: "mmap",
        prototype: "void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)",
        help: "maps a file or anonymous memory into the address space",
        params: &[
            ParamKind::Bytes,
            ParamKind::Bytes,
            ParamKind::Number,
            ParamKind::Number,
            ParamKind::Number,
            ParamKind::Bytes,
        ],
        required: 6,
        fields: &[],
        run: map::mmap,
    },
    SystemCall {
        name: "munmap",
        prototype: "int munmap(void *addr, size_t length)",
        help: "takes mappings away",
        params: &[ParamKind::Bytes, ParamKind::Bytes],
        required: 2,
        fields: &[],
        run: map::munmap,
    },
    SystemCall {
        name: "mprotect",
        prototype: "int mprotect(void *addr, size_t length, int prot)",
        help: "changes what pages may be used for",
        params: &[ParamKind::Bytes, ParamKind::Bytes, ParamKind::Number],
        required: 3,
        fields: &[],
        run: protect::mprotect,
    },
    SystemCall {
        name: "mremap",
        prototype: "void *mremap(void *old_address, size_t old_size, size_t new_size, int flags, ... /* void *new_address */ )",
        help: "makes a mapping longer or shorter, or moves it",
        params: &[ParamKind::Bytes, ParamKind::Bytes, ParamKind::Bytes, ParamKind::Number, ParamKind::Bytes],
        required: 4,
        fields: &[],
        run: remap::mremap,
    },
    SystemCall {
        name: "msync",
        prototype: "int msync(void *addr, size_t length, int flags)",
        help: "writes what was stored to shared file pages to the file",
        params: &[ParamKind::Bytes, ParamKind::Bytes, ParamKind::Number],
        required: 3,
        fields: &[],
        run: advise::msync,
    },
    SystemCall {
        name: "madvise",
        prototype: "int madvise(void *addr, size_t length, int advice)",
        help: "says how pages will be used",
        params: &[ParamKind::Bytes, ParamKind::Bytes, ParamKind::Number],
        required: 3,
        fields: &[],
        run: advise::madvise,
    },
    SystemCall {
        name: "brk",
        prototype: "int brk(void *addr)",
        help: "sets where the heap ends",
        params: &[ParamKind::Bytes],
        required: 1,
        fields: &[],
        run: heap::brk,
    },
    SystemCall {
        name: "sbrk",
        prototype: "void *sbrk(intptr_t increment)",
        help: "moves where the heap ends, and answers where it was",
        params: &[ParamKind::Bytes],
        required: 1,
        fields: &[],
        run: heap::sbrk,
    },
    SystemCall {
        name: "mlock",
        prototype: "int mlock(const void *addr, size_t length)",
        help: "brings pages into memory and keeps them there",
        params: &[ParamKind::Bytes, ParamKind::Bytes],
        required: 2,
        fields: &[],
        run: lock::mlock,
    },
    SystemCall {
        name: "munlock",
        prototype: "int munlock(const void *addr, size_t length)",
        help: "lets pages leave memory again",
        params: &[ParamKind::Bytes, ParamKind::Bytes],
        required: 2,
        fields: &[],
        run: lock::munlock,
    },
];
