//! What happened made readable.

pub mod amended;
pub mod diagnostics;
pub mod doc;
pub mod exam;
mod excerpt;
pub mod fitting;
pub mod golden;
pub mod json;
pub mod marks;
pub mod narrate;
#[cfg(test)]
mod playing;
pub mod replay;
pub mod saved;
pub mod suite;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod text;
pub mod versus;
mod xml;
