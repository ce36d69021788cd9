//! The lists of free chunks: the tcache, the fastbins, the unsorted list, and the sorted bins.

use super::{BlockState, Heap, HeapMemory, LARGE, LEAST, Listed};
use crate::kernel::persistent::Set;

/// The maximum size of a chunk in the tcache.
const MOST_CACHED: u64 = 1040;
/// The maximum number of chunks of the same size in the tcache (`TCACHE_FILL_COUNT`).
const CACHED: usize = 7;
/// The position of a chunk that stays the first of its size in a bin for a range of sizes.
const FIRST: u64 = u64::MAX;

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
    /// Takes the oldest chunk of exactly this size from its bin.
    pub(super) fn oldest(&mut self, chunk: u64) -> Option<u64> {
        let &(_, _, at) = of_size(&self.sorted, chunk).next()?;
        self.unlink(at);
        self.set(at, chunk, BlockState::Used);
        Some(at)
    }

    /// Moves the unsorted chunks to their bins, oldest first, until one has exactly the size of the request.
    /// Chunks of this size first fill the tcache.
    pub(super) fn sort(&mut self, memory: &mut dyn HeapMemory, wanted: u64) -> Option<u64> {
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
    pub(super) fn best_fit(&self, wanted: u64) -> Option<u64> {
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

    pub(super) fn next_position(&mut self) -> u64 {
        self.position += 1;
        self.position
    }

    /// Whether the tcache has a place for a chunk of this size.
    pub(super) fn has_place(&self, chunk: u64) -> bool {
        chunk <= MOST_CACHED && of_size(&self.cached, chunk).count() < CACHED
    }

    pub(super) fn cache(&mut self, at: u64, chunk: u64) {
        let position = self.next_position();
        self.cached.insert((chunk, position, at));
        self.set(at, chunk, BlockState::Cached);
    }

    /// Takes the chunk of this size that entered a list last.
    pub(super) fn pop(
        &mut self,
        chunk: u64,
        list: fn(&mut Heap) -> &mut Set<Listed>,
    ) -> Option<u64> {
        let found = *of_size(list(self), chunk).next_back()?;
        list(self).remove(&found);
        self.set(found.2, chunk, BlockState::Used);
        Some(found.2)
    }

    pub(super) fn add_unsorted(&mut self, at: u64, chunk: u64) {
        let position = self.next_position();
        self.unsorted.insert((position, at));
        self.set(at, chunk, BlockState::Unsorted(position));
    }

    pub(super) fn add_sorted(&mut self, at: u64, chunk: u64) {
        let first = chunk >= LARGE && of_size(&self.sorted, chunk).next().is_none();
        let position = if first { FIRST } else { self.next_position() };
        self.sorted.insert((chunk, position, at));
        self.set(at, chunk, BlockState::Sorted(position));
    }

    /// Removes a block and takes it out of its list. Returns the size of its chunk, or 0 if there is none.
    pub(super) fn unlink(&mut self, at: u64) -> u64 {
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
