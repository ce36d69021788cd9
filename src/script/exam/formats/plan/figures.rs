//! Views as figures.

use super::walks;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::tree::{Block, Entry, Figure, Sequence, Tables, Tree, flush};
use crate::report::doc;
use crate::report::doc::{Layout, Slab};
use crate::report::figures::{Room, scene};
use crate::report::narrate::tree::{TreeRow, blocks, described, is_long, name, rows};
use crate::report::narrate::{of_address, view};
use crate::report::text::text;
use crate::run::record::{TreeEntry, TreeTable, TreeView, View};

/// Returns a view as a figure, or `None` if the view cannot be drawn. Without `filled`, the answers are missing.
pub(crate) fn figure(of: &View, filled: bool) -> Option<Vec<Block>> {
    let blocks = match of {
        View::Tree(tree) => vec![table_figure(tree)],
        View::Steps(..) => vec![sequence(of)?],
        View::Figure(data) => {
            let scene = scene(data, Room::PAGE);
            let scene = if filled || data.is_given() {
                scene
            } else {
                scene.unanswered()
            };
            vec![Block::Figure(Figure::Scene(scene))]
        }
        View::Walk(of) => vec![walks::figure(of, filled)],
        View::Bits(of) => {
            let ruler = of_address(of, !filled);
            ruler
                .into_iter()
                .map(|ruler| Block::Figure(Figure::Ruler(ruler)))
                .collect()
        }
        View::Layout(_) => layout_figure(of, filled),
        _ => return None,
    };
    Some(blocks)
}

/// Maximum number of lines of a figure of messages, which then fits on a page. A message needs a line for its arrow and
/// at least one line for its text.
const LINES: usize = 56;
/// Number of characters of text in a line.
const CHARACTERS: usize = 84;

/// Returns the messages of an access as a figure, or `None` for too many messages.
fn sequence(view: &View) -> Option<Block> {
    let blocks = view::blocks(view);
    let title = match blocks.first() {
        Some(doc::Block::Paragraph { text, .. }) => format!("Messages: {text}"),
        _ => "Messages".to_owned(),
    };
    let messages = blocks.into_iter().find_map(|block| match block {
        doc::Block::Steps(steps) => Some(steps),
        _ => None,
    })?;
    let lines = |message: &doc::Step| 1 + message.what.chars().count().div_ceil(CHARACTERS);
    let fits = messages.iter().map(lines).sum::<usize>() <= LINES;
    fits.then_some(Block::Figure(Figure::Sequence(Sequence {
        title,
        messages,
    })))
}

/// The line below two drawings. Many printers print no color, so a `*` marks the boxes.
const DIFFERS: &str = "* differs between before and after";

/// Returns the drawing of an address space. A paper omits the results of accesses.
fn layout_figure(of: &View, filled: bool) -> Vec<Block> {
    let blocks = if filled {
        view::blocks(of)
    } else {
        view::unanswered(of)
    };
    let layouts = blocks.into_iter().filter_map(|block| match block {
        doc::Block::Layout(layout) => Some(Block::Figure(Figure::Layouts(vec![layout]))),
        _ => None,
    });
    layouts.collect()
}

/// Appends a block. Merges consecutive figures of the same objects into one figure: before and after a change. Also
/// merges address spaces of different processes.
pub(super) fn put(blocks: &mut Vec<Block>, block: Block, labels: &Labels) {
    match (blocks.last_mut(), block) {
        (Some(Block::Figure(Figure::Scene(before))), Block::Figure(Figure::Scene(mut after)))
            if before.precedes(&after) =>
        {
            let mut before = std::mem::take(before);
            before.caption(labels.localize("before"));
            after.caption(labels.localize("after"));
            blocks.pop();
            blocks.push(Block::Figure(Figure::Pair(Box::new([before, after]))));
        }
        (Some(Block::Figure(Figure::Layouts(all))), Block::Figure(Figure::Layouts(mut more)))
            if all.len() < 2 =>
        {
            if let ([before], [after]) = (all.as_mut_slice(), more.as_mut_slice())
                && before.title == after.title
            {
                compare(before, after, labels);
            }
            all.extend(more);
        }
        (_, block) => blocks.push(block),
    }
}

/// Adds captions, and marks the boxes that differ. A gap has no mark, because it changes only if an
/// area beside it changes.
fn compare(before: &mut Layout, after: &mut Layout, labels: &Labels) {
    let (old, new) = (before.clone(), after.clone());
    for (layout, other, caption) in [(before, &new, "before"), (after, &old, "after")] {
        let is_new = |(slab, bottom): (&Slab, &String)| {
            !slab.gap && !boxes(other).any(|(own, end)| bottom == end && is_same(slab, own))
        };
        let changed: Vec<bool> = boxes(layout).map(is_new).collect();
        for (slab, changed) in layout.slabs.iter_mut().zip(&changed) {
            slab.changed = *changed;
        }
        if changed.contains(&true) {
            layout.legend.push(labels.sentence(DIFFERS));
        }
        layout.title = format!("{}: {}", labels.localize(caption), layout.title);
    }
}

/// Returns the boxes, each with the address at its lower edge.
fn boxes(layout: &Layout) -> impl Iterator<Item = (&Slab, &String)> {
    let bottoms = layout
        .slabs
        .iter()
        .skip(1)
        .map(|slab| &slab.top)
        .chain([&layout.bottom]);
    layout.slabs.iter().zip(bottoms)
}

/// Whether two boxes are the same except for their accesses. A box without a note is compared without notes, because a
/// paper omits notes that reveal the results of accesses.
fn is_same(a: &Slab, b: &Slab) -> bool {
    let noted = !a.note.is_empty() && !b.note.is_empty();
    a.top == b.top && a.lines == b.lines && a.mark == b.mark && (!noted || a.note == b.note)
}

/// Maximum number of rows drawn as a tree. A tree of this size fills one page. Larger trees are printed as
/// lines of text.
const DRAWN: usize = 32;

/// Returns a tree of page tables as a figure.
fn table_figure(view: &TreeView) -> Block {
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
