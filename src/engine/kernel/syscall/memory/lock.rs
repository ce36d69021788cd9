//! `mlock` and `munlock`.

use std::ops::Range;

use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::call::SyscallResult;
use crate::kernel::vma::{Backing, Vma};

use super::failure::{CallFailure, into_result};

/// `mlock(2)`: makes pages resident and locks them in memory.
pub(crate) fn mlock(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    watch: Observer<'_>,
) -> SyscallResult {
    into_result(lock(kernel, pid, args, watch))
}

fn lock(
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

pub(crate) fn munlock(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    _: Observer<'_>,
) -> SyscallResult {
    into_result(
        set_locked(kernel, pid, args, false)
            .map(|_| 0)
            .map_err(CallFailure::from),
    )
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
