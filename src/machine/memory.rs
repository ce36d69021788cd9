//! Bytes that may be unknown: main memory, and the data of a cache.

use super::sparse::Sparse;

/// Bytes of a row.
const ROW: u64 = 64;
/// Words of a row: its bytes, little-endian, and a bit a byte that says it is known.
const WORDS: usize = 9;
/// The word of those bits.
const KNOWN: usize = 8;

/// An array of bytes, each unknown until it is written. Copying it is O(1), and what was never written takes no storage.
#[derive(Debug, Clone)]
pub struct Bytes {
    rows: Sparse<u64>,
}

impl Bytes {
    /// `size` unknown bytes.
    pub fn new(size: u128) -> Self {
        Self { rows: Sparse::new(size.div_ceil(u128::from(ROW)), WORDS, 0) }
    }

    /// The byte at `at`, if it is known.
    #[inline]
    pub fn get(&self, at: u64) -> Option<u8> {
        let row = self.rows.row(at / ROW)?;
        let n = (at % ROW) as usize;
        (row[KNOWN] >> n & 1 == 1).then(|| (row[n / 8] >> (n % 8 * 8)) as u8)
    }

    /// Writes the byte at `at`; none makes it unknown.
    ///
    /// # Panics
    /// If `at` lies beyond the size, which the gates of [`super::Machine`] see to.
    #[inline]
    pub fn set(&mut self, at: u64, byte: Option<u8>) {
        put(self.rows.row_mut(at / ROW), (at % ROW) as usize, byte);
    }

    /// Reads the bytes from `at` on.
    #[inline]
    pub fn read(&self, at: u64, out: &mut [Option<u8>]) {
        for (n, byte) in out.iter_mut().enumerate() {
            *byte = self.get(at + n as u64);
        }
    }

    /// Writes the bytes from `at` on.
    ///
    /// # Panics
    /// As [`Bytes::set`].
    #[inline]
    pub fn write(&mut self, at: u64, bytes: &[u8]) {
        for (n, byte) in bytes.iter().enumerate() {
            self.set(at + n as u64, Some(*byte));
        }
    }

    /// Copies `len` bytes of another array, the unknown ones as unknown.
    ///
    /// # Panics
    /// As [`Bytes::set`].
    pub fn copy(&mut self, at: u64, from: &Bytes, from_at: u64, len: u64) {
        let mut done = 0;
        while done < len {
            let (to, source) = (at + done, from_at + done);
            let step = (ROW - to % ROW).min(ROW - source % ROW).min(len - done);
            let (to_row, to_byte) = (to / ROW, (to % ROW) as usize);
            match from.rows.row(source / ROW) {
                Some(row) => {
                    copy_within_row(self.rows.row_mut(to_row), to_byte, row, (source % ROW) as usize, step);
                }
                None if self.rows.row(to_row).is_some() => {
                    forget(self.rows.row_mut(to_row), to_byte, step);
                }
                None => {}
            }
            done += step;
        }
    }

    /// Makes `len` bytes unknown.
    pub fn forget(&mut self, at: u64, len: u64) {
        self.copy(at, &Bytes::new(u128::from(len)), 0, len);
    }

    /// Where known bytes stand: the first bytes of the aligned runs of 64 that hold some, in order.
    pub fn known(&self) -> impl Iterator<Item = u64> + '_ {
        self.rows.rows().filter(|(_, row)| row[KNOWN] != 0).map(|(row, _)| row * ROW)
    }
}

/// Writes byte `n` of a row.
#[inline]
fn put(row: &mut [u64], n: usize, byte: Option<u8>) {
    let (word, shift) = (n / 8, n % 8 * 8);
    row[word] = row[word] & !(0xFF << shift) | u64::from(byte.unwrap_or(0)) << shift;
    row[KNOWN] = row[KNOWN] & !(1 << n) | u64::from(byte.is_some()) << n;
}

/// The bits of bytes `n..n + len` of a row.
fn bits_of(n: usize, len: u64) -> u64 {
    (u64::MAX >> (ROW - len)) << n
}

fn forget(row: &mut [u64], n: usize, len: u64) {
    row[KNOWN] &= !bits_of(n, len);
}

/// Copies `len` (1 to 64) bytes from byte `m` of one row to byte `n` of another.
fn copy_within_row(to: &mut [u64], n: usize, from: &[u64], m: usize, len: u64) {
    if len == ROW {
        to.copy_from_slice(from);
    } else if (n | m).is_multiple_of(8) && len.is_multiple_of(8) {
        let words = len as usize / 8;
        to[n / 8..n / 8 + words].copy_from_slice(&from[m / 8..m / 8 + words]);
        let known = (from[KNOWN] >> m) << n & bits_of(n, len);
        to[KNOWN] = to[KNOWN] & !bits_of(n, len) | known;
    } else {
        for k in 0..len as usize {
            let byte = (from[(m + k) / 8] >> ((m + k) % 8 * 8)) as u8;
            put(to, n + k, (from[KNOWN] >> (m + k) & 1 == 1).then_some(byte));
        }
    }
}

#[cfg(test)]
mod tests;
