//! The facts of a `reference`.

use super::types::{COUNT, FRACTION, FactType, Values};
use crate::lang::value::{Number, Value};
use crate::run::record::{ReferenceRun, Shown};

/// A fact of a `reference`.
pub struct ReferenceFact {
    /// Name of the fact.
    pub name: &'static str,
    /// Type of its values.
    pub(crate) kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) get: fn(&ReferenceRun) -> Shown,
    /// Explains its value in a clause without a period.
    pub(crate) why: fn(&ReferenceRun) -> String,
}

const fn fact(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&ReferenceRun) -> Shown,
    why: fn(&ReferenceRun) -> String,
) -> ReferenceFact {
    ReferenceFact { name, kind, help, get, why }
}

/// The facts of a `reference`.
pub const REFERENCE_FACTS: &[ReferenceFact] = &[
    fact(
        "faults",
        COUNT,
        "references that missed",
        |r| Shown::plain(r.totals.faults),
        |r| positions(r, false),
    ),
    fact("hits", COUNT, "references that hit", |r| Shown::plain(r.totals.hits), |r| positions(r, true)),
    fact(
        "trace",
        FactType::new(Values::Text),
        "a letter a reference: m for a miss, h for a hit",
        |r| {
            let letters: String = r.totals.trace.iter().map(|hit| if *hit { 'h' } else { 'm' }).collect();
            Shown::plain(letters)
        },
        |r| positions(r, false),
    ),
    fact("resident", FactType::new(Values::Pages), "the pages in the frames at the end", resident, |r| {
        format!("these pages are in the frames after step {}, the last", r.totals.trace.len())
    }),
    fact("rate", FRACTION, "faults / references", rate, |r| {
        format!("{} of {} references missed", r.totals.faults, r.totals.trace.len())
    }),
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

/// Maximum number of steps to list.
const LISTED: usize = 12;

/// Lists the steps that hit, or missed, counted from 1.
fn positions(run: &ReferenceRun, hit: bool) -> String {
    let numbers =
        (1..).zip(&run.totals.trace).filter(|(_, hits)| **hits == hit).map(|(number, _): (usize, _)| number);
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    let what = if hit { "hit" } else { "missed" };
    match numbers.as_slice() {
        [] => format!("no step {what}"),
        [one] => format!("step {one} {what}"),
        all if all.len() > LISTED => format!("steps {}, … {what}", all[..LISTED].join(", ")),
        all => format!("steps {} {what}", all.join(", ")),
    }
}
