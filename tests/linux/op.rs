//! A step of a sequence, and its text.

use super::names::{self, Names};
use super::place::Place;

/// The files of a sequence.
pub const FILES: [FileSpec; 2] = [
    FileSpec {
        name: "f0",
        size: 5 * 4096 + 0x123,
        fill: 0x70,
    },
    FileSpec {
        name: "f1",
        size: 2 * 4096,
        fill: 0x78,
    },
];

/// A file at the start of a sequence.
#[derive(Debug, Clone, Copy)]
pub struct FileSpec {
    /// The file's name.
    pub name: &'static str,
    /// The file's size in bytes.
    pub size: usize,
    /// All bytes of page `i` are `fill + i`.
    pub fill: u8,
}

impl FileSpec {
    /// The file's contents.
    pub fn contents(self) -> Vec<u8> {
        (0..self.size)
            .map(|at| self.fill + (at / 4096) as u8)
            .collect()
    }
}

/// The access mode of an open file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    ReadOnly,
    WriteOnly,
    ReadWrite,
}

impl Mode {
    /// Every mode, in the order of its C value.
    pub const ALL: [Mode; 3] = [Mode::ReadOnly, Mode::WriteOnly, Mode::ReadWrite];

    /// The mode's name in C.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::ReadOnly => "O_RDONLY",
            Mode::WriteOnly => "O_WRONLY",
            Mode::ReadWrite => "O_RDWR",
        }
    }
}

/// A file descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fd {
    /// −1.
    None,
    /// A descriptor that is not open.
    Closed,
    /// A file from [`FILES`], which is open from the start.
    File(usize, Mode),
}

/// The number of a descriptor that is not open.
pub const CLOSED: i64 = 77;

/// The source of a `pwrite`'s bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The process's memory.
    Memory(Place),
    /// A buffer that is always mapped and contains copies of this byte.
    Byte(u8),
}

/// An operation. The numbers have the types of the C function's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Mmap {
        at: Place,
        length: u64,
        prot: u64,
        flags: u64,
        fd: Fd,
        offset: u64,
    },
    Munmap {
        at: Place,
        length: u64,
    },
    Mprotect {
        at: Place,
        length: u64,
        prot: u64,
    },
    Mremap {
        at: Place,
        old: u64,
        new: u64,
        flags: u64,
        to: Place,
    },
    Madvise {
        at: Place,
        length: u64,
        advice: u64,
    },
    Mlock {
        at: Place,
        length: u64,
    },
    Munlock {
        at: Place,
        length: u64,
    },
    Msync {
        at: Place,
        length: u64,
        flags: u64,
    },
    Brk {
        at: Place,
    },
    Pread {
        fd: Fd,
        to: Place,
        length: u64,
        offset: i64,
    },
    Pwrite {
        fd: Fd,
        from: Source,
        length: u64,
        offset: i64,
    },
    Ftruncate {
        fd: Fd,
        length: i64,
    },
    /// A load of one byte.
    Load {
        at: Place,
    },
    /// A store of one byte. The byte is one of [`HARMLESS`].
    Store {
        at: Place,
        byte: u8,
    },
    /// The fetch of the instruction at the first byte of a page.
    Fetch {
        at: Place,
    },
    /// A fork. The child gets the next process number.
    Fork,
    /// An exit of the process.
    Exit,
}

/// Bytes of instructions that change only registers, regardless of the bytes that follow. Stored bytes, like
/// the bytes of [`FILES`], can therefore be executed.
pub const HARMLESS: [u8; 18] = [
    0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0xB0, 0xB1, 0xB2, 0xB3, 0xB8, 0xB9,
    0xBA, 0xBB,
];

/// Bytes of [`HARMLESS`] instructions that are also printable, because a script writes the bytes of a
/// `pwrite` as a string.
pub const HARMLESS_TEXT: [u8; 5] = *b"z{|}~";

/// A step: an operation of one process. The other processes wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The number of the process: 0 for the first process, or else the number of the `fork` that created the
    /// process.
    pub process: usize,
    /// The operation.
    pub op: Op,
}

/// An argument of a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arg {
    Place(Place),
    /// A size or an offset.
    Size(i128),
    Fd(Fd),
    Bits(u64, Names),
    One(u64, Names),
    /// A buffer with N copies of this byte.
    Bytes(u8, u64),
}

/// The kind of action that an operation performs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A system call, and whether its result is an address.
    Call {
        name: &'static str,
        args: Vec<Arg>,
        gives_place: bool,
    },
    Load(Place),
    Store(Place, u8),
    Fetch(Place),
    Fork,
    Exit,
}

fn call(name: &'static str, args: Vec<Arg>) -> Action {
    Action::Call {
        name,
        args,
        gives_place: matches!(name, "mmap" | "mremap"),
    }
}

impl Op {
    /// The action of this operation.
    pub fn action(self) -> Action {
        let size = |size: u64| Arg::Size(size.into());
        let signed = |size: i64| Arg::Size(size.into());
        match self {
            Op::Mmap {
                at,
                length,
                prot,
                flags,
                fd,
                offset,
            } => {
                let (prot, flags) = (
                    Arg::Bits(prot, names::PROTECTIONS),
                    Arg::Bits(flags, names::MAP_FLAGS),
                );
                call(
                    "mmap",
                    vec![
                        Arg::Place(at),
                        size(length),
                        prot,
                        flags,
                        Arg::Fd(fd),
                        size(offset),
                    ],
                )
            }
            Op::Munmap { at, length } => call("munmap", vec![Arg::Place(at), size(length)]),
            Op::Mprotect { at, length, prot } => call(
                "mprotect",
                vec![
                    Arg::Place(at),
                    size(length),
                    Arg::Bits(prot, names::PROTECTIONS),
                ],
            ),
            Op::Mremap {
                at,
                old,
                new,
                flags,
                to,
            } => {
                let flags = Arg::Bits(flags, names::MREMAP_FLAGS);
                call(
                    "mremap",
                    vec![Arg::Place(at), size(old), size(new), flags, Arg::Place(to)],
                )
            }
            Op::Madvise { at, length, advice } => call(
                "madvise",
                vec![
                    Arg::Place(at),
                    size(length),
                    Arg::One(advice, names::ADVICE),
                ],
            ),
            Op::Mlock { at, length } => call("mlock", vec![Arg::Place(at), size(length)]),
            Op::Munlock { at, length } => call("munlock", vec![Arg::Place(at), size(length)]),
            Op::Msync { at, length, flags } => call(
                "msync",
                vec![
                    Arg::Place(at),
                    size(length),
                    Arg::Bits(flags, names::MS_FLAGS),
                ],
            ),
            Op::Brk { at } => call("brk", vec![Arg::Place(at)]),
            Op::Pread {
                fd,
                to,
                length,
                offset,
            } => call(
                "pread",
                vec![Arg::Fd(fd), Arg::Place(to), size(length), signed(offset)],
            ),
            Op::Pwrite {
                fd,
                from,
                length,
                offset,
            } => {
                let from = match from {
                    Source::Memory(place) => Arg::Place(place),
                    Source::Byte(byte) => Arg::Bytes(byte, length),
                };
                call(
                    "pwrite",
                    vec![Arg::Fd(fd), from, size(length), signed(offset)],
                )
            }
            Op::Ftruncate { fd, length } => call("ftruncate", vec![Arg::Fd(fd), signed(length)]),
            Op::Load { at } => Action::Load(at),
            Op::Store { at, byte } => Action::Store(at, byte),
            Op::Fetch { at } => Action::Fetch(at),
            Op::Fork => Action::Fork,
            Op::Exit => Action::Exit,
        }
    }
}
