//! Reports of the results of a run.

pub(crate) mod broken;
mod columns;
pub mod diagnostics;
pub mod diff;
pub mod doc;
pub mod excerpt;
pub(crate) mod figures;
pub mod hover;
pub mod json;
pub mod narrate;
#[cfg(test)]
pub(crate) mod playing;
pub mod scene;
#[cfg(test)]
mod tests;
pub mod text;
pub(crate) mod words;
pub(crate) mod xml;
