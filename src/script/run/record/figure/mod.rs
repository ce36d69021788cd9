//! Figures as data, independent of how they are drawn.

mod pte;
mod system;
mod translation;

use serde::Serialize;

pub use pte::{PteEntry, PteField, PteFigure, PteForm, PteMeaning};
pub use system::{System, SystemPart};
pub use translation::{DividedAddress, DividedField, Lookup, LookupEntry, Translation, TranslationLevel};

/// The version of the data. The version changes when a member is renamed, removed, or redefined.
pub const FIGURE_VERSION: u32 = 1;

/// A figure as data. Numbers are plain integers, and sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "figure", rename_all = "kebab-case")]
pub enum FigureData {
    /// The declared machine.
    System(System),
    /// An access from the virtual address to the data.
    Translation(Box<Translation>),
    /// The formats of page-table entries, or an entry.
    Pte(PteFigure),
}
