//! The blocks of `malloc`. The kernel keeps the list of blocks outside simulated memory, so that allocating a
//! block does not touch the block's pages.
//!
//! A block consists of a 16-byte header and the usable bytes. The blocks of the heap are adjacent, and
//! `free` merges adjacent free blocks. A large block is a separate area.

use super::persistent::{Map, Set};

/// Size of a block's header in bytes, and the alignment of addresses and sizes.
pub(crate) const UNIT: u64 = 16;

/// The blocks of `malloc`, by the address returned.
#[derive(Debug, Clone, Default)]
pub struct Heap {
    /// All blocks, including free ones.
    pub blocks: Map<u64, HeapBlock>,
    /// The free blocks of the heap.
    free: Set<u64>,
    /// The address after the last block: the break when the heap last grew.
    end: u64,
}

/// A block of `malloc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeapBlock {
    /// Number of usable bytes, a multiple of 16. For a mapped block, the size of its area without the header.
    pub size: u64,
    /// Whether the block is in use.
    pub used: bool,
    /// Whether the block is a separate area (`mmap`).
    pub mapped: bool,
}

/// Number of usable bytes in a block for a request of `size` bytes, or `None` on overflow.
pub(crate) fn usable(size: u64) -> Option<u64> {
    size.max(1).checked_next_multiple_of(UNIT)
}

/// Size in bytes of the glibc chunk for a request, or `None` on overflow. The chunk's header adds only 8
/// bytes, because the rest of the header is in the preceding block.
pub(crate) fn chunk(size: u64) -> Option<u64> {
    size.checked_add(UNIT / 2)?.checked_next_multiple_of(UNIT).map(|chunk| chunk.max(2 * UNIT))
}

impl Heap {
    /// Allocates the lowest free block with at least `size` usable bytes (a multiple of 16) and splits off
    /// the rest. Returns the block's address and the number of blocks examined.
    pub(crate) fn allocate(&mut self, size: u64) -> (Option<u64>, u64) {
        let mut looked = 0;
        let found = self.free.iter().copied().find(|at| {
            looked += 1;
            self.blocks.get(at).is_some_and(|block| block.size >= size)
        });
        if let Some(at) = found {
            self.split(at, size);
        }
        (found, looked)
    }

    /// Allocates the first bytes of a free block. The rest becomes a free block if it is large enough.
    fn split(&mut self, at: u64, size: u64) {
        let Some(block) = self.blocks.get_mut(&at) else { return };
        let rest = block.size - size;
        block.used = true;
        if rest > UNIT {
            block.size = size;
        }
        self.free.remove(&at);
        if rest > UNIT {
            self.add_free(at + size + UNIT, rest - UNIT);
        }
    }

    fn add_free(&mut self, at: u64, size: u64) {
        self.blocks.insert(at, HeapBlock { size, used: false, mapped: false });
        self.free.insert(at);
    }

    /// The lowest break that leaves room for a free block of `size` usable bytes, or `None` on overflow.
    pub(crate) fn break_for(&self, brk: u64, size: u64) -> Option<u64> {
        let at = self.last_free(brk).map_or_else(|| first_block(brk), |(at, _)| Some(at))?;
        at.checked_add(size)
    }

    /// The free block that ends at the break, if any.
    fn last_free(&self, brk: u64) -> Option<(u64, HeapBlock)> {
        let at = *self.free.get_max()?;
        let block = *self.blocks.get(&at)?;
        (self.end == brk && brk - (at + block.size) < UNIT).then_some((at, block))
    }

    /// Adds a free block for the bytes between the old break `brk` and the new break `to`.
    pub(crate) fn grow(&mut self, brk: u64, to: u64) {
        let last = self.last_free(brk).map(|(at, _)| at).or_else(|| first_block(brk));
        let Some((at, room)) = last.and_then(|at| Some((at, to.checked_sub(at)?))) else { return };
        self.end = to;
        if room >= UNIT {
            self.add_free(at, room / UNIT * UNIT);
        }
    }

    /// Removes the blocks that extend above a lowered break.
    pub(crate) fn cut(&mut self, brk: u64) {
        while let Some((at, _)) = self.last_below(self.end).filter(|(at, block)| at + block.size > brk) {
            self.blocks.remove(&at);
            self.free.remove(&at);
        }
        self.end = self.end.min(brk);
    }

    /// The last heap block that starts below an address.
    fn last_below(&self, end: u64) -> Option<(u64, HeapBlock)> {
        let below = self.blocks.range(..end).rev().find(|(_, block)| !block.mapped);
        below.map(|(at, block)| (*at, *block))
    }

    /// Adds a block that is a separate area.
    pub(crate) fn add_mapped(&mut self, at: u64, size: u64) {
        self.free.remove(&at);
        self.blocks.insert(at, HeapBlock { size, used: true, mapped: true });
    }

    /// Frees a block and returns it, or returns `None` if no block at this address is in use.
    pub(crate) fn release(&mut self, at: u64) -> Option<HeapBlock> {
        let block = *self.blocks.get(&at).filter(|block| block.used)?;
        self.blocks.remove(&at);
        if !block.mapped {
            self.join(at, block.size);
        }
        Some(block)
    }

    /// Adds free bytes and merges them with adjacent free blocks.
    fn join(&mut self, at: u64, size: u64) {
        let (mut at, mut size) = (at, size);
        let above = at + size + UNIT;
        if self.free.remove(&above).is_some()
            && let Some(next) = self.blocks.remove(&above)
        {
            size += UNIT + next.size;
        }
        if let Some(&below) = self.free.get_prev(&at)
            && let Some(block) = self.blocks.get(&below).filter(|block| below + block.size + UNIT == at)
        {
            size += UNIT + block.size;
            at = below;
        }
        self.add_free(at, size);
    }
}

/// The address of the first block in a heap that starts at `brk`.
fn first_block(brk: u64) -> Option<u64> {
    brk.checked_next_multiple_of(UNIT)?.checked_add(UNIT)
}

#[cfg(test)]
mod tests;
