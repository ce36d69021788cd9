//! What an access, a system call, or an action of the kernel did, step by step: numbers and typed values, no English.

mod handling;
mod looked;
mod walk;

pub(crate) use handling::{Evicted, Handling, HandlingEnd, PageIn};
pub(crate) use looked::Looked;
pub(crate) use walk::{Fetched, Walk, WalkEnd};
