//! Coherent accesses that bypass the caches. A read returns the newest bytes, and a write to memory leaves no
//! older copies in the caches. Such accesses change no counts and report no events.

use super::Hierarchy;
use super::plan::Plan;
use super::presence::Present;
use crate::machine::cache::Cache;
use crate::machine::memory::Bytes;

impl Hierarchy {
    /// Makes all uninitialized bytes read as 0.
    pub(crate) fn zero_unset(&mut self) {
        self.memory.zero_unset();
        self.lifted.zero_unset();
        self.caches
            .iter_mut()
            .for_each(|cache| cache.data_mut().zero_unset());
    }

    /// Reads the newest bytes, starting at `pa`, from caches or memory. No state changes.
    pub(crate) fn newest(&self, pa: u64, out: &mut [Option<u8>]) {
        self.gather_newest(pa, out.len(), |bytes, at, from, to| {
            bytes.read(at, &mut out[from..to]);
        });
    }

    /// Reads the newest bytes as [`Hierarchy::newest`] does, but returns 0 for unknown bytes.
    pub(crate) fn read_newest(&self, pa: u64, out: &mut [u8]) {
        self.gather_newest(pa, out.len(), |bytes, at, from, to| {
            bytes.read_known(at, &mut out[from..to]);
        });
    }

    /// Whether all copies of `len` bytes, starting at `pa`, contain only zeros or unknown bytes. May be false even so.
    pub(crate) fn is_zero(&self, pa: u64, len: u64) -> bool {
        let mut zero = true;
        self.gather_newest(pa, len as usize, |bytes, at, from, to| {
            zero = zero && bytes.is_zero(at, (to - from) as u64);
        });
        zero
    }

    /// Finds the newest copies of `len` bytes, starting at `pa`, and calls `visit` with an array, an offset
    /// in the array, and the range of bytes found there. Later calls of `visit` provide newer bytes.
    #[inline]
    fn gather_newest(&self, pa: u64, len: usize, mut visit: impl FnMut(&Bytes, u64, usize, usize)) {
        let Some(more) = (len as u64).checked_sub(1) else {
            return;
        };
        let last = pa.saturating_add(more);
        if let Some((bytes, at)) = self.newest_in_block(pa, last) {
            return visit(bytes, at, 0, len);
        }
        visit(&self.memory, pa, 0, len);
        for (which, first, last) in self.presence.runs(pa, last) {
            each_newest(
                select(&self.caches, which),
                &self.plan,
                (first, last),
                |cache, at, from, to| {
                    visit(
                        cache.data(),
                        at,
                        (from - pa) as usize,
                        (to - pa) as usize + 1,
                    );
                },
            );
        }
    }

    /// Finds the newest copies of the bytes `pa..=last` as [`Hierarchy::gather_newest`] does, if the bytes are in one
    /// block of the smallest size.
    #[inline]
    fn newest_in_block(&self, pa: u64, last: u64) -> Option<(&Bytes, u64)> {
        if (pa ^ last).checked_shr(self.plan.smallest).unwrap_or(0) != 0 {
            return None;
        }
        let mut caches = select(&self.caches, self.presence.caches_with(pa, last));
        let newest =
            caches.find_map(|cache| Some((cache.data(), cache.byte_at(cache.holder(pa)?, pa))));
        Some(newest.unwrap_or((&self.memory, pa)))
    }

    /// Reads the newest bytes of a number of `len` bytes (1 to 8) in little-endian order. Unknown bytes are 0. The
    /// second value is true if all bytes are known.
    pub(crate) fn newest_word(&self, pa: u64, len: usize) -> (u64, bool) {
        if pa % 8 + len as u64 <= 8
            && let Some((bytes, at)) = self.newest_in_block(pa, pa + (len as u64 - 1))
        {
            return bytes.word(at, len);
        }
        let mut bytes = [None; 8];
        self.newest(pa, &mut bytes[..len]);
        let known = bytes[..len].iter().all(Option::is_some);
        (
            u64::from_le_bytes(bytes.map(Option::unwrap_or_default)),
            known,
        )
    }

    /// Writes bytes to memory and to every cached copy.
    pub(crate) fn poke(&mut self, pa: u64, bytes: &[u8]) {
        let Some(more) = (bytes.len() as u64).checked_sub(1) else {
            return;
        };
        self.memory.write(pa, bytes);
        let last = pa.saturating_add(more);
        for cache in select_mut(&mut self.caches, self.presence.caches_with(pa, last)) {
            for (slot, base) in cache.holders(pa, last).collect::<Vec<_>>() {
                let (from, to) = (base.max(pa), cache.end(base).min(last));
                let at = cache.byte_at(slot, from);
                cache
                    .data_mut()
                    .write(at, &bytes[(from - pa) as usize..=(to - pa) as usize]);
            }
        }
    }

    /// Writes bytes only to memory; see [`Hierarchy::invalidate_copies`].
    pub(crate) fn write(&mut self, pa: u64, bytes: &[u8]) {
        self.invalidate_copies(pa, bytes.len() as u64);
        self.memory.write(pa, bytes);
    }

    /// Sets bytes of memory to 0; see [`Hierarchy::invalidate_copies`].
    pub(crate) fn zero(&mut self, pa: u64, len: u64) {
        self.invalidate_copies(pa, len);
        self.memory.zero(pa, len);
    }

    /// Copies the newest bytes to another location in memory. The ranges must not overlap. See
    /// [`Hierarchy::invalidate_copies`].
    pub(crate) fn copy(&mut self, from: u64, to: u64, len: u64) {
        if from == to || len == 0 {
            return;
        }
        self.invalidate_copies(to, len);
        self.memory.copy_within(from, to, len);
        self.write_newest(from, from.saturating_add(len - 1), to);
    }

    /// Invalidates every cached copy of bytes that are about to be written to memory. If an invalidated block
    /// also contains other bytes, their newest values are written to memory first.
    fn invalidate_copies(&mut self, pa: u64, len: u64) {
        let Some(more) = len.checked_sub(1) else {
            return;
        };
        let last = pa.saturating_add(more);
        if self.presence.caches_with(pa, last).is_empty() {
            return;
        }
        let (first, end) = self.widen_to_blocks(pa, last);
        if first < pa {
            self.write_newest(first, pa - 1, first);
        }
        if end > last {
            self.write_newest(last + 1, end, last + 1);
        }
        for (which, first, last) in self.presence.runs(first, end) {
            select_mut(&mut self.caches, which).for_each(|cache| cache.drop_held(first, last));
        }
        self.presence.clear(first, end);
    }

    /// Widens `first..=last` to whole blocks of every cache until the range no longer grows.
    fn widen_to_blocks(&self, mut first: u64, mut last: u64) -> (u64, u64) {
        loop {
            let before = (first, last);
            for cache in select(&self.caches, self.presence.caches_with(before.0, before.0)) {
                if cache.holder(before.0).is_some() {
                    first = first.min(cache.align(before.0));
                }
            }
            for cache in select(&self.caches, self.presence.caches_with(before.1, before.1)) {
                if cache.holder(before.1).is_some() {
                    last = last.max(cache.end(before.1));
                }
            }
            if (first, last) == before {
                return before;
            }
        }
    }

    /// Writes the newest cached bytes of `first..=last` to memory, starting at `to`.
    fn write_newest(&mut self, first: u64, last: u64, to: u64) {
        for (which, start, last) in self.presence.runs(first, last) {
            each_newest(
                select(&self.caches, which),
                &self.plan,
                (start, last),
                |cache, at, from, end| {
                    self.memory
                        .copy(to + (from - first), cache.data(), at, end - from + 1);
                },
            );
        }
    }

    /// The start addresses, in any order, of aligned 64-byte runs in memory or caches that may contain known
    /// bytes.
    pub(crate) fn known(&self) -> impl Iterator<Item = u64> + '_ {
        let cached = self
            .caches
            .iter()
            .filter(|cache| cache.used())
            .flat_map(|cache| {
                let step = 1u64 << cache.block_bits;
                cache
                    .blocks()
                    .flat_map(move |(_, base)| (base & !63..=base | (step - 1)).step_by(64))
            });
        self.memory.known().chain(cached)
    }
}

/// The caches in `which`, in order.
#[inline]
fn select(caches: &[Cache], which: Present) -> impl DoubleEndedIterator<Item = &Cache> {
    caches
        .iter()
        .enumerate()
        .filter(move |(inst, _)| which.may_have(*inst))
        .map(|(_, cache)| cache)
}

/// Mutable references to the caches in `which`, in order.
#[inline]
fn select_mut(caches: &mut [Cache], which: Present) -> impl Iterator<Item = &mut Cache> {
    caches
        .iter_mut()
        .enumerate()
        .filter(move |(inst, _)| which.may_have(*inst))
        .map(|(_, cache)| cache)
}

/// Finds the copies of the bytes `first..=last` in `caches`, and calls `visit` with a cache, an offset in the
/// cache's data, and the first and last bytes found there. Later calls of `visit` provide newer bytes.
fn each_newest<'a>(
    caches: impl DoubleEndedIterator<Item = &'a Cache>,
    plan: &Plan,
    (first, last): (u64, u64),
    mut visit: impl FnMut(&Cache, u64, u64, u64),
) {
    let block = |pa: u64| pa >> plan.smallest.min(63);
    if plan.smallest != plan.largest || block(last) - block(first) >= 64 {
        for cache in caches.rev() {
            cache.each_held(first, last, |slot, from, to| {
                visit(cache, cache.byte_at(slot, from), from, to);
            });
        }
        return;
    }
    // If all caches have the same block size and there are few blocks, visit only the first cache that holds
    // a block.
    let mut visited = 0u64;
    for cache in caches {
        cache.each_held(first, last, |slot, from, to| {
            let bit = 1 << (block(from) - block(first));
            if visited & bit == 0 {
                visited |= bit;
                visit(cache, cache.byte_at(slot, from), from, to);
            }
        });
    }
}
