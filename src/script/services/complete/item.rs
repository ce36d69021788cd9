//! What is offered, and how it is chosen among what can stand at a place.

use std::collections::HashSet;

use crate::lang::nearest::nearest;

/// What is offered at a place of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where what is typed begins, which an item replaces.
    pub from: usize,
    /// What can stand there, the most fitting first.
    pub items: Vec<CompletionOffer>,
    /// Names of files on disk can stand there.
    pub disk: Option<OnDisk>,
    /// Where an item would be.
    pub position: ItemPosition,
}

/// Where an item would be, as far as that determines what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ItemPosition {
    /// It begins a statement.
    Statement,
    /// It begins a setting of the block of this name.
    Setting(&'static str),
    /// Elsewhere.
    #[default]
    Other,
}

/// Files on disk that can stand at a place: see [`super::disk::names`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    /// What is typed of the path.
    pub typed: String,
    /// The endings that such a file has.
    pub endings: &'static [&'static str],
}

/// One offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionOffer {
    /// What is written.
    pub text: String,
    /// What it is.
    pub kind: ItemKind,
    /// One line of help; of a variable its value, if that is short.
    pub help: String,
}

/// What an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// It begins a statement.
    Verb,
    /// It begins a statement with a shape of its own, or is a word within one.
    Keyword,
    /// A definition of the script's.
    Definition,
    /// A process.
    Process,
    /// A system call.
    Call,
    /// A fact.
    Fact,
    /// A word that stands for a value.
    Word,
    /// A part of the machine or the kernel.
    Noun,
    /// A setting.
    Setting,
    /// A machine that has a name.
    Preset,
    /// A TLB or cache of the machine.
    Part,
    /// A variable.
    Variable,
    /// A function.
    Function,
    /// A constant of C.
    Constant,
    /// What may follow a path.
    Field,
    /// A column of a table.
    Column,
    /// A bit of a page-table entry.
    Bit,
    /// A unit.
    Unit,
    /// A file.
    File,
}

/// The most that are looked through for the nearest, and that have a line of help, so that a keystroke stays quick.
const LOOKED_AT: usize = 1000;

/// Chooses among what can stand at a place by what is typed.
pub(crate) struct Pick<'a> {
    typed: &'a str,
    /// Everything is taken, to look for the nearest.
    all: bool,
    exact: Vec<CompletionOffer>,
    /// Those that differ in case only.
    cased: Vec<CompletionOffer>,
}

impl<'a> Pick<'a> {
    /// Returns the offers that begin with the typed text: exact matches first, then those that differ in case. If there are none and
    /// `near` is true, returns the nearest.
    pub(crate) fn matching(
        typed: &'a str,
        near: bool,
        offer: impl Fn(&mut Pick<'a>),
    ) -> Vec<CompletionOffer> {
        let mut pick = Pick { typed, all: false, exact: Vec::new(), cased: Vec::new() };
        offer(&mut pick);
        pick.exact.append(&mut pick.cased);
        if !pick.exact.is_empty() || typed.is_empty() || !near {
            return once(pick.exact);
        }
        pick.all = true;
        offer(&mut pick);
        let near = nearest(typed, pick.exact.iter().map(|item| item.text.as_str())).map(str::to_owned);
        pick.exact.into_iter().find(|item| Some(&item.text) == near.as_ref()).into_iter().collect()
    }

    /// Whether a text would be taken.
    pub(crate) fn begins(&self, text: &str) -> bool {
        self.all || begins(text, self.typed)
    }

    /// One more that can stand there.
    pub(crate) fn add(&mut self, text: &str, kind: ItemKind, help: &str) {
        self.add_with(text, kind, || help.to_owned());
    }

    /// One more, whose help is only made if it is offered.
    pub(crate) fn add_with(&mut self, text: &str, kind: ItemKind, help: impl FnOnce() -> String) {
        let to = if self.all {
            if self.exact.len() >= LOOKED_AT {
                return;
            }
            &mut self.exact
        } else if text.starts_with(self.typed) {
            &mut self.exact
        } else if begins(text, self.typed) {
            &mut self.cased
        } else {
            return;
        };
        let help = if to.len() < LOOKED_AT { help() } else { String::new() };
        to.push(CompletionOffer { text: text.to_owned(), kind, help });
    }
}

/// Whether a text begins with another, but for case.
fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with))
}

/// Each text once, the first of equal ones.
fn once(items: Vec<CompletionOffer>) -> Vec<CompletionOffer> {
    let mut seen: HashSet<&str> = HashSet::with_capacity(items.len());
    let first: Vec<bool> = items.iter().map(|item| seen.insert(&item.text)).collect();
    items.into_iter().zip(first).filter_map(|(item, first)| first.then_some(item)).collect()
}
