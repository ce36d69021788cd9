//! Counts of bytes, pages, areas, and frames.

use crate::report::words::counts::count;
use crate::run::record::CallRecord;

/// Returns `13 bytes`.
pub(crate) fn bytes(n: u64) -> String {
    count(n, "byte", "bytes")
}

/// Returns `2 pages`.
pub(crate) fn pages(n: u64) -> String {
    count(n, "page", "pages")
}

/// Returns `2 areas`.
pub(crate) fn areas(n: usize) -> String {
    count(n as u64, "area", "areas")
}

/// Describes the frames of unmapped pages, for example as `The kernel frees 2 frames`.
pub(crate) fn leaving(record: &CallRecord) -> String {
    let (before, after) = record.effect.resident;
    let (used, later) = record.effect.frames;
    let pages = before.saturating_sub(after);
    let freed = u64::from(used.saturating_sub(later));
    match (pages, freed) {
        (0, 0) => String::new(),
        (_, 0) => {
            ". Other pages still use the frames of the unmapped pages, so the kernel frees none of these frames"
                .to_owned()
        }
        (pages, 1) if pages <= 1 => ". The kernel frees 1 frame".to_owned(),
        (pages, freed) if pages <= freed => format!(". The kernel frees {freed} frames"),
        (pages, freed) => {
            format!(
                ". The unmapped pages used {pages} frames. The kernel frees only {freed}, because other pages still use \
                 the rest"
            )
        }
    }
}
