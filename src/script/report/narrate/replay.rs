//! Results of a replayed trace: accesses, skipped records, and a row for each TLB and cache.

use crate::report::doc::{Block, Cell, Table, Tone};
use crate::run::facts::{Component, REPLAY_COUNTERS, level_of, thousandths};
use crate::run::record::{AddressMap, Replayed, RequestedCount};
use pagewalk_engine::machine::cache::Counts;
use pagewalk_engine::trace::counts::LevelCounts;
use pagewalk_engine::trace::record::{Malformed, Op, Record};
use pagewalk_engine::trace::replay::Straddle;

use super::process::declared::booted;
use crate::report::words::counts::{count, thousands};

/// Maximum number of malformed trace lines reported.
const LINES: usize = 5;

/// Describes the results of a trace.
pub(crate) fn blocks(run: &Replayed) -> Vec<Block> {
    let mut blocks = run
        .booted
        .as_ref()
        .map_or_else(Vec::new, |kernel| booted(kernel, false));
    blocks.push(Block::line(format!("{}, {}", totals(run), mapped(run))));
    blocks.extend(straddling(run).map(Block::line));
    blocks.extend(run.map.has_process().then(|| Block::line(paging(run))));
    blocks.extend(table(run, &usual(run)).map(Block::Table));
    blocks.extend(table(run, &requested(run)).map(Block::Table));
    blocks.extend(latency(run).map(Block::line));
    blocks.extend(outside(run).map(Block::line));
    blocks.extend(malformed(&run.malformed));
    blocks
}

/// Describes the totals: `8 accesses (5 reads, 3 writes) and 12 fetches`.
pub fn totals(run: &Replayed) -> String {
    let performed = &run.counted.references;
    let accesses = format!(
        "{} ({}, {})",
        count(performed.accesses(), "access", "accesses"),
        count(performed.reads, "read", "reads"),
        count(performed.writes, "write", "writes")
    );
    match performed.fetches {
        0 => accesses,
        fetches => format!("{accesses} and {}", count(fetches, "fetch", "fetches")),
    }
}

fn mapped(run: &Replayed) -> &'static str {
    match run.map {
        AddressMap::Identity => "with physical addresses",
        AddressMap::Demand => "by a process with demand paging",
        AddressMap::Resident => "by a process whose pages are resident",
    }
}

fn straddling(run: &Replayed) -> Option<String> {
    if run.straddle == Straddle::First {
        return Some(
            "only the first part of each access that crosses a block or page boundary was performed"
                .to_owned(),
        );
    }
    let straddling = run.counted.references.straddling;
    let cross = count(straddling, "of them crosses", "of them cross");
    let done = if straddling == 1 { "is" } else { "are" };
    (straddling > 0)
        .then(|| format!("{cross} a block or page boundary and {done} split into parts"))
}

/// Describes the page walks and faults:
/// `20 page walks; 12 page faults, 2 of them major; 4 evicted pages, 3 of them written to swap`.
fn paging(run: &Replayed) -> String {
    let of_them = |n: u64, what: &str| {
        if n == 0 {
            String::new()
        } else {
            format!(", {} of them {what}", thousands(n))
        }
    };
    let walks = count(run.paging().walks, "page walk", "page walks");
    let faults = count(run.faults(), "page fault", "page faults");
    let major = of_them(run.paging().faults.major, "major");
    let evicted = match run.paging().evicted {
        0 => "no evicted pages".to_owned(),
        pages => {
            let written = of_them(run.paging().written, "written to swap");
            format!("{}{written}", count(pages, "evicted page", "evicted pages"))
        }
    };
    format!("{walks}; {faults}{major}; {evicted}")
}

/// A column: its name, whether only caches have it, and its number, or `None` for the miss rate.
type Column = (String, bool, Option<fn(&LevelCounts) -> u64>);

fn column(name: &str, of_caches: bool, get: fn(&LevelCounts) -> u64) -> Column {
    (name.to_owned(), of_caches, Some(get))
}

/// Returns the columns that every replay prints.
fn usual(run: &Replayed) -> Vec<Column> {
    let mut columns = vec![
        column("hits", false, |level| level.counts.hits),
        column("misses", false, |level| level.counts.misses),
        ("miss rate".to_owned(), false, None),
        column("evictions", false, |level| level.counts.evictions),
        column("write-backs", true, |level| level.counts.writebacks),
    ];
    let walked = |level: &LevelCounts| level.counts.walk_hits + level.counts.walk_misses > 0;
    if run.counted.caches.iter().any(walked) {
        columns.push(column("walk hits", true, |level| level.counts.walk_hits));
        columns.push(column("walk misses", true, |level| {
            level.counts.walk_misses
        }));
    }
    columns
}

/// Returns the columns that the script requests.
fn requested(run: &Replayed) -> Vec<Column> {
    let rows = REPLAY_COUNTERS.iter().filter(|row| run.has(row.request));
    rows.map(|row| column(&row.name.replace('.', " "), row.of_caches, row.get))
        .collect()
}

/// Returns a row for each TLB and cache. Without translation, there are no TLB lookups or page walks.
fn table(run: &Replayed, columns: &[Column]) -> Option<Table> {
    let is_used = |part: &Component| run.map.has_process() || matches!(part, Component::Cache(_));
    let row = |part: Component| {
        let level = level_of(run, part);
        let cell = |(_, of_caches, get): &Column| match get {
            _ if *of_caches && matches!(part, Component::Tlb(_)) => "-".to_owned(),
            Some(get) => thousands(get(&level)),
            None => rate(&level.counts),
        };
        let cells = columns.iter().map(cell).map(Cell::number);
        std::iter::once(Cell::word(part.name(run.spec())))
            .chain(cells)
            .collect()
    };
    let rows: Vec<Vec<Cell>> = Component::all(run.spec())
        .filter(is_used)
        .map(row)
        .collect();
    let names = std::iter::once("").chain(columns.iter().map(|(name, ..)| name.as_str()));
    let names: Vec<&str> = names.collect();
    (!rows.is_empty() && !columns.is_empty()).then(|| Table::new("", &[&names], rows))
}

/// Describes the latency of the trace, if the script requests it.
fn latency(run: &Replayed) -> Option<String> {
    let cycles = run
        .counted
        .cycles
        .filter(|_| run.has(RequestedCount::Cycles))?;
    let unit = if run.spec().nanoseconds {
        "ns"
    } else {
        "cycles"
    };
    Some(format!("{} {unit} for all references", thousandths(cycles)))
}

/// Returns the miss rate as a percentage with two decimals.
fn rate(counts: &Counts) -> String {
    let all = u128::from(counts.hits) + u128::from(counts.misses);
    if all == 0 {
        return "-".to_owned();
    }
    let hundredths = (u128::from(counts.misses) * 10_000 + all / 2) / all;
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn outside(run: &Replayed) -> Option<String> {
    let first = run.counted.references.first_outside?;
    let bits = match run.map {
        AddressMap::Identity => {
            format!(
                "the machine's {}-bit physical addresses",
                run.spec().physical_bits
            )
        }
        AddressMap::Demand | AddressMap::Resident => "the addresses of a process".to_owned(),
    };
    let records = count(run.counted.references.outside, "record is", "records are");
    let (was, first) = (
        if run.counted.references.outside == 1 {
            "was"
        } else {
            "were"
        },
        format!("`{}`", line(first)),
    );
    Some(format!(
        "{records} beyond {bits} and {was} skipped; the first is {first}"
    ))
}

/// Formats a record in lackey's notation.
pub(crate) fn line(record: Record) -> String {
    let letter = match record.op {
        Op::Fetch => 'I',
        Op::Load => 'L',
        Op::Store => 'S',
        Op::Modify => 'M',
    };
    format!("{letter} {:x},{}", record.address, record.size)
}

/// Describes the skipped lines, if any.
pub(super) fn malformed(bad: &Malformed) -> Vec<Block> {
    let mut blocks = Vec::new();
    if bad.count == 0 {
        return blocks;
    }
    let what = if bad.count == 1 {
        "a record and was skipped:"
    } else {
        "records and were skipped:"
    };
    let lines = count(bad.count, "line is not", "lines are not");
    blocks.push(Block::toned(Tone::Bad, format!("{lines} {what}")));
    for line in bad.first.iter().take(LINES) {
        blocks.push(Block::line(format!(
            "line {}: `{}`, {}",
            line.line, line.text, line.why
        )));
    }
    let more = bad.count - bad.first.len().min(LINES) as u64;
    blocks.extend((more > 0).then(|| Block::faint(format!("and {} more", thousands(more)))));
    blocks
}
