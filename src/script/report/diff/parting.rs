//! The first step that differs between two runs.

use std::sync::Arc;

use super::side::Ran;
use crate::report::doc::{Block, Step};
use crate::report::narrate::{Statement, call_steps, steps};
use crate::run::record::{Did, MessageLevel, ReferenceRun, StepRecord};

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
        did => did
            .call()
            .map(|call| call_steps(call, MessageLevel::All))
            .unwrap_or_default(),
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
            from: format!("page {}", run.page(step.page)),
            to: None,
            what: format!("{what}{victim}"),
        }
    };
    run.steps().iter().map(to_step).collect()
}
