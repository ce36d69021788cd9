//! Determines the steps whose page faults, and the faults of later steps, can be counted on both sides.

use super::op::{Fd, Op, Step};
use super::place::Place;
use super::side::{Area, Backing};
use super::view::View;

/// Whether the faults of later steps can also be counted. The step must not allocate a page of a file, and must
/// not be a fetch, because single-stepping a process reads the instruction and faults in its page.
pub fn is_countable(view: &View, step: &Step) -> bool {
    match step.op {
        Op::Ftruncate { .. } | Op::Fetch { .. } => false,
        // Linux stores through the page table, which marks the entry dirty. Pagewalk's kernel does not mark the
        // entry dirty.
        Op::Pread { to, length, .. } => !reaches_file(view.areas(step.process), to, length),
        Op::Pwrite {
            fd: Fd::File(file, _),
            length,
            offset,
            ..
        } => offset.saturating_add_unsigned(length) <= view.files[file].size as i64,
        _ => true,
    }
}

/// Whether a range overlaps a shared mapping of a file.
fn reaches_file(areas: &[Area], at: Place, length: u64) -> bool {
    let end = at.plus(length.try_into().unwrap_or(i64::MAX));
    let of_file =
        |area: &&Area| matches!(area.backing, Backing::File(_)) && area.perms.ends_with('s');
    areas
        .iter()
        .filter(of_file)
        .any(|area| area.start < end && at < area.end)
}
