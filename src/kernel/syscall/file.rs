//! Files: `open`, `close`, `read`, `write`, `pread`, `pwrite`, `lseek`, `fstat`, `ftruncate`.

use crate::kernel::abi::Args;
use crate::kernel::event::Watch;
use crate::kernel::ids::Pid;
use crate::kernel::kernel::Kernel;

use super::call::{Answer, Param, SystemCall};

/// Their rows.
pub const CALLS: &[SystemCall] = &[
    SystemCall {
        name: "open",
        prototype: "int open(const char *path, int flags, ... /* mode_t mode */ )",
        help: "opens a file: the lowest free descriptor",
        params: &[Param::Path, Param::Number, Param::Number],
        required: 2,
        fields: &[],
        run: open,
    },
    SystemCall {
        name: "close",
        prototype: "int close(int fd)",
        help: "closes a descriptor",
        params: &[Param::Number],
        required: 1,
        fields: &[],
        run: close,
    },
    SystemCall {
        name: "read",
        prototype: "ssize_t read(int fd, void *buf, size_t count)",
        help: "reads from where the offset is",
        params: &[Param::Number, Param::Buffer, Param::Number],
        required: 3,
        fields: &[],
        run: read,
    },
    SystemCall {
        name: "write",
        prototype: "ssize_t write(int fd, const void *buf, size_t count)",
        help: "writes from where the offset is",
        params: &[Param::Number, Param::Buffer, Param::Number],
        required: 3,
        fields: &[],
        run: write,
    },
    SystemCall {
        name: "pread",
        prototype: "ssize_t pread(int fd, void *buf, size_t count, off_t offset)",
        help: "reads from an offset, without moving the descriptor's",
        params: &[Param::Number, Param::Buffer, Param::Number, Param::Number],
        required: 4,
        fields: &[],
        run: pread,
    },
    SystemCall {
        name: "pwrite",
        prototype: "ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)",
        help: "writes from an offset, without moving the descriptor's",
        params: &[Param::Number, Param::Buffer, Param::Number, Param::Number],
        required: 4,
        fields: &[],
        run: pwrite,
    },
    SystemCall {
        name: "lseek",
        prototype: "off_t lseek(int fd, off_t offset, int whence)",
        help: "moves the offset of a descriptor",
        params: &[Param::Number, Param::Number, Param::Number],
        required: 3,
        fields: &[],
        run: lseek,
    },
    SystemCall {
        name: "fstat",
        prototype: "int fstat(int fd, struct stat *statbuf)",
        help: "tells of a file: `fstat(fd).st_size`",
        params: &[Param::Number, Param::Buffer],
        required: 1,
        fields: &["st_size", "st_ino", "st_blksize"],
        run: fstat,
    },
    SystemCall {
        name: "ftruncate",
        prototype: "int ftruncate(int fd, off_t length)",
        help: "changes the size of a file",
        params: &[Param::Number, Param::Number],
        required: 2,
        fields: &[],
        run: ftruncate,
    },
];

fn open(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn close(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn read(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn write(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn pread(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn pwrite(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn lseek(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn fstat(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}

fn ftruncate(_kernel: &mut Kernel, _pid: Pid, _args: Args<'_>, _watch: &mut dyn Watch) -> Answer {
    todo!()
}
