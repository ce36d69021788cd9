//! What the reference's processes look like between two steps.

use std::collections::BTreeMap;

use super::names::MREMAP_FIXED;
use super::op::{Fd, Op, Source, Step};
use super::place::{Base, PAGE, Place};
use super::side::{Answer, Area, Backing, joined};

/// No range of memory has so many bytes.
const LONGEST: u64 = 1 << 47;

/// What the reference's processes look like between two steps.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The areas of each process, not joined; none of one that has ended.
    pub processes: Vec<Option<Vec<Area>>>,
    /// The files.
    pub files: Vec<FileView>,
    /// The bytes of each anonymous shared object.
    objects: BTreeMap<u64, u64>,
}

/// What a file looks like between two steps.
#[derive(Debug, Clone, Default)]
pub struct FileView {
    /// Its bytes.
    pub size: u64,
    /// Whether something was stored past its end, in the rest of its last page. When that is zeroed is up to the file system: when
    /// the page is written to the disk, when the file grows, or never.
    pub stored_past_end: bool,
}

impl View {
    /// Files of these sizes, and no process yet.
    pub fn new(files: impl Iterator<Item = usize>) -> View {
        let file = |size: usize| FileView { size: size as u64, stored_past_end: false };
        View { processes: Vec::new(), files: files.map(file).collect(), objects: BTreeMap::new() }
    }

    /// Takes note of the areas that a process has now.
    pub fn see(&mut self, process: usize, areas: Option<Vec<Area>>) {
        for area in areas.iter().flatten() {
            if let Backing::Shared(object) = area.backing {
                // The first area of an object is all of it.
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

    /// Where the file behind an area ends in it, if it does.
    pub fn end_of_file(&self, area: &Area) -> Option<Place> {
        let Backing::File(file) = area.backing else { return None };
        let end = area.start.plus(self.files[file].size as i64 - area.offset as i64);
        (area.start <= end && end < area.end).then_some(end)
    }

    /// Where in an area begins what may be zeroed or not.
    pub fn unsettled(&self, area: &Area) -> Option<Place> {
        let unsettled = matches!(area.backing, Backing::File(file) if self.files[file].stored_past_end);
        self.end_of_file(area).filter(|_| unsettled)
    }

    /// Takes note of what a step did to the rests of files' last pages, before their sizes are seen anew.
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

    /// Whether both sides can be expected to answer a step alike: its process is there, and the answer hangs neither on where Linux
    /// keeps two areas apart that rule 15 of semantics.md makes one, nor on the order in which bytes are copied over themselves,
    /// nor on what a file system does with what was stored past the end of a file, nor on that an x86 has no bit for fetches of
    /// pages that are not there, nor on how much memory the machine has; and it is no `mremap` that Linux finds out to fail
    /// only after it has unmapped what stood at the target (rule 16: a failed one changes nothing).
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
            // Linux refuses a heap that is larger than its memory; where it would meet an area, it is refused in any case.
            Op::Brk { at } => {
                at.base == Base::Heap
                    || areas.iter().any(|area| Place::page(0) <= area.end && area.start < at)
            }
            _ => true,
        };
        there && fair
    }

    /// Whether a file may come to be of a size.
    fn may_reach(&self, file: usize, size: i64) -> bool {
        !self.files[file].stored_past_end || size <= self.files[file].size as i64
    }

    fn may_write(&self, areas: &[Area], file: usize, from: Source, length: u64, offset: i64) -> bool {
        let Source::Memory(from) = from else { return true };
        // A write past the end that fails before its first byte makes the file longer on some Linuxes, 6.18 among them.
        let leaves_no_gap = offset <= self.files[file].size as i64;
        (leaves_no_gap || self.readable(areas, from))
            && self.settled(areas, from, length)
            && !copies_itself(areas, file, from, length, offset)
    }

    /// Whether a fetch is allowed, or its page is there: else Linux, on x86, first looks for the page, and so for the end of the file or object, and only
    /// finds out that the fetch is forbidden when the page is there. Rule 17 of semantics.md looks at the permission first.
    fn may_fetch(&self, areas: &[Area], at: Place) -> bool {
        let forbids = |area: &Area| !area.perms.contains('x') && !area.perms.starts_with("---");
        self.readable(areas, at) || !areas.iter().any(|area| area.holds(at) && forbids(area))
    }

    /// Whether nothing in a range of memory may be zeroed or not.
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

/// Whether a move to a fixed place may fail although its arguments look good: what it is to map once more stands where it is to go, or
/// what is to be cut off reaches beyond all memory.
fn fails_late(areas: &[Area], at: Place, old: u64, to: Place, new: u64) -> bool {
    let onto_itself = to <= at && at < to.plus(new.try_into().unwrap_or(i64::MAX));
    let mapped = areas.iter().any(|area| area.holds(at));
    mapped && ((old == 0 && onto_itself) || old >= LONGEST)
}

/// Whether two areas meet in a range that could be one.
fn seam_between(areas: &[Area], at: Place, length: u64) -> bool {
    let end = at.plus(length.try_into().unwrap_or(i64::MAX)).plus(PAGE);
    areas.windows(2).any(|pair| {
        let seam = pair[1].start;
        joined(pair).len() == 1 && at < seam && seam < end
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
