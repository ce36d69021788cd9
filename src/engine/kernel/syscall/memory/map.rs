//! `mmap` and `munmap`.

use std::ops::Range;

use super::constants::{
    MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_HUGETLB, MAP_LOCKED,
    MAP_NONBLOCK, MAP_NORESERVE, MAP_POPULATE, MAP_PRIVATE, MAP_SHARED, MAP_SHARED_VALIDATE,
    PROT_EXEC, PROT_READ, PROT_WRITE,
};
use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::{FileId, Pid};
use crate::kernel::state::{Kernel, OpenFile, OutOfMemory};
use crate::kernel::syscall::call::CallFailure;
use crate::kernel::vma::{Backing, Prot, Vma};

/// The mask of the flags that select the sharing type.
const MAP_TYPE: u32 = 0xF;

/// The flags that `MAP_SHARED_VALIDATE` accepts (`LEGACY_MAP_MASK`), including obsolete flags without an
/// effect.
const KNOWN: u32 = 0x7C07_F9F3;

/// The bit position of the huge-page size in the flags.
const MAP_HUGE_SHIFT: u32 = 26;

/// One more than the maximum file size in bytes.
const FILE_END: u64 = 1 << 63;

/// The permissions in a `prot` argument. All other bits of the argument are ignored.
pub(crate) fn prot_of(bits: u32) -> Prot {
    Prot {
        read: bits & PROT_READ != 0,
        write: bits & PROT_WRITE != 0,
        exec: bits & PROT_EXEC != 0,
    }
}

/// The arguments of an `mmap` call.
#[derive(Debug, Clone, Copy)]
struct MapRequest {
    addr: u64,
    len: u64,
    prot: Prot,
    flags: u32,
    offset: u64,
    /// The descriptor's file, or `None` for anonymous memory.
    open: Option<OpenFile>,
}

impl MapRequest {
    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    fn is_fixed(&self) -> bool {
        self.has(MAP_FIXED | MAP_FIXED_NOREPLACE)
    }
}

/// The backing of a new area after all checks.
enum MapSource {
    Anonymous,
    /// A new object that processes share.
    Object,
    /// A file, whether `mprotect` may later permit shared stores, and the serial number of its description.
    File(FileId, bool, u64),
}

pub(super) fn mmap(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let request = request(kernel, pid, args)?;
    let range = choose_range(kernel, pid, &request)?;
    let (source, shared) = source(&request, &range)?;
    let area = Vma {
        stack: request.has(MAP_GROWSDOWN),
        locked: request.has(MAP_LOCKED),
        unreserved: request.has(MAP_NORESERVE),
        accounted: request.prot.write && !shared && !request.has(MAP_NORESERVE),
        ..Vma::new(range.clone(), request.prot, shared, Backing::Anonymous)
    };
    kernel.room_for(pid, |areas| {
        areas.remove(range.clone());
        areas.insert(area);
    })?;
    kernel.unmap_range(pid, range.clone());
    let backing = match source {
        MapSource::Anonymous => Backing::Anonymous,
        MapSource::Object => Backing::Object {
            object: kernel.new_object(area.len()),
            offset: 0,
        },
        MapSource::File(file, writable, opened) => Backing::File {
            file,
            offset: request.offset,
            writable,
            opened,
        },
    };
    kernel.map_area(pid, Vma { backing, ..area });
    let populate = request.flags & (MAP_POPULATE | MAP_NONBLOCK) == MAP_POPULATE;
    if (populate || area.locked) && !area.prot.is_none() {
        fill(kernel, pid, range.clone(), watch)?;
    }
    Ok(range.start)
}

/// Makes the pages of a new mapping resident. Removes the mapping if no memory is free for the page tables.
fn fill(
    kernel: &mut Kernel,
    pid: Pid,
    range: Range<u64>,
    watch: Observer<'_>,
) -> Result<(), OutOfMemory> {
    let filled = kernel.populate(pid, range.clone(), watch);
    if filled == Err(OutOfMemory::Tables) {
        kernel.unmap_range(pid, range);
    }
    filled
}

/// Reads the arguments and performs the first checks.
fn request(kernel: &Kernel, pid: Pid, args: Args<'_>) -> Result<MapRequest, Errno> {
    let (flags, offset) = (args.int(3) as u32, args.offset(5) as u64);
    if !offset.is_multiple_of(kernel.page_size()) {
        return Err(Errno::EINVAL);
    }
    let open = match flags & MAP_ANONYMOUS {
        0 => Some(open_of(kernel, pid, args.int(4)).ok_or(Errno::EBADF)?),
        _ => None,
    };
    // Only hugetlbfs files have huge pages.
    if args.size(1) == 0 || (open.is_some() && flags & MAP_HUGETLB != 0) {
        return Err(Errno::EINVAL);
    }
    let len = kernel.whole_pages(args.size(1)).ok_or(Errno::ENOMEM)?;
    Ok(MapRequest {
        addr: args.address(0),
        len,
        prot: prot_of(args.int(2) as u32),
        flags,
        offset,
        open,
    })
}

/// The open file of a process's descriptor.
fn open_of(kernel: &Kernel, pid: Pid, descriptor: i32) -> Option<OpenFile> {
    let descriptor = u32::try_from(descriptor).ok()?;
    let open = kernel.process(pid)?.descriptors.get(&descriptor)?.open;
    kernel.opens.get(&open).copied()
}

/// The address range of the mapping.
fn choose_range(kernel: &Kernel, pid: Pid, request: &MapRequest) -> Result<Range<u64>, Errno> {
    let MapRequest { addr, len, .. } = *request;
    let highest = kernel.user_end().checked_sub(len).ok_or(Errno::ENOMEM)?;
    if !request.is_fixed() {
        let start = unmapped(kernel, pid, addr, len)?;
        return Ok(start..start + len);
    }
    if addr > highest {
        return Err(Errno::ENOMEM);
    }
    if !addr.is_multiple_of(kernel.page_size()) {
        return Err(Errno::EINVAL);
    }
    let taken = || {
        kernel
            .process(pid)
            .is_some_and(|process| !process.space.areas.is_free(addr..addr + len))
    };
    if request.has(MAP_FIXED_NOREPLACE) && taken() {
        return Err(Errno::EEXIST);
    }
    Ok(addr..addr + len)
}

/// Finds a free range of `len` bytes. `len` is at most the size of the user address space. The range is at
/// the hint (rounded down to a page boundary) if that range is free, or else in the highest hole.
///
/// # Errors
/// Returns ENOMEM if no hole is large enough.
pub(crate) fn unmapped(kernel: &Kernel, pid: Pid, hint: u64, len: u64) -> Result<u64, Errno> {
    let hint = hint - hint % kernel.page_size();
    if hint != 0 {
        let hint = hint.max(kernel.lowest_hint());
        let end = hint
            .checked_add(len)
            .filter(|end| *end <= kernel.user_end());
        if end.is_some_and(|end| kernel.is_vacant(pid, hint..end)) {
            return Ok(hint);
        }
    }
    kernel.find_hole(pid, len).ok_or(Errno::ENOMEM)
}

/// The source of the mapping, and whether it is shared.
fn source(request: &MapRequest, range: &Range<u64>) -> Result<(MapSource, bool), Errno> {
    let kind = request.flags & MAP_TYPE;
    let Some(open) = request.open else {
        return match kind {
            // With `MAP_NORESERVE`, Linux would succeed here and send SIGBUS at the first access.
            _ if request.has(MAP_HUGETLB) => Err(no_huge_page(request)),
            MAP_SHARED if !request.has(MAP_GROWSDOWN) => Ok((MapSource::Object, true)),
            MAP_PRIVATE => Ok((MapSource::Anonymous, false)),
            _ => Err(Errno::EINVAL),
        };
    };
    let len = range.end - range.start;
    if request
        .offset
        .checked_add(len)
        .is_none_or(|end| end > FILE_END - 1)
    {
        return Err(Errno::EOVERFLOW);
    }
    let shared = match kind {
        MAP_SHARED_VALIDATE if request.has(!KNOWN) => return Err(Errno::EOPNOTSUPP),
        MAP_SHARED | MAP_SHARED_VALIDATE => true,
        MAP_PRIVATE => false,
        _ => return Err(Errno::EINVAL),
    };
    if !open.read || (shared && request.prot.write && !open.write) {
        return Err(Errno::EACCES);
    }
    let file = open.file.ok_or(Errno::ENODEV)?;
    if request.has(MAP_GROWSDOWN) {
        return Err(Errno::EINVAL);
    }
    Ok((
        MapSource::File(file, open.write || !shared, open.serial),
        shared,
    ))
}

/// The error for an anonymous mapping with huge pages. Mappings with huge pages always fail, because no huge
/// pages are reserved (`vm.nr_hugepages` is 0).
fn no_huge_page(request: &MapRequest) -> Errno {
    // log2 of the page size, or 0 for the default. x86-64 has huge pages of 2 MB and 1 GB.
    let size_exists = matches!(request.flags >> MAP_HUGE_SHIFT & 0x3F, 0 | 21 | 30);
    match request.flags & MAP_TYPE {
        MAP_SHARED | MAP_PRIVATE | MAP_SHARED_VALIDATE if !size_exists => Errno::EINVAL,
        MAP_SHARED_VALIDATE if request.has(!KNOWN) => Errno::EOPNOTSUPP,
        MAP_SHARED | MAP_PRIVATE | MAP_SHARED_VALIDATE if !request.has(MAP_GROWSDOWN) => {
            Errno::ENOMEM
        }
        _ => Errno::EINVAL,
    }
}

pub(super) fn munmap(kernel: &mut Kernel, pid: Pid, start: u64, len: u64) -> Result<u64, Errno> {
    let range = mappable(kernel, start, len)?;
    kernel.room_for(pid, |areas| drop(areas.remove(range.clone())))?;
    kernel.unmap_range(pid, range);
    Ok(0)
}

/// Returns the whole pages that contain the `len` bytes at `start`, which `munmap` can remove.
///
/// # Errors
/// Returns EINVAL if the range is empty, is not page-aligned, or ends above the user address space.
pub(crate) fn mappable(kernel: &Kernel, start: u64, len: u64) -> Result<Range<u64>, Errno> {
    let end = start
        .checked_add(len)
        .and_then(|end| kernel.whole_pages(end));
    let fits = end.filter(|end| *end <= kernel.user_end() && *end > start);
    let aligned = start.is_multiple_of(kernel.page_size());
    fits.filter(|_| aligned)
        .map(|end| start..end)
        .ok_or(Errno::EINVAL)
}

/// Performs `brk(2)` with the C library's result: 0 or an error. As in glibc, the call reports a failure only if the break remains below the requested
/// address. A failed decrease is not an error.
pub(super) fn brk(kernel: &mut Kernel, pid: Pid, to: u64) -> Result<(), Errno> {
    let moved = kernel.move_break(pid, to);
    let high_enough = kernel
        .process(pid)
        .is_some_and(|process| process.space.brk >= to);
    if high_enough { Ok(()) } else { moved }
}

/// `sbrk(3)`. Returns the old break.
pub(super) fn sbrk(kernel: &mut Kernel, pid: Pid, by: i64) -> Result<u64, Errno> {
    let old = kernel
        .process(pid)
        .map(|process| process.space.brk)
        .ok_or(Errno::ENOMEM)?;
    if by != 0 {
        let to = old.checked_add_signed(by).ok_or(Errno::ENOMEM)?;
        brk(kernel, pid, to)?;
    }
    Ok(old)
}
