//! The named fields of a paper. Answer sheets, marks, and exports for learning platforms use the same field names.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::formats::label;
use super::paper::{Paper, PaperItem, Piece};
use crate::lang::value::Number;
use crate::questions::entry::{Blank, ItemKind};
use crate::run::record::Did;
use crate::run::table::Cell;

/// A field of a paper that a student fills in.
#[derive(Debug, Clone)]
pub struct Field<'p> {
    /// The name, such as `1a.vpn` or `2.3`: unique on the paper, and the same in each version.
    pub name: String,
    /// Index of the field's question, counted from 0.
    pub question: usize,
    /// The part that contains the field, if any.
    pub(crate) part: Option<&'p str>,
    pub item: &'p PaperItem,
    /// Index of the field's item on the paper, counted from 0. The fields of an item are adjacent.
    pub(crate) of_item: usize,
    /// The row of the field's cell in its table, counted from 0, or 0 outside a table.
    pub(crate) row: usize,
    /// The kind of answer that the field expects.
    pub asked: Asked<'p>,
    /// The points. Each blank of an item has an equal share of the item's points.
    pub points: Number,
}

impl Field<'_> {
    /// Returns the name with the label that the paper prints instead of the fact: `1a.TLB index` for `1a.tlbi`.
    pub fn printed_name(&self) -> Option<String> {
        let Asked::Blank(blank) = self.asked else {
            return None;
        };
        let of = self.name.strip_suffix(&*blank.fact)?;
        (!blank.fact.is_empty()).then(|| format!("{of}{}", label(blank).trim_end_matches('?')))
    }

    /// Whether the field is marked by hand.
    pub fn by_hand(&self) -> bool {
        matches!(self.asked, Asked::Essay)
    }

    /// Whether the question, and not only its key, has a value as its answer, so that a dash is never correct. For other
    /// facts, the student must determine whether a value exists. Other cells of a column reveal nothing about one cell.
    pub(crate) fn always_has_value(&self) -> bool {
        let Asked::Blank(blank) = self.asked else {
            return false;
        };
        if let ItemKind::Author(table) = &self.item.kind {
            return table.column_of(blank).all(|cell| cell.number().is_some());
        }
        let of_run = matches!(*self.item.did, Did::Reference(_) | Did::Replay(_));
        let of_address = matches!(&*blank.fact, "" | "vpo" | "tlbi" | "tlbt");
        of_run || of_address || blank.fact.starts_with("vpn")
    }
}

/// The kind of answer that a field expects.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'p> {
    /// A blank for a fact of an operation, or for a value.
    Blank(&'p Blank),
    /// A cell of a table, with its index within its row, counted from 0.
    Cell {
        at: usize,
        column: &'p str,
        cell: &'p Cell,
    },
    /// Any answer that satisfies the item's condition.
    Any,
    /// One or more of the options.
    Choice,
    /// Free text.
    Essay,
}

/// Returns the fields of a paper, in order.
pub fn fields(paper: &Paper) -> Vec<Field<'_>> {
    let mut all = Fields::default();
    for (question, of) in paper.questions.iter().enumerate() {
        all.add_body(question, None, &(question + 1).to_string(), &of.body);
    }
    all.all
}

#[derive(Default)]
struct Fields<'p> {
    all: Vec<Field<'p>>,
    names: BTreeSet<String>,
    items: usize,
}

impl<'p> Fields<'p> {
    /// Adds the items of a question or part, and the parts of a question.
    fn add_body(
        &mut self,
        question: usize,
        part: Option<&'p str>,
        prefix: &str,
        body: &'p [Piece],
    ) {
        let is_item = |piece: &&Piece| matches!(piece, Piece::Item(_));
        let several =
            body.iter().filter(is_item).count() > 1 || (part.is_none() && body.iter().any(is_part));
        let (mut items, mut parts) = (0, 0);
        for piece in body {
            match piece {
                Piece::Item(item) => {
                    items += 1;
                    let own = if several {
                        format!("{prefix}.{items}")
                    } else {
                        prefix.to_owned()
                    };
                    self.item(question, part, &own, item);
                }
                Piece::Part { name, body, .. } => {
                    parts += 1;
                    let own = format!("{prefix}{}", part_name(name, parts));
                    self.add_body(question, Some(name), &own, body);
                }
                Piece::Text(_) | Piece::Space(_) | Piece::Given(_) | Piece::Figure(_) => {}
            }
        }
    }

    fn item(&mut self, question: usize, part: Option<&'p str>, own: &str, item: &'p PaperItem) {
        let alone = |asked| vec![(own.to_owned(), 0, asked)];
        let asked: Vec<(String, usize, Asked<'p>)> = match &item.kind {
            ItemKind::Facts { blanks, .. } => blanks
                .iter()
                .map(|blank| (format!("{own}.{}", blank.fact), 0, Asked::Blank(blank)))
                .collect(),
            ItemKind::Value { blank, .. } => alone(Asked::Blank(blank)),
            ItemKind::Author(table) => {
                let cell = |(row, at, blank, _): (usize, usize, &'p Blank, _)| {
                    (
                        format!("{own}.{}.{}", row + 1, at + 1),
                        row,
                        Asked::Blank(blank),
                    )
                };
                table.blanks().map(cell).collect()
            }
            ItemKind::Table { table, columns, .. } => {
                let names: Vec<&String> = table.groups.iter().flatten().collect();
                let mut cells = Vec::new();
                for (row, of) in table.rows.iter().enumerate() {
                    for (at, (cell, column)) in of.iter().zip(&names).enumerate() {
                        if columns.iter().any(|asked| **asked == ***column) {
                            cells.push((
                                format!("{own}.{}.{column}", row + 1),
                                row,
                                Asked::Cell { at, column, cell },
                            ));
                        }
                    }
                }
                cells
            }
            ItemKind::Any { .. } => alone(Asked::Any),
            ItemKind::Choice { .. } => alone(Asked::Choice),
            ItemKind::Essay { .. } => alone(Asked::Essay),
        };
        let each = Number::from(asked.len().max(1) as u64);
        // Dividing numeric points always yields a number.
        let points = item.points.divide(each).unwrap_or(item.points);
        for (name, row, asked) in asked {
            let name = self.unique(&name);
            self.all.push(Field {
                name,
                question,
                part,
                item,
                of_item: self.items,
                row,
                asked,
                points,
            });
        }
        self.items += 1;
    }

    /// Makes a name unique: the second field with the same name has the suffix `#2`.
    fn unique(&mut self, name: &str) -> String {
        let mut own = name.to_owned();
        let mut again = 1;
        while !self.names.insert(own.clone()) {
            again += 1;
            own = format!("{name}#{again}");
        }
        own
    }
}

fn is_part(piece: &Piece) -> bool {
    matches!(piece, Piece::Part { .. })
}

/// Returns a part's name if it is a word, otherwise its number as a letter.
fn part_name(name: &str, number: usize) -> String {
    if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic()) {
        return name.to_ascii_lowercase();
    }
    format!("p{number}")
}

/// Returns a field's name with only letters, digits, and `_`, and without a leading digit, for
/// `PrairieLearn`'s `answers-name` and QTI identifiers. `1a.vpn` becomes `q1a_vpn`. Distinct names stay
/// distinct.
pub fn slot(name: &str) -> String {
    let mut slot = String::from("q");
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => slot.push(c),
            '.' => slot.push('_'),
            // No name has two consecutive dots, so a double underscore always marks an encoded character.
            other => drop(write!(slot, "__{:X}_", u32::from(other))),
        }
    }
    slot
}

/// Returns a column's name in the form that all its spellings share: `1b_1_vpn` for `1b.1.vpn`, `1B 1 vpn`, and
/// `q1b_1_vpn`. Separators count, because `11` is not `1.1`.
pub fn alike(name: &str) -> String {
    let name = name.to_lowercase();
    let parts = name.split(|c: char| c.is_whitespace() || ".-_".contains(c));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let joined = parts.join("_");
    match joined.strip_prefix('q') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        _ => joined,
    }
}

#[cfg(test)]
mod tests;
