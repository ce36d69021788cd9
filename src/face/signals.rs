//! The end of the process by a signal.

/// Removes the unfinished files of this process when SIGTERM ends it. Without memory for a thread, the next write to the same
/// file removes them.
#[cfg(unix)]
pub(crate) fn remove_unfinished_files_at_end() {
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;
    use std::thread;

    use pagewalk_engine::files::atomic_write::end_writing;
    use signal_hook::consts::SIGTERM;
    use signal_hook::low_level::{emulate_default_handler, pipe};

    /// Stack size of the thread in bytes.
    const STACK: usize = 128 << 10;

    let Ok((mut signals, handler)) = UnixStream::pair() else {
        return;
    };
    let wait = move || {
        if signals.read_exact(&mut [0]).is_ok() {
            // Nothing is written from here on, until the process has ended.
            let _writing = end_writing();
            let _ = emulate_default_handler(SIGTERM);
        }
    };
    if thread::Builder::new().stack_size(STACK).spawn(wait).is_ok() {
        // Without the handler, SIGTERM ends the process as usual.
        let _ = pipe::register(SIGTERM, handler);
    }
}

/// Other systems have no SIGTERM.
#[cfg(not(unix))]
pub(crate) fn remove_unfinished_files_at_end() {}
