//! The reasons for facts of reference strings and of replayed traces.

use std::ops::RangeInclusive;

use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::{ReferenceStep, Replacement};

use crate::run::facts::{Component, level_of};
use crate::run::record::{AddressMap, ReferenceRun, Replayed};
use crate::run::steps::{ReferenceReason, ReplayReason};

/// Maximum number of steps that are listed one by one. A longer list of steps is written as ranges.
const LISTED: usize = 12;
/// Maximum number of ranges or pages to list. For a longer list, only the number of elements is reported.
const RANGES: usize = 40;

pub(super) fn reference_reason(run: &ReferenceRun, reason: ReferenceReason) -> String {
    let totals = run.totals();
    match reason {
        ReferenceReason::Steps { hit } => positions(run, hit),
        ReferenceReason::Resident => format!(
            "these pages are in the frames after the last step (step {})",
            totals.trace.len()
        ),
        ReferenceReason::Rate => {
            format!(
                "{} of {} references missed",
                totals.faults,
                totals.trace.len()
            )
        }
        ReferenceReason::Victim => evicted(run),
        ReferenceReason::DiskReads => {
            let missed = positions(run, false);
            format!("each fault causes one disk read, and {missed}")
        }
        ReferenceReason::DiskWrites => written(run),
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

pub(super) fn replay_reason(run: &Replayed, reason: ReplayReason) -> String {
    let records = run.counted.references.records;
    let counts = |part| level_of(run, part).counts;
    let name = |part: Component| part.name(run.spec());
    match reason {
        ReplayReason::NotRequested(count) => {
            let word = count.word();
            format!(
                "the `replay` does not request it; to request it, add the word `{word}` after the file name"
            )
        }
        ReplayReason::Requested { help } => {
            format!("this fact is the {help} of the {records} records")
        }
        ReplayReason::NoProcess => "the replay used physical addresses and no process".to_owned(),
        ReplayReason::Counts {
            help,
            process: true,
        } => {
            format!("a process replayed {records} records; this fact counts {help}")
        }
        ReplayReason::Counts {
            help,
            process: false,
        } => {
            format!("the trace has {records} records; this fact counts {help}")
        }
        ReplayReason::Lookups(part @ Component::Tlb(_)) if run.map == AddressMap::Identity => {
            let name = name(part);
            format!(
                "the addresses are physical (`map identity`), so the replay does not use {name}; with `map demand`, it does"
            )
        }
        ReplayReason::Lookups(part) => {
            let (hits, misses) = (counts(part).hits, counts(part).misses);
            let lookups = hits + misses;
            format!(
                "{hits} of {lookups} lookups in {} hit, and {misses} missed",
                name(part)
            )
        }
        ReplayReason::Evictions(part) => format!(
            "fills of {} evicted {} valid entries",
            name(part),
            counts(part).evictions
        ),
        ReplayReason::Writebacks(part) => {
            format!(
                "{} wrote {} dirty blocks back",
                name(part),
                counts(part).writebacks
            )
        }
        ReplayReason::Counter { help, part, misses } => {
            let misses = misses.map_or_else(String::new, |n| format!(", which had {n} misses"));
            format!("this fact counts {help} in {}{misses}", name(part))
        }
    }
}
