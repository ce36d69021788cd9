//! The limits of the packed format, and the first bytes of a packed file.

/// The first bytes of a file, which precede the version. No text starts with these bytes, and a transfer that
/// changes line endings also changes them.
pub(crate) const MAGIC: [u8; 7] = [0x89, b'P', b'W', b'T', b'\r', b'\n', 0x1a];
pub(crate) const VERSION: u8 = 1;

/// Size in bytes of a block header, which contains the body's compressed and uncompressed lengths and the
/// number of records.
pub(super) const HEADER: usize = 12;
/// Maximum size in bytes of a body, whether compressed or not.
pub(super) const MOST_BODY: usize = 1 << 22;
/// Maximum number of records in a phrase.
pub(super) const LONGEST_PHRASE: usize = 255;
/// Maximum total number of records in all phrases, and also of rules in all forms.
pub(super) const MOST_IN_BOOK: usize = 1 << 20;
/// Maximum number of forms, whose numbers have two bytes.
pub(super) const MOST_FORMS: usize = 1 << 16;
