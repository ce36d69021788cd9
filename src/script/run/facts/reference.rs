//! The facts of a `reference`.

use super::types::{COUNT, FRACTION, FactType, Values};
use crate::lang::value::{Number, Value};
use crate::run::record::{ReferenceRun, Shown};

/// A fact of a `reference`.
pub struct ReferenceFact {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub(crate) kind: FactType,
    /// One line of help.
    pub(crate) help: &'static str,
    pub(crate) get: fn(&ReferenceRun) -> Shown,
}

const fn fact(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&ReferenceRun) -> Shown,
) -> ReferenceFact {
    ReferenceFact { name, kind, help, get }
}

/// The facts of a `reference`.
pub const REFERENCE_FACTS: &[ReferenceFact] = &[
    fact("faults", COUNT, "references that missed", |r| Shown::plain(r.totals.faults)),
    fact("hits", COUNT, "references that hit", |r| Shown::plain(r.totals.hits)),
    fact("trace", FactType::new(Values::Text), "a letter a reference: m for a miss, h for a hit", |r| {
        let letters: String = r.totals.trace.iter().map(|hit| if *hit { 'h' } else { 'm' }).collect();
        Shown::plain(letters)
    }),
    fact("resident", FactType::new(Values::Pages), "the pages in the frames at the end", resident),
    fact("rate", FRACTION, "faults / references", rate),
];

fn resident(run: &ReferenceRun) -> Shown {
    let pages = run.totals.resident.iter().map(|&page| run.page(page));
    Shown::plain(Value::List(pages.collect()))
}

fn rate(run: &ReferenceRun) -> Shown {
    let all = (run.totals.faults + run.totals.hits).max(1);
    let rate = Number::fraction(i128::from(run.totals.faults), i128::from(all));
    rate.map_or(Shown::plain(0u64), Shown::plain)
}
