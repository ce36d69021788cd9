//! `madvise` and `msync`.

use std::ops::Range;

use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::call::SyscallResult;
use crate::kernel::vma::{Advice, Backing, Vma};

use super::constants::{
    MADV_DONTNEED, MADV_FREE, MADV_MERGEABLE, MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_UNMERGEABLE,
    MADV_WILLNEED, MS_ASYNC, MS_INVALIDATE, MS_SYNC,
};
use super::failure::{CallFailure, into_result};

pub(crate) fn madvise(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> SyscallResult {
    into_result(advise(kernel, pid, args, watch))
}

/// The effect of an advice value on one part of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AdviceAction {
    Expect(Advice),
    WillNeed,
    DontNeed,
    Free,
    Merge(bool),
}

fn action_for(advice: u32) -> Option<AdviceAction> {
    Some(match advice {
        MADV_NORMAL => AdviceAction::Expect(Advice::Normal),
        MADV_RANDOM => AdviceAction::Expect(Advice::Random),
        MADV_SEQUENTIAL => AdviceAction::Expect(Advice::Sequential),
        MADV_WILLNEED => AdviceAction::WillNeed,
        MADV_DONTNEED => AdviceAction::DontNeed,
        MADV_FREE => AdviceAction::Free,
        MADV_MERGEABLE => AdviceAction::Merge(true),
        MADV_UNMERGEABLE => AdviceAction::Merge(false),
        _ => return None,
    })
}

fn advise(kernel: &mut Kernel, pid: Pid, args: Args<'_>, watch: Observer<'_>) -> Result<u64, CallFailure> {
    let (start, len) = (args.address(0), args.size(1));
    let deed = action_for(args.int(2) as u32).ok_or(Errno::EINVAL)?;
    if !start.is_multiple_of(kernel.page_size()) {
        return Err(Errno::EINVAL.into());
    }
    let end = kernel.whole_pages(len).and_then(|len| start.checked_add(len)).ok_or(Errno::EINVAL)?;
    let (parts, whole) = parts_of(kernel, pid, start..end);
    for part in parts {
        apply(kernel, pid, deed, &part, watch)?;
    }
    if whole { Ok(0) } else { Err(Errno::ENOMEM.into()) }
}

/// The parts of areas in a range, and whether they cover the range completely.
fn parts_of(kernel: &mut Kernel, pid: Pid, range: Range<u64>) -> (Vec<Vma>, bool) {
    let parts =
        kernel.process(pid).map(|process| process.space.areas.within(range.clone())).unwrap_or_default();
    kernel.work += parts.len() as u64;
    let covered: u64 = parts.iter().map(Vma::len).sum();
    (parts, covered == range.end - range.start)
}

fn apply(
    kernel: &mut Kernel,
    pid: Pid,
    deed: AdviceAction,
    part: &Vma,
    watch: Observer<'_>,
) -> Result<(), CallFailure> {
    let range = part.start..part.end;
    match deed {
        AdviceAction::Expect(advice) => mark(kernel, pid, range, &|area| area.advice = advice)?,
        AdviceAction::Merge(true) if !part.shared => mark(kernel, pid, range, &|area| area.mergeable = true)?,
        AdviceAction::Merge(false) => {
            mark(kernel, pid, range.clone(), &|area| area.mergeable = false)?;
            kernel.unmerge(pid, range, watch)?;
        }
        AdviceAction::WillNeed => read_ahead(kernel, part),
        AdviceAction::DontNeed | AdviceAction::Free if part.locked => return Err(Errno::EINVAL.into()),
        AdviceAction::DontNeed => kernel.unmap_pages(pid, range),
        AdviceAction::Free if part.shared || part.backing != Backing::Anonymous => {
            return Err(Errno::EINVAL.into());
        }
        AdviceAction::Merge(true) | AdviceAction::Free => {}
    }
    Ok(())
}

/// Sets a flag. If the process would have too many areas, the call returns EAGAIN instead of ENOMEM.
fn mark(kernel: &mut Kernel, pid: Pid, range: Range<u64>, set: &dyn Fn(&mut Vma)) -> Result<(), Errno> {
    kernel.room_for(pid, |areas| drop(areas.change(range.clone(), set))).map_err(|_| Errno::EAGAIN)?;
    kernel.change_areas(pid, range, set);
    Ok(())
}

/// Reads an area's file pages into the page cache.
fn read_ahead(kernel: &mut Kernel, part: &Vma) {
    if let Backing::File { file, offset, .. } = part.backing {
        let bits = kernel.shape.page_bits;
        kernel.cache_pages(file, offset >> bits..(offset + part.len()) >> bits);
    }
}

pub(crate) fn msync(kernel: &mut Kernel, pid: Pid, args: Args<'_>, _: Observer<'_>) -> SyscallResult {
    into_result(synchronise(kernel, pid, args).map_err(CallFailure::from))
}

fn synchronise(kernel: &mut Kernel, pid: Pid, args: Args<'_>) -> Result<u64, Errno> {
    let (start, flags) = (args.address(0), args.int(2) as u32);
    let both = flags & (MS_SYNC | MS_ASYNC) == MS_SYNC | MS_ASYNC;
    let known = flags & !(MS_SYNC | MS_ASYNC | MS_INVALIDATE) == 0;
    if !known || both || !start.is_multiple_of(kernel.page_size()) {
        return Err(Errno::EINVAL);
    }
    // As on Linux, a length that rounds up to 2^64 becomes 0.
    let len = kernel.whole_pages(args.size(1)).unwrap_or(0);
    let end = start.checked_add(len).ok_or(Errno::ENOMEM)?;
    let (parts, whole) = parts_of(kernel, pid, start..end);
    for part in parts {
        if flags & MS_INVALIDATE != 0 && part.locked {
            return Err(Errno::EBUSY);
        }
        if flags & MS_SYNC != 0 {
            sync(kernel, &part);
        }
    }
    if whole { Ok(0) } else { Err(Errno::ENOMEM) }
}

/// Writes the dirty pages of a part of a shared area to the mapped file.
fn sync(kernel: &mut Kernel, part: &Vma) {
    if let Backing::File { file, offset, writable: true, .. } = part.backing
        && part.shared
    {
        let bits = kernel.shape.page_bits;
        kernel.file_sync(file, offset >> bits..(offset + part.len()) >> bits);
    }
}
