//! The facts of a `reference`.

use std::ops::RangeInclusive;

use super::types::{COUNT, FRACTION, FactType, Values};
use crate::lang::value::{Number, Value};
use crate::run::record::{ReferenceRun, Shown, TraceSource};
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::{ReferenceStep, Replacement};

/// A fact of a `reference`.
pub struct ReferenceFact {
    /// Name of the fact.
    pub name: &'static str,
    /// Type of the fact's values.
    pub(crate) kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) get: fn(&ReferenceRun) -> Shown,
    /// Explains the fact's value in a clause without a period.
    pub(crate) why: fn(&ReferenceRun) -> String,
    /// Whether the report of a run lists the fact even if the script neither expects nor asks for the fact.
    pub(crate) reported: fn(&ReferenceRun) -> bool,
}

const fn fact(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&ReferenceRun) -> Shown,
    why: fn(&ReferenceRun) -> String,
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
        |r| positions(r, false),
    ),
    fact(
        "hits",
        COUNT,
        "references that hit",
        |r| Shown::plain(r.totals().hits),
        |r| positions(r, true),
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
            |r| positions(r, false),
        )
    },
    ReferenceFact {
        reported: |r| !r.is_long_trace() || r.totals().resident.len() <= TraceSource::LISTED,
        ..fact(
            "resident",
            FactType::new(Values::Pages),
            "pages resident after the last reference",
            resident,
            |r| {
                format!(
                    "these pages are in the frames after the last step (step {})",
                    r.totals().trace.len()
                )
            },
        )
    },
    fact("rate", FRACTION, "faults / references", rate, |r| {
        format!(
            "{} of {} references missed",
            r.totals().faults,
            r.totals().trace.len()
        )
    }),
    ReferenceFact {
        reported: |_| false,
        ..fact(
            "victim",
            FactType::new(Values::Text),
            "page that the last reference evicted",
            |r| {
                r.totals()
                    .victim
                    .map_or(Shown::word("none"), |page| Shown::plain(r.page(page)))
            },
            evicted,
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
            |r| {
                format!(
                    "each fault causes one disk read, and {}",
                    positions(r, false)
                )
            },
        )
    },
    ReferenceFact {
        reported: ReferenceRun::has_stores,
        ..fact(
            "disk_writes",
            COUNT,
            "dirty pages written to disk on eviction",
            |r| Shown::plain(r.totals().disk_writes),
            written,
        )
    },
];

impl ReferenceFact {
    /// Returns the facts that are reported for a run.
    pub(crate) fn reported_for(run: &ReferenceRun) -> impl Iterator<Item = &'static Self> {
        REFERENCE_FACTS.iter().filter(|row| (row.reported)(run))
    }
}

/// Explains which page the last reference evicted.
fn evicted(run: &ReferenceRun) -> String {
    let Some(page) = run.totals().victim else {
        return "the last reference evicted no page".to_owned();
    };
    let why = match run.setup.replacement {
        Replacement::Optimal { .. } => "the page whose next use is farthest in the future",
        Replacement::WorkingSet { .. } => "no longer in the working set",
        Replacement::Policy(policy) => match policy {
            Policy::Lru | Policy::Plru => "the least recently used page",
            Policy::Mru => "the most recently used page",
            Policy::Fifo => "the first page loaded",
            Policy::Lifo => "the last page loaded",
            Policy::Lfu => "the least frequently used page",
            Policy::Clock | Policy::SecondChance => {
                "the first page with a clear use bit, starting at the clock hand"
            }
            Policy::ThirdChance => "the first page in the lowest class, starting at the clock hand",
            Policy::Nru => "a page in the lowest class",
            Policy::Aging => "the page with the smallest counter",
            Policy::Random => "a page chosen at random",
        },
    };
    format!("page {} is evicted because it is {why}", run.page(page))
}

/// Lists the steps that evicted a dirty page.
fn written(run: &ReferenceRun) -> String {
    let steps: Vec<_> = (1..)
        .zip(run.steps())
        .filter(|(_, step)| step.written)
        .collect();
    let page = |(number, step): &(usize, &ReferenceStep)| {
        step.victim
            .map(|page| format!("page {} at step {number}", run.page(page)))
    };
    let pages: Vec<String> = steps.iter().filter_map(page).collect();
    match pages.as_slice() {
        _ if run.totals().disk_writes == 0 => "no dirty page was evicted".to_owned(),
        pages if pages.is_empty() || pages.len() > RANGES => {
            format!("{} evicted pages were dirty", run.totals().disk_writes)
        }
        pages => format!("these evicted pages were dirty: {}", pages.join(", ")),
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

/// Maximum number of steps that are listed one by one. A longer list of steps is written as ranges.
const LISTED: usize = 12;
/// Maximum number of ranges or pages to list. For a longer list, only the number of elements is reported.
const RANGES: usize = 40;

/// Lists the steps that hit, or those that missed, counted from 1.
fn positions(run: &ReferenceRun, hit: bool) -> String {
    let trace = &run.totals().trace;
    let (mut count, mut first, mut ranges) = (0, 1, Vec::new());
    for equal in trace.chunk_by(|a, b| a == b) {
        if equal[0] == hit {
            count += equal.len();
            // One range more than the maximum shows that there are too many.
            ranges.extend((ranges.len() <= RANGES).then(|| first..=first + equal.len() - 1));
        }
        first += equal.len();
    }
    let what = if hit { "hit" } else { "missed" };
    let range = |range: RangeInclusive<usize>| match (*range.start(), *range.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}–{last}"),
    };
    let listed: Vec<String> = if count > LISTED {
        ranges.into_iter().map(range).collect()
    } else {
        ranges
            .into_iter()
            .flatten()
            .map(|number| number.to_string())
            .collect()
    };
    match listed.as_slice() {
        [] => format!("no step {what}"),
        [one] if count == 1 => format!("step {one} {what}"),
        _ if count == trace.len() => format!("every step {what}"),
        all if all.len() > RANGES => format!("{count} of {} steps {what}", trace.len()),
        all => format!("steps {} {what}", all.join(", ")),
    }
}
