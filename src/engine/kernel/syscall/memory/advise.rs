//! `madvise` and `msync`.

use std::ops::Range;

use crate::kernel::abi::{Args, Errno};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::state::Kernel;
use crate::kernel::syscall::call::CallFailure;
use crate::kernel::vma::{Advice, Backing, Vma};
use crate::machine::event::AccessKind;

use super::constants::{
    MADV_COLD, MADV_DODUMP, MADV_DOFORK, MADV_DONTDUMP, MADV_DONTFORK, MADV_DONTNEED,
    MADV_DONTNEED_LOCKED, MADV_FREE, MADV_HUGEPAGE, MADV_KEEPONFORK, MADV_MERGEABLE,
    MADV_NOHUGEPAGE, MADV_NORMAL, MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
    MADV_RANDOM, MADV_SEQUENTIAL, MADV_UNMERGEABLE, MADV_WILLNEED, MADV_WIPEONFORK, MS_ASYNC,
    MS_INVALIDATE, MS_SYNC,
};
use super::protect::touchable_end;

/// The effect of an advice value on one part of an area.
#[derive(Debug, Clone, Copy)]
enum AdviceAction {
    /// Sets the flags of private and shared areas.
    Mark(fn(&mut Vma)),
    /// `MADV_WIPEONFORK`, which applies only to private anonymous memory.
    Wipe,
    WillNeed,
    DontNeed,
    DontNeedLocked,
    Free,
    Merge(bool),
    Cold,
    PageOut,
    /// Makes pages resident with accesses of this kind.
    Populate(AccessKind),
}

fn action_for(advice: u32) -> Option<AdviceAction> {
    Some(match advice {
        MADV_NORMAL => AdviceAction::Mark(|area| area.advice = Advice::Normal),
        MADV_RANDOM => AdviceAction::Mark(|area| area.advice = Advice::Random),
        MADV_SEQUENTIAL => AdviceAction::Mark(|area| area.advice = Advice::Sequential),
        MADV_WILLNEED => AdviceAction::WillNeed,
        MADV_DONTNEED => AdviceAction::DontNeed,
        MADV_FREE => AdviceAction::Free,
        MADV_DONTFORK => AdviceAction::Mark(|area| area.not_copied = true),
        MADV_DOFORK => AdviceAction::Mark(|area| area.not_copied = false),
        MADV_MERGEABLE => AdviceAction::Merge(true),
        MADV_UNMERGEABLE => AdviceAction::Merge(false),
        // Flags without another effect, which decide where areas split and merge.
        MADV_HUGEPAGE => AdviceAction::Mark(|area| area.huge = Some(true)),
        MADV_NOHUGEPAGE => AdviceAction::Mark(|area| area.huge = Some(false)),
        MADV_DONTDUMP => AdviceAction::Mark(|area| area.not_dumped = true),
        MADV_DODUMP => AdviceAction::Mark(|area| area.not_dumped = false),
        MADV_WIPEONFORK => AdviceAction::Wipe,
        MADV_KEEPONFORK => AdviceAction::Mark(|area| area.wiped = false),
        MADV_COLD => AdviceAction::Cold,
        MADV_PAGEOUT => AdviceAction::PageOut,
        MADV_POPULATE_READ => AdviceAction::Populate(AccessKind::Read),
        MADV_POPULATE_WRITE => AdviceAction::Populate(AccessKind::Write),
        MADV_DONTNEED_LOCKED => AdviceAction::DontNeedLocked,
        // `MADV_COLLAPSE`, `MADV_HWPOISON`, and `MADV_SOFT_OFFLINE` fail as on a kernel without these
        // features.
        _ => return None,
    })
}

pub(super) fn madvise(
    kernel: &mut Kernel,
    pid: Pid,
    args: Args<'_>,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let (start, len) = (args.address(0), args.size(1));
    let deed = action_for(args.int(2) as u32).ok_or(Errno::EINVAL)?;
    if !start.is_multiple_of(kernel.page_size()) {
        return Err(Errno::EINVAL.into());
    }
    let end = kernel
        .whole_pages(len)
        .and_then(|len| start.checked_add(len))
        .ok_or(Errno::EINVAL)?;
    let (parts, whole) = parts_of(kernel, pid, start..end);
    if let AdviceAction::Populate(kind) = deed {
        return populate(kernel, pid, (start..end, &parts), kind, watch);
    }
    for part in parts {
        apply(kernel, pid, deed, &part, watch)?;
    }
    if whole {
        Ok(0)
    } else {
        Err(Errno::ENOMEM.into())
    }
}

/// Makes pages resident up to the first page that cannot be. Unlike other advice, the kernel stops at a hole.
fn populate(
    kernel: &mut Kernel,
    pid: Pid,
    (range, parts): (Range<u64>, &[Vma]),
    kind: AccessKind,
    watch: Observer<'_>,
) -> Result<u64, CallFailure> {
    let mut done = range.start;
    for part in parts {
        if part.start != done {
            return Err(Errno::ENOMEM.into());
        }
        if !(if kind == AccessKind::Write {
            part.prot.write
        } else {
            part.prot.read
        }) {
            return Err(Errno::EINVAL.into());
        }
        let end = touchable_end(kernel, pid, &(part.start..part.end));
        kernel.populate_with(pid, part.start..end, Some(kind), watch)?;
        if end < part.end {
            return Err(Errno::EFAULT.into());
        }
        done = part.end;
    }
    if done < range.end {
        Err(Errno::ENOMEM.into())
    } else {
        Ok(0)
    }
}

/// The parts of areas in a range, and whether they cover the range completely.
fn parts_of(kernel: &mut Kernel, pid: Pid, range: Range<u64>) -> (Vec<Vma>, bool) {
    let parts = kernel
        .process(pid)
        .map(|process| process.space.areas.within(range.clone()))
        .unwrap_or_default();
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
    let private = !part.shared && part.backing == Backing::Anonymous;
    match deed {
        AdviceAction::Mark(set) => mark(kernel, pid, range, &set)?,
        AdviceAction::Wipe | AdviceAction::Free if !private => return Err(Errno::EINVAL.into()),
        AdviceAction::Wipe => mark(kernel, pid, range, &|area| area.wiped = true)?,
        AdviceAction::Merge(true) if !part.shared => {
            mark(kernel, pid, range, &|area| area.mergeable = true)?;
        }
        AdviceAction::Merge(false) => {
            mark(kernel, pid, range.clone(), &|area| area.mergeable = false)?;
            kernel.unmerge(pid, range, watch)?;
        }
        AdviceAction::WillNeed => read_ahead(kernel, part),
        AdviceAction::DontNeed
        | AdviceAction::Free
        | AdviceAction::Cold
        | AdviceAction::PageOut
            if part.locked =>
        {
            return Err(Errno::EINVAL.into());
        }
        AdviceAction::DontNeed | AdviceAction::DontNeedLocked => kernel.unmap_pages(pid, range),
        // Linux may discard resident pages later, or keep them. Pagewalk keeps them, so that results do not
        // vary.
        AdviceAction::Free => kernel.discard_swapped(pid, range),
        // On Linux, the page may stay in the page cache or swap cache until its frame is needed.
        AdviceAction::PageOut => kernel.page_out(pid, range, watch),
        // `MADV_COLD` concerns only the order of eviction, which the replacement policy determines.
        AdviceAction::Merge(true) | AdviceAction::Cold | AdviceAction::Populate(_) => {}
    }
    Ok(())
}

/// Sets a flag. If the process would have too many areas, the call returns EAGAIN instead of ENOMEM.
fn mark(
    kernel: &mut Kernel,
    pid: Pid,
    range: Range<u64>,
    set: &dyn Fn(&mut Vma),
) -> Result<(), Errno> {
    kernel
        .room_for(pid, |areas| drop(areas.change(range.clone(), set)))
        .map_err(|_| Errno::EAGAIN)?;
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

pub(super) fn msync(kernel: &mut Kernel, pid: Pid, args: Args<'_>) -> Result<u64, Errno> {
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
    if let Backing::File {
        file,
        offset,
        writable: true,
        ..
    } = part.backing
        && part.shared
    {
        let bits = kernel.shape.page_bits;
        kernel.file_sync(file, offset >> bits..(offset + part.len()) >> bits);
    }
}
