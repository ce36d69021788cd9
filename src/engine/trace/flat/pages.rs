//! The pages of a process that the trace has accessed.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) vpn: u64,
    /// The physical address of the page.
    pub(super) base: u64,
    /// Whether the page's entry maps a frame.
    pub(super) present: bool,
    /// Whether the dirty bit of the page's entry is set, and thus also in all TLB entries of the page.
    pub(super) dirty: bool,
}

/// A hash of page numbers. The order of the table is never used.
#[derive(Debug, Default)]
struct PageHasher(u64);

impl Hasher for PageHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // Fibonacci hashing. The table uses both the highest and the lowest bits.
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// Number of recently found pages that are remembered.
const RECENT: usize = 256;

/// The pages, numbered in the order of their first accesses.
#[derive(Debug)]
pub(super) struct Pages {
    pages: Vec<Page>,
    /// For each page, the addresses of the entries that its walk fetches.
    entries: Vec<u64>,
    /// Number of levels of the page table.
    levels: usize,
    numbers: HashMap<u64, u32, BuildHasherDefault<PageHasher>>,
    /// Virtual page numbers plus 1, and the numbers of the pages.
    recent: Box<[(u64, u32); RECENT]>,
}

impl Pages {
    pub(super) fn new(levels: usize) -> Self {
        let (pages, entries, recent) = (Vec::new(), Vec::new(), Box::new([(0, 0); RECENT]));
        Self { pages, entries, levels, numbers: HashMap::default(), recent }
    }

    /// The number of a page. A new page is not present.
    #[inline(always)]
    pub(super) fn number(&mut self, vpn: u64) -> u32 {
        let (wanted, number) = self.recent[vpn as usize % RECENT];
        if wanted == vpn + 1 { number } else { self.find(vpn) }
    }

    #[inline(never)]
    fn find(&mut self, vpn: u64) -> u32 {
        let Self { pages, entries, levels, numbers, recent } = self;
        let number = *numbers.entry(vpn).or_insert_with(|| {
            pages.push(Page { vpn, base: 0, present: false, dirty: false });
            entries.resize(pages.len() * *levels, 0);
            pages.len() as u32 - 1
        });
        recent[vpn as usize % RECENT] = (vpn + 1, number);
        number
    }

    #[inline(always)]
    pub(super) fn get(&self, number: u32) -> Page {
        self.pages[number as usize]
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, number: u32) -> &mut Page {
        &mut self.pages[number as usize]
    }

    /// The addresses of the entries that a page's walk fetches, top first.
    #[inline(always)]
    pub(super) fn walk(&self, number: u32) -> &[u64] {
        let first = number as usize * self.levels;
        &self.entries[first..first + self.levels]
    }

    /// Sets the addresses of the entries that a page's walk fetches.
    pub(super) fn set_walk(&mut self, number: u32, entries: &[u64]) {
        let first = number as usize * self.levels;
        self.entries[first..first + self.levels].copy_from_slice(entries);
    }
}
