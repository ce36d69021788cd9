//! The call graph of the definitions, and its cycles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};

/// A definition and the calls in its body.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: Word,
    pub(crate) params: usize,
    /// The definitions that this definition calls, by number, with the span of each call's name.
    pub(crate) calls: Vec<(usize, Span)>,
}

/// Returns one `recursion` diagnostic for each cycle of definitions, at the first call in the cycle.
pub(crate) fn circles(definitions: &[Definition]) -> Vec<Diagnostic> {
    let mut search = Search {
        definitions,
        state: vec![State::New; definitions.len()],
        found: Vec::new(),
    };
    for start in 0..definitions.len() {
        search.from(start);
    }
    search.found
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Search<'a> {
    definitions: &'a [Definition],
    state: Vec<State>,
    found: Vec<Diagnostic>,
}

impl Search<'_> {
    /// Performs a depth-first search with an explicit stack, because a chain of definitions may be long.
    fn from(&mut self, start: usize) {
        if self.state[start] != State::New {
            return;
        }
        self.state[start] = State::Open;
        // The definitions on the path, each with the index of its next call.
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let Some(&(callee, _)) = self.definitions[*at].calls.get(*next) else {
                self.state[*at] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match self.state[callee] {
                State::New => {
                    self.state[callee] = State::Open;
                    path.push((callee, 0));
                }
                State::Open => self.report(&path, callee),
                State::Done => {}
            }
        }
    }

    /// Reports the cycle that begins at `first` on the path. In each definition on the path, the call with
    /// the index before `next` is part of the cycle.
    fn report(&mut self, path: &[(usize, usize)], first: usize) {
        let start = path.iter().position(|(at, _)| *at == first).unwrap_or(0);
        let steps: Vec<(&str, Span)> = path[start..]
            .iter()
            .map(|&(at, next)| {
                (
                    &*self.definitions[at].name.text,
                    self.definitions[at].calls[next - 1].1,
                )
            })
            .collect();
        let Some(((caller, span), others)) = steps.split_first() else {
            return;
        };
        let way = others
            .iter()
            .map(|(name, _)| format!(" calls `{name}`, which"))
            .collect::<Vec<_>>()
            .concat();
        let message = if others.is_empty() {
            format!("`{caller}` calls itself")
        } else {
            format!("`{caller}`{way} calls `{caller}`")
        };
        let mut diagnostic = Diagnostic::new(Code::Recursion, *span, message)
            .label(format!("called in `{caller}`"))
            .help("a definition cannot call itself, even indirectly; use `for` or `repeat`");
        for (name, span) in others {
            diagnostic = diagnostic.also(*span, format!("called in `{name}`"));
        }
        self.found.push(diagnostic);
    }
}

/// Formats the number of arguments: `2 arguments`.
pub fn count(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        many => format!("{many} arguments"),
    }
}

/// The variables and definitions of one scope.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    variables: BTreeSet<Arc<str>>,
    definitions: BTreeMap<Arc<str>, Vec<usize>>,
    /// Unknown names already reported in the scope.
    unknown: BTreeSet<Arc<str>>,
}

impl Scope {
    pub(crate) fn set(&mut self, name: &Arc<str>) {
        self.variables.insert(Arc::clone(name));
    }

    /// Whether the scope has this variable.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    /// Records that an unknown name was reported.
    pub(crate) fn report(&mut self, name: &Arc<str>) {
        self.unknown.insert(Arc::clone(name));
    }

    /// Whether an unknown name was already reported.
    pub(crate) fn reported(&self, name: &str) -> bool {
        self.unknown.contains(name)
    }

    /// Returns the variables of the scope, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(AsRef::as_ref)
    }

    /// Declares a definition by its number.
    pub(crate) fn define(&mut self, name: &Arc<str>, number: usize) {
        self.definitions
            .entry(Arc::clone(name))
            .or_default()
            .push(number);
    }

    /// Returns the definitions with this name.
    pub(crate) fn definitions(&self, name: &str) -> Option<&[usize]> {
        self.definitions.get(name).map(Vec::as_slice)
    }

    /// Returns the names of the scope's definitions, in alphabetical order.
    pub(crate) fn defined(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(AsRef::as_ref)
    }
}
