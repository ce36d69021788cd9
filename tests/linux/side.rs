//! A side of the comparison, which performs steps: Linux or Pagewalk's kernel.

use std::fmt;

use super::op::Step;
use super::place::{Layout, PAGE, Place};

/// The answer to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A system call's result that is not an address. For `brk`, the result is 0, as in the C function.
    Number(i64),
    /// A system call's result that is an address.
    At(Place),
    /// The name of a system call's error.
    Error(String),
    /// The byte that a load read.
    Byte(u8),
    /// A completed store, fetch, or exit.
    Done,
    /// The C names of a fatal access's signal and `si_code`. The process continues as if it had not attempted
    /// the access.
    Signal(String, String),
    /// The number of the process that `fork` created. Processes are numbered from 0 in order of creation.
    Child(usize),
}

impl fmt::Display for Answer {
    /// The answer as facts in script notation.
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
    /// An anonymous shared object. Each object has a unique number in the sequence. The comparison renumbers
    /// the objects in order of appearance.
    Shared(u64),
    /// A file of [`super::op::FILES`].
    File(usize),
}

/// A line of `/proc/PID/maps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The area's first byte.
    pub start: Place,
    /// The first byte after the area.
    pub end: Place,
    /// The permissions in the format of `maps`, such as `rw-p`.
    pub perms: String,
    /// The offset of the area's first byte in the object, or 0 for private anonymous areas.
    pub offset: u64,
    /// The area's backing.
    pub backing: Backing,
}

impl Area {
    /// Number of bytes in the area.
    pub const fn length(&self) -> i64 {
        self.end.bytes - self.start.bytes
    }

    /// Whether the area contains the place.
    pub fn holds(&self, place: Place) -> bool {
        self.start <= place && place < self.end
    }

    /// The start of each page in the area.
    pub fn pages(&self) -> impl Iterator<Item = Place> + use<> {
        let start = self.start;
        (0..self.length() / PAGE).map(move |page| start.plus(page * PAGE))
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Area {
            start,
            end,
            perms,
            offset,
            backing,
        } = self;
        write!(f, "[{start}, {end}) {perms} {offset:X} {backing:?}")
    }
}

/// Properties of the kernel's configuration, the processor, and the file system. Sequences omit steps that a
/// side does not permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate question")]
pub struct Permits {
    /// Files can be mapped as executable, because their file system is not mounted `noexec`.
    pub executable_files: bool,
    /// Executable memory is also readable (semantics.md 17), because the processor has no protection keys.
    pub execute_is_read: bool,
    /// `MADV_MERGEABLE` is supported, because the kernel can merge identical pages.
    pub merging: bool,
    /// `MADV_WILLNEED` succeeds for anonymous memory, because the kernel can swap.
    pub swapping: bool,
    /// A single `mremap` call can move several areas (semantics.md 16), as in Linux 6.17 and later.
    pub moves_areas: bool,
    /// `MREMAP_DONTUNMAP` also accepts files, as in Linux 5.13 and later.
    pub keeps_areas: bool,
    /// Any memory can be locked, because the process has `CAP_IPC_LOCK`.
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

    /// The permissions that both sides have.
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

/// A side, which performs steps and shows its state. Reading the state must not change later answers.
///
/// A sequence begins with [`Side::start`]. At the start of a sequence, process 0 has an empty address space, and
/// its break is at the start of the heap. The files in [`super::op::FILES`] are open in each mode of `Mode::ALL`.
/// Every later process is created by `fork`. Steps use only processes that have not ended.
pub trait Side {
    /// The side's name.
    fn name(&self) -> &'static str;

    /// The addresses of the window and the heap, which never change.
    fn layout(&self) -> Layout;

    /// The steps that the side permits.
    fn permits(&self) -> Permits;

    /// Starts a new sequence.
    fn start(&mut self);

    /// Performs a step.
    fn step(&mut self, step: &Step) -> Answer;

    /// The areas of a process, sorted by address, as in `/proc/PID/maps`.
    fn maps(&mut self, process: usize) -> Vec<Area>;

    /// The bytes at these offsets in a page, regardless of its protection. Returns `None` without an area, or
    /// if the whole page is past the end of the file.
    fn bytes(&mut self, process: usize, page: Place, offsets: &[u16]) -> Option<Vec<u8>>;

    /// All bytes of a file, as returned by `read`.
    fn file(&mut self, file: usize) -> Vec<u8>;

    /// The numbers of minor and major faults in a process so far. Only fault comparisons use these numbers.
    /// These comparisons expect Linux's defaults: `zero-page on`, `fault-around 16 pages`, and `page-cache
    /// warm`.
    fn faults(&mut self, process: usize) -> (u64, u64);
}
