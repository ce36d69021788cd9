//! The C library's heap: `malloc`, `free`.

use crate::kernel::abi::{Args, Errno, MMAP_THRESHOLD};
use crate::kernel::event::Observer;
use crate::kernel::heap::{self, UNIT};
use crate::kernel::ids::Pid;
use crate::kernel::spawn::MOST_BYTES;
use crate::kernel::state::Kernel;

use super::call::{ParamKind, SyscallResult, SystemCall};

pub(crate) const CALLS: &[SystemCall] = &[
    SystemCall {
        name: "malloc",
        prototype: "void *malloc(size_t size)",
        help: "allocates a block of memory from the heap, or with `mmap` if the block is large",
        params: &[ParamKind::Bytes],
        required: 1,
        fields: &[],
        run: malloc,
    },
    SystemCall {
        name: "free",
        prototype: "void free(void *ptr)",
        help: "frees a block that `malloc` allocated",
        params: &[ParamKind::Bytes],
        required: 1,
        fields: &[],
        run: free,
    },
];

fn malloc(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(allocate(kernel, pid, args.size(0)).into())
}

/// Allocates a block of at least `size` bytes and returns its address. Returns ENOMEM if memory is exhausted.
fn allocate(kernel: &mut Kernel, pid: Pid, size: u64) -> Result<u64, Errno> {
    // glibc also rejects sizes above PTRDIFF_MAX.
    let wanted = heap::usable(size).filter(|wanted| *wanted <= MOST_BYTES).ok_or(Errno::ENOMEM)?;
    let chunk = heap::chunk(size).ok_or(Errno::ENOMEM)?;
    if chunk >= MMAP_THRESHOLD { map_block(kernel, pid, chunk) } else { from_heap(kernel, pid, wanted) }
}

/// Allocates a block as a separate area. The area contains the whole header of the block's chunk.
fn map_block(kernel: &mut Kernel, pid: Pid, chunk: u64) -> Result<u64, Errno> {
    let page = kernel.page_size();
    let len = (chunk + UNIT / 2).checked_next_multiple_of(page).ok_or(Errno::ENOMEM)?;
    let at = kernel.map_private(pid, len)? + UNIT;
    let process = kernel.process_mut(pid).ok_or(Errno::ESRCH)?;
    process.space.heap.add_mapped(at, len - UNIT);
    Ok(at)
}

/// Allocates a block in the heap, which grows by whole pages if necessary.
fn from_heap(kernel: &mut Kernel, pid: Pid, size: u64) -> Result<u64, Errno> {
    let process = kernel.process_mut(pid).ok_or(Errno::ESRCH)?;
    let brk = process.space.brk;
    process.space.heap.cut(brk);
    let (found, looked) = process.space.heap.allocate(size);
    let least = process.space.heap.break_for(brk, size);
    kernel.work += looked;
    if let Some(at) = found {
        return Ok(at);
    }
    let to = least.and_then(|least| least.checked_next_multiple_of(kernel.page_size().max(UNIT)));
    let to = to.ok_or(Errno::ENOMEM)?;
    kernel.move_break(pid, to)?;
    let heap = &mut kernel.process_mut(pid).ok_or(Errno::ESRCH)?.space.heap;
    heap.grow(brk, to);
    heap.allocate(size).0.ok_or(Errno::ENOMEM)
}

/// `free(3)`. If no block in use starts at the address, the call returns EINVAL, whereas glibc would end the
/// process.
fn free(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _watch: Observer<'_>) -> SyscallResult {
    Ok(release(kernel, pid, args.address(0)).map(|()| 0).into())
}

fn release(kernel: &mut Kernel, pid: Pid, at: u64) -> Result<(), Errno> {
    if at == 0 {
        return Ok(());
    }
    let process = kernel.process_mut(pid).ok_or(Errno::ESRCH)?;
    let brk = process.space.brk;
    process.space.heap.cut(brk);
    let block = process.space.heap.release(at).ok_or(Errno::EINVAL)?;
    if block.mapped {
        kernel.unmap_range(pid, at - UNIT..at + block.size);
    }
    Ok(())
}
