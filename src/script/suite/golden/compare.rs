//! Compares a case with its golden section.

use std::sync::Arc;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::model::Entry;
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
    pub(crate) statement: String,
    /// The lines that differ.
    pub(crate) changes: Vec<Change>,
    /// The first facts that differ, each with the reason for the actual value, as in `tlbi 0x3 because …`.
    pub(crate) reasons: Vec<String>,
}

/// Maximum number of reasons per statement.
const REASONS: usize = 3;

/// A line that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
pub enum Change {
    /// A line that only the golden file contains.
    Old(String),
    /// A line that only the run contains.
    New(String),
    /// A line that has different words in the golden file and the run.
    Both { old: String, new: String },
}

/// Returns a case's statements that differ from the case's golden section.
pub fn compare(golden: &[Entry], run: &[Placed]) -> Vec<Difference> {
    let old: Vec<String> = golden.iter().map(Entry::head).collect();
    let new: Vec<String> = run.iter().map(|placed| placed.entry.head()).collect();
    let mut differences = Vec::new();
    let mut pair = |at: usize, old: Option<&Entry>, new: Option<&Entry>| {
        let changes = changes(old, new);
        let shown = new.or(old).map(Entry::head).unwrap_or_default();
        let place = run.get(at).or(run.last());
        let (file, line) = place.map_or((String::new(), 1), |placed| (placed.file.clone(), placed.line));
        if !changes.is_empty() {
            let did = run
                .get(at)
                .filter(|_| old.is_some() && new.is_some())
                .and_then(|placed| placed.did.as_deref());
            let reasons = old.zip(did).map(|(old, did)| reasons(old, did)).unwrap_or_default();
            differences.push(Difference { file, line, statement: shown, changes, reasons });
        }
    };
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (olds, news) = (op.old_range(), op.new_range());
        let both = match op {
            DiffOp::Equal { .. } | DiffOp::Replace { .. } => olds.len().min(news.len()),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => 0,
        };
        for i in 0..both {
            let at = news.start + i;
            pair(at, golden.get(olds.start + i), run.get(at).map(|placed| &placed.entry));
        }
        olds.skip(both).for_each(|i| pair(news.end, golden.get(i), None));
        news.skip(both).for_each(|i| pair(i, None, run.get(i).map(|placed| &placed.entry)));
    }
    differences
}

/// Explains the facts that the golden entry does not contain.
fn reasons(golden: &Entry, did: &Did) -> Vec<String> {
    let known =
        |fact: &str| golden.facts.lines().flat_map(|line| line.split(", ")).any(|known| known == fact);
    // Golden files do not list the facts of absent events.
    let absent = |fact: &str| fact.ends_with(" none") || fact.ends_with(" no");
    let facts = reported_facts(did).into_iter().map(|fact| (fact.to_string(), fact));
    let changed = facts.filter(|(text, _)| !known(text) && !absent(text));
    changed.map(|(text, fact)| format!("{text} because {}", fact.key.reason(did))).take(REASONS).collect()
}

/// Returns the lines that differ between two entries, including the statement's text.
fn changes(old: Option<&Entry>, new: Option<&Entry>) -> Vec<Change> {
    let lines = |entry: Option<&Entry>, with_head: bool| {
        let head = entry.filter(|_| with_head).map(Entry::head);
        head.into_iter().chain(entry.map(Entry::lines).unwrap_or_default()).collect::<Vec<String>>()
    };
    let with_head = old.map(Entry::head) != new.map(Entry::head);
    let (old, new) = (lines(old, with_head), lines(new, with_head));
    let mut changes = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        let (mut olds, mut news) = (old[op.old_range()].iter(), new[op.new_range()].iter());
        loop {
            changes.push(match (olds.next().cloned(), news.next().cloned()) {
                (Some(old), Some(new)) => Change::Both { old, new },
                (Some(old), None) => Change::Old(old),
                (None, Some(new)) => Change::New(new),
                (None, None) => break,
            });
        }
    }
    changes
}
