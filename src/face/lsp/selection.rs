//! `textDocument/selectionRange`

use lsp_types::{Position, SelectionRange};

use super::view::View;
use pagewalk_script::lang::layout::TokenKind;
use pagewalk_script::lang::visit::statements;

/// What may be selected around each position, from the word outwards: brackets, statements, the document.
pub(crate) fn selections(view: &View, positions: &[Position]) -> Vec<SelectionRange> {
    positions.iter().map(|position| selection(view, view.byte_at(*position))).collect()
}

fn selection(view: &View, at: usize) -> SelectionRange {
    let mut around = vec![(0, view.text.len())];
    let places = statements(&view.reading().script.body).filter(|stmt| stmt.span.file == 0);
    let places = places.map(|stmt| (stmt.span.start as usize, stmt.span.end as usize));
    around.extend(places.filter(|(start, end)| *start <= at && at <= *end));
    brackets(view, at, &mut around);
    around.sort_by_key(|(start, end)| (end - start, *start));
    around.dedup();
    // From the outermost inwards; what does not lie in the one around it is left out.
    let mut whole: Option<((usize, usize), SelectionRange)> = None;
    for (start, end) in around.into_iter().rev() {
        let inside = whole.as_ref().is_none_or(|((from, to), _)| *from <= start && end <= *to);
        if inside {
            let range = view.lines.range(&view.text, start..end);
            let parent = whole.take().map(|(_, parent)| Box::new(parent));
            whole = Some(((start, end), SelectionRange { range, parent }));
        }
    }
    let range = view.lines.range(&view.text, at..at);
    whole.map_or(SelectionRange { range, parent: None }, |(_, selection)| selection)
}

/// The word at a byte and the brackets around it, with and without the delimiters.
fn brackets(view: &View, at: usize, around: &mut Vec<(usize, usize)>) {
    let mut open = Vec::new();
    for token in &view.tokens().list {
        match token.kind {
            TokenKind::Open(_) => open.push((token.start, token.end)),
            TokenKind::Hole => open.push((token.start.saturating_sub(1), token.end)),
            TokenKind::Close(_) => {
                let Some((start, inner)) = open.pop() else { continue };
                if start <= at && at <= token.end {
                    around.push((start, token.end));
                }
                if inner <= at && at <= token.start {
                    around.push((inner, token.start));
                }
            }
            TokenKind::End => {}
            _ if token.start <= at && at <= token.end => around.push((token.start, token.end)),
            _ => {}
        }
    }
}
