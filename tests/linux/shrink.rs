//! Shrinks a sequence to the shortest and simplest steps for which the sides still differ.

use super::differ::Run;
use super::names::{
    MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_LOCKED, MAP_NORESERVE, MAP_POPULATE, PROT_RW,
};
use super::op::{Op, Source, Step};
use super::place::{PAGE, Place};

/// Removes and simplifies steps while `run` finds a difference, and returns the last run that found a
/// difference.
///
/// Each attempt starts from the initial state.
pub fn shrink(mut run: impl FnMut(&[Step]) -> Run, found: Run) -> Run {
    let mut best = found;
    loop {
        let before = best.steps();
        leave_out(&mut run, &mut best);
        simplify(&mut run, &mut best);
        if best.steps() == before {
            return best;
        }
    }
}

/// Replaces the best steps with these steps if the sides still differ, and returns whether the sides differ.
fn takes(run: &mut impl FnMut(&[Step]) -> Run, best: &mut Run, steps: &[Step]) -> bool {
    let tried = run(steps);
    let differs = tried.difference.is_some();
    if differs {
        *best = tried;
    }
    differs
}

fn leave_out(run: &mut impl FnMut(&[Step]) -> Run, best: &mut Run) {
    let mut count = best.steps().len().div_ceil(2);
    while count > 0 {
        // Tries steps from the end, so that a removal does not move the untried steps.
        let mut at = best.steps().len();
        while at > 0 {
            at = at.saturating_sub(count).min(best.steps().len());
            let steps = best.steps();
            let fewer = without(&steps, at, (at + count).min(steps.len()));
            takes(run, best, &fewer);
        }
        count /= 2;
    }
}

/// Removes a range of steps and the steps of processes that then no longer exist, and returns the rest.
fn without(steps: &[Step], start: usize, end: usize) -> Vec<Step> {
    // The new number of each process, or `None` for a removed process.
    let mut numbers = vec![Some(0)];
    let mut made = 1;
    let mut kept = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let process = numbers.get(step.process).copied().flatten();
        let keep = !(start..end).contains(&at) && process.is_some();
        if step.op == Op::Fork {
            numbers.push(keep.then_some(made));
            made += usize::from(keep);
        }
        if let (true, Some(process)) = (keep, process) {
            kept.push(Step {
                process,
                op: step.op,
            });
        }
    }
    kept
}

fn simplify(run: &mut impl FnMut(&[Step]) -> Run, best: &mut Run) {
    let mut at = 0;
    while at < best.steps().len() {
        let steps = best.steps();
        let Step { process, op } = steps[at];
        let first = (process != 0).then_some(Step { process: 0, op });
        let simpler = simpler(op).into_iter().map(|op| Step { process, op });
        let simpler = first.into_iter().chain(simpler).any(|step| {
            let mut steps = steps.clone();
            steps[at] = step;
            takes(run, best, &steps)
        });
        if !simpler {
            at += 1;
        }
    }
}

/// Simpler operations, each with one rounder or smaller number.
fn simpler(op: Op) -> Vec<Op> {
    let mut found = Vec::new();
    match op {
        Op::Mmap {
            at,
            length,
            prot,
            flags,
            fd,
            offset,
        } => {
            let mmap = |at, length, prot, flags, offset| Op::Mmap {
                at,
                length,
                prot,
                flags,
                fd,
                offset,
            };
            let hint = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) == 0 && at != Place::NULL;
            found.extend(hint.then(|| mmap(Place::NULL, length, prot, flags, offset)));
            found.extend(rounder(at).map(|at| mmap(at, length, prot, flags, offset)));
            found.extend(smaller(length).map(|length| mmap(at, length, prot, flags, offset)));
            found.extend((prot != PROT_RW).then(|| mmap(at, length, PROT_RW, flags, offset)));
            let plain = flags & !(MAP_POPULATE | MAP_LOCKED | MAP_NORESERVE);
            found.extend((plain != flags).then(|| mmap(at, length, prot, plain, offset)));
            found.extend(smaller(offset).map(|offset| mmap(at, length, prot, flags, offset)));
        }
        Op::Munmap { at, length } => {
            found.extend(ranges(at, length).map(|(at, length)| Op::Munmap { at, length }));
        }
        Op::Mlock { at, length } => {
            found.extend(ranges(at, length).map(|(at, length)| Op::Mlock { at, length }));
        }
        Op::Munlock { at, length } => {
            found.extend(ranges(at, length).map(|(at, length)| Op::Munlock { at, length }));
        }
        Op::Mprotect { at, length, prot } => {
            found.extend(ranges(at, length).map(|(at, length)| Op::Mprotect { at, length, prot }));
        }
        Op::Madvise { at, length, advice } => {
            found.extend(ranges(at, length).map(|(at, length)| Op::Madvise { at, length, advice }));
        }
        Op::Msync { at, length, flags } => {
            found.extend(ranges(at, length).map(|(at, length)| Op::Msync { at, length, flags }));
        }
        Op::Mremap {
            at,
            old,
            new,
            flags,
            to,
        } => {
            found.extend(rounder(at).map(|at| Op::Mremap {
                at,
                old,
                new,
                flags,
                to,
            }));
            found.extend(smaller(old).map(|old| Op::Mremap {
                at,
                old,
                new,
                flags,
                to,
            }));
            found.extend(smaller(new).map(|new| Op::Mremap {
                at,
                old,
                new,
                flags,
                to,
            }));
            found.extend(rounder(to).map(|to| Op::Mremap {
                at,
                old,
                new,
                flags,
                to,
            }));
        }
        Op::Brk { at } => found.extend(rounder(at).map(|at| Op::Brk { at })),
        Op::Load { at } => found.extend(rounder(at).map(|at| Op::Load { at })),
        Op::Store { at, byte } => found.extend(rounder(at).map(|at| Op::Store { at, byte })),
        Op::Pread {
            fd,
            to,
            length,
            offset,
        } => {
            found.extend(ranges(to, length).map(|(to, length)| Op::Pread {
                fd,
                to,
                length,
                offset,
            }));
            found.extend(nearer(offset).map(|offset| Op::Pread {
                fd,
                to,
                length,
                offset,
            }));
        }
        Op::Pwrite {
            fd,
            from,
            length,
            offset,
        } => {
            if let Source::Memory(place) = from {
                let source = rounder(place).map(Source::Memory);
                found.extend(source.map(|from| Op::Pwrite {
                    fd,
                    from,
                    length,
                    offset,
                }));
            }
            found.extend(smaller(length).map(|length| Op::Pwrite {
                fd,
                from,
                length,
                offset,
            }));
            found.extend(nearer(offset).map(|offset| Op::Pwrite {
                fd,
                from,
                length,
                offset,
            }));
        }
        Op::Ftruncate { fd, length } => {
            found.extend(nearer(length).map(|length| Op::Ftruncate { fd, length }));
        }
        Op::Fetch { .. } | Op::Fork | Op::Exit => {}
    }
    found
}

fn ranges(at: Place, length: u64) -> impl Iterator<Item = (Place, u64)> {
    let places = rounder(at).map(move |at| (at, length));
    places.chain(smaller(length).map(move |length| (at, length)))
}

/// The start of the page that contains the place, unless the place is at this start.
fn rounder(place: Place) -> impl Iterator<Item = Place> {
    (place.in_page() != 0)
        .then(|| place.page_start())
        .into_iter()
}

/// Rounder and smaller sizes, beginning with the smallest.
fn smaller(size: u64) -> impl Iterator<Item = u64> {
    let page = PAGE as u64;
    let round = size.checked_next_multiple_of(page).unwrap_or(size);
    // Removing one page at a time is fast only for small sizes.
    let less = if size <= 0x40 * page {
        size.saturating_sub(page)
    } else {
        size / 2
    };
    let sizes = [0, page, less / page * page, round, 1, size / 2];
    let order = move |size: u64| (!size.is_multiple_of(page), size);
    sizes
        .into_iter()
        .filter(move |&simpler| order(simpler) < order(size))
}

/// Rounder and smaller offsets, beginning with the smallest.
fn nearer(offset: i64) -> impl Iterator<Item = i64> {
    smaller(offset.max(0) as u64).map(|offset| offset as i64)
}
