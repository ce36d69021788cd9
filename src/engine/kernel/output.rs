//! The terminal output of a process, which is cheap to clone.

use std::ops::Range;
use std::sync::Arc;

use super::persistent::Map;

/// Size of a chunk in bytes.
const PIECE: usize = 4096;

/// An append-only sequence of bytes.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// Full chunks, by number.
    full: Map<usize, Arc<[u8]>>,
    /// The bytes after the last full chunk, always less than one chunk.
    last: Arc<Vec<u8>>,
}

impl Output {
    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.full.len() * PIECE + self.last.len()
    }

    /// Whether the output is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes in a range. Positions past the end are ignored.
    pub fn bytes(&self, range: Range<usize>) -> Vec<u8> {
        let end = range.end.min(self.len());
        let mut bytes = Vec::with_capacity(end.saturating_sub(range.start));
        let mut at = range.start;
        while at < end {
            let (piece, from) = (at / PIECE, at % PIECE);
            let to = (from + (end - at)).min(PIECE);
            let held = self.full.get(&piece).map_or(&self.last[..], |piece| piece);
            bytes.extend(&held[from..to]);
            at += to - from;
        }
        bytes
    }

    /// All bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        self.bytes(0..usize::MAX)
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let last = Arc::make_mut(&mut self.last);
            let (now, later) = rest.split_at(rest.len().min(PIECE - last.len()));
            last.extend(now);
            rest = later;
            if last.len() == PIECE {
                let piece = std::mem::take(last).into();
                self.full.insert(self.full.len(), piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decompression_works_for_every_split() {
        let (mut output, mut plain) = (Output::default(), Vec::new());
        for size in [0, 1, 4094, 1, 1, 4096, 3, 9000, 5] {
            let bytes: Vec<u8> = (0..size).map(|n: usize| (n * 7 + size) as u8).collect();
            let before = output.clone();
            output.push(&bytes);
            assert_eq!(before.to_vec(), plain, "a copy does not change");
            plain.extend(&bytes);
            assert_eq!(
                (output.len(), output.to_vec()),
                (plain.len(), plain.clone())
            );
            assert_eq!(output.bytes(before.len()..usize::MAX), bytes);
        }
        assert_eq!(output.bytes(4000..9000), plain[4000..9000]);
        assert_eq!(output.bytes(plain.len() + 1..usize::MAX), Vec::<u8>::new());
    }
}
