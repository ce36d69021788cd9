//! Hints: what a verb, a setting or a call still takes.

use std::ops::Range;

use super::cursor::{before, gone_over};
use super::statement::{Bracket, Statement};
use super::usage::Usage;
use crate::kernel::syscall::SystemCall;
use crate::lang::layout::{TokenKind, tokens};
use crate::lang::value::functions::function;
use crate::run::paths::{FILE_FUNCTIONS, MEMORY_FUNCTIONS};
use crate::run::state::{Binding, State};
use crate::run::syscalls::called;

/// What is shown after a text that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What is shown.
    pub text: String,
    /// The parameter that is being written, in bytes of the text.
    pub current: Option<Range<usize>>,
}

/// What the statement or call at byte `at` of a text still takes; none where there is nothing to tell.
pub fn hint(text: &str, at: usize, state: &State) -> Option<Hint> {
    let text = before(text, at);
    let tokens = tokens(text).list;
    let last = tokens.last()?;
    if last.end == text.len() && matches!(last.kind, TokenKind::Comment | TokenKind::Prose) {
        return None;
    }
    let walk = gone_over(text, &tokens);
    let statement = walk.statement();
    let calls = statement.levels.iter().rev().filter_map(|level| match level.bracket {
        Bracket::Call(name) => Some((name, level.commas)),
        _ => None,
    });
    if let Some((name, commas)) = calls.into_iter().next() {
        return call(name, commas, state);
    }
    let apart = if text.ends_with([' ', '\t', '\n']) { "" } else { " " };
    let rest = usage(statement).filter(|rest| !rest.is_empty())?;
    Some(Hint { text: format!("{apart}{rest}"), current: None })
}

/// What is left of the usage of the first word.
fn usage(statement: &Statement) -> Option<String> {
    let (head, _) = statement.head?;
    let top = statement.top();
    if statement.facts.is_some() || !statement.outside() || statement.call || top.joined && !top.filled {
        return None;
    }
    Some(Usage::of(head.usage()).rest(&statement.atoms))
}

/// What is called, and where its parameter of this number stands.
fn call(name: &str, at: usize, state: &State) -> Option<Hint> {
    if let Some(Binding::Def(def)) = state.find(name) {
        let params: Vec<&str> = def.params.iter().map(|param| &*param.text).collect();
        return Some(listed(name, &params, at));
    }
    // With one argument `read` and `write` are a load and a store.
    if let Some(row) = called(name, 2) {
        return Some(prototype(row, at));
    }
    if let Some(row) = function(name) {
        return Some(listed(name, row.parameters, at));
    }
    let memory = MEMORY_FUNCTIONS.iter().map(|row| (row.name, row.params));
    let mut looking = memory.chain(FILE_FUNCTIONS.iter().map(|row| (row.name, row.params)));
    let (_, params) = looking.find(|(other, _)| *other == name)?;
    Some(listed(name, &params.split(", ").collect::<Vec<_>>(), at))
}

fn prototype(row: &SystemCall, at: usize) -> Hint {
    let current = row.parameters().get(at).map(|parameter| parameter.place.0 + 2..parameter.place.1 + 2);
    Hint { text: format!("  {}", row.prototype), current }
}

fn listed(name: &str, params: &[&str], at: usize) -> Hint {
    let mut text = format!("  {name}(");
    let mut current = None;
    // The last one may come any number of times.
    let at =
        if params.last().is_some_and(|last| last.ends_with('…')) { at.min(params.len() - 1) } else { at };
    for (number, param) in params.iter().enumerate() {
        text += if number == 0 { "" } else { ", " };
        let from = text.len();
        text += param;
        if number == at {
            current = Some(from..text.len());
        }
    }
    Hint { text: text + ")", current }
}
