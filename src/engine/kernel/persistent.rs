//! Ordered maps and sets with shared structure. A clone costs one reference count, and a later change copies
//! only the path to the changed node.

pub(crate) use imbl::{OrdMap as Map, OrdSet as Set};
