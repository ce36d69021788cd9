//! Files are run side by side; what comes of them is told in their order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Bytes of a thread's stack: as deep as scripts may nest. Only what is used is real.
pub const STACK: usize = 64 << 20;

/// Does a piece of work for each item on so many threads, and answers with what it came to in the order of the items. With
/// `stop`, what follows the first result that it holds for is left out. `done` hears of each result as it comes.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    stop: impl Fn(&R) -> bool + Sync,
    mut done: impl FnMut(&T, &R),
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let last = AtomicUsize::new(items.len());
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let (send, receive) = mpsc::channel();
    let busy = |send: mpsc::Sender<(usize, R)>| {
        let (next, last, work, stop) = (&next, &last, &work, &stop);
        move || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(at).filter(|_| at <= last.load(Ordering::Relaxed)) else { break };
                let result = work(item);
                if stop(&result) {
                    last.fetch_min(at, Ordering::Relaxed);
                }
                // Somebody listens as long as there are threads.
                let _ = send.send((at, result));
            }
        }
    };
    thread::scope(|scope| {
        let wanted = threads.clamp(1, items.len().max(1));
        let started = (0..wanted)
            .filter(|_| {
                thread::Builder::new().stack_size(STACK).spawn_scoped(scope, busy(send.clone())).is_ok()
            })
            .count();
        if started == 0 {
            busy(send.clone())();
        }
        drop(send);
        for (at, result) in receive {
            done(&items[at], &result);
            results[at] = Some(result);
        }
    });
    let last = last.into_inner();
    results.into_iter().take(last.saturating_add(1)).flatten().collect()
}
