//! The miss-ratio curve: misses of fully associative LRU caches of every power of two of blocks, in one pass.
//!
//! With LRU a cache holds what was used last, whatever its size: a reference hits in all caches that have as many blocks
//! as were used since the block's last use, itself included. That is its stack distance (Mattson, Gecsei, Slutz and
//! Traiger, "Evaluation techniques for storage hierarchies", 1970). It is not needed to the last block, only between which
//! powers of two it lies: so the blocks stand in a list, latest first, in which the places 1, 2, 4, 8, … are marked, and
//! each block knows between which marks it stands (after Kim, Hill and Wood, "Implementing stack simulation for
//! highly-associative memories", 1991). A reference moves its block to the front, and each mark that it passes on to the
//! block before: as many steps as the distance has digits.

use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::spec::Spec;

use super::blocks::BlockNumbers;
use super::counts::MissCurve;

/// log2 of a block's bytes on a machine without a cache for data.
const BLOCK_BITS: u32 = 6;

/// No block.
const NONE: u32 = u32::MAX;

/// A block of the list.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The one that was used next later.
    newer: u32,
    /// The one that was used next earlier.
    older: u32,
    /// The least power of two that reaches its place, as an exponent.
    group: u32,
}

/// Takes references to blocks, and counts how many miss in caches of each size.
#[derive(Debug, Clone)]
pub(super) struct Stack {
    numbers: BlockNumbers,
    nodes: Vec<Node>,
    newest: u32,
    oldest: u32,
    /// The block at place 2^k, the newest at place 1.
    marks: Vec<u32>,
    /// References to blocks of each group.
    groups: Vec<u64>,
    /// log2 of a block's bytes.
    block_bits: u32,
}

impl Stack {
    /// No block was referred to yet.
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

    /// A reference to the block of an address.
    #[inline]
    pub(crate) fn refer(&mut self, address: u64) {
        let number = self.numbers.number_of(address.checked_shr(self.block_bits).unwrap_or(0));
        if number == self.newest {
            self.groups[0] += 1;
        } else if (number as usize) < self.nodes.len() {
            self.again(number);
        } else {
            self.first(number);
        }
    }

    /// A block that stands in the list, not at the front.
    fn again(&mut self, number: u32) {
        let Node { newer, older, group } = self.nodes[number as usize];
        self.groups[group as usize] += 1;
        self.pass(group as usize);
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

    /// A block that is not in the list.
    fn first(&mut self, number: u32) {
        self.nodes.push(Node { newer: NONE, older: NONE, group: 0 });
        self.pass(self.marks.len());
        self.put_first(number);
        if self.nodes.len() == 1 {
            self.oldest = number;
        }
        if self.nodes.len().is_power_of_two() {
            self.marks.push(self.oldest);
            // A group more than there are marks: that of the blocks behind the last one.
            self.groups.resize(self.marks.len() + 1, 0);
        }
    }

    /// A block is about to come to the front from behind the first so many marks: those who stand there go a place back.
    fn pass(&mut self, marks: usize) {
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

/// The stack of a replay: its loads and stores, part by part, by the addresses that the program calls them.
#[derive(Debug, Clone)]
pub(super) struct Distances {
    stack: Stack,
    /// The reference at hand is a load or store.
    data: bool,
    /// The part at hand: after a fault it is told again.
    part: Option<u64>,
}

impl Distances {
    /// No reference yet. Blocks are those of the machine's first cache for data.
    pub(crate) fn new(spec: &Spec) -> Self {
        let block_bits =
            spec.first_cache(AccessKind::Read).map_or(BLOCK_BITS, |level| spec.caches[level].block_bits);
        Self { stack: Stack::new(block_bits), data: false, part: None }
    }

    /// A reference of this kind begins.
    #[inline]
    pub(crate) fn begin(&mut self, kind: AccessKind) {
        self.data = kind != AccessKind::Execute;
        self.part = None;
    }

    /// References to the blocks of `size` bytes from `va` on: one, unless parts are larger than blocks.
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
            && self.part != Some(va.raw())
        {
            self.part = Some(va.raw());
            self.refer(va.raw(), size);
        }
    }
}

#[cfg(test)]
mod tests;
