//! A side of the comparison: whatever performs steps. Linux is one, Pagewalk's kernel the other.

use std::fmt;

use super::op::Step;
use super::place::{Layout, PAGE, Place};

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A system call's result that is no address. `brk` answers as the C function does, 0.
    Number(i64),
    /// A system call's result that is an address.
    At(Place),
    /// The name of a system call's error.
    Error(String),
    /// The byte that a load read.
    Byte(u8),
    /// A store was made, an instruction was fetched, or the process ended.
    Done,
    /// The access was fatal: the signal and its `si_code`, by C's names. The process goes on as if it had not tried.
    Signal(String, String),
    /// The number of the process that `fork` made: processes count from 0 in the order they are made.
    Child(usize),
}

impl fmt::Display for Answer {
    /// As the facts of a script.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Number(number) => write!(f, "returns {number}, error none"),
            Answer::At(place) => write!(f, "returns {place}, error none"),
            Answer::Error(name) => write!(f, "error {name}"),
            Answer::Byte(byte) => write!(f, "byte 0x{byte:02X}"),
            Answer::Done => f.write_str("signal none"),
            Answer::Signal(signal, code) => write!(f, "signal {signal}, code {code}"),
            Answer::Child(_) => f.write_str("error none"),
        }
    }
}

/// What stands behind an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Backing {
    /// Private demand-zero memory.
    Anonymous,
    /// An anonymous shared object. Any number that no other object has since the sequence began; the comparison numbers
    /// them anew in the order it sees them.
    Shared(u64),
    /// A file of [`super::op::FILES`].
    File(usize),
}

/// A line of `/proc/PID/maps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its first byte.
    pub start: Place,
    /// The first byte after it.
    pub end: Place,
    /// As `maps` prints them: `rw-p`.
    pub perms: String,
    /// The offset of its first byte in the object; 0 for private anonymous ones.
    pub offset: u64,
    /// What stands behind it.
    pub backing: Backing,
}

impl Area {
    /// Its bytes.
    pub const fn length(&self) -> i64 {
        self.end.bytes - self.start.bytes
    }

    /// Whether it holds the place.
    pub fn holds(&self, place: Place) -> bool {
        self.start <= place && place < self.end
    }

    /// Where its pages begin.
    pub fn pages(&self) -> impl Iterator<Item = Place> + use<> {
        let start = self.start;
        (0..self.length() / PAGE).map(move |page| start.plus(page * PAGE))
    }

    /// Whether all is the same but that the next goes on where this one ends.
    fn goes_on_in(&self, next: &Area) -> bool {
        let offset = match self.backing {
            Backing::Anonymous => 0,
            Backing::Shared(_) | Backing::File(_) => self.offset + self.length() as u64,
        };
        self.end == next.start
            && self.perms == next.perms
            && self.backing == next.backing
            && next.offset == offset
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Area { start, end, perms, offset, backing } = self;
        write!(f, "[{start}, {end}) {perms} {offset:X} {backing:?}")
    }
}

/// The areas of which every two that could be one are one (semantics.md 15).
pub fn joined(areas: &[Area]) -> Vec<Area> {
    let mut whole: Vec<Area> = Vec::with_capacity(areas.len());
    for area in areas {
        match whole.last_mut() {
            Some(last) if last.goes_on_in(area) => last.end = area.end,
            _ => whole.push(area.clone()),
        }
    }
    whole
}

/// What depends on how a kernel was built, on the processor, and on where the files are. Sequences leave out what a side does not permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Permits {
    /// Files may be mapped executable: their file system is not mounted `noexec`.
    pub executable_files: bool,
    /// Memory that may be executed and nothing else may be read (semantics.md 17): the processor has no protection keys.
    pub execute_is_read: bool,
    /// `MADV_MERGEABLE` is known: the kernel can merge same pages.
    pub merging: bool,
    /// `MADV_WILLNEED` of anonymous memory is no error: the kernel can swap.
    pub swapping: bool,
    /// `mremap` moves several areas at once (semantics.md 16): Linux 6.17 and later.
    pub moves_areas: bool,
    /// `MREMAP_DONTUNMAP` is for files, too: Linux 5.13 and later.
    pub keeps_areas: bool,
    /// Any memory may be locked: the process has `CAP_IPC_LOCK`.
    pub locking: bool,
}

impl Permits {
    /// All of it.
    pub const ALL: Permits = Permits {
        executable_files: true,
        execute_is_read: true,
        merging: true,
        swapping: true,
        moves_areas: true,
        keeps_areas: true,
        locking: true,
    };

    /// What both permit.
    pub const fn and(self, other: Permits) -> Permits {
        Permits {
            executable_files: self.executable_files && other.executable_files,
            execute_is_read: self.execute_is_read && other.execute_is_read,
            merging: self.merging && other.merging,
            swapping: self.swapping && other.swapping,
            moves_areas: self.moves_areas && other.moves_areas,
            keeps_areas: self.keeps_areas && other.keeps_areas,
            locking: self.locking && other.locking,
        }
    }
}

/// Performs steps and lets itself be looked at. Looking must not change what later steps answer.
///
/// A sequence begins with [`Side::start`]: process 0 has an empty address space, the break at the start of the heap,
/// and the files as [`super::op::FILES`] says, open in each mode of `Mode::ALL`. Every later process comes from `fork`.
/// Only processes that have not ended are asked for anything.
pub trait Side {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Where it has the window and the heap; always the same.
    fn layout(&self) -> Layout;

    /// What it permits.
    fn permits(&self) -> Permits;

    /// Forgets all and begins anew.
    fn start(&mut self);

    /// Performs a step.
    fn step(&mut self, step: &Step) -> Answer;

    /// The areas of a process, by address, as `/proc/PID/maps` has them; joined or not.
    fn maps(&mut self, process: usize) -> Vec<Area>;

    /// The bytes at these offsets (below the page's size) of a page, whatever its protection; `None` if there is nothing: no area, or
    /// the whole page lies past the end of its file.
    fn bytes(&mut self, process: usize, page: Place, offsets: &[u16]) -> Option<Vec<u8>>;

    /// All bytes of a file, as `read` would give them.
    fn file(&mut self, file: usize) -> Vec<u8>;

    /// The minor and the major faults that a process had so far. Only `counts` looks at them, and expects Linux's ways: `zero-page on`,
    /// `fault-around 16 pages`, `page-cache warm`.
    fn faults(&mut self, process: usize) -> (u64, u64);
}
