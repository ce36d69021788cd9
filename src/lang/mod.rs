//! Text to a checked tree. Knows nothing of machines: only words, numbers and where they stand.

pub mod ast;
pub mod check;
pub mod diagnostic;
pub mod nearest;
pub mod span;
pub mod value;
