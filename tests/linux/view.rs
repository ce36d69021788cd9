//! The state of the reference side's processes between two steps.

use std::collections::BTreeMap;

use super::names::MREMAP_FIXED;
use super::op::{Fd, Op, Source, Step};
use super::place::{Base, PAGE, Place};
use super::side::{Answer, Area, Backing};

/// A length that exceeds any range of memory.
const LONGEST: u64 = 1 << 47;

/// The state of the reference's processes between two steps.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The areas of each process, or `None` for an ended process.
    pub processes: Vec<Option<Vec<Area>>>,
    /// The files.
    pub files: Vec<FileView>,
    /// The size of each anonymous shared object, in bytes.
    objects: BTreeMap<u64, u64>,
}

/// The state of a file between two steps.
#[derive(Debug, Clone, Default)]
pub struct FileView {
    /// The file's size in bytes.
    pub size: u64,
    /// Whether a store changed bytes past the file's end, in the rest of the last page. The file system
    /// decides when to zero these bytes: when it writes the page to the disk, when the file grows, or never.
    pub stored_past_end: bool,
}

impl View {
    /// A view of files with these sizes, without processes.
    pub fn new(files: impl Iterator<Item = usize>) -> View {
        let file = |size: usize| FileView {
            size: size as u64,
            stored_past_end: false,
        };
        View {
            processes: Vec::new(),
            files: files.map(file).collect(),
            objects: BTreeMap::new(),
        }
    }

    /// Records the current areas of a process.
    pub fn see(&mut self, process: usize, areas: Option<Vec<Area>>) {
        for area in areas.iter().flatten() {
            if let Backing::Shared(object) = area.backing {
                // The first area of an object covers the entire object.
                self.objects.entry(object).or_insert(area.length() as u64);
            }
        }
        self.processes
            .resize(self.processes.len().max(process + 1), None);
        self.processes[process] = areas;
    }

    /// The processes that have not ended.
    pub fn living(&self) -> Vec<usize> {
        (0..self.processes.len())
            .filter(|&process| self.processes[process].is_some())
            .collect()
    }

    /// The areas of a process.
    pub fn areas(&self, process: usize) -> &[Area] {
        self.processes
            .get(process)
            .and_then(Option::as_deref)
            .unwrap_or(&[])
    }

    /// The place of the file's end in an area, if the area contains the end.
    pub fn end_of_file(&self, area: &Area) -> Option<Place> {
        let Backing::File(file) = area.backing else {
            return None;
        };
        let end = area
            .start
            .plus(self.files[file].size as i64 - area.offset as i64);
        (area.start <= end && end < area.end).then_some(end)
    }

    /// The start of an area's bytes that the file system may or may not have zeroed.
    pub fn unsettled(&self, area: &Area) -> Option<Place> {
        let unsettled =
            matches!(area.backing, Backing::File(file) if self.files[file].stored_past_end);
        self.end_of_file(area).filter(|_| unsettled)
    }

    /// Records the effects of a step on the rest of each file's last page, before the new file sizes are
    /// recorded.
    pub fn note(&mut self, step: &Step, answer: &Answer) {
        let stored = match (step.op, answer) {
            (Op::Store { at, .. }, Answer::Done) => (at, 1),
            (Op::Pread { to, .. }, &Answer::Number(count)) => (to, count),
            (
                Op::Ftruncate {
                    fd: Fd::File(file, _),
                    length,
                },
                Answer::Number(_),
            ) => {
                let shorter = length < self.files[file].size as i64;
                self.files[file].stored_past_end &= !shorter;
                return;
            }
            _ => return,
        };
        let (first, after) = (stored.0, stored.0.plus(stored.1));
        for area in self.areas(step.process).to_vec() {
            let past_end = self
                .end_of_file(&area)
                .is_some_and(|end| first < area.end && end < after);
            if let Backing::File(file) = area.backing
                && past_end
                && area.perms.ends_with('s')
            {
                self.files[file].stored_past_end = true;
            }
        }
    }

    /// Whether both sides should give the same answer to a step. The process must exist. The answer to the step
    /// must not depend on:
    ///
    /// - the order in which overlapping bytes are copied;
    /// - bytes stored past the end of a file;
    /// - the order in which Linux on x86 checks a fetch from an absent page;
    /// - the size of the machine's memory.
    ///
    /// The step must not be an `mremap` that fails only after Linux has unmapped the target. According to
    /// rule 16, a failed `mremap` changes nothing.
    pub fn comparable(&self, step: &Step) -> bool {
        let areas = self.areas(step.process);
        let there = matches!(self.processes.get(step.process), Some(Some(_)));
        let fair = match step.op {
            Op::Mremap {
                at,
                old,
                new,
                flags,
                to,
            } => flags & MREMAP_FIXED == 0 || !fails_late(areas, at, old, to, new),
            Op::Pread {
                fd: Fd::File(file, _),
                to,
                length,
                offset,
            } => !copies_itself(areas, file, to, length, offset),
            Op::Pwrite {
                fd: Fd::File(file, _),
                from,
                length,
                offset,
            } => {
                self.may_reach(file, offset.saturating_add_unsigned(length))
                    && self.may_write(areas, file, from, length, offset)
            }
            Op::Ftruncate {
                fd: Fd::File(file, _),
                length,
            } => self.may_reach(file, length),
            Op::Load { at } => self.settled(areas, at, 1),
            Op::Fetch { at } => self.may_fetch(areas, at),
            // Linux rejects a heap that is larger than the machine's memory. Both sides reject a heap that
            // would overlap an area.
            Op::Brk { at } => {
                at.base == Base::Heap
                    || areas
                        .iter()
                        .any(|area| Place::page(0) <= area.end && area.start < at)
            }
            _ => true,
        };
        there && fair
    }

    /// Whether a file may grow to a size.
    fn may_reach(&self, file: usize, size: i64) -> bool {
        !self.files[file].stored_past_end || size <= self.files[file].size as i64
    }

    fn may_write(
        &self,
        areas: &[Area],
        file: usize,
        from: Source,
        length: u64,
        offset: i64,
    ) -> bool {
        let Source::Memory(from) = from else {
            return true;
        };
        // On some Linux kernels, such as 6.18, a write past the end extends the file even if the write fails
        // before its first byte.
        let leaves_no_gap = offset <= self.files[file].size as i64;
        (leaves_no_gap || self.readable(areas, from))
            && self.settled(areas, from, length)
            && !copies_itself(areas, file, from, length, offset)
    }

    /// Whether a fetch is allowed, or the page to fetch from is present. If a fetch from an absent page is not
    /// allowed, Linux on x86 first looks for the page. Linux therefore detects the end of the file or object
    /// before it checks the permission. Rule 17 of semantics.md requires the permission check first.
    fn may_fetch(&self, areas: &[Area], at: Place) -> bool {
        let forbids = |area: &Area| !area.perms.contains('x') && !area.perms.starts_with("---");
        self.readable(areas, at) || !areas.iter().any(|area| area.holds(at) && forbids(area))
    }

    /// Whether the file system's zeroing cannot change any byte in a range of memory.
    fn settled(&self, areas: &[Area], at: Place, length: u64) -> bool {
        let after = at.plus(length.try_into().unwrap_or(i64::MAX));
        !areas.iter().any(|area| {
            self.unsettled(area)
                .is_some_and(|start| at < area.end && start < after)
        })
    }

    /// Whether a byte can be loaded.
    fn readable(&self, areas: &[Area], at: Place) -> bool {
        areas.iter().filter(|area| area.holds(at)).any(|area| {
            let there = match area.backing {
                Backing::File(file) => self.files[file].size.next_multiple_of(PAGE as u64),
                Backing::Shared(object) => self.objects.get(&object).copied().unwrap_or(0),
                Backing::Anonymous => area.length() as u64,
            };
            !area.perms.starts_with("---")
                && at < area.start.plus(there as i64 - area.offset as i64)
        })
    }
}

/// Whether a move to a fixed place may fail although its arguments look valid. Such a move fails if the target
/// overlaps a source that is to be mapped twice, or if the part to remove is longer than any memory.
fn fails_late(areas: &[Area], at: Place, old: u64, to: Place, new: u64) -> bool {
    let onto_itself = to <= at && at < to.plus(new.try_into().unwrap_or(i64::MAX));
    let mapped = areas.iter().any(|area| area.holds(at));
    mapped && ((old == 0 && onto_itself) || old >= LONGEST)
}

/// Whether a system call would copy bytes of a file onto themselves, because the buffer is a mapping of these
/// bytes.
fn copies_itself(areas: &[Area], file: usize, memory: Place, length: u64, offset: i64) -> bool {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    areas
        .iter()
        .filter(|area| area.backing == Backing::File(file))
        .any(|area| {
            let first = memory.max(area.start);
            let last = memory.plus(length).min(area.end);
            let start = area.offset as i64 + (first.bytes - area.start.bytes);
            let end = start.saturating_add(last.bytes.saturating_sub(first.bytes));
            first < last && start < offset.saturating_add(length) && offset < end
        })
}
