//! The sizes of the packed format, and what its files begin with.

/// The first bytes of a file, without the version: no text begins so, and it shows if a transfer changed ends of lines.
pub(crate) const MAGIC: [u8; 7] = [0x89, b'P', b'W', b'T', b'\r', b'\n', 0x1a];
pub(crate) const VERSION: u8 = 1;

/// Bytes of a block before its body: the lengths of the body, compressed and not, and its records.
pub(super) const HEADER: usize = 12;
/// Bytes of a body at most, compressed or not.
pub(super) const MOST_BODY: usize = 1 << 22;
/// Records of a phrase at most.
pub(super) const LONGEST_PHRASE: usize = 255;
/// Records of all phrases at most, and rules of all forms.
pub(super) const MOST_IN_BOOK: usize = 1 << 20;
/// Forms at most, as their numbers have two bytes.
pub(super) const MOST_FORMS: usize = 1 << 16;
