//! Page tables as a figure.

use crate::exam::formats::from_doc::flush;
use crate::exam::formats::tree::{Block, Entry, Figure, Tables, Tree};
use crate::report::narrate::tree::{TreeRow, blocks, described, is_long, name, rows};
use crate::report::text::text;
use crate::run::record::{TreeEntry, TreeTable, TreeView};

/// Maximum number of rows drawn as a tree. A tree of this size fills one page. Larger trees are printed as
/// lines of text.
const DRAWN: usize = 32;

/// Returns a tree of page tables as a figure.
pub(crate) fn figure(view: &TreeView) -> Block {
    let lines = flush(&text(&blocks(view), false));
    // The first line is the title.
    if lines.lines().count() > DRAWN + 1 {
        return Block::Lines(lines);
    }
    let of = if view.of.is_empty() {
        String::new()
    } else {
        format!(" of {}", view.of)
    };
    let tree = Tree {
        title: format!("page tables{of}"),
        text: lines,
        root: table(view, &view.root),
    };
    Block::Figure(Figure::Tree(tree))
}

fn table(view: &TreeView, of: &TreeTable) -> Tables {
    let levels = view
        .spec
        .mmu
        .as_ref()
        .and_then(|mmu| mmu.levels.get((of.level as usize).checked_sub(1)?).copied());
    let bits = levels.unwrap_or(0);
    let rows = rows(of, bits, is_long(view)).into_iter().map(|row| {
        let (index, words) = described(&view.spec, &row, bits);
        let (words, below) = match row {
            TreeRow::Entry(_, TreeEntry::Table(below)) => (String::new(), Some(table(view, below))),
            // The indexes along the path identify a page.
            _ => (
                words.split(" (").next().unwrap_or_default().to_owned(),
                None,
            ),
        };
        Entry {
            index,
            words,
            below,
        }
    });
    let head = match name(&view.spec, of).split_once(" at ") {
        Some((level, at)) => vec![level.to_owned(), format!("at {at}")],
        None => vec![name(&view.spec, of)],
    };
    Tables {
        head,
        rows: rows.collect(),
    }
}
