//! The program break. The results and areas were observed on Linux 6.18 with glibc 2.36.

use super::lab::{Lab, args, c};
use crate::kernel::abi::Errno;

/// Lists the areas, with addresses relative to the start of the heap.
fn areas(lab: &Lab) -> String {
    let start = lab.process().space.brk_start;
    let shown = lab.process().space.areas.iter();
    let shown = shown.map(|area| {
        format!(
            "{:x}-{:x} {}",
            area.start - start,
            area.end - start,
            area.perms()
        )
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Moves the break to each address and returns whether each move succeeded.
fn moves(lab: &mut Lab, to: &[i64]) -> Vec<bool> {
    let start = lab.process().space.brk_start;
    let mut done = |to: &i64| {
        let (before, to) = (lab.process().space.brk, start.wrapping_add_signed(*to));
        let result = lab.call("brk", args![to]);
        let after = lab.process().space.brk;
        assert!(after == to || after == before, "{after:#x}");
        // A failed call returns no error if the break is at or above the requested address.
        assert_eq!(
            result,
            if after >= to {
                Ok(0)
            } else {
                Err(Errno::ENOMEM)
            }
        );
        after == to
    };
    to.iter().map(&mut done).collect()
}

fn heap() -> (Lab, u64) {
    let lab = Lab::i7();
    let start = lab.process().space.brk_start;
    (lab, start)
}

#[test]
fn the_break_has_bytes_and_its_area_has_whole_pages() {
    let (mut lab, _) = heap();
    assert_eq!(moves(&mut lab, &[10]), [true]);
    assert_eq!(areas(&lab), "0-1000 rw-p");
    assert_eq!(moves(&mut lab, &[0x1000, 0x1001]), [true, true]);
    assert_eq!(areas(&lab), "0-2000 rw-p");
    assert_eq!(moves(&mut lab, &[0]), [true]);
    assert_eq!(areas(&lab), "");
    assert_eq!(
        moves(&mut lab, &[-1, -0x1000, i64::MAX, -0x5555_5555_9000]),
        [false; 4]
    );
}

#[test]
fn a_page_stays_free_below_the_next_area() {
    let (mut lab, start) = heap();
    let flags = c("MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED");
    lab.ok(
        "mmap",
        args![start + 0x8000, 0x1000, c("PROT_READ"), flags, -1, 0],
    );
    assert_eq!(
        moves(
            &mut lab,
            &[0x5000, 0x6000, 0x7000, 0x7001, 0x8000, 0x8001, 0x9001]
        ),
        [true, true, true, false, false, false, false]
    );
    assert_eq!(areas(&lab), "0-7000 rw-p, 8000-9000 r--p");
    lab.ok("munmap", args![start + 0x8000, 0x1000]);
    lab.ok("mprotect", args![start + 0x3000, 0x1000, c("PROT_READ")]);
    assert_eq!(moves(&mut lab, &[0x9000]), [true]);
    assert_eq!(areas(&lab), "0-3000 rw-p, 3000-4000 r--p, 4000-9000 rw-p");
    assert_eq!(moves(&mut lab, &[0x2000]), [true]);
    assert_eq!(areas(&lab), "0-2000 rw-p");
}

#[test]
fn where_the_heap_was_unmapped_the_break_does_not_go_down() {
    let (mut lab, start) = heap();
    assert_eq!(moves(&mut lab, &[0x5000]), [true]);
    lab.ok("munmap", args![start + 0x3000, 0x2000]);
    assert_eq!(
        moves(&mut lab, &[0x4000, 0x3000, 0x6000]),
        [false, false, true]
    );
    assert_eq!(areas(&lab), "0-3000 rw-p, 5000-6000 rw-p");
    assert_eq!(moves(&mut lab, &[0x2800]), [true]);
    assert_eq!(areas(&lab), "0-3000 rw-p");
}

#[test]
fn lowering_the_break_unmaps_other_areas_in_its_way() {
    let (mut lab, start) = heap();
    assert_eq!(moves(&mut lab, &[0x8000]), [true]);
    let flags = c("MAP_SHARED|MAP_ANONYMOUS|MAP_FIXED");
    lab.ok(
        "mmap",
        args![start + 0x4000, 0x4000, c("PROT_READ"), flags, -1, 0],
    );
    assert_eq!(areas(&lab), "0-4000 rw-p, 4000-8000 r--s");
    assert_eq!(moves(&mut lab, &[0x6000]), [true]);
    assert_eq!(areas(&lab), "0-4000 rw-p, 4000-6000 r--s");
    assert_eq!(moves(&mut lab, &[0x9000]), [true]);
    assert_eq!(areas(&lab), "0-4000 rw-p, 4000-6000 r--s, 6000-9000 rw-p");
    assert_eq!(moves(&mut lab, &[0x1000, 0x3000]), [true, true]);
    assert_eq!(areas(&lab), "0-3000 rw-p");
}

#[test]
fn the_heap_does_not_use_the_stack_guard_gap() {
    let (mut lab, start) = heap();
    let flags = c("MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED|MAP_GROWSDOWN");
    lab.ok(
        "mmap",
        args![start + 0x40_0000, 0x1000, c("PROT_READ"), flags, -1, 0],
    );
    assert_eq!(
        moves(&mut lab, &[0x2F_E000, 0x2F_F000, 0x30_0000, 0x30_1000]),
        [true, true, false, false]
    );
}

#[test]
fn a_locked_part_of_the_heap_is_a_separate_area() {
    let (mut lab, start) = heap();
    assert_eq!(moves(&mut lab, &[0x4000]), [true]);
    lab.ok("mlock", args![start + 0x3000, 0x1000]);
    assert_eq!(moves(&mut lab, &[0x5000]), [true]);
    assert_eq!(areas(&lab), "0-3000 rw-p, 3000-4000 rw-p, 4000-5000 rw-p");
}

#[test]
fn sbrk_returns_the_old_break() {
    let (mut lab, start) = heap();
    assert_eq!(lab.call("sbrk", args![0]), Ok(start));
    assert_eq!(lab.call("sbrk", args![100]), Ok(start));
    assert_eq!(lab.call("sbrk", args![0x1000]), Ok(start + 100));
    assert_eq!(lab.call("sbrk", args![-50]), Ok(start + 0x1064));
    assert_eq!(lab.call("sbrk", args![0]), Ok(start + 0x1032));
    assert_eq!(
        lab.call("sbrk", args![-0x2000]),
        Ok(start + 0x1032),
        "below the heap: it stays"
    );
    assert_eq!(lab.call("brk", args![0]), Ok(0));
    assert_eq!(lab.call("sbrk", args![i64::MAX]), Err(Errno::ENOMEM));
    assert_eq!(lab.call("sbrk", args![i64::MIN]), Err(Errno::ENOMEM));
    assert_eq!(lab.call("sbrk", args![0]), Ok(start + 0x1032));
}

#[test]
fn a_14_bit_heap_begins_at_a_quarter() {
    let mut lab = Lab::simple();
    assert_eq!(lab.call("sbrk", args![100]), Ok(0x1000));
    assert_eq!(areas(&lab), "0-80 rw-p");
    assert_eq!(lab.call("brk", args![0x4001]), Err(Errno::ENOMEM));
    assert_eq!(lab.call("brk", args![0x3FC0]), Ok(0));
    assert_eq!(
        lab.call("brk", args![0x4000]),
        Ok(0),
        "to the end of the space"
    );
}

#[test]
fn the_heap_does_not_merge_with_a_named_area_below() {
    let (mut lab, start) = heap();
    lab.area("bss", start - 0x2000, start, "rw-");
    lab.area("page", start - 0x5000, start - 0x4000, "rw-");
    assert_eq!(moves(&mut lab, &[0x1000, 0x2000]), [true, true]);
    let wide = |lab: &Lab| {
        lab.maps()
            .iter()
            .map(|(from, to, ..)| (to - from) >> 12)
            .collect::<Vec<_>>()
    };
    assert_eq!(wide(&lab), [1, 2, 2]);
    // As on Linux, an area mapped next to the heap merges with the heap.
    let flags = c("MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED");
    lab.ok(
        "mmap",
        args![
            start + 0x2000,
            0x1000,
            c("PROT_READ|PROT_WRITE"),
            flags,
            -1,
            0
        ],
    );
    assert_eq!(wide(&lab), [1, 2, 3]);
}
