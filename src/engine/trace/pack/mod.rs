//! The packed format, which is small and fast to read. `docs/reference/trace-format.md` describes every byte.
//!
//! Programs repeat themselves, so a trace is split into short *phrases* of records: operations, sizes, and the addresses of
//! instructions. The addresses of data are the *slots* of a phrase. A *form* is a phrase with a rule for each slot, which
//! finds the address from earlier ones. The trace is then a list of forms, two bytes each, and of distances that no rule
//! predicts. `book` holds the phrases and forms, which are added while the trace is read. [`Packer`] writes the format, and
//! `unpacker` reads it.

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
