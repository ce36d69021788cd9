//! Completion items and their selection.

use std::collections::HashSet;
use std::path::Path;

use crate::lang::nearest::nearest;

/// The completions at a position in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// The start of the typed text, which an item replaces.
    pub from: usize,
    /// The items, beginning with the best match.
    pub items: Vec<CompletionOffer>,
    /// The files on disk that match the typed text.
    pub disk: Option<OnDisk>,
    /// The position of the items.
    pub position: ItemPosition,
    /// The fact whose value is expected at the position, if nothing of the value is written.
    pub fact: Option<FactAt>,
    /// Whether the typed text is empty or one of the items, and the line may end after it.
    pub line_may_end: bool,
    /// Whether the items begin with verbs or nouns, one of which usually follows.
    pub begins_with_words: bool,
}

/// A fact without a value, and a text whose run shows the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactAt {
    /// The name of the fact.
    pub name: String,
    /// The text up to the fact's name, without its comma or `=>`. The open blocks are closed.
    pub text: String,
    /// The first byte of the statement.
    pub statement: usize,
}

/// The position of an item, which determines the text that follows the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ItemPosition {
    /// The start of a statement.
    Statement,
    /// The start of a setting in the block with this name.
    Setting(&'static str),
    /// Elsewhere.
    #[default]
    Other,
}

/// The typed path and the file extensions for completions from disk (see [`names_on_disk`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    /// The typed part of the path.
    pub typed: String,
    /// The possible extensions.
    pub endings: &'static [&'static str],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionOffer {
    pub text: String,
    pub kind: ItemKind,
    /// A line of help, or the value of a variable if it is short.
    pub help: String,
}

/// The kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    Verb,
    /// A statement with its own syntax, or a keyword inside a statement.
    Keyword,
    /// A definition of the script.
    Definition,
    Process,
    Call,
    Fact,
    /// A keyword for a value.
    Word,
    /// A part of the machine or the kernel.
    Noun,
    Setting,
    /// A named machine.
    Preset,
    /// A TLB or cache of the machine.
    Part,
    Variable,
    Function,
    Constant,
    /// A property after a path.
    Field,
    /// A column of a table.
    Column,
    /// A bit of a page-table entry.
    Bit,
    Unit,
    File,
}

/// Maximum number of items that get help text or are searched for the nearest name. The limit keeps typing
/// responsive.
const LOOKED_AT: usize = 1000;

/// A collector of the items that match the typed text.
pub(crate) struct Pick<'a> {
    typed: &'a str,
    /// Whether to accept all items, for a search for the nearest name.
    all: bool,
    exact: Vec<CompletionOffer>,
    /// Items that match only if case is ignored.
    cased: Vec<CompletionOffer>,
}

impl<'a> Pick<'a> {
    /// Returns the items that begin with the typed text: first exact matches, then matches that differ in
    /// case. Without a match, returns the nearest item if `near` is true.
    pub(crate) fn matching(
        typed: &'a str,
        near: bool,
        offer: impl Fn(&mut Pick<'a>),
    ) -> Vec<CompletionOffer> {
        let mut pick = Pick {
            typed,
            all: false,
            exact: Vec::new(),
            cased: Vec::new(),
        };
        offer(&mut pick);
        pick.exact.append(&mut pick.cased);
        if !pick.exact.is_empty() || typed.is_empty() || !near {
            return once(pick.exact);
        }
        pick.all = true;
        offer(&mut pick);
        let near =
            nearest(typed, pick.exact.iter().map(|item| item.text.as_str())).map(str::to_owned);
        pick.exact
            .into_iter()
            .find(|item| Some(&item.text) == near.as_ref())
            .into_iter()
            .collect()
    }

    /// Whether a text matches.
    pub(crate) fn begins(&self, text: &str) -> bool {
        self.all || begins(text, self.typed)
    }

    pub(crate) fn add(&mut self, text: &str, kind: ItemKind, help: &str) {
        self.add_with(text, kind, || help.to_owned());
    }

    /// Adds a possible item, and computes its help only if the item matches.
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
        let help = if to.len() < LOOKED_AT {
            help()
        } else {
            String::new()
        };
        to.push(CompletionOffer {
            text: text.to_owned(),
            kind,
            help,
        });
    }
}

/// Whether a text begins with another text, ignoring case.
fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(with))
}

/// Removes duplicates, keeping the first occurrence of each item.
fn once(items: Vec<CompletionOffer>) -> Vec<CompletionOffer> {
    let mut seen: HashSet<&str> = HashSet::with_capacity(items.len());
    let first: Vec<bool> = items.iter().map(|item| seen.insert(&item.text)).collect();
    items
        .into_iter()
        .zip(first)
        .filter_map(|(item, first)| first.then_some(item))
        .collect()
}

/// Maximum number of folder entries to examine.
const ENTRIES: usize = 10_000;

/// Returns the files and folders that complete the typed path, relative to a folder. Hidden files are omitted
/// unless the typed name begins with a dot.
pub fn names_on_disk(folder: &Path, wanted: &OnDisk) -> Vec<CompletionOffer> {
    let (within, begun) = wanted
        .typed
        .rsplit_once('/')
        .map_or(("", &*wanted.typed), |(path, name)| (path, name));
    let within = if wanted.typed.starts_with('/') && within.is_empty() {
        "/"
    } else {
        within
    };
    let Ok(entries) = folder.join(within).read_dir() else {
        return Vec::new();
    };
    let typed = &wanted.typed[..wanted.typed.len() - begun.len()];
    let mut items = Vec::new();
    for entry in entries.take(ENTRIES).flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if !name.starts_with(begun) || name.starts_with('.') && !begun.starts_with('.') {
            continue;
        }
        let is_folder = entry.path().is_dir();
        let fits = wanted.endings.iter().any(|ending| name.ends_with(ending));
        if is_folder || fits {
            let slash = if is_folder { "/" } else { "" };
            items.push(CompletionOffer {
                text: format!("{typed}{name}{slash}"),
                kind: ItemKind::File,
                help: String::new(),
            });
        }
    }
    items.sort_by(|a, b| a.text.cmp(&b.text));
    items
}

/// Returns the words that begin with the typed text, ignoring case.
pub fn beginning(typed: &str, words: &[String]) -> Vec<CompletionOffer> {
    Pick::matching(typed, false, |pick| {
        for word in words {
            pick.add(word, ItemKind::Word, "");
        }
    })
}
