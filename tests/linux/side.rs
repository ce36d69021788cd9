//! A side of the comparison, which performs steps: Linux or Pagewalk's kernel.

use std::fmt;

use super::op::Step;
use super::place::{Layout, PAGE, Place};

/// The answer to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A system call's result that is not an address. For `brk` it is 0, as in the C function.
    Number(i64),
    /// A system call's result that is an address.
    At(Place),
    /// The name of a system call's error.
    Error(String),
    /// The byte that a load read.
    Byte(u8),
    /// A store was made, an instruction was fetched, or the process ended.
    Done,
    /// The access was fatal: the signal and its `si_code`, by C's names. The process continues as if it had not tried.
    Signal(String, String),
    /// The number of the process that `fork` made. Processes are numbered from 0 in the order of their creation.
    Child(usize),
}

impl fmt::Display for Answer {
    /// The facts in a script.
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

/// The backing of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Backing {
    /// Private demand-zero memory.
    Anonymous,
    /// An anonymous shared object. Each has a unique number in the sequence; the comparison renumbers
    /// them in the order of their appearance.
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
    /// Its backing.
    pub backing: Backing,
}

impl Area {
    /// Its bytes.
    pub const fn length(&self) -> i64 {
        self.end.bytes - self.start.bytes
    }

    /// Whether it contains the place.
    pub fn holds(&self, place: Place) -> bool {
        self.start <= place && place < self.end
    }

    /// The start of its pages.
    pub fn pages(&self) -> impl Iterator<Item = Place> + use<> {
        let start = self.start;
        (0..self.length() / PAGE).map(move |page| start.plus(page * PAGE))
    }

    /// Whether all is the same, and the next starts at this one's end.
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

/// The areas after merging all neighbors that can be one (semantics.md 15).
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

/// Properties of the kernel's configuration, the processor, and the file system. Sequences omit the steps that a side does not permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate question")]
pub struct Permits {
    /// Files may be mapped executable: their file system is not mounted `noexec`.
    pub executable_files: bool,
    /// Executable memory can be unreadable (semantics.md 17): the processor has no protection keys.
    pub execute_is_read: bool,
    /// `MADV_MERGEABLE` is supported: the kernel can merge identical pages.
    pub merging: bool,
    /// `MADV_WILLNEED` of anonymous memory succeeds: the kernel can swap.
    pub swapping: bool,
    /// `mremap` moves several areas at once (semantics.md 16): Linux 6.17 and later.
    pub moves_areas: bool,
    /// `MREMAP_DONTUNMAP` also accepts files: Linux 5.13 and later.
    pub keeps_areas: bool,
    /// Any memory may be locked: the process has `CAP_IPC_LOCK`.
    pub locking: bool,
}

impl Permits {
    /// All permissions.
    pub const ALL: Permits = Permits {
        executable_files: true,
        execute_is_read: true,
        merging: true,
        swapping: true,
        moves_areas: true,
        keeps_areas: true,
        locking: true,
    };

    /// The permissions of both.
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

/// Performs steps and shows its state. Reading the state must not change later answers.
///
/// A sequence begins with [`Side::start`]: process 0 has an empty address space, the break at the start of the heap,
/// and the files as [`super::op::FILES`] says, open in each mode of `Mode::ALL`. Every later process comes from `fork`.
/// Only processes that have not ended are used.
pub trait Side {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The places of the window and the heap; always the same.
    fn layout(&self) -> Layout;

    /// Its permissions.
    fn permits(&self) -> Permits;

    /// Starts a new sequence.
    fn start(&mut self);

    /// Performs a step.
    fn step(&mut self, step: &Step) -> Answer;

    /// The areas of a process, by address, as in `/proc/PID/maps`; merged or not.
    fn maps(&mut self, process: usize) -> Vec<Area>;

    /// The bytes at these offsets (below the page's size) of a page, whatever its protection; `None` without an area, or
    /// if the whole page is past the end of its file.
    fn bytes(&mut self, process: usize, page: Place, offsets: &[u16]) -> Option<Vec<u8>>;

    /// All bytes of a file, as `read` returns them.
    fn file(&mut self, file: usize) -> Vec<u8>;

    /// The minor and the major faults of a process so far. Only `counts` uses them, and expects Linux's defaults: `zero-page on`,
    /// `fault-around 16 pages`, `page-cache warm`.
    fn faults(&mut self, process: usize) -> (u64, u64);
}
