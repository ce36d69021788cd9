//! `read`, `write`, `pread`, and `pwrite`: transfers between a file and the memory of a process, page by page.

use crate::kernel::abi::{Args, Buffer, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::{FileId, OpenId, Pid};
use crate::kernel::spawn::MOST_BYTES;
use crate::kernel::state::{Kernel, OpenFile, OutOfMemory};

use super::call::SyscallResult;

/// The maximum number of bytes that Linux transfers in a call (`MAX_RW_COUNT`).
const MOST_OF_LINUX: u64 = 0x7FFF_F000;

/// The maximum number of bytes that a call transfers in Pagewalk. A longer `read` or `write` transfers only
/// this many bytes.
const MOST_AT_ONCE: u64 = 16 << 20;

/// The maximum number of bytes per transfer between file and memory.
const CHUNK: u64 = 64 << 10;

/// The maximum number of bytes of terminal output that the kernel keeps for a process.
const MOST_OF_TERMINAL: usize = 1 << 20;

/// The arguments of a transfer after all checks.
#[derive(Clone, Copy)]
struct TransferRequest<'a> {
    id: OpenId,
    open: OpenFile,
    buffer: Buffer<'a>,
    count: u64,
    offset: u64,
    /// Whether the descriptor's offset advances.
    follows: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

/// Performs a transfer. `at` is the offset in the file, or `None` for the offset of the descriptor.
pub(super) fn transfer(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    (way, at): (Direction, Option<i64>),
    watch: Observer<'_>,
) -> SyscallResult {
    let request = match request(kernel, pid, args, way, at) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error).into()),
    };
    Ok(match (request.open.file, way) {
        // The terminal's input is always at end of file.
        (None, Direction::In) => Ok(0),
        (None, Direction::Out) => to_terminal(kernel, pid, &request, watch)?,
        (Some(file), Direction::In) => from_file(kernel, pid, &request, file, watch)?,
        (Some(file), Direction::Out) => to_file(kernel, pid, &request, file, watch)?,
    }
    .into())
}

/// Checks a call in the same order as Linux (`ksys_pread64`, `vfs_read`, `rw_verify_area`).
fn request<'a>(
    kernel: &Kernel,
    pid: Pid,
    args: Args<'a>,
    way: Direction,
    at: Option<i64>,
) -> Result<TransferRequest<'a>, Errno> {
    let at = at
        .map(u64::try_from)
        .transpose()
        .map_err(|_| Errno::EINVAL)?;
    let (id, open) = kernel.descriptor(pid, args.int(0))?;
    if at.is_some() && open.file.is_none() {
        return Err(Errno::ESPIPE);
    }
    if !(if way == Direction::In {
        open.read
    } else {
        open.write
    }) {
        return Err(Errno::EBADF);
    }
    let (buffer, count) = (args.buffer(1), args.size(2));
    if let Buffer::At(start) = buffer
        && start
            .checked_add(count)
            .is_none_or(|end| end > kernel.user_end())
    {
        return Err(Errno::EFAULT);
    }
    let offset = at.unwrap_or(open.offset);
    if offset.checked_add(count).is_none_or(|end| end > MOST_BYTES) {
        return Err(Errno::EINVAL);
    }
    let count = count.min(MOST_OF_LINUX).min(MOST_AT_ONCE);
    Ok(TransferRequest {
        id,
        open,
        buffer,
        count,
        offset,
        follows: at.is_none(),
    })
}

/// The result of a call whose buffer was accessible up to `done`.
fn part_done(done: u64, fault: bool) -> Result<u64, Errno> {
    if fault && done == 0 {
        Err(Errno::EFAULT)
    } else {
        Ok(done)
    }
}

/// Number of bytes up to the end of the file page, at most `rest`.
fn chunk(kernel: &Kernel, offset: u64, rest: u64) -> usize {
    let page = kernel.page_size();
    (page - offset % page).min(rest).min(CHUNK) as usize
}

fn from_file(
    kernel: &mut Kernel,
    pid: Pid,
    request: &TransferRequest<'_>,
    file: FileId,
    watch: Observer<'_>,
) -> Result<Result<u64, Errno>, OutOfMemory> {
    let (mut done, mut fault) = (0, false);
    while done < request.count && !fault {
        let at = request.offset + done;
        let mut bytes = vec![0; chunk(kernel, at, request.count - done)];
        let there = kernel.file_read(file, at, &mut bytes);
        let moved = match request.buffer {
            Buffer::At(start) => kernel.copy_out(pid, start + done, &bytes[..there], watch)?,
            Buffer::Bytes(_) => 0,
        };
        kernel.moved(moved);
        done += moved as u64;
        fault = moved < there;
        if there < bytes.len() {
            break;
        }
    }
    if request.follows {
        kernel.set_offset(request.id, request.offset + done);
    }
    Ok(part_done(done, fault))
}

fn to_file(
    kernel: &mut Kernel,
    pid: Pid,
    request: &TransferRequest<'_>,
    file: FileId,
    watch: Observer<'_>,
) -> Result<Result<u64, Errno>, OutOfMemory> {
    if request.count == 0 {
        return Ok(Ok(0));
    }
    // With O_APPEND, `pwrite` also appends, as on Linux.
    let start = if request.open.append {
        kernel.file_size(file)
    } else {
        request.offset
    };
    let room = MOST_BYTES - start.min(MOST_BYTES);
    if room == 0 {
        return Ok(Err(Errno::EFBIG));
    }
    let count = request.count.min(room);
    let (mut done, mut fault) = (0, false);
    while done < count && !fault {
        let mut bytes = vec![0; chunk(kernel, start + done, count - done)];
        let there = fetch(kernel, pid, request.buffer, done, &mut bytes, watch)?;
        kernel.file_write(file, start + done, &bytes[..there]);
        kernel.moved(there);
        done += there as u64;
        // As on Linux, retry the rest of the transfer, because the buffer may map a newly added part of the
        // file.
        fault = there == 0;
    }
    if request.follows && done > 0 {
        kernel.set_offset(request.id, start + done);
    }
    Ok(part_done(done, fault))
}

fn to_terminal(
    kernel: &mut Kernel,
    pid: Pid,
    request: &TransferRequest<'_>,
    watch: Observer<'_>,
) -> Result<Result<u64, Errno>, OutOfMemory> {
    let kept = kernel
        .process(pid)
        .map_or(0, |process| process.stdout.len());
    let room = MOST_OF_TERMINAL.saturating_sub(kept) as u64;
    if room == 0 && request.count > 0 {
        return Ok(Err(Errno::EFBIG));
    }
    let mut bytes = vec![0; request.count.min(room) as usize];
    let there = fetch(kernel, pid, request.buffer, 0, &mut bytes, watch)?;
    if let Some(process) = kernel.process_mut(pid) {
        process.stdout.push(&bytes[..there]);
    }
    kernel.moved(there);
    Ok(part_done(there as u64, there < bytes.len()))
}

/// Reads bytes of a buffer, starting at `done`. Returns the number of bytes before the first unreadable byte.
/// A string ends with its NUL.
fn fetch(
    kernel: &mut Kernel,
    pid: Pid,
    buffer: Buffer<'_>,
    done: u64,
    out: &mut [u8],
    watch: Observer<'_>,
) -> Result<usize, OutOfMemory> {
    let string = match buffer {
        Buffer::At(start) => return kernel.copy_in(pid, start + done, out, watch),
        Buffer::Bytes(string) => string,
    };
    let mut there = 0;
    let left = string.iter().copied().chain([0]).skip(done as usize);
    for (to, byte) in out.iter_mut().zip(left) {
        *to = byte;
        there += 1;
    }
    Ok(there)
}

impl Kernel {
    /// Sets the offset of an open file description.
    pub(super) fn set_offset(&mut self, id: OpenId, offset: u64) {
        if let Some(open) = self.opens.get_mut(&id) {
            open.offset = offset;
        }
    }

    /// Counts one unit of work for every 64 transferred bytes.
    fn moved(&mut self, bytes: usize) {
        self.work += bytes as u64 / 64;
    }
}
