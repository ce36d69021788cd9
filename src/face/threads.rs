//! Parallel processing of many items, with the results in the order of the items.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Stack size of a thread in bytes, enough for the deepest script. Only the part in use occupies memory.
pub(crate) const STACK: usize = 64 << 20;

/// Stack size in bytes that the deepest script does not exceed. Without optimization, it needs more than half of this size.
const ENOUGH: usize = 6 << 20;

/// Runs a function on the current thread, or on another thread if the current stack is small: `ulimit -s` sets the size of the first
/// thread's stack on Unix, and it has 1 MB on Windows. Another thread has a second heap, whose pages take time at the start. If
/// there is no memory for another thread, the small stack is used.
pub(crate) fn with_deep_stack<R: Send>(run: impl Fn() -> R + Send + Copy) -> R {
    if stacker::remaining_stack().is_some_and(|bytes| bytes >= ENOUGH) {
        return run();
    }
    thread::scope(|scope| {
        match thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, run)
        {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => run(),
        }
    })
}

/// Processes the items on at most this many threads, and returns the results in the order of the items. Omits
/// all results after the first one for which `stop` is true. Calls `done` for each result as soon as it is
/// available. The crate rayon splits the work into halves, so a run that stops early would do more of it.
pub(crate) fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    stop: impl Fn(&R) -> bool + Sync,
    done: impl FnMut(&T, &R) + Send,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let last = AtomicUsize::new(items.len());
    let results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let shared = Mutex::new((results, done));
    let run = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at).filter(|_| at <= last.load(Ordering::Relaxed)) else {
                break;
            };
            let result = work(item);
            if stop(&result) {
                last.fetch_min(at, Ordering::Relaxed);
            }
            let (results, done) = &mut *shared.lock().unwrap_or_else(PoisonError::into_inner);
            done(item, &result);
            results[at] = Some(result);
        }
    };
    thread::scope(|scope| {
        let wanted = threads.clamp(1, items.len().max(1));
        let start = |_: &usize| {
            thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, run)
                .is_ok()
        };
        if (0..wanted).filter(start).count() == 0 {
            run();
        }
    });
    let (results, _) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    results
        .into_iter()
        .take(last.into_inner().saturating_add(1))
        .flatten()
        .collect()
}
