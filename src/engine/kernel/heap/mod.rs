//! The allocator of the C library: `malloc`, `free`, `calloc`, and `realloc` as in glibc 2.36 in a process with
//! one thread.
//!
//! The allocator divides the heap into adjacent chunks. A chunk has a header of 8 bytes, and its size is a
//! multiple of 16. A free chunk is in one of these lists, which the allocator searches in this order:
//!
//! - the *tcache*, with at most seven chunks of each size up to 1,040 bytes. The last chunk in is the first
//!   one out;
//! - the *fastbins*, for chunks of up to 128 bytes that the tcache has no place for, also last in, first out;
//! - the *bins*: the unsorted list of recently freed chunks, and the lists of each size or range of sizes.
//!   A chunk that enters the bins first merges with its free neighbors. Chunks in the tcache and in fastbins
//!   count as used, so they do not merge.
//!
//! The *top chunk* is the last chunk of the heap. It grows with the break and shrinks when it is large. A large
//! request has its own area (`mmap`) in place of a chunk.
//!
//! The kernel keeps the headers and lists outside simulated memory, so that allocating a block does not touch
//! the block's pages.
//!
//! `docs/decisions/malloc.md` gives the reasons.

mod lists;
#[cfg(test)]
mod tests;
mod top;

use std::ops::Range;

use super::abi::M_MMAP_THRESHOLD;
use super::persistent::{Map, Set};

/// The alignment of chunks and of the addresses that `malloc` returns.
const UNIT: u64 = 16;
/// Bytes from the start of a chunk to the address that `malloc` returns. The first 8 of them belong to the
/// preceding chunk as long as that chunk is used.
pub const CHUNK_START: u64 = 16;
/// Bytes of a chunk that its user cannot use.
const HEADER: u64 = 8;
/// The minimum size of a chunk (`MINSIZE`).
const LEAST: u64 = 32;
/// The size of the chunk that contains the lists of the tcache, which is the first chunk of the heap.
pub const TCACHE: u64 = 0x290;
/// The maximum size of a chunk in a fastbin (`global_max_fast`).
const MOST_FAST: u64 = 128;
/// Chunks below this size have a bin for each size.
const LARGE: u64 = 1024;
/// Freeing a chunk that has merged to at least this size empties the fastbins and may trim the top chunk.
const CONSOLIDATION: u64 = 64 << 10;
/// The initial size from which a top chunk is trimmed (`M_TRIM_THRESHOLD`).
const TRIM_THRESHOLD: u64 = 128 << 10;
/// The initial size of a chunk from which `malloc` uses `mmap` (`M_MMAP_THRESHOLD`).
pub const MMAP_THRESHOLD: u64 = M_MMAP_THRESHOLD as u64;
/// Freeing an area raises the threshold only below this size (`DEFAULT_MMAP_THRESHOLD_MAX`).
const MMAP_THRESHOLD_LIMIT: u64 = 32 << 20;

/// The calls of the kernel that the allocator needs.
pub(crate) trait HeapMemory {
    /// The page size in bytes.
    fn page(&self) -> u64;
    /// Whether the address space has room for glibc's reserves. On small machines, the heap grows only by the
    /// pages that it needs, contains no lists of the tcache, and is never replaced by an area.
    fn is_roomy(&self) -> bool;
    /// The break.
    fn brk(&self) -> u64;
    /// Moves the break. Returns whether it moved.
    fn set_brk(&mut self, to: u64) -> bool;
    /// Maps a private area of whole pages and returns its start.
    fn map(&mut self, len: u64) -> Option<u64>;
    fn unmap(&mut self, range: Range<u64>);
    /// Changes the length of an area, which may move. Returns its start.
    fn remap(&mut self, area: Range<u64>, len: u64) -> Option<u64>;
    /// Copies bytes, as `memcpy` does.
    fn copy(&mut self, from: u64, to: u64, len: u64);
    /// Fills bytes with zeros, as `memset` does.
    fn clear(&mut self, at: u64, len: u64);
    /// Counts the chunks that the allocator examines.
    fn examine(&mut self, chunks: u64);
}

/// The heap of a process.
#[derive(Debug, Clone)]
pub struct Heap {
    /// All blocks, including free ones, by the address that `malloc` returned or would return.
    pub blocks: Map<u64, HeapBlock>,
    /// The free chunks of the tcache, the fastbins, and the sorted bins: size, position, and block. The
    /// highest position was added last.
    cached: Set<Listed>,
    fast: Set<Listed>,
    sorted: Set<Listed>,
    /// The unsorted chunks: position and block.
    unsorted: Set<(u64, u64)>,
    /// The next position in a list.
    position: u64,
    /// The block of the top chunk.
    top: Option<u64>,
    /// The block that remained when the last small request was split off a larger chunk.
    last_remainder: u64,
    /// Whether the allocator has its own first chunk.
    started: bool,
    /// Whether the top chunk lies in an area, because the break could not move.
    in_area: bool,
    /// The end of the chunks below the break.
    end: u64,
    /// The highest break so far. Memory below it may not be zero.
    highest: u64,
    mmap_threshold: u64,
    trim_threshold: u64,
}

/// A chunk in a list: its size, its position, and its block.
type Listed = (u64, u64, u64);

/// A block of `malloc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeapBlock {
    /// Number of usable bytes.
    pub size: u64,
    state: BlockState,
}

/// The state of a block. Positions in lists are those of [`Heap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockState {
    Used,
    /// In use, and a separate area.
    Mapped,
    Cached,
    Fast,
    Unsorted(u64),
    Sorted(u64),
    Top,
}

impl HeapBlock {
    /// Whether the block is in use.
    pub fn used(&self) -> bool {
        matches!(self.state, BlockState::Used | BlockState::Mapped)
    }

    /// Whether the block is a separate area (`mmap`).
    pub fn mapped(&self) -> bool {
        self.state == BlockState::Mapped
    }

    /// The size of the block's chunk or area.
    fn chunk(&self) -> u64 {
        self.size + if self.mapped() { CHUNK_START } else { HEADER }
    }

    /// Whether a free neighbor merges with the block.
    fn merges(&self) -> bool {
        matches!(self.state, BlockState::Unsorted(_) | BlockState::Sorted(_))
    }
}

impl Default for Heap {
    fn default() -> Self {
        Self {
            blocks: Map::new(),
            cached: Set::new(),
            fast: Set::new(),
            sorted: Set::new(),
            unsorted: Set::new(),
            position: 0,
            top: None,
            last_remainder: 0,
            started: false,
            in_area: false,
            end: 0,
            highest: 0,
            mmap_threshold: MMAP_THRESHOLD,
            trim_threshold: TRIM_THRESHOLD,
        }
    }
}

/// Size in bytes of the chunk for a request, or `None` if the request is larger than `PTRDIFF_MAX`.
fn chunk_for(size: u64) -> Option<u64> {
    let fits = i64::try_from(size).is_ok();
    fits.then(|| (size + HEADER).next_multiple_of(UNIT).max(LEAST))
}

impl Heap {
    /// Allocates a block of at least `size` bytes.
    pub(crate) fn malloc(&mut self, memory: &mut dyn HeapMemory, size: u64) -> Option<u64> {
        let chunk = chunk_for(size)?;
        self.start(memory);
        let cached = self.pop(chunk, |heap| &mut heap.cached);
        cached.or_else(|| self.take(memory, chunk))
    }

    /// Allocates a block of at least `size` bytes and fills it with zeros. Like glibc, this function takes no
    /// chunk from the tcache, and it clears no bytes that the kernel has just provided.
    pub(crate) fn calloc(&mut self, memory: &mut dyn HeapMemory, size: u64) -> Option<u64> {
        let chunk = chunk_for(size)?;
        self.start(memory);
        let (top, highest) = (self.top, self.highest);
        let old = self.top_chunk();
        let at = self.take(memory, chunk)?;
        let Some(block) = self.blocks.get(&at).filter(|block| !block.mapped()) else {
            return Some(at);
        };
        let known = if self.in_area {
            old
        } else {
            old.max((highest + CHUNK_START).saturating_sub(at))
        };
        let dirty = if top == Some(at) {
            known.min(block.chunk())
        } else {
            block.chunk()
        };
        memory.clear(at, dirty.saturating_sub(HEADER));
        Some(at)
    }

    /// Frees a used block. Returns false if no used block has this address.
    pub(crate) fn free(&mut self, memory: &mut dyn HeapMemory, at: u64) -> bool {
        let Some(block) = self.blocks.get(&at).copied().filter(HeapBlock::used) else {
            return false;
        };
        if block.mapped() {
            let area = block.chunk();
            if (self.mmap_threshold..MMAP_THRESHOLD_LIMIT).contains(&area) {
                (self.mmap_threshold, self.trim_threshold) = (area, 2 * area);
            }
            self.unmap(memory, at, area);
        } else {
            self.release(memory, at);
        }
        true
    }

    /// Changes the size of a used block, which may move. Returns `None` without a change if the request is too
    /// large.
    pub(crate) fn realloc(
        &mut self,
        memory: &mut dyn HeapMemory,
        at: u64,
        size: u64,
    ) -> Option<u64> {
        let wanted = chunk_for(size)?;
        let block = *self.blocks.get(&at)?;
        if block.mapped() {
            return self.resize_area(memory, at, block.chunk(), (size, wanted));
        }
        let (old, next) = (block.chunk(), at + block.chunk());
        let mut room = old;
        if old < wanted {
            let above = self.blocks.get(&next).copied();
            let above_chunk = above.map_or(0, |block| block.chunk());
            if self.top == Some(next) && old + above_chunk >= wanted + LEAST {
                self.blocks.remove(&next);
                self.set(at, wanted, BlockState::Used);
                self.set_top(at + wanted, old + above_chunk - wanted);
                return Some(at);
            }
            if above.is_some_and(|block| block.merges()) && old + above_chunk >= wanted {
                room += self.unlink(next);
            } else {
                let new = self.take(memory, wanted)?;
                if new != next {
                    memory.copy(at, new, old - HEADER);
                    self.release(memory, at);
                    return Some(new);
                }
                room += self.unlink(next);
            }
        }
        self.set(at, room, BlockState::Used);
        if room - wanted >= LEAST {
            self.set(at, wanted, BlockState::Used);
            self.set(at + wanted, room - wanted, BlockState::Used);
            self.release(memory, at + wanted);
        }
        Some(at)
    }

    /// Removes the chunks that extend above a break that the process has lowered itself. In glibc, the next
    /// `malloc` would end the process or return memory that does not exist.
    pub(crate) fn cut(&mut self, brk: u64) {
        while brk < self.end {
            let below = self
                .blocks
                .range(..self.end.saturating_add(CHUNK_START))
                .rev();
            let last = below
                .map(|(at, block)| (*at, *block))
                .find(|(_, block)| !block.mapped());
            match last.filter(|(at, block)| at - CHUNK_START + block.chunk() > brk) {
                Some((at, _)) => drop(self.unlink(at)),
                None => self.end = brk,
            }
        }
    }

    /// Adds the top chunk of a heap that a declaration has filled.
    pub(crate) fn declare(&mut self, from: u64, to: u64) {
        let start = from.next_multiple_of(UNIT);
        if to.saturating_sub(start) >= LEAST {
            self.set_top(start + CHUNK_START, (to - start) / UNIT * UNIT);
            (self.end, self.highest) = (to, to);
        }
    }

    /// Allocates the chunk for the lists of the tcache at the first call.
    fn start(&mut self, memory: &mut dyn HeapMemory) {
        if !self.started {
            self.started = !memory.is_roomy() || self.take(memory, TCACHE).is_some();
        }
    }

    /// Takes a chunk from anywhere but the tcache (`_int_malloc`).
    fn take(&mut self, memory: &mut dyn HeapMemory, chunk: u64) -> Option<u64> {
        if let Some(at) = self.pop(chunk, |heap| &mut heap.fast) {
            // Fill the tcache with the other chunks of this size.
            while self.has_place(chunk)
                && let Some(other) = self.pop(chunk, |heap| &mut heap.fast)
            {
                self.cache(other, chunk);
            }
            return Some(at);
        }
        if chunk < LARGE {
            if let Some(at) = self.oldest(chunk) {
                while self.has_place(chunk)
                    && let Some(other) = self.oldest(chunk)
                {
                    self.cache(other, chunk);
                }
                return Some(at);
            }
        } else {
            self.consolidate(memory);
        }
        loop {
            if let Some(at) = self.sort(memory, chunk) {
                return Some(at);
            }
            if let Some(at) = self.best_fit(chunk) {
                return Some(self.split(at, chunk));
            }
            if self.top_chunk() >= chunk + LEAST {
                return self.carve(chunk);
            }
            if self.fast.is_empty() {
                return self.grow(memory, chunk);
            }
            self.consolidate(memory);
        }
    }

    /// Allocates the first bytes of a sorted chunk. The rest is unsorted if it is large enough for a chunk.
    fn split(&mut self, at: u64, wanted: u64) -> u64 {
        let chunk = self.unlink(at);
        if chunk - wanted < LEAST {
            self.set(at, chunk, BlockState::Used);
            return at;
        }
        self.set(at, wanted, BlockState::Used);
        self.add_unsorted(at + wanted, chunk - wanted);
        if wanted < LARGE {
            self.last_remainder = at + wanted;
        }
        at
    }

    /// Frees a used chunk (`_int_free`).
    fn release(&mut self, memory: &mut dyn HeapMemory, at: u64) {
        let Some(chunk) = self.blocks.get(&at).map(HeapBlock::chunk) else {
            return;
        };
        if self.has_place(chunk) {
            self.cache(at, chunk);
            return;
        }
        if chunk <= MOST_FAST {
            let position = self.next_position();
            self.fast.insert((chunk, position, at));
            self.set(at, chunk, BlockState::Fast);
            return;
        }
        if self.merge(at, chunk) >= CONSOLIDATION {
            self.consolidate(memory);
            if self.top_chunk() >= self.trim_threshold {
                self.trim(memory);
            }
        }
    }

    /// Merges a chunk with its free neighbors. The result becomes unsorted or part of the top chunk. Returns
    /// its size.
    fn merge(&mut self, at: u64, chunk: u64) -> u64 {
        let (mut start, mut size, next) = (at, chunk, at + chunk);
        self.blocks.remove(&at);
        let below = at.checked_sub(1).and_then(|at| self.blocks.get_prev(&at));
        if let Some((below, block)) = below.map(|(below, block)| (*below, *block))
            && block.merges()
            && below + block.chunk() == at
        {
            size += self.unlink(below);
            start = below;
        }
        if self.top == Some(next) {
            size += self.unlink(next);
            self.set_top(start, size);
            return size;
        }
        if self.blocks.get(&next).is_some_and(HeapBlock::merges) {
            size += self.unlink(next);
        }
        self.add_unsorted(start, size);
        size
    }

    /// Moves the chunks of all fastbins to the unsorted list (`malloc_consolidate`), smallest first and, in
    /// each size, the last one in first.
    fn consolidate(&mut self, memory: &mut dyn HeapMemory) {
        while let Some(&(chunk, _, _)) = self.fast.get_min() {
            memory.examine(1);
            if let Some(at) = self.pop(chunk, |heap| &mut heap.fast) {
                self.merge(at, chunk);
            }
        }
    }

    fn set(&mut self, at: u64, chunk: u64, state: BlockState) {
        self.blocks.insert(
            at,
            HeapBlock {
                size: chunk - HEADER,
                state,
            },
        );
    }
}
