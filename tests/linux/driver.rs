//! Short names for steps, and for the expected answers of a side. Places are given as page numbers in the
//! window.

use super::names::{MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, PROT_RW};
use super::op::{Fd, Mode, Op, Step};
use super::place::{PAGE, Place};
use super::side::{Answer, Area, Side};

pub const ANONYMOUS: u64 = MAP_PRIVATE | MAP_ANONYMOUS;
pub const F0: Fd = Fd::File(0, Mode::ReadWrite);
pub const F0_READ: Fd = Fd::File(0, Mode::ReadOnly);
pub const F0_WRITE: Fd = Fd::File(0, Mode::WriteOnly);

/// A side with a new sequence.
pub struct Driver<'a>(pub &'a mut dyn Side);

impl Driver<'_> {
    pub fn asks(side: &mut dyn Side) -> Driver<'_> {
        Driver(side)
    }

    pub fn in_process(&mut self, process: usize, op: Op) -> Answer {
        self.0.step(&Step { process, op })
    }

    pub fn step(&mut self, op: Op) -> Answer {
        self.in_process(0, op)
    }

    /// Performs steps, and checks each answer.
    #[track_caller]
    pub fn hold(&mut self, facts: &[(Op, Answer)]) {
        for (op, answer) in facts {
            assert_eq!(self.step(*op), *answer, "{op:?}");
        }
    }

    pub fn maps(&mut self) -> Vec<String> {
        self.0.maps(0).iter().map(Area::to_string).collect()
    }

    pub fn byte(&mut self, at: Place) -> Option<u8> {
        self.0
            .bytes(0, at.page_start(), &[at.in_page() as u16])
            .map(|bytes| bytes[0])
    }
}

pub const fn page(page: i64) -> Place {
    Place::page(page)
}

pub const fn pages(pages: u64) -> u64 {
    pages * PAGE as u64
}

pub fn at(place: i64) -> Answer {
    Answer::At(page(place))
}

pub fn error(name: &str) -> Answer {
    Answer::Error(name.into())
}

pub fn segv(code: &str) -> Answer {
    Answer::Signal("SIGSEGV".into(), code.into())
}

pub fn bus() -> Answer {
    Answer::Signal("SIGBUS".into(), "BUS_ADRERR".into())
}

pub const OK: Answer = Answer::Number(0);

/// Maps a private area at a page in the window. The flags determine whether the area is anonymous or maps a
/// file.
pub fn map(first: i64, count: u64, prot: u64, flags: u64, fd: Fd, offset: u64) -> Op {
    Op::Mmap {
        at: page(first),
        length: pages(count),
        prot,
        flags: flags | MAP_FIXED,
        fd,
        offset,
    }
}

pub fn anonymous(first: i64, count: u64, prot: u64) -> Op {
    map(first, count, prot, ANONYMOUS, Fd::None, 0)
}

/// Maps an anonymous private area at an address that the kernel chooses.
pub fn anywhere(count: u64) -> Op {
    hinted(Place::NULL, count)
}

pub fn hinted(at: Place, count: u64) -> Op {
    Op::Mmap {
        at,
        length: pages(count),
        prot: PROT_RW,
        flags: ANONYMOUS,
        fd: Fd::None,
        offset: 0,
    }
}

pub fn unmap(first: i64, count: u64) -> Op {
    Op::Munmap {
        at: page(first),
        length: pages(count),
    }
}

pub fn protect(first: i64, count: u64, prot: u64) -> Op {
    Op::Mprotect {
        at: page(first),
        length: pages(count),
        prot,
    }
}

pub fn remap(first: i64, old: u64, new: u64, flags: u64, to: Place) -> Op {
    Op::Mremap {
        at: page(first),
        old: pages(old),
        new: pages(new),
        flags,
        to,
    }
}

pub fn load(at: Place) -> Op {
    Op::Load { at }
}

pub fn store(at: Place, byte: u8) -> Op {
    Op::Store { at, byte }
}
