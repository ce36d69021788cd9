//! `--watch`: polls files for changes. Polling works on every file system, unlike change
//! notifications.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use std::{fs, io};

/// Time between two polls.
const PAUSE: Duration = Duration::from_millis(200);

/// The modification time and the length of a file, or `None` if the file does not exist.
type FileStamp = Option<(SystemTime, u64)>;

/// Tolerance for file modification times that lag behind the clock.
const GRAIN: Duration = Duration::from_millis(20);

/// Waits until one of these files changes, appears, or disappears, or until `others` returns true.
pub(crate) fn wait_for_change(files: &[PathBuf], since: SystemTime, others: &dyn Fn() -> bool) {
    let before: Vec<FileStamp> = files.iter().map(|file| stamp_of(file)).collect();
    if before
        .iter()
        .flatten()
        .any(|(written, _)| *written + GRAIN >= since)
    {
        return;
    }
    let same = || {
        files
            .iter()
            .zip(&before)
            .all(|(file, before)| stamp_of(file) == *before)
    };
    // Searching folders is slower than polling files, so it happens less often.
    while (0..5).all(|_| {
        std::thread::sleep(PAUSE);
        same()
    }) && !others()
    {}
}

/// Reads the key `a` from standard input while the program waits.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    accept: Arc<AtomicBool>,
}

impl Keys {
    /// Reads lines in a thread, which ends with the input.
    pub(crate) fn read() -> Self {
        let keys = Self::default();
        let accept = keys.accept.clone();
        std::thread::spawn(move || {
            for line in io::stdin().lines().map_while(Result::ok) {
                if line.trim().eq_ignore_ascii_case("a") {
                    accept.store(true, Ordering::Relaxed);
                }
            }
        });
        keys
    }

    /// Whether the user accepts the differences.
    pub(crate) fn accept(&self) -> bool {
        self.accept.load(Ordering::Relaxed)
    }

    /// Discards the key. Returns whether the user accepted the differences.
    pub(crate) fn take(&self) -> bool {
        self.accept.swap(false, Ordering::Relaxed)
    }
}

fn stamp_of(file: &Path) -> FileStamp {
    let data = fs::metadata(file).ok()?;
    Some((data.modified().ok()?, data.len()))
}
