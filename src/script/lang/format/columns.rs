//! Columns that an author has aligned. Text stays aligned if it is aligned within a paragraph and more than
//! one space precedes it on at least one line. All other runs of spaces become single spaces.
//!
//! The longest text to the left of a column determines the position of the column. Formatting is therefore
//! stable: a formatted text has the same columns, although several columns may share a position.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::piece::{Cell, Line, Piece, PieceKind, Pieces, Row, behind, lead};
use crate::lang::table::is_ruler;

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

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Middle,
    Right,
}

/// A column of a table: the width of its widest cell, and its alignment.
#[derive(Debug, Clone, Copy)]
struct Column {
    width: usize,
    side: Side,
}

/// Aligns all rows of a script. Rows directly in the same block form one table.
pub(super) fn set(pieces: &mut Pieces) {
    remove_rulers(pieces);
    let mut open: Vec<Vec<usize>> = vec![Vec::new()];
    for at in 0..pieces.list.len() {
        match pieces.list[at].kind {
            PieceKind::Open(b'{') => open.push(Vec::new()),
            PieceKind::Close(b'}') => {
                if let Some(table) = open.pop() {
                    set_table(pieces, &table);
                }
            }
            PieceKind::Row(_) => {
                if let Some(table) = open.last_mut() {
                    table.push(at);
                }
            }
            _ => {}
        }
    }
    for table in &open {
        set_table(pieces, table);
    }
}

/// Removes lines of dashes. Text after a removed line stays on a separate line.
fn remove_rulers(pieces: &mut Pieces) {
    let mut gone: Option<Piece> = None;
    for mut piece in std::mem::take(&mut pieces.list) {
        if let Some(ruler) = gone.take() {
            piece.lines = piece.lines.max(ruler.lines);
            piece.semicolon |= ruler.semicolon;
        }
        let row = if let PieceKind::Row(number) = piece.kind {
            pieces.rows.get(number)
        } else {
            None
        };
        if row.is_some_and(|row| is_ruler(&row.cells.iter().map(|cell| &*cell.text))) {
            gone = Some(piece);
        } else {
            pieces.list.push(piece);
        }
    }
}

/// Aligns the rows of a table in columns. If two rows share a line, aligns each row separately.
fn set_table(pieces: &mut Pieces, table: &[usize]) {
    let shared = table.iter().skip(1).any(|at| pieces.list[*at].lines == 0);
    let row = |at: usize| match pieces.list[at].kind {
        PieceKind::Row(number) => pieces.rows.get(number),
        _ => None,
    };
    let rows: Vec<&Row> = table
        .iter()
        .filter_map(|at| row(*at))
        .filter(|row| !row.verbatim)
        .collect();
    let header = rows.iter().find(|row| !row.cells.is_empty()).copied();
    let columns = if shared { Vec::new() } else { columns(&rows) };
    let texts: Vec<(usize, String)> = table
        .iter()
        .filter_map(|at| Some((*at, row(*at)?)))
        .map(|(at, row)| {
            let pattern = header.filter(|_| !shared).unwrap_or(row);
            (
                at,
                if row.verbatim {
                    row.source.clone()
                } else {
                    text(row, pattern, &columns)
                },
            )
        })
        .collect();
    for (at, text) in texts {
        pieces.list[at].text = Cow::Owned(text);
    }
}

/// Returns the columns of a table, each as wide as its widest cell.
fn columns(rows: &[&Row]) -> Vec<Column> {
    let most = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    // The cells show their original alignment only if all complete rows are equally wide.
    let mut widths = rows
        .iter()
        .filter(|row| row.cells.len() == most)
        .map(|row| row.end.wrapping_sub(row.begin));
    let first = widths.next();
    let in_line = widths.all(|width| Some(width) == first);
    (0..most)
        .map(|index| {
            let cells = rows
                .iter()
                .filter_map(|row| Some((row.begin, row.cells.get(index)?)));
            let width = cells
                .clone()
                .map(|(_, cell)| behind(0, &cell.text))
                .max()
                .unwrap_or(0);
            // The position of each cell, counted from the bar that begins the row.
            let places: Vec<(usize, usize)> = cells
                .map(|(begin, cell)| {
                    (
                        cell.from.saturating_sub(begin),
                        cell.to.saturating_sub(begin),
                    )
                })
                .collect();
            Column {
                width,
                side: if in_line { side(&places) } else { Side::Left },
            }
        })
        .collect()
}

/// Returns the alignment of cells that have these first and last columns. The default is left alignment.
fn side(places: &[(usize, usize)]) -> Side {
    let first = places.iter().map(|place| place.0).min().unwrap_or(0);
    let last = places.iter().map(|place| place.1).max().unwrap_or(0);
    let middle = |(from, to): &(usize, usize)| {
        *from == first + (last - first).saturating_sub(to.saturating_sub(*from)) / 2
    };
    if places.iter().all(|place| place.0 == first) {
        Side::Left
    } else if places.iter().all(|place| place.1 == last) {
        Side::Right
    } else if places.iter().all(middle) {
        Side::Middle
    } else {
        Side::Left
    }
}

/// Returns the text of a row, with bars where another row has them. A row that has only bars extends through
/// all columns.
fn text(row: &Row, pattern: &Row, columns: &[Column]) -> String {
    let mut text = String::new();
    let empty = Cell {
        text: String::new(),
        from: 0,
        to: 0,
    };
    let line = vec![
        empty;
        if row.cells.is_empty() {
            columns.len()
        } else {
            0
        }
    ];
    for (index, cell) in row.cells.iter().chain(&line).enumerate() {
        let bar = index < pattern.cells.len() && pattern.bars.contains(&index);
        text += if index == 0 || bar { "| " } else { "" };
        let width = behind(0, &cell.text);
        let column = columns.get(index).copied().unwrap_or(Column {
            width,
            side: Side::Left,
        });
        let pad = column.width.saturating_sub(width);
        let before = match column.side {
            Side::Left => 0,
            Side::Middle => pad / 2,
            Side::Right => pad,
        };
        text.extend(std::iter::repeat_n(' ', before));
        text += &cell.text;
        text.extend(std::iter::repeat_n(' ', pad - before + 1));
    }
    if text.is_empty() {
        "| |".to_owned()
    } else {
        text + "|"
    }
}
