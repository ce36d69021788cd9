//! What happened made readable.

pub mod diagnostics;
mod excerpt;
#[cfg(test)]
mod tests;
