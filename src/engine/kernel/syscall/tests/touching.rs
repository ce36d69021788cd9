//! Tests the effects of memory calls on pages: faults, contents, and resident frames.

use super::lab::{Lab, args, c};
use crate::kernel::abi::{Arg, Errno};
use crate::kernel::config::KernelConfig;
use crate::kernel::event::FaultClass;
use crate::kernel::file::Fill;
use crate::kernel::process::PageLocation;
use crate::kernel::state::OutOfMemory;
use crate::kernel::syscall::system_call;

const PAGE: u64 = 0x1000;
const AT: u64 = 0x1000_0000;
const FAR: u64 = 0x2000_0000;
const ANON: &str = "MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED";

fn map(lab: &mut Lab, at: u64, pages: u64, flags: &str) -> u64 {
    lab.ok(
        "mmap",
        args![at, pages * PAGE, c("PROT_READ|PROT_WRITE"), c(flags), -1, 0],
    )
}

/// Creates a process with resident pages at `AT`. Page i contains the byte i + 1.
fn written(pages: u64, flags: &str, change: impl FnOnce(&mut KernelConfig)) -> Lab {
    let mut lab = Lab::on("core-i7", change);
    map(&mut lab, AT, pages, flags);
    for page in 0..pages {
        assert_eq!(lab.touch(AT + page * PAGE, Some(page as u8 + 1)), None);
    }
    lab
}

/// Maps a file of `pages` pages at `AT`. The pages are filled with the bytes 0x40, 0x41, and so on.
fn mapped_file(pages: u64, flags: &str, change: impl FnOnce(&mut KernelConfig)) -> Lab {
    let mut lab = Lab::on("core-i7", change);
    lab.kernel
        .add_file("data".into(), Fill::Pages(0x40), pages * PAGE);
    let fd = lab.open("data", "O_RDWR").expect("a descriptor");
    let prot = c("PROT_READ|PROT_WRITE");
    assert_eq!(
        lab.call("mmap", args![AT, pages * PAGE, prot, c(flags), fd, 0]),
        Ok(AT)
    );
    lab
}

fn faults(lab: &Lab) -> (u64, u64) {
    let faults = lab.process().faults;
    (faults.minor, faults.major)
}

/// Counts the minor and major faults of a touch.
fn counting(lab: &mut Lab, va: u64, store: Option<u8>) -> (u64, u64) {
    let before = faults(lab);
    assert_eq!(lab.touch(va, store), None);
    (faults(lab).0 - before.0, faults(lab).1 - before.1)
}

fn place(lab: &Lab, va: u64) -> Option<PageLocation> {
    lab.process().space.pages.get(va / PAGE).copied()
}

/// Reads the first byte of each of `pages` pages.
fn bytes(lab: &Lab, at: u64, pages: u64) -> Vec<u8> {
    (0..pages)
        .map(|page| lab.bytes(at + page * PAGE, 1)[0])
        .collect()
}

#[test]
fn populating_touches_every_page_inside_the_call() {
    // Linux reports 16 faults during `mmap` and none afterwards.
    let mut lab = Lab::i7();
    map(
        &mut lab,
        AT,
        16,
        "MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED|MAP_POPULATE",
    );
    assert_eq!(faults(&lab), (16, 0));
    for page in 0..16 {
        assert_eq!(counting(&mut lab, AT + page * PAGE, Some(1)), (0, 0));
    }
    map(
        &mut lab,
        FAR,
        4,
        "MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED|MAP_POPULATE|MAP_NONBLOCK",
    );
    assert_eq!(lab.process().space.resident, 16);
    map(
        &mut lab,
        FAR,
        4,
        "MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED|MAP_LOCKED",
    );
    assert_eq!(lab.process().space.resident, 20);
}

#[test]
fn a_new_mapping_in_place_of_an_old_one_has_none_of_its_pages() {
    let mut lab = written(4, ANON, |_| {});
    map(&mut lab, AT + PAGE, 2, ANON);
    assert_eq!(bytes(&lab, AT, 4), [1, 0, 0, 4]);
    assert_eq!(lab.process().space.resident, 2);
    assert_eq!(counting(&mut lab, AT + PAGE, None), (1, 0));
}

#[test]
fn unmapped_pages_are_not_accessible() {
    let mut lab = written(4, ANON, |_| {});
    lab.ok("munmap", args![AT + PAGE, 2 * PAGE]);
    assert_eq!(lab.touch(AT + PAGE, None), Some(FaultClass::Segmentation));
    assert_eq!(
        lab.touch(AT + 2 * PAGE, Some(1)),
        Some(FaultClass::Segmentation)
    );
    assert_eq!(
        (bytes(&lab, AT, 1), bytes(&lab, AT + 3 * PAGE, 1)),
        (vec![1], vec![4])
    );
    assert_eq!(lab.kernel.frames().used(), 2);
}

#[test]
fn mprotect_affects_resident_and_absent_pages() {
    let mut lab = written(2, ANON, |_| {});
    map(&mut lab, AT + 2 * PAGE, 1, ANON);
    lab.ok("mprotect", args![AT, 3 * PAGE, c("PROT_READ")]);
    for page in 0..3 {
        assert_eq!(lab.touch(AT + page * PAGE, None), None);
        assert_eq!(
            lab.touch(AT + page * PAGE, Some(9)),
            Some(FaultClass::Protection)
        );
    }
    lab.ok("mprotect", args![AT, 3 * PAGE, c("PROT_NONE")]);
    assert_eq!(lab.touch(AT, None), Some(FaultClass::Protection));
    lab.ok("mprotect", args![AT, 3 * PAGE, c("PROT_WRITE")]);
    // A writable page is also readable, and an exclusive page is immediately writable.
    assert_eq!(counting(&mut lab, AT, None), (0, 0));
    assert_eq!(counting(&mut lab, AT, Some(9)), (0, 0));
    assert_eq!(bytes(&lab, AT, 3), [9, 2, 0]);
}

#[test]
fn mprotect_changes_the_areas_before_a_hole() {
    let mut lab = written(2, ANON, |_| {});
    assert_eq!(
        lab.call("mprotect", args![AT, 3 * PAGE, c("PROT_READ")]),
        Err(Errno::ENOMEM)
    );
    assert_eq!(lab.touch(AT + PAGE, Some(1)), Some(FaultClass::Protection));
}

#[test]
fn dropped_pages_read_as_their_backing() {
    // On Linux, anonymous pages read as zeros, private file pages read as the file's bytes, and shared pages
    // keep their bytes.
    let drop = c("MADV_DONTNEED");
    let mut lab = written(2, ANON, |_| {});
    lab.ok("madvise", args![AT, 2 * PAGE, drop]);
    assert_eq!(
        (bytes(&lab, AT, 2), lab.kernel.frames().used()),
        (vec![0, 0], 0)
    );
    for (flags, kept) in [("MAP_PRIVATE", 0x40), ("MAP_SHARED", 7)] {
        let mut lab = mapped_file(2, &format!("{flags}|MAP_FIXED"), |_| {});
        assert_eq!(lab.touch(AT, Some(7)), None);
        lab.ok("madvise", args![AT, 2 * PAGE, drop]);
        assert_eq!(bytes(&lab, AT, 1), [kept]);
        assert_eq!(lab.contents("data")[0], kept);
    }
    let mut lab = written(2, "MAP_SHARED|MAP_ANONYMOUS|MAP_FIXED", |_| {});
    lab.ok("madvise", args![AT, 2 * PAGE, drop]);
    assert_eq!(bytes(&lab, AT, 2), [1, 2]);
}

#[test]
fn freed_pages_keep_their_bytes_without_memory_pressure() {
    let mut lab = written(2, ANON, |_| {});
    lab.ok("madvise", args![AT, 2 * PAGE, c("MADV_FREE")]);
    assert_eq!(bytes(&lab, AT, 2), [1, 2]);
}

#[test]
fn pages_move_with_their_mapping_and_do_not_fault() {
    let mut lab = written(4, ANON, |_| {});
    let before: Vec<_> = (0..4).map(|page| place(&lab, AT + page * PAGE)).collect();
    let fixed = c("MREMAP_MAYMOVE|MREMAP_FIXED");
    assert_eq!(
        lab.call("mremap", args![AT, 4 * PAGE, 6 * PAGE, fixed, FAR]),
        Ok(FAR)
    );
    assert_eq!(
        before,
        (0..4)
            .map(|page| place(&lab, FAR + page * PAGE))
            .collect::<Vec<_>>()
    );
    assert_eq!(counting(&mut lab, FAR, Some(9)), (0, 0));
    assert_eq!(bytes(&lab, FAR, 6), [9, 2, 3, 4, 0, 0]);
    assert_eq!(lab.touch(AT, None), Some(FaultClass::Segmentation));
    // Shrinking a mapping unmaps the pages at its end.
    assert_eq!(
        lab.call("mremap", args![FAR, 6 * PAGE, PAGE, fixed, AT]),
        Ok(AT)
    );
    assert_eq!(
        (bytes(&lab, AT, 1), lab.kernel.frames().used()),
        (vec![9], 1)
    );
}

#[test]
fn a_mapping_left_behind_is_empty() {
    let mut lab = written(2, ANON, |_| {});
    let flags = c("MREMAP_MAYMOVE|MREMAP_DONTUNMAP");
    assert_eq!(
        lab.call("mremap", args![AT, 2 * PAGE, 2 * PAGE, flags, FAR]),
        Ok(FAR)
    );
    assert_eq!(
        (bytes(&lab, AT, 2), bytes(&lab, FAR, 2)),
        (vec![0, 0], vec![1, 2])
    );
}

#[test]
fn a_shared_mapping_of_length_0_is_mapped_again() {
    let mut lab = written(3, "MAP_SHARED|MAP_ANONYMOUS|MAP_FIXED", |_| {});
    let fixed = c("MREMAP_MAYMOVE|MREMAP_FIXED");
    assert_eq!(
        lab.call("mremap", args![AT + PAGE, 0, 2 * PAGE, fixed, FAR]),
        Ok(FAR)
    );
    assert_eq!(lab.touch(FAR, Some(8)), None);
    assert_eq!(bytes(&lab, AT, 3), [1, 8, 3]);
    lab.ok("munmap", args![AT, 3 * PAGE]);
    assert_eq!(
        bytes(&lab, FAR, 2),
        [8, 3],
        "the object stays while it is mapped"
    );
    lab.ok("munmap", args![FAR, 2 * PAGE]);
    assert_eq!(lab.kernel.frames().used(), 0);
}

#[test]
fn a_shared_object_does_not_grow_with_its_mapping() {
    let mut lab = written(2, "MAP_SHARED|MAP_ANONYMOUS|MAP_FIXED", |_| {});
    assert_eq!(lab.call("mremap", args![AT, 2 * PAGE, 3 * PAGE, 0]), Ok(AT));
    assert_eq!(lab.touch(AT + 2 * PAGE, None), Some(FaultClass::Bus));
}

#[test]
fn locked_pages_become_resident_and_stay() {
    let mut lab = Lab::on("core-i7", |config| {
        (config.frames, config.swap) = (Some(4), 8);
    });
    map(&mut lab, AT, 2, ANON);
    map(&mut lab, FAR, 8, ANON);
    lab.ok("mlock", args![AT, 2 * PAGE]);
    assert_eq!(faults(&lab), (2, 0));
    let held = [place(&lab, AT), place(&lab, AT + PAGE)];
    for page in 0..8 {
        assert_eq!(lab.touch(FAR + page * PAGE, Some(1)), None);
    }
    assert_eq!([place(&lab, AT), place(&lab, AT + PAGE)], held);
    lab.ok("munlock", args![AT, 2 * PAGE]);
    for page in 0..8 {
        assert_eq!(lab.touch(FAR + page * PAGE, Some(1)), None);
    }
    assert!(
        matches!(place(&lab, AT), Some(PageLocation::Swap(_))),
        "{:?}",
        place(&lab, AT)
    );
}

#[test]
fn locking_too_many_pages_fails_without_a_frame() {
    let mut lab = Lab::on("core-i7", |config| config.frames = Some(4));
    map(&mut lab, AT, 5, ANON);
    let arguments = [Arg::Number(AT.into()), Arg::Number((5 * PAGE).into())];
    let call = system_call("mlock").expect("a call");
    let answer = call.call(&mut lab.kernel, lab.pid, &arguments, &mut ());
    assert_eq!(answer, Err(OutOfMemory::Frames));
}

#[test]
fn locked_pages_are_copied_as_soon_as_they_may_be_stored_to() {
    let mut lab = mapped_file(2, "MAP_PRIVATE|MAP_FIXED", |_| {});
    lab.ok("mprotect", args![AT, 2 * PAGE, c("PROT_READ")]);
    lab.ok("mlock", args![AT, 2 * PAGE]);
    lab.ok("mprotect", args![AT, 2 * PAGE, c("PROT_READ|PROT_WRITE")]);
    assert_eq!(counting(&mut lab, AT, Some(1)), (0, 0));
}

#[test]
fn msync_writes_dirty_pages_and_notices_the_next_store() {
    let mut lab = mapped_file(2, "MAP_SHARED|MAP_FIXED", |_| {});
    assert_eq!(lab.touch(AT, Some(7)), None);
    let Some(PageLocation::Frame(frame)) = place(&lab, AT) else {
        panic!("the page is in a frame")
    };
    lab.ok("msync", args![AT, 2 * PAGE, c("MS_ASYNC")]);
    assert!(lab.kernel.is_dirty(frame));
    assert_eq!(
        lab.call("msync", args![AT, 3 * PAGE, c("MS_SYNC")]),
        Err(Errno::ENOMEM),
        "a hole at the end"
    );
    assert!(!lab.kernel.is_dirty(frame), "and the rest was done");
    assert_eq!(counting(&mut lab, AT, Some(8)), (1, 0));
    assert!(lab.kernel.is_dirty(frame));
}

#[test]
fn pages_that_will_be_needed_are_read_into_the_page_cache() {
    let mut lab = mapped_file(4, "MAP_PRIVATE|MAP_FIXED", |_| {});
    assert_eq!(counting(&mut lab, AT, None), (0, 1));
    lab.ok("madvise", args![AT + PAGE, 2 * PAGE, c("MADV_WILLNEED")]);
    assert_eq!(lab.process().space.resident, 1, "nothing is mapped by that");
    assert_eq!(counting(&mut lab, AT + PAGE, None), (1, 0));
    assert_eq!(counting(&mut lab, AT + 2 * PAGE, None), (1, 0));
    assert_eq!(counting(&mut lab, AT + 3 * PAGE, None), (0, 1));
}

#[test]
fn unmerged_pages_are_copied() {
    let mut lab = written(1, ANON, |_| {});
    map(&mut lab, AT + PAGE, 3, ANON);
    for page in 1..4 {
        assert_eq!(lab.touch(AT + page * PAGE, Some(1)), None);
    }
    lab.ok("madvise", args![AT, 4 * PAGE, c("MADV_MERGEABLE")]);
    assert_eq!(lab.kernel.ksm_scan(&mut ()), 3);
    lab.ok("mprotect", args![AT, PAGE, c("PROT_READ")]);
    let before = lab.process().faults.minor;
    lab.ok("madvise", args![AT, 2 * PAGE, c("MADV_UNMERGEABLE")]);
    assert_eq!(lab.process().faults.minor - before, 2);
    assert_eq!(lab.kernel.frames().used(), 3);
    assert_eq!(lab.touch(AT, Some(2)), Some(FaultClass::Protection));
    assert_eq!(counting(&mut lab, AT + PAGE, Some(2)), (0, 0));
    // A moved mapping is also unmerged but may be merged again.
    let fixed = c("MREMAP_MAYMOVE|MREMAP_FIXED");
    assert_eq!(
        lab.call("mremap", args![AT + 2 * PAGE, PAGE, PAGE, fixed, FAR]),
        Ok(FAR)
    );
    assert_eq!(
        (lab.kernel.frames().used(), bytes(&lab, FAR, 1)),
        (4, vec![1])
    );
    assert_eq!(lab.kernel.ksm_scan(&mut ()), 1);
}

#[test]
fn a_file_reaches_past_its_last_byte_to_the_end_of_the_page() {
    let mut lab = Lab::i7();
    lab.file("short", "hello");
    let fd = lab.open("short", "O_RDONLY").expect("a descriptor");
    let at = lab.ok(
        "mmap",
        args![0, 2 * PAGE, c("PROT_READ"), c("MAP_PRIVATE"), fd, 0],
    );
    assert_eq!(lab.bytes(at, 8), *b"hello\0\0\0");
    assert_eq!(lab.touch(at + PAGE, None), Some(FaultClass::Bus));
    // The mapping remains after the descriptor is closed.
    lab.ok("close", args![fd]);
    assert_eq!(lab.bytes(at, 5), *b"hello");
}

#[test]
fn a_terminal_cannot_be_mapped() {
    let mut lab = Lab::i7();
    let map = |lab: &mut Lab, fd: i32| {
        lab.call(
            "mmap",
            args![0, PAGE, c("PROT_READ"), c("MAP_PRIVATE"), fd, 0],
        )
    };
    assert_eq!(map(&mut lab, 0), Err(Errno::ENODEV));
    assert_eq!(map(&mut lab, -1), Err(Errno::EBADF));
    assert_eq!(map(&mut lab, 7), Err(Errno::EBADF));
}
