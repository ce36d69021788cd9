//! The state of the reference's processes between two steps.

use std::collections::BTreeMap;

use super::names::MREMAP_FIXED;
use super::op::{Fd, Op, Source, Step};
use super::place::{Base, PAGE, Place};
use super::side::{Answer, Area, Backing, joined};

/// Longer than any range of memory.
const LONGEST: u64 = 1 << 47;

/// The state of the reference's processes between two steps.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The areas of each process, not merged; none for one that has ended.
    pub processes: Vec<Option<Vec<Area>>>,
    /// The files.
    pub files: Vec<FileView>,
    /// The bytes of each anonymous shared object.
    objects: BTreeMap<u64, u64>,
}

/// The state of a file between two steps.
#[derive(Debug, Clone, Default)]
pub struct FileView {
    /// Its size in bytes.
    pub size: u64,
    /// Whether something was stored past its end, in the rest of its last page. The file system decides when to zero it: when
    /// the page is written to the disk, when the file grows, or never.
    pub stored_past_end: bool,
}

impl View {
    /// Files of these sizes, and no process yet.
    pub fn new(files: impl Iterator<Item = usize>) -> View {
        let file = |size: usize| FileView { size: size as u64, stored_past_end: false };
        View { processes: Vec::new(), files: files.map(file).collect(), objects: BTreeMap::new() }
    }

    /// Records the current areas of a process.
    pub fn see(&mut self, process: usize, areas: Option<Vec<Area>>) {
        for area in areas.iter().flatten() {
            if let Backing::Shared(object) = area.backing {
                // The first area of an object covers all of it.
                self.objects.entry(object).or_insert(area.length() as u64);
            }
        }
        self.processes.resize(self.processes.len().max(process + 1), None);
        self.processes[process] = areas;
    }

    /// The processes that have not ended.
    pub fn living(&self) -> Vec<usize> {
        (0..self.processes.len()).filter(|&process| self.processes[process].is_some()).collect()
    }

    /// The areas of a process.
    pub fn areas(&self, process: usize) -> &[Area] {
        self.processes.get(process).and_then(Option::as_deref).unwrap_or(&[])
    }

    /// The end of the file in an area, if the area contains it.
    pub fn end_of_file(&self, area: &Area) -> Option<Place> {
        let Backing::File(file) = area.backing else { return None };
        let end = area.start.plus(self.files[file].size as i64 - area.offset as i64);
        (area.start <= end && end < area.end).then_some(end)
    }

    /// The start of the bytes in an area that may or may not be zeroed.
    pub fn unsettled(&self, area: &Area) -> Option<Place> {
        let unsettled = matches!(area.backing, Backing::File(file) if self.files[file].stored_past_end);
        self.end_of_file(area).filter(|_| unsettled)
    }

    /// Records the effects of a step on the rests of files' last pages, before their new sizes are recorded.
    pub fn note(&mut self, step: &Step, answer: &Answer) {
        let stored = match (step.op, answer) {
            (Op::Store { at, .. }, Answer::Done) => (at, 1),
            (Op::Pread { to, .. }, &Answer::Number(count)) => (to, count),
            (Op::Ftruncate { fd: Fd::File(file, _), length }, Answer::Number(_)) => {
                let shorter = length < self.files[file].size as i64;
                self.files[file].stored_past_end &= !shorter;
                return;
            }
            _ => return,
        };
        let (first, after) = (stored.0, stored.0.plus(stored.1));
        for area in self.areas(step.process).to_vec() {
            let past_end = self.end_of_file(&area).is_some_and(|end| first < area.end && end < after);
            if let Backing::File(file) = area.backing
                && past_end
                && area.perms.ends_with('s')
            {
                self.files[file].stored_past_end = true;
            }
        }
    }

    /// Whether both sides should answer a step alike. Its process must exist, and the answer must not depend on areas that Linux
    /// keeps apart although rule 15 of semantics.md merges them, on the order in which bytes are copied over themselves,
    /// on bytes stored past the end of a file, on the missing x86 bit for fetches of
    /// absent pages, or on the size of the machine's memory. It must not be an `mremap` that Linux fails
    /// only after it has unmapped the target (rule 16: a failed one changes nothing).
    pub fn comparable(&self, step: &Step) -> bool {
        let areas = self.areas(step.process);
        let there = matches!(self.processes.get(step.process), Some(Some(_)));
        let fair = match step.op {
            Op::Mremap { at, old, new, flags, to } => {
                let fails_late = flags & MREMAP_FIXED != 0 && fails_late(areas, at, old, to, new);
                !seam_between(areas, at, old.max(new)) && !fails_late
            }
            Op::Pread { fd: Fd::File(file, _), to, length, offset } => {
                !copies_itself(areas, file, to, length, offset)
            }
            Op::Pwrite { fd: Fd::File(file, _), from, length, offset } => {
                self.may_reach(file, offset.saturating_add_unsigned(length))
                    && self.may_write(areas, file, from, length, offset)
            }
            Op::Ftruncate { fd: Fd::File(file, _), length } => self.may_reach(file, length),
            Op::Load { at } => self.settled(areas, at, 1),
            Op::Fetch { at } => self.may_fetch(areas, at),
            // Linux rejects a heap that is larger than its memory. A heap that would overlap an area is always rejected.
            Op::Brk { at } => {
                at.base == Base::Heap
                    || areas.iter().any(|area| Place::page(0) <= area.end && area.start < at)
            }
            _ => true,
        };
        there && fair
    }

    /// Whether a file may have a size.
    fn may_reach(&self, file: usize, size: i64) -> bool {
        !self.files[file].stored_past_end || size <= self.files[file].size as i64
    }

    fn may_write(&self, areas: &[Area], file: usize, from: Source, length: u64, offset: i64) -> bool {
        let Source::Memory(from) = from else { return true };
        // A write past the end that fails before its first byte extends the file on some Linux kernels, such as 6.18.
        let leaves_no_gap = offset <= self.files[file].size as i64;
        (leaves_no_gap || self.readable(areas, from))
            && self.settled(areas, from, length)
            && !copies_itself(areas, file, from, length, offset)
    }

    /// Whether a fetch is allowed, or its page is present: otherwise Linux, on x86, first looks for the page, and so for the end of the file or object, and only
    /// checks the permission once the page is present. Rule 17 of semantics.md checks the permission first.
    fn may_fetch(&self, areas: &[Area], at: Place) -> bool {
        let forbids = |area: &Area| !area.perms.contains('x') && !area.perms.starts_with("---");
        self.readable(areas, at) || !areas.iter().any(|area| area.holds(at) && forbids(area))
    }

    /// Whether a range of memory has no bytes that may or may not be zeroed.
    fn settled(&self, areas: &[Area], at: Place, length: u64) -> bool {
        let after = at.plus(length.try_into().unwrap_or(i64::MAX));
        !areas.iter().any(|area| self.unsettled(area).is_some_and(|start| at < area.end && start < after))
    }

    /// Whether a byte can be loaded.
    fn readable(&self, areas: &[Area], at: Place) -> bool {
        areas.iter().filter(|area| area.holds(at)).any(|area| {
            let there = match area.backing {
                Backing::File(file) => self.files[file].size.next_multiple_of(PAGE as u64),
                Backing::Shared(object) => self.objects.get(&object).copied().unwrap_or(0),
                Backing::Anonymous => area.length() as u64,
            };
            !area.perms.starts_with("---") && at < area.start.plus(there as i64 - area.offset as i64)
        })
    }
}

/// Whether a move to a fixed place may fail although its arguments look valid: the target overlaps a source that is to be mapped twice, or
/// the part to be cut off is longer than any memory.
fn fails_late(areas: &[Area], at: Place, old: u64, to: Place, new: u64) -> bool {
    let onto_itself = to <= at && at < to.plus(new.try_into().unwrap_or(i64::MAX));
    let mapped = areas.iter().any(|area| area.holds(at));
    mapped && ((old == 0 && onto_itself) || old >= LONGEST)
}

/// Whether two areas that could be one meet in a range.
fn seam_between(areas: &[Area], at: Place, length: u64) -> bool {
    let end = at.plus(length.try_into().unwrap_or(i64::MAX)).plus(PAGE);
    areas.windows(2).any(|pair| {
        let seam = pair[1].start;
        joined(pair).len() == 1 && at < seam && seam < end
    })
}

/// Whether a buffer is mapped to the bytes of the file that are copied from or to it.
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
