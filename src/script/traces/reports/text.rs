//! A replay as text for a terminal or a pipe.

use super::curve::{curve, unreliable};
use super::rows::{Level, all, levels, number, rate};
use super::trace_run::{Replayed, kinds, printed};
use crate::report::doc::{Block, Cell, Table};
use crate::report::narrate::count;
use crate::report::text::Theme;
use pagewalk_engine::trace::counts::{HotSpot, HotSpots, Lookups, ReplayCounts};
use pagewalk_engine::trace::replay::Straddle;

/// Returns the report: the accesses, the counts of each part of the machine, and the additional
/// counts.
pub fn text(replayed: &Replayed, theme: Theme) -> String {
    printed(&sections(replayed), theme)
}

/// Returns warnings about malformed lines, records outside the address space, an interruption, and an unreliable curve.
pub fn warnings(replayed: &Replayed) -> Vec<String> {
    let Replayed { run, counted } = replayed;
    let mut lines = run.warnings(&counted.references, &counted.spec);
    lines.extend(counted.curve.as_ref().and_then(unreliable));
    lines
}

fn sections(replayed: &Replayed) -> Vec<Vec<Block>> {
    let Replayed { run, counted } = replayed;
    let mut tables: Vec<Table> = parts(counted);
    tables.push(memory(counted));
    if let Some(paging) = &counted.paging {
        let rows = [
            ("page walks", paging.walks),
            ("minor faults", paging.faults.minor),
            ("major faults (from swap)", paging.faults.major),
            ("pages evicted", paging.evicted),
            ("pages written to swap", paging.written),
        ];
        tables.push(named("paging", "times", rows));
    }
    if let Some(top) = &counted.top {
        tables.extend(busiest(top, run.address_bits(&counted.spec)));
    }
    if let Some(misses) = &counted.curve {
        tables.push(curve(misses, &counted.spec));
    }
    let mut sections = vec![vec![Block::Heading(run.title())], performed(replayed)];
    sections.extend(tables.into_iter().map(|table| vec![Block::Table(table)]));
    sections
}

fn performed(Replayed { run, counted }: &Replayed) -> Vec<Block> {
    let references = &counted.references;
    let mut blocks = vec![Block::line(format!(
        "{} of {}: {}",
        count(
            references.accesses() + references.fetches,
            "reference",
            "references"
        ),
        count(references.records, "record", "records"),
        kinds(references)
    ))];
    if references.straddling > 0 {
        let straddle = count(
            references.straddling,
            "reference straddles",
            "references straddle",
        );
        let counted = match run.straddle {
            Straddle::Split => "each part is counted",
            Straddle::First => "only the first part is counted",
        };
        blocks.push(Block::line(format!(
            "{straddle} blocks or pages, and {counted}"
        )));
    }
    let bits = run.address_bits(&counted.spec);
    let mapping = if run.demand {
        let space = run.space(&counted.spec);
        format!("map demand: each page of {space} gets a frame on first touch")
    } else {
        format!("map identity: {bits}-bit physical addresses")
    };
    blocks.push(Block::faint(mapping));
    blocks.extend(run.notes());
    blocks
}

/// Returns a table of the TLBs and a table of the caches, without the table for parts that the replay does not
/// use.
fn parts(counted: &ReplayCounts) -> Vec<Table> {
    let table = |(is_cache, name): (bool, &'static str)| {
        let levels: Vec<Level> = levels(counted)
            .filter(|level| level.is_cache == is_cache)
            .collect();
        let others: &[&str] = if is_cache {
            &["evictions", "write-backs"]
        } else {
            &["evictions"]
        };
        let names = [name, "kind"];
        let mut groups = vec![
            &names[..],
            &["references", "hits", "misses", "miss rate"],
            others,
        ];
        let mut shown = others.len();
        if levels.iter().any(|level| level.counts.causes.is_some()) {
            groups.push(&["compulsory", "capacity", "conflict"]);
            shown += 3;
        }
        let rows: Vec<Vec<Cell>> = levels.iter().flat_map(|level| rows(level, shown)).collect();
        (!levels.is_empty()).then(|| Table::new("", &groups, rows))
    };
    let both = [(false, "TLB"), (true, "cache")];
    both.into_iter().filter_map(table).collect()
}

/// Returns a row for each kind of lookup that occurred, and a row for their sum, which includes counts
/// without a kind.
fn rows(level: &Level, others: usize) -> Vec<Vec<Cell>> {
    let kinds = level.kinds();
    let mut asked: Vec<(&str, Lookups)> = kinds[..4].to_vec();
    asked.retain(|(_, lookups)| all(*lookups) > 0);
    if asked.len() != 1 {
        asked.push(kinds[4]);
    }
    let last = asked.len() - 1;
    let row = |(at, (kind, lookups)): (usize, &(&str, Lookups))| {
        let name = if at == 0 { level.name } else { "" };
        let mut row = vec![Cell::word(name), Cell::word(*kind)];
        row.extend([all(*lookups), lookups.hits, lookups.misses].map(number));
        row.push(Cell::number(rate(lookups.misses, all(*lookups))));
        let whole = level.others().map(|n| n.filter(|_| at == last));
        row.extend(whole.iter().take(others).map(|n| match n {
            Some(n) => number(*n),
            None => Cell::number(""),
        }));
        row
    };
    asked.iter().enumerate().map(row).collect()
}

fn memory(counted: &ReplayCounts) -> Table {
    let memory = counted.memory;
    let mut rows = vec![("reads of blocks", memory.reads), ("writes", memory.writes)];
    if memory.walks > 0 {
        rows.push(("page-table entries", memory.walks));
    }
    named("main memory", "transfers", rows)
}

/// Returns a table of named counts.
fn named<'n>(of: &str, counts: &str, rows: impl IntoIterator<Item = (&'n str, u64)>) -> Table {
    let rows = rows.into_iter();
    let rows = rows.map(|(name, n)| vec![Cell::word(name), number(n)]);
    Table::new("", &[&[of], &[counts]], rows.collect())
}

/// Returns a table of the busiest pages and a table of the busiest instructions, if any.
fn busiest(top: &HotSpots, address_bits: u32) -> impl Iterator<Item = Table> {
    let tables = [
        ("busiest pages", "page", &top.pages),
        ("busiest instructions", "at", &top.code),
    ];
    let digits = address_bits.div_ceil(4) as usize;
    let row = move |spot: &HotSpot| {
        vec![
            Cell::word(format!("0x{:0digits$X}", spot.address)),
            number(spot.references),
            number(spot.misses),
            Cell::number(rate(spot.misses, spot.references)),
        ]
    };
    let some = tables.into_iter().filter(|(_, _, spots)| !spots.is_empty());
    some.map(move |(title, name, spots)| {
        let groups = [&[name][..], &["references", "misses", "miss rate"]];
        Table::new(title, &groups, spots.iter().map(row).collect())
    })
}
