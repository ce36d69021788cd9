//! The packed format: a trace in few bytes, and quickly read. `docs/trace-format.md` describes it byte by byte.
//!
//! A program repeats itself, so its trace is cut into short *phrases* of records: what is done, the sizes, and the
//! addresses of the instructions. The addresses of data are *slots* of a phrase. A *form* is a phrase with a rule for each
//! of its slots, by which the address is found from those before. The trace is then a list of forms, two bytes each, and
//! of the distances that no rule tells. `book` holds phrases and forms, and is learnt as the trace goes on; [`Packer`]
//! writes, `unpacker` reads.

mod body;
mod book;
mod cut;
mod deflate;
mod packer;
mod slot;
mod unpacker;

pub use packer::Packer;
pub(super) use unpacker::Unpacker;

/// The first bytes of a file, without the version: no text begins so, and it shows if a transfer changed ends of lines.
pub const MAGIC: [u8; 7] = [0x89, b'P', b'W', b'T', b'\r', b'\n', 0x1a];
/// The byte after them.
pub const VERSION: u8 = 1;

/// Bytes of a block before its body: the lengths of the body, compressed and not, and its records.
const HEADER: usize = 12;
/// Bytes of a body at most, compressed or not.
const MOST_BODY: usize = 1 << 22;
/// Records of a phrase at most.
const LONGEST_PHRASE: usize = 255;
/// Records of all phrases at most, and rules of all forms.
const MOST_IN_BOOK: usize = 1 << 20;
/// Forms at most, as their numbers have two bytes.
const MOST_FORMS: usize = 1 << 16;

#[cfg(test)]
mod tests;
