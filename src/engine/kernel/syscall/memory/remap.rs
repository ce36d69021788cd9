//! `mremap`.

use std::ops::Range;

use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::call::CallFailure;
use crate::kernel::vma::{Backing, Vma};

use super::constants::{MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE};
use super::map::{mappable, unmapped};

/// The arguments of an `mremap` call, in whole pages.
#[derive(Debug, Clone, Copy)]
struct RemapRequest {
    addr: u64,
    old_len: u64,
    new_len: u64,
    flags: u32,
    /// The new address with `MREMAP_FIXED`, or a hint with `MREMAP_DONTUNMAP`.
    to: u64,
}

impl RemapRequest {
    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Whether the mapping is always moved.
    fn moves(&self) -> bool {
        self.has(MREMAP_FIXED | MREMAP_DONTUNMAP)
    }

    fn old(&self) -> Range<u64> {
        self.addr..self.addr.saturating_add(self.old_len)
    }

    fn target(&self) -> Range<u64> {
        self.to..self.to + self.new_len
    }
}

/// The part of an area to move, with the new address and length.
#[derive(Debug, Clone, Copy)]
struct Move {
    /// The part to move, which is empty if a shared mapping is mapped a second time.
    from: Vma,
    to: u64,
    len: u64,
}

impl Move {
    /// The new area. A private anonymous area without private pages becomes like one that `mmap` has just
    /// created at the new address, so that it can merge with its neighbors.
    fn area(&self) -> Vma {
        let stays_linear = self.from.backing == Backing::Anonymous && self.from.anon_vma.is_some();
        let distance = self.to.wrapping_sub(self.from.start);
        let moved = if stays_linear {
            self.from.moved.wrapping_add(distance)
        } else {
            0
        };
        Vma {
            start: self.to,
            end: self.to + self.len,
            heap: false,
            moved,
            ..self.from
        }
    }
}

pub(crate) fn mremap(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let request = request(kernel, args)?;
    if request.has(MREMAP_FIXED) && request.old_len == request.new_len {
        return move_all(kernel, pid, &request, watch);
    }
    let area = area_of(kernel, pid, &request)?;
    if request.moves() {
        return move_to(kernel, pid, &request, area, watch);
    }
    if request.new_len < request.old_len {
        let gone = cut(kernel, &request)?;
        kernel.room_for(pid, |areas| drop(areas.remove(gone.clone())))?;
        kernel.unmap_range(pid, gone);
    } else if request.new_len > request.old_len {
        return grow(kernel, pid, &request, area, watch);
    }
    Ok(request.addr)
}

/// Reads the arguments and performs all checks that do not depend on areas.
fn request(kernel: &Kernel, args: Args<'_>) -> Result<RemapRequest, Errno> {
    let whole = |len: u64| kernel.whole_pages(len).unwrap_or(0);
    let request = RemapRequest {
        addr: args.address(0),
        old_len: whole(args.size(1)),
        new_len: whole(args.size(2)),
        flags: args.int(3) as u32,
        to: args.address(4),
    };
    let aligned = |at: u64| at.is_multiple_of(kernel.page_size());
    let known = request.flags & !(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP) == 0;
    let fits = request.new_len > 0 && request.new_len <= kernel.user_end();
    if !known || !aligned(request.addr) || !fits {
        return Err(Errno::EINVAL);
    }
    if !request.moves() {
        return Ok(request);
    }
    let given = !request.has(MREMAP_FIXED) || args.given(4);
    let reaches = request.to <= kernel.user_end() - request.new_len && aligned(request.to);
    let resized = request.has(MREMAP_DONTUNMAP) && request.old_len != request.new_len;
    if !given || !reaches || resized || !request.has(MREMAP_MAYMOVE) {
        return Err(Errno::EINVAL);
    }
    // As on Linux, the end of the old mapping may wrap around here. `mremap` later rejects a mapping whose
    // end wraps around.
    let (old_end, new) = (request.addr.wrapping_add(request.old_len), request.target());
    if old_end > new.start && new.end > request.addr {
        Err(Errno::EINVAL)
    } else {
        Ok(request)
    }
}

/// Returns the area that contains the start of the old mapping. That area must contain all pages that the
/// mapping keeps.
fn area_of(kernel: &Kernel, pid: Pid, request: &RemapRequest) -> Result<Vma, Errno> {
    let area = kernel.area_at(pid, request.addr).ok_or(Errno::EFAULT)?;
    let RemapRequest {
        addr,
        old_len,
        new_len,
        ..
    } = *request;
    if old_len == new_len || (new_len < old_len && !request.moves()) {
        return Ok(area);
    }
    if old_len == 0 && !area.shared {
        return Err(Errno::EINVAL);
    }
    if old_len.min(new_len) > area.end - addr {
        return Err(Errno::EFAULT);
    }
    // The file offset of the new end must not overflow.
    match area.offset_of(addr) {
        Some(offset) if offset.checked_add(new_len).is_none() => Err(Errno::EINVAL),
        _ => Ok(area),
    }
}

/// The range removed from a mapping that shrinks.
fn cut(kernel: &Kernel, request: &RemapRequest) -> Result<Range<u64>, Errno> {
    mappable(
        kernel,
        request.addr + request.new_len,
        request.old_len - request.new_len,
    )
}

/// Checks that the number of areas stays within the limit after the removals and the move.
fn check_room(
    kernel: &Kernel,
    pid: Pid,
    gone: &[Range<u64>],
    step: &Move,
    keep: bool,
) -> Result<(), Errno> {
    kernel.room_for(pid, |areas| {
        for range in gone {
            areas.remove(range.clone());
        }
        areas.insert(step.area());
        if !keep {
            areas.remove(step.from.start..step.from.end);
        }
    })
}

/// Moves a mapping to another address and changes its length.
fn move_to(
    kernel: &mut Kernel,
    pid: Pid,
    request: &RemapRequest,
    area: Vma,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let shrinks = request.new_len < request.old_len;
    let len = request.old_len.min(request.new_len);
    let keep = request.has(MREMAP_DONTUNMAP);
    if len > area.end - request.addr {
        return Err(Errno::EFAULT.into());
    }
    let mut gone = Vec::new();
    let mut to = request.to;
    if request.has(MREMAP_FIXED) {
        // If the length is 0, the target may contain the address of the old mapping.
        if request.target().contains(&request.addr) {
            return Err(Errno::EFAULT.into());
        }
        gone.push(request.target());
    } else {
        to = unmapped(kernel, pid, to, request.new_len)?;
    }
    if shrinks {
        gone.push(cut(kernel, request)?);
    }
    let step = Move {
        from: area.part(request.addr, request.addr + len),
        to,
        len: request.new_len,
    };
    // Before the first change, although Linux unmaps the target first: a failed call changes nothing.
    check_room(kernel, pid, &gone, &step, keep)?;
    for range in gone {
        kernel.unmap_range(pid, range);
    }
    relocate(kernel, pid, &step, keep, watch)
}

/// Moves every area in a range, but not the holes between them.
fn move_all(
    kernel: &mut Kernel,
    pid: Pid,
    request: &RemapRequest,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let keep = request.has(MREMAP_DONTUNMAP);
    let parts = kernel
        .process(pid)
        .map(|process| process.space.areas.within(request.old()))
        .unwrap_or_default();
    kernel.work += parts.len() as u64;
    if parts.first().is_none_or(|part| part.start != request.addr) {
        return Err(Errno::EFAULT.into());
    }
    for from in parts {
        let step = Move {
            from,
            to: request.to + (from.start - request.addr),
            len: from.len(),
        };
        let target = step.to..step.to + step.len;
        // If this fails, the areas already moved stay at their new addresses, as on Linux. All other failed
        // calls change nothing.
        check_room(kernel, pid, std::slice::from_ref(&target), &step, keep)?;
        kernel.unmap_range(pid, target);
        relocate(kernel, pid, &step, keep, watch)?;
    }
    Ok(request.to)
}

/// Grows a mapping in place, or moves it to a larger hole.
fn grow(
    kernel: &mut Kernel,
    pid: Pid,
    request: &RemapRequest,
    area: Vma,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let old = request.old();
    let end = old.end.checked_add(request.new_len - request.old_len);
    let areas = kernel
        .process(pid)
        .map(|process| process.space.areas.clone())
        .unwrap_or_default();
    let here = end.filter(|end| {
        old.end == area.end && *end <= kernel.user_end() && areas.is_free(old.end..*end)
    });
    if let Some(end) = here {
        let more = area.part(old.end, end);
        kernel.room_for(pid, |areas| drop(areas.insert(more)))?;
        kernel.extend_area(pid, request.addr, end);
        if area.locked {
            kernel.populate(pid, old.end..end, watch)?;
        }
        return Ok(request.addr);
    }
    if !request.has(MREMAP_MAYMOVE) {
        return Err(Errno::ENOMEM.into());
    }
    let to = unmapped(kernel, pid, 0, request.new_len)?;
    let step = Move {
        from: area.part(old.start, old.end),
        to,
        len: request.new_len,
    };
    check_room(kernel, pid, &[], &step, false)?;
    relocate(kernel, pid, &step, false, watch)
}

/// Moves a part of an area, with its pages, to a free range.
fn relocate(
    kernel: &mut Kernel,
    pid: Pid,
    step: &Move,
    keep: bool,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let (from, area) = (step.from.start..step.from.end, step.area());
    if area.mergeable {
        kernel.unmerge(pid, from.clone(), watch)?;
    }
    kernel.move_pages(pid, from.clone(), step.to)?;
    // Add the new area first, so that its object always has a user.
    kernel.map_area(pid, area);
    if keep {
        // Linux unlocks the whole area. An area whose pages have all moved no longer has an owner.
        kernel.update_area(pid, from.start, |area| {
            area.locked = false;
            if (area.start..area.end) == from {
                area.anon_vma = None;
            }
        });
    } else {
        kernel.unmap_range(pid, from);
    }
    if area.locked && step.len > step.from.len() {
        kernel.populate(pid, area.start + step.from.len()..area.end, watch)?;
    }
    Ok(step.to)
}
