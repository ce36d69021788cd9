//! Columns that an author has aligned. Text stays aligned if it is aligned within a paragraph and more than
//! one space precedes it on at least one line. All other runs of spaces become single spaces.
//!
//! The longest text to the left of a column determines the position of the column. Formatting is therefore
//! stable: a formatted text has the same columns, although several columns may share a position.

use std::collections::BTreeMap;

use super::line::Line;
use super::piece::{Piece, PieceKind, lead};
use super::width::behind;

/// Maximum number of character columns by which alignment moves a text in its line. If a text would have to
/// move farther, its group is not aligned.
pub(super) const REACH: usize = 40;

/// A position in a line that may belong to a column.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: usize,
    piece: usize,
    /// The column that the text would have if all runs of spaces were single spaces.
    at: usize,
}

/// Aligned places.
type Group = Vec<Place>;

/// The key of a column: the paragraph, the column, and the kind of text (see [`sort`]).
type Key<'a> = (usize, usize, &'a str);

/// Returns the number of additional spaces before each piece, beyond the regular space.
pub(super) fn blanks(list: &[Piece], lines: &[Line]) -> Vec<usize> {
    let places = places(list, lines);
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for (paragraph, place) in &places.before {
        if list[place.piece].gap > 1 {
            groups.entry(key(list, *paragraph, *place)).or_default();
        }
    }
    for (paragraph, place) in &places.before {
        if groups.is_empty() {
            break;
        }
        if let Some(group) = groups.get_mut(&key(list, *paragraph, *place)) {
            group.push(*place);
        }
    }
    let mut groups: Vec<(usize, Group)> = groups
        .into_iter()
        .map(|(key, group)| (key.1, group))
        .collect();
    groups.retain(|(_, group)| group.len() > 1);
    groups.sort_by_key(|(column, _)| *column);
    let mut groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
    groups.extend(arrow_groups(list, lines, &places.arrows));
    set_in_line(list, lines, &groups)
}

/// Aligns each group, beginning with the leftmost. All places of a group move to the column of the group's
/// rightmost place.
fn set_in_line(list: &[Piece], lines: &[Line], groups: &[Group]) -> Vec<usize> {
    let (mut blanks, mut moved) = (vec![0; list.len()], vec![0; lines.len()]);
    for group in groups {
        let ends = group.iter().map(|place| place.at + moved[place.line]);
        let (least, most) = (ends.clone().min().unwrap_or(0), ends.max().unwrap_or(0));
        if most - least > REACH {
            continue;
        }
        for place in group {
            blanks[place.piece] = most - place.at - moved[place.line];
            moved[place.line] += blanks[place.piece];
        }
    }
    blanks
}

fn key<'a>(list: &'a [Piece], paragraph: usize, place: Place) -> Key<'a> {
    let piece = &list[place.piece];
    (paragraph, piece.column, sort(piece))
}

/// Returns the kind of a piece. Only pieces of the same kind are aligned with each other.
fn sort<'a>(piece: &'a Piece) -> &'a str {
    match piece.kind {
        PieceKind::Operator | PieceKind::Open(_) => &piece.text,
        PieceKind::Word if piece.goes_on() => &piece.text,
        _ => "",
    }
}

/// The positions in all lines that may belong to a column.
#[derive(Default)]
struct Places {
    /// The positions that precede the arrows, with their paragraphs.
    before: Vec<(usize, Place)>,
    /// The first arrow of each line that has an arrow.
    arrows: Vec<Place>,
}

fn places(list: &[Piece], lines: &[Line]) -> Places {
    let mut places = Places::default();
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.head) {
        let (mut at, mut depth) = (lead(list, line.first).len(), 0);
        for (index, piece) in (line.first..line.end).zip(&list[line.first..line.end]) {
            if matches!(piece.kind, PieceKind::Prose | PieceKind::Row(_)) {
                break;
            }
            let begins = index == line.first;
            if !begins {
                let semicolon = list[index - 1].keeps_semicolon(piece);
                at += usize::from(semicolon) + usize::from(piece.space || piece.semicolon);
            }
            let place = Place {
                line: number,
                piece: index,
                at,
            };
            match piece.kind {
                PieceKind::Open(b'{') => depth += 1,
                PieceKind::Close(b'}') => depth -= 1,
                _ => {}
            }
            if depth == 0 && piece.is("=>") && !begins {
                places.arrows.push(place);
                break;
            }
            if piece.space && !begins {
                places.before.push((line.paragraph, place));
            }
            at = behind(at, &piece.text);
        }
    }
    places
}

/// Groups the arrows of adjacent lines if more than one space precedes one of them. Within a block, runs of
/// lines whose arrows were originally in the same column form one group.
fn arrow_groups(list: &[Piece], lines: &[Line], arrows: &[Place]) -> Vec<Group> {
    let mut groups: BTreeMap<(usize, usize), (bool, Group)> = BTreeMap::new();
    let beside = |one: &Place, next: &Place| {
        let (above, below) = (&lines[one.line], &lines[next.line]);
        next.line == one.line + 1 && !below.blank && above.block == below.block
    };
    for run in arrows.chunk_by(beside) {
        let pieces = || run.iter().map(|place| &list[place.piece]);
        let wide = pieces().any(|piece| piece.gap > 1);
        let column = pieces()
            .find(|piece| piece.gap > 1 || !wide)
            .map_or(0, |piece| piece.column);
        if wide || pieces().all(|piece| piece.column == column) {
            let group = groups
                .entry((lines[run[0].line].block, column))
                .or_default();
            group.0 |= wide;
            group.1.extend(run);
        }
    }
    groups
        .into_values()
        .filter(|(wide, _)| *wide)
        .map(|(_, group)| group)
        .collect()
}
