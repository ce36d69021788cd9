//! Figures as data, independent of how they are drawn.

mod mapping;
mod sharing;
mod translation;

use serde::Serialize;

pub use mapping::{
    FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping, MappingProcess, PagePlace,
};
pub use sharing::{PageInFrame, SharedFrame, Sharing, SharingProcess};
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
            Self::System(_) | Self::Translation(_) => None,
            Self::Mapping(of) => {
                let file = of.file.as_ref().map_or("anonymous", |file| &file.name);
                let processes = of.processes.iter().map(|process| &*process.process);
                Some(names(["mapping"].into_iter().chain(processes).chain([file]).collect()))
            }
            Self::Frames(of) => {
                let processes = of.sharing.iter().map(|process| &*process.process);
                Some(names(["frames"].into_iter().chain(processes).collect()))
            }
        }
    }

    /// Whether a paper prints the whole figure.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self, Self::Frames(_))
    }
}

/// A machine with its TLBs and caches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct System {
    /// Width of a virtual address in bits, or `None` if programs use physical addresses.
    pub virtual_bits: Option<u32>,
    /// Width of a physical address in bits.
    pub physical_bits: u32,
    /// The page size, or `None` without page tables.
    pub page_bytes: Option<u64>,
    /// The number of levels of the page tables.
    pub levels: u32,
    /// The number of cores.
    pub cores: u32,
    /// The TLBs of each core, in lookup order.
    pub tlbs: Vec<SystemPart>,
    /// The caches, in lookup order.
    pub caches: Vec<SystemPart>,
    /// The latency of main memory.
    pub memory_latency: f64,
    /// The unit of the latencies: `cycles` or `ns`.
    pub unit: &'static str,
}

/// A TLB or cache of a [`System`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemPart {
    /// The name.
    pub name: String,
    /// What the part serves: `data`, `instructions`, or `unified`.
    pub serves: &'static str,
    /// The number of sets.
    pub sets: u64,
    /// The number of entries or lines in each set.
    pub ways: u32,
    /// The block size of a cache.
    pub block_bytes: Option<u64>,
    /// Whether all cores share the part.
    pub shared: bool,
    /// The latency of a lookup.
    pub latency: f64,
}

impl SystemPart {
    /// Returns the number of entries of a TLB, or of lines of a cache.
    pub fn entries(&self) -> u64 {
        self.sets * u64::from(self.ways)
    }
}
