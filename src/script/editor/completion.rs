//! Completion and signatures.

use std::ops::Range;
use std::path::Path;

use super::document::Document;
use crate::report::hover::documentation;
use crate::run::state::State;
use crate::services::complete::{
    self, CompletionOffer, Completions, FactAt, ItemKind, ItemPosition, OnDisk, Signature,
    complete_in, disk, snippet,
};

/// Maximum number of items in an answer.
const MOST: usize = 1000;
/// Maximum number of items in a list that opens when the user types a space.
const FEW: usize = 60;

/// Maximum number of steps of a run that finds the value of a fact. The editor waits for this run.
const STEPS: u64 = 20_000;

/// The completion items at a position.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The bytes that an item replaces.
    pub range: Range<usize>,
    /// The best matches first. If nothing begins with the typed text, the list contains only the nearest
    /// name.
    pub items: Vec<CompletionItem>,
    /// Whether the line may end at the cursor, because the typed text is empty or complete. A list that opens there
    /// without a request would turn Enter into an item.
    pub line_may_end: bool,
    /// Whether the list is too long to open after a space without a request.
    pub is_long: bool,
}

/// A completion item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionItem {
    /// The text.
    pub text: String,
    /// The kind of the item.
    pub kind: ItemKind,
    /// A line of help, or the value of a variable if the value is short. May be empty.
    pub help: String,
    /// The entry of the reference, in Markdown.
    pub documentation: Option<&'static str>,
    /// The text with placeholders, such as `read ${1:VA}$0`, if the rest of the line is empty.
    pub snippet: Option<String>,
}

impl Document {
    /// Returns the completions at a byte.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let found = Document::new("a.pw", "machine co", OpenTexts::default()).completion(10);
    /// assert_eq!((found.range, &*found.items[0].text), (8..10, "core-i7"));
    /// ```
    pub fn completion(&self, at: usize) -> Completion {
        let state = self.state(at);
        let mut found = complete_in(&self.parsed().script, self.text(), at, &state);
        if let Some(wanted) = &found.disk {
            let more = self.file_items(wanted);
            found.items.extend(more);
        }
        let values = found
            .fact
            .as_ref()
            .map_or_else(Vec::new, |fact| self.values_of(fact));
        let Completions {
            from,
            mut items,
            position,
            line_may_end,
            ..
        } = found;
        let typed = self.text().get(from..at).unwrap_or("");
        let is_long = items.len() > FEW && (values.is_empty() || !typed.is_empty());
        let values = values
            .into_iter()
            .filter(|value| value.text.starts_with(typed));
        let values: Vec<CompletionOffer> = values.collect();
        items.retain(|item| values.iter().all(|value| value.text != item.text));
        items.splice(..0, values);
        let snippets = self.line_is_free(at);
        Completion {
            range: from..at,
            line_may_end,
            is_long,
            items: items
                .into_iter()
                .take(MOST)
                .map(|item| offer(item, position, snippets.then_some(&state)))
                .collect(),
        }
    }

    /// Returns the signature of the statement, setting, or call at a byte.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "def f(at, n) { }\nf(1, ", OpenTexts::default());
    /// let signature = document.signature(22).unwrap();
    /// assert_eq!((&*signature.label, signature.current()), ("f(at, n)", Some(6..7)));
    /// ```
    pub fn signature(&self, at: usize) -> Option<Signature> {
        complete::signature(self.text(), at, &self.state(at))
    }

    /// Returns the value that a fact has in a run, and `?`, if the statement runs.
    fn values_of(&self, fact: &FactAt) -> Vec<CompletionOffer> {
        let document =
            Self::new(self.path(), &*fact.text, self.open().clone()).after(self.latest());
        // The results of the last run belong to an older text, so the document runs again up to the
        // fact.
        let facts = document.facts_from(fact.statement, STEPS);
        let mut named = facts.iter();
        let prefix = format!("{} ", fact.name);
        let Some(value) = named.find_map(|known| known.strip_prefix(&prefix)) else {
            return Vec::new();
        };
        let offer = |text: &str, help: &str| CompletionOffer {
            text: text.to_owned(),
            kind: ItemKind::Word,
            help: help.to_owned(),
        };
        vec![
            offer(value, "the value of this run"),
            offer("?", "a value to fill in after the run"),
        ]
    }

    /// Returns files on disk in the script's folder, and unsaved open files.
    fn file_items(&self, wanted: &OnDisk) -> Vec<CompletionOffer> {
        let folder = self.path().parent().unwrap_or(Path::new("."));
        let open = self.open();
        let mut items = open
            .other
            .as_ref()
            .map_or_else(Vec::new, |_| disk::names(folder, wanted));
        for open in open.texts.keys().filter(|open| *open != self.path()) {
            let Some(name) = open.strip_prefix(folder).ok().and_then(Path::to_str) else {
                continue;
            };
            let name = name.replace('\\', "/");
            let fits = name.starts_with(&wanted.typed)
                && wanted.endings.iter().any(|ending| name.ends_with(ending));
            if fits && !items.iter().any(|item| item.text == name) {
                items.push(CompletionOffer {
                    text: name,
                    kind: ItemKind::File,
                    help: "unsaved file".to_owned(),
                });
            }
        }
        items
    }

    /// Whether the rest of the line is empty, or begins with a bracket, comma, or comment, so that
    /// placeholders fit.
    fn line_is_free(&self, at: usize) -> bool {
        let rest = self.text().get(at..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("").trim();
        line.is_empty() || line.starts_with(['}', ')', '#', ','])
    }
}

/// Returns an item. If `state` is known, the item has placeholders.
fn offer(item: CompletionOffer, position: ItemPosition, state: Option<&State>) -> CompletionItem {
    let CompletionOffer { text, kind, help } = item;
    let documentation = documentation(&text, kind);
    let snippet = state.and_then(|state| snippet(&text, kind, position, state));
    CompletionItem {
        text,
        kind,
        help,
        documentation,
        snippet,
    }
}
