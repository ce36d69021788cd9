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
mod shape;
mod slot;
mod unpacker;

pub use packer::Packer;
pub(crate) use shape::{MAGIC, VERSION};
pub(super) use unpacker::Unpacker;

#[cfg(test)]
mod tests;
