//! The limits of the packed format, and the first bytes of its files.

/// The first bytes of a file, before the version. No text starts with them, and they reveal a transfer that changed line
/// ends.
pub(crate) const MAGIC: [u8; 7] = [0x89, b'P', b'W', b'T', b'\r', b'\n', 0x1a];
pub(crate) const VERSION: u8 = 1;

/// Size in bytes of a block's header: the length of the body, compressed and uncompressed, and the number of records.
pub(super) const HEADER: usize = 12;
/// Maximum size in bytes of a body, compressed or not.
pub(super) const MOST_BODY: usize = 1 << 22;
/// Maximum number of records of a phrase.
pub(super) const LONGEST_PHRASE: usize = 255;
/// Maximum number of records of all phrases, and of rules of all forms.
pub(super) const MOST_IN_BOOK: usize = 1 << 20;
/// Maximum number of forms, because their numbers have two bytes.
pub(super) const MOST_FORMS: usize = 1 << 16;
