//! Consecutive numbers for blocks, pages, and instructions in order of first use.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

/// Hashes an address with a single multiplication. A malicious trace could slow the map down but not affect
/// results, because the order of the map is not visible.
#[derive(Debug, Clone, Copy, Default)]
struct BlockHasher(u64);

/// 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for BlockHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(GOLDEN);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

/// Maps each address to a number, starting at 0.
///
/// There are at most 2^32 numbers, because more would not fit in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockNumbers {
    known: HashMap<u64, u32, BuildHasherDefault<BlockHasher>>,
    /// The last address and its number.
    last: Option<(u64, u32)>,
}

impl BlockNumbers {
    /// The number of an address. A new address gets the next number.
    #[inline]
    pub(crate) fn number_of(&mut self, address: u64) -> u32 {
        match self.last {
            Some((last, number)) if last == address => number,
            _ => self.find(address),
        }
    }

    /// Estimates the memory of the numbers in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        32 * self.known.len() as u64
    }

    /// The number of an address, or `None` if it is new.
    pub(crate) fn known(&self, address: u64) -> Option<u32> {
        self.known.get(&address).copied()
    }

    fn find(&mut self, address: u64) -> u32 {
        let next = self.known.len() as u32;
        let number = match self.known.entry(address) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(next),
        };
        self.last = Some((address, number));
        number
    }
}
