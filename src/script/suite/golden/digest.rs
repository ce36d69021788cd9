//! Digests of long texts, computed with 64-bit FNV-1a, which gives the same result on every machine.

use std::fmt;

/// The digest of the text so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Digest {
    pub(crate) fn of_text(text: &str) -> Self {
        let mut digest = Self::default();
        digest.put(text);
        digest
    }

    /// Adds a text and a terminator.
    pub fn put(&mut self, text: &str) {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        self.0 = text.bytes().chain([0]).fold(self.0, step);
    }

    /// Returns the digest as a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Formats the digest in 16 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn digests_are_those_of_fnv() {
        // Test vectors from the Internet-Draft draft-eastlake-fnv: 64-bit FNV-1a of "a\0" and "foobar\0".
        assert_eq!(Digest::of_text("a").number(), 0x089B_E207_B544_F1E4);
        assert_eq!(Digest::of_text("foobar").number(), 0x3453_1CA7_168B_8F38);
        assert_ne!(Digest::of_text("ab"), {
            let mut parts = Digest::of_text("a");
            parts.put("b");
            parts
        });
        assert_eq!(Digest::of_text("").to_string().len(), 16);
    }
}
