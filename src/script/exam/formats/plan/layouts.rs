//! Address spaces as figures: one, or the address space of a process before and after a change.

use crate::exam::formats::labels::Labels;
use crate::exam::formats::tree::{Block, Figure};
use crate::report::doc::{self, Layout, Slab};
use crate::report::narrate::view;
use crate::run::record::View;

/// The line below two drawings. Many printers print no color, so a `*` marks the boxes.
const DIFFERS: &str = "* differs between before and after";

/// Returns the drawing of an address space. A paper omits the results of accesses.
pub(super) fn figure(of: &View, filled: bool) -> Vec<Block> {
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
