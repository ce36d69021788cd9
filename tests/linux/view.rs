//! What the reference's processes look like between two steps.

use super::op::{Fd, Op, Source, Step};
use super::place::{PAGE, Place};
use super::side::{Area, Backing};

/// What the reference's processes look like between two steps.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The areas of each process, not joined; none of one that has ended.
    pub processes: Vec<Option<Vec<Area>>>,
    /// The bytes of each file.
    pub files: Vec<Vec<u8>>,
}

impl View {
    /// The processes that have not ended.
    pub fn living(&self) -> Vec<usize> {
        (0..self.processes.len()).filter(|&process| self.processes[process].is_some()).collect()
    }

    /// The areas of a process.
    pub fn areas(&self, process: usize) -> &[Area] {
        self.processes.get(process).and_then(Option::as_deref).unwrap_or(&[])
    }

    /// Where the file behind an area ends in it, if it does.
    pub fn end_of_file(&self, area: &Area) -> Option<Place> {
        let Backing::File(file) = area.backing else { return None };
        let end = area.start.plus(self.files[file].len() as i64 - area.offset as i64);
        (area.start <= end && end < area.end).then_some(end)
    }

    /// Whether both sides can be expected to answer a step alike: its process is there, and neither does the answer hang on where
    /// Linux keeps two areas apart that rule 15 of semantics.md makes one, nor on the order in which bytes are copied over themselves.
    pub fn comparable(&self, step: &Step) -> bool {
        let areas = self.areas(step.process);
        let there = matches!(self.processes.get(step.process), Some(Some(_)));
        let fair = match step.op {
            Op::Mremap { at, old, new, .. } => !seam_between(areas, at, old.max(new)),
            Op::Pread { fd: Fd::File(file, _), to: memory, length, offset }
            | Op::Pwrite { fd: Fd::File(file, _), from: Source::Memory(memory), length, offset } => {
                !copies_itself(areas, file, memory, length, offset)
            }
            _ => true,
        };
        there && fair
    }
}

/// Whether two areas meet in a range that could be one.
fn seam_between(areas: &[Area], at: Place, length: u64) -> bool {
    let end = at.plus(length.try_into().unwrap_or(i64::MAX)).plus(PAGE);
    areas.windows(2).any(|pair| {
        let seam = pair[1].start;
        super::side::joined(pair).len() == 1 && at < seam && seam < end
    })
}

/// Whether a buffer in memory is mapped to bytes of the file that it is to be copied from or to.
fn copies_itself(areas: &[Area], file: usize, memory: Place, length: u64, offset: i64) -> bool {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    areas.iter().filter(|area| area.backing == Backing::File(file)).any(|area| {
        let first = memory.max(area.start);
        let last = memory.plus(length).min(area.end);
        let start = area.offset as i64 + (first.bytes - area.start.bytes);
        let end = start.saturating_add(last.bytes.saturating_sub(first.bytes));
        first < last && start < offset.saturating_add(length) && offset < end
    })
}
