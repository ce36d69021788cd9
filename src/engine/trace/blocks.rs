//! Numbers for blocks, pages and instructions as they turn up: 0 for the first one, 1 for the next.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

/// Spreads addresses over all bits by one multiplication. Whoever makes a trace could make it slow, and nothing worse: no
/// order of it is ever seen.
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

/// Gives each address that it is asked for a number: those of different ones are counted up from 0.
///
/// At most 2^32 of them: as many take more memory than a machine has.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockNumbers {
    known: HashMap<u64, u32, BuildHasherDefault<BlockHasher>>,
    /// What was asked for last.
    last: Option<(u64, u32)>,
}

impl BlockNumbers {
    /// The number of an address.
    #[inline]
    pub(crate) fn number_of(&mut self, address: u64) -> u32 {
        match self.last {
            Some((last, number)) if last == address => number,
            _ => self.find(address),
        }
    }

    /// The number of an address that was asked for before.
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
