//! Completion, signatures, and hovers.

use std::ops::Range;
use std::path::Path;

use super::document::Document;
use super::run::{Failure, RunResult, Step};
use crate::api::explain::sections;
use crate::lang::span::Span;
use crate::report::hover::{
    Asked, HoverInfo, code, documentation, drawn, hover_at, paragraphs, script,
};
use crate::report::narrate::shown;
use crate::report::words::reasons::reason;
use crate::run::facts::reported_facts;
use crate::run::record::Did;
use crate::run::state::State;
use crate::services::complete;
use crate::services::complete::{
    CompletionOffer, Completions, FactAt, ItemKind, ItemPosition, OnDisk, Signature, complete_in,
    item, snippet,
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
    /// Whether the list is too long to open after a space without a request. A list that begins with verbs or nouns is not.
    pub is_long: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionItem {
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
    /// Returns the completions at a byte, with the value of the run for a fact if `with_values` is true.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let found = Document::new("a.pw", "machine co", OpenTexts::default()).completion(10, true);
    /// assert_eq!((found.range, &*found.items[0].text), (8..10, "core-i7"));
    /// ```
    pub fn completion(&self, at: usize, with_values: bool) -> Completion {
        let state = self.state(at);
        let mut found = complete_in(Some(&self.parsed().script), self.tree(), at, &state);
        if let Some(wanted) = &found.disk {
            let more = self.file_items(wanted);
            found.items.extend(more);
        }
        let values = found
            .fact
            .as_ref()
            .filter(|_| with_values)
            .map_or_else(Vec::new, |fact| self.values_of(fact));
        let Completions {
            from,
            mut items,
            position,
            line_may_end,
            begins_with_words,
            ..
        } = found;
        let typed = self.text().get(from..at).unwrap_or("");
        let is_long =
            items.len() > FEW && !begins_with_words && (values.is_empty() || !typed.is_empty());
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
        complete::signature(self.tree(), at, &self.state(at))
    }

    /// Whether the word before the cursor begins a clause of this signature, as `for` does in `translate 0x3D4 for `.
    pub fn begins_clause(&self, signature: &Signature, at: usize) -> bool {
        let before = self.text().get(..at).unwrap_or("").trim_end();
        let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
        let usage = signature
            .current()
            .and_then(|current| signature.label.get(..current.start));
        let words = usage.into_iter().flat_map(str::split_whitespace).skip(1);
        // An `=` is no clause.
        let is_keyword = word.ends_with(char::is_alphanumeric);
        is_keyword
            && words
                .last()
                .is_some_and(|last| last.trim_start_matches('[') == word)
    }

    /// Returns the value that a fact has in a run, and `?`, if the statement runs.
    fn values_of(&self, fact: &FactAt) -> Vec<CompletionOffer> {
        let document = Self::new(self.path(), &*fact.text, self.open().clone()).after(self);
        // The results of the last run belong to an older text, so the document runs again up to the
        // fact.
        let facts = document.facts_from(fact.statement, STEPS);
        let Some(known) = facts.iter().find(|known| known.name == fact.name) else {
            return Vec::new();
        };
        let value = known.value.as_str();
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
            .map_or_else(Vec::new, |_| item::names_on_disk(folder, wanted));
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

/// Maximum number of facts in a hover on a verb.
const FACTS: usize = 24;
/// Maximum number of lines of a figure or table in a hover on `figure` or `show`.
const LINES: usize = 30;

/// The hover at a position of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The bytes of the word or number, if there is one.
    pub range: Option<Range<usize>>,
    /// Markdown with the results of the run, the diagnostics, and the meaning of the word or
    /// number.
    pub text: String,
}

impl Document {
    /// Returns the hover at a byte, with the results of a run. Without `with_values`, the hover explains no number by the
    /// machine, such as the fields of an address.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "machine simple\nread 0x3D4", OpenTexts::default());
    /// let hover = document.hover(22, None, true).unwrap();
    /// assert_eq!(hover.range, Some(20..25));
    /// assert!(hover.text.contains("VPN"));
    /// ```
    pub fn hover(&self, at: usize, run: Option<&RunResult>, with_values: bool) -> Option<Hover> {
        let state = |at| {
            if with_values {
                self.state(at)
            } else {
                State::new(0)
            }
        };
        let asked = Asked {
            tree: self.tree(),
            sources: &self.parsed().sources,
            state: &state,
        };
        let known = hover_at(&asked, at);
        let results = run.map_or_else(String::new, |run| run_facts(run, known.as_ref(), at));
        let (range, meaning) =
            known.map_or((at..at, String::new()), |known| (known.span, known.text));
        let text = paragraphs([results, self.explanations(at), meaning]);
        (!text.is_empty()).then(|| Hover {
            range: Some(range).filter(|range| !range.is_empty()),
            text,
        })
    }

    /// Returns explanations of the diagnostics at a byte: the first paragraph of the documentation of each
    /// code.
    fn explanations(&self, at: usize) -> String {
        let script = self.script();
        let here = script
            .diagnostics
            .iter()
            .chain(&script.warnings)
            .filter(|one| contains(one.span, at));
        paragraphs(here.filter_map(|one| {
            let (_, body) = sections().find(|(name, _)| *name == one.code.name())?;
            let first = body.split("\n\n").next().unwrap_or("");
            Some(format!(
                "{}: {}",
                code(one.code.name()),
                first.replace('\n', " ")
            ))
        }))
    }
}

fn contains(span: Span, at: usize) -> bool {
    span.file == 0 && (span.start as usize..=span.end as usize).contains(&at)
}

/// Returns the results of the run at a byte: the messages of failed expectations, which contain the actual value, or
/// the value of the fact at the byte. At the beginning of a statement, all facts replace this value.
fn run_facts(run: &RunResult, known: Option<&HoverInfo>, at: usize) -> String {
    let failed: Vec<&Failure> = run
        .failures
        .iter()
        .filter(|failure| contains(failure.span, at))
        .collect();
    let steps = run.steps.iter().filter(|step| contains(step.span, at));
    let step = steps.min_by_key(|step| step.span.end - step.span.start);
    let facts = step.zip(known).map(|(step, known)| step_facts(step, known));
    // The message of a `?` lacks the reason, which follows it with the value of the fact.
    let facts = facts.filter(|_| failed.iter().all(|failure| failure.open));
    let messages = failed
        .iter()
        .map(|failure| format!("**{}**", failure.message));
    paragraphs(messages.chain(facts))
}

fn step_facts(step: &Step, known: &HoverInfo) -> String {
    let times = if step.times > 1 {
        format!(
            " (ran {} times; facts that differ between the runs are not shown)",
            step.times
        )
    } else {
        String::new()
    };
    if let Some(fact) = &known.fact {
        let value = step.facts().into_iter().find(|known| known.name == *fact);
        // Omit the reason if the statement ran several times, because the reasons differ between executions.
        let did = step.did().filter(|_| step.times == 1);
        let reported = did.and_then(|did| {
            reported_facts(did)
                .into_iter()
                .find(|reported| reported.name == *fact)
        });
        let because = did
            .zip(reported)
            .map_or_else(String::new, |(did, reported)| {
                format!(", because {}", reason(&reported.key.reason(did), did))
            });
        return value.map_or_else(String::new, |value| {
            format!("In the run: {}{times}{because}.", code(&value.to_string()))
        });
    }
    // The verb, or the name that the statement defines.
    let is_at_beginning = known.span.start <= step.span.start as usize + 4;
    if !is_at_beginning {
        return String::new();
    }
    if let Some(Did::Shown(views)) = step.did() {
        let drawing = drawn(&shown(views));
        return if drawing.lines().count() <= LINES {
            drawing
        } else {
            String::new()
        };
    }
    let facts: Vec<String> = step
        .facts()
        .iter()
        .take(FACTS)
        .map(ToString::to_string)
        .collect();
    if facts.is_empty() {
        return String::new();
    }
    paragraphs([format!("In the run{times}:"), script(&facts.join(", "))])
}
