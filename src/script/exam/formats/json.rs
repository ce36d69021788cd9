//! A paper as JSON. The JSON includes the key only on request.

use serde_json::{Map, Value, json};

use super::assumptions::assumptions;
use super::label::{filled, how, label};
use super::labels::Labels;
use super::page;
use super::prompt::{prompt, several_cores};
use super::solution::solution;
use super::style::Edition;
use crate::exam::field::{Field, fields};
use crate::exam::paper::{Paper, PaperItem, Piece, Question};
use crate::exam::topics::Topics;
use crate::lang::value::Number;
use crate::questions::entry::{AuthorCell, Blank, Figure, Form, ItemKind};
use crate::report::doc::{Block, Table};
use crate::report::narrate::{on_paper, view};
use crate::report::text::text;
use crate::run::record::View;

/// Returns a paper as text, with or without its key.
pub fn json(paper: &Paper, edition: Edition) -> String {
    format!("{:#}\n", value(paper, edition))
}

/// Returns a paper as a JSON value.
pub fn value(paper: &Paper, edition: Edition) -> Value {
    let cover: Map<String, Value> = paper
        .cover
        .iter()
        .map(|(name, words)| (name.to_string(), json!(words)))
        .collect();
    let questions: Vec<Value> = paper
        .questions
        .iter()
        .map(|question| self::question(question, edition, several_cores(paper)))
        .collect();
    let mut object = json!({
        "exam": cover,
        "key": edition.filled(),
        "points": paper.points().to_json(),
        "questions": questions,
    });
    if let Some(version) = &paper.version {
        object["version"] = json!(version.code);
    }
    object
}

/// Returns the worked solution of each item, in order: its fields, the steps, and the text.
pub fn solutions(paper: &Paper, labels: &Labels) -> Value {
    let fields = fields(paper);
    let topics: Vec<Topics> = paper.questions.iter().map(Topics::of_question).collect();
    let one = |own: &[Field]| {
        let blocks = solution(own[0].item, &topics[own[0].question], labels);
        let steps = blocks.iter().filter_map(|block| {
            if let Block::Steps(steps) = block {
                Some(steps)
            } else {
                None
            }
        });
        json!({
            "fields": own.iter().map(|field| &field.name).collect::<Vec<_>>(),
            "steps": steps.flatten().map(|step| json!({ "who": step.who(), "what": step.what })).collect::<Vec<_>>(),
            "text": text(&blocks, false),
        })
    };
    fields
        .chunk_by(|a, b| a.of_item == b.of_item)
        .map(one)
        .collect()
}

/// If `cores` is true, the paper uses several cores, and the prompts name the core.
fn question(question: &Question, edition: Edition, cores: bool) -> Value {
    json!({
        "title": &*question.title,
        "points": question.points.to_json(),
        "assumptions": assumptions(question),
        "body": pieces(&question.body, edition, cores),
    })
}

fn pieces(body: &[Piece], edition: Edition, cores: bool) -> Vec<Value> {
    let one = |piece: &Piece| match piece {
        Piece::Text(words) => json!({ "kind": "text", "text": words }),
        Piece::Space(height) => json!({ "kind": "space", "space_mm": height }),
        Piece::Given(views) => {
            json!({ "kind": "given", "given": views.iter().map(given).collect::<Vec<_>>() })
        }
        Piece::Figure(Figure::Views(views)) => {
            let given = views.iter().map(|view| drawn(view, edition));
            json!({ "kind": "figure", "given": given.collect::<Vec<_>>() })
        }
        Piece::Figure(Figure::Bits { title, bits, value }) => {
            let figure = json!({ "kind": "bits", "title": title, "bits": bits });
            with_key(figure, edition, || {
                json!(format!("{value:0width$b}", width = *bits as usize))
            })
        }
        Piece::Item(item) => self::item(item, edition, cores),
        Piece::Part { name, points, body } => json!({
            "kind": "part",
            "name": &**name,
            "points": points.to_json(),
            "body": pieces(body, edition, cores),
        }),
    };
    body.iter().map(one).collect()
}

/// Adds the key to an object if the edition includes it.
fn with_key(mut object: Value, edition: Edition, key: impl FnOnce() -> Value) -> Value {
    if let (true, Some(object)) = (edition.filled(), object.as_object_mut()) {
        object.insert("key".to_owned(), key());
    }
    object
}

/// Returns a figure. A paper omits the answers in it.
fn drawn(of: &View, edition: Edition) -> Value {
    match of {
        View::Table(_) => given(of),
        _ if edition.filled() => given(of),
        _ => json!({ "text": text(&view::unanswered(of), false) }),
    }
}

fn given(of: &View) -> Value {
    match of {
        View::Table(shown) => table(&shown.into()),
        // A paper prints the defaults that the declaration states.
        View::Declaration(spec) => {
            json!({ "text": text(&[Block::Script(on_paper(spec, false))], false) })
        }
        other => json!({ "text": text(&view::blocks(other), false) }),
    }
}

fn table(table: &Table) -> Value {
    let rows: Vec<Vec<&str>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.text.as_str()).collect())
        .collect();
    json!({ "title": table.title, "columns": table.groups, "rows": rows })
}

fn item(item: &PaperItem, edition: Edition, cores: bool) -> Value {
    let points = item.points.to_json();
    let prompt = prompt(item, &Labels::default(), cores);
    let bare = page::bare(item);
    match &item.kind {
        ItemKind::Facts { blanks, .. } => {
            let blanks: Vec<Value> = blanks
                .iter()
                .map(|blank| self::blank(blank, bare, edition))
                .collect();
            json!({ "kind": "facts", "operation": page::operation(item), "prompt": prompt, "points": points, "blanks": blanks })
        }
        ItemKind::Value { label, blank, .. } => {
            let blank = self::blank(blank, bare, edition);
            json!({ "kind": "value", "label": label, "points": points, "blank": blank })
        }
        ItemKind::Table {
            table,
            columns: asked,
            ..
        } => {
            let prompt = match item.printed.marks {
                Some(marks) => format!("{prompt} {}", marks.sentence()),
                None => prompt,
            };
            let columns: Vec<&str> = asked.iter().map(AsRef::as_ref).collect();
            let of = self::table(&page::asked_table(table, asked, edition));
            json!({ "kind": "table", "prompt": prompt, "points": points, "asked": columns, "table": of })
        }
        ItemKind::Author(table) => {
            let cell = |cell: &AuthorCell| match cell {
                AuthorCell::Given(text, _) => json!(text),
                AuthorCell::Blank(blank, _) => self::blank(blank, bare, edition),
            };
            let row = |row: &Vec<AuthorCell>| row.iter().map(cell).collect::<Vec<Value>>();
            let columns: Vec<&str> = table
                .columns
                .iter()
                .map(|column| column.title.as_str())
                .collect();
            let rows: Vec<Vec<Value>> = table.rows.iter().map(row).collect();
            json!({ "kind": "cells", "title": table.title, "prompt": prompt, "points": points, "columns": columns, "rows": rows })
        }
        ItemKind::Any {
            name,
            candidates,
            among,
            answers,
            radix,
            ..
        } => {
            // The text of a condition may reveal the answer.
            let among = if edition.filled() { among } else { candidates };
            let object = json!({ "kind": "any", "name": &**name, "among": among, "prompt": prompt, "points": points, "radix": radix.name() });
            with_key(object, edition, || {
                let first = answers
                    .first
                    .iter()
                    .map(|value| json!(radix.write(value, None)));
                json!({ "answers": first.collect::<Vec<_>>(), "all": answers.all })
            })
        }
        ItemKind::Choice { text, options, .. } => {
            let texts: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
            let object =
                json!({ "kind": "choice", "text": text, "points": points, "options": texts });
            with_key(object, edition, || {
                json!(
                    options
                        .iter()
                        .map(|option| option.correct)
                        .collect::<Vec<_>>()
                )
            })
        }
        ItemKind::Essay {
            text,
            space,
            rubric,
        } => {
            let space = space.map(Number::to_json);
            let object =
                json!({ "kind": "essay", "text": text, "points": points, "space_mm": space });
            with_key(object, edition, || {
                let row = |row: &crate::questions::entry::Rubric| json!({ "text": row.text, "points": row.points.map(Number::to_json) });
                json!(rubric.iter().map(row).collect::<Vec<_>>())
            })
        }
    }
}

fn blank(blank: &Blank, bare: bool, edition: Edition) -> Value {
    // JSON contains the words of the script, such as `yes` and `no`, where a paper prints Y and N.
    let words = match blank.form {
        Form::Words(words @ ["yes" | "true", ..]) => Some(words.join(", ")),
        _ => None,
    };
    let key = if words.is_some() {
        blank.answer()
    } else {
        filled(blank, bare)
    };
    let (radix, digits) = match blank.form {
        Form::Number { radix, digits } => (Some(radix.name()), digits),
        Form::Words(_) | Form::Set | Form::Free => (None, None),
    };
    let mut object = json!({
        "label": label(blank),
        "fact": &*blank.fact,
        "how": words.unwrap_or_else(|| how(blank, bare)),
        "radix": radix,
        "digits": digits,
        "unit": blank.unit.as_deref(),
    });
    if let (Some(object), Some(digits)) = (object.as_object_mut(), blank.round) {
        object.insert("round".to_owned(), json!(digits));
    }
    with_key(object, edition, || json!(key))
}
