//! The facts of a `reference`.

use super::types::{COUNT, FRACTION, FactType, Values};
use crate::lang::value::{Number, Value};
use crate::run::record::{ReferenceRun, Shown, TraceSource};
use crate::run::steps::ReferenceReason;

/// A fact of a `reference`.
pub struct ReferenceFact {
    pub name: &'static str,
    /// Type of the fact's values.
    pub(crate) kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) get: fn(&ReferenceRun) -> Shown,
    /// The reason for the fact's value.
    pub(crate) why: ReferenceReason,
    /// Whether the report of a run lists the fact even if the script neither expects nor asks for the fact.
    pub(crate) reported: fn(&ReferenceRun) -> bool,
}

const fn fact(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&ReferenceRun) -> Shown,
    why: ReferenceReason,
) -> ReferenceFact {
    ReferenceFact {
        name,
        kind,
        help,
        get,
        why,
        reported: |_| true,
    }
}

/// The facts of a `reference`.
pub const REFERENCE_FACTS: &[ReferenceFact] = &[
    fact(
        "faults",
        COUNT,
        "number of page faults",
        |r| Shown::plain(r.totals().faults),
        ReferenceReason::Steps { hit: false },
    ),
    fact(
        "hits",
        COUNT,
        "references that hit",
        |r| Shown::plain(r.totals().hits),
        ReferenceReason::Steps { hit: true },
    ),
    ReferenceFact {
        reported: |r| !r.is_long_trace(),
        ..fact(
            "trace",
            FactType::new(Values::Text),
            "one letter per reference: `m` for a miss, `h` for a hit",
            |r| {
                let letters: String = r
                    .totals()
                    .trace
                    .iter()
                    .map(|hit| if *hit { 'h' } else { 'm' })
                    .collect();
                Shown::plain(letters)
            },
            ReferenceReason::Steps { hit: false },
        )
    },
    ReferenceFact {
        reported: |r| !r.is_long_trace() || r.totals().resident.len() <= TraceSource::LISTED,
        ..fact(
            "resident",
            FactType::new(Values::Set),
            "pages resident after the last reference",
            resident,
            ReferenceReason::Resident,
        )
    },
    fact(
        "rate",
        FRACTION,
        "faults / references",
        rate,
        ReferenceReason::Rate,
    ),
    ReferenceFact {
        reported: |_| false,
        ..fact(
            "victim",
            FactType::new(Values::Text).or_none(),
            "page that the last reference evicted",
            |r| {
                r.totals()
                    .victim
                    .map_or(Shown::word("none"), |page| Shown::plain(r.page(page)))
            },
            ReferenceReason::Victim,
        )
    },
    ReferenceFact {
        // `writes` alone reports no disk transfers, because existing golden files do not list them.
        reported: ReferenceRun::has_stores,
        ..fact(
            "disk_reads",
            COUNT,
            "pages read from disk, one for each fault",
            |r| Shown::plain(r.totals().faults),
            ReferenceReason::DiskReads,
        )
    },
    ReferenceFact {
        reported: ReferenceRun::has_stores,
        ..fact(
            "disk_writes",
            COUNT,
            "dirty pages written to disk on eviction",
            |r| Shown::plain(r.totals().disk_writes),
            ReferenceReason::DiskWrites,
        )
    },
];

impl ReferenceFact {
    /// Returns the facts that are reported for a run.
    pub(crate) fn reported_for(run: &ReferenceRun) -> impl Iterator<Item = &'static Self> {
        REFERENCE_FACTS.iter().filter(|row| (row.reported)(run))
    }
}

fn resident(run: &ReferenceRun) -> Shown {
    let pages = run.totals().resident.iter().map(|&page| run.page(page));
    Shown::plain(Value::List(pages.collect()))
}

fn rate(run: &ReferenceRun) -> Shown {
    let all = (run.totals().faults + run.totals().hits).max(1);
    let rate = Number::fraction(i128::from(run.totals().faults), i128::from(all));
    rate.map_or(Shown::plain(0u64), Shown::plain)
}
