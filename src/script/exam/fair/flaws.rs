//! Flaws of a question that one version shows: prompts that occur twice although their keys differ, and fill-in tables
//! that the paper also prints with their contents.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::leaks::{LONG, value_of};
use super::printed::tokens;
use crate::exam::formats::figure_texts;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::plan::figure;
use crate::exam::formats::prompt::prompt;
use crate::exam::formats::tree::Block;
use crate::exam::paper::{PaperItem, Piece};
use crate::questions::entry::{Figure, ItemKind};
use crate::run::record::{Did, FigureData, SharedFrame, View};
use crate::run::table::{Cell, Rows, TableId};

/// Collects prompts that are printed twice for items with different keys, unless text between the items or
/// different preceding items distinguish them. Executed accesses, replays, and system calls are exempt, because their
/// order distinguishes them.
pub(super) fn ambiguous(body: &[Piece], found: &mut Vec<String>) {
    let mut before: Vec<(&PaperItem, String)> = Vec::new();
    for piece in body {
        match piece {
            Piece::Item(item) => {
                let own = prompt(item, &Labels::default(), true);
                // A label such as “Does it fit?” may refer to the item above it.
                let above = before.last().map(|(_, prompt)| prompt.clone());
                let same = |at: usize| {
                    let (other, prompt) = &before[at];
                    let context = at.checked_sub(1).map(|above| &before[above].1);
                    let alike = matches!(item.kind, ItemKind::Facts { .. })
                        || above.as_ref() == Some(prompt)
                        || context == above.as_ref();
                    *prompt == own && alike && differ(other, item)
                };
                if !in_sequence(item) && (0..before.len()).any(same) {
                    found.push(own.clone());
                }
                before.push((item, own));
            }
            Piece::Part { body, .. } => {
                ambiguous(body, found);
                before.clear();
            }
            _ => before.clear(),
        }
    }
}

/// A table to fill in, with the columns that students fill in.
type Asks<'p> = (&'p Rows, &'p [Arc<str>]);

/// Collects the titles of fill-in tables whose cells a table or a figure of the paper contains. Adds the views that the
/// paper prints to `given`, and the fill-in tables of the question to `asked`.
pub(super) fn printed_keys<'p>(
    body: &'p [Piece],
    given: &mut Vec<&'p View>,
    asked: &mut Vec<Asks<'p>>,
    found: &mut Vec<String>,
) {
    for piece in body {
        match piece {
            Piece::Given(views) | Piece::Figure(Figure::Views(views)) => {
                let printed = |(table, columns): &&Asks| {
                    views.iter().any(|view| prints(view, table, columns))
                };
                found.extend(
                    asked
                        .iter()
                        .filter(printed)
                        .map(|(table, _)| table.title.clone()),
                );
                given.extend(views);
            }
            Piece::Part { body, .. } => printed_keys(body, given, asked, found),
            // The operation may change the state that a table above it shows or asks for.
            Piece::Item(item) if in_sequence(item) => {
                given.clear();
                asked.clear();
            }
            Piece::Item(item) => {
                if let ItemKind::Table { table, columns, .. } = &item.kind {
                    if given.iter().any(|view| prints(view, table, columns)) {
                        found.push(table.title.clone());
                    }
                    asked.push((table, columns));
                }
            }
            _ => {}
        }
    }
}

/// Whether a paper that prints `view` prints these columns of a table.
fn prints(view: &View, table: &Rows, columns: &[Arc<str>]) -> bool {
    match view {
        View::Table(printed) | View::Maps { table: printed, .. } => {
            contains(printed, table, columns)
        }
        View::Tree(tree) => {
            let owner = table.title.strip_suffix("page_table");
            let ppns = tree.root.ppns();
            let prints = |cell: &Cell| match cell {
                Cell::Hex(ppn, _) => ppns.contains(ppn),
                _ => true,
            };
            owner.is_some_and(|owner| owner.trim_end_matches('.') == tree.of)
                && columns.iter().any(|name| **name == *"ppn")
                && table.cells("ppn").all(prints)
        }
        View::Figure(data) if prints_counts(data, table, columns) => true,
        View::Layout(_) | View::Figure(_) => {
            let drawn = figure(view, matches!(view, View::Layout(_))).unwrap_or_default();
            let texts: Vec<String> = drawn
                .iter()
                .flat_map(|block| match block {
                    Block::Figure(figure) => figure_texts(figure),
                    _ => Vec::new(),
                })
                .collect();
            let printed = texts.iter().flat_map(|text| tokens(text));
            let printed: BTreeSet<u128> = printed.filter_map(value_of).collect();
            let cells = columns.iter().flat_map(|column| table.cells(column));
            let keys = cells.filter_map(|cell| match cell {
                Cell::Hex(number, _) => Some(u128::from(*number)),
                _ => None,
            });
            let keys: Vec<u128> = keys.collect();
            keys.iter().any(|key| *key >= LONG) && keys.iter().all(|key| printed.contains(key))
        }
        _ => false,
    }
}

/// Whether a figure prints the number of entries that map each frame, and the table asks for nothing else.
fn prints_counts(data: &FigureData, table: &Rows, columns: &[Arc<str>]) -> bool {
    let FigureData::Frames(of) = data else {
        return false;
    };
    let is_printed = |(frame, refs): (&Cell, &Cell)| {
        let is_same = |printed: &SharedFrame| {
            frame.number() == Some(printed.frame) && refs.number() == Some(printed.refs.into())
        };
        of.frames.iter().any(is_same)
    };
    table.id == TableId::Frames
        && columns.iter().all(|column| **column == *"refs")
        && table
            .cells("frame")
            .zip(table.cells("refs"))
            .all(is_printed)
}

/// Whether a printed table contains these columns of a table with the same title.
fn contains(printed: &Rows, table: &Rows, columns: &[Arc<str>]) -> bool {
    let column = |of: &Rows, name: &str| {
        let cells = of.cells(name).map(ToString::to_string);
        cells.collect::<Vec<_>>()
    };
    (printed.id, &printed.title) == (table.id, &table.title)
        && columns
            .iter()
            .all(|name| column(printed, name) == column(table, name))
}

fn in_sequence(item: &PaperItem) -> bool {
    match &*item.did {
        did @ (Did::Access(_)
        | Did::Replay(_)
        | Did::Call(_)
        | Did::Bound { call: Some(_), .. }) => !did.is_probe(),
        Did::Program(run) => run.in_process().is_some_and(|run| !run.probe),
        _ => false,
    }
}

/// Whether two items ask for the same facts or values and have different keys.
fn differ(one: &PaperItem, other: &PaperItem) -> bool {
    match (&one.kind, &other.kind) {
        (ItemKind::Facts { blanks: a, .. }, ItemKind::Facts { blanks: b, .. }) => {
            a.iter().any(|a| {
                b.iter()
                    .any(|b| a.fact == b.fact && a.answer() != b.answer())
            })
        }
        (ItemKind::Value { blank: a, .. }, ItemKind::Value { blank: b, .. }) => {
            a.answer() != b.answer()
        }
        _ => false,
    }
}
