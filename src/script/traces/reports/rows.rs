//! The counts of a replay as rows: one for each level and kind of lookup, and rows with the same columns for other counts.
//! `docs/reference/replay.md` describes the columns.

use super::trace_run::Replayed;
use crate::report::doc::Cell;
use crate::report::narrate::thousands;
use crate::run::table::{ColumnType, TypedCell, TypedTable};
use pagewalk_engine::trace::counts::{LevelCounts, Lookups, MissCurve, ReplayCounts};

/// The columns with words.
const WORDS: [&str; 5] = ["trace", "machine", "part", "name", "kind"];
/// The columns with numbers.
const NUMBERS: [&str; 8] = [
    "count",
    "hits",
    "misses",
    "evictions",
    "write_backs",
    "compulsory",
    "capacity",
    "conflict",
];

/// A TLB or cache of a replay.
pub(super) struct Level<'c> {
    pub(super) name: &'c str,
    pub(super) is_cache: bool,
    pub(super) counts: &'c LevelCounts,
}

/// Returns the TLBs and then the caches.
pub(super) fn levels(counted: &ReplayCounts) -> impl Iterator<Item = Level<'_>> {
    let tlbs = counted.spec.tlbs.iter().map(|tlb| (&*tlb.name, false));
    let caches = counted.spec.caches.iter().map(|cache| (&*cache.name, true));
    let counts = tlbs.zip(&counted.tlbs).chain(caches.zip(&counted.caches));
    counts.map(|((name, is_cache), counts)| Level {
        name,
        is_cache,
        counts,
    })
}

impl Level<'_> {
    /// Returns the lookups by kind, with their sum as `all`.
    pub(super) fn kinds(&self) -> [(&'static str, Lookups); 5] {
        let kinds = &self.counts.kinds;
        let each = [kinds.reads, kinds.writes, kinds.fetches, kinds.walks];
        let all = Lookups {
            hits: each.iter().map(|kind| kind.hits).sum(),
            misses: each.iter().map(|kind| kind.misses).sum(),
        };
        let [reads, writes, fetches, walks] = each;
        [
            ("reads", reads),
            ("writes", writes),
            ("fetches", fetches),
            ("walks", walks),
            ("all", all),
        ]
    }

    /// Returns the numbers of the level that have no kind, in the columns after `misses`.
    pub(super) fn others(&self) -> [Option<u64>; 5] {
        let (counts, causes) = (self.counts.counts, self.counts.causes);
        [
            Some(counts.evictions),
            self.is_cache.then_some(counts.writebacks),
            causes.map(|causes| causes.compulsory),
            causes.map(|causes| causes.capacity),
            causes.map(|causes| causes.conflict),
        ]
    }
}

/// Returns the total number of lookups.
pub(super) fn all(lookups: Lookups) -> u64 {
    lookups.hits + lookups.misses
}

/// Returns a cell with a count.
pub(crate) fn number(n: u64) -> Cell {
    Cell::number(thousands(n))
}

/// Formats a part of a whole as a percentage with two decimals, such as `12.34%`, or as `-` if the whole is
/// 0.
pub(crate) fn rate(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let hundredths = (part * 10_000 + whole / 2) / whole;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// Returns the rows of a replay.
pub fn table(replayed: &Replayed) -> TypedTable {
    let Replayed { run, counted } = replayed;
    let columns = WORDS.map(|name| (name, ColumnType::Text)).into_iter();
    let mut table =
        TypedTable::new(columns.chain(NUMBERS.map(|name| (name, ColumnType::Unsigned))));
    // Rows have fewer numbers than columns if the last cells are empty.
    let mut row = |part: &str, name: &str, kind: &str, numbers: &[Option<u64>]| {
        let words = [&*run.trace, &run.machine, part, name, kind].map(TypedCell::from);
        let numbers = (0..NUMBERS.len()).map(|at| numbers.get(at).copied().flatten().into());
        table.push(words.into_iter().chain(numbers));
    };
    let references = &counted.references;
    for (kind, n) in [
        ("lines", run.read.lines),
        ("malformed", run.read.malformed.count),
        ("records", references.records),
        ("reads", references.reads),
        ("writes", references.writes),
        ("fetches", references.fetches),
        ("straddling", references.straddling),
        ("outside", references.outside),
    ] {
        row("trace", run.ended.word(), kind, &[Some(n)]);
    }
    for level in levels(counted) {
        let part = if level.is_cache { "cache" } else { "tlb" };
        for (kind, lookups) in level.kinds() {
            let numbers = [all(lookups), lookups.hits, lookups.misses].map(Some);
            let others = level.others().map(|n| n.filter(|_| kind == "all"));
            row(part, level.name, kind, &[&numbers[..], &others].concat());
        }
    }
    let memory = counted.memory;
    for (kind, n) in [
        ("reads", memory.reads),
        ("writes", memory.writes),
        ("walks", memory.walks),
    ] {
        row("memory", "", kind, &[Some(n)]);
    }
    if let Some(paging) = &counted.paging {
        for (kind, n) in [
            ("walks", paging.walks),
            ("minor_faults", paging.faults.minor),
            ("major_faults", paging.faults.major),
            ("evicted", paging.evicted),
            ("written", paging.written),
        ] {
            row("paging", "", kind, &[Some(n)]);
        }
    }
    let mut missing = |part: &str, name: &str, references: u64, misses: u64| {
        let numbers = [references, references.saturating_sub(misses), misses];
        row(part, name, "all", &numbers.map(Some));
    };
    if let Some(top) = &counted.top {
        for (part, spots) in [("page", &top.pages), ("code", &top.code)] {
            for spot in spots {
                let name = format!("0x{:X}", spot.address);
                missing(part, &name, spot.references, spot.misses);
            }
        }
    }
    if let Some(curve) = &counted.curve {
        for point in curve.points() {
            let name = bytes(curve, point.power).to_string();
            missing("curve", &name, curve.references, point.misses);
        }
    }
    table
}

/// Returns the size of a cache with 2^`power` blocks, limited to the largest 64-bit number.
pub(super) fn bytes(curve: &MissCurve, power: usize) -> u64 {
    let bytes = u128::from(curve.block) << power.min(64);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
