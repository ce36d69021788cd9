//! Compares the messages of the last access with a table, for `expect steps { … }`.

use crate::lang::ast::{Cell, CellKind, Record, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::run::messages::{Message, at_level, of_access, of_call};
use crate::run::record::{Check, Did, MessageLevel, Shown, Written};
use crate::run::session::Session;
use crate::run::settings::list;
use crate::run::stop::Stop;
use crate::run::table;

/// The columns of a table of messages.
pub(crate) const MESSAGE_COLUMNS: [&str; 3] = ["from", "to", "message"];

/// Returns the messages of an access or a system call at a level, or `None` for other records.
fn messages(did: &Did, level: MessageLevel) -> Option<Vec<Message>> {
    let all = match did {
        Did::Access(access) => of_access(access, false),
        Did::Call(call)
        | Did::Bound {
            call: Some(call), ..
        } => of_call(call),
        _ => return None,
    };
    Some(at_level(level, all))
}

impl Session<'_> {
    /// Returns the messages of the last access or system call. `place` is the word `steps`.
    ///
    /// # Errors
    /// Returns `no-answer` if the last statement with facts has no messages.
    pub(crate) fn last_messages(
        &self,
        level: MessageLevel,
        place: Span,
    ) -> Result<Vec<Message>, Stop> {
        let last = self.state.last.as_deref();
        last.and_then(|did| messages(did, level)).ok_or_else(|| {
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
            match messages.get(at) {
                Some(message) => {
                    for (column, cell) in &record.cells {
                        checks.extend(self.message_cell(at, message, &text(column), cell)?);
                    }
                }
                None => checks.push(beyond(at, record)),
            }
        }
        // The order of messages matters, so a table without a message is wrong even without `exactly`.
        if records.len() < messages.len() {
            checks.push(missing(place, records.len(), &messages));
        }
        Ok(checks)
    }

    fn message_cell(
        &mut self,
        at: usize,
        message: &Message,
        column: &str,
        cell: &Cell,
    ) -> Result<Option<Check>, Stop> {
        let now = message.cell(column);
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
fn missing(place: Span, listed: usize, messages: &[Message]) -> Check {
    let next = &messages[listed];
    Check {
        fact: "messages".to_owned(),
        expected: Shown::plain(listed as u64),
        actual: Some(Shown::plain(messages.len() as u64)),
        held: false,
        span: place,
        reason: Some(format!(
            "the table must list every message, and message {} is “{}: {}”",
            listed + 1,
            next.ends(),
            next.row().words
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
