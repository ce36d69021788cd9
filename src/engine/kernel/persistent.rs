//! Ordered maps and sets with shared structure. Cloning only increments a reference count, and a later change
//! copies only the path to the changed node.

pub(crate) use imbl::{OrdMap as Map, OrdSet as Set};
