//! Accesses to physical memory by a kernel and by devices. These accesses bypass the caches but remain
//! coherent. They change no counts and report no events. Addresses past the end of memory are skipped.

use super::addr::{Pa, Ppn};
use super::datapath::Machine;
use super::pte::{Pte, mask};

impl Machine {
    /// Makes all uninitialized bytes of physical memory read as 0.
    pub fn zero_unset(&mut self) {
        self.hierarchy.zero_unset();
    }

    /// Reads the newest bytes, starting at `pa`. Unknown bytes and bytes past the end of memory read as 0.
    pub(crate) fn read_bytes(&self, pa: Pa, out: &mut [u8]) {
        let len = self.length(pa.raw(), out.len() as u64) as usize;
        self.hierarchy.read_newest(pa.raw(), &mut out[..len]);
        out[len..].fill(0);
    }

    /// Reads the newest bytes of a page frame, at most one page. Unknown bytes read as 0.
    pub fn read_page(&self, ppn: Ppn, out: &mut [u8]) {
        let len = (out.len() as u64).min(self.page_size()) as usize;
        self.read_bytes(self.page_of(ppn), &mut out[..len]);
    }

    /// Whether a page frame is known to contain only zeros or unknown bytes, which costs less than a read. May be false
    /// for other pages of zeros.
    pub(crate) fn is_zero_page(&self, ppn: Ppn) -> bool {
        self.hierarchy
            .is_zero(self.page_of(ppn).raw(), self.page_size())
    }

    /// Writes bytes to memory and invalidates the cached blocks that contain them. The other bytes of an
    /// invalidated block are written to memory first.
    pub fn write_bytes(&mut self, pa: Pa, bytes: &[u8]) {
        let len = self.length(pa.raw(), bytes.len() as u64);
        self.hierarchy.write(pa.raw(), &bytes[..len as usize]);
    }

    /// Fills a page frame with zeros and invalidates the cached copies, as [`Machine::write_bytes`] does.
    pub fn zero_page(&mut self, ppn: Ppn) {
        self.hierarchy
            .zero(self.page_of(ppn).raw(), self.page_size());
    }

    /// Copies the newest bytes of a page frame to another frame and invalidates the cached copies of the
    /// target.
    pub fn copy_page(&mut self, from: Ppn, to: Ppn) {
        self.hierarchy.copy(
            self.page_of(from).raw(),
            self.page_of(to).raw(),
            self.page_size(),
        );
    }

    /// The newest raw value of the page-table entry at `pa`, read as [`Machine::read_bytes`] does. 0 without an MMU.
    pub(crate) fn raw_at(&self, pa: Pa) -> u64 {
        let Some(mmu) = &self.spec().mmu else {
            return 0;
        };
        let len = self.length(pa.raw(), mmu.pte.bytes.into()) as usize;
        mmu.pte
            .from_bytes(self.hierarchy.newest_word(pa.raw(), len).0.to_le_bytes())
    }

    /// The newest page-table entry at `pa`. Unknown bytes read as 0.
    pub fn pte_at(&self, pa: Pa) -> Pte {
        self.spec()
            .mmu
            .as_ref()
            .map_or(Pte::default(), |mmu| mmu.pte.decode(self.raw_at(pa)))
    }

    /// Writes the raw value of a page-table entry to memory and to every cached copy. Bits past the entry's
    /// width are discarded. Without an MMU, nothing is written.
    fn put_raw(&mut self, pa: Pa, raw: u64) {
        let Some(mmu) = &self.spec().mmu else { return };
        let (bytes, len) = (mmu.pte.to_bytes(raw), u64::from(mmu.pte.bytes));
        let len = self.length(pa.raw(), len) as usize;
        self.hierarchy.poke(pa.raw(), &bytes[..len]);
    }

    /// Writes a page-table entry to memory and to every cached copy, in the machine's format. A PPN that is
    /// too wide is truncated, and bits missing from the format are dropped.
    pub fn put_pte(&mut self, pa: Pa, pte: Pte) {
        let Some(mmu) = &self.spec().mmu else { return };
        self.put_raw(pa, mmu.pte.encode(pte));
    }

    fn page_size(&self) -> u64 {
        mask(self.spec().page_bits()).saturating_add(1)
    }

    /// Number of bytes, out of the `len` bytes starting at `pa`, that are within memory.
    fn length(&self, pa: u64, len: u64) -> u64 {
        len.min((mask(self.spec().physical_bits) - pa).saturating_add(1))
    }
}

#[cfg(test)]
mod tests;
