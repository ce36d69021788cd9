//! The pages in the frames of a process, for caches with a virtual index.

/// The virtual page in each frame.
///
/// A frame of a trace's process holds one page at a time, and its cached blocks are invalidated before it holds another one.
/// Each cached block therefore has one virtual address, so it is only in one set.
#[derive(Debug)]
pub(in crate::trace) struct FramePages {
    /// For each frame, its last page. The kernel allocates the lowest free frame, so few elements are unused.
    pages: Vec<u64>,
    /// log2 of the number of blocks in a page.
    block_bits: u32,
}

impl FramePages {
    /// The bit of a virtual block that belongs to a page table. Page walks use physical addresses.
    pub(in crate::trace) const TABLE_BIT: u32 = 50;

    /// Creates frames without pages. `block_bits` is log2 of the number of blocks in a page.
    pub(in crate::trace) const fn new(block_bits: u32) -> Self {
        Self {
            pages: Vec::new(),
            block_bits,
        }
    }

    /// Records that a frame holds a page.
    pub(in crate::trace) fn map(&mut self, frame: u64, vpn: u64) {
        let frame = frame as usize;
        if self.pages.len() <= frame {
            self.pages.resize(frame + 1, 0);
        }
        self.pages[frame] = vpn;
    }

    /// The number of the virtual block that is in a physical block. It differs for each block in use.
    #[inline(always)]
    pub(in crate::trace) fn virtual_block(&self, block: u64) -> u64 {
        match self.pages.get((block >> self.block_bits) as usize) {
            Some(vpn) => vpn << self.block_bits | block & ((1 << self.block_bits) - 1),
            None => block | 1 << Self::TABLE_BIT,
        }
    }
}
