//! Items of a paper.

use std::sync::Arc;

use crate::exam::field::fields;
use crate::exam::formats::edition::Edition;
use crate::exam::formats::label::{called, filled, how, roomy, width};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::page::{bare, operation, printed};
use crate::exam::formats::tree::{Blank, Block, Cell, Choice, Table, WorksheetRow};
use crate::exam::paper::{Paper, PaperItem};
use crate::lang::value::{Number, Value};
use crate::questions::entry::{Alternative, Answers, Blank as Asked, Form, ItemKind, Radix, Rubric};
use crate::run::record::{CellView, TableView};

/// Maximum number of answers that a key lists.
const LISTED: usize = 4;
/// Minimum width of a worksheet's boxes, in characters.
const WORKSHEET: u32 = 12;
/// Default and maximum room for free text, in millimeters.
const SPACE: (u32, u32) = (40, 2000);

/// Returns `8 points`.
pub(crate) fn points(points: Number, labels: &Labels) -> String {
    let one = points.as_integer() == Some(1);
    format!("{points} {}", labels.localize(if one { "point" } else { "points" }))
}

/// Converts the items of a paper to blocks in order, each with the names of its fields.
pub(crate) struct Items<'p> {
    edition: Edition,
    labels: &'p Labels,
    /// Maximum width of a table in characters.
    room: u32,
    /// The names of each item's fields, in reverse order.
    names: Vec<Vec<String>>,
}

impl<'p> Items<'p> {
    /// Names the fields of a paper's items. `room` is the maximum width of tables in characters.
    pub(crate) fn from_paper(paper: &Paper, edition: Edition, labels: &'p Labels, room: u32) -> Self {
        let mut names: Vec<Vec<String>> = Vec::new();
        for field in fields(paper) {
            names.resize(names.len().max(field.of_item + 1), Vec::new());
            names[field.of_item].push(field.name);
        }
        names.reverse();
        Self { edition, labels, room, names }
    }

    /// Returns the next item. It shows its points unless they are all the points of its container.
    pub fn next(&mut self, item: &PaperItem, said: bool) -> Block {
        let names = self.names.pop().unwrap_or_default();
        let first = || names.first().cloned().unwrap_or_default();
        let points = if said { points(item.points, self.labels) } else { String::new() };
        let bare = bare(item);
        match &item.kind {
            ItemKind::Facts { blanks, .. } => {
                Block::Worksheet { operation: operation(item), points, rows: self.rows(blanks, bare, &names) }
            }
            ItemKind::Value { label, blank, .. } => {
                let (how, blank) = (self.how(blank, bare), self.blank(blank, bare, first()));
                Block::Value { label: label.clone(), written: String::new(), points, how, blank }
            }
            ItemKind::Table { table, columns } => {
                let how = self.labels.localize("Fill in the table.").to_owned();
                Block::Fill { how, points, table: self.table(table, columns, names) }
            }
            ItemKind::Any { among, answers, radix, .. } => {
                let content = self.edition.filled().then(|| any_of(answers, *radix, self.labels));
                let blank = Blank { field: first(), width: 32, content, ..Blank::default() };
                let (label, how) =
                    (self.labels.localize("Any").to_owned(), self.labels.localize(radix.name()).to_owned());
                Block::Value { label, written: among.clone(), points, how, blank }
            }
            ItemKind::Choice { text, options } => self.choice(text, options, points, first()),
            ItemKind::Essay { text, space, rubric } => self.essay(text, *space, rubric, points, first()),
        }
    }

    /// Returns the lines of a worksheet, with boxes of the same width.
    fn rows(&self, blanks: &[Asked], bare: bool, names: &[String]) -> Vec<WorksheetRow> {
        let rows = blanks.iter().enumerate().map(|(at, blank)| WorksheetRow {
            label: called(blank, self.labels),
            how: self.how(blank, bare),
            blank: self.blank(blank, bare, names.get(at).cloned().unwrap_or_default()),
        });
        let mut rows: Vec<WorksheetRow> = rows.collect();
        let room = rows.iter().map(|row| row.blank.room()).max().unwrap_or(0).max(WORKSHEET);
        for row in &mut rows {
            row.blank.width += room - row.blank.room();
        }
        rows
    }

    fn how(&self, blank: &Asked, bare: bool) -> String {
        let how = how(blank, bare);
        let words = how.split(' ').map(|word| match word.strip_suffix(',') {
            Some(word) => format!("{},", self.labels.localize(word)),
            None => self.labels.localize(word).to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    fn blank(&self, asked: &Asked, bare: bool, field: String) -> Blank {
        let (prefix, digits) = match asked.form {
            Form::Number { radix: Radix::Hex, digits } => ("0x", digits),
            Form::Number { radix: Radix::Binary, digits } => ("0b", digits),
            _ => ("", None),
        };
        let content = self.edition.filled().then(|| self.labels.localize(&filled(asked, bare)).to_owned());
        let unit = asked.unit.as_ref().map(ToString::to_string);
        Blank { field, prefix: prefix.to_owned(), width: width(asked, bare), digits, content, unit }
    }

    /// Returns a table to fill in, with its key columns and the columns to answer.
    fn table(&self, of: &TableView, columns: &[Arc<str>], names: Vec<String>) -> Table {
        let heads: Vec<&String> = of.groups.iter().flatten().collect();
        let asked: Vec<bool> =
            heads.iter().map(|head| columns.iter().any(|column| **column == ***head)).collect();
        let printed = printed(of, columns);
        let kept = |at: usize| printed[at];
        let rooms: Vec<u32> = (0..heads.len()).map(|at| column_room(of, at)).collect();
        let mut names = names.into_iter();
        let rows = of.rows.iter().map(|row| {
            let cells = row.iter().enumerate().take(heads.len()).filter(|(at, _)| kept(*at));
            let cells = cells.map(|(at, cell)| match asked[at] {
                true => {
                    let content = self.edition.filled().then(|| cell.to_string());
                    Cell::Blank(Blank {
                        field: names.next().unwrap_or_default(),
                        width: rooms[at],
                        content,
                        ..Blank::default()
                    })
                }
                false if matches!(cell, CellView::Text(_)) => Cell::Word(cell.to_string()),
                false => Cell::Number(cell.to_string()),
            });
            cells.collect()
        });
        let rows = rows.collect();
        let mut at = 0..;
        let groups = of.groups.iter().map(|group| {
            let own = group.iter().zip(&mut at).filter(|(_, at)| kept(*at));
            own.map(|(name, at)| self.head(of, name, at, asked[at])).collect::<Vec<String>>()
        });
        let groups = groups.filter(|group| !group.is_empty()).collect();
        Table { title: self.labels.table(&of.title).to_owned(), groups, rows }.folded(self.room)
    }

    /// Returns the header of a column, with the notation of its numbers.
    fn head(&self, of: &TableView, name: &str, at: usize, asked: bool) -> String {
        let hex = of.rows.iter().any(|row| matches!(row.get(at), Some(CellView::Hex(..))));
        let label = self.labels.table(name);
        if asked && hex { format!("{label} ({})", self.labels.localize("hex")) } else { label.to_owned() }
    }

    fn choice(&self, text: &str, options: &[Alternative], points: String, field: String) -> Block {
        let several = options.iter().filter(|option| option.correct).count() > 1;
        let how =
            self.labels.localize(if several { "Tick all that are correct." } else { "Tick one." }).to_owned();
        let option = |option: &Alternative| Choice {
            text: option.text.clone(),
            ticked: option.correct && self.edition.filled(),
        };
        Block::Choice {
            text: text.to_owned(),
            how,
            points,
            field,
            options: options.iter().map(option).collect(),
        }
    }

    fn essay(
        &self,
        text: &str,
        space: Option<Number>,
        rubric: &[Rubric],
        worth: String,
        field: String,
    ) -> Block {
        let space = space.map_or(SPACE.0, |space| (space.to_f64().ceil() as u32).clamp(8, SPACE.1));
        let row = |row: &Rubric| (row.text.clone(), row.points.map(|worth| points(worth, self.labels)));
        let rubric = if self.edition.filled() { rubric.iter().map(row).collect() } else { Vec::new() };
        Block::Essay { text: text.to_owned(), points: worth, field, space, rubric }
    }
}

/// Returns some of the correct answers.
fn any_of(answers: &Answers, radix: Radix, labels: &Labels) -> String {
    let shown: Vec<String> =
        answers.first.iter().take(LISTED).map(|value: &Value| radix.write(value, None)).collect();
    let more = if answers.all && answers.first.len() <= LISTED { "" } else { ", …" };
    format!("{} {}{more}", labels.localize("any of"), shown.join(", "))
}

/// Returns the width of a column's boxes: the fixed number of digits, or roughly that of its longest cell, so
/// that it reveals nothing.
fn column_room(of: &TableView, at: usize) -> u32 {
    let cells = of.rows.iter().filter_map(|row| row.get(at)).map(|cell| match cell {
        CellView::Hex(_, digits) => *digits,
        other => other.to_string().chars().count() as u32,
    });
    roomy(cells.max().unwrap_or(1))
}
