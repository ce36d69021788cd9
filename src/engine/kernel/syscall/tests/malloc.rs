//! `malloc`, `free`, `calloc`, and `realloc`, through `brk`, `mmap`, and `mremap`.

use super::lab::{Lab, args};
use crate::kernel::abi::Errno;
use crate::kernel::heap::HeapBlock;
use crate::kernel::syscall::constant;

/// The start of a process's heap on a Core i7.
const BRK: u64 = 0x5555_5555_9000;
/// The address below which `mmap` looks for a hole.
const BASE: u64 = 0x7FFF_F7FF_F000;
const THRESHOLD: u64 = 128 << 10;
/// The first block of a program, which follows the lists of the tcache.
const FIRST: u64 = BRK + 0x2A0;
/// The bytes by which the first call moves the break.
const GROWTH: u64 = 0x2_1000;

fn malloc(lab: &mut Lab, size: u64) -> u64 {
    lab.ok("malloc", args![size])
}

/// Lists the address and size of every block, and whether it is in use.
fn blocks(lab: &Lab) -> Vec<(u64, u64, bool)> {
    let row = |(at, block): (&u64, &HeapBlock)| (*at, block.size, block.used());
    lab.process().space.heap.blocks.iter().map(row).collect()
}

#[test]
fn the_heap_grows_by_whole_pages_that_only_the_process_touches() {
    let mut lab = Lab::i7();
    assert_eq!(malloc(&mut lab, 100), FIRST);
    assert_eq!(lab.maps(), [(BRK, BRK + GROWTH, "rw-p".to_owned(), 0)]);
    assert_eq!(lab.process().space.brk, BRK + GROWTH);
    assert_eq!(malloc(&mut lab, 1), FIRST + 112);
    assert_eq!(lab.process().space.resident, 0);
    assert_eq!(lab.touch(FIRST, Some(1)), None);
    assert_eq!(
        (lab.process().faults.minor, lab.process().space.resident),
        (1, 1)
    );
    assert_eq!(malloc(&mut lab, 0x2000), FIRST + 112 + 32);
    assert_eq!(lab.maps().len(), 1);
}

#[test]
fn a_freed_block_is_used_again() {
    let mut lab = Lab::i7();
    let taken = [100, 200, 300].map(|size| malloc(&mut lab, size));
    assert_eq!(lab.call("free", args![taken[1]]), Ok(0));
    assert_eq!(malloc(&mut lab, 200), taken[1]);
    for at in taken {
        assert_eq!(lab.call("free", args![at]), Ok(0));
    }
    let used: Vec<bool> = blocks(&lab).iter().map(|(_, _, used)| *used).collect();
    assert_eq!(
        used,
        [true, false, false, false, false],
        "blocks in the tcache do not merge"
    );
    assert_eq!(lab.process().space.brk, BRK + GROWTH, "the break stays");
}

#[test]
fn only_blocks_in_use_are_freed_and_null() {
    let mut lab = Lab::i7();
    let at = malloc(&mut lab, 100);
    assert_eq!(lab.call("free", args![0]), Ok(0));
    for wrong in [at + 16, at - 16, 8, u64::MAX] {
        assert_eq!(
            lab.call("free", args![wrong]),
            Err(Errno::EINVAL),
            "{wrong:#x}"
        );
        assert_eq!(
            lab.call("realloc", args![wrong, 10_u64]),
            Err(Errno::EINVAL),
            "{wrong:#x}"
        );
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
    assert_eq!(malloc(&mut lab, 131_048), FIRST);
    let area = BASE - (THRESHOLD + 0x1000);
    let least = malloc(&mut lab, 131_049);
    assert_eq!(least, area + 16);
    assert_eq!(lab.maps()[1], (area, BASE, "rw-p".to_owned(), 0));
    assert_eq!(
        blocks(&lab).last(),
        Some(&(area + 16, THRESHOLD + 0xFF0, true))
    );
    lab.touch(least, Some(1));
    assert_eq!(lab.call("free", args![least]), Ok(0));
    assert_eq!((lab.maps().len(), lab.process().space.resident), (1, 0));
    assert_eq!(lab.call("free", args![least]), Err(Errno::EINVAL));
    assert!(
        malloc(&mut lab, 131_049) < lab.process().space.brk,
        "the threshold is now 132 KB"
    );
}

#[test]
fn mappings_without_room_are_rejected() {
    let mut lab = Lab::i7();
    for size in [
        u64::MAX,
        u64::MAX - 15,
        1 << 63,
        (1 << 63) - 1,
        1 << 47,
        BASE,
    ] {
        assert_eq!(
            lab.call("malloc", args![size]),
            Err(Errno::ENOMEM),
            "{size:#x}"
        );
        assert_eq!(
            lab.call("calloc", args![size, 1_u64]),
            Err(Errno::ENOMEM),
            "{size:#x}"
        );
        assert_eq!(
            lab.call("calloc", args![size, size]),
            Err(Errno::ENOMEM),
            "{size:#x}"
        );
    }
    let at = malloc(&mut lab, 100);
    assert_eq!(
        lab.call("realloc", args![at, 1_u64 << 47]),
        Err(Errno::ENOMEM)
    );
    assert_eq!(
        lab.call("free", args![at]),
        Ok(0),
        "the block is still there"
    );
}

#[test]
fn a_heap_that_cannot_grow_continues_in_an_area() {
    let mut lab = Lab::i7();
    let first = malloc(&mut lab, 100);
    lab.area("wall", BRK + GROWTH + 0x1000, BRK + GROWTH + 0x2000, "r--");
    assert_eq!(malloc(&mut lab, 100_000), first + 112);
    assert_eq!(malloc(&mut lab, 100_000), BASE - (1 << 20) + 16);
    // On a small machine, the heap stays below the area.
    let mut lab = Lab::simple();
    let last = std::iter::from_fn(|| lab.call("malloc", args![1000_u64]).ok()).last();
    assert!(last.is_some_and(|at| at < 0x4000));
}

#[test]
fn the_heap_of_a_declaration_is_used_first() {
    let mut lab = Lab::i7();
    lab.area("heap", 0x60_3000, 0x60_5000, "rw-");
    assert_eq!(
        (lab.process().space.brk_start, lab.process().space.brk),
        (0x60_3000, 0x60_5000)
    );
    assert_eq!(malloc(&mut lab, 0x1000), 0x60_32A0);
    assert_eq!(lab.process().space.brk, 0x60_5000);
    assert_eq!(malloc(&mut lab, 0x1000), 0x60_42B0);
    assert!(lab.process().space.brk > 0x60_5000);
}

#[test]
fn a_break_that_the_process_moves_itself_is_respected() {
    let mut lab = Lab::i7();
    let first = malloc(&mut lab, 0x1000);
    assert_eq!(lab.call("sbrk", args![0x800]), Ok(BRK + GROWTH));
    // Memory allocated by `sbrk` does not belong to `malloc`.
    let second = malloc(&mut lab, 131_000);
    assert_eq!(second, BRK + GROWTH + 0x810);
    // If the break is below the end of the first block, neither block remains.
    assert_eq!(lab.call("brk", args![BRK + 0x1000]), Ok(0));
    assert_eq!(lab.call("free", args![first]), Err(Errno::EINVAL));
    assert_eq!(lab.call("free", args![second]), Err(Errno::EINVAL));
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
fn calloc_clears_and_realloc_copies() {
    let mut lab = Lab::i7();
    let at = malloc(&mut lab, 5000);
    for byte in [0, 2000, 4999] {
        lab.touch(at + byte, Some(9));
    }
    let new = lab.ok("realloc", args![at, 4000_u64]);
    assert_eq!((new, lab.bytes(at + 2000, 1)), (at, vec![9]));
    let beside = malloc(&mut lab, 10);
    let moved = lab.ok("realloc", args![at, 9000_u64]);
    assert!(moved > beside);
    assert_eq!(
        (lab.bytes(moved, 1), lab.bytes(moved + 2000, 1)),
        (vec![9], vec![9])
    );
    assert_eq!(lab.ok("calloc", args![10_u64, 400_u64]), at);
    assert_eq!(
        (lab.bytes(at, 1), lab.bytes(at + 2000, 1)),
        (vec![0], vec![0])
    );
    assert_eq!(lab.ok("realloc", args![moved, 0_u64]), 0, "frees the block");
    assert_eq!(lab.call("free", args![moved]), Err(Errno::EINVAL));
    assert_eq!(
        lab.ok("realloc", args![0_u64, 20_u64]),
        beside + 32,
        "allocates a block"
    );
}

#[test]
fn small_memory_can_be_used_up_and_given_back() {
    let mut lab = Lab::simple();
    // The heap starts one quarter of the way into the 16 KB address space and may grow to the lowest address
    // of the stack, which is seven eighths of the way.
    let mut taken = Vec::new();
    while let Ok(at) = lab.call("malloc", args![40]) {
        assert_eq!(at, 0x1010 + taken.len() as u64 * 48);
        taken.push(at);
    }
    assert!(taken.len() > 100, "{}", taken.len());
    assert_eq!(lab.call("malloc", args![40]), Err(Errno::ENOMEM));
    for at in taken
        .iter()
        .step_by(2)
        .chain(taken.iter().skip(1).step_by(2))
    {
        assert_eq!(lab.call("free", args![*at]), Ok(0));
    }
    // Every second block of the first thirteen is in the tcache. All blocks after them merge.
    let merged = (taken.len() as u64 - 13) * 48;
    assert_eq!(lab.call("malloc", args![merged - 8]), Ok(taken[13]));
}
