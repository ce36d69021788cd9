//! The state of a drawing, and its arrangement.

use crate::report::narrate::hex;
use crate::report::scene::{ElementId, Place, Scene};
use crate::run::record::{MappedPages, Mapping};

use super::words::quoted;

/// The arrangement of a figure.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// The disk at the left of the only process, the page frames at its right, and one line for each page.
    Low,
    /// The same with two lines for each page.
    Wide,
    /// The page frames above the disk, between two columns of processes.
    Tall,
}

impl Form {
    /// Returns the height of a page or frame, which shares its lower border with the next one. Except in the low form, the
    /// upper borders of all pages and frames are a multiple of this number of rows apart, so that lanes exist for all arrows.
    pub(super) fn step(self) -> u32 {
        if self == Self::Low { 2 } else { 3 }
    }
}

pub(super) struct Pen<'o> {
    pub(super) scene: Scene,
    pub(super) of: &'o Mapping,
    pub(super) form: Form,
    /// The number of pages with a step.
    pub(super) step: u16,
    /// The boxes whose thick borders cover the borders of their neighbors: what they represent, the step that draws them,
    /// their upper left corners, and their widths.
    pub(super) changed: Vec<(Option<ElementId>, Option<u16>, Place, u32)>,
}

impl<'o> Pen<'o> {
    pub(super) fn new(of: &'o Mapping, form: Form) -> Self {
        let name = match &of.file {
            _ if of.whole => "all areas".to_owned(),
            Some(file) => quoted(&file.name),
            None => "anonymous memory".to_owned(),
        };
        Self {
            scene: Scene::new(format!("mapping of {name}")),
            of,
            form,
            step: 0,
            changed: Vec::new(),
        }
    }

    pub(super) fn vpn(&self, page: &MappedPages) -> String {
        format!("VPN {}", self.range(page.vpn, page.pages))
    }

    pub(super) fn range(&self, vpn: u64, pages: u64) -> String {
        let first = hex(vpn, self.of.vpn_bits);
        if pages == 1 {
            return first;
        }
        format!("{first}–{}", hex(vpn + pages - 1, self.of.vpn_bits))
    }
}
