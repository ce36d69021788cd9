//! The packed format, which is compact and fast to read. `docs/reference/trace-format.md` describes every
//! byte.
//!
//! Programs repeat themselves, so the packer splits a trace into short *phrases* of records: operations,
//! sizes, and instruction addresses. The data addresses are the *slots* of a phrase. A *form* is a phrase
//! with a rule for each slot. The rule computes the slot's address from earlier addresses. The trace is then
//! a list of forms (two bytes each) and a list of distances that the rules do not predict. `book` holds the
//! phrases and forms, which the unpacker adds while it reads the trace. [`Packer`] writes the format, and
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
