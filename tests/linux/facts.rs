//! What semantics.md marks as seen on a real kernel (†), held against the real kernel: rules 14, 16, 17, 18 and 20.

use super::linux;
use super::names::*;
use super::op::{FILES, Fd, Mode, Op, Source, Step};
use super::place::{Base, PAGE, Place, WINDOW};
use super::real::Linux;
use super::side::{Answer, Area, Backing, Side, joined};

const ANONYMOUS: u64 = MAP_PRIVATE | MAP_ANONYMOUS;
const F0: Fd = Fd::File(0, Mode::ReadWrite);
const F0_READ: Fd = Fd::File(0, Mode::ReadOnly);
const F0_WRITE: Fd = Fd::File(0, Mode::WriteOnly);

/// Processes that begin anew, and are asked to do things.
struct Told(Linux);

impl Told {
    /// None where Linux cannot be asked.
    fn new() -> Option<Told> {
        let mut linux = linux()?;
        let layout = linux.layout();
        linux.start(layout);
        Some(Told(linux))
    }

    fn in_process(&mut self, process: usize, op: Op) -> Answer {
        self.0.step(&Step { process, op })
    }

    fn step(&mut self, op: Op) -> Answer {
        self.in_process(0, op)
    }

    /// Does steps of which each must answer as stated.
    #[track_caller]
    fn hold(&mut self, facts: &[(Op, Answer)]) {
        for (op, answer) in facts {
            assert_eq!(self.step(*op), *answer, "{op:?}");
        }
    }

    fn maps(&mut self) -> Vec<String> {
        joined(&self.0.maps(0)).iter().map(Area::to_string).collect()
    }

    fn byte(&mut self, at: Place) -> Option<u8> {
        self.0.bytes(0, at.page_start(), &[at.in_page() as u16]).map(|bytes| bytes[0])
    }
}

const fn page(page: i64) -> Place {
    Place::page(page)
}

const fn pages(pages: u64) -> u64 {
    pages * PAGE as u64
}

fn at(place: i64) -> Answer {
    Answer::At(page(place))
}

fn error(name: &str) -> Answer {
    Answer::Error(name.into())
}

fn segv(code: &str) -> Answer {
    Answer::Signal("SIGSEGV".into(), code.into())
}

fn bus() -> Answer {
    Answer::Signal("SIGBUS".into(), "BUS_ADRERR".into())
}

const OK: Answer = Answer::Number(0);

/// An anonymous private area at a page of the window, or a file's area, by the flags.
fn map(first: i64, count: u64, prot: u64, flags: u64, fd: Fd, offset: u64) -> Op {
    Op::Mmap { at: page(first), length: pages(count), prot, flags: flags | MAP_FIXED, fd, offset }
}

fn anonymous(first: i64, count: u64, prot: u64) -> Op {
    map(first, count, prot, ANONYMOUS, Fd::None, 0)
}

/// An anonymous private area wherever the kernel puts it.
fn anywhere(count: u64) -> Op {
    hinted(Place::NULL, count)
}

fn hinted(at: Place, count: u64) -> Op {
    Op::Mmap { at, length: pages(count), prot: PROT_RW, flags: ANONYMOUS, fd: Fd::None, offset: 0 }
}

fn unmap(first: i64, count: u64) -> Op {
    Op::Munmap { at: page(first), length: pages(count) }
}

fn protect(first: i64, count: u64, prot: u64) -> Op {
    Op::Mprotect { at: page(first), length: pages(count), prot }
}

fn remap(first: i64, old: u64, new: u64, flags: u64, to: Place) -> Op {
    Op::Mremap { at: page(first), old: pages(old), new: pages(new), flags, to }
}

fn load(at: Place) -> Op {
    Op::Load { at }
}

fn store(at: Place, byte: u8) -> Op {
    Op::Store { at, byte }
}

#[test]
fn rule_14_mmap_chooses_the_top_of_the_highest_hole() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (anywhere(6), at(WINDOW - 6)),
        (unmap(WINDOW - 5, 1), OK),
        (unmap(WINDOW - 3, 2), OK),
        // Two pages fit in the second hole from the top only by being its whole.
        (anywhere(2), at(WINDOW - 3)),
        (unmap(WINDOW - 3, 2), OK),
        (anywhere(1), at(WINDOW - 2)),
        (anywhere(1), at(WINDOW - 3)),
        (anywhere(1), at(WINDOW - 5)),
        (anywhere(3), at(WINDOW - 9)),
    ]);
}

#[test]
fn rule_14_a_hint_is_rounded_down_and_used_if_free() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (hinted(page(4), 2), at(4)),
        (hinted(page(6).plus(0x123), 1), at(6)),
        (hinted(page(5), 1), at(WINDOW - 1)),
        // It begins free, but does not end so.
        (hinted(page(3), 2), at(WINDOW - 3)),
        (hinted(page(3), 1), at(3)),
        // Above the base it is used all the same.
        (hinted(page(WINDOW), 1), at(WINDOW)),
    ]);
}

#[test]
fn rule_16_mmap_fails_as_stated() {
    let Some(mut told) = Told::new() else { return };
    let mmap = |at, length, prot, flags, fd, offset| Op::Mmap { at, length, prot, flags, fd, offset };
    told.hold(&[
        (mmap(Place::NULL, pages(1), PROT_READ, MAP_PRIVATE, F0, 0x123), error("EINVAL")),
        (mmap(Place::NULL, pages(1), PROT_READ, MAP_PRIVATE, Fd::Closed, 0), error("EBADF")),
        (mmap(Place::NULL, pages(1), PROT_READ, MAP_PRIVATE, Fd::None, 0), error("EBADF")),
        (mmap(Place::NULL, 0, PROT_READ, ANONYMOUS, Fd::None, 0), error("EINVAL")),
        (mmap(page(1).plus(1), pages(1), PROT_READ, ANONYMOUS | MAP_FIXED, Fd::None, 0), error("EINVAL")),
        (mmap(Place::NULL, pages(1), PROT_READ, 0, F0, 0), error("EINVAL")),
        (mmap(Place::NULL, pages(1), PROT_READ, MAP_ANONYMOUS, Fd::None, 0), error("EINVAL")),
        (mmap(Place::NULL, pages(1), PROT_RW, MAP_SHARED, F0_READ, 0), error("EACCES")),
        (mmap(Place::NULL, pages(1), PROT_READ, MAP_SHARED, F0_WRITE, 0), error("EACCES")),
        (mmap(Place::NULL, pages(1), PROT_WRITE, MAP_PRIVATE, F0_WRITE, 0), error("EACCES")),
        (mmap(Place::NULL, pages(1), PROT_NONE, MAP_PRIVATE, F0_WRITE, 0), error("EACCES")),
        (mmap(Place::NULL, 1 << 47, PROT_READ, ANONYMOUS, Fd::None, 0), error("ENOMEM")),
        (mmap(Place::NULL, u64::MAX, PROT_READ, ANONYMOUS, Fd::None, 0), error("ENOMEM")),
        (mmap(Place::NULL, pages(2), PROT_READ, MAP_PRIVATE, F0, i64::MAX as u64 & !0xFFF), error("EOVERFLOW")),
    ]);
    assert_eq!(told.maps(), [""; 0]);
}

#[test]
fn rule_16_mmap_checks_in_this_order() {
    let Some(mut told) = Told::new() else { return };
    let mmap = |at, length, flags, fd, offset| Op::Mmap { at, length, prot: PROT_RW, flags, fd, offset };
    let noreplace = MAP_FIXED_NOREPLACE;
    told.hold(&[
        (anonymous(1, 1, PROT_READ), at(1)),
        // Each is wrong in what the next line has mended, too.
        (mmap(page(1).plus(1), 0, noreplace, Fd::Closed, 1), error("EINVAL")),
        (mmap(page(1).plus(1), 0, noreplace, Fd::Closed, 0), error("EBADF")),
        (mmap(page(1).plus(1), 0, noreplace, F0_READ, 0), error("EINVAL")),
        (mmap(page(1).plus(1), 1 << 47, noreplace, F0_READ, 0), error("ENOMEM")),
        (mmap(page(1).plus(1), pages(1), noreplace, F0_READ, 0), error("EINVAL")),
        (mmap(page(1), pages(1), noreplace, F0_READ, 0), error("EEXIST")),
        (mmap(page(2), pages(1), noreplace, F0_READ, i64::MAX as u64 & !0xFFF), error("EOVERFLOW")),
        (mmap(page(2), pages(1), noreplace, F0_READ, 0), error("EINVAL")),
        (mmap(page(2), pages(1), noreplace | MAP_SHARED, F0_READ, 0), error("EACCES")),
        (mmap(page(2), pages(1), noreplace | MAP_SHARED, F0, 0), at(2)),
    ]);
}

#[test]
fn rule_16_anonymous_ignores_the_descriptor_and_failures_change_nothing() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (map(1, 1, PROT_RW, ANONYMOUS, Fd::Closed, 0), at(1)),
        (map(2, 1, PROT_RW, MAP_SHARED | MAP_ANONYMOUS, F0_WRITE, 0), at(2)),
        (store(page(1), 0x90), Answer::Done),
        (map(1, 1, PROT_RW, MAP_SHARED, F0_READ, 0), error("EACCES")),
        (load(page(1)), Answer::Byte(0x90)),
    ]);
}

#[test]
fn rule_16_munmap() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (Op::Munmap { at: page(1).plus(1), length: pages(1) }, error("EINVAL")),
        (unmap(1, 0), error("EINVAL")),
        (unmap(1, 3), OK),
        (anonymous(1, 3, PROT_READ), at(1)),
        // Lengths round up to pages.
        (Op::Munmap { at: page(2), length: 1 }, OK),
    ]);
    assert_eq!(told.maps().len(), 2);
}

#[test]
fn rule_16_mprotect_changes_what_lies_before_the_failure() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (protect(9, 0, PROT_READ), OK),
        (protect(9, 1, PROT_READ), error("ENOMEM")),
        (anonymous(1, 2, PROT_READ), at(1)),
        (protect(2, 2, PROT_RW), error("ENOMEM")),
        (store(page(2), 0x90), Answer::Done),
        (store(page(1), 0x90), segv("SEGV_ACCERR")),
        (map(3, 1, PROT_READ, MAP_SHARED, F0_READ, 0), at(3)),
        (protect(1, 3, PROT_RW), error("EACCES")),
        (store(page(1), 0x90), Answer::Done),
        (store(page(3), 0x90), segv("SEGV_ACCERR")),
    ]);
}

#[test]
fn rule_16_madvise_drops_what_is_mapped_around_a_hole() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (anonymous(1, 1, PROT_RW), at(1)),
        (map(3, 1, PROT_RW, MAP_PRIVATE, F0, 0), at(3)),
        (map(4, 1, PROT_RW, MAP_SHARED, F0, 0x1000), at(4)),
        (store(page(1), 0x90), Answer::Done),
        (store(page(3), 0x90), Answer::Done),
        (store(page(4), 0x90), Answer::Done),
        (Op::Madvise { at: page(1), length: pages(4), advice: MADV_DONTNEED }, error("ENOMEM")),
        // Rule 19: anonymous pages read zero, private file pages the file's bytes, shared keep theirs.
        (load(page(1)), Answer::Byte(0)),
        (load(page(3)), Answer::Byte(FILES[0].fill)),
        (load(page(4)), Answer::Byte(0x90)),
    ]);
}

#[test]
fn rule_16_mremap_fails_and_changes_nothing() {
    let Some(mut told) = Told::new() else { return };
    let fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    told.hold(&[(anonymous(2, 2, PROT_READ), at(2)), (anonymous(4, 2, PROT_RW), at(4))]);
    let before = told.maps();
    told.hold(&[
        // An unmapped start, however many areas follow.
        (remap(1, 5, 5, fixed, page(10)), error("EFAULT")),
        (remap(1, 1, 1, MREMAP_MAYMOVE, Place::NULL), error("EFAULT")),
        // Growth across areas.
        (remap(3, 2, 3, MREMAP_MAYMOVE, Place::NULL), error("EFAULT")),
        // A shrink whose first area does not hold the new size.
        (remap(3, 3, 2, fixed, page(10)), error("EFAULT")),
        // Overlap.
        (remap(2, 2, 2, fixed, page(3)), error("EINVAL")),
        (remap(2, 2, 2, MREMAP_FIXED, page(10)), error("EINVAL")),
        (remap(2, 2, 2, fixed, page(10).plus(1)), error("EINVAL")),
        (remap(2, 2, 0, MREMAP_MAYMOVE, Place::NULL), error("EINVAL")),
        // No room to grow where it is.
        (remap(2, 2, 3, 0, Place::NULL), error("ENOMEM")),
    ]);
    assert_eq!(told.maps(), before);
}

#[test]
fn rule_16_mremap_moves_several_areas_of_equal_size() {
    let Some(mut told) = Told::new() else { return };
    let fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    told.hold(&[
        (anonymous(1, 1, PROT_READ), at(1)),
        (anonymous(3, 1, PROT_RW), at(3)),
        (anonymous(10, 4, PROT_NONE), at(10)),
        (remap(1, 3, 3, fixed, page(10)), at(10)),
    ]);
    // Under the hole the target keeps what it had.
    assert_eq!(
        told.maps(),
        [
            "[window + 0xA000, window + 0xB000) r--p 0 Anonymous",
            "[window + 0xB000, window + 0xC000) ---p 0 Anonymous",
            "[window + 0xC000, window + 0xD000) rw-p 0 Anonymous",
            "[window + 0xD000, window + 0xE000) ---p 0 Anonymous",
        ]
    );
}

#[test]
fn rule_16_brk_keeps_its_byte_and_maps_whole_pages() {
    let Some(mut told) = Told::new() else { return };
    let brk = |bytes| Op::Brk { at: Place::heap(bytes) };
    told.hold(&[
        (brk(0x1001), OK),
        (brk(-1), error("ENOMEM")),
        (store(Place::heap(0x1FFF), 0x90), Answer::Done),
        (load(Place::heap(0x2000)), segv("SEGV_MAPERR")),
        (brk(0x2000), OK),
        (brk(1 << 46), error("ENOMEM")),
        (brk(0x10), OK),
    ]);
    assert_eq!(told.maps(), ["[heap, heap + 0x1000) rw-p 0 Anonymous"]);
}

#[test]
fn rule_17_what_may_be_written_or_executed_may_be_read() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (anonymous(1, 1, PROT_WRITE), at(1)),
        (load(page(1)), Answer::Byte(0)),
        (anonymous(3, 1, PROT_NONE), at(3)),
        (load(page(3)), segv("SEGV_ACCERR")),
        (store(page(3), 0x90), segv("SEGV_ACCERR")),
        (Op::Fetch { at: page(1) }, segv("SEGV_ACCERR")),
    ]);
    // Linux makes use of protection keys where the processor has them; Intel's plain page tables have no such bit.
    if told.0.permits().execute_is_read {
        told.hold(&[
            (anonymous(2, 1, PROT_EXEC), at(2)),
            (load(page(2)), Answer::Byte(0)),
            (Op::Fetch { at: page(2) }, Answer::Done),
        ]);
    }
}

#[test]
fn rule_17_the_permission_is_checked_before_the_end_of_the_file() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (map(1, 2, PROT_READ, MAP_SHARED, F0, 5 * 0x1000), at(1)),
        (store(page(2), 0x90), segv("SEGV_ACCERR")),
        (load(page(2)), bus()),
    ]);
}

#[test]
fn rule_18_signals() {
    let Some(mut told) = Told::new() else { return };
    let kernel = Place { base: Base::Kernel, bytes: 0x1000 };
    told.hold(&[
        (load(page(1)), segv("SEGV_MAPERR")),
        (load(Place::NULL), segv("SEGV_MAPERR")),
        (load(kernel), segv("SEGV_MAPERR")),
        (store(kernel, 0x90), segv("SEGV_MAPERR")),
        (Op::Fetch { at: page(1) }, segv("SEGV_MAPERR")),
        (anonymous(1, 1, PROT_READ), at(1)),
        (store(page(1), 0x90), segv("SEGV_ACCERR")),
        (map(2, 2, PROT_RW, MAP_PRIVATE, F0, 5 * 0x1000), at(2)),
        (load(page(2)), Answer::Byte(FILES[0].fill + 5)),
        (load(page(3)), bus()),
        (store(page(3), 0x90), bus()),
    ]);
}

#[test]
fn rule_18_the_tail_of_the_last_page_reads_zero_and_never_reaches_the_file() {
    for kind in [MAP_PRIVATE, MAP_SHARED] {
        let Some(mut told) = Told::new() else { return };
        told.hold(&[
            (map(1, 1, PROT_RW, kind, F0, 5 * 0x1000), at(1)),
            (load(page(1).plus(0x122)), Answer::Byte(FILES[0].fill + 5)),
            (load(page(1).plus(0x123)), Answer::Byte(0)),
            (store(page(1).plus(0x123), 0x90), Answer::Done),
            (anonymous(2, 1, PROT_RW), at(2)),
            (Op::Pread { fd: F0, to: page(2), length: 0x1000, offset: 5 * 0x1000 }, Answer::Number(0x123)),
            (load(page(2).plus(0x123)), Answer::Byte(0)),
        ]);
        assert_eq!(told.0.file(0), FILES[0].contents());
    }
}

#[test]
fn rule_18_ftruncate_drops_private_copies_beyond_the_new_end() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (map(1, 2, PROT_RW, MAP_PRIVATE, F0, 0), at(1)),
        (store(page(1), 0x90), Answer::Done),
        (store(page(2), 0x91), Answer::Done),
        (Op::Ftruncate { fd: F0, length: 0x1000 }, OK),
        (load(page(1)), Answer::Byte(0x90)),
        (load(page(2)), bus()),
        (Op::Ftruncate { fd: F0, length: 0x2000 }, OK),
        (load(page(2)), Answer::Byte(0)),
    ]);
}

#[test]
fn rule_18_bad_buffers_answer_without_a_signal() {
    let Some(mut told) = Told::new() else { return };
    let pread = |to, length| Op::Pread { fd: F0, to, length, offset: 0 };
    let pwrite = |from, length| Op::Pwrite { fd: F0, from: Source::Memory(from), length, offset: 0 };
    told.hold(&[
        (pread(page(1), 1), error("EFAULT")),
        (pwrite(page(1), 1), error("EFAULT")),
        (anonymous(1, 1, PROT_RW), at(1)),
        (anonymous(2, 1, PROT_READ), at(2)),
        // The part that could be done.
        (pread(page(2).plus(-0x10), 0x20), Answer::Number(0x10)),
        (pwrite(page(3).plus(-0x10), 0x20), Answer::Number(0x10)),
        (pread(page(2), 1), error("EFAULT")),
        // Nothing is read at the end, wherever to.
        (Op::Pread { fd: F0, to: page(2), length: 1, offset: 0x100_0000 }, OK),
    ]);
}

#[test]
fn rule_20_writes_show_through_private_pages_not_yet_copied() {
    let Some(mut told) = Told::new() else { return };
    let write = |byte| Op::Pwrite { fd: F0, from: Source::Byte(byte), length: 1, offset: 0 };
    told.hold(&[
        (map(1, 1, PROT_RW, MAP_PRIVATE, F0, 0), at(1)),
        (load(page(1)), Answer::Byte(FILES[0].fill)),
        (write(0x90), Answer::Number(1)),
        (load(page(1)), Answer::Byte(0x90)),
        (store(page(1).plus(1), 0x91), Answer::Done),
        (write(0x92), Answer::Number(1)),
        (load(page(1)), Answer::Byte(0x90)),
    ]);
    assert_eq!(told.0.file(0)[..2], [0x92, FILES[0].fill]);
}

#[test]
fn rule_20_shared_stores_show_at_once_and_sharers_come_and_go() {
    let Some(mut told) = Told::new() else { return };
    told.hold(&[
        (map(1, 1, PROT_RW, MAP_SHARED, F0, 0), at(1)),
        (map(2, 1, PROT_RW, MAP_SHARED | MAP_ANONYMOUS, Fd::None, 0), at(2)),
        (map(3, 1, PROT_READ, MAP_PRIVATE, F0, 0), at(3)),
        (Op::Fork, Answer::Child(1)),
        (Op::Fork, Answer::Child(2)),
        (store(page(1), 0x90), Answer::Done),
        (store(page(2), 0x91), Answer::Done),
        (load(page(3)), Answer::Byte(0x90)),
    ]);
    assert_eq!(told.0.file(0)[0], 0x90);
    for process in [1, 2] {
        assert_eq!(told.in_process(process, load(page(1))), Answer::Byte(0x90));
        assert_eq!(told.in_process(process, load(page(2))), Answer::Byte(0x91));
    }
    assert_eq!(told.in_process(2, unmap(1, 2)), OK);
    assert_eq!(told.in_process(1, store(page(2), 0x92)), Answer::Done);
    assert_eq!(told.in_process(1, Op::Exit), Answer::Done);
    told.hold(&[(load(page(2)), Answer::Byte(0x92)), (load(page(1)), Answer::Byte(0x90))]);
}

#[test]
fn rule_15_anonymous_shared_objects_do_not_merge_with_each_other() {
    let Some(mut told) = Told::new() else { return };
    let shared = MAP_SHARED | MAP_ANONYMOUS;
    told.hold(&[
        (map(1, 1, PROT_RW, shared, Fd::None, 0), at(1)),
        (map(2, 1, PROT_RW, shared, Fd::None, 0), at(2)),
        (anonymous(4, 1, PROT_RW), at(4)),
        (anonymous(5, 1, PROT_RW), at(5)),
        (map(7, 1, PROT_RW, MAP_SHARED, F0, 0), at(7)),
        (map(8, 1, PROT_RW, MAP_SHARED, F0, 0x1000), at(8)),
    ]);
    let areas = joined(&told.0.maps(0));
    let backings: Vec<_> = areas.iter().map(|area| (area.length() / PAGE, area.backing)).collect();
    let [(1, Backing::Shared(one)), (1, Backing::Shared(two)), rest @ ..] = &backings[..] else {
        panic!("{backings:?}")
    };
    assert_ne!(one, two);
    assert_eq!(rest, [(2, Backing::Anonymous), (2, Backing::File(0))]);
    assert_eq!(told.byte(page(7)), Some(FILES[0].fill));
}
