//! Views as figures.

use super::{layouts, tables, walks};
use crate::exam::formats::tree::{Block, Figure, Sequence};
use crate::report::doc;
use crate::report::figures::scene;
use crate::report::narrate::{of_address, view};
use crate::run::record::View;

/// Returns a view as a figure, or `None` if the view cannot be drawn. Without `filled`, the answers are missing.
pub(crate) fn figure(of: &View, filled: bool) -> Option<Vec<Block>> {
    let blocks = match of {
        View::Tree(tree) => vec![tables::figure(tree)],
        View::Steps(..) => vec![sequence(of)?],
        View::Figure(data) => {
            let scene = scene(data);
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
        View::Layout(_) => layouts::figure(of, filled),
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
