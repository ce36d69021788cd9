//! One side of a comparison: a run's statements in order of first execution, with their records.

use std::collections::HashMap;
use std::sync::Arc;

use pagewalk_engine::machine::event::Event;

use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::doc::{Block, Step};
use crate::report::narrate::{Statement, Statements, call_steps, steps};
use crate::run::record::{CellView, Did, FaultRecord, ReferenceRun, Sink, StepRecord, View};

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
            let key = key(record, &statement);
            self.ran.push(Ran {
                statement,
                scenario: record.scenario.clone(),
                key,
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
            .map(|row| 32 + row.len() * size_of::<CellView>())
            .sum(),
        _ => 1024,
    }
}

/// Returns a key that consists of the scenario, the process, and the statement's text. The key of a machine
/// declaration excludes its settings, so that the declarations of two machines are a pair.
fn key(record: &StepRecord, statement: &Statement) -> String {
    let scenario = record.scenario.as_deref().unwrap_or_default();
    let process = record.process.as_ref().map_or("", |process| &process.name);
    let text = match *record.did {
        Did::Machine(_) => "machine".to_owned(),
        _ => statement
            .text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    };
    format!("{scenario}\n{process}\n{text}")
}

/// The place where two runs diverge.
#[derive(Debug)]
pub(crate) struct Parting {
    /// The statement in the first and in the second run.
    pub(crate) statements: (Arc<Statement>, Arc<Statement>),
    /// Number of the step, counted from 1.
    pub(crate) number: usize,
    /// The step in the first run, or `None` if that run has fewer steps.
    pub(crate) a: Option<Step>,
    /// The step in the second run.
    pub(crate) b: Option<Step>,
}

/// Returns the first step that differs between two executions of a statement.
pub(crate) fn parting(
    (a, one): (&Ran, &StepRecord),
    (b, other): (&Ran, &StepRecord),
) -> Option<Parting> {
    if is_surely_same(&one.did, &other.did) {
        return None;
    }
    let (first, second) = (sequence(&one.did), sequence(&other.did));
    let same = first
        .iter()
        .zip(&second)
        .take_while(|(one, other)| one == other)
        .count();
    if same == first.len() && same == second.len() {
        return None;
    }
    Some(Parting {
        statements: (a.statement.clone(), b.statement.clone()),
        number: same + 1,
        a: first.get(same).cloned(),
        b: second.get(same).cloned(),
    })
}

/// Whether both accesses have the same events on equal machines, so that they need no comparison.
fn is_surely_same(a: &Did, b: &Did) -> bool {
    match (a, b) {
        (Did::Access(a), Did::Access(b)) => {
            a.events == b.events
                && a.outcome == b.outcome
                && a.spec == b.spec
                && a.faults().is_empty()
                && b.faults().is_empty()
        }
        _ => false,
    }
}

/// Returns the steps of a statement. Statements that only declare, show, or expect have no steps.
fn sequence(did: &Did) -> Vec<Step> {
    match did {
        Did::Access(access) => steps(access).into_iter().flat_map(numbered).collect(),
        Did::Reference(run) => references(run),
        did => did.call().map(call_steps).unwrap_or_default(),
    }
}

fn numbered(block: Block) -> Vec<Step> {
    match block {
        Block::Steps(steps) => steps,
        _ => Vec::new(),
    }
}

fn references(run: &ReferenceRun) -> Vec<Step> {
    let to_step = |step: &pagewalk_engine::machine::reference_string::ReferenceStep| {
        let victim = step.victim.map_or_else(String::new, |page| {
            format!(", page {} is evicted", run.page(page))
        });
        let what = if step.hit { "a hit" } else { "a fault" };
        Step {
            who: format!("page {}", run.page(step.page)),
            what: format!("{what}{victim}"),
        }
    };
    run.steps().iter().map(to_step).collect()
}
