//! Compares the heap with a naive model and with textbook examples of first fit and coalescing.

use super::*;

fn block(size: u64, used: bool) -> HeapBlock {
    HeapBlock { size, used, mapped: false }
}

/// Lists the address and size of every block, and whether it is in use.
fn list(heap: &Heap) -> Vec<(u64, u64, bool)> {
    heap.blocks.iter().map(|(at, block)| (*at, block.size, block.used)).collect()
}

/// Creates a 4 KB heap at 0x1000.
fn page() -> Heap {
    let mut heap = Heap::default();
    heap.grow(0x1000, 0x2000);
    heap
}

#[test]
fn sizes_are_rounded_up_to_16_and_are_at_least_16() {
    let sizes = [0, 1, 16, 17, 100, u64::MAX - 15];
    assert_eq!(sizes.map(usable), [16, 16, 16, 32, 112, u64::MAX - 15].map(Some));
    assert_eq!(usable(u64::MAX), None);
}

#[test]
fn the_first_block_follows_its_header() {
    let mut heap = page();
    assert_eq!(list(&heap), [(0x1010, 0xFF0, false)]);
    assert_eq!(heap.allocate(112), (Some(0x1010), 1));
    assert_eq!(list(&heap), [(0x1010, 112, true), (0x1090, 0xF70, false)]);
}

#[test]
fn the_lowest_fitting_block_is_split() {
    let mut heap = page();
    let taken: Vec<_> = [64, 16, 160, 16, 64, 16].map(|size| heap.allocate(size).0.unwrap()).into();
    for at in [0, 2, 4] {
        assert_eq!(heap.release(taken[at]), Some(block([64, 16, 160, 16, 64, 16][at], true)));
    }
    // The free blocks have 64, 160, and 64 bytes, followed by the rest of the page. The first fit for 80
    // bytes is the second block, which leaves 64 bytes.
    assert_eq!(heap.allocate(80).0, Some(taken[2]));
    assert_eq!(heap.blocks[&(taken[2] + 96)], block(64, false));
    // Splitting off 48 bytes would leave only a header, so the block is not split.
    assert_eq!(heap.allocate(48).0, Some(taken[0]));
    assert_eq!(heap.blocks[&taken[0]], block(64, true));
}

#[test]
fn free_neighbors_are_merged() {
    let mut heap = page();
    let taken = [32, 32, 32, 32].map(|size| heap.allocate(size).0.unwrap());
    heap.release(taken[0]);
    heap.release(taken[2]);
    assert_eq!(heap.blocks.len(), 5);
    heap.release(taken[1]);
    assert_eq!(heap.blocks[&taken[0]], block(3 * 32 + 2 * 16, false));
    heap.release(taken[3]);
    assert_eq!(list(&heap), [(0x1010, 0xFF0, false)]);
}

#[test]
fn only_a_block_in_use_can_be_released() {
    let mut heap = page();
    let at = heap.allocate(64).0.unwrap();
    for wrong in [at + 16, at - 16, 0, u64::MAX, at + 80] {
        assert_eq!(heap.release(wrong), None, "{wrong:#x}");
    }
    assert!(heap.release(at).is_some());
    assert_eq!(heap.release(at), None, "twice");
}

#[test]
fn the_heap_grows_from_its_last_free_block() {
    let mut heap = page();
    assert_eq!(heap.break_for(0x2000, 0x1000), Some(0x2010));
    heap.grow(0x2000, 0x3000);
    assert_eq!(list(&heap), [(0x1010, 0x1FF0, false)]);
    heap.allocate(0x1FF0);
    assert_eq!(heap.break_for(0x3000, 32), Some(0x3030));
    heap.grow(0x3000, 0x4000);
    assert_eq!(heap.allocate(32).0, Some(0x3010));
}

#[test]
fn a_heap_continues_at_a_break_moved_by_sbrk() {
    let mut heap = page();
    assert_eq!(heap.break_for(0x2008, 64), Some(0x2060));
    heap.grow(0x2008, 0x3000);
    assert_eq!(list(&heap), [(0x1010, 0xFF0, false), (0x2020, 0xFE0, false)]);
    // The blocks are not adjacent, because the bytes between them do not belong to `malloc`.
    let (low, high) = (heap.allocate(0xFF0).0.unwrap(), heap.allocate(0xFE0).0.unwrap());
    heap.release(low);
    heap.release(high);
    assert_eq!(heap.blocks.len(), 2);
}

#[test]
fn blocks_above_a_lowered_break_are_forgotten() {
    let mut heap = page();
    let taken = [0x400, 0x400, 0x400].map(|size| heap.allocate(size).0.unwrap());
    heap.add_mapped(0x8010, 0xFF0);
    heap.cut(taken[1]);
    assert_eq!(list(&heap), [(taken[0], 0x400, true), (0x8010, 0xFF0, true)]);
    assert_eq!(heap.break_for(taken[1], 16), Some(taken[1] + 32));
}

#[test]
fn nothing_overflows_at_the_end_of_the_space() {
    let heap = Heap::default();
    assert_eq!(heap.break_for(u64::MAX, 16), None);
    assert_eq!(heap.break_for(u64::MAX - 31, 16), None);
    assert_eq!(page().break_for(0x2000, u64::MAX - 15), None);
}

/// In the naive model, every 16-byte unit of the page is a header, used, or free.
#[test]
fn random_sequences_agree_with_a_naive_model() {
    let mut random = crate::machine::random::SplitMix64::new(7);
    let (mut heap, mut model) = (page(), vec![(0x1010_u64, 0xFF0_u64, false)]);
    for _ in 0..4000 {
        let roll = random.next();
        if roll.is_multiple_of(2) {
            let size = (roll >> 8) % 24 * 16 + 16;
            let fit = model.iter().position(|(_, free, used)| !used && *free >= size);
            assert_eq!(heap.allocate(size).0, fit.map(|at| model[at].0));
            if let Some(at) = fit {
                let (start, room, _) = model[at];
                let whole = room - size <= 16;
                model[at] = (start, if whole { room } else { size }, true);
                if !whole {
                    model.insert(at + 1, (start + size + 16, room - size - 16, false));
                }
            }
        } else {
            let at = (roll >> 8) as usize % model.len();
            assert_eq!(heap.release(model[at].0).is_some(), model[at].2);
            model[at].2 = false;
            for at in (1..model.len()).rev() {
                if !model[at].2 && !model[at - 1].2 {
                    model[at - 1].1 += 16 + model[at].1;
                    model.remove(at);
                }
            }
        }
        assert_eq!(list(&heap), model);
    }
}
