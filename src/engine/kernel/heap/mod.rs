//! The blocks of `malloc`. The kernel keeps this list outside of simulated memory, so that allocating a block does not touch
//! its pages.
//!
//! A block is a header of 16 bytes and the usable bytes. The blocks of the heap are adjacent, and adjacent free blocks are
//! merged. A large block is an area of its own.

use super::persistent::{Map, Set};

/// Bytes of a block's header, and what addresses and sizes are a multiple of.
pub(crate) const UNIT: u64 = 16;

/// The blocks of `malloc`, by the address that it returned.
#[derive(Debug, Clone, Default)]
pub struct Heap {
    /// All blocks, including free ones.
    pub blocks: Map<u64, HeapBlock>,
    /// Those that are free, all of them of the heap.
    free: Set<u64>,
    /// The byte after the last block of the heap, where the break was when the heap grew last.
    end: u64,
}

/// A block of `malloc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeapBlock {
    /// Number of usable bytes, a multiple of 16; of a mapped block, the size of the area without the header.
    pub size: u64,
    /// Whether it is in use.
    pub used: bool,
    /// Whether it is an area of its own (`mmap`).
    pub mapped: bool,
}

/// The usable bytes of a block that is asked for with `size`; none if there is no such number.
pub(crate) fn usable(size: u64) -> Option<u64> {
    size.max(1).checked_next_multiple_of(UNIT)
}

/// The bytes of glibc's chunk for a request: its header takes 8, since the rest of it lies in the block before. None if there
/// is no such number.
pub(crate) fn chunk(size: u64) -> Option<u64> {
    size.checked_add(UNIT / 2)?.checked_next_multiple_of(UNIT).map(|chunk| chunk.max(2 * UNIT))
}

impl Heap {
    /// Takes the lowest free block that has `size` usable bytes (a multiple of 16), and leaves the rest of it free. Answers
    /// its address, and how many blocks were looked at.
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

    /// Uses the first bytes of a free block; what is left is a free block, if it can hold anything.
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

    /// Where the break must be at least for a block of `size` usable bytes to be free; none if beyond every address.
    pub(crate) fn break_for(&self, brk: u64, size: u64) -> Option<u64> {
        let at = self.last_free(brk).map_or_else(|| first_block(brk), |(at, _)| Some(at))?;
        at.checked_add(size)
    }

    /// The free block that ends where the break is, if the heap ends there.
    fn last_free(&self, brk: u64) -> Option<(u64, HeapBlock)> {
        let at = *self.free.get_max()?;
        let block = *self.blocks.get(&at)?;
        (self.end == brk && brk - (at + block.size) < UNIT).then_some((at, block))
    }

    /// The break moved from `brk` to `to`: what lies between is free.
    pub(crate) fn grow(&mut self, brk: u64, to: u64) {
        let last = self.last_free(brk).map(|(at, _)| at).or_else(|| first_block(brk));
        let Some((at, room)) = last.and_then(|at| Some((at, to.checked_sub(at)?))) else { return };
        self.end = to;
        if room >= UNIT {
            self.add_free(at, room / UNIT * UNIT);
        }
    }

    /// The break is below the end of the heap: blocks that reach above it are forgotten.
    pub(crate) fn cut(&mut self, brk: u64) {
        while let Some((at, _)) = self.last_below(self.end).filter(|(at, block)| at + block.size > brk) {
            self.blocks.remove(&at);
            self.free.remove(&at);
        }
        self.end = self.end.min(brk);
    }

    /// The last block of the heap that begins below an address.
    fn last_below(&self, end: u64) -> Option<(u64, HeapBlock)> {
        let below = self.blocks.range(..end).rev().find(|(_, block)| !block.mapped);
        below.map(|(at, block)| (*at, *block))
    }

    /// A block that is an area of its own.
    pub(crate) fn add_mapped(&mut self, at: u64, size: u64) {
        self.free.remove(&at);
        self.blocks.insert(at, HeapBlock { size, used: true, mapped: true });
    }

    /// Gives a block back, and answers what it was; none if there is no such block in use.
    pub(crate) fn release(&mut self, at: u64) -> Option<HeapBlock> {
        let block = *self.blocks.get(&at).filter(|block| block.used)?;
        self.blocks.remove(&at);
        if !block.mapped {
            self.join(at, block.size);
        }
        Some(block)
    }

    /// Bytes are free again, together with free neighbours.
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

/// The address of the first block of a heap that begins at `brk`.
fn first_block(brk: u64) -> Option<u64> {
    brk.checked_next_multiple_of(UNIT)?.checked_add(UNIT)
}

#[cfg(test)]
mod tests;
