//! Items of a paper.

use std::sync::Arc;

use num_rational::Ratio;

use super::hints::{column_head, mark_hex, worksheet_heads};
use super::medium::Medium;
use crate::exam::field::fields;
use crate::exam::formats::label::{called, filled, how, roomy, width};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::page::{bare, printed, yes_or_no};
use crate::exam::formats::prompt::{prompt_with, several_cores, tabled};
use crate::exam::formats::style::Edition;
use crate::exam::formats::tree::{Blank, Block, Cell, Choice, Table, WorksheetRow};
use crate::exam::paper::{Paper, PaperItem};
use crate::lang::value::{Number, Value};
use crate::questions::entry::{
    Alternative, Answers, AuthorCell, AuthorTable, Blank as Asked, Column, Form, ItemKind, Radix,
    Rubric,
};
use crate::run::record::{Did, StartRow};
use crate::run::table::{self, Rows, TableId};

/// Maximum number of answers that a key lists.
const LISTED: usize = 16;
/// Width, in characters, of a box for which any of several answers is correct.
const ANY: u32 = 32;
/// Minimum width of a worksheet's boxes, in characters.
const WORKSHEET: u32 = 12;
/// Height of a ruled line, and maximum height of the space for free text, in millimeters.
const SPACE: (u32, u32) = (8, 2000);
/// Minimum and maximum number of lines if the script does not set the space. The default is one line per point.
const LINES: (u32, u32) = (3, 20);

/// Returns `8 points`.
pub(crate) fn points(points: Number, labels: &Labels) -> String {
    let one = points.as_integer() == Some(1);
    format!(
        "{} {}",
        mixed(points),
        labels.localize(if one { "point" } else { "points" })
    )
}

/// Returns `1 2/3` for 5/3. A number with at most two decimals is printed as a decimal.
pub(crate) fn mixed(number: Number) -> String {
    let Some(ratio) = number.as_ratio() else {
        return number.to_string();
    };
    if (ratio * Ratio::from(100)).is_integer() {
        return number.to_string();
    }
    let (whole, rest) = (ratio.trunc(), ratio.fract());
    if whole == Ratio::from(0) {
        rest.to_string()
    } else {
        format!("{whole} {rest}")
    }
}

/// A column of the initial pages: its head, and its value in a row.
type StartColumn = (&'static str, fn(&StartRow) -> Option<u64>);

/// Converts the items of a paper to blocks in order, each with the names of its fields.
pub(crate) struct Items<'p> {
    pub(super) edition: Edition,
    pub(super) labels: &'p Labels,
    pub(super) medium: Medium,
    /// Whether prompts name the core.
    pub(super) cores: bool,
    /// The names of each item's fields, in reverse order.
    pub(super) names: Vec<Vec<String>>,
    /// Number of items after a table that does not fit, for which no table is tried.
    pub(super) untried: usize,
}

impl<'p> Items<'p> {
    /// Prepares the items of a paper with the names of their fields.
    pub(crate) fn from_paper(
        paper: &Paper,
        edition: Edition,
        labels: &'p Labels,
        medium: Medium,
    ) -> Self {
        let mut names: Vec<Vec<String>> = Vec::new();
        for field in fields(paper) {
            names.resize(names.len().max(field.of_item + 1), Vec::new());
            names[field.of_item].push(field.name);
        }
        names.reverse();
        Self {
            edition,
            labels,
            medium,
            cores: several_cores(paper),
            names,
            untried: 0,
        }
    }

    /// Returns the tables above an item: the initial pages of a reference string.
    pub fn above(&self, item: &PaperItem) -> Vec<Block> {
        let Some(run) = tabled(item) else {
            return Vec::new();
        };
        let number =
            |n: Option<u64>| n.map_or(Cell::Word(String::new()), |n| Cell::Number(n.to_string()));
        let columns: [StartColumn; 4] = [
            ("Time of loading", |row| row.loaded),
            ("Time of last use", |row| row.used),
            ("R", |row| row.referenced.map(u64::from)),
            ("M", |row| row.modified.map(u64::from)),
        ];
        let kept = || {
            columns
                .iter()
                .filter(|(_, of)| run.start.iter().any(|row| of(row).is_some()))
        };
        let heads = std::iter::once("Page").chain(kept().map(|(head, _)| *head));
        let cells = |row: &StartRow| {
            let page = Cell::Number(row.page.to_string());
            std::iter::once(page)
                .chain(kept().map(|(_, of)| number(of(row))))
                .collect()
        };
        let table = Table {
            title: self.labels.localize("Pages at the start").to_owned(),
            groups: vec![
                heads
                    .map(|head| self.labels.localize(head).to_owned())
                    .collect(),
            ],
            rows: run.start.iter().map(cells).collect(),
            ..Table::default()
        };
        self.medium.given(table)
    }

    /// Returns the next item. Shows the item's points, unless the item has all the points of its container.
    pub fn next(&mut self, item: &PaperItem, said: bool) -> Block {
        let names = self.names.pop().unwrap_or_default();
        let first = || names.first().cloned().unwrap_or_default();
        let points = if said {
            points(item.points, self.labels)
        } else {
            String::new()
        };
        let bare = bare(item);
        match &item.kind {
            ItemKind::Facts { blanks, .. } => {
                let mut rows = self.rows(blanks, bare, &names);
                // The label for a working set must not mention frames.
                if matches!(&*item.did, Did::Reference(run) if run.is_working_set()) {
                    for (row, _) in rows
                        .iter_mut()
                        .zip(blanks)
                        .filter(|(_, blank)| *blank.fact == *"resident")
                    {
                        self.labels
                            .localize(
                                "Pages in the working set after the last reference, in any order",
                            )
                            .clone_into(&mut row.label);
                    }
                }
                let heads = match self.medium {
                    // Learning platforms show each blank separately.
                    Medium::Screen => <[String; 2]>::default(),
                    _ => worksheet_heads(&mut rows, self.labels),
                };
                Block::Worksheet {
                    prompt: prompt_with(item, self.labels, self.cores, true),
                    points,
                    heads,
                    rows,
                }
            }
            ItemKind::Value { label, blank, .. } => {
                let how = self.how(blank, bare);
                let how = if blank.round.is_some() {
                    how
                } else {
                    self.how_alone(blank.form, how)
                };
                Block::Value {
                    label: label.clone(),
                    points,
                    how,
                    blank: self.blank(blank, bare, first()),
                }
            }
            ItemKind::Table { table, columns, .. } => {
                let mut how = prompt_with(item, self.labels, self.cores, true);
                if self.medium != Medium::Screen && spare_rows(table) > 0 {
                    how = format!("{how} {}", self.labels.localize("Write - in unused rows."));
                }
                if let Some(marks) = item.printed.marks.filter(|_| self.medium != Medium::Screen) {
                    how = format!("{how} {}", self.labels.localize(marks.sentence()));
                }
                Block::Fill {
                    how,
                    points,
                    tables: self.tables(table, columns, names),
                }
            }
            ItemKind::Author(table) => {
                let how = prompt_with(item, self.labels, self.cores, true);
                Block::Fill {
                    how,
                    points,
                    tables: self.medium.tables(self.author_table(table, names)),
                }
            }
            ItemKind::Any { answers, radix, .. } => {
                let form = Form::Number {
                    radix: *radix,
                    digits: None,
                };
                let mut how = self.how_alone(form, self.labels.localize(radix.name()).to_owned());
                let content = self
                    .edition
                    .filled()
                    .then(|| any_of(answers, *radix, self.labels));
                // The lines of the key must match those of the paper, so only the solutions have room for a
                // list.
                if let (Edition::Solutions, Some((_, list))) = (self.edition, &content) {
                    let separator = if how.is_empty() || list.is_empty() {
                        ""
                    } else {
                        "; "
                    };
                    how = format!("{how}{separator}{list}");
                }
                let content = content.map(|(content, _)| content);
                let blank = Blank {
                    field: first(),
                    width: ANY,
                    content,
                    ..Blank::default()
                };
                Block::Value {
                    label: prompt_with(item, self.labels, self.cores, true)
                        .trim_end_matches('.')
                        .to_owned(),
                    points,
                    how,
                    blank,
                }
            }
            ItemKind::Choice {
                text,
                options,
                several,
            } => self.choice(text, options, *several, points, first()),
            ItemKind::Essay {
                text,
                space,
                rubric,
            } => self.essay(text, height(*space, item.points), rubric, points, first()),
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
        let room = rows
            .iter()
            .map(|row| row.blank.room())
            .max()
            .unwrap_or(0)
            .max(WORKSHEET);
        for row in &mut rows {
            row.blank.width += room - row.blank.room();
        }
        rows
    }

    pub(super) fn how(&self, blank: &Asked, bare: bool) -> String {
        let how = how(blank, bare);
        let words = how.split(' ').map(|word| match word.strip_suffix(',') {
            Some(word) => format!("{},", self.labels.localize(word)),
            None => self.labels.localize(word).to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// Returns the notation of a single answer. A decimal number on a printed paper has no notation, because
    /// the instructions already say that numbers are decimal. Without a notation, a label does not reveal
    /// whether the answer is a number or a word.
    fn how_alone(&self, form: Form, how: String) -> String {
        let decimal = matches!(
            form,
            Form::Number {
                radix: Radix::Decimal,
                ..
            }
        );
        if decimal && self.medium != Medium::Screen {
            String::new()
        } else {
            how
        }
    }

    pub(super) fn blank(&self, asked: &Asked, bare: bool, field: String) -> Blank {
        let (prefix, digits) = match asked.form {
            Form::Number {
                radix: Radix::Hex,
                digits,
            } => ("0x", digits),
            Form::Number {
                radix: Radix::Binary,
                digits,
            } => ("0b", digits),
            _ => ("", None),
        };
        let content = self
            .edition
            .filled()
            .then(|| self.labels.localize(&filled(asked, bare)).to_owned());
        let unit = asked.unit.as_ref().map(ToString::to_string);
        Blank {
            field,
            prefix: prefix.to_owned(),
            width: width(asked, bare),
            digits,
            content,
            unit,
        }
    }

    /// Returns a table to fill in, with its key columns and the columns to answer.
    fn tables(&self, of: &Rows, columns: &[Arc<str>], names: Vec<String>) -> Vec<Table> {
        let heads: Vec<&String> = of.groups.iter().flatten().collect();
        let asked: Vec<bool> = heads
            .iter()
            .map(|head| columns.iter().any(|column| **column == ***head))
            .collect();
        // The names and the number of the areas would reveal how the areas change.
        let spare = if self.medium == Medium::Screen {
            0
        } else {
            spare_rows(of)
        };
        let printed = printed(of, columns);
        let kept = |at: usize| printed[at] && (spare == 0 || asked[at]);
        let rooms: Vec<u32> = (0..heads.len()).map(|at| column_room(of, at)).collect();
        let mut names = names.into_iter();
        let shown = |at: usize, cell: &table::Cell| {
            yes_or_no(of.id, heads[at], cell).map_or_else(
                || cell.to_string(),
                |word| self.labels.localize(word).to_owned(),
            )
        };
        let rows = of.rows.iter().map(|row| {
            let cells = row
                .iter()
                .enumerate()
                .take(heads.len())
                .filter(|(at, _)| kept(*at));
            let cells = cells.map(|(at, cell)| match asked[at] {
                true => {
                    let content = self.edition.filled().then(|| shown(at, cell));
                    Cell::Blank(Blank {
                        field: names.next().unwrap_or_default(),
                        width: rooms[at],
                        content,
                        ..Blank::default()
                    })
                }
                false if matches!(cell, table::Cell::Text(_)) => Cell::Word(cell.to_string()),
                false => Cell::Number(shown(at, cell)),
            });
            cells.collect()
        });
        let empty = |at: usize| {
            let content = self.edition.filled().then(|| "-".to_owned());
            Cell::Blank(Blank {
                width: rooms[at],
                content,
                ..Blank::default()
            })
        };
        let empty_row = || (0..heads.len()).filter(|at| kept(*at)).map(empty).collect();
        let rows = rows.chain((0..spare).map(|_| empty_row())).collect();
        let mut at = 0..;
        let groups = of.groups.iter().map(|group| {
            let own = group.iter().zip(&mut at).filter(|(_, at)| kept(*at));
            own.map(|(name, _)| column_head(of.id, name, self.labels))
                .collect::<Vec<String>>()
        });
        let groups = groups.filter(|group| !group.is_empty()).collect();
        let mut tables = self.medium.tables(Table {
            title: self.labels.title(of),
            groups,
            rows,
            ..Table::default()
        });
        let is_hex = |at: usize| {
            of.rows
                .iter()
                .any(|row| matches!(row.get(at), Some(table::Cell::Hex(..))))
        };
        let blank = (0..heads.len()).filter(|at| asked[*at]);
        let (hex, other): (Vec<usize>, Vec<usize>) = blank.partition(|at| is_hex(*at));
        let hex = hex
            .into_iter()
            .map(|at| self.labels.table(heads[at]))
            .collect();
        let once = self.medium != Medium::Screen;
        for table in &mut tables {
            mark_hex(table, &hex, other.is_empty(), once, self.labels);
        }
        tables
    }

    /// Returns a table that the author wrote. The boxes of a column have the same width.
    fn author_table(&self, of: &AuthorTable, names: Vec<String>) -> Table {
        let mut rooms = vec![0; of.columns.len()];
        for (_, at, blank, _) in of.blanks() {
            rooms[at] = rooms[at].max(width(blank, true));
        }
        let mut names = names.into_iter();
        let rows = of.rows.iter().map(|row| {
            let cells = row.iter().zip(&rooms).map(|(cell, room)| match cell {
                AuthorCell::Given(text, true) => Cell::Number(text.clone()),
                AuthorCell::Given(text, false) => Cell::Word(text.clone()),
                AuthorCell::Blank(blank, _) => {
                    let blank = self.blank(blank, true, names.next().unwrap_or_default());
                    Cell::Blank(Blank {
                        width: *room,
                        ..blank
                    })
                }
            });
            cells.collect()
        });
        let rows = rows.collect();
        let head = |(at, column): (usize, &Column)| {
            let truth = of
                .blanks()
                .find(|(_, own, blank, _)| *own == at && is_word(blank));
            let how = match (truth, column.radix) {
                (Some((_, _, blank, _)), _) => self.how(blank, true),
                (None, Radix::Decimal) => String::new(),
                (None, radix) => self.labels.localize(radix.name()).to_owned(),
            };
            let title = if of.order.is_some() {
                self.labels.localize(&column.title)
            } else {
                &column.title
            };
            if how.is_empty() {
                title.to_owned()
            } else {
                format!("{title} ({how})")
            }
        };
        Table {
            title: of.title.clone(),
            groups: vec![of.columns.iter().enumerate().map(head).collect()],
            rows,
            ..Table::default()
        }
    }

    fn choice(
        &self,
        text: &str,
        options: &[Alternative],
        several: bool,
        points: String,
        field: String,
    ) -> Block {
        let how = self
            .labels
            .localize(if several {
                "Tick all that are correct."
            } else {
                "Tick one."
            })
            .to_owned();
        let option = |option: &Alternative| Choice {
            text: option.text.clone(),
            ticked: option.correct && self.edition.filled(),
        };
        let sentence = text.ends_with(|c: char| !c.is_alphanumeric() && c != ')');
        Block::Choice {
            text: if sentence {
                text.to_owned()
            } else {
                format!("{text}.")
            },
            how,
            points,
            field,
            options: options.iter().map(option).collect(),
        }
    }

    fn essay(
        &self,
        text: &str,
        space: u32,
        rubric: &[Rubric],
        worth: String,
        field: String,
    ) -> Block {
        let row = |row: &Rubric| {
            (
                row.text.clone(),
                row.points.map(|worth| points(worth, self.labels)),
            )
        };
        let rubric = if self.edition.filled() {
            rubric.iter().map(row).collect()
        } else {
            Vec::new()
        };
        Block::Essay {
            text: text.to_owned(),
            points: worth,
            field,
            space,
            rubric,
        }
    }
}

/// The number of rows in a table of areas is a multiple of this number.
const AREAS: usize = 4;

/// Returns the number of empty rows that a table of areas gets, so that the number of its rows is not the answer.
fn spare_rows(of: &Rows) -> usize {
    let rows = of.rows.len();
    if of.id == TableId::Maps {
        (rows + 1).next_multiple_of(AREAS) - rows
    } else {
        0
    }
}

/// Whether the answer for a blank is one of a few words.
fn is_word(blank: &Asked) -> bool {
    matches!(blank.form, Form::Words(_))
}

/// Returns the height of the space for free text in millimeters: the author's, or one that depends on the points.
fn height(authored: Option<Number>, points: Number) -> u32 {
    let whole = |number: Number| number.to_f64().ceil() as u32;
    authored.map_or_else(
        || SPACE.0 * whole(points).clamp(LINES.0, LINES.1),
        |space| whole(space).clamp(SPACE.0, SPACE.1),
    )
}

/// Returns the contents of a box for which any of several answers is correct. If the list of answers does not
/// fit in the box, also returns the list.
fn any_of(answers: &Answers, radix: Radix, labels: &Labels) -> (String, String) {
    let shown: Vec<String> = answers
        .first
        .iter()
        .take(LISTED)
        .map(|value: &Value| radix.write(value, None))
        .collect();
    let all = answers.all && answers.first.len() <= LISTED;
    if let ([only], true) = (shown.as_slice(), all) {
        return (only.clone(), String::new());
    }
    let first = |n: usize| {
        format!(
            "{}{}",
            shown[..n].join(", "),
            if all && n == shown.len() { "" } else { ", …" }
        )
    };
    let boxed = |n: usize| format!("{} {}", labels.localize("any of"), first(n));
    let fits = |n: &usize| boxed(*n).chars().count() <= ANY as usize;
    let most = (1..=shown.len()).rev().find(fits).unwrap_or(1);
    let list = if most < shown.len() {
        first(shown.len())
    } else {
        String::new()
    };
    (boxed(most), list)
}

/// Returns the width of a column's boxes: the fixed number of digits, or else the approximate width of the longest
/// cell. The width of a box therefore reveals no answer.
fn column_room(of: &Rows, at: usize) -> u32 {
    let cells = of
        .rows
        .iter()
        .filter_map(|row| row.get(at))
        .map(|cell| match cell {
            table::Cell::Hex(_, digits) => *digits,
            other => other.to_string().chars().count() as u32,
        });
    roomy(cells.max().unwrap_or(1))
}
