//! Calls of Pagewalk from Python. Each call has its own thread with a large stack, and other Python threads run
//! meanwhile.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::errors::internal_error;

/// Stack size of a thread in bytes, enough for the deepest script. Only the part in use occupies memory.
const STACK: usize = 64 << 20;
/// The time between two checks for Ctrl-C.
const SIGNALS: Duration = Duration::from_millis(50);

/// Calls `work` on its own thread and returns the result. Ctrl-C sets `interrupt`, and the call then fails with
/// `KeyboardInterrupt` as soon as `work` returns. A panic becomes an `InternalError`.
pub(crate) fn call<T: Send>(
    py: Python<'_>,
    interrupt: &AtomicBool,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    call_unless(py, interrupt, None, work)
}

/// Works like [`call`], but also sets `interrupt` if the Python function `cancelled` returns true.
pub(crate) fn call_unless<T: Send>(
    py: Python<'_>,
    interrupt: &AtomicBool,
    cancelled: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    let mut raised = Ok(());
    let outcome = thread::scope(|scope| {
        let (finished, mut wait) = channel::<()>();
        let apart = move || {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            drop(finished);
            outcome
        };
        let thread = thread::Builder::new()
            // Python's threads have small stacks.
            .stack_size(STACK)
            .spawn_scoped(scope, apart)?;
        let wait = &mut wait;
        while py.detach(|| wait_for(wait)) == Err(RecvTimeoutError::Timeout) {
            if raised.is_ok() {
                let stop = py.check_signals().and_then(|()| match cancelled {
                    Some(cancelled) => cancelled.call0()?.is_truthy(),
                    None => Ok(false),
                });
                if !matches!(stop, Ok(false)) {
                    interrupt.store(true, Ordering::Relaxed);
                }
                raised = stop.map(drop);
            }
        }
        Ok::<_, PyErr>(thread.join().unwrap_or_else(Err))
    })?;
    raised?;
    outcome.map_err(|panic| internal_error(py, message(&*panic)))
}

/// Waits until the thread ends, or until it is time to check for signals.
fn wait_for(thread: &mut std::sync::mpsc::Receiver<()>) -> Result<(), RecvTimeoutError> {
    thread.recv_timeout(SIGNALS)
}

/// Returns the message of a panic.
fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown error")
}

/// Panics, so that a test can check that the interpreter survives.
#[cfg(debug_assertions)]
#[pyfunction]
#[pyo3(name = "_panic")]
pub(crate) fn panic(py: Python<'_>) -> PyResult<()> {
    call(py, &AtomicBool::new(false), || panic!("a test of panics"))
}
