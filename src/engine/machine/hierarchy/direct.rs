//! Bytes reached past the caches' order and yet coherently: the newest are read wherever they are, and what is written to
//! memory leaves no older copy. Nothing is counted, and nobody is told.

use super::Hierarchy;
use super::plan::Plan;
use super::presence::Present;
use crate::machine::cache::Cache;
use crate::machine::memory::Bytes;

impl Hierarchy {
    /// From now on bytes that were never set are known to be 0.
    pub(crate) fn zero_unset(&mut self) {
        self.memory.zero_unset();
        self.lifted.zero_unset();
        self.caches.iter_mut().for_each(|cache| cache.data_mut().zero_unset());
    }

    /// The newest bytes from `pa` on, wherever they are. No state changes.
    pub(crate) fn newest(&self, pa: u64, out: &mut [Option<u8>]) {
        self.gather_newest(pa, out.len(), |bytes, at, from, to| bytes.read(at, &mut out[from..to]));
    }

    /// As [`Hierarchy::newest`], unknown bytes as 0.
    pub(crate) fn read_newest(&self, pa: u64, out: &mut [u8]) {
        self.gather_newest(pa, out.len(), |bytes, at, from, to| bytes.read_known(at, &mut out[from..to]));
    }

    /// Tells where the newest of `len` bytes from `pa` on stand: an array, where in it, and which of the bytes (from, to)
    /// they are. What is told later is newer.
    #[inline]
    fn gather_newest(&self, pa: u64, len: usize, mut tell: impl FnMut(&Bytes, u64, usize, usize)) {
        let Some(more) = (len as u64).checked_sub(1) else { return };
        let last = pa.saturating_add(more);
        let mut caches = about(&self.caches, self.presence.caches_with(pa, last));
        if (pa ^ last).checked_shr(self.plan.smallest).unwrap_or(0) == 0 {
            let newest = caches.find_map(|cache| Some((cache.data(), cache.byte_at(cache.holder(pa)?, pa))));
            let (bytes, at) = newest.unwrap_or((&self.memory, pa));
            return tell(bytes, at, 0, len);
        }
        tell(&self.memory, pa, 0, len);
        each_newest(caches, &self.plan, (pa, last), |cache, at, from, to| {
            tell(cache.data(), at, (from - pa) as usize, (to - pa) as usize + 1);
        });
    }

    /// Writes bytes to memory and to every copy of them.
    pub(crate) fn poke(&mut self, pa: u64, bytes: &[u8]) {
        let Some(more) = (bytes.len() as u64).checked_sub(1) else { return };
        self.memory.write(pa, bytes);
        let last = pa.saturating_add(more);
        for cache in about_mut(&mut self.caches, self.presence.caches_with(pa, last)) {
            for (slot, base) in cache.holders(pa, last).collect::<Vec<_>>() {
                let (from, to) = (base.max(pa), cache.end(base).min(last));
                let at = cache.byte_at(slot, from);
                cache.data_mut().write(at, &bytes[(from - pa) as usize..=(to - pa) as usize]);
            }
        }
    }

    /// Writes bytes to memory alone; see [`Hierarchy::clear_way`].
    pub(crate) fn write(&mut self, pa: u64, bytes: &[u8]) {
        self.clear_way(pa, bytes.len() as u64);
        self.memory.write(pa, bytes);
    }

    /// Makes bytes of memory 0; see [`Hierarchy::clear_way`].
    pub(crate) fn zero(&mut self, pa: u64, len: u64) {
        self.clear_way(pa, len);
        self.memory.zero(pa, len);
    }

    /// Copies the newest bytes to another place in memory, which does not overlap; see [`Hierarchy::clear_way`].
    pub(crate) fn copy(&mut self, from: u64, to: u64, len: u64) {
        if from == to || len == 0 {
            return;
        }
        self.clear_way(to, len);
        self.memory.copy_within(from, to, len);
        self.write_newest(from, from.saturating_add(len - 1), to);
    }

    /// Drops every cached copy of bytes that memory is about to be given. Where a block has others as well, the newest of
    /// those go to memory first.
    fn clear_way(&mut self, pa: u64, len: u64) {
        let Some(more) = len.checked_sub(1) else { return };
        let last = pa.saturating_add(more);
        let (first, end) = self.widen_to_blocks(pa, last);
        if first < pa {
            self.write_newest(first, pa - 1, first);
        }
        if end > last {
            self.write_newest(last + 1, end, last + 1);
        }
        for cache in about_mut(&mut self.caches, self.presence.caches_with(first, end)) {
            cache.drop_held(first, end);
        }
        self.presence.clear(first, end);
    }

    /// `first..=last` and all of the blocks that it meets, and that those meet.
    fn widen_to_blocks(&self, mut first: u64, mut last: u64) -> (u64, u64) {
        loop {
            let before = (first, last);
            for cache in about(&self.caches, self.presence.caches_with(before.0, before.0)) {
                if cache.holder(before.0).is_some() {
                    first = first.min(cache.align(before.0));
                }
            }
            for cache in about(&self.caches, self.presence.caches_with(before.1, before.1)) {
                if cache.holder(before.1).is_some() {
                    last = last.max(cache.end(before.1));
                }
            }
            if (first, last) == before {
                return before;
            }
        }
    }

    /// Writes the bytes of `first..=last` that caches hold, the newest, to memory from `to` on.
    fn write_newest(&mut self, first: u64, last: u64, to: u64) {
        let caches = about(&self.caches, self.presence.caches_with(first, last));
        each_newest(caches, &self.plan, (first, last), |cache, at, from, end| {
            self.memory.copy(to + (from - first), cache.data(), at, end - from + 1);
        });
    }

    /// Where known bytes may stand, in memory or a cache: first addresses of aligned runs of 64, in no order.
    pub(crate) fn known(&self) -> impl Iterator<Item = u64> + '_ {
        let cached = self.caches.iter().filter(|cache| cache.used()).flat_map(|cache| {
            let step = 1u64 << cache.block_bits;
            cache.blocks().flat_map(move |(_, base)| (base & !63..=base | (step - 1)).step_by(64))
        });
        self.memory.known().chain(cached)
    }
}

/// Those of the caches that may hold something, in order.
#[inline]
fn about(caches: &[Cache], which: Present) -> impl DoubleEndedIterator<Item = &Cache> {
    caches.iter().enumerate().filter(move |(inst, _)| which.may_have(*inst)).map(|(_, cache)| cache)
}

/// As [`about`], to be changed.
#[inline]
fn about_mut(caches: &mut [Cache], which: Present) -> impl Iterator<Item = &mut Cache> {
    caches.iter_mut().enumerate().filter(move |(inst, _)| which.may_have(*inst)).map(|(_, cache)| cache)
}

/// Tells where caches (in order) have the bytes `first..=last`: the cache, where in its data, which bytes (from, to). What
/// is told later is newer.
fn each_newest<'a>(
    caches: impl DoubleEndedIterator<Item = &'a Cache>,
    plan: &Plan,
    (first, last): (u64, u64),
    mut tell: impl FnMut(&Cache, u64, u64, u64),
) {
    let block = |pa: u64| pa >> plan.smallest.min(63);
    if plan.smallest != plan.largest || block(last) - block(first) >= 64 {
        for cache in caches.rev() {
            cache.each_held(first, last, |slot, from, to| tell(cache, cache.byte_at(slot, from), from, to));
        }
        return;
    }
    // Few blocks, and all caches have the same ones: the first cache that has one is the only one told.
    let mut told = 0u64;
    for cache in caches {
        cache.each_held(first, last, |slot, from, to| {
            let bit = 1 << (block(from) - block(first));
            if told & bit == 0 {
                told |= bit;
                tell(cache, cache.byte_at(slot, from), from, to);
            }
        });
    }
}
