//! Signatures: all parameters of a statement, setting, or call, with the current parameter.

use std::ops::Range;

use pagewalk_engine::kernel::syscall::SystemCall;

use super::cursor::{before, written};
use super::statement::{Bracket, Statement};
use super::walk::Walk;
use crate::lang::tree::Tree;
use crate::lang::value::functions::function;
use crate::run::bind::{Params, Piece, bind};
use crate::run::paths::PeekFunction;
use crate::run::state::{Binding, State};
use crate::run::syscalls::called;

/// The signature of a statement or call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub label: String,
    /// One line of help, possibly empty.
    pub help: String,
    /// The byte ranges of the parameters in the label.
    pub parameters: Vec<Range<usize>>,
    /// The index of the current parameter.
    pub active: Option<usize>,
}

impl Signature {
    /// Returns the byte range of the current parameter in the label.
    pub fn current(&self) -> Option<Range<usize>> {
        self.active
            .and_then(|active| self.parameters.get(active))
            .cloned()
    }
}

/// Returns the signature of the call or statement at byte `at`, or `None` for an unknown call or statement.
pub fn signature(tree: &Tree, at: usize, state: &State) -> Option<Signature> {
    let (walk, touches) = written(tree, at)?;
    open_call(&walk, state).or_else(|| usage(walk.statement(), touches))
}

/// Returns the innermost call whose bracket is open.
fn open_call(walk: &Walk, state: &State) -> Option<Signature> {
    let calls = walk
        .statement()
        .levels
        .iter()
        .rev()
        .filter_map(|level| match level.bracket {
            Bracket::Call(name) => Some((name, level.commas)),
            _ => None,
        });
    let (name, commas) = calls.into_iter().next()?;
    call(name, commas, state)
}

/// Returns the usage of the first word. If `touches` is true, no space follows the text.
fn usage(statement: &Statement, touches: bool) -> Option<Signature> {
    let head = statement.head();
    if !statement.takes_more() || head.params.is_empty() {
        return None;
    }
    // The current operand may be incomplete.
    let pending = statement.top().is_pending() || touches;
    let kept = statement.atoms.len().saturating_sub(usize::from(pending));
    let pieces = statement.atoms[..kept].iter().copied().map(Piece::from);
    let from = head.name.len() + 1;
    let current = bind(head.params, pieces.collect()).current();
    let current = current.map(|place| place.start + from..place.end + from);
    Some(Signature {
        label: format!("{} {}", head.name, head.params.text()),
        help: head.help.to_owned(),
        active: current.is_some().then_some(0),
        parameters: current.into_iter().collect(),
    })
}

/// Returns a call's signature in which the parameter at this index is current.
fn call(name: &str, at: usize, state: &State) -> Option<Signature> {
    if let Some(Binding::Def(def)) = state.find(name) {
        let params: Vec<&str> = def.params.iter().map(|param| &*param.text).collect();
        return Some(listed(name, "", &params, at));
    }
    // With one argument, `read` and `write` are a load and a store.
    if let Some(row) = called(name, 2) {
        return Some(prototype(row, at));
    }
    if let Some(row) = function(name) {
        return Some(listed(name, row.help, row.parameters, at));
    }
    let row = PeekFunction::named(name)?;
    Some(listed(name, row.help, &row.parameters(), at))
}

fn prototype(row: &SystemCall, at: usize) -> Signature {
    let parameters: Vec<Range<usize>> = row
        .parameters()
        .iter()
        .map(|parameter| parameter.span.0..parameter.span.1)
        .collect();
    let active = (at < parameters.len()).then_some(at);
    Signature {
        label: row.prototype.to_owned(),
        help: row.help.to_owned(),
        parameters,
        active,
    }
}

fn listed(name: &str, help: &str, params: &[&str], at: usize) -> Signature {
    let mut label = format!("{name}(");
    let mut parameters = Vec::with_capacity(params.len());
    for (number, param) in params.iter().enumerate() {
        label += if number == 0 { "" } else { ", " };
        parameters.push(label.len()..label.len() + param.len());
        label += param;
    }
    // The last parameter may be repeated.
    let at = if params.last().is_some_and(|last| last.ends_with('…')) {
        at.min(params.len() - 1)
    } else {
        at
    };
    let active = (at < params.len()).then_some(at);
    Signature {
        label: label + ")",
        help: help.to_owned(),
        parameters,
        active,
    }
}

/// Separator between a call's hint and the typed text.
const CALL: &str = "  ";

/// A hint after the text at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub text: String,
    /// The byte range of the current parameter in the hint.
    pub current: Option<Range<usize>>,
}

/// Returns the remaining parameters of the statement or call at byte `at`, or `None` if no parameters remain.
pub fn hint(text: &str, at: usize, state: &State) -> Option<Hint> {
    let tree = Tree::parse(before(text, at), None);
    let (walk, _) = written(&tree, at)?;
    let statement = walk.statement();
    if let Some(call) = open_call(&walk, state) {
        let current = call
            .current()
            .map(|place| place.start + CALL.len()..place.end + CALL.len());
        return Some(Hint {
            text: format!("{CALL}{}", call.label),
            current,
        });
    }
    if statement
        .levels
        .iter()
        .any(|level| matches!(level.bracket, Bracket::Call(_)))
    {
        return None;
    }
    let apart = if tree.text().ends_with([' ', '\t', '\n']) {
        ""
    } else {
        " "
    };
    if !statement.takes_more() || statement.top().is_pending() {
        return None;
    }
    let rest = statement.bound().rest();
    (!rest.is_empty()).then(|| Hint {
        text: format!("{apart}{rest}"),
        current: None,
    })
}
