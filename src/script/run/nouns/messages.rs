//! Compares the messages of the last access with a table, for `expect steps { … }`.

use crate::lang::ast::{Cell, CellKind, Record, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::run::record::{Check, Did, MessageLevel, Shown, Written};
use crate::run::session::Session;
use crate::run::settings::list;
use crate::run::steps::{Message, Part, Source, messages, steps_of};
use crate::run::stop::Stop;
use crate::run::table;
use pagewalk_engine::machine::spec::Spec;
use std::sync::Arc;

/// The columns of a table of messages.
pub(crate) const MESSAGE_COLUMNS: [&str; 3] = ["from", "to", "message"];

/// Messages, and the machine that names their parts.
pub(crate) struct Messages {
    pub(crate) all: Vec<Message>,
    spec: Arc<Spec>,
}

impl Messages {
    fn of(did: &Did, level: MessageLevel) -> Option<Self> {
        let source = Source::of(did).filter(|source| !matches!(source, Source::Action(_)))?;
        Some(Self {
            all: messages(source, &steps_of(source), level, false),
            spec: source.spec().clone(),
        })
    }

    /// Returns a cell of the table of messages.
    pub(crate) fn cell(&self, message: &Message, column: &str) -> table::Cell {
        let name = |part: Part| table::Cell::Text(part.name(&self.spec).to_owned());
        match column {
            "from" => name(message.from),
            "to" => message.to.map_or(table::Cell::Nothing, name),
            _ => table::Cell::Text(message.row().words.to_owned()),
        }
    }

    /// Returns a message on one line: `CPU → MMU`, the separator, and the words of the message.
    pub(crate) fn line(&self, message: &Message, separator: &str) -> String {
        let from = message.from.name(&self.spec);
        let arrow = |to: Part| format!(" → {}", to.name(&self.spec));
        let to = message.to.map_or_else(String::new, arrow);
        format!("{from}{to}{separator}{}", message.row().words)
    }
}

impl Session<'_> {
    /// Returns the messages of the last access or system call. `place` is the word `steps`.
    ///
    /// # Errors
    /// Returns `no-answer` if the last statement with facts has no messages.
    pub(crate) fn last_messages(&self, level: MessageLevel, place: Span) -> Result<Messages, Stop> {
        let last = self.state.last.as_deref();
        last.and_then(|did| Messages::of(did, level)).ok_or_else(|| {
            let message = match last {
                Some(_) => "the last statement with facts has no messages",
                None => "no access has been made yet",
            };
            Diagnostic::new(Code::NoAnswer, place, message)
                .label("no messages")
                .help("write `read VA`, `write VA = V`, `fetch VA`, `translate VA`, or a system call before this line")
                .into()
        })
    }

    /// Returns a check for every cell of an expected table of messages. The table lists all messages in order.
    ///
    /// # Errors
    /// Returns `no-answer`, or the errors in the cells.
    pub(crate) fn compare_messages(
        &mut self,
        table: &Table,
        place: Span,
        level: MessageLevel,
    ) -> Result<Vec<Check>, Stop> {
        let messages = self.last_messages(level, place)?;
        let (records, _) = self.records(table)?;
        let mut checks = Vec::new();
        for (at, record) in records.iter().enumerate() {
            match messages.all.get(at) {
                Some(message) => {
                    for (column, cell) in &record.cells {
                        let column = text(column);
                        let now = messages.cell(message, &column);
                        checks.extend(self.message_cell(at, now, &column, cell)?);
                    }
                }
                None => checks.push(beyond(at, record)),
            }
        }
        // The order of messages matters, so a table without a message is wrong even without `exactly`.
        if records.len() < messages.all.len() {
            checks.push(missing(place, records.len(), &messages));
        }
        Ok(checks)
    }

    fn message_cell(
        &mut self,
        at: usize,
        now: table::Cell,
        column: &str,
        cell: &Cell,
    ) -> Result<Option<Check>, Stop> {
        let open = cell.kind == CellKind::Open;
        let expected = match &cell.kind {
            CellKind::Anything => return Ok(None),
            CellKind::Open => table::Cell::Text("?".to_owned()),
            CellKind::Nothing => table::Cell::Nothing,
            CellKind::Expr(expr) => table::Cell::Text(self.eval(expr)?.to_string()),
            _ => table::Cell::Text(text(cell)),
        };
        let held = !open && expected == now;
        Ok(Some(Check {
            fact: format!("message {} {column}", at + 1),
            expected: expected.shown(),
            actual: Some(now.shown()),
            held,
            span: cell.span,
            reason: open.then(|| self.how_to_fill()),
            written: if open {
                Written::Open(cell.span)
            } else {
                Written::Cell(cell.span)
            },
            instead: (!held).then(|| now.written()),
        }))
    }
}

/// Reports a row after the last message.
fn beyond(at: usize, record: &Record) -> Check {
    let cells: Vec<String> = record.cells.iter().map(|(_, cell)| text(cell)).collect();
    Check {
        fact: format!("message {}", at + 1),
        expected: Shown::word(cells.join(" ").trim()),
        actual: Some(Shown::word("no message")),
        held: false,
        span: record.span,
        reason: Some(format!("the list ends with message {at}")),
        written: Written::Otherwise("only removing the row would fix the check"),
        instead: None,
    }
}

/// Reports the first message that the table does not list.
fn missing(place: Span, listed: usize, messages: &Messages) -> Check {
    let next = &messages.all[listed];
    Check {
        fact: "messages".to_owned(),
        expected: Shown::plain(listed as u64),
        actual: Some(Shown::plain(messages.all.len() as u64)),
        held: false,
        span: place,
        reason: Some(format!(
            "the table must list every message, and message {} is “{}”",
            listed + 1,
            messages.line(next, ": ")
        )),
        written: Written::Otherwise("the table lacks rows"),
        instead: None,
    }
}

/// Checks the columns and rows of a table of messages.
///
/// # Errors
/// Returns `unknown-column` or `bad-table`.
pub(crate) fn check_message_table(table: &Table) -> Result<(), Vec<Diagnostic>> {
    let (_, mut wrong) = table.records();
    let mut seen: Vec<String> = Vec::new();
    for cell in &*table.header {
        let column = text(cell);
        if !MESSAGE_COLUMNS.contains(&&*column) {
            let diagnostic = Diagnostic::new(
                Code::UnknownColumn,
                cell.span,
                format!("a table of messages has no column `{column}`"),
            );
            wrong.push(match nearest(&column, MESSAGE_COLUMNS.into_iter()) {
                Some(near) => diagnostic.did_you_mean(&column, near),
                None => diagnostic.help(format!("it has {}", list(MESSAGE_COLUMNS.into_iter()))),
            });
        } else if seen.contains(&column) {
            let message = format!("the column `{column}` appears twice");
            wrong.push(Diagnostic::new(Code::BadTable, cell.span, message).label("again here"));
        }
        seen.push(column);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn text(cell: &Cell) -> String {
    match &cell.kind {
        CellKind::Bare(text) | CellKind::Quoted(text) => text.to_string(),
        CellKind::Byte(byte) => char::from(*byte).to_string(),
        CellKind::Open => "?".to_owned(),
        CellKind::Anything => "*".to_owned(),
        _ => "-".to_owned(),
    }
}
