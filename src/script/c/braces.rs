//! The brace that has no partner, by the indentation of the lines.

use pagewalk_engine::program::Place;

use super::lexer::{Token, TokenKind};
use super::messages::Mistake;

/// Returns the `{` without a `}` in a text with more `{` than `}`: the first one whose block seems to end at a `}` with less
/// indentation than the line of the `{`.
pub(super) fn unclosed(text: &str, tokens: &[Token]) -> Option<Place> {
    let is =
        |token: &&Token, mark: &str| matches!(token.kind, TokenKind::Mark(found) if found == mark);
    let count = |mark| tokens.iter().filter(|token| is(token, mark)).count();
    if count("{") <= count("}") {
        return None;
    }
    let line_of = |place: Place| {
        let start = text
            .get(..place.start as usize)?
            .rfind('\n')
            .map_or(0, |at| at + 1);
        text.get(start..)
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut open: Vec<Place> = Vec::new();
    for token in tokens {
        if is(&token, "{") {
            open.push(token.place);
        } else if is(&token, "}")
            && let Some(opened) = open.pop()
            && let (Some(first), Some(last)) = (line_of(opened), line_of(token.place))
            && last.trim_start().starts_with('}')
            && indent(last) < indent(first)
        {
            return Some(opened);
        }
    }
    None
}

pub(super) fn never_closed(open: Place) -> Mistake {
    Mistake::new(open, "this `{` is never closed".to_owned())
        .help("write `}` at the end of its block")
}
