//! System calls for files: `open`, `close`, `dup`, `dup2`, `read`, `write`, `pread`, `pwrite`, `lseek`, `fstat`, and
//! `ftruncate`.

use crate::kernel::abi::{
    Args, Buffer, Errno, O_APPEND, O_CLOEXEC, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY, Reply,
};
use crate::kernel::event::Observer;
use crate::kernel::file::Fill;
use crate::kernel::ids::{FileId, Pid};
use crate::kernel::spawn::MOST_BYTES;
use crate::kernel::state::{Kernel, OpenFile, OutOfMemory};

use super::call::ParamKind::{self, Bytes, Number, Path};
use super::call::{SyscallResult, SystemCall, path};
use super::transfer::Direction::{In, Out};
use super::transfer::transfer;

/// The fields that `fstat` fills in.
const STAT_FIELDS: &[&str] = &["st_ino", "st_mode", "st_nlink", "st_size", "st_blksize"];

pub(crate) const CALLS: &[SystemCall] = &[
    SystemCall::new(
        "open",
        "int open(const char *path, int flags, ... /* mode_t mode */ )",
        "opens a file and returns the lowest free descriptor",
        &[Path, Number, Number],
        open,
    )
    .optional(1),
    SystemCall::new(
        "close",
        "int close(int fd)",
        "closes a descriptor",
        &[Number],
        close,
    ),
    SystemCall::new(
        "dup",
        "int dup(int oldfd)",
        "returns the lowest free descriptor as another one for the same open file",
        &[Number],
        dup,
    ),
    SystemCall::new(
        "dup2",
        "int dup2(int oldfd, int newfd)",
        "lets a descriptor refer to the open file of another one, and closes what it referred to",
        &[Number, Number],
        dup2,
    ),
    SystemCall::new(
        "read",
        "ssize_t read(int fd, void *buf, size_t count)",
        "reads from a file, starting at the descriptor's offset",
        &[Number, ParamKind::Buffer, Bytes],
        |kernel, pid, args, watch| transfer(kernel, pid, args, (In, None), watch),
    ),
    SystemCall::new(
        "write",
        "ssize_t write(int fd, const void *buf, size_t count)",
        "writes to a file, starting at the descriptor's offset",
        &[Number, ParamKind::Buffer, Bytes],
        |kernel, pid, args, watch| transfer(kernel, pid, args, (Out, None), watch),
    ),
    SystemCall::new(
        "pread",
        "ssize_t pread(int fd, void *buf, size_t count, off_t offset)",
        "reads from a given offset without moving the descriptor's offset",
        &[Number, ParamKind::Buffer, Bytes, Bytes],
        |kernel, pid, args, watch| transfer(kernel, pid, args, (In, Some(args.offset(3))), watch),
    ),
    SystemCall::new(
        "pwrite",
        "ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)",
        "writes at a given offset without moving the descriptor's offset",
        &[Number, ParamKind::Buffer, Bytes, Bytes],
        |kernel, pid, args, watch| transfer(kernel, pid, args, (Out, Some(args.offset(3))), watch),
    ),
    SystemCall::new(
        "lseek",
        "off_t lseek(int fd, off_t offset, int whence)",
        "moves the offset of a descriptor",
        &[Number, Bytes, Number],
        lseek,
    ),
    SystemCall::new(
        "fstat",
        "int fstat(int fd, struct stat *statbuf)",
        "returns information about a file, as in `fstat(fd).st_size`",
        &[Number, ParamKind::Buffer],
        fstat,
    )
    .optional(1)
    .filling(STAT_FIELDS),
    SystemCall::new(
        "ftruncate",
        "int ftruncate(int fd, off_t length)",
        "changes the size of a file",
        &[Number, Bytes],
        ftruncate,
    ),
];

/// `open(2)`. Simulated files have no directories, owners, or modes.
fn open(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let name = path(kernel, pid, args.buffer(0), watch)?;
    Ok(name
        .and_then(|name| open_named(kernel, pid, &name, args.int(1)))
        .into())
}

fn open_named(kernel: &mut Kernel, pid: Pid, name: &str, flags: i32) -> Result<u64, Errno> {
    let fd = kernel.free_descriptor(pid)?;
    let file = match kernel.file_named(name) {
        Some(_) if flags & O_CREAT != 0 && flags & O_EXCL != 0 => return Err(Errno::EEXIST),
        Some(file) => {
            if flags & O_TRUNC != 0 {
                kernel.file_truncate(file, 0);
            }
            file
        }
        None if flags & O_CREAT != 0 => kernel.add_file(name.into(), Fill::Byte(0), 0),
        None => return Err(Errno::ENOENT),
    };
    // Access mode 3 allows neither reading nor writing, as on Linux.
    let mode = flags & (O_WRONLY | O_RDWR);
    let open = OpenFile {
        file: Some(file),
        offset: 0,
        read: mode == 0 || mode == O_RDWR,
        write: mode == O_WRONLY || mode == O_RDWR,
        append: flags & O_APPEND != 0,
        users: 0,
        serial: 0,
    };
    kernel.install(pid, fd, open, flags & O_CLOEXEC != 0);
    Ok(fd.into())
}

fn close(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(kernel.close_descriptor(pid, args.int(0)).map(|()| 0).into())
}

fn dup(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(kernel.duplicate(pid, args.int(0), None).into())
}

fn dup2(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(kernel.duplicate(pid, args.int(0), Some(args.int(1))).into())
}

fn lseek(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(seek(kernel, pid, args.int(0), args.offset(1), args.int(2)).into())
}

fn seek(kernel: &mut Kernel, pid: Pid, fd: i32, by: i64, whence: i32) -> Result<u64, Errno> {
    let (id, open) = kernel.descriptor(pid, fd)?;
    if !(0..=2).contains(&whence) {
        return Err(Errno::EINVAL);
    }
    let file = open.file.ok_or(Errno::ESPIPE)?;
    let from = match whence {
        0 => 0,
        1 => open.offset,
        _ => kernel.file_size(file),
    };
    let to = from
        .checked_add_signed(by)
        .filter(|to| *to <= MOST_BYTES)
        .ok_or(Errno::EINVAL)?;
    kernel.set_offset(id, to);
    Ok(to)
}

/// `fstat(2)`. The buffer is optional because the reply also contains the fields.
fn fstat(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let open = match kernel.descriptor(pid, args.int(0)) {
        Ok((_, open)) => open,
        Err(error) => return Ok(Err(error).into()),
    };
    let values = stat(kernel, open.file);
    if args.given(1) && !put_stat(kernel, pid, args.buffer(1), &values, watch)? {
        return Ok(Err(Errno::EFAULT).into());
    }
    let fields = STAT_FIELDS.iter().copied().zip(values).collect();
    Ok(Reply {
        fields,
        ..Ok(0).into()
    })
}

/// The values of [`STAT_FIELDS`]. The terminal is a character device with one link and the block size of a
/// pseudoterminal.
fn stat(kernel: &Kernel, file: Option<FileId>) -> [u64; 5] {
    let Some(file) = file else {
        return [0, 0o20_620, 1, 0, 1024];
    };
    let mode = if kernel.files().executables.contains_key(&file) {
        // Files have no owners and no mode: each can be read and written, and only an executable can run.
        0o100_755
    } else {
        0o100_644
    };
    [
        file.0.into(),
        mode,
        1,
        kernel.file_size(file),
        kernel.page_size(),
    ]
}

/// Writes a `struct stat` of x86-64. Returns false if the buffer is not writable.
fn put_stat(
    kernel: &mut Kernel,
    pid: Pid,
    to: Buffer<'_>,
    [ino, mode, nlink, size, blksize]: &[u64; 5],
    watch: Observer<'_>,
) -> Result<bool, OutOfMemory> {
    let Buffer::At(at) = to else { return Ok(false) };
    let mut bytes = [0; 144];
    for (offset, value) in [(8, ino), (16, nlink), (24, mode), (48, size), (56, blksize)] {
        bytes[offset..offset + 8].copy_from_slice(&value.to_le_bytes());
    }
    Ok(kernel.copy_out(pid, at, &bytes, watch)? == bytes.len())
}

fn ftruncate(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(truncate(kernel, pid, args.int(0), args.offset(1))
        .map(|()| 0)
        .into())
}

fn truncate(kernel: &mut Kernel, pid: Pid, fd: i32, length: i64) -> Result<(), Errno> {
    let length = u64::try_from(length).map_err(|_| Errno::EINVAL)?;
    let (_, open) = kernel.descriptor(pid, fd)?;
    let file = open.file.filter(|_| open.write).ok_or(Errno::EINVAL)?;
    kernel.file_truncate(file, length);
    Ok(())
}
