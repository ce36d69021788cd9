//! Byte arrays whose bytes may be unknown. Such arrays store main memory and the data of caches.

use super::sparse::Sparse;

/// Number of bytes in a row.
const ROW: u64 = 64;
/// Words of a row: its bytes in little-endian order, then a mask of the known bytes.
const WORDS: usize = 9;
/// The index of the word that masks the known bytes.
const KNOWN: usize = 8;

/// An array of bytes, each unknown until it is written. Cloning is O(1), and bytes that have never been
/// written need no storage.
#[derive(Debug, Clone)]
pub(crate) struct Bytes {
    /// The rows. An unknown byte is stored as 0.
    rows: Sparse<u64>,
    /// Whether unknown bytes read as 0.
    zeros: bool,
}

impl Bytes {
    /// Creates `size` unknown bytes.
    pub(crate) fn new(size: u128) -> Self {
        Self {
            rows: Sparse::new(size.div_ceil(u128::from(ROW)), WORDS, 0),
            zeros: false,
        }
    }

    /// Whether no byte has ever been written.
    #[inline]
    pub(crate) fn is_blank(&self) -> bool {
        self.rows.is_blank()
    }

    /// The memory that the array needs, in bytes.
    pub(crate) fn host_bytes(&self) -> u64 {
        self.rows.host_bytes(8)
    }

    /// Makes all unknown bytes read as 0.
    pub(crate) fn zero_unset(&mut self) {
        self.zeros = true;
    }

    /// The byte at `at`, if known.
    #[inline]
    pub(crate) fn get(&self, at: u64) -> Option<u8> {
        let Some(row) = self.rows.row(at / ROW) else {
            return self.zeros.then_some(0);
        };
        byte_of(row, (at % ROW) as usize, self.zeros)
    }

    /// The byte at `at`, if it has been written.
    pub(crate) fn given(&self, at: u64) -> Option<u8> {
        byte_of(self.rows.row(at / ROW)?, (at % ROW) as usize, false)
    }

    /// Writes the byte at `at`. `None` makes the byte unknown.
    ///
    /// # Panics
    /// Panics if `at` is not less than the size. The methods of [`super::Machine`] check `at` first.
    #[inline]
    pub(crate) fn set(&mut self, at: u64, byte: Option<u8>) {
        set_byte(self.rows.row_mut(at / ROW), (at % ROW) as usize, byte);
    }

    /// Reads the bytes starting at `at`.
    #[inline]
    pub(crate) fn read(&self, at: u64, out: &mut [Option<u8>]) {
        let (mut at, mut out) = (at, out);
        while !out.is_empty() {
            let n = (at % ROW) as usize;
            let (now, later) = out.split_at_mut(out.len().min(ROW as usize - n));
            match self.rows.row(at / ROW) {
                Some(row) => {
                    now.iter_mut()
                        .zip(n..)
                        .for_each(|(byte, n)| *byte = byte_of(row, n, self.zeros));
                }
                None => now.fill(self.zeros.then_some(0)),
            }
            (at, out) = (at.wrapping_add(now.len() as u64), later);
        }
    }

    /// Reads the bytes starting at `at`, and returns 0 for unknown bytes.
    pub(crate) fn read_known(&self, at: u64, out: &mut [u8]) {
        let (mut at, mut out) = (at, out);
        while !out.is_empty() {
            let (rows, cells) = self.rows.run(at / ROW);
            let n = (at % ROW) as usize;
            let (now, later) = out.split_at_mut(out.len().min((rows * ROW) as usize - n));
            at = at.wrapping_add(now.len() as u64);
            match cells {
                Some(cells) => read_rows(cells, n, now),
                None => now.fill(0),
            }
            out = later;
        }
    }

    /// Reads a number of `len` bytes, at most 8, in little-endian order. The number must not cross a multiple of 8.
    /// Unknown bytes are 0. The second value is true if all bytes are known.
    #[inline]
    pub(crate) fn word(&self, at: u64, len: usize) -> (u64, bool) {
        let Some(row) = self.rows.row(at / ROW) else {
            return (0, self.zeros);
        };
        let (n, spare) = ((at % ROW) as usize, 64 - 8 * len as u32);
        let (word, known) = (row[n / 8] >> (n % 8 * 8), bits_of(n, len as u64));
        (
            word << spare >> spare,
            self.zeros || row[KNOWN] & known == known,
        )
    }

    /// Whether the rows of the `len` bytes starting at `at` contain only zeros and unknown bytes.
    pub(crate) fn is_zero(&self, at: u64, len: u64) -> bool {
        let (mut row, end) = (at / ROW, at.saturating_add(len).div_ceil(ROW));
        while row < end {
            let (rows, cells) = self.rows.run(row);
            let rows = rows.min(end - row);
            let cells = cells.map_or(&[][..], |cells| &cells[..rows as usize * WORDS]);
            if cells
                .chunks_exact(WORDS)
                .any(|row| row[..KNOWN].iter().any(|word| *word != 0))
            {
                return false;
            }
            row += rows;
        }
        true
    }

    /// Whether `len` bytes starting at `at` equal the bytes of another array starting at `other_at`. Unknown bytes only equal
    /// unknown bytes.
    pub(crate) fn agrees(&self, at: u64, other: &Bytes, other_at: u64, len: u64) -> bool {
        if (at | other_at | len).is_multiple_of(ROW) && !(self.zeros ^ other.zeros) {
            let words = if self.zeros { KNOWN } else { WORDS };
            let row = |bytes: &'_ Bytes, at: u64| -> [u64; WORDS] {
                let mut row = [0; WORDS];
                row[..words]
                    .copy_from_slice(&bytes.rows.row(at / ROW).unwrap_or(&[0; WORDS])[..words]);
                row
            };
            return (0..len / ROW)
                .all(|n| row(self, at + n * ROW) == row(other, other_at + n * ROW));
        }
        (0..len).all(|n| self.get(at + n) == other.get(other_at + n))
    }

    /// Writes the bytes starting at `at`.
    ///
    /// # Panics
    /// Panics if the bytes extend past the end of the array.
    #[inline]
    pub(crate) fn write(&mut self, at: u64, bytes: &[u8]) {
        let (mut at, mut bytes) = (at, bytes);
        while !bytes.is_empty() {
            let n = (at % ROW) as usize;
            let cells = self.rows.run_mut(at / ROW);
            let (now, later) =
                bytes.split_at(bytes.len().min(cells.len() / WORDS * ROW as usize - n));
            write_rows(cells, n, now);
            (at, bytes) = (at.wrapping_add(now.len() as u64), later);
        }
    }

    /// Copies `len` bytes of another array, including unknown bytes. Bytes past the end are skipped, because
    /// a script may fill a cache line with a block whose address is past the end of a small memory.
    pub(crate) fn copy(&mut self, at: u64, from: &Bytes, from_at: u64, len: u64) {
        if at / ROW > self.rows.last() || from.is_blank() && self.is_blank() {
            return;
        }
        let len = len.min(
            (self.rows.last() - at / ROW)
                .saturating_mul(ROW)
                .saturating_add(ROW - at % ROW),
        );
        let mut done = 0;
        while done < len {
            let (to, source) = (at + done, from_at + done);
            let step = (ROW - to % ROW).min(ROW - source % ROW).min(len - done);
            let (to_row, to_byte) = (to / ROW, (to % ROW) as usize);
            match from.rows.row(source / ROW) {
                Some(row) => {
                    copy_within_row(
                        self.rows.row_mut(to_row),
                        to_byte,
                        row,
                        (source % ROW) as usize,
                        step,
                    );
                }
                None if self.rows.row(to_row).is_some() => {
                    wipe(self.rows.row_mut(to_row), to_byte, step, false);
                }
                None => {}
            }
            done += step;
        }
    }

    /// Copies `len` bytes, including unknown bytes, to another location in the array. The ranges must not
    /// overlap.
    pub(crate) fn copy_within(&mut self, from: u64, to: u64, len: u64) {
        if (from | to | len).is_multiple_of(ROW) {
            self.rows.copy_rows(from / ROW, to / ROW, len / ROW);
        } else {
            let source = self.clone();
            self.copy(to, &source, from, len);
        }
    }

    /// Makes `len` bytes unknown.
    pub(crate) fn forget(&mut self, at: u64, len: u64) {
        let Some(more) = len.checked_sub(1) else {
            return;
        };
        let last = at + more;
        // Whole rows between the first and last rows are reset.
        let (from, to) = (
            at.div_ceil(ROW),
            (last / ROW + u64::from(last % ROW == ROW - 1)),
        );
        if from < to {
            self.rows.reset(from, to - 1);
        }
        for row in [at / ROW, last / ROW] {
            if (from..to).contains(&row) || self.rows.row(row).is_none() {
                continue;
            }
            let (first, end) = (at.max(row * ROW), last.min(row * ROW + (ROW - 1)));
            wipe(
                self.rows.row_mut(row),
                (first % ROW) as usize,
                end - first + 1,
                false,
            );
        }
    }

    /// Sets `len` bytes to 0. If unset bytes read as 0, frees the storage of whole rows.
    ///
    /// # Panics
    /// Panics if the bytes extend past the end of the array.
    pub(crate) fn zero(&mut self, at: u64, len: u64) {
        if self.zeros {
            return self.forget(at, len);
        }
        let mut done = 0;
        while done < len {
            let at = at + done;
            let step = (ROW - at % ROW).min(len - done);
            wipe(self.rows.row_mut(at / ROW), (at % ROW) as usize, step, true);
            done += step;
        }
    }

    /// The start addresses of the aligned 64-byte runs that contain written bytes, in order.
    pub(crate) fn known(&self) -> impl Iterator<Item = u64> + '_ {
        self.rows
            .rows()
            .filter(|(_, row)| row[KNOWN] != 0)
            .map(|(row, _)| row * ROW)
    }
}

/// Byte `n` of a row if it is known or `all` is true.
#[inline]
fn byte_of(row: &[u64], n: usize, all: bool) -> Option<u8> {
    (all || row[KNOWN] >> n & 1 == 1).then(|| (row[n / 8] >> (n % 8 * 8)) as u8)
}

/// Reads bytes of consecutive rows, starting at byte `n` of the first row.
fn read_rows(cells: &[u64], mut n: usize, mut out: &mut [u8]) {
    for row in cells.chunks_exact(WORDS) {
        let (now, later) = out.split_at_mut(out.len().min(ROW as usize - n));
        let (eights, tail) = if n.is_multiple_of(8) {
            now.as_chunks_mut()
        } else {
            (&mut [][..], now)
        };
        for (eight, word) in eights.iter_mut().zip(&row[n / 8..KNOWN]) {
            *eight = word.to_le_bytes();
        }
        for (byte, n) in tail.iter_mut().zip(n + 8 * eights.len()..) {
            *byte = (row[n / 8] >> (n % 8 * 8)) as u8;
        }
        if later.is_empty() {
            return;
        }
        (n, out) = (0, later);
    }
}

/// Writes bytes of consecutive rows, starting at byte `n` of the first row.
#[inline]
fn write_rows(cells: &mut [u64], mut n: usize, mut bytes: &[u8]) {
    for row in cells.chunks_exact_mut(WORDS) {
        let (now, later) = bytes.split_at(bytes.len().min(ROW as usize - n));
        let (eights, tail) = if n.is_multiple_of(8) {
            now.as_chunks()
        } else {
            (&[][..], now)
        };
        for (eight, word) in eights.iter().zip(&mut row[n / 8..KNOWN]) {
            *word = u64::from_le_bytes(*eight);
        }
        for (byte, n) in tail.iter().zip(n + 8 * eights.len()..) {
            let (word, shift) = (n / 8, n % 8 * 8);
            row[word] = row[word] & !(0xFF << shift) | u64::from(*byte) << shift;
        }
        row[KNOWN] |= bits_of(n, now.len() as u64);
        if later.is_empty() {
            return;
        }
        (n, bytes) = (0, later);
    }
}

/// Writes byte `n` of a row.
#[inline]
fn set_byte(row: &mut [u64], n: usize, byte: Option<u8>) {
    let (word, shift) = (n / 8, n % 8 * 8);
    row[word] = row[word] & !(0xFF << shift) | u64::from(byte.unwrap_or(0)) << shift;
    row[KNOWN] = row[KNOWN] & !(1 << n) | u64::from(byte.is_some()) << n;
}

/// The mask of bytes `n..n + len` of a row.
fn bits_of(n: usize, len: u64) -> u64 {
    (u64::MAX >> (ROW - len)) << n
}

/// Sets `len` (1 to 64) bytes of a row to 0 and marks them as known or unknown.
fn wipe(row: &mut [u64], n: usize, len: u64, known: bool) {
    let bits = bits_of(n, len);
    row[KNOWN] = row[KNOWN] & !bits | if known { bits } else { 0 };
    for (word, at) in row[..KNOWN].iter_mut().zip((0..).step_by(8)) {
        let lone = (0..8).filter(|byte| bits >> (at + byte) & 1 == 1);
        *word &= !lone.fold(0, |ones, byte| ones | 0xFF << (byte * 8));
    }
}

/// Copies `len` (1 to 64) bytes from byte `m` of one row to byte `n` of another row.
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
            set_byte(to, n + k, (from[KNOWN] >> (m + k) & 1 == 1).then_some(byte));
        }
    }
}

#[cfg(test)]
mod tests;
