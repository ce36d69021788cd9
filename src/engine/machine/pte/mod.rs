//! Page-table entries: their bits, and the positions of these bits in the raw value.
//!
//! The names and default positions are from the Intel SDM, volume 3A, section 4.5. A script may choose other
//! positions.

mod bits;

use std::fmt;

use super::event::PteKind;

pub use bits::{BITS, Bit, BitRow, BitUse, EntryKind};

/// A set of bits of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u16);

impl Flags {
    pub(crate) const NONE: Flags = Flags(0);
    pub const OPEN: Flags = Flags::NONE.with(Bit::Rw).with(Bit::Us);
    /// P, R/W, and U/S: present and unrestricted.
    pub const TABLE: Flags = Flags::OPEN.with(Bit::P);

    /// Whether the set contains `bit`.
    #[inline]
    pub const fn has(self, bit: Bit) -> bool {
        self.0 >> bit as u8 & 1 == 1
    }

    /// Adds `bit` to the set.
    #[inline]
    #[must_use]
    pub const fn with(self, bit: Bit) -> Flags {
        Flags(self.0 | 1 << bit as u8)
    }

    /// Removes `bit` from the set.
    #[must_use]
    pub const fn without(self, bit: Bit) -> Flags {
        Flags(self.0 & !(1 << bit as u8))
    }

    /// Sets `bit` to `on`.
    #[must_use]
    pub const fn with_bit(self, bit: Bit, on: bool) -> Flags {
        if on {
            self.with(bit)
        } else {
            self.without(bit)
        }
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(
                BITS.iter()
                    .filter(|row| self.has(row.bit))
                    .map(|row| row.bit),
            )
            .finish()
    }
}

/// The fields of a page-table entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pte {
    /// The page frame number of the page or of the next table. The number has no meaning if P is 0.
    pub ppn: u64,
    pub flags: Flags,
}

impl Pte {
    /// Creates an entry that maps page frame `ppn` and permits loads, stores, and fetches in user mode.
    pub const fn present(ppn: u64) -> Pte {
        Pte {
            ppn,
            flags: Flags::TABLE,
        }
    }
}

/// The positions of the fields in the raw value of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PteFormat {
    /// Size of an entry in bytes, 1 to 8.
    pub bytes: u32,
    /// The bit number of each bit, in the order of [`BITS`], or `None` if the format lacks the bit.
    pub places: [Option<u32>; BITS.len()],
    /// Lowest bit of the PPN.
    pub ppn_low: u32,
    /// Highest bit of the PPN.
    pub ppn_high: u32,
    /// The bits that an entry contains inverted. For example, `sup 7` in a script is U/S as bit 7, where 0 means 1.
    pub inverted: Flags,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
    /// Whether only the entry of a page restricts accesses, as in RISC-V, where R, W, X, and U are 0 in the entries above it.
    pub leaf_permissions: bool,
}

/// The reason why a format is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PteError {
    /// The size is not from 1 to 8 bytes.
    Size {
        /// The invalid size.
        bytes: u32,
    },
    /// A bit number is too large for the entry.
    BitOutside {
        bit: Bit,
        place: u32,
        /// Width of the entry in bits.
        width: u32,
    },
    /// The PPN's highest bit is below its lowest bit or too large for the entry.
    PpnOutside {
        /// The invalid lowest bit.
        low: u32,
        /// The invalid highest bit.
        high: u32,
        /// Width of the entry in bits.
        width: u32,
    },
    /// Two bits have the same position.
    BitOverlap {
        /// The earlier bit.
        first: Bit,
        /// The later bit.
        second: Bit,
    },
    /// A bit is inside the PPN field.
    PpnOverlap { bit: Bit },
    /// The PPN field is too narrow for the machine's page numbers.
    PpnNarrow {
        /// Width of the field, or for a default format, the number of entry bits except P.
        have: u32,
        /// Bits of a PPN.
        need: u32,
    },
}

impl fmt::Display for PteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            PteError::Size { bytes } => {
                write!(f, "a page-table entry must have 1 to 8 bytes, not {bytes}")
            }
            PteError::BitOutside { bit, place, width } => {
                write!(
                    f,
                    "{} is bit {place}, but an entry has only bits 0 to {}",
                    bit.row().label,
                    width - 1
                )
            }
            PteError::PpnOutside { low, high, width } if low > high || high < width => {
                write!(f, "the PPN's bit range is reversed: {low} is above {high}")
            }
            PteError::PpnOutside { low, high, width } => {
                write!(
                    f,
                    "the PPN is bits {low} to {high}, but an entry has only bits 0 to {}",
                    width - 1
                )
            }
            PteError::BitOverlap { first, second } => {
                write!(
                    f,
                    "{} is at the same bit as {}",
                    second.row().label,
                    first.row().label
                )
            }
            PteError::PpnOverlap { bit } => {
                write!(f, "{} is within the PPN's bits", bit.row().label)
            }
            PteError::PpnNarrow { have, need } => {
                write!(
                    f,
                    "a PPN has {need} bits, but the entry has room for only {have}"
                )
            }
        }
    }
}

impl std::error::Error for PteError {}

impl PteFormat {
    /// Returns the default format: P, R/W, U/S, WT, CD, A, D, PS, and G from bit 0, and XD as the highest
    /// bit.
    ///
    /// The default size is the smallest power of two, at most 8, that holds the PPN and the ten flags. The
    /// PPN starts at bit 12 if it fits below XD, or else at bit 9. If `bytes` is too small to hold every
    /// flag, the format keeps as many flags as fit, starting with the first, and the PPN follows directly
    /// after these flags.
    ///
    /// # Errors
    /// Returns [`PteError::Size`] for an invalid size, or [`PteError::PpnNarrow`] if not even P fits beside
    /// the PPN.
    pub fn default_for(ppn_bits: u32, bytes: Option<u32>) -> Result<PteFormat, PteError> {
        // A one-page machine has no PPN bits, so its PPN field is a single bit that is always 0.
        let ppn_bits = ppn_bits.max(1);
        let count = BITS.len() as u32;
        let bytes =
            bytes.unwrap_or_else(|| (ppn_bits + count).div_ceil(8).next_power_of_two().min(8));
        let width = width_of(bytes)?;
        let room = width.saturating_sub(ppn_bits);
        if room == 0 {
            return Err(PteError::PpnNarrow {
                have: width - 1,
                need: ppn_bits,
            });
        }
        let places = |at: &dyn Fn(u32) -> Option<u32>| std::array::from_fn(|n| at(n as u32));
        let ppn_at = |low| (low, low + ppn_bits - 1);
        let (places, (ppn_low, ppn_high)) = if room < count {
            (places(&|n| (n < room).then_some(n)), ppn_at(room))
        } else {
            let low = if 12 + ppn_bits < width { 12 } else { count - 1 };
            (
                places(&|n| Some(if n == count - 1 { width - 1 } else { n })),
                ppn_at(low),
            )
        };
        Ok(PteFormat {
            bytes,
            places,
            ppn_low,
            ppn_high,
            inverted: Flags::NONE,
            big_endian: false,
            leaf_permissions: false,
        })
    }

    /// Checks that the fields are within the entry and do not overlap.
    ///
    /// # Errors
    /// The first [`PteError`] found.
    pub fn check(&self) -> Result<(), PteError> {
        let width = width_of(self.bytes)?;
        let (low, high) = (self.ppn_low, self.ppn_high);
        if low > high || high >= width {
            return Err(PteError::PpnOutside { low, high, width });
        }
        for (n, row) in BITS.iter().enumerate() {
            let bit = row.bit;
            let Some(place) = self.places[n] else {
                continue;
            };
            if place >= width {
                return Err(PteError::BitOutside { bit, place, width });
            }
            if (low..=high).contains(&place) {
                return Err(PteError::PpnOverlap { bit });
            }
            if let Some(first) = self.places[..n]
                .iter()
                .position(|&other| other == Some(place))
            {
                return Err(PteError::BitOverlap {
                    first: BITS[first].bit,
                    second: bit,
                });
            }
        }
        Ok(())
    }

    /// The bit number of `bit`, or `None` if the format lacks the bit.
    #[inline]
    pub fn bit_position(&self, bit: Bit) -> Option<u32> {
        self.places[bit as usize]
    }

    /// The label of a bit in an entry, such as `U/S`, or `SUP` if the entry contains it inverted.
    pub fn label(&self, row: &BitRow) -> String {
        let inverse = row.inverse.filter(|_| self.inverted.has(row.bit));
        inverse.map_or_else(|| row.label.to_owned(), str::to_uppercase)
    }

    /// The lowest and the highest bit that a present entry leaves to the operating system, or `None` if the bits are
    /// not at Intel's positions (Intel SDM 3A, table 4-20: bits 9 to 11).
    pub fn software_bits(&self) -> Option<(u32, u32)> {
        let low = Bit::Xd as u32;
        let is_intel =
            (0..low).all(|place| self.places[place as usize] == Some(place)) && self.ppn_low == 12;
        is_intel.then(|| (low, self.ppn_low - 1))
    }

    /// Whether the permissions of an entry of this kind count.
    #[inline]
    pub fn restricts(&self, found: PteKind) -> bool {
        found == PteKind::Page || !self.leaf_permissions
    }

    /// Width of the PPN field in bits.
    pub fn ppn_bits(&self) -> u32 {
        (self.ppn_high + 1).saturating_sub(self.ppn_low)
    }

    /// Converts an entry to its raw value. A PPN that is too wide for the field is truncated. Bits missing
    /// from the format are dropped.
    pub fn encode(&self, pte: Pte) -> u64 {
        let ppn = (pte.ppn & mask(self.ppn_bits())) << self.ppn_low;
        let is_one = |bit| pte.flags.has(bit) != self.inverted.has(bit);
        let held = BITS.iter().filter(|row| is_one(row.bit));
        held.filter_map(|row| self.bit_position(row.bit))
            .fold(ppn, |raw, place| raw | 1 << place)
    }

    /// Converts a raw value to its fields. P, R/W, and U/S read as 1 if the format lacks them. Other missing
    /// bits read as 0.
    pub fn decode(&self, raw: u64) -> Pte {
        let on = |bit| match self.bit_position(bit) {
            Some(place) => (raw >> place & 1 == 1) != self.inverted.has(bit),
            None => matches!(bit, Bit::P | Bit::Rw | Bit::Us),
        };
        let flags = BITS.iter().fold(Flags::NONE, |flags, row| {
            flags.with_bit(row.bit, on(row.bit))
        });
        Pte {
            ppn: raw >> self.ppn_low & mask(self.ppn_bits()),
            flags,
        }
    }

    /// The bit that marks the entry of a page in swap slot 0, so that the entry is not 0: WT, which Linux also sets in
    /// entries of pages in swap (`_PAGE_SWP_EXCLUSIVE`), or else the first other bit of the format. Returns no bit
    /// if the format has only P.
    pub(crate) fn swap_mark(&self) -> Flags {
        let bits = [Bit::Wt].into_iter().chain(BITS.iter().map(|row| row.bit));
        let mark = bits
            .filter(|bit| *bit != Bit::P)
            .find(|bit| self.bit_position(*bit).is_some());
        mark.map_or(Flags::NONE, |bit| Flags::NONE.with(bit))
    }

    /// The disk location in an entry that is not present: its PPN field if no other bit is set. Location 0 has the
    /// mark of [`PteFormat::swap_mark`], and an entry of 0 has no location.
    pub fn disk_location(&self, pte: Pte) -> Option<u64> {
        let others = |flags| self.encode(Pte { ppn: 0, flags });
        let (mark, none) = (others(self.swap_mark()), others(Flags::NONE));
        let is_location = if pte.ppn == 0 {
            mark != none && others(pte.flags) == mark
        } else {
            others(pte.flags) == none
        };
        (!pte.flags.has(Bit::P) && is_location).then_some(pte.ppn)
    }

    /// Whether an entry is that of a page on disk. If its location is too wide for the PPN field, all bits of the field
    /// are 1, and the entry has the mark.
    pub(crate) fn is_on_disk(&self, pte: Pte) -> bool {
        let widest = Pte {
            ppn: mask(self.ppn_bits()),
            flags: self.swap_mark(),
        };
        self.disk_location(pte).is_some() || self.encode(pte) == self.encode(widest)
    }

    /// The entry without the information that this format cannot store, but with P unchanged.
    pub(crate) fn representable(&self, pte: Pte) -> Pte {
        let kept = self.decode(self.encode(pte));
        Pte {
            flags: kept.flags.with_bit(Bit::P, pte.flags.has(Bit::P)),
            ..kept
        }
    }

    /// Converts a raw value to bytes in memory order. Only the first `bytes` of the array are used.
    pub(crate) fn to_bytes(&self, raw: u64) -> [u8; 8] {
        if self.big_endian {
            (raw << (64 - 8 * self.bytes)).to_be_bytes()
        } else {
            raw.to_le_bytes()
        }
    }

    /// Converts the bytes of an entry to its raw value. Bytes past the size of an entry are ignored.
    pub fn from_bytes(&self, bytes: [u8; 8]) -> u64 {
        let spare = 64 - 8 * self.bytes;
        if self.big_endian {
            u64::from_be_bytes(bytes) >> spare
        } else {
            u64::from_le_bytes(bytes) << spare >> spare
        }
    }
}

/// Checks the size of an entry and returns its width in bits.
fn width_of(bytes: u32) -> Result<u32, PteError> {
    if (1..=8).contains(&bytes) {
        Ok(bytes * 8)
    } else {
        Err(PteError::Size { bytes })
    }
}

/// A mask of the lowest `bits` bits (at most 64).
pub(crate) const fn mask(bits: u32) -> u64 {
    if bits >= 64 {
        u64::MAX
    } else {
        (1 << bits) - 1
    }
}

#[cfg(test)]
mod tests;
