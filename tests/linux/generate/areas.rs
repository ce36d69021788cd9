//! Sequences whose steps create, move, split, and merge areas.

use super::super::names::*;
use super::super::op::{Fd, Op};
use super::super::side::Permits;
use super::{Draw, Generator, Maker, Weights};

/// The kinds of operations that create, move, split, and merge areas, or touch the pages of areas.
const KINDS_OF_AREAS: &Weights<Maker> = &[
    (20, Generator::mmap_of_areas),
    (7, Generator::munmap),
    (14, Generator::mprotect_of_areas),
    (14, Generator::mremap),
    (4, Generator::advise_use),
    (4, Generator::mlock),
    (4, Generator::munlock),
    (7, Generator::brk),
    (6, Generator::load),
    (20, Generator::store),
];

impl Generator {
    /// A longer sequence, whose steps change areas. Most areas are private, so that many neighbors can merge.
    pub fn of_areas(seed: u64, permits: Permits) -> Generator {
        let mut generator = Generator::new(seed, permits);
        generator.length *= 2;
        generator.makers = KINDS_OF_AREAS;
        generator
    }

    /// Maps memory like [`Generator::mmap`], but mostly private memory with one of two protections.
    fn mmap_of_areas(&mut self, draw: &Draw<'_>) -> Op {
        let mut op = self.mmap(draw);
        if let Op::Mmap {
            prot, flags, fd, ..
        } = &mut op
        {
            if self.chance(75) {
                *flags = *flags & !MAP_SHARED | MAP_PRIVATE;
            }
            if self.chance(50) {
                *flags |= MAP_ANONYMOUS;
                *fd = Fd::None;
            }
            *prot = self.common_protection(*prot);
        }
        op
    }

    fn mprotect_of_areas(&mut self, draw: &Draw<'_>) -> Op {
        let (at, length) = self.range(draw, 60);
        let prot = self.protection();
        let prot = if self.permits.executable_files {
            prot
        } else {
            prot & !PROT_EXEC
        };
        Op::Mprotect {
            at,
            length,
            prot: self.common_protection(prot),
        }
    }

    /// One of two protections, or rarely another one.
    fn common_protection(&mut self, other: u64) -> u64 {
        self.one_of(&[(60, PROT_RW), (32, PROT_READ), (8, other)])
    }

    /// Advice that changes an area and not its pages.
    fn advise_use(&mut self, draw: &Draw<'_>) -> Op {
        let (at, length) = self.range(draw, 60);
        Op::Madvise {
            at,
            length,
            advice: self.one_of(&[(2, 0), (1, 1), (1, 2)]),
        }
    }
}
