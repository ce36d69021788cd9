//! Ordered maps and sets that share structure. A clone costs one reference count, and a later change copies only the path to
//! it.

pub(crate) use imbl::{OrdMap as Map, OrdSet as Set};
