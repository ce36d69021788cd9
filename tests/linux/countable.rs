//! Determines the steps after which faults can be counted on both sides.
//!
//! Fault-around and the page tables of a child depend on the areas, and Linux does not merge some areas that
//! semantics.md merges (rule 15). Linux also remembers that an area once had private pages, even after the area
//! is moved or split (`anon_vma`). Rule 13 considers only whether the area currently has private pages.

use super::names::{MAP_LOCKED, MAP_POPULATE};
use super::op::{Fd, Op, Source, Step};
use super::place::Place;
use super::side::{Answer, Area, Backing, joined};
use super::view::View;

/// The known history of each process's pages.
#[derive(Debug, Clone, Default)]
pub struct Countable {
    /// By process.
    histories: Vec<History>,
}

/// Whether a process may have private pages, and in which areas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum History {
    /// The process has no private pages.
    #[default]
    Untouched,
    /// The process may have private pages, in the areas in which the pages were created.
    Owns,
    /// The process may have had private pages in areas that have changed since.
    Forgotten,
}

impl Countable {
    /// Records a performed step.
    pub fn note(&mut self, step: &Step, answer: &Answer) {
        if let Answer::Child(child) = *answer {
            let history = self.history(step.process);
            self.histories.resize(child + 1, History::default());
            self.histories[child] = history;
            return;
        }
        let before = self.history(step.process);
        let failed = matches!(answer, Answer::Error(_))
            || matches!(answer, Answer::Signal(signal, _) if signal == "SIGBUS");
        let after = match step.op {
            // A store past the end of a file also sets `anon_vma`.
            Op::Store { .. } | Op::Pread { .. } | Op::Mlock { .. } if failed => History::Forgotten,
            Op::Store { .. } | Op::Pread { .. } | Op::Mlock { .. } => before.max(History::Owns),
            Op::Mmap { flags, .. }
                if flags & (MAP_POPULATE | MAP_LOCKED) != 0 && before == History::Untouched =>
            {
                History::Owns
            }
            Op::Mmap { .. }
            | Op::Munmap { .. }
            | Op::Mprotect { .. }
            | Op::Mremap { .. }
            | Op::Madvise { .. }
            | Op::Brk { .. }
                if before == History::Owns =>
            {
                History::Forgotten
            }
            _ => before,
        };
        self.histories.resize(self.histories.len().max(step.process + 1), History::default());
        self.histories[step.process] = after;
    }

    fn history(&self, process: usize) -> History {
        self.histories.get(process).copied().unwrap_or_default()
    }

    /// Whether the faults of later steps can also be counted. The step must not allocate a page of a file,
    /// and must not be a fetch, because single-stepping a process reads the instruction and faults in its
    /// page.
    pub fn allows(&self, view: &View, step: &Step) -> bool {
        let areas = view.areas(step.process);
        let apart = joined(areas).len() < areas.len();
        match step.op {
            Op::Ftruncate { .. } | Op::Fetch { .. } => false,
            Op::Fork => !apart && self.history(step.process) < History::Forgotten,
            Op::Load { at } | Op::Pwrite { from: Source::Memory(at), .. }
                if apart && !is_anonymous(areas, at) =>
            {
                false
            }
            // Linux stores through the page table, which marks the entry dirty. Pagewalk's kernel does not
            // mark the entry dirty.
            Op::Pread { to, length, .. } => !reaches_file(areas, to, length),
            Op::Pwrite { fd: Fd::File(file, _), length, offset, .. } => {
                offset.saturating_add_unsigned(length) <= view.files[file].size as i64
            }
            _ => true,
        }
    }
}

/// Whether a place is in an area of private anonymous memory, which has no fault-around.
fn is_anonymous(areas: &[Area], at: Place) -> bool {
    areas.iter().any(|area| area.holds(at) && area.backing == Backing::Anonymous)
}

/// Whether a range overlaps a shared mapping of a file.
fn reaches_file(areas: &[Area], at: Place, length: u64) -> bool {
    let end = at.plus(length.try_into().unwrap_or(i64::MAX));
    let of_file = |area: &&Area| matches!(area.backing, Backing::File(_)) && area.perms.ends_with('s');
    areas.iter().filter(of_file).any(|area| area.start < end && at < area.end)
}
