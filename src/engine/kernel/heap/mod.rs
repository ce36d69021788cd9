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

use std::ops::Range;

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
/// The maximum size of a chunk in the tcache.
const MOST_CACHED: u64 = 1040;
/// The maximum number of chunks of the same size in the tcache (`TCACHE_FILL_COUNT`).
const CACHED: usize = 7;
/// The size of the chunk that contains the lists of the tcache, which is the first chunk of the heap.
pub const TCACHE: u64 = 0x290;
/// The maximum size of a chunk in a fastbin (`global_max_fast`).
const MOST_FAST: u64 = 128;
/// Chunks below this size have a bin for each size.
const LARGE: u64 = 1024;
/// Freeing a chunk that has merged to at least this size empties the fastbins and may trim the top chunk.
const CONSOLIDATION: u64 = 64 << 10;
/// The extra bytes that the heap grows by, and that remain in the top chunk when it is trimmed (`M_TOP_PAD`).
const TOP_PAD: u64 = 128 << 10;
/// The initial size from which a top chunk is trimmed (`M_TRIM_THRESHOLD`).
const TRIM_THRESHOLD: u64 = 128 << 10;
/// The initial size of a chunk from which `malloc` uses `mmap` (`M_MMAP_THRESHOLD`).
pub(crate) const MMAP_THRESHOLD: u64 = 128 << 10;
/// Freeing an area raises the threshold only below this size (`DEFAULT_MMAP_THRESHOLD_MAX`).
const MMAP_THRESHOLD_LIMIT: u64 = 32 << 20;
/// The minimum size of an area that replaces the heap if the break cannot move.
const LEAST_REGION: u64 = 1 << 20;
/// The position of a chunk that stays the first of its size in a bin for a range of sizes.
const FIRST: u64 = u64::MAX;

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

/// The number of the bin for a range of sizes.
fn large_bin(chunk: u64) -> u64 {
    match chunk {
        _ if chunk >> 6 <= 48 => 48 + (chunk >> 6),
        _ if chunk >> 9 <= 20 => 91 + (chunk >> 9),
        _ if chunk >> 12 <= 10 => 110 + (chunk >> 12),
        _ if chunk >> 15 <= 4 => 119 + (chunk >> 15),
        _ if chunk >> 18 <= 2 => 124 + (chunk >> 18),
        _ => 126,
    }
}

/// The entries of a size in a list.
fn of_size(list: &Set<Listed>, chunk: u64) -> impl DoubleEndedIterator<Item = &Listed> + '_ {
    list.range((chunk, 0, 0)..=(chunk, u64::MAX, u64::MAX))
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

    /// Changes the size of a block that is an area.
    fn resize_area(
        &mut self,
        memory: &mut dyn HeapMemory,
        at: u64,
        area: u64,
        (size, wanted): (u64, u64),
    ) -> Option<u64> {
        let start = at - CHUNK_START;
        let len = (wanted + HEADER).checked_next_multiple_of(memory.page())?;
        if len == area {
            return Some(at);
        }
        if let Some(moved) = memory.remap(start..start + area, len) {
            self.blocks.remove(&at);
            self.add_mapped(moved, len);
            return Some(moved + CHUNK_START);
        }
        if area - HEADER >= wanted {
            return Some(at);
        }
        let new = self.malloc(memory, size)?;
        memory.copy(at, new, area - CHUNK_START);
        self.unmap(memory, at, area);
        Some(new)
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

    /// Takes the oldest chunk of exactly this size from its bin.
    fn oldest(&mut self, chunk: u64) -> Option<u64> {
        let &(_, _, at) = of_size(&self.sorted, chunk).next()?;
        self.unlink(at);
        self.set(at, chunk, BlockState::Used);
        Some(at)
    }

    /// Moves the unsorted chunks to their bins, oldest first, until one has exactly the size of the request.
    /// Chunks of this size first fill the tcache.
    fn sort(&mut self, memory: &mut dyn HeapMemory, wanted: u64) -> Option<u64> {
        let mut cached = false;
        while let Some(&(_, at)) = self.unsorted.get_min() {
            memory.examine(1);
            let alone = self.unsorted.len() == 1;
            let chunk = self.unlink(at);
            if wanted < LARGE && alone && at == self.last_remainder && chunk > wanted + LEAST {
                self.set(at, wanted, BlockState::Used);
                self.last_remainder = at + wanted;
                self.add_unsorted(at + wanted, chunk - wanted);
                return Some(at);
            }
            if chunk == wanted && self.has_place(chunk) {
                self.cache(at, chunk);
                cached = true;
            } else if chunk == wanted {
                self.set(at, chunk, BlockState::Used);
                return Some(at);
            } else {
                self.add_sorted(at, chunk);
            }
        }
        if cached {
            self.pop(wanted, |heap| &mut heap.cached)
        } else {
            None
        }
    }

    /// The smallest sorted chunk that fits. In a bin for a range of sizes, the first chunk of a size is taken
    /// last, because glibc's list of sizes contains only that chunk.
    fn best_fit(&self, wanted: u64) -> Option<u64> {
        let &(chunk, _, oldest) = self.sorted.range((wanted, 0, 0)..).next()?;
        if wanted < LARGE || large_bin(chunk) != large_bin(wanted) {
            return Some(oldest);
        }
        let newest = self
            .sorted
            .range((chunk, 0, 0)..(chunk, FIRST, 0))
            .next_back();
        Some(newest.map_or(oldest, |(_, _, at)| *at))
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

    /// Allocates the first bytes of the top chunk.
    fn carve(&mut self, wanted: u64) -> Option<u64> {
        let (at, chunk) = (self.top?, self.top_chunk());
        let rest = chunk.checked_sub(wanted).filter(|rest| *rest >= LEAST)?;
        self.set(at, wanted, BlockState::Used);
        self.set_top(at + wanted, rest);
        Some(at)
    }

    /// Gets memory from the kernel (`sysmalloc`).
    fn grow(&mut self, memory: &mut dyn HeapMemory, wanted: u64) -> Option<u64> {
        if wanted >= self.mmap_threshold
            && let Some(len) = (wanted + HEADER).checked_next_multiple_of(memory.page())
            && let Some(start) = memory.map(len)
        {
            self.add_mapped(start, len);
            return Some(start + CHUNK_START);
        }
        self.extend(memory, wanted);
        self.carve(wanted)
    }

    /// Extends the top chunk, or begins a new one if the memory after it is not available.
    fn extend(&mut self, memory: &mut dyn HeapMemory, wanted: u64) {
        let (old, page, roomy) = (self.top_chunk(), memory.page().max(UNIT), memory.is_roomy());
        // On a small machine, glibc's 132 KB are too much, so the heap grows only by the pages that it needs.
        let pad = if roomy { TOP_PAD } else { 0 };
        let missing = wanted + pad + LEAST - if self.in_area { 0 } else { old };
        let (Some(more), brk) = (missing.checked_next_multiple_of(page), memory.brk()) else {
            return;
        };
        let old_end = self.top.map(|at| at - CHUNK_START + old);
        let top = self.top.filter(|_| old_end == Some(brk));
        let (start, end) = match brk.checked_add(more).filter(|end| memory.set_brk(*end)) {
            Some(end) => {
                if let Some(at) = top {
                    self.set_top(at, old + more);
                    self.note_end(end);
                    return;
                }
                let start = brk.next_multiple_of(UNIT);
                // The process has moved the break itself, so nothing of the old top chunk can be used.
                let last = end
                    .checked_add(start - brk + old)
                    .and_then(|end| end.checked_next_multiple_of(page));
                let last = last
                    .filter(|last| !self.in_area && memory.set_brk(*last))
                    .unwrap_or(end);
                self.note_end(last);
                (start, last)
            }
            // glibc continues the heap in an area. On a small machine, blocks would have unexpected
            // addresses.
            None if roomy => {
                let whole = if self.in_area {
                    Some(more)
                } else {
                    (more + old).checked_next_multiple_of(page)
                };
                let len = whole.unwrap_or(more).max(LEAST_REGION);
                let Some(start) = Some(len)
                    .filter(|len| *len > wanted)
                    .and_then(|len| memory.map(len))
                else {
                    return;
                };
                self.in_area = true;
                (start, start + len)
            }
            None => return,
        };
        let before = self.top.take();
        self.set_top(start + CHUNK_START, (end - start) / UNIT * UNIT);
        if let Some(at) = before {
            // Two headers of 16 bytes mark the end of the old memory.
            self.blocks.remove(&at);
            if old - 2 * UNIT >= LEAST {
                self.set(at, old - 2 * UNIT, BlockState::Used);
                self.release(memory, at);
            }
        }
    }

    fn note_end(&mut self, end: u64) {
        self.end = end;
        self.highest = self.highest.max(end);
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

    /// Lowers the break so that only a part of the top chunk remains (`systrim`).
    fn trim(&mut self, memory: &mut dyn HeapMemory) {
        let (Some(at), chunk) = (self.top, self.top_chunk()) else {
            return;
        };
        let pad = if memory.is_roomy() { TOP_PAD } else { 0 };
        let extra = chunk.saturating_sub(LEAST + 1).saturating_sub(pad);
        let extra = extra - extra % memory.page().max(UNIT);
        let brk = memory.brk();
        if extra > 0 && at - CHUNK_START + chunk == brk && memory.set_brk(brk - extra) {
            self.set_top(at, chunk - extra);
            self.end = brk - extra;
        }
    }

    fn top_chunk(&self) -> u64 {
        self.top
            .and_then(|at| self.blocks.get(&at))
            .map_or(0, HeapBlock::chunk)
    }

    fn set_top(&mut self, at: u64, chunk: u64) {
        self.set(at, chunk, BlockState::Top);
        self.top = Some(at);
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

    fn add_mapped(&mut self, start: u64, len: u64) {
        // The process may have unmapped an older block at this address itself.
        self.unlink(start + CHUNK_START);
        self.blocks.insert(
            start + CHUNK_START,
            HeapBlock {
                size: len - CHUNK_START,
                state: BlockState::Mapped,
            },
        );
    }

    fn unmap(&mut self, memory: &mut dyn HeapMemory, at: u64, area: u64) {
        self.blocks.remove(&at);
        memory.unmap(at - CHUNK_START..at - CHUNK_START + area);
    }

    fn next_position(&mut self) -> u64 {
        self.position += 1;
        self.position
    }

    /// Whether the tcache has a place for a chunk of this size.
    fn has_place(&self, chunk: u64) -> bool {
        chunk <= MOST_CACHED && of_size(&self.cached, chunk).count() < CACHED
    }

    fn cache(&mut self, at: u64, chunk: u64) {
        let position = self.next_position();
        self.cached.insert((chunk, position, at));
        self.set(at, chunk, BlockState::Cached);
    }

    /// Takes the chunk of this size that entered a list last.
    fn pop(&mut self, chunk: u64, list: fn(&mut Heap) -> &mut Set<Listed>) -> Option<u64> {
        let found = *of_size(list(self), chunk).next_back()?;
        list(self).remove(&found);
        self.set(found.2, chunk, BlockState::Used);
        Some(found.2)
    }

    fn add_unsorted(&mut self, at: u64, chunk: u64) {
        let position = self.next_position();
        self.unsorted.insert((position, at));
        self.set(at, chunk, BlockState::Unsorted(position));
    }

    fn add_sorted(&mut self, at: u64, chunk: u64) {
        let first = chunk >= LARGE && of_size(&self.sorted, chunk).next().is_none();
        let position = if first { FIRST } else { self.next_position() };
        self.sorted.insert((chunk, position, at));
        self.set(at, chunk, BlockState::Sorted(position));
    }

    /// Removes a block and takes it out of its list. Returns the size of its chunk, or 0 if there is none.
    fn unlink(&mut self, at: u64) -> u64 {
        let Some(block) = self.blocks.remove(&at) else {
            return 0;
        };
        let chunk = block.chunk();
        match block.state {
            BlockState::Used | BlockState::Mapped => {}
            BlockState::Top => self.top = None,
            BlockState::Unsorted(position) => drop(self.unsorted.remove(&(position, at))),
            BlockState::Sorted(position) => {
                self.sorted.remove(&(chunk, position, at));
                if position == FIRST {
                    self.choose_first(chunk);
                }
            }
            BlockState::Cached => remove(&mut self.cached, chunk, at),
            BlockState::Fast => remove(&mut self.fast, chunk, at),
        }
        chunk
    }

    /// Makes the newest chunk of a size the first one, after the first one was removed.
    fn choose_first(&mut self, chunk: u64) {
        let newest = of_size(&self.sorted, chunk).next_back().copied();
        if let Some(newest @ (_, _, at)) = newest {
            self.sorted.remove(&newest);
            self.sorted.insert((chunk, FIRST, at));
            self.set(at, chunk, BlockState::Sorted(FIRST));
        }
    }
}

/// Removes a block from a list that does not know its position.
fn remove(list: &mut Set<Listed>, chunk: u64, at: u64) {
    let found = of_size(list, chunk)
        .find(|(_, _, block)| *block == at)
        .copied();
    if let Some(found) = found {
        list.remove(&found);
    }
}

#[cfg(test)]
mod tests;
