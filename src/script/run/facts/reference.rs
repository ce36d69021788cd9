//! The facts of a `reference`.

use crate::lang::value::{Number, Value};
use crate::run::record::{ReferenceRun, Shown};

/// A fact of a `reference`.
pub struct ReferenceFact {
    /// Its name.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What it is.
    pub get: fn(&ReferenceRun) -> Shown,
}

/// The facts of a `reference`.
pub const REFERENCE_FACTS: &[ReferenceFact] = &[
    ReferenceFact { name: "faults", help: "references that missed", get: |r| Shown::plain(r.totals.faults) },
    ReferenceFact { name: "hits", help: "references that hit", get: |r| Shown::plain(r.totals.hits) },
    ReferenceFact {
        name: "trace",
        help: "a letter a reference: m for a miss, h for a hit",
        get: |r| {
            let letters: String = r.totals.trace.iter().map(|hit| if *hit { 'h' } else { 'm' }).collect();
            Shown::plain(letters)
        },
    },
    ReferenceFact { name: "resident", help: "the pages in the frames at the end", get: resident },
    ReferenceFact { name: "rate", help: "faults / references", get: rate },
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
