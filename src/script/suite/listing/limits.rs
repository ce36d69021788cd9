//! The limits on a golden file, which determine the statements that are listed and those that are only
//! counted and digested.

use std::collections::{HashMap, HashSet};

use super::entries::Entries;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::narrate::Statement;
use crate::run::record::{Did, StepRecord};
use crate::suite::golden::{Digest, Entry, Placed};

/// Maximum number of iterations listed per statement of a loop.
const ROUNDS: u32 = 8;
/// Maximum size of a case, in bytes. Later statements are not listed.
const LARGEST: usize = 256 << 10;

/// Collects the records of a script's cases.
pub(crate) struct Recorder<'s> {
    entries: Entries<'s>,
    cases: Vec<Case>,
    /// The `include` of each complete script.
    scripts: HashSet<Span>,
}

/// The recorded results of a case.
#[derive(Default)]
struct Case {
    listed: Vec<Placed>,
    size: usize,
    /// The outermost running loop, and the execution counts of its statements.
    outer: Option<Span>,
    rounds: HashMap<Span, u32>,
    /// The omitted statements.
    more: More,
}

/// Omitted statements.
#[derive(Default)]
struct More {
    count: u64,
    digest: Digest,
    place: (String, usize),
    span: Span,
}

impl<'s> Recorder<'s> {
    /// Creates a recorder for N cases. `scripts` contains the `include` of each complete script.
    pub(crate) fn new(sources: &'s Sources, cases: usize, scripts: HashSet<Span>) -> Self {
        let cases = (0..cases).map(|_| Case::default()).collect();
        Self {
            entries: Entries::new(sources),
            cases,
            scripts,
        }
    }

    /// Adds a record of a case. `fails` adds failed checks.
    pub(crate) fn add_record(&mut self, at: usize, record: &StepRecord, fails: bool) {
        if let Did::Scenario(_) = &*record.did {
            return;
        }
        let Some(case) = self.cases.get_mut(at) else {
            return;
        };
        if case.outer != record.outer {
            // After the limit, one digest covers all remaining statements.
            if case.size <= LARGEST {
                case.flush();
            }
            case.rounds.clear();
            case.outer = record.outer;
        }
        let rounds = case.rounds.entry(record.span).or_default();
        *rounds = rounds.saturating_add(1);
        // The results of an included script are in its own golden file.
        if record
            .included
            .is_some_and(|include| self.scripts.contains(&include))
        {
            return;
        }
        let (statement, mut entry) = self.entries.list_record(record, fails);
        if *rounds > 1 {
            // Each execution has the same text.
            entry.text.clear();
        }
        let listed = record.outer.is_none() || *rounds <= ROUNDS;
        if listed && case.size <= LARGEST {
            case.flush();
            case.size += entry.size();
            let (file, line, did) = (
                statement.file.clone(),
                statement.line,
                Some(record.did.clone()),
            );
            case.listed.push(Placed {
                entry,
                file,
                line,
                span: record.span,
                did,
            });
        } else {
            case.more.add(&entry, &statement, record.span);
        }
    }

    /// Returns the results of each case.
    pub(crate) fn cases(self) -> Vec<Vec<Placed>> {
        self.cases.into_iter().map(Case::end).collect()
    }
}

impl Case {
    /// Adds an entry with the number of omitted statements.
    fn flush(&mut self) {
        let More {
            count,
            digest,
            place: (file, line),
            span,
        } = std::mem::take(&mut self.more);
        if count > 0 {
            let digest = digest.to_string();
            let entry = Entry {
                more: Some(count),
                digest,
                ..Entry::default()
            };
            self.listed.push(Placed {
                entry,
                file,
                line,
                span,
                did: None,
            });
        }
    }

    fn end(mut self) -> Vec<Placed> {
        self.flush();
        self.listed
    }
}

impl More {
    fn add(&mut self, entry: &Entry, statement: &Statement, span: Span) {
        if self.count == 0 {
            self.span = span;
            self.place = (statement.file.clone(), statement.line);
        }
        self.count += 1;
        self.digest.put(&entry.statement);
        for text in [
            &entry.facts,
            &entry.value,
            &entry.calls,
            &entry.prints,
            &entry.shows,
            &entry.fails,
        ] {
            self.digest.put(text);
        }
        if let Some(count) = entry.count {
            self.digest.put(&count.to_string());
        }
    }
}
