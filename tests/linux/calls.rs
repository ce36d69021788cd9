//! Checks one side (Linux or Pagewalk) against semantics.md: areas and system calls (rules 14 to 16).

use super::driver::*;
use super::names::*;
use super::op::{FILES, Fd, Op};
use super::place::{PAGE, Place, WINDOW};
use super::say;
use super::side::{Answer, Backing};

super::asked_of_each_side! {
    Driver:
    rule_14_mmap_chooses_the_top_of_the_highest_hole,
    rule_14_a_hint_is_rounded_down_and_used_if_free,
    rule_16_mmap_fails,
    rule_16_mmap_checks_in_this_order,
    rule_16_anonymous_ignores_the_descriptor_and_failures_change_nothing,
    rule_16_munmap,
    rule_16_mprotect_changes_pages_before_the_failure,
    rule_16_madvise_drops_pages_around_a_hole,
    rule_16_mmap_refuses_huge_pages_of_a_file,
    rule_16_growsdown_ends_where_its_own_area_begins,
    rule_16_mremap_fails_and_changes_nothing,
    rule_16_mremap_moves_several_areas_of_equal_size,
    rule_16_brk_keeps_its_byte_and_maps_whole_pages,
    rule_15_anonymous_shared_objects_do_not_merge_with_each_other,
}

fn rule_14_mmap_chooses_the_top_of_the_highest_hole(driver: &mut Driver<'_>) {
    driver.hold(&[
        (anywhere(6), at(WINDOW - 6)),
        (unmap(WINDOW - 5, 1), OK),
        (unmap(WINDOW - 3, 2), OK),
        // The two pages fill the highest gap completely.
        (anywhere(2), at(WINDOW - 3)),
        (unmap(WINDOW - 3, 2), OK),
        (anywhere(1), at(WINDOW - 2)),
        (anywhere(1), at(WINDOW - 3)),
        (anywhere(1), at(WINDOW - 5)),
        (anywhere(3), at(WINDOW - 9)),
    ]);
}

fn rule_14_a_hint_is_rounded_down_and_used_if_free(driver: &mut Driver<'_>) {
    driver.hold(&[
        (hinted(page(4), 2), at(4)),
        (hinted(page(6).plus(0x123), 1), at(6)),
        (hinted(page(5), 1), at(WINDOW - 1)),
        // The start of the range is free, but the end is not.
        (hinted(page(3), 2), at(WINDOW - 3)),
        (hinted(page(3), 1), at(3)),
        // The kernel also uses a free address above `mmap-base`.
        (hinted(page(WINDOW), 1), at(WINDOW)),
    ]);
}

fn rule_16_mmap_fails(driver: &mut Driver<'_>) {
    let mmap = |at, length, prot, flags, fd, offset| Op::Mmap {
        at,
        length,
        prot,
        flags,
        fd,
        offset,
    };
    driver.hold(&[
        (
            mmap(Place::NULL, pages(1), PROT_READ, MAP_PRIVATE, F0, 0x123),
            error("EINVAL"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_READ, MAP_PRIVATE, Fd::Closed, 0),
            error("EBADF"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_READ, MAP_PRIVATE, Fd::None, 0),
            error("EBADF"),
        ),
        (
            mmap(Place::NULL, 0, PROT_READ, ANONYMOUS, Fd::None, 0),
            error("EINVAL"),
        ),
        (
            mmap(
                page(1).plus(1),
                pages(1),
                PROT_READ,
                ANONYMOUS | MAP_FIXED,
                Fd::None,
                0,
            ),
            error("EINVAL"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_READ, 0, F0, 0),
            error("EINVAL"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_READ, MAP_ANONYMOUS, Fd::None, 0),
            error("EINVAL"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_RW, MAP_SHARED, F0_READ, 0),
            error("EACCES"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_READ, MAP_SHARED, F0_WRITE, 0),
            error("EACCES"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_WRITE, MAP_PRIVATE, F0_WRITE, 0),
            error("EACCES"),
        ),
        (
            mmap(Place::NULL, pages(1), PROT_NONE, MAP_PRIVATE, F0_WRITE, 0),
            error("EACCES"),
        ),
        (
            mmap(Place::NULL, 1 << 47, PROT_READ, ANONYMOUS, Fd::None, 0),
            error("ENOMEM"),
        ),
        (
            mmap(Place::NULL, u64::MAX, PROT_READ, ANONYMOUS, Fd::None, 0),
            error("ENOMEM"),
        ),
        (
            mmap(
                Place::NULL,
                pages(2),
                PROT_READ,
                MAP_PRIVATE,
                F0,
                i64::MAX as u64 & !0xFFF,
            ),
            error("EOVERFLOW"),
        ),
    ]);
    assert_eq!(driver.maps(), [""; 0]);
}

fn rule_16_mmap_checks_in_this_order(driver: &mut Driver<'_>) {
    let mmap = |at, length, flags, fd, offset| Op::Mmap {
        at,
        length,
        prot: PROT_RW,
        flags,
        fd,
        offset,
    };
    let noreplace = MAP_FIXED_NOREPLACE;
    driver.hold(&[
        (anonymous(1, 1, PROT_READ), at(1)),
        // Each line fixes one mistake in the preceding line.
        (
            mmap(page(1).plus(1), 0, noreplace, Fd::Closed, 1),
            error("EINVAL"),
        ),
        (
            mmap(page(1).plus(1), 0, noreplace, Fd::Closed, 0),
            error("EBADF"),
        ),
        (
            mmap(page(1).plus(1), 0, noreplace, F0_READ, 0),
            error("EINVAL"),
        ),
        (
            mmap(page(1).plus(1), 1 << 47, noreplace, F0_READ, 0),
            error("ENOMEM"),
        ),
        (
            mmap(page(1).plus(1), pages(1), noreplace, F0_READ, 0),
            error("EINVAL"),
        ),
        (
            mmap(page(1), pages(1), noreplace, F0_READ, 0),
            error("EEXIST"),
        ),
        (
            mmap(
                page(2),
                pages(1),
                noreplace,
                F0_READ,
                i64::MAX as u64 & !0xFFF,
            ),
            error("EOVERFLOW"),
        ),
        (
            mmap(page(2), pages(1), noreplace, F0_READ, 0),
            error("EINVAL"),
        ),
        (
            mmap(page(2), pages(1), noreplace | MAP_SHARED, F0_READ, 0),
            error("EACCES"),
        ),
        (
            mmap(page(2), pages(1), noreplace | MAP_SHARED, F0, 0),
            at(2),
        ),
    ]);
}

fn rule_16_anonymous_ignores_the_descriptor_and_failures_change_nothing(driver: &mut Driver<'_>) {
    driver.hold(&[
        (map(1, 1, PROT_RW, ANONYMOUS, Fd::Closed, 0), at(1)),
        (
            map(2, 1, PROT_RW, MAP_SHARED | MAP_ANONYMOUS, F0_WRITE, 0),
            at(2),
        ),
        (store(page(1), 0x90), Answer::Done),
        (map(1, 1, PROT_RW, MAP_SHARED, F0_READ, 0), error("EACCES")),
        (load(page(1)), Answer::Byte(0x90)),
    ]);
}

fn rule_16_munmap(driver: &mut Driver<'_>) {
    driver.hold(&[
        (
            Op::Munmap {
                at: page(1).plus(1),
                length: pages(1),
            },
            error("EINVAL"),
        ),
        (unmap(1, 0), error("EINVAL")),
        (unmap(1, 3), OK),
        (anonymous(1, 3, PROT_READ), at(1)),
        // Lengths round up to pages.
        (
            Op::Munmap {
                at: page(2),
                length: 1,
            },
            OK,
        ),
    ]);
    assert_eq!(driver.maps().len(), 2);
}

fn rule_16_mprotect_changes_pages_before_the_failure(driver: &mut Driver<'_>) {
    driver.hold(&[
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

fn rule_16_madvise_drops_pages_around_a_hole(driver: &mut Driver<'_>) {
    driver.hold(&[
        (anonymous(1, 1, PROT_RW), at(1)),
        (map(3, 1, PROT_RW, MAP_PRIVATE, F0, 0), at(3)),
        (map(4, 1, PROT_RW, MAP_SHARED, F0, 0x1000), at(4)),
        (store(page(1), 0x90), Answer::Done),
        (store(page(3), 0x90), Answer::Done),
        (store(page(4), 0x90), Answer::Done),
        (
            Op::Madvise {
                at: page(1),
                length: pages(4),
                advice: MADV_DONTNEED,
            },
            error("ENOMEM"),
        ),
        // According to rule 19, anonymous pages contain zeros, private file pages contain the file's bytes,
        // and shared pages keep their bytes.
        (load(page(1)), Answer::Byte(0)),
        (load(page(3)), Answer::Byte(FILES[0].fill)),
        (load(page(4)), Answer::Byte(0x90)),
    ]);
}

fn rule_16_mmap_refuses_huge_pages_of_a_file(driver: &mut Driver<'_>) {
    let huge = |length, kind, fd, offset| {
        let flags = kind | MAP_HUGETLB;
        Op::Mmap {
            at: Place::NULL,
            length,
            prot: PROT_READ,
            flags,
            fd,
            offset,
        }
    };
    for kind in [MAP_SHARED, MAP_PRIVATE, MAP_SHARED | MAP_PRIVATE, 0] {
        driver.hold(&[
            (huge(pages(1), kind, F0, 0), error("EINVAL")),
            (huge(1 << 47, kind, F0, 0), error("EINVAL")),
            (huge(pages(1), kind, F0_WRITE, 0), error("EINVAL")),
            (huge(0, kind, Fd::Closed, 0), error("EBADF")),
            (huge(0, kind, Fd::Closed, 1), error("EINVAL")),
        ]);
    }
}

fn rule_16_growsdown_ends_where_its_own_area_begins(driver: &mut Driver<'_>) {
    driver.hold(&[
        (anonymous(3, 2, PROT_RW), at(3)),
        (
            map(5, 4, PROT_RW, ANONYMOUS | MAP_GROWSDOWN, Fd::None, 0),
            at(5),
        ),
        (protect(7, 1, PROT_READ | PROT_GROWSDOWN), OK),
        (protect(4, 1, PROT_READ | PROT_GROWSDOWN), error("EINVAL")),
        (protect(2, 2, PROT_READ | PROT_GROWSDOWN), error("EINVAL")),
        (protect(1, 2, PROT_READ | PROT_GROWSDOWN), error("ENOMEM")),
    ]);
    assert_eq!(
        driver.maps(),
        [
            "[window + 0x3000, window + 0x5000) rw-p 0 Anonymous",
            "[window + 0x5000, window + 0x8000) r--p 0 Anonymous",
            "[window + 0x8000, window + 0x9000) rw-p 0 Anonymous",
        ]
    );
}

fn rule_16_mremap_fails_and_changes_nothing(driver: &mut Driver<'_>) {
    let fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    driver.hold(&[
        (anonymous(2, 2, PROT_READ), at(2)),
        (anonymous(4, 2, PROT_RW), at(4)),
    ]);
    let before = driver.maps();
    driver.hold(&[
        // The start of the range is unmapped, so the areas after it are irrelevant.
        (remap(1, 5, 5, fixed, page(10)), error("EFAULT")),
        (remap(1, 1, 1, MREMAP_MAYMOVE, Place::NULL), error("EFAULT")),
        // Growth across areas.
        (remap(3, 2, 3, MREMAP_MAYMOVE, Place::NULL), error("EFAULT")),
        // The range shrinks, and its first area is smaller than the new size.
        (remap(3, 3, 2, fixed, page(10)), error("EFAULT")),
        // Overlap.
        (remap(2, 2, 2, fixed, page(3)), error("EINVAL")),
        // The end of the range wraps around to an address before the start, so the ranges do not overlap.
        (
            Op::Mremap {
                at: page(2),
                old: 0u64.wrapping_sub(pages(1)),
                new: pages(4),
                flags: fixed,
                to: page(3),
            },
            error("EFAULT"),
        ),
        (remap(2, 2, 2, MREMAP_FIXED, page(10)), error("EINVAL")),
        (remap(2, 2, 2, fixed, page(10).plus(1)), error("EINVAL")),
        (remap(2, 2, 0, MREMAP_MAYMOVE, Place::NULL), error("EINVAL")),
        // The area has no room to grow in place.
        (remap(2, 2, 3, 0, Place::NULL), error("ENOMEM")),
    ]);
    assert_eq!(driver.maps(), before);
}

fn rule_16_mremap_moves_several_areas_of_equal_size(driver: &mut Driver<'_>) {
    let fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    if !driver.0.permits().moves_areas {
        return say("skipped: this Linux moves one area at a time");
    }
    driver.hold(&[
        (anonymous(1, 1, PROT_READ), at(1)),
        (anonymous(3, 1, PROT_RW), at(3)),
        (anonymous(10, 4, PROT_NONE), at(10)),
        (remap(1, 3, 3, fixed, page(10)), at(10)),
    ]);
    // Where the source has a gap, the target keeps its old contents.
    assert_eq!(
        driver.maps(),
        [
            "[window + 0xA000, window + 0xB000) r--p 0 Anonymous",
            "[window + 0xB000, window + 0xC000) ---p 0 Anonymous",
            "[window + 0xC000, window + 0xD000) rw-p 0 Anonymous",
            "[window + 0xD000, window + 0xE000) ---p 0 Anonymous",
        ]
    );
}

fn rule_16_brk_keeps_its_byte_and_maps_whole_pages(driver: &mut Driver<'_>) {
    let brk = |bytes| Op::Brk {
        at: Place::heap(bytes),
    };
    driver.hold(&[
        (brk(0x1001), OK),
        // The break cannot move below the start of the heap, so it stays in place, without an error.
        (brk(-1), OK),
        (Op::Brk { at: Place::NULL }, OK),
        (store(Place::heap(0x1FFF), 0x90), Answer::Done),
        (load(Place::heap(0x2000)), segv("SEGV_MAPERR")),
        (brk(0x2000), OK),
        (brk(1 << 46), error("ENOMEM")),
        (brk(0x10), OK),
    ]);
    assert_eq!(driver.maps(), ["[heap, heap + 0x1000) rw-p 0 Anonymous"]);
}

fn rule_15_anonymous_shared_objects_do_not_merge_with_each_other(driver: &mut Driver<'_>) {
    let shared = MAP_SHARED | MAP_ANONYMOUS;
    driver.hold(&[
        (map(1, 1, PROT_RW, shared, Fd::None, 0), at(1)),
        (map(2, 1, PROT_RW, shared, Fd::None, 0), at(2)),
        (anonymous(4, 1, PROT_RW), at(4)),
        (anonymous(5, 1, PROT_RW), at(5)),
        (map(7, 1, PROT_RW, MAP_SHARED, F0, 0), at(7)),
        (map(8, 1, PROT_RW, MAP_SHARED, F0, 0x1000), at(8)),
    ]);
    let areas = driver.0.maps(0);
    let backings: Vec<_> = areas
        .iter()
        .map(|area| (area.length() / PAGE, area.backing))
        .collect();
    let [
        (1, Backing::Shared(one)),
        (1, Backing::Shared(two)),
        rest @ ..,
    ] = &backings[..]
    else {
        panic!("{backings:?}")
    };
    assert_ne!(one, two);
    assert_eq!(rest, [(2, Backing::Anonymous), (2, Backing::File(0))]);
    assert_eq!(driver.byte(page(7)), Some(FILES[0].fill));
}
