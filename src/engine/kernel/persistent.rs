//! Ordered maps and sets whose copies cost a reference count, and whose changes after a copy cost what they touch.

pub(crate) use imbl::{OrdMap as Map, OrdSet as Set};
