//! Page tables as a figure.

use crate::exam::formats::from_doc::flush;
use crate::exam::formats::tree::{Block, Entry, Figure, Tables, Tree};
use crate::report::narrate::tree::{blocks, leads_to, name};
use crate::report::text::text;
use crate::run::record::{TreeEntry, TreeTable, TreeView};

/// Maximum number of entries drawn as a tree. A tree of this size fills one page. Larger trees are printed as
/// lines of text.
const DRAWN: u64 = 32;

/// Returns a tree of page tables as a figure.
pub(crate) fn figure(view: &TreeView) -> Block {
    let lines = flush(&text(&blocks(view), false));
    if view.root.size() > DRAWN {
        return Block::Lines(lines);
    }
    let of = if view.of.is_empty() { String::new() } else { format!(" of {}", view.of) };
    let tree = Tree { title: format!("page tables{of}"), text: lines, root: table(view, &view.root) };
    Block::Figure(Figure::Tree(tree))
}

fn table(view: &TreeView, of: &TreeTable) -> Tables {
    let levels =
        view.spec.mmu.as_ref().and_then(|mmu| mmu.levels.get((of.level as usize).checked_sub(1)?).copied());
    let digits = levels.unwrap_or(0).div_ceil(4) as usize;
    let rows = of.entries.iter().map(|(index, entry)| {
        let (words, below) = match entry {
            TreeEntry::Table(below) => (String::new(), Some(table(view, below))),
            // The indexes along the path identify a page.
            TreeEntry::Page(..) => {
                let words = leads_to(&view.spec, entry);
                (words.split(" (").next().unwrap_or_default().to_owned(), None)
            }
        };
        Entry { index: format!("0x{index:0digits$X}"), words, below }
    });
    let head = match name(&view.spec, of).split_once(" at ") {
        Some((level, at)) => vec![level.to_owned(), format!("at {at}")],
        None => vec![name(&view.spec, of)],
    };
    Tables { head, rows: rows.collect() }
}
