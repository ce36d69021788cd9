//! Checks one side (Linux or Pagewalk) against semantics.md: the numbers of faults (rules 12, 13, 18, and
//! 19).

use super::names::*;
use super::op::{Fd, Mode, Op, Source, Step};
use super::place::{PAGE, Place};
use super::say;
use super::side::{Answer, Side};

super::asked_of_each_side! {
    Counted:
    rule_19_anonymous_pages,
    rule_19_mprotect_of_untouched_pages_costs_no_fault,
    rule_19_private_file_pages,
    rule_19_after_fork_the_first_writer_copies_and_rule_12_the_last_sharer_faults_once_more,
    rule_12_only_a_fault_makes_shared_pages_writable_again,
    rule_13_fork_leaves_untouched_and_shared_pages_absent,
    rule_18_a_fatal_access_is_no_fault_but_maps_around_it,
}

const COUNT: i64 = 16;
const LENGTH: u64 = (COUNT * PAGE) as u64;
const ANONYMOUS: u64 = MAP_PRIVATE | MAP_ANONYMOUS;
const SHARED: u64 = MAP_SHARED | MAP_ANONYMOUS;

/// A process whose minor faults are counted, with an aligned range of 16 pages.
struct Counted<'a> {
    side: &'a mut dyn Side,
    start: Place,
}

impl Counted<'_> {
    /// Creates a `Counted` for a side (Linux or Pagewalk) that has begun a new sequence. File 0 gets 16
    /// pages, all in the page cache.
    fn asks(side: &mut dyn Side) -> Counted<'_> {
        let window = side.layout().window();
        let start = Place::window((window.next_multiple_of(LENGTH) - window) as i64);
        let mut counted = Counted { side, start };
        for at in (0..LENGTH as i64).step_by(0x1000) {
            let op = Op::Pwrite {
                fd: Fd::File(0, Mode::ReadWrite),
                from: Source::Byte(0x90),
                length: 0x1000,
                offset: at,
            };
            assert_eq!(counted.step(0, op), Answer::Number(0x1000));
        }
        // A neighbor allocates the page table for the 16 pages, because some kernels do not fault around into
        // a new page table.
        for at in [start.plus(-PAGE), start.plus(LENGTH as i64)] {
            let flags = ANONYMOUS | MAP_FIXED;
            let map = Op::Mmap {
                at,
                length: PAGE as u64,
                prot: PROT_RW,
                flags,
                fd: Fd::None,
                offset: 0,
            };
            assert_eq!(counted.step(0, map), Answer::At(at));
            assert_eq!(counted.step(0, Op::Store { at, byte: 0x90 }), Answer::Done);
        }
        counted
    }

    fn step(&mut self, process: usize, op: Op) -> Answer {
        self.side.step(&Step { process, op })
    }

    /// Maps 16 pages of anonymous memory or file 0, and returns the number of faults.
    fn map(&mut self, prot: u64, flags: u64) -> u64 {
        let fd = if flags & MAP_ANONYMOUS == 0 {
            Fd::File(0, Mode::ReadWrite)
        } else {
            Fd::None
        };
        let at = self.start;
        let mapped = Op::Mmap {
            at,
            length: LENGTH,
            prot,
            flags: flags | MAP_FIXED,
            fd,
            offset: 0,
        };
        let faults = self.faults(0, |counted| {
            assert_eq!(counted.step(0, mapped), Answer::At(at));
        });
        if flags & MAP_POPULATE == 0 {
            // A kernel built without huge pages rejects the call, which is then unnecessary.
            self.step(
                0,
                Op::Madvise {
                    at,
                    length: LENGTH,
                    advice: MADV_NOHUGEPAGE,
                },
            );
        }
        faults
    }

    fn pages(&self) -> impl Iterator<Item = Place> + use<> {
        let start = self.start;
        (0..COUNT).map(move |page| start.plus(page * PAGE))
    }

    /// The number of minor faults when a byte of each page is loaded.
    fn load(&mut self, process: usize) -> u64 {
        self.faults(process, |counted| {
            for at in counted.pages() {
                assert!(matches!(
                    counted.step(process, Op::Load { at }),
                    Answer::Byte(_)
                ));
            }
        })
    }

    /// The number of minor faults when a byte is stored in each page.
    fn store(&mut self, process: usize) -> u64 {
        self.faults(process, |counted| {
            for at in counted.pages() {
                assert_eq!(
                    counted.step(process, Op::Store { at, byte: 0x91 }),
                    Answer::Done
                );
            }
        })
    }

    /// The number of minor faults during an action. The action must not cause major faults.
    fn faults(&mut self, process: usize, something: impl FnOnce(&mut Self)) -> u64 {
        // The first access of a process also faults in the code that performs accesses.
        self.step(process, Op::Load { at: Place::NULL });
        let (minor, major) = self.side.faults(process);
        something(self);
        let (minor_after, major_after) = self.side.faults(process);
        assert_eq!(major_after, major, "everything is in memory");
        minor_after - minor
    }

    /// Whether, on this machine, one read fault on a file maps 16 pages, which is Linux's default.
    fn faults_around(&mut self) -> bool {
        self.map(PROT_READ, MAP_PRIVATE);
        let faults = self.load(0);
        if faults != 1 {
            say(&format!(
                "skipped: one fault does not map 16 pages of a file here, {faults} do"
            ));
        }
        faults == 1
    }
}

/// Whether this machine counts faults on files in Linux's usual way: a fault maps 16 pages, and the first
/// store to a page causes a fault.
pub fn are_comparable(side: &mut dyn Side) -> bool {
    side.start();
    let mut counted = Counted::asks(side);
    let around = counted.faults_around();
    counted.map(PROT_RW, MAP_SHARED);
    counted.load(0);
    let stores = counted.store(0);
    if stores != COUNT as u64 {
        say(&format!(
            "skipped: stores to 16 pages of a shared file make {stores} faults here"
        ));
    }
    around && stores == COUNT as u64
}

fn rule_19_anonymous_pages(counted: &mut Counted<'_>) {
    counted.map(PROT_RW, ANONYMOUS);
    assert_eq!((counted.load(0), counted.store(0)), (16, 16));
    counted.map(PROT_RW, ANONYMOUS);
    assert_eq!((counted.store(0), counted.load(0)), (16, 0));
    counted.map(PROT_RW, SHARED);
    assert_eq!((counted.load(0), counted.store(0)), (16, 0));
    assert_eq!(
        (
            counted.map(PROT_RW, ANONYMOUS | MAP_POPULATE),
            counted.store(0)
        ),
        (16, 0)
    );
}

fn rule_19_mprotect_of_untouched_pages_costs_no_fault(counted: &mut Counted<'_>) {
    counted.map(PROT_READ, ANONYMOUS);
    let at = counted.start;
    let protect = Op::Mprotect {
        at,
        length: LENGTH,
        prot: PROT_RW,
    };
    assert_eq!(
        counted.faults(0, |counted| assert_eq!(
            counted.step(0, protect),
            Answer::Number(0)
        )),
        0
    );
    assert_eq!(counted.store(0), 16);
}

fn rule_19_private_file_pages(counted: &mut Counted<'_>) {
    if counted.faults_around() {
        counted.map(PROT_RW, MAP_PRIVATE);
        assert_eq!((counted.load(0), counted.store(0)), (1, 16));
        counted.map(PROT_RW, MAP_PRIVATE);
        assert_eq!((counted.store(0), counted.load(0)), (16, 0));
    }
}

fn rule_19_after_fork_the_first_writer_copies_and_rule_12_the_last_sharer_faults_once_more(
    counted: &mut Counted<'_>,
) {
    counted.map(PROT_RW, ANONYMOUS);
    counted.store(0);
    assert_eq!(counted.step(0, Op::Fork), Answer::Child(1));
    assert_eq!((counted.load(1), counted.load(0)), (0, 0));
    assert_eq!((counted.store(1), counted.store(0)), (16, 16));
    assert_eq!((counted.store(1), counted.store(0)), (0, 0));
}

fn rule_12_only_a_fault_makes_shared_pages_writable_again(counted: &mut Counted<'_>) {
    fn protect(counted: &mut Counted<'_>) {
        for prot in [PROT_READ, PROT_RW] {
            let protect = Op::Mprotect {
                at: counted.start,
                length: LENGTH,
                prot,
            };
            assert_eq!(counted.step(0, protect), Answer::Number(0));
        }
    }
    counted.map(PROT_RW, ANONYMOUS);
    counted.store(0);
    protect(counted);
    assert_eq!(counted.store(0), 0, "private frames are writable at once");
    assert_eq!(counted.step(0, Op::Fork), Answer::Child(1));
    assert_eq!(counted.step(1, Op::Exit), Answer::Done);
    protect(counted);
    assert_eq!((counted.store(0), counted.store(0)), (16, 0));
    protect(counted);
    assert_eq!(counted.store(0), 0, "they are its own again");
}

fn rule_13_fork_leaves_untouched_and_shared_pages_absent(counted: &mut Counted<'_>) {
    counted.map(PROT_RW, ANONYMOUS);
    assert_eq!(counted.step(0, Op::Fork), Answer::Child(1));
    assert_eq!((counted.store(0), counted.store(1)), (16, 16));
    counted.map(PROT_RW, SHARED);
    counted.store(0);
    assert_eq!(counted.step(0, Op::Fork), Answer::Child(2));
    // Fault-around maps the other pages.
    let loads = counted.load(2);
    assert!((1..=16).contains(&loads), "{loads}");
}

fn rule_18_a_fatal_access_is_no_fault_but_maps_around_it(counted: &mut Counted<'_>) {
    if !counted.faults_around() {
        return;
    }
    let (start, fd) = (counted.start, Fd::File(0, Mode::ReadWrite));
    counted.step(
        0,
        Op::Ftruncate {
            fd,
            length: 4 * PAGE,
        },
    );
    counted.map(PROT_READ, MAP_PRIVATE);
    let fatal = |counted: &mut Counted<'_>, op: Op| {
        counted.faults(0, |counted| {
            assert!(matches!(counted.step(0, op), Answer::Signal(..)), "{op:?}");
        })
    };
    assert_eq!(
        fatal(
            counted,
            Op::Load {
                at: start.plus(-2 * PAGE)
            }
        ),
        0
    );
    assert_eq!(
        fatal(
            counted,
            Op::Store {
                at: start,
                byte: 0x90
            }
        ),
        0
    );
    assert_eq!(
        fatal(
            counted,
            Op::Load {
                at: start.plus(9 * PAGE)
            }
        ),
        0
    );
    for page in 0..4 {
        let load = Op::Load {
            at: start.plus(page * PAGE),
        };
        let faults = counted.faults(0, |counted| {
            assert_eq!(counted.step(0, load), Answer::Byte(0x90));
        });
        assert_eq!(faults, 0, "page {page} has been mapped");
    }
}
