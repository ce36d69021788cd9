//! The C library's heap: `malloc`, `free`, `calloc`, and `realloc`.

use std::ops::Range;

use crate::kernel::abi::{Arg, Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::heap::{Heap, HeapBlock, HeapMemory};
use crate::kernel::ids::Pid;
use crate::kernel::state::{Kernel, OutOfMemory};

use super::call::ParamKind::Bytes;
use super::call::{SyscallResult, SystemCall, into_result};
use super::memory;

pub(crate) const CALLS: &[SystemCall] = &[
    SystemCall::new(
        "malloc",
        "void *malloc(size_t size)",
        "allocates a block of memory from the heap, or with `mmap` if the block is large",
        &[Bytes],
        malloc,
    )
    .or_null(),
    SystemCall::new(
        "free",
        "void free(void *ptr)",
        "frees a block that `malloc`, `calloc`, or `realloc` allocated",
        &[Bytes],
        free,
    ),
    SystemCall::new(
        "calloc",
        "void *calloc(size_t nmemb, size_t size)",
        "allocates a block for an array and fills it with zeros",
        &[Bytes, Bytes],
        calloc,
    )
    .or_null(),
    SystemCall::new(
        "realloc",
        "void *realloc(void *ptr, size_t size)",
        "changes the size of a block, which may move with its bytes",
        &[Bytes, Bytes],
        realloc,
    )
    .or_null(),
];

/// The kernel as the allocator of a process sees it.
struct ProcessMemory<'a, 'w> {
    kernel: &'a mut Kernel,
    pid: Pid,
    watch: Observer<'w>,
    /// The lack of a frame for a page that the allocator copied or cleared.
    failure: Option<OutOfMemory>,
}

/// Runs a function of the allocator. The heap is out of the process during the function, because the function
/// also changes the kernel.
fn with_heap<T>(
    kernel: &mut Kernel,
    pid: Pid,
    watch: Observer<'_>,
    run: impl FnOnce(&mut Heap, &mut dyn HeapMemory) -> T,
) -> Result<T, OutOfMemory> {
    let brk = kernel.process(pid).map_or(0, |process| process.space.brk);
    let mut heap = kernel
        .process_mut(pid)
        .map(|process| std::mem::take(&mut process.space.heap))
        .unwrap_or_default();
    heap.cut(brk);
    let mut memory = ProcessMemory {
        kernel,
        pid,
        watch,
        failure: None,
    };
    let result = run(&mut heap, &mut memory);
    let failure = memory.failure;
    if let Some(process) = kernel.process_mut(pid) {
        process.space.heap = heap;
    }
    failure.map_or(Ok(result), Err)
}

impl HeapMemory for ProcessMemory<'_, '_> {
    fn page(&self) -> u64 {
        self.kernel.page_size()
    }

    fn is_roomy(&self) -> bool {
        self.kernel.is_roomy()
    }

    fn brk(&self) -> u64 {
        self.kernel
            .process(self.pid)
            .map_or(0, |process| process.space.brk)
    }

    fn set_brk(&mut self, to: u64) -> bool {
        self.kernel.move_break(self.pid, to).is_ok()
    }

    fn map(&mut self, len: u64) -> Option<u64> {
        self.kernel.map_private(self.pid, len).ok()
    }

    fn unmap(&mut self, range: Range<u64>) {
        self.kernel.unmap_range(self.pid, range);
    }

    fn remap(&mut self, area: Range<u64>, len: u64) -> Option<u64> {
        let args = [
            area.start,
            area.end - area.start,
            len,
            memory::MREMAP_MAYMOVE.into(),
        ];
        let args = args.map(|arg| Arg::Number(arg.into()));
        let result = memory::mremap(self.kernel, self.pid, Args::new(&args), self.watch);
        match into_result(result) {
            Ok(reply) => reply.result.ok(),
            Err(failure) => {
                self.failure = Some(failure);
                None
            }
        }
    }

    fn copy(&mut self, from: u64, to: u64, len: u64) {
        self.in_pages(to, len, |memory, at, bytes| {
            let read = memory
                .kernel
                .copy_in(memory.pid, from + (at - to), bytes, memory.watch)?;
            memory
                .kernel
                .copy_out(memory.pid, at, &bytes[..read], memory.watch)
        });
    }

    fn clear(&mut self, at: u64, len: u64) {
        self.in_pages(at, len, |memory, at, bytes| {
            memory.kernel.copy_out(memory.pid, at, bytes, memory.watch)
        });
    }

    fn examine(&mut self, chunks: u64) {
        self.kernel.work += chunks;
    }
}

impl ProcessMemory<'_, '_> {
    /// Calls a function for each page of a range, with a buffer of zeros for the page's bytes. Stops at the
    /// first byte that the process may not access, where the C program would end.
    fn in_pages(
        &mut self,
        start: u64,
        len: u64,
        mut each: impl FnMut(&mut Self, u64, &mut [u8]) -> Result<usize, OutOfMemory>,
    ) {
        let (mut at, end, page) = (start, start + len, self.kernel.page_size());
        let mut buffer = vec![0; page.min(len) as usize];
        while at < end && self.failure.is_none() {
            let part = (page - at % page).min(end - at);
            let bytes = &mut buffer[..part as usize];
            bytes.fill(0);
            match each(self, at, bytes) {
                Ok(done) if done < bytes.len() => return,
                Ok(_) => at += part,
                Err(failure) => self.failure = Some(failure),
            }
        }
    }
}

fn malloc(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let at = with_heap(kernel, pid, watch, |heap, memory| {
        heap.malloc(memory, args.size(0))
    })?;
    Ok(at.ok_or(Errno::ENOMEM).into())
}

fn calloc(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let Some(size) = args.size(0).checked_mul(args.size(1)) else {
        return Ok(Err(Errno::ENOMEM).into());
    };
    let at = with_heap(kernel, pid, watch, |heap, memory| heap.calloc(memory, size))?;
    Ok(at.ok_or(Errno::ENOMEM).into())
}

/// `free(3)`. If no block in use starts at the address, the call returns EINVAL, whereas glibc would end the
/// process. EINVAL shows the mistake in every case, while in C it may go unnoticed or damage the lists. The
/// script continues, as after a fatal fault.
fn free(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let at = args.address(0);
    let freed = at == 0 || with_heap(kernel, pid, watch, |heap, memory| heap.free(memory, at))?;
    Ok(if freed { Ok(0) } else { Err(Errno::EINVAL) }.into())
}

/// `realloc(3)`. Like `free`, the call returns EINVAL for the address of no block.
fn realloc(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    let (at, size) = (args.address(0), args.size(1));
    if at == 0 {
        return malloc(kernel, pid, Args::new(&[Arg::Number(size.into())]), watch);
    }
    if size == 0 {
        return free(kernel, pid, args, watch);
    }
    let new = with_heap(kernel, pid, watch, |heap, memory| {
        let used = heap.blocks.get(&at).is_some_and(HeapBlock::used);
        if used {
            heap.realloc(memory, at, size).ok_or(Errno::ENOMEM)
        } else {
            Err(Errno::EINVAL)
        }
    })?;
    Ok(new.into())
}
