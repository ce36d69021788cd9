//! Implements `show steps`, which lists the steps of the last access, and `show reference`, which tabulates
//! the last reference string.

use super::step_columns::{cell, columns, explaining};
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::record::{Did, MessageLevel, ReferenceRun, View};
use crate::run::session::Cx;
use crate::run::steps::{Message, Part, Source, messages, steps_of};
use crate::run::stop::Stop;
use crate::run::table::{Cell, Column, Rows, TableId, words};
use pagewalk_engine::machine::spec::Spec;
use std::sync::Arc;

/// The columns of a table of messages.
pub(crate) const MESSAGE_COLUMNS: &[Column] = &[words("from"), words("to"), words("message")];

/// Messages, and the machine that names their parts.
pub(crate) struct Messages {
    pub(crate) all: Vec<Message>,
    spec: Arc<Spec>,
}

impl Messages {
    /// Returns the messages of an access or a system call at a level, or `None` for other records.
    fn of(did: &Did, level: MessageLevel) -> Option<Self> {
        let source = Source::of(did).filter(|source| !matches!(source, Source::Action(_)))?;
        Some(Self {
            all: messages(source, &steps_of(source), level, false),
            spec: source.spec().clone(),
        })
    }

    /// Returns a cell of the table of messages.
    pub(crate) fn cell(&self, message: &Message, column: &str) -> Cell {
        let name = |part: Part| Cell::Text(part.name(&self.spec).to_owned());
        match column {
            "from" => name(message.from),
            "to" => message.to.map_or(Cell::Nothing, name),
            _ => Cell::Text(message.row().words.to_owned()),
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

/// Returns the messages of the last access or system call. `place` is the word `steps`.
///
/// # Errors
/// Returns `no-answer` if the last statement with facts has no messages.
pub(crate) fn last_messages(cx: &Cx, level: MessageLevel, place: Span) -> Result<Messages, Stop> {
    let last = cx.state.last.as_deref();
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

/// Returns all numbered steps of the last access.
pub(crate) fn views(last: Option<&Did>) -> Vec<View> {
    at_level(last, MessageLevel::All)
}

/// Returns the numbered steps of the last access at a level.
pub(crate) fn at_level(last: Option<&Did>, level: MessageLevel) -> Vec<View> {
    match last {
        Some(Did::Access(access)) => vec![View::Steps(access.clone(), level)],
        Some(Did::Reference(run)) => vec![table_view(run)],
        Some(
            Did::Call(call)
            | Did::Bound {
                call: Some(call), ..
            },
        ) => {
            vec![View::CallSteps(call.clone(), level)]
        }
        _ => vec![View::Remark("no access has been made yet".to_owned())],
    }
}

/// Returns the level that the operands after `steps` name, and the remaining operands.
pub(crate) fn message_level(operands: &[Expr]) -> (MessageLevel, &[Expr]) {
    match operands.split_first() {
        Some((
            Expr {
                kind: ExprKind::Name(name),
                ..
            },
            rest,
        )) if &**name == "all" => (MessageLevel::All, rest),
        _ => (MessageLevel::Lecture, operands),
    }
}

/// Returns the last reference string's table of steps.
pub(crate) fn reference(last: Option<&Did>) -> Vec<View> {
    match last {
        Some(Did::Reference(run)) => vec![table_view(run)],
        _ => vec![View::Remark("no `reference` has run yet".to_owned())],
    }
}

fn table_view(run: &ReferenceRun) -> View {
    if run.has_steps() {
        View::Table(table(run))
    } else {
        View::Remark(too_long(run))
    }
}

/// Explains why a run has no table of steps.
pub(crate) fn too_long(run: &ReferenceRun) -> String {
    format!(
        "the string has {} references, which is too many for a table of steps",
        run.setup.pages.len()
    )
}

/// Returns one row per reference, with the columns that the run prints.
pub(crate) fn table(run: &ReferenceRun) -> Rows {
    with_columns(run, columns(run, false))
}

/// Returns one row per reference, with every column that a script can name.
pub(crate) fn whole_table(run: &ReferenceRun) -> Rows {
    with_columns(run, columns(run, true))
}

/// Returns one row per reference, with the columns of a worked solution.
pub(crate) fn worked_table(run: &ReferenceRun) -> Rows {
    let mut all = columns(run, false);
    all.extend(
        explaining(run)
            .into_iter()
            .filter(|name| !columns(run, false).contains(name)),
    );
    with_columns(run, all)
}

fn with_columns(run: &ReferenceRun, columns: Vec<String>) -> Rows {
    let rows = (0..run.steps().len())
        .map(|at| columns.iter().map(|column| cell(run, at, column)).collect());
    let rows = rows.collect();
    Rows {
        id: TableId::Reference,
        title: format!("reference ({})", run.caption),
        groups: vec![columns],
        rows,
        marks: None,
    }
}
