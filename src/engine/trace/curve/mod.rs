//! The miss-ratio curve: the misses of fully associative LRU caches of 1, 2, 4, … blocks, computed in one
//! pass.
//!
//! An LRU cache holds the most recently used blocks. A reference therefore hits in every cache that is at
//! least as large as its stack distance. The stack distance is the number of distinct blocks used since the
//! block's last use, including the block itself. Source: Mattson, Gecsei, Slutz, and Traiger, "Evaluation
//! techniques for storage hierarchies", 1970. For each distance, only the nearest powers of two matter. The
//! blocks are in a list, newest first, with marks at positions 1, 2, 4, 8, …. Each block stores its adjacent
//! marks (after Kim, Hill, and Wood, "Implementing stack simulation for highly-associative memories", 1991).
//! A reference moves its block to the front. Each mark that the block passes moves to the previous block. The
//! cost is logarithmic in the distance.

use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::spec::Spec;

use super::blocks::BlockNumbers;
use super::counts::MissCurve;

/// log2 of the block size in bytes on a machine without a data cache.
const BLOCK_BITS: u32 = 6;

/// An index that refers to no block.
const NONE: u32 = u32::MAX;

/// A block in the list.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The neighbor that was used more recently.
    newer: u32,
    /// The neighbor that was used less recently.
    older: u32,
    /// log2 of the smallest power of two that is at least as large as the block's position.
    group: u32,
}

/// Receives references to blocks and counts the misses in caches of each size.
#[derive(Debug, Clone)]
pub(super) struct Stack {
    numbers: BlockNumbers,
    nodes: Vec<Node>,
    newest: u32,
    oldest: u32,
    /// The blocks at positions 2^k. The newest block is at position 1.
    marks: Vec<u32>,
    /// Number of references to the blocks in each group.
    groups: Vec<u64>,
    /// log2 of the block size in bytes.
    block_bits: u32,
}

impl Stack {
    pub(crate) fn new(block_bits: u32) -> Self {
        Self {
            numbers: BlockNumbers::default(),
            nodes: Vec::new(),
            newest: NONE,
            oldest: NONE,
            marks: Vec::new(),
            groups: Vec::new(),
            block_bits,
        }
    }

    /// Records a reference to the block that contains an address.
    #[inline]
    pub(crate) fn refer(&mut self, address: u64) {
        let number = self.numbers.number_of(address.checked_shr(self.block_bits).unwrap_or(0));
        if number == self.newest {
            self.groups[0] += 1;
        } else if (number as usize) < self.nodes.len() {
            self.move_to_front(number);
        } else {
            self.add(number);
        }
    }

    /// Moves a block to the front of the list.
    fn move_to_front(&mut self, number: u32) {
        let Node { newer, older, group } = self.nodes[number as usize];
        self.groups[group as usize] += 1;
        self.advance_marks(group as usize);
        if let Some(mark) = self.marks.get_mut(group as usize)
            && *mark == number
        {
            *mark = newer;
        }
        self.nodes[newer as usize].older = older;
        match self.nodes.get_mut(older as usize) {
            Some(node) => node.newer = newer,
            None => self.oldest = newer,
        }
        self.put_first(number);
    }

    /// Adds a new block at the front.
    fn add(&mut self, number: u32) {
        self.nodes.push(Node { newer: NONE, older: NONE, group: 0 });
        self.advance_marks(self.marks.len());
        self.put_first(number);
        if self.nodes.len() == 1 {
            self.oldest = number;
        }
        if self.nodes.len().is_power_of_two() {
            self.marks.push(self.oldest);
            // The last group contains the blocks after the last mark.
            self.groups.resize(self.marks.len() + 1, 0);
        }
    }

    /// Moves the first `marks` marks to the previous blocks before a block moves to the front. Each block at
    /// one of the marks moves back by one position.
    fn advance_marks(&mut self, marks: usize) {
        for mark in &mut self.marks[..marks] {
            let node = &mut self.nodes[*mark as usize];
            node.group += 1;
            *mark = node.newer;
        }
    }

    fn put_first(&mut self, number: u32) {
        self.nodes[number as usize] = Node { newer: NONE, older: self.newest, group: 0 };
        if let Some(node) = self.nodes.get_mut(self.newest as usize) {
            node.newer = number;
        }
        self.newest = number;
        if let Some(mark) = self.marks.first_mut() {
            *mark = number;
        }
    }

    pub(crate) fn curve(&self) -> MissCurve {
        let again: u64 = self.groups.iter().sum();
        let first = self.nodes.len() as u64;
        let full = self.nodes.len().next_power_of_two().trailing_zeros();
        let hits = (0..=full as usize).scan(0, |hits, group| {
            *hits += self.groups.get(group).copied().unwrap_or(0);
            Some(*hits)
        });
        let references = again + first;
        let misses = hits.map(|hits| references - hits).collect();
        MissCurve { block: 1u64.checked_shl(self.block_bits).unwrap_or(0), references, misses }
    }
}

/// The stack for a replay's loads and stores, which is updated for each fragment and uses virtual addresses.
#[derive(Debug, Clone)]
pub(super) struct Distances {
    stack: Stack,
    /// Whether the current reference is a load or store.
    data: bool,
    /// The address of the current fragment, which is reported again after a fault.
    fragment: Option<u64>,
}

impl Distances {
    /// Creates an empty stack with the block size of the machine's first data cache.
    pub(crate) fn new(spec: &Spec) -> Self {
        let block_bits =
            spec.first_cache(AccessKind::Read).map_or(BLOCK_BITS, |level| spec.caches[level].block_bits);
        Self { stack: Stack::new(block_bits), data: false, fragment: None }
    }

    /// Starts a reference of this kind.
    #[inline]
    pub(crate) fn begin(&mut self, kind: AccessKind) {
        self.data = kind != AccessKind::Execute;
        self.fragment = None;
    }

    /// Records references to the blocks that contain the `size` bytes starting at `va`. A fragment larger
    /// than a block contains bytes of several blocks.
    #[inline]
    pub(crate) fn refer(&mut self, va: u64, size: u32) {
        let block = |address: u64| address >> self.stack.block_bits;
        let last = va.saturating_add(u64::from(size.saturating_sub(1)));
        for n in block(va)..=block(last) {
            self.stack.refer(n << self.stack.block_bits);
        }
    }

    pub(crate) fn curve(&self) -> MissCurve {
        self.stack.curve()
    }
}

impl MachineObserver for Distances {
    #[inline]
    fn on_event(&mut self, event: Event) {
        if let Event::Fragment { va, size } = event
            && self.data
            && self.fragment != Some(va.raw())
        {
            self.fragment = Some(va.raw());
            self.refer(va.raw(), size);
        }
    }
}

#[cfg(test)]
mod tests;
