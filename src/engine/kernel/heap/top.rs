//! The memory of the heap: the top chunk, which grows and shrinks with the break, and areas.

use super::{BlockState, CHUNK_START, HEADER, Heap, HeapBlock, HeapMemory, LEAST, UNIT};

/// The extra bytes that the heap grows by, and that remain in the top chunk when it is trimmed (`M_TOP_PAD`).
const TOP_PAD: u64 = 128 << 10;
/// The minimum size of an area that replaces the heap if the break cannot move.
pub(super) const LEAST_REGION: u64 = 1 << 20;

impl Heap {
    /// Allocates the first bytes of the top chunk.
    pub(super) fn carve(&mut self, wanted: u64) -> Option<u64> {
        let (at, chunk) = (self.top?, self.top_chunk());
        let rest = chunk.checked_sub(wanted).filter(|rest| *rest >= LEAST)?;
        self.set(at, wanted, BlockState::Used);
        self.set_top(at + wanted, rest);
        Some(at)
    }

    /// Gets memory from the kernel (`sysmalloc`).
    pub(super) fn grow(&mut self, memory: &mut dyn HeapMemory, wanted: u64) -> Option<u64> {
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

    /// Lowers the break so that only a part of the top chunk remains (`systrim`).
    pub(super) fn trim(&mut self, memory: &mut dyn HeapMemory) {
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

    pub(super) fn top_chunk(&self) -> u64 {
        self.top
            .and_then(|at| self.blocks.get(&at))
            .map_or(0, HeapBlock::chunk)
    }

    pub(super) fn set_top(&mut self, at: u64, chunk: u64) {
        self.set(at, chunk, BlockState::Top);
        self.top = Some(at);
    }

    pub(super) fn add_mapped(&mut self, start: u64, len: u64) {
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

    pub(super) fn unmap(&mut self, memory: &mut dyn HeapMemory, at: u64, area: u64) {
        self.blocks.remove(&at);
        memory.unmap(at - CHUNK_START..at - CHUNK_START + area);
    }

    /// Changes the size of a block that is an area.
    pub(super) fn resize_area(
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
}
