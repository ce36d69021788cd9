//! `malloc` and `free`, through `brk` and `mmap`.

use super::lab::{Lab, args};
use crate::kernel::abi::Errno;
use crate::kernel::heap::HeapBlock;
use crate::kernel::syscall::constant;

/// The start of a process's heap on a Core i7.
const BRK: u64 = 0x5555_5555_9000;
/// The address below which `mmap` looks for a hole.
const BASE: u64 = 0x7FFF_F7FF_F000;
const THRESHOLD: u64 = 128 << 10;

fn malloc(lab: &mut Lab, size: u64) -> u64 {
    lab.ok("malloc", args![size])
}

/// Lists the address and size of every block, and whether it is in use.
fn blocks(lab: &Lab) -> Vec<(u64, u64, bool)> {
    let row = |(at, block): (&u64, &HeapBlock)| (*at, block.size, block.used);
    lab.process().space.heap.blocks.iter().map(row).collect()
}

#[test]
fn the_heap_grows_by_whole_pages_that_only_the_process_touches() {
    let mut lab = Lab::i7();
    assert_eq!(malloc(&mut lab, 100), BRK + 16);
    assert_eq!(lab.maps(), [(BRK, BRK + 0x1000, "rw-p".to_owned(), 0)]);
    assert_eq!(lab.process().space.brk, BRK + 0x1000);
    assert_eq!(malloc(&mut lab, 1), BRK + 16 + 112 + 16);
    assert_eq!(lab.process().space.resident, 0);
    assert_eq!(lab.touch(BRK + 16, Some(1)), None);
    assert_eq!((lab.process().faults.minor, lab.process().space.resident), (1, 1));
    assert_eq!(malloc(&mut lab, 0x2000), BRK + 16 + 112 + 16 + 16 + 16);
    assert_eq!(lab.maps(), [(BRK, BRK + 0x3000, "rw-p".to_owned(), 0)]);
}

#[test]
fn a_freed_block_is_used_again() {
    let mut lab = Lab::i7();
    let taken = [100, 200, 300].map(|size| malloc(&mut lab, size));
    assert_eq!(lab.call("free", args![taken[1]]), Ok(0));
    assert_eq!(malloc(&mut lab, 208), taken[1]);
    for at in taken {
        assert_eq!(lab.call("free", args![at]), Ok(0));
    }
    assert_eq!(blocks(&lab), [(BRK + 16, 0xFF0, false)]);
    assert_eq!(lab.process().space.brk, BRK + 0x1000, "the break stays");
}

#[test]
fn only_blocks_in_use_are_freed_and_null() {
    let mut lab = Lab::i7();
    let at = malloc(&mut lab, 100);
    assert_eq!(lab.call("free", args![0]), Ok(0));
    for wrong in [at + 16, at - 16, 8, u64::MAX] {
        assert_eq!(lab.call("free", args![wrong]), Err(Errno::EINVAL), "{wrong:#x}");
    }
    assert_eq!(lab.call("free", args![at]), Ok(0));
    assert_eq!(lab.call("free", args![at]), Err(Errno::EINVAL));
}

#[test]
fn a_large_block_is_a_separate_area() {
    let mut lab = Lab::i7();
    assert_eq!(constant("M_MMAP_THRESHOLD"), Some(THRESHOLD as i64));
    // glibc 2.36 compares the chunk size, which includes a header of 8 bytes and is rounded up to a multiple
    // of 16.
    assert_eq!(malloc(&mut lab, 131_048), BRK + 16);
    let least = malloc(&mut lab, 131_049);
    assert_eq!(least, BASE - (THRESHOLD + 0x1000) + 16);
    assert_eq!(lab.call("free", args![least]), Ok(0));
    let area = BASE - (THRESHOLD + 0x1000);
    assert_eq!(malloc(&mut lab, THRESHOLD), area + 16);
    assert_eq!(lab.maps()[1], (area, BASE, "rw-p".to_owned(), 0));
    assert_eq!(blocks(&lab).last(), Some(&(area + 16, THRESHOLD + 0xFF0, true)));
    lab.touch(area + 16, Some(1));
    assert_eq!(lab.call("free", args![area + 16]), Ok(0));
    assert_eq!((lab.maps().len(), lab.process().space.resident), (1, 0));
    assert_eq!(lab.call("free", args![area + 16]), Err(Errno::EINVAL));
}

#[test]
fn mappings_without_room_are_rejected() {
    let mut lab = Lab::i7();
    for size in [u64::MAX, u64::MAX - 15, 1 << 63, (1 << 63) - 1, 1 << 47, BASE] {
        assert_eq!(lab.call("malloc", args![size]), Err(Errno::ENOMEM), "{size:#x}");
    }
    assert_eq!(lab.call("malloc", args![-1]), Err(Errno::ENOMEM));
    assert_eq!((lab.maps().len(), blocks(&lab).len()), (0, 0));
    // The area prevents the heap from growing. `brk` leaves one page free below the area.
    lab.area("wall", BRK + 0x3000, BRK + 0x4000, "r--");
    let at = malloc(&mut lab, 0x1000);
    assert_eq!(lab.call("malloc", args![0x1000_u64]), Err(Errno::ENOMEM));
    assert_eq!(lab.call("free", args![at]), Ok(0));
    assert_eq!(malloc(&mut lab, 0x1FF0), at);
}

#[test]
fn the_heap_of_a_declaration_is_used_first() {
    let mut lab = Lab::i7();
    lab.area("heap", 0x60_3000, 0x60_5000, "rw-");
    assert_eq!((lab.process().space.brk_start, lab.process().space.brk), (0x60_3000, 0x60_5000));
    assert_eq!(malloc(&mut lab, 0x1000), 0x60_3010);
    assert_eq!(malloc(&mut lab, 0x1000), 0x60_4020);
    assert_eq!(lab.maps(), [(0x60_3000, 0x60_6000, "rw-p".to_owned(), 0)]);
}

#[test]
fn a_break_that_the_process_moves_itself_is_respected() {
    let mut lab = Lab::i7();
    let first = malloc(&mut lab, 0x1000);
    assert_eq!(lab.call("sbrk", args![0x800]), Ok(BRK + 0x2000));
    // Memory allocated by `sbrk` does not belong to `malloc`.
    assert_eq!(malloc(&mut lab, 0x1800), BRK + 0x2810);
    // If the break is below the end of the first block, neither block remains.
    assert_eq!(lab.call("brk", args![BRK + 0x1000]), Ok(0));
    assert_eq!(lab.call("free", args![first]), Err(Errno::EINVAL));
    assert_eq!(malloc(&mut lab, 0x1800), BRK + 0x1010);
}

#[test]
fn parent_and_child_have_separate_heaps() {
    let mut lab = Lab::i7();
    let at = malloc(&mut lab, 100);
    lab.touch(at, Some(7));
    lab.ok("fork", args![]);
    assert_eq!(lab.call("free", args![at]), Ok(0));
    assert_eq!(lab.turn(2).bytes(at, 1), [7]);
    assert_eq!(lab.call("free", args![at]), Ok(0));
    assert_eq!(lab.call("free", args![at]), Err(Errno::EINVAL));
}

#[test]
fn small_memory_can_be_used_up_and_given_back() {
    let mut lab = Lab::simple();
    // The heap starts one quarter of the way into the 16 KB address space and may grow to the lowest address
    // of the stack, which is seven eighths of the way.
    let mut taken = Vec::new();
    while let Ok(at) = lab.call("malloc", args![40]) {
        assert_eq!(at, 0x1010 + taken.len() as u64 * 64);
        taken.push(at);
    }
    assert!(taken.len() > 100, "{}", taken.len());
    assert_eq!(lab.call("malloc", args![40]), Err(Errno::ENOMEM));
    for at in taken.iter().step_by(2).chain(taken.iter().skip(1).step_by(2)) {
        assert_eq!(lab.call("free", args![*at]), Ok(0));
    }
    assert_eq!(blocks(&lab), [(0x1010, taken.len() as u64 * 64 - 16, false)]);
}
