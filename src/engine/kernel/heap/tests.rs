//! The allocator on a simple memory. `tests/linux/allocations.rs` compares it with the real one. The expected
//! distances are what a C program with the same calls printed (glibc 2.36, Linux 6.18).

use super::top::LEAST_REGION;
use super::*;

const START: u64 = 0x1000;
/// The first block that a program allocates, behind the lists of the tcache.
const FIRST_BLOCK: u64 = START + TCACHE + CHUNK_START;
const AREAS: u64 = 1 << 40;

/// Memory with a break and areas that never move.
#[derive(Debug)]
struct Plain {
    brk: u64,
    /// The address that the break cannot pass.
    wall: u64,
    next: u64,
    roomy: bool,
    areas: Vec<Range<u64>>,
    cleared: Vec<(u64, u64)>,
    copied: Vec<(u64, u64, u64)>,
}

impl HeapMemory for Plain {
    fn page(&self) -> u64 {
        0x1000
    }

    fn is_roomy(&self) -> bool {
        self.roomy
    }

    fn brk(&self) -> u64 {
        self.brk
    }

    fn set_brk(&mut self, to: u64) -> bool {
        let moves = to <= self.wall;
        self.brk = if moves { to } else { self.brk };
        moves
    }

    fn map(&mut self, len: u64) -> Option<u64> {
        self.next = self.next.checked_sub(len)?;
        self.areas.push(self.next..self.next + len);
        Some(self.next)
    }

    fn unmap(&mut self, range: Range<u64>) {
        self.areas.retain(|area| *area != range);
    }

    fn remap(&mut self, area: Range<u64>, len: u64) -> Option<u64> {
        let at = self.areas.iter_mut().find(|other| **other == area)?;
        if len > area.end - area.start {
            return None;
        }
        at.end = area.start + len;
        Some(area.start)
    }

    fn copy(&mut self, from: u64, to: u64, len: u64) {
        self.copied.push((from, to, len));
    }

    fn clear(&mut self, at: u64, len: u64) {
        self.cleared.push((at, len));
    }

    fn examine(&mut self, _: u64) {}
}

/// A heap and its memory.
struct Lab {
    heap: Heap,
    memory: Plain,
}

impl Lab {
    fn new() -> Self {
        let memory = Plain {
            brk: START,
            wall: 1 << 32,
            next: AREAS,
            roomy: true,
            areas: Vec::new(),
            cleared: Vec::new(),
            copied: Vec::new(),
        };
        Self {
            heap: Heap::default(),
            memory,
        }
    }

    fn small() -> Self {
        let mut lab = Self::new();
        lab.memory.roomy = false;
        lab
    }

    fn malloc(&mut self, size: u64) -> u64 {
        self.heap
            .malloc(&mut self.memory, size)
            .expect("memory for a block")
    }

    fn free(&mut self, at: u64) {
        assert!(self.heap.free(&mut self.memory, at), "{at:#x}");
    }

    fn realloc(&mut self, at: u64, size: u64) -> u64 {
        self.heap
            .realloc(&mut self.memory, at, size)
            .expect("memory for a block")
    }

    fn sizes(&self) -> Vec<(u64, u64, bool)> {
        self.heap
            .blocks
            .iter()
            .map(|(at, block)| (*at, block.size, block.used()))
            .collect()
    }
}

#[test]
fn chunks_have_a_header_and_at_least_32_bytes() {
    let sizes = [0, 24, 25, 40, 41, 100, 1032, i64::MAX as u64];
    assert_eq!(
        sizes.map(chunk_for),
        [32, 32, 48, 48, 64, 112, 1040, (1 << 63) + 16].map(Some)
    );
    assert_eq!([1 << 63, u64::MAX].map(chunk_for), [None; 2]);
}

#[test]
fn the_first_call_gets_132_kb() {
    let mut lab = Lab::new();
    assert_eq!(lab.malloc(24), FIRST_BLOCK);
    assert_eq!(lab.memory.brk, START + 0x2_1000);
    assert_eq!(
        [25, 0, 100, 100].map(|size| lab.malloc(size)),
        [32, 80, 112, 224].map(|at| FIRST_BLOCK + at)
    );
    assert_eq!(
        lab.sizes().last(),
        Some(&(FIRST_BLOCK + 336, 0x2_1000 - 0x290 - 336 - 8, false))
    );
}

#[test]
fn the_tcache_keeps_seven_blocks_of_a_size() {
    let mut lab = Lab::new();
    let taken = [100; 9].map(|size| lab.malloc(size));
    for at in taken {
        lab.free(at);
    }
    // The eighth and the ninth are in a fastbin. Its last block comes first and brings the other to the tcache.
    let mut expected = taken;
    expected.reverse();
    expected = [&expected[2..], &[taken[8], taken[7]]]
        .concat()
        .try_into()
        .expect("nine blocks");
    assert_eq!([100; 9].map(|size| lab.malloc(size)), expected);
}

#[test]
fn large_neighbors_merge_and_join_the_top() {
    let mut lab = Lab::new();
    let taken = [2000, 2000, 2000, 2000].map(|size| lab.malloc(size));
    lab.free(taken[0]);
    lab.free(taken[1]);
    assert_eq!(lab.malloc(4000), taken[0], "2016 + 2016 bytes are enough");
    lab.free(taken[3]);
    assert_eq!(
        lab.malloc(100),
        taken[3],
        "the freed block belongs to the top"
    );
}

#[test]
fn freeing_an_area_raises_the_threshold() {
    let mut lab = Lab::new();
    let large = lab.malloc(200 << 10);
    assert_eq!((large, lab.memory.areas.len()), (AREAS - 0x3_3000 + 16, 1));
    lab.free(large);
    assert!(lab.malloc(200 << 10) < lab.memory.brk);
    assert!(lab.malloc(128 << 10) < lab.memory.brk);
    assert!(lab.malloc(204 << 10) > lab.memory.brk);
}

#[test]
fn a_large_top_is_trimmed() {
    let mut lab = Lab::new();
    let taken = [100 << 10; 4].map(|size| lab.malloc(size));
    let high = lab.memory.brk;
    for at in taken.iter().rev() {
        lab.free(*at);
    }
    assert!(lab.memory.brk < high);
    assert_eq!(lab.memory.brk, START + 0x2_1000);
}

#[test]
fn calloc_clears_what_may_be_dirty() {
    let mut lab = Lab::new();
    let at = lab.malloc(3000);
    lab.free(at);
    assert_eq!(lab.heap.calloc(&mut lab.memory, 2000), Some(at));
    assert_eq!(lab.memory.cleared, [(at, 2008)]);
    let large = lab
        .heap
        .calloc(&mut lab.memory, 300 << 10)
        .expect("an area");
    assert!(large > lab.memory.brk);
    assert_eq!(lab.memory.cleared.len(), 1, "areas contain zeros");
    assert_eq!(lab.heap.calloc(&mut lab.memory, 1 << 63), None);
}

#[test]
fn realloc_grows_in_place_or_moves() {
    let mut lab = Lab::new();
    let (a, b) = (lab.malloc(100), lab.malloc(2000));
    assert_eq!(lab.realloc(b, 3000), b, "into the top");
    let c = lab.malloc(100);
    assert_eq!(lab.realloc(a, 104), a);
    let moved = lab.realloc(a, 200);
    assert!(moved > c);
    assert_eq!(lab.memory.copied, [(a, moved, 104)]);
    assert_eq!(lab.realloc(b, 500), b, "the rest is free again");
    assert_eq!(lab.malloc(2400), b + 512);
    let large = lab.malloc(300 << 10);
    assert_eq!(lab.realloc(large, 200 << 10), large);
    assert_eq!(lab.memory.areas, vec![large - 16..large - 16 + 0x3_3000]);
    let wider = lab.realloc(large, 400 << 10);
    assert_eq!(lab.memory.copied[1], (large, wider, 0x3_2FF0));
    assert_eq!(lab.heap.realloc(&mut lab.memory, wider, u64::MAX), None);
}

#[test]
fn only_a_used_block_is_freed() {
    let mut lab = Lab::new();
    let at = lab.malloc(64);
    for wrong in [at + 16, at - 16, 0, u64::MAX] {
        assert!(!lab.heap.free(&mut lab.memory, wrong), "{wrong:#x}");
    }
    lab.free(at);
    assert!(!lab.heap.free(&mut lab.memory, at), "twice");
}

#[test]
fn small_machines_have_neither_a_first_chunk_nor_a_reserve() {
    let mut lab = Lab::small();
    assert_eq!(
        (lab.malloc(100), lab.memory.brk),
        (START + 16, START + 0x1000)
    );
    assert_eq!(lab.malloc(100), START + 16 + 112);
    lab.memory.wall = START + 0x1000;
    assert_eq!(lab.heap.malloc(&mut lab.memory, 4000), None);
    assert_eq!(lab.malloc(3000), START + 16 + 224);
}

#[test]
fn a_heap_without_room_continues_in_an_area() {
    let mut lab = Lab::new();
    lab.memory.wall = START + 0x2_1000;
    let first = lab.malloc(100);
    let second = lab.malloc(100_000);
    let third = lab.malloc(100_000);
    assert_eq!((second, third), (first + 112, AREAS - LEAST_REGION + 16));
    assert_eq!(
        lab.malloc(3000),
        second + 100_016,
        "the old top is a free chunk"
    );
    assert_eq!(
        lab.malloc(100_000),
        third + 100_016,
        "the area has a top chunk"
    );
}

#[test]
fn memory_of_sbrk_is_not_used() {
    let mut lab = Lab::new();
    let first = lab.malloc(100_000);
    lab.memory.brk += 0x808;
    assert_eq!(lab.malloc(100_000), START + 0x2_1000 + 0x810 + 16);
    assert!(lab.memory.brk.is_multiple_of(0x1000));
    assert_eq!(
        lab.malloc(3000),
        first + 100_016,
        "the old top is a free chunk"
    );
}

#[test]
fn chunks_above_a_lowered_break_are_forgotten() {
    let mut lab = Lab::small();
    let taken = [0x3F8; 4].map(|size| lab.malloc(size));
    lab.free(taken[3]);
    lab.heap.cut(taken[1]);
    lab.memory.brk = taken[1];
    assert_eq!(lab.sizes(), [(taken[0], 0x3F8, true)]);
    assert_eq!(lab.malloc(0x3F8), taken[1].next_multiple_of(16) + 16);
}

#[test]
fn a_declared_heap_is_the_first_top() {
    let mut lab = Lab::small();
    lab.heap.declare(START, START + 0x2000);
    lab.memory.brk = START + 0x2000;
    assert_eq!(
        (lab.malloc(100), lab.memory.brk),
        (START + 16, START + 0x2000)
    );
    assert_eq!(
        (lab.malloc(0x2000), lab.memory.brk),
        (START + 128, START + 0x3000)
    );
}

/// No two blocks overlap, and every free chunk is in exactly one list.
#[test]
fn random_sequences_keep_the_lists_sound() {
    let mut random = crate::machine::random::SplitMix64::new(7);
    for sequence in 0..30 {
        let mut lab = if sequence % 2 == 0 {
            Lab::new()
        } else {
            Lab::small()
        };
        let mut taken: Vec<u64> = Vec::new();
        for _ in 0..400 {
            let size = [200, 2000, 70_000, 300_000][random.below(4) as usize];
            let size = random.below(size);
            match random.below(5) {
                0 | 1 => taken.push(lab.malloc(size)),
                2 => taken.extend(lab.heap.calloc(&mut lab.memory, size)),
                _ if taken.is_empty() => {}
                3 => {
                    let at = random.below(taken.len() as u64) as usize;
                    taken[at] = lab.realloc(taken[at], size + 1);
                }
                _ => {
                    let at = taken.swap_remove(random.below(taken.len() as u64) as usize);
                    lab.free(at);
                }
            }
            if random.below(50) == 0 {
                lab.memory.brk += 16 * random.below(300);
            }
        }
        let heap = &lab.heap;
        let mut end = 0;
        for (at, block) in &heap.blocks {
            assert!(at - CHUNK_START >= end, "the block at {at:#x} overlaps");
            end = at - CHUNK_START + block.chunk();
        }
        for at in &taken {
            assert!(heap.blocks[at].used());
        }
        let listed = heap.cached.len() + heap.fast.len() + heap.sorted.len() + heap.unsorted.len();
        let free = heap.blocks.values().filter(|block| !block.used()).count();
        assert_eq!(listed + usize::from(heap.top.is_some()), free);
    }
}
