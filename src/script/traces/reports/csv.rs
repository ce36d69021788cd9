//! Formats replays as CSV, with a row for each level and kind, and rows with the same columns for other
//! counts. `docs/reference/replay.md` describes the columns.

use super::amounts::{all, kinds_of};
use super::json::{bytes, ended};
use super::replayed::Replayed;
use pagewalk_engine::trace::counts::{HotSpot, LevelCounts, Lookups, ReplayCounts};

/// The header line.
pub const HEADER: &str = "trace,machine,part,name,kind,count,hits,misses,evictions,write_backs,compulsory,capacity,conflict\n";

/// The numbers of a row, beginning with `count`. `None` represents an empty cell.
type Numbers = [Option<u64>; 8];

/// The number of columns with words, which precede the columns with numbers.
pub(crate) const WORDS: usize = 5;

/// Returns the rows of a trace, each with its words and its numbers.
pub(crate) fn table_rows(replayed: &Replayed) -> impl Iterator<Item = ([String; WORDS], Numbers)> {
    rows(replayed)
        .into_iter()
        .map(|(part, name, kind, numbers)| {
            let Replayed { trace, machine, .. } = replayed;
            (
                [
                    trace.clone(),
                    machine.clone(),
                    part.to_owned(),
                    name,
                    kind.to_owned(),
                ],
                numbers,
            )
        })
}

/// Returns the rows of a trace, without a header.
pub fn csv(replayed: &Replayed) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for (words, numbers) in table_rows(replayed) {
        let numbers = numbers.map(|n| n.map_or_else(String::new, |n| n.to_string()));
        // Writing to memory cannot fail.
        let _ = writer.write_record(words.iter().chain(&numbers));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A row's part, name, kind, and numbers.
type Row = (&'static str, String, &'static str, Numbers);

fn rows(replayed: &Replayed) -> Vec<Row> {
    let counted = &replayed.counted;
    let mut rows = performed(replayed);
    for (tlb, part) in counted.spec.tlbs.iter().zip(&counted.tlbs) {
        rows.extend(lookups("tlb", &tlb.name, part));
    }
    for (cache, part) in counted.spec.caches.iter().zip(&counted.caches) {
        rows.extend(lookups("cache", &cache.name, part));
    }
    let memory = counted.memory;
    let memory = [
        ("reads", memory.reads),
        ("writes", memory.writes),
        ("walks", memory.walks),
    ];
    rows.extend(memory.map(|(kind, n)| ("memory", String::new(), kind, only(n))));
    rows.extend(rest(counted));
    rows
}

/// Returns the numbers of a row that contains only a count.
fn only(n: u64) -> Numbers {
    [Some(n), None, None, None, None, None, None, None]
}

fn performed(replayed: &Replayed) -> Vec<Row> {
    let references = &replayed.counted.references;
    let counts = [
        ("lines", replayed.lines),
        ("malformed", replayed.malformed.count),
        ("records", references.records),
        ("reads", references.reads),
        ("writes", references.writes),
        ("fetches", references.fetches),
        ("straddling", references.straddling),
        ("outside", references.outside),
    ];
    let name = ended(&replayed.ended);
    counts
        .into_iter()
        .map(|(kind, n)| ("trace", name.to_owned(), kind, only(n)))
        .collect()
}

fn lookups(part_kind: &'static str, name: &str, part: &LevelCounts) -> Vec<Row> {
    let row = |(kind, lookups): (&'static str, Lookups)| {
        let whole = kind == "all";
        let counts = whole.then_some(part.counts);
        let causes = part.causes.filter(|_| whole);
        let numbers = [
            Some(all(lookups)),
            Some(lookups.hits),
            Some(lookups.misses),
            counts.map(|counts| counts.evictions),
            counts
                .filter(|_| part_kind == "cache")
                .map(|counts| counts.writebacks),
            causes.map(|causes| causes.compulsory),
            causes.map(|causes| causes.capacity),
            causes.map(|causes| causes.conflict),
        ];
        (part_kind, name.to_owned(), kind, numbers)
    };
    kinds_of(&part.kinds).into_iter().map(row).collect()
}

/// Returns the rows for paging, the busiest addresses, and the curve.
fn rest(counted: &ReplayCounts) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(paging) = &counted.paging {
        let counts = [
            ("walks", paging.walks),
            ("minor_faults", paging.faults.minor),
            ("major_faults", paging.faults.major),
            ("evicted", paging.evicted),
            ("written", paging.written),
        ];
        rows.extend(counts.map(|(kind, n)| ("paging", String::new(), kind, only(n))));
    }
    if let Some(top) = &counted.top {
        rows.extend(top.pages.iter().map(|spot| hot_spot_row("page", spot)));
        rows.extend(top.code.iter().map(|spot| hot_spot_row("code", spot)));
    }
    if let Some(curve) = &counted.curve {
        rows.extend(curve.points().map(|point| {
            let name = bytes(curve, point.power).to_string();
            (
                "curve",
                name,
                "all",
                missing(curve.references, point.misses),
            )
        }));
    }
    rows
}

fn hot_spot_row(part: &'static str, spot: &HotSpot) -> Row {
    (
        part,
        format!("0x{:X}", spot.address),
        "all",
        missing(spot.references, spot.misses),
    )
}

/// Returns the numbers of references and their misses.
fn missing(references: u64, misses: u64) -> Numbers {
    let hits = references.saturating_sub(misses);
    [
        Some(references),
        Some(hits),
        Some(misses),
        None,
        None,
        None,
        None,
        None,
    ]
}
