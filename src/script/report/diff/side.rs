//! One of two runs: its statements in the order in which they first ran, with all that each did.

use std::collections::HashMap;
use std::sync::Arc;

use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::narrate::{Statement, Statements};
use crate::run::record::{CellView, Did, FaultRecord, Sink, StepRecord, View};
use pagewalk_engine::machine::event::Event;

/// Bytes of records that are kept, about; what follows is not compared.
const KEPT: usize = 1 << 28;

/// A statement, and each time that it ran.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) statement: Arc<Statement>,
    /// The scenario that it ran in.
    pub(crate) scenario: Option<Arc<str>>,
    /// What a statement of the other run has in common with it.
    pub(crate) key: String,
    /// Its records, each with its number in the run.
    pub(crate) rounds: Vec<(usize, StepRecord)>,
}

/// Takes the records of a run.
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
    /// Of a script that has not run yet.
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

    /// The statements, in the order in which they first ran.
    pub(crate) fn ran(&self) -> &[Ran] {
        &self.ran
    }

    /// Records that were not kept.
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
            self.ran.push(Ran { statement, scenario: record.scenario.clone(), key, rounds: Vec::new() });
            self.ran.len() - 1
        });
        self.ran[at].rounds.push((self.seen, record.clone()));
        true
    }
}

/// About as many bytes as a record takes.
fn bytes(record: &StepRecord) -> usize {
    let events = size_of::<Event>();
    let faults = |faults: &[FaultRecord]| -> usize {
        faults.iter().map(|fault| 512 + fault.events.len() * events + fault.steps.len() * 64).sum()
    };
    let did = match &*record.did {
        Did::Access(access) => access.data.len() * 2 + access.events.len() * events + faults(access.faults()),
        Did::Reference(run) => run.steps.iter().map(|step| 96 + step.frames.len() * 8).sum(),
        Did::Shown(views) => views.iter().map(shown).sum(),
        did => did.call().map_or(0, |call| call.steps.len() * 64 + faults(&call.faults)),
    };
    1024 + record.checks.len() * 256 + record.calls.len() * 512 + did
}

fn shown(view: &View) -> usize {
    match view {
        View::Table(table) | View::Maps { table, .. } => {
            table.rows.iter().map(|row| 32 + row.len() * size_of::<CellView>()).sum()
        }
        _ => 1024,
    }
}

/// The scenario, the process and the text of a statement; of the declaration of a machine not what it declares.
fn key(record: &StepRecord, statement: &Statement) -> String {
    let scenario = record.scenario.as_deref().unwrap_or_default();
    let process = record.process.as_ref().map_or("", |process| &process.name);
    let text = match *record.did {
        Did::Machine(_) => "machine".to_owned(),
        _ => statement.text.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    format!("{scenario}\n{process}\n{text}")
}
