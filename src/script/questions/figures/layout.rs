//! `figure layout P1`: the address spaces of processes, with their accesses and structures on request.

use std::sync::Arc;

use super::frames::{SIDES, processes_named};
use super::request::Request;
use crate::lang::ast::{Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::questions::tables::as_shown;
use crate::run::bind::Param::{self, Literal, Optional};
use crate::run::bind::word;
use crate::run::nouns::plan::show;
use crate::run::record::{LayoutView, View};
use crate::run::running::is_process;
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::table::InvalidEntries;
use pagewalk_engine::kernel::ids::Pid;

/// `[accesses] [chain]`, the words that add to the figure.
pub(super) const ADDED: [Param; 2] = [Optional(&[Literal(ACCESSES)]), Optional(&[Literal(CHAIN)])];

/// The word that marks the accesses.
const ACCESSES: &str = "accesses";
/// The word that adds `task_struct`, `mm_struct`, and the list of areas.
const CHAIN: &str = "chain";

/// The address spaces of one or two processes.
///
/// # Errors
/// Returns `unknown-word`, `wrong-count`, `no-answer`, or the errors of `show layout`.
pub(crate) fn layout(cx: &mut Cx, request: &Request) -> Result<Vec<View>, Stop> {
    let (place, first, rest) = (request.place, request.noun, request.operands);
    let is_word = |expr: &&Expr| {
        // A process of this name is the process, because scripts may use any name.
        word(expr).is_some_and(|word| [ACCESSES, CHAIN].contains(&word) && !is_process(cx, word))
    };
    let (words, named): (Vec<&Expr>, Vec<&Expr>) = rest.iter().partition(is_word);
    for (at, repeated) in words.iter().enumerate() {
        if words[..at]
            .iter()
            .any(|earlier| word(earlier) == word(repeated))
        {
            return Err(repeats(repeated).into());
        }
    }
    let has = |name| words.iter().any(|expr| word(expr) == Some(name));
    let (accesses, chain) = (has(ACCESSES), has(CHAIN));
    let processes: Vec<Expr> = named.into_iter().cloned().collect();
    processes_named(cx, place, &processes, SIDES)?;
    let each = processes
        .iter()
        .map(|process| Arc::from([first.clone(), process.clone()]));
    let each: Vec<Arc<[Expr]>> = if processes.is_empty() {
        vec![[first.clone()].into()]
    } else {
        each.collect()
    };
    let mut views = Vec::new();
    for operands in each {
        let plan = as_shown(cx, place, &operands).map_err(|stop| misspelled(stop, &operands))?;
        for view in show(cx, plan, place, InvalidEntries::Hidden)? {
            let View::Layout(mut layout) = view else {
                continue;
            };
            layout.chain = chain;
            if accesses {
                let marks = cx.state.accesses.of_process(layout.process.pid);
                if marks.marks.is_empty() && !cx.checking() {
                    return Err(nothing_to_mark(words[0].span, &layout).into());
                }
                layout.accesses = Some(marks);
            }
            views.push(View::Layout(layout));
        }
    }
    Ok(views)
}

/// Reports a word that is written twice.
fn repeats(expr: &Expr) -> Diagnostic {
    let name = word(expr).unwrap_or_default();
    Diagnostic::new(
        Code::UnknownWord,
        expr.span,
        format!("`{name}` is repeated"),
    )
    .label("not needed")
    .fix(Fix::remove(expr.span))
}

/// Suggests the word that a process's name resembles, if no process has this name.
fn misspelled(stop: Stop, operands: &[Expr]) -> Stop {
    let Some(expr) = operands.get(1) else {
        return stop;
    };
    let name = word(expr).unwrap_or_default();
    match (stop, nearest(name, [ACCESSES, CHAIN].into_iter())) {
        (Stop::Wrong(mut diagnostics), Some(near))
            if diagnostics.iter().all(|wrong| wrong.fix.is_none()) =>
        {
            if let Some(wrong) = diagnostics.first_mut() {
                *wrong = wrong.clone().did_you_mean(name, near);
            }
            Stop::Wrong(diagnostics)
        }
        (stop, _) => stop,
    }
}

/// Reports that a process has made no access since its last figure.
fn nothing_to_mark(place: Span, layout: &LayoutView) -> Diagnostic {
    let name = &layout.process.name;
    let message =
        format!("{name} has made no access since its last figure or the start of this block");
    let start = layout
        .areas
        .first()
        .map_or(0, |first| first.area.area.start);
    Diagnostic::new(Code::NoAnswer, place, message)
        .label("no access to mark")
        .help(
            format!("make an access before the figure: `{name}: read {start:#X}`")
                .replace("0X", "0x"),
        )
}

/// Returns the process whose address space a view shows.
pub(super) fn process_of(view: &View) -> Option<Pid> {
    if let View::Layout(layout) = view {
        Some(layout.process.pid)
    } else {
        None
    }
}
