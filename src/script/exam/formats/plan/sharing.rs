//! Pages and frames as a figure.

use std::collections::BTreeSet;

use crate::exam::formats::from_doc::flush;
use crate::exam::formats::tree::{Block, Figure, Sharing};
use crate::report::doc;
use crate::report::narrate::hex;
use crate::report::narrate::sharing::{page, table};
use crate::report::text::text;
use crate::run::record::SharingView;

/// Returns a figure of processes' pages and their frames.
pub(crate) fn figure(of: &SharingView) -> Block {
    let frames: BTreeSet<u64> =
        of.processes.iter().flat_map(|(_, pages)| pages.iter().map(|page| page.frame)).collect();
    let place = |frame: u64| frames.iter().position(|known| *known == frame).unwrap_or(0);
    let processes = of.processes.iter().map(|(name, pages)| {
        let pages = pages.iter().map(|own| (page(of, own), place(own.frame)));
        (name.clone(), pages.collect())
    });
    let table = table(of);
    Block::Figure(Figure::Sharing(Sharing {
        title: table.title.clone(),
        text: flush(&text(&[doc::Block::Table(table)], false)),
        frames: frames.iter().map(|frame| hex(*frame, of.spec.ppn_bits())).collect(),
        processes: processes.collect(),
    }))
}
