//! Questions without their keys, as a session prints them.

use super::assumptions::assumptions;
use super::label::{how, label};
use super::labels::Labels;
use super::page::{asked_table, bare};
use super::prompt::prompt;
use super::prose;
use super::solution::solution;
use super::style::Edition;
use crate::exam::field::{Asked, Field};
use crate::exam::paper::{PaperItem, Piece, Question};
use crate::exam::topics::Topics;
use crate::lang::value::Number;
use crate::questions::entry::{AuthorCell, AuthorTable, Figure, Form, ItemKind};
use crate::questions::marked_by::MarkedBy;
use crate::report::doc::{Block, Cell, Table};
use crate::report::narrate::view;

/// Returns the title of a question with its assumptions.
pub(crate) fn title(question: &Question) -> Vec<Block> {
    let heading = format!("{} ({})", question.title, points(question.points));
    let mut blocks = vec![Block::Statement {
        text: heading,
        place: String::new(),
    }];
    blocks.extend(assumptions(question).into_iter().map(Block::line));
    blocks
}

/// Returns the contents of a question up to an item, in order. Each element except the last ends with an
/// item.
pub(crate) fn sections(question: &Question, cores: bool) -> Vec<Vec<Block>> {
    let mut sections = vec![Vec::new()];
    add(&question.body, cores, &mut sections);
    sections
}

fn add(body: &[Piece], cores: bool, sections: &mut Vec<Vec<Block>>) {
    for piece in body {
        let Some(last) = sections.last_mut() else {
            return;
        };
        match piece {
            Piece::Text(text) => last.extend(prose::blocks(text)),
            Piece::Space(_) => {}
            Piece::Given(views) => last.extend(views.iter().flat_map(view::blocks)),
            Piece::Figure(Figure::Views(views)) => {
                last.extend(views.iter().flat_map(view::unanswered));
            }
            Piece::Figure(Figure::Bits { title, bits, .. }) => {
                last.push(Block::line(format!("{title} ({bits} bits)")));
            }
            Piece::Item(item) => {
                last.extend(of_item(item, cores));
                sections.push(Vec::new());
            }
            Piece::Part {
                name,
                points: worth,
                body,
            } => {
                last.push(Block::line(format!("Part {name} ({})", points(*worth))));
                add(body, cores, sections);
            }
        }
    }
}

fn of_item(item: &PaperItem, cores: bool) -> Vec<Block> {
    let prompt = || Block::line(prompt(item, &Labels::default(), cores));
    match &item.kind {
        ItemKind::Facts { .. } | ItemKind::Any { .. } => vec![prompt()],
        ItemKind::Value { label, .. } => prose::blocks(label),
        ItemKind::Table { table, columns, .. } => {
            let marks = item.printed.marks.map(MarkedBy::sentence);
            let table = Block::Table(asked_table(table, columns, Edition::Paper));
            let lines = [prompt()].into_iter().chain(marks.map(Block::line));
            lines.chain([table]).collect()
        }
        ItemKind::Author(table) => vec![prompt(), Block::Table(of_author(table))],
        ItemKind::Choice { text, options, .. } => {
            let letters = ('A'..='Z').map(|letter| letter.to_string());
            let options = letters
                .zip(options)
                .map(|(letter, option)| (letter, option.text.clone()));
            let pairs = Block::Pairs {
                title: String::new(),
                pairs: options.collect(),
            };
            prose::blocks(text).into_iter().chain([pairs]).collect()
        }
        ItemKind::Essay { .. } => Vec::new(),
    }
}

/// Returns an author's table with empty cells to fill in.
fn of_author(table: &AuthorTable) -> Table {
    let cell = |cell: &AuthorCell| match cell {
        AuthorCell::Given(text, true) => Cell::number(text),
        AuthorCell::Given(text, false) => Cell::word(text),
        AuthorCell::Blank(..) => Cell::number("?"),
    };
    Table {
        title: table.title.clone(),
        groups: vec![
            table
                .columns
                .iter()
                .map(|column| column.title.clone())
                .collect(),
        ],
        rows: table
            .rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect(),
    }
}

fn points(points: Number) -> String {
    format!(
        "{points} point{}",
        if points.as_integer() == Some(1) {
            ""
        } else {
            "s"
        }
    )
}

/// Returns the name of a field and the notation of its answer, such as `VPN (hex, 2 digits)`.
pub(crate) fn field(field: &Field, asked: &str) -> String {
    let how = match (field.asked, &field.item.kind) {
        (Asked::Blank(blank), _) => {
            let unit = blank.unit.as_deref().map(str::to_owned);
            let how = Some(how(blank, bare(field.item))).filter(|how| !how.is_empty());
            how.into_iter().chain(unit).collect::<Vec<_>>().join(", ")
        }
        (_, ItemKind::Any { radix, .. }) => radix.name().to_owned(),
        (_, ItemKind::Choice { several, .. }) => {
            if *several { "letters" } else { "letter" }.to_owned()
        }
        _ => String::new(),
    };
    let name = match (field.asked, &field.item.kind) {
        (_, ItemKind::Value { .. } | ItemKind::Any { .. } | ItemKind::Choice { .. }) => "answer",
        _ => asked.trim_end_matches('?'),
    };
    if how.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({how})")
    }
}

/// Returns what to write instead of an answer that cannot be read, such as `a decimal number`.
pub(crate) fn demanded(own: &Field, asked: &str) -> String {
    let radix = match (own.asked, &own.item.kind) {
        (Asked::Blank(blank), _) => match blank.form {
            Form::Number { radix, .. } if how(blank, bare(own.item)) == radix.name() => radix,
            _ => return field(own, asked),
        },
        (_, ItemKind::Any { radix, .. }) => *radix,
        _ => return field(own, asked),
    };
    let unit = match own.asked {
        Asked::Blank(blank) => blank.unit.as_deref(),
        _ => None,
    };
    let unit = unit.map_or_else(String::new, |unit| format!(" in {unit}"));
    format!("a {} number{unit}", radix.name())
}

/// Returns the short name of a field in a result.
pub(crate) fn name(field: &Field, asked: &str) -> String {
    match (field.asked, &field.item.kind) {
        (_, ItemKind::Value { .. } | ItemKind::Any { .. } | ItemKind::Choice { .. }) => {
            "answer".to_owned()
        }
        (Asked::Blank(blank), ItemKind::Facts { .. }) => {
            label(blank).trim_end_matches('?').to_owned()
        }
        _ => asked.to_owned(),
    }
}

/// Returns the worked solution of an item of a question.
pub(crate) fn worked(item: &PaperItem, question: &Question) -> Vec<Block> {
    solution(item, &Topics::of_question(question), &Labels::default())
}
