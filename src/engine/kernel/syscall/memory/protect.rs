//! `mprotect`.

use std::ops::Range;

use super::constants::{PROT_EXEC, PROT_GROWSDOWN, PROT_READ, PROT_WRITE};
use super::map::prot_of;
use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::call::CallFailure;
use crate::kernel::vma::{Backing, Prot, Vma};

/// A flag for areas that grow upward, which x86-64 does not have.
const PROT_GROWSUP: u32 = 0x200_0000;

/// A flag for atomic operations, which `mprotect` ignores.
const PROT_SEM: u32 = 0x8;

pub(super) fn mprotect(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let (start, bits) = (args.address(0), args.int(2) as u32);
    let grows = bits & (PROT_GROWSDOWN | PROT_GROWSUP);
    if grows == PROT_GROWSDOWN | PROT_GROWSUP || !start.is_multiple_of(kernel.page_size()) {
        return Err(Errno::EINVAL.into());
    }
    if args.size(1) == 0 {
        return Ok(0);
    }
    let end = kernel
        .whole_pages(args.size(1))
        .and_then(|len| start.checked_add(len))
        .ok_or(Errno::ENOMEM)?;
    if bits & !(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | grows) != 0 {
        return Err(Errno::EINVAL.into());
    }
    let range = grown(kernel, pid, start..end, grows)?;
    change(kernel, pid, range, prot_of(bits), watch)
}

/// Returns the range to change. If `grows` is not 0, extends the range to the start of the stack.
fn grown(kernel: &Kernel, pid: Pid, range: Range<u64>, grows: u32) -> Result<Range<u64>, Errno> {
    if grows == 0 {
        return Ok(range);
    }
    let areas = kernel.process(pid).map(|process| &process.space.areas);
    let area = areas.and_then(|areas| areas.at_or_above(range.start));
    match area {
        Some(area) if grows == PROT_GROWSDOWN && area.start < range.end && area.stack => {
            Ok(area.start..range.end)
        }
        Some(area)
            if area.start <= range.start || (grows == PROT_GROWSDOWN && area.start < range.end) =>
        {
            Err(Errno::EINVAL)
        }
        _ => Err(Errno::ENOMEM),
    }
}

/// Changes areas in ascending order up to the first area that cannot be changed.
fn change(
    kernel: &mut Kernel,
    pid: Pid,
    range: Range<u64>,
    prot: Prot,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let parts = kernel
        .process(pid)
        .map(|process| process.space.areas.within(range.clone()))
        .unwrap_or_default();
    kernel.work += parts.len() as u64;
    let (mut done, mut error) = (range.start, None);
    for part in &parts {
        error = (part.start != done).then_some(Errno::ENOMEM);
        error = error.or_else(|| forbids(part, prot).then_some(Errno::EACCES));
        if error.is_some() {
            break;
        }
        done = part.end;
    }
    let set = move |area: &mut Vma| area.protect(prot);
    kernel.room_for(pid, |areas| drop(areas.change(range.start..done, &set)))?;
    kernel.change_areas(pid, range.start..done, &set);
    // Linux copies locked pages as soon as they become writable.
    let fresh = |part: &&Vma| {
        part.end <= done && part.locked && !part.shared && !part.prot.write && prot.write
    };
    for part in parts.iter().filter(fresh) {
        kernel.populate(pid, part.start..part.end, watch)?;
    }
    match error {
        Some(error) => Err(error.into()),
        None if done < range.end => Err(Errno::ENOMEM.into()),
        None => Ok(0),
    }
}

/// Whether shared stores would modify a file that was not opened for writing.
fn forbids(area: &Vma, prot: Prot) -> bool {
    prot.write
        && area.shared
        && matches!(
            area.backing,
            Backing::File {
                writable: false,
                ..
            }
        )
}

/// `mlock(2)`: makes pages resident and locks them in memory.
pub(super) fn mlock(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let range = set_locked(kernel, pid, args, true)?;
    let end = touchable_end(kernel, pid, &range);
    // Linux also tries the first inaccessible page, which can give its area an owner.
    kernel.populate(pid, range.clone(), watch)?;
    // If the call fails with ENOMEM, the areas remain locked.
    if end < range.end {
        Err(Errno::ENOMEM.into())
    } else {
        Ok(0)
    }
}

pub(super) fn munlock(kernel: &mut Kernel, pid: Pid, args: Args<'_>) -> Result<u64, Errno> {
    set_locked(kernel, pid, args, false).map(|_| 0)
}

/// Locks or unlocks the pages that contain bytes of a range, from the lowest area up to the first hole.
fn set_locked(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    locked: bool,
) -> Result<Range<u64>, Errno> {
    let (address, page) = (args.address(0), kernel.page_size());
    let start = address - address % page;
    // As on Linux, a length that wraps around to the same page is treated as 0.
    let len = args.size(1).wrapping_add(address % page);
    let len = kernel.whole_pages(len).unwrap_or(0);
    let end = start.checked_add(len).ok_or(Errno::EINVAL)?;
    let parts = kernel
        .process(pid)
        .map(|process| process.space.areas.within(start..end))
        .unwrap_or_default();
    kernel.work += parts.len() as u64;
    let done = parts.iter().fold(
        start,
        |done, part| if part.start == done { part.end } else { done },
    );
    let set = move |area: &mut Vma| area.locked = locked;
    kernel.room_for(pid, |areas| drop(areas.change(start..done, &set)))?;
    kernel.change_areas(pid, start..done, &set);
    if done < end {
        Err(Errno::ENOMEM)
    } else {
        Ok(start..end)
    }
}

/// The end of the accessible pages at the start of a range without holes. The first inaccessible page belongs
/// to an area without permissions or lies past the end of a file or object.
pub(super) fn touchable_end(kernel: &Kernel, pid: Pid, range: &Range<u64>) -> u64 {
    let Some(process) = kernel.process(pid) else {
        return range.start;
    };
    for part in process.space.areas.within(range.clone()) {
        let (size, offset) = match part.backing {
            _ if part.prot.is_none() => return part.start,
            Backing::Anonymous => continue,
            Backing::File { file, offset, .. } => (
                kernel.files.all.get(&file).map_or(0, |file| file.size),
                offset,
            ),
            Backing::Object { object, offset } => (
                kernel
                    .objects
                    .all
                    .get(&object)
                    .map_or(0, |object| object.size),
                offset,
            ),
        };
        let there = kernel
            .whole_pages(size)
            .unwrap_or(u64::MAX)
            .saturating_sub(offset);
        if there < part.len() {
            return part.start + there;
        }
    }
    range.end
}
