//! One side of a comparison: a run's statements in order of first execution, with their records.

use std::collections::HashMap;
use std::sync::Arc;

use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::narrate::{Statement, Statements, one_line};
use crate::run::record::{Did, FaultRecord, Sink, StepRecord, View};
use crate::run::table::Cell;
use pagewalk_engine::machine::event::Event;

/// Approximate maximum size of the kept records in bytes. The comparison ignores the records after this
/// limit.
const KEPT: usize = 1 << 28;

/// A statement and its executions.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) statement: Arc<Statement>,
    /// The scenario in which the statement ran.
    pub(crate) scenario: Option<Arc<str>>,
    /// The key that pairs a statement with a statement in the other run.
    pub(crate) key: String,
    /// The key without the tables that reports omit, which pairs statements whose tables differ.
    pub(crate) head: String,
    /// The records, each with its number in the run.
    pub(crate) rounds: Vec<(usize, StepRecord)>,
}

/// A sink that keeps the records of a run.
#[derive(Debug)]
pub struct Side<'s> {
    statements: Statements<'s>,
    places: HashMap<(Span, Option<Arc<str>>), usize>,
    ran: Vec<Ran>,
    seen: usize,
    kept: usize,
    left_out: usize,
}

impl<'s> Side<'s> {
    /// Creates the side for a script that has not run yet.
    pub fn new(sources: &'s Sources) -> Self {
        Self {
            statements: Statements::new(sources),
            places: HashMap::new(),
            ran: Vec::new(),
            seen: 0,
            kept: 0,
            left_out: 0,
        }
    }

    /// Returns the statements in order of first execution.
    pub(crate) fn ran(&self) -> &[Ran] {
        &self.ran
    }

    /// Returns the number of records that were not kept.
    pub(crate) fn left_out(&self) -> usize {
        self.left_out
    }
}

impl Sink for Side<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if matches!(*record.did, Did::Scenario(_)) {
            return true;
        }
        self.seen += 1;
        self.kept = self.kept.saturating_add(bytes(record));
        if self.kept > KEPT {
            self.left_out += 1;
            return true;
        }
        let place = (record.span, record.scenario.clone());
        let at = *self.places.entry(place).or_insert_with(|| {
            let statement = self.statements.executed(record);
            let text = match *record.did {
                Did::Machine(_) => MACHINE.to_owned(),
                _ => one_line(&statement.text),
            };
            let head = if statement.abridged {
                key(record, &statement.short)
            } else {
                key(record, &text)
            };
            self.ran.push(Ran {
                statement,
                scenario: record.scenario.clone(),
                key: key(record, &text),
                head,
                rounds: Vec::new(),
            });
            self.ran.len() - 1
        });
        self.ran[at].rounds.push((self.seen, record.clone()));
        true
    }
}

/// Estimates the size of a record in bytes.
fn bytes(record: &StepRecord) -> usize {
    let events = size_of::<Event>();
    let faults = |faults: &[FaultRecord]| -> usize {
        faults
            .iter()
            .map(|fault| 512 + fault.events.len() * events + fault.steps.len() * 64)
            .sum()
    };
    let did = match &*record.did {
        Did::Access(access) => {
            access.data.len() * 2 + access.events.len() * events + faults(access.faults())
        }
        Did::Reference(run) => run
            .steps()
            .iter()
            .map(|step| 96 + step.frames.len() * 8)
            .sum(),
        Did::Shown(views) => views.iter().map(shown).sum(),
        did => did
            .call()
            .map_or(0, |call| call.steps.len() * 64 + faults(&call.faults)),
    };
    1024 + record.checks.len() * 256 + record.calls.len() * 512 + did
}

fn shown(view: &View) -> usize {
    match view {
        View::Table(table) | View::Maps { table, .. } => table
            .rows
            .iter()
            .map(|row| 32 + row.len() * size_of::<Cell>())
            .sum(),
        _ => 1024,
    }
}

/// The key of every machine declaration, so that the declarations of two machines are a pair.
pub(super) const MACHINE: &str = "machine";

/// Returns a key that consists of the scenario, the process, and a text.
fn key(record: &StepRecord, text: &str) -> String {
    let scenario = record.scenario.as_deref().unwrap_or_default();
    let process = record.process.as_ref().map_or("", |process| &process.name);
    format!("{scenario}\n{process}\n{text}")
}
