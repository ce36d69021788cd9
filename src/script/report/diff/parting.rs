//! The first step that differs between two runs.

use std::sync::Arc;

use super::side::Ran;
use crate::lang::value::Value;
use crate::report::doc::Step;
use crate::report::narrate::Statement;
use crate::report::words::messages::described_by_step;
use crate::run::record::{Did, ReferenceRun, StepRecord};
use crate::run::steps::{Source, steps_of};

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

/// Returns the first step that differs between two executions of a statement. Statements that only declare, show,
/// or expect have no steps.
pub(crate) fn parting(
    (a, one): (&Ran, &StepRecord),
    (b, other): (&Ran, &StepRecord),
) -> Option<Parting> {
    let (number, first, second) = match (&*one.did, &*other.did) {
        (Did::Reference(one), Did::Reference(other)) => {
            let at = first_difference(&references(one), &references(other))?;
            let described = |run: &ReferenceRun| references(run).get(at).map(reference);
            (at + 1, described(one), described(other))
        }
        (one, other) => {
            let (one, other) = (Source::of(one)?, Source::of(other)?);
            let (first, second) = (steps_of(one), steps_of(other));
            let at = first_difference(&first, &second)?;
            let (first, second) = (
                described_by_step(one, &first),
                described_by_step(other, &second),
            );
            // Some steps have no message of their own.
            let next = |texts: &[Option<Step>]| texts.iter().skip(at).flatten().next().cloned();
            let before = first.iter().take(at).flatten().count();
            (before + 1, next(&first), next(&second))
        }
    };
    (first.is_some() || second.is_some()).then(|| Parting {
        statements: (a.statement.clone(), b.statement.clone()),
        number,
        a: first,
        b: second,
    })
}

/// Returns the index of the first difference between two lists, or `None` if they are equal.
fn first_difference<T: PartialEq>(a: &[T], b: &[T]) -> Option<usize> {
    (0..a.len().max(b.len())).find(|&at| a.get(at) != b.get(at))
}

/// A reference to a page, whether it hits, and the page that it evicts.
type Reference = (Value, bool, Option<Value>);

fn references(run: &ReferenceRun) -> Vec<Reference> {
    let steps = run.steps().iter();
    steps
        .map(|step| {
            let victim = step.victim.map(|page| run.page(page));
            (run.page(step.page), step.hit, victim)
        })
        .collect()
}

fn reference((page, hit, victim): &Reference) -> Step {
    let what = if *hit { "a hit" } else { "a fault" };
    let victim = victim
        .as_ref()
        .map_or_else(String::new, |page| format!(", page {page} is evicted"));
    Step {
        from: format!("page {page}"),
        to: None,
        what: format!("{what}{victim}"),
        name: "",
    }
}
