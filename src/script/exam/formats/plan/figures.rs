//! Views as figures.

use crate::exam::formats::labels::Labels;
use crate::exam::formats::tree::{Block, Figure, flush};
use crate::report::doc;
use crate::report::doc::{Layout, Slab};
use crate::report::figures::{Room, scene, tables, walk};
use crate::report::narrate::{of_address, page_walk, title, tree, view};
use crate::report::text::text;
use crate::run::record::{TreeView, View, WalkView};
use crate::run::table::TableId;

/// Returns a view as a figure, or `None` if the view cannot be drawn. Without `filled`, the answers are missing.
pub(crate) fn figure(of: &View, filled: bool) -> Option<Vec<Block>> {
    let blocks = match of {
        View::Tree(tree) => vec![table_figure(tree)],
        View::Steps(access, _) => vec![sequence(of, format!("Messages: {}", title(access)))?],
        View::Figure(data) => {
            let scene = scene(data, Room::PAGE);
            let scene = if filled || data.is_given() {
                scene
            } else {
                scene.unanswered()
            };
            vec![Block::Figure(scene.into())]
        }
        View::Walk(of) => vec![walk_figure(of, filled)],
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
fn sequence(view: &View, title: String) -> Option<Block> {
    let messages = view::blocks(view)
        .into_iter()
        .find_map(|block| match block {
            doc::Block::Steps(steps) => Some(steps),
            _ => None,
        })?;
    let lines = |message: &doc::Step| 1 + message.what.chars().count().div_ceil(CHARACTERS);
    let fits = messages.iter().map(lines).sum::<usize>() <= LINES;
    fits.then_some(Block::Figure(Figure::Steps {
        title,
        steps: messages,
    }))
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
        doc::Block::Layout(layout) => Some(Block::Figure(Figure::Layouts(vec![*layout]))),
        _ => None,
    });
    layouts.collect()
}

/// Appends a block. Merges consecutive figures of the same objects into one figure: before and after a change. Also
/// merges address spaces of different processes.
pub(super) fn put(blocks: &mut Vec<Block>, block: Block, labels: &Labels) {
    match (blocks.last_mut(), block) {
        (
            Some(Block::Figure(Figure::Scenes { scenes, .. })),
            Block::Figure(Figure::Scenes { scenes: more, .. }),
        ) if matches!((&**scenes, &*more), ([before], [after]) if before.precedes(after)) => {
            scenes.extend(more);
            for (scene, caption) in scenes.iter_mut().zip(["before", "after"]) {
                scene.caption(labels.localize(caption));
            }
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
    // A paper omits the notes that reveal the results of accesses.
    let noted = !before.asked && !after.asked;
    for (layout, other, caption) in [(before, &new, "before"), (after, &old, "after")] {
        let is_new = |(slab, bottom): (&Slab, &String)| {
            !slab.gap && !boxes(other).any(|(own, end)| bottom == end && is_same(slab, own, noted))
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

/// Whether two boxes are the same except for their accesses.
fn is_same(a: &Slab, b: &Slab, noted: bool) -> bool {
    let drawn = |of: &Slab| {
        (
            of.top.clone(),
            of.lines.clone(),
            of.mark.clone(),
            of.mark_at.clone(),
        )
    };
    drawn(a) == drawn(b) && (!noted || a.note == b.note)
}

/// Maximum number of rows drawn as a tree. Larger trees are printed as lines of text.
const DRAWN: usize = 32;

/// Returns a tree of page tables as a figure.
fn table_figure(view: &TreeView) -> Block {
    let lines = flush(&text(&tree::blocks(view), false));
    // The first line is the title.
    let drawn = (lines.lines().count() <= DRAWN + 1).then(|| tables::scene(view));
    match drawn.flatten() {
        Some(scene) => Block::Figure(Figure::Scenes {
            scenes: vec![scene],
            text: Some(lines),
            of: Some(TableId::PageTable),
        }),
        None => Block::Lines(lines),
    }
}

fn walk_figure(of: &WalkView, filled: bool) -> Block {
    // The lines of a walk contain its values.
    let text = filled.then(|| flush(&text(&page_walk::blocks(of), false)));
    Block::Figure(Figure::Scenes {
        scenes: vec![walk::scene(of, filled)],
        text,
        of: None,
    })
}
