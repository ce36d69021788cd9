//! Random sequences, biased toward the edges of areas.

mod areas;

use pagewalk_engine::machine::random::SplitMix64;

use super::names::*;
use super::op::{Fd, HARMLESS, HARMLESS_TEXT, Mode, Op, Source, Step};
use super::place::{Base, PAGE, Place, WINDOW};
use super::side::{Area, Backing, Permits};
use super::view::View;

/// Maximum number of running processes.
const LIVING: usize = 3;

/// Maximum number of pages in a file.
const FILE_PAGES: u64 = 7;

/// Draws the steps of one sequence. With the same views, the same seed draws the same steps.
#[derive(Debug)]
pub struct Generator {
    random: SplitMix64,
    permits: Permits,
    /// The number of steps drawn so far, and the total.
    drawn: usize,
    length: usize,
    makers: &'static Weights<Maker>,
}

/// Values with their weights.
type Weights<T> = [(u64, T)];

/// A function that draws an operation of one kind.
type Maker = fn(&mut Generator, &Draw<'_>) -> Op;

/// The kinds of operations, with their weights.
const ALL_KINDS: &Weights<Maker> = &[
    (18, Generator::mmap),
    (8, Generator::munmap),
    (10, Generator::mprotect),
    (8, Generator::mremap),
    (6, Generator::madvise),
    (3, Generator::msync),
    (3, Generator::mlock),
    (2, Generator::munlock),
    (6, Generator::brk),
    (3, Generator::pread),
    (5, Generator::pwrite),
    (4, Generator::ftruncate),
    (13, Generator::load),
    (17, Generator::store),
    (3, Generator::fetch),
];

impl Generator {
    /// A sequence of 20 to 40 steps, excluding steps that this kernel does not permit.
    pub fn new(seed: u64, permits: Permits) -> Generator {
        let mut random = SplitMix64::new(seed);
        let length = 20 + random.below(21) as usize;
        Generator {
            random,
            permits,
            drawn: 0,
            length,
            makers: ALL_KINDS,
        }
    }

    /// The next step, or `None` at the end of the sequence.
    pub fn next(&mut self, view: &View) -> Option<Step> {
        if self.drawn == self.length {
            return None;
        }
        self.drawn += 1;
        let living = view.living();
        let process = living[self.below(living.len() as u64) as usize];
        let draw = Draw {
            view,
            areas: view.areas(process),
        };
        let op = if self.drawn <= 3 {
            self.mmap(&draw)
        } else {
            self.op(&draw, living.len())
        };
        Some(Step { process, op })
    }

    fn below(&mut self, n: u64) -> u64 {
        self.random.below(n)
    }

    /// Returns true with a probability in percent.
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn one_of<T: Copy>(&mut self, weights: &Weights<T>) -> T {
        let mut left = self.below(weights.iter().map(|(weight, _)| weight).sum());
        for &(weight, value) in weights {
            if left < weight {
                return value;
            }
            left -= weight;
        }
        unreachable!("a number below the sum of the weights")
    }

    fn op(&mut self, draw: &Draw<'_>, living: usize) -> Op {
        match self.below(100) {
            0..4 if living < LIVING => Op::Fork,
            4..7 if living > 1 => Op::Exit,
            _ => self.one_of(self.makers)(self, draw),
        }
    }

    fn mmap(&mut self, draw: &Draw<'_>) -> Op {
        let kind = self.one_of(&[(30, MAP_PRIVATE), (30, MAP_SHARED), (1, 0)]);
        let anonymous = self.one_of(&[(1, 0), (1, MAP_ANONYMOUS)]);
        let placed = self.one_of(&[(40, MAP_FIXED), (12, MAP_FIXED_NOREPLACE), (48, 0)]);
        let locked = 4 * u64::from(self.permits.locking);
        let extra = self.one_of(&[
            (86, 0),
            (6, MAP_POPULATE),
            (4, MAP_NORESERVE),
            (locked, MAP_LOCKED),
        ]);
        let mut at = self.place(draw);
        if at.base == Base::Null || (placed == 0 && self.chance(60)) {
            // Never map the null address with a flag that fixes the address, because the machine determines
            // whether the first pages can be mapped.
            at = if placed == 0 {
                Place::NULL
            } else {
                Place::page(self.below(WINDOW as u64) as i64)
            };
        }
        let fd = if anonymous == 0 { self.fd() } else { Fd::None };
        let mut prot = self.protection();
        if anonymous == 0 && !self.permits.executable_files {
            prot &= !PROT_EXEC;
        }
        let offset = match self.below(100) {
            0..95 => self.below(5) * PAGE as u64,
            95..98 => self.below(5 * PAGE as u64),
            _ => i64::MAX as u64 & !0xFFF,
        };
        Op::Mmap {
            at,
            length: self.length(),
            prot,
            flags: kind | anonymous | placed | extra,
            fd,
            offset,
        }
    }

    fn munmap(&mut self, draw: &Draw<'_>) -> Op {
        let (at, length) = self.range(draw, 30);
        Op::Munmap { at, length }
    }

    fn mprotect(&mut self, draw: &Draw<'_>) -> Op {
        let prot = if self.chance(2) {
            0x10
        } else {
            self.protection()
        };
        let prot = if self.permits.executable_files {
            prot
        } else {
            prot & !PROT_EXEC
        };
        let (at, length) = self.range(draw, 60);
        Op::Mprotect { at, length, prot }
    }

    fn mremap(&mut self, draw: &Draw<'_>) -> Op {
        let both = MREMAP_MAYMOVE | MREMAP_FIXED;
        let keep = self.permits.keeps_areas && self.chance(20);
        let flags = self.one_of(&[
            (30, 0),
            (40, MREMAP_MAYMOVE),
            (28, both),
            (1, MREMAP_FIXED),
            (1, 0x40),
        ]);
        let flags = if keep {
            flags | MREMAP_DONTUNMAP
        } else {
            flags
        };
        let (at, mut old) = self.range(draw, 75);
        if !self.permits.moves_areas
            && let Some(area) = draw.areas.iter().find(|area| area.holds(at))
        {
            old = old.min((area.end.bytes - at.bytes) as u64);
        }
        let new = if self.chance(if keep { 90 } else { 30 }) {
            old
        } else {
            self.length()
        };
        let mut to = if flags & MREMAP_FIXED == 0 {
            Place::NULL
        } else {
            self.place(draw)
        };
        if flags & MREMAP_FIXED != 0 && to.base == Base::Null {
            to = Place::page(0);
        }
        Op::Mremap {
            at,
            old,
            new,
            flags,
            to,
        }
    }

    fn madvise(&mut self, draw: &Draw<'_>) -> Op {
        let merging = u64::from(self.permits.merging);
        let advice = self.one_of(&[
            (60, MADV_DONTNEED),
            (8, MADV_DONTFORK),
            (4, MADV_DOFORK),
            (8, MADV_WIPEONFORK),
            (4, MADV_KEEPONFORK),
            (4, MADV_DONTDUMP),
            (4, MADV_POPULATE_READ),
            (4, MADV_POPULATE_WRITE),
            (4, MADV_DONTNEED_LOCKED),
            (10 * u64::from(self.permits.swapping), MADV_WILLNEED),
            (10 * merging, MADV_MERGEABLE),
            (5 * merging, MADV_UNMERGEABLE),
            (3, 0),
            (3, 1),
            (3, 2),
            (2, 99),
        ]);
        let (at, length) = self.range(draw, 60);
        Op::Madvise { at, length, advice }
    }

    fn mlock(&mut self, draw: &Draw<'_>) -> Op {
        let (at, length) = self.range(draw, 80);
        if self.permits.locking {
            Op::Mlock { at, length }
        } else {
            Op::Munlock { at, length }
        }
    }

    fn munlock(&mut self, draw: &Draw<'_>) -> Op {
        let (at, length) = self.range(draw, 80);
        Op::Munlock { at, length }
    }

    fn msync(&mut self, draw: &Draw<'_>) -> Op {
        let flags = self.one_of(&[
            (50, MS_ASYNC),
            (10, MS_SYNC),
            (5, MS_ASYNC | MS_INVALIDATE),
            (5, MS_SYNC | MS_INVALIDATE),
            (5, 0),
            (3, MS_ASYNC | MS_SYNC),
            (2, 0x40),
        ]);
        let (at, length) = self.range(draw, 60);
        Op::Msync { at, length, flags }
    }

    fn brk(&mut self, draw: &Draw<'_>) -> Op {
        let bytes = match self.below(20) {
            0..8 => self.below(7) as i64 * PAGE,
            8..18 => self.below(7 * PAGE as u64) as i64,
            18 => -(self.below(2 * PAGE as u64) as i64) - 1,
            _ => {
                return Op::Brk {
                    at: draw.ends().last().copied().unwrap_or(Place::heap(PAGE)),
                };
            }
        };
        Op::Brk {
            at: Place::heap(bytes),
        }
    }

    fn pread(&mut self, draw: &Draw<'_>) -> Op {
        let (offset, length) = (self.offset(draw), self.length());
        Op::Pread {
            fd: self.fd(),
            to: self.byte_place(draw),
            length,
            offset,
        }
    }

    fn pwrite(&mut self, draw: &Draw<'_>) -> Op {
        let offset = self.offset(draw);
        if self.chance(40) {
            return Op::Pwrite {
                fd: self.fd(),
                from: Source::Memory(self.byte_place(draw)),
                length: self.length().min(3 * PAGE as u64),
                offset,
            };
        }
        let length = self.one_of(&[(4, 1), (4, 0x10), (1, 0), (2, 0x20)]);
        let byte = HARMLESS_TEXT[self.below(HARMLESS_TEXT.len() as u64) as usize];
        Op::Pwrite {
            fd: self.fd(),
            from: Source::Byte(byte),
            length,
            offset,
        }
    }

    fn ftruncate(&mut self, draw: &Draw<'_>) -> Op {
        let length = match self.below(20) {
            0 => -1,
            1..10 => self.below(FILE_PAGES) as i64 * PAGE,
            10..16 => self.below(FILE_PAGES * PAGE as u64) as i64,
            _ => self.offset(draw),
        };
        Op::Ftruncate {
            fd: self.fd(),
            length,
        }
    }

    fn load(&mut self, draw: &Draw<'_>) -> Op {
        Op::Load {
            at: self.byte_place(draw),
        }
    }

    fn store(&mut self, draw: &Draw<'_>) -> Op {
        Op::Store {
            at: self.byte_place(draw),
            byte: self.byte(),
        }
    }

    fn fetch(&mut self, draw: &Draw<'_>) -> Op {
        Op::Fetch {
            at: self.byte_place(draw).page_start(),
        }
    }

    fn byte(&mut self) -> u8 {
        HARMLESS[self.below(HARMLESS.len() as u64) as usize]
    }

    fn fd(&mut self) -> Fd {
        let file = self.below(2) as usize;
        match self.below(100) {
            0 => Fd::None,
            1 => Fd::Closed,
            2..7 => Fd::File(file, Mode::WriteOnly),
            7..27 => Fd::File(file, Mode::ReadOnly),
            _ => Fd::File(file, Mode::ReadWrite),
        }
    }

    fn protection(&mut self) -> u64 {
        let drawn = self.one_of(&[
            (46, PROT_RW),
            (14, PROT_READ),
            (7, PROT_NONE),
            (6, PROT_WRITE),
            (6, PROT_READ | PROT_EXEC),
            (4, PROT_EXEC),
            (12, PROT_RW | PROT_EXEC),
            (5, PROT_WRITE | PROT_EXEC),
        ]);
        if drawn == PROT_EXEC && !self.permits.execute_is_read {
            PROT_READ | PROT_EXEC
        } else {
            drawn
        }
    }

    /// The length of a range, usually a few whole pages.
    fn length(&mut self) -> u64 {
        let page = PAGE as u64;
        match self.below(100) {
            0..90 => {
                self.one_of(&[(2, 0), (24, 1), (24, 2), (20, 3), (12, 4), (9, 5), (9, 6)]) * page
            }
            90..97 => 1 + self.below(4 * page),
            97 => 1 << 47,
            98 => u64::MAX - self.below(2 * page),
            _ => 1,
        }
    }

    /// An offset in a file, often near the end.
    fn offset(&mut self, draw: &Draw<'_>) -> i64 {
        let file = self.below(2) as usize;
        let size = draw.view.files[file].size;
        match self.below(100) {
            0..30 => self.below(FILE_PAGES) as i64 * PAGE,
            30..60 => (size + self.below(3)) as i64 - 1,
            60..98 => self.below(FILE_PAGES * PAGE as u64) as i64,
            _ => -1,
        }
    }

    /// The start of a system call's range: near an edge of an area, anywhere in the window, or sometimes
    /// elsewhere.
    fn place(&mut self, draw: &Draw<'_>) -> Place {
        let ends = draw.ends();
        let page = match self.below(100) {
            0..55 if !ends.is_empty() => {
                let end = ends[self.below(ends.len() as u64) as usize];
                end.plus((self.below(5) as i64 - 2) * PAGE)
            }
            0..94 => Place::page(self.below(WINDOW as u64 + 3) as i64 - 1),
            94..98 => Place::heap((self.below(10) as i64 - 2) * PAGE),
            98 => Place {
                base: Base::Kernel,
                bytes: self.below(4) as i64 * PAGE,
            },
            _ => return Place::NULL,
        };
        if self.chance(5) {
            page.plus(1 + self.below(PAGE as u64 - 1) as i64)
        } else {
            page
        }
    }

    /// A range, which is within one area with the probability `inside`, in percent.
    fn range(&mut self, draw: &Draw<'_>, inside: u64) -> (Place, u64) {
        if draw.areas.is_empty() || !self.chance(inside) {
            return (self.place(draw), self.length());
        }
        let area = self.area(draw);
        let pages = (area.length() / PAGE) as u64;
        // The range often begins at the area's start, and often ends at the area's end.
        let first = if self.chance(40) {
            0
        } else {
            self.below(pages)
        };
        let count = if self.chance(40) {
            pages - first
        } else {
            1 + self.below(pages - first)
        };
        (area.start.plus(first as i64 * PAGE), count * PAGE as u64)
    }

    fn area<'a>(&mut self, draw: &Draw<'a>) -> &'a Area {
        &draw.areas[self.below(draw.areas.len() as u64) as usize]
    }

    /// The place of a byte, usually in an area, and often at the end of a page or of the file.
    fn byte_place(&mut self, draw: &Draw<'_>) -> Place {
        let inside = (!draw.areas.is_empty() && self.chance(85)).then(|| self.area(draw));
        let page = match inside {
            Some(area) => {
                if let Some(end) = draw.view.end_of_file(area).filter(|_| self.chance(30)) {
                    return end.plus(self.below(3) as i64 - 1);
                }
                area.start
                    .plus(self.below((area.length() / PAGE) as u64) as i64 * PAGE)
            }
            None => self.place(draw).page_start(),
        };
        page.plus(self.one_of(&[(4, 0), (3, 1), (3, PAGE - 1), (3, 0x123), (1, 0x7F0)]))
    }
}

/// The choices for a step.
struct Draw<'a> {
    view: &'a View,
    /// The areas of the process.
    areas: &'a [Area],
}

impl Draw<'_> {
    /// The edges of areas, and the ends of files in the areas.
    fn ends(&self) -> Vec<Place> {
        let mut ends = Vec::with_capacity(self.areas.len() * 3);
        for area in self.areas {
            ends.extend([area.start, area.end]);
            if let Backing::File(_) = area.backing {
                ends.extend(self.view.end_of_file(area).map(Place::page_start));
            }
        }
        ends
    }
}
