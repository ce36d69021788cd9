//! Figures as data, independent of how they are drawn.

mod mapping;
mod pte;
mod sharing;
mod system;
mod translation;

use serde::Serialize;

pub use mapping::{
    FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping, MappingProcess, PagePlace,
};
pub use pte::{PteEntry, PteField, PteFigure, PteForm, PteMeaning};
pub use sharing::{PageInFrame, SharedFrame, Sharing, SharingProcess};
pub use system::{System, SystemPart};
pub use translation::{
    DividedAddress, DividedField, Lookup, LookupEntry, Translation, TranslationLevel,
};

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
    /// An object that processes map.
    Mapping(Mapping),
    /// The frames of processes.
    Frames(Sharing),
}

impl FigureData {
    /// Returns the objects that the figure shows, or `None` for a figure that does not show them before or after a change.
    pub(crate) fn subject(&self) -> Option<String> {
        let names = |names: Vec<&str>| names.join(" ");
        match self {
            Self::System(_) | Self::Translation(_) | Self::Pte(_) => None,
            Self::Mapping(of) => {
                let file = match &of.file {
                    Some(file) => &*file.name,
                    None if of.whole => "",
                    None => "anonymous",
                };
                let processes = of.processes.iter().map(|process| &*process.process);
                Some(names(
                    ["mapping"]
                        .into_iter()
                        .chain(processes)
                        .chain([file])
                        .collect(),
                ))
            }
            Self::Frames(of) => {
                let processes = of.sharing.iter().map(|process| &*process.process);
                Some(names(["frames"].into_iter().chain(processes).collect()))
            }
        }
    }

    /// Marks the changes since the previous figure of the same objects.
    pub(crate) fn compare(&mut self, before: &Self) {
        match (self, before) {
            (Self::Frames(now), Self::Frames(before)) => now.compare(before),
            (Self::Mapping(now), Self::Mapping(before)) => now.compare(before),
            _ => {}
        }
    }

    /// Whether a paper prints the whole figure.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self, Self::Frames(_))
    }
}
