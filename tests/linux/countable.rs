//! After which steps faults can be counted on both sides.
//!
//! What a fault maps around, and what a child gets at once, hangs on which areas there are, and Linux keeps some apart that
//! semantics.md makes one (rule 15). It also keeps in mind that an area once had pages of its own, wherever they and its parts went since
//! (`anon_vma`); rule 13 asks whether it has some.

use super::names::{MAP_LOCKED, MAP_POPULATE};
use super::op::{Fd, Op, Source, Step};
use super::place::Place;
use super::side::{Answer, Area, Backing, joined};
use super::view::View;

/// What is known of the pages of each process.
#[derive(Debug, Clone, Default)]
pub struct Countable {
    /// By process.
    histories: Vec<History>,
}

/// How a process came to its private pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum History {
    /// It has none of its own.
    #[default]
    Untouched,
    /// It may have some, where its areas were when it got them.
    Owns,
    /// It may have had some in areas that are others now.
    Forgotten,
}

impl Countable {
    /// Takes note of a step that was performed.
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
            // A store past the end of a file counts in Linux's mind.
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

    /// Whether the faults that follow can be counted, too. No file gets a page that is nowhere yet. Nothing is fetched: who steps through a
    /// process looks at the instruction, which brings its page in.
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
            // Linux stores through the page table, which marks the entry dirty; Pagewalk's kernel does not.
            Op::Pread { to, length, .. } => !reaches_file(areas, to, length),
            Op::Pwrite { fd: Fd::File(file, _), length, offset, .. } => {
                offset.saturating_add_unsigned(length) <= view.files[file].size as i64
            }
            _ => true,
        }
    }
}

/// Whether a place is in an area of private anonymous memory, around which nothing is mapped.
fn is_anonymous(areas: &[Area], at: Place) -> bool {
    areas.iter().any(|area| area.holds(at) && area.backing == Backing::Anonymous)
}

/// Whether a range reaches a shared mapping of a file.
fn reaches_file(areas: &[Area], at: Place, length: u64) -> bool {
    let end = at.plus(length.try_into().unwrap_or(i64::MAX));
    let of_file = |area: &&Area| matches!(area.backing, Backing::File(_)) && area.perms.ends_with('s');
    areas.iter().filter(of_file).any(|area| area.start < end && at < area.end)
}
