//! Frames and their pages as a table with one column per process.

use std::collections::BTreeSet;

use super::parts::hex;
use crate::report::doc::{Cell, Table};
use crate::run::record::{PageInFrame, SharingView};

/// Returns one row per frame, with each process's pages in the frame.
pub(crate) fn table(of: &SharingView) -> Table {
    let frames: BTreeSet<u64> =
        of.processes.iter().flat_map(|(_, pages)| pages.iter().map(|page| page.frame)).collect();
    let head = std::iter::once("frame".to_owned()).chain(of.processes.iter().map(|(name, _)| name.clone()));
    let row = |frame: &u64| {
        let pages = of.processes.iter().map(|(_, pages)| {
            let own = pages.iter().filter(|page| page.frame == *frame).map(|page| self::page(of, page));
            let own: Vec<String> = own.collect();
            Cell { text: if own.is_empty() { "-".to_owned() } else { own.join(", ") }, word: true }
        });
        let frame = Cell { text: hex(*frame, of.spec.ppn_bits()), word: false };
        std::iter::once(frame).chain(pages).collect()
    };
    Table {
        title: "pages and frames".to_owned(),
        groups: vec![head.collect()],
        rows: frames.iter().map(row).collect(),
    }
}

/// Returns a page: its VPN, its area, and whether it is read-only.
pub fn page(of: &SharingView, page: &PageInFrame) -> String {
    let area = if page.area.is_empty() { String::new() } else { format!(" {}", page.area) };
    let access = if page.writable { "R/W" } else { "read-only" };
    format!("{}{area}, {access}", hex(page.vpn, of.spec.vpn_bits()))
}
