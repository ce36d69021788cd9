//! `--watch`: files are looked at now and then, and whoever asked is told when one has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long nobody looks.
const PAUSE: Duration = Duration::from_millis(200);

/// What a file looked like: when it was written, and how long it was; nothing if it is not there.
type FileStamp = Option<(SystemTime, u64)>;

/// How much earlier than a clock says a file may seem to be written.
const GRAIN: Duration = Duration::from_millis(20);

/// Waits until one of these files has changed since a time, comes or goes, or `others` finds other files.
pub(crate) fn wait_for_change(files: &[PathBuf], since: SystemTime, others: &dyn Fn() -> bool) {
    let before: Vec<FileStamp> = files.iter().map(|file| stamp_of(file)).collect();
    if before.iter().flatten().any(|(written, _)| *written + GRAIN >= since) {
        return;
    }
    let same = || files.iter().zip(&before).all(|(file, before)| stamp_of(file) == *before);
    // To go through the folders costs more than to look at files, so it is done less often.
    while (0..5).all(|_| {
        std::thread::sleep(PAUSE);
        same()
    }) && !others()
    {}
}

fn stamp_of(file: &Path) -> FileStamp {
    let data = fs::metadata(file).ok()?;
    Some((data.modified().ok()?, data.len()))
}
