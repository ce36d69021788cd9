//! Compares a case with its golden section.

use std::sync::Arc;

use super::align::{Pair, pairs};
use super::model::Entry;
use crate::lang::span::Span;
use crate::report::words::reasons::reason;
use crate::run::facts::reported_facts;
use crate::run::record::Did;

/// The results of a statement, and the statement's location.
#[derive(Debug, Clone, Default)]
pub struct Placed {
    /// The results.
    pub entry: Entry,
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The location in the sources of the run.
    pub(crate) span: Span,
    /// The record, which explains the facts, or `None` if the entry is not a single statement.
    pub(crate) did: Option<Arc<Did>>,
}

/// A statement that differs from its golden entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file of the statement. For a removed statement, the file is that of the following statement.
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The location of the statement in the sources of the run, or `None` if the case has no statements.
    pub(crate) span: Option<Span>,
    /// The index of the entry in the golden section, or `None` if the section lacks the statement.
    pub(crate) entry: Option<usize>,
    /// Whether the run has the statement.
    pub(crate) ran: bool,
    pub(crate) statement: String,
    /// The lines that differ.
    pub(crate) changes: Vec<Change>,
    /// The first facts that differ, each with the reason for the actual value, as in `tlbi 0x3 because …`.
    pub(crate) reasons: Vec<String>,
}

/// Maximum number of reasons per statement.
const REASONS: usize = 3;

/// A line that differs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
pub enum Change {
    /// A line that only the golden file contains.
    Old(String),
    /// A line that only the run contains.
    New(String),
    /// A line that has different words in the golden file and the run.
    Both { old: String, new: String },
}

/// A statement of a golden file, the corresponding statement of a run, and their difference.
pub(crate) struct Compared<'a> {
    pub(crate) old: Option<&'a Entry>,
    pub(crate) new: Option<&'a Entry>,
    pub(crate) difference: Option<Difference>,
}

/// Returns a case's statements that differ from the case's golden section. `case` is the file and the line of the
/// case, for a statement that did not run.
pub fn compare(golden: &[Entry], run: &[Placed], case: (&str, usize)) -> Vec<Difference> {
    compared(golden, run, case)
        .into_iter()
        .filter_map(|one| one.difference)
        .collect()
}

/// Compares all statements of a case.
pub(crate) fn compared<'a>(
    golden: &'a [Entry],
    run: &'a [Placed],
    case: (&str, usize),
) -> Vec<Compared<'a>> {
    let old: Vec<String> = golden.iter().map(Entry::head).collect();
    let new: Vec<String> = run.iter().map(|placed| placed.entry.head()).collect();
    let compared = pairs(&old, &new).into_iter().map(|Pair { at, old, new }| {
        let entry = old;
        let (old, placed) = (
            old.and_then(|at| golden.get(at)),
            new.and_then(|at| run.get(at)),
        );
        let new = placed.map(|placed| &placed.entry);
        let changes = changes(old, new);
        if changes.is_empty() {
            return Compared {
                old,
                new,
                difference: None,
            };
        }
        let statement = new.or(old).map(Entry::head).unwrap_or_default();
        let here = run.get(at).or(run.last());
        let (file, line) = here.map_or(case, |placed| (&*placed.file, placed.line));
        let did = placed.and_then(|placed| placed.did.as_deref());
        let reasons = match (old, new, did) {
            (Some(old), Some(new), Some(did)) => reasons(old, new, did),
            _ => Vec::new(),
        };
        let difference = Difference {
            file: file.to_owned(),
            line,
            span: here.map(|placed| placed.span),
            entry,
            ran: new.is_some(),
            statement,
            changes,
            reasons,
        };
        Compared {
            old,
            new,
            difference: Some(difference),
        }
    });
    compared.collect()
}

/// Explains the facts that differ: those that only the new entry lists. An entry does not list the facts of absent events
/// and of unused parts.
fn reasons(golden: &Entry, new: &Entry, did: &Did) -> Vec<String> {
    let lists = |entry: &Entry, fact: &str| {
        let is_separate = |(at, _): (usize, &str)| {
            let (before, after) = (&entry.facts[..at], &entry.facts[at + fact.len()..]);
            (before.is_empty() || before.ends_with([' ', '\n']))
                && (after.is_empty() || after.starts_with([',', '\n']))
        };
        entry.facts.match_indices(fact).any(is_separate)
    };
    let facts = reported_facts(did)
        .into_iter()
        .map(|fact| (fact.to_string(), fact));
    let changed = facts.filter(|(text, _)| lists(new, text) && !lists(golden, text));
    changed
        .map(|(text, fact)| format!("{text} because {}", reason(&fact.key.reason(did), did)))
        .take(REASONS)
        .collect()
}

/// Returns the lines that differ between two entries, including the statement's text.
fn changes(old: Option<&Entry>, new: Option<&Entry>) -> Vec<Change> {
    let lines = |entry: Option<&Entry>, with_head: bool| {
        let head = entry.filter(|_| with_head).map(Entry::head);
        head.into_iter()
            .chain(entry.map(Entry::lines).unwrap_or_default())
            .collect::<Vec<String>>()
    };
    let with_head = old.map(Entry::head) != new.map(Entry::head);
    let (old, new) = (lines(old, with_head), lines(new, with_head));
    let line = |lines: &[String], at: Option<usize>| at.and_then(|at| lines.get(at)).cloned();
    let changes = pairs(&old, &new).into_iter().filter_map(|pair| {
        match (line(&old, pair.old), line(&new, pair.new)) {
            (Some(old), Some(new)) => (old != new).then_some(Change::Both { old, new }),
            (Some(old), None) => Some(Change::Old(old)),
            (None, new) => new.map(Change::New),
        }
    });
    changes.collect()
}
