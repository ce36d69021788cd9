//! A replay as text for a terminal or a pipe.

use super::curve::{curve, unreliable};
use super::replayed::{Ended, Replayed};
use super::rows::{number, table, word};
use super::tables::{busiest, parts};
use crate::report::doc::{Block, Tone};
use crate::report::excerpt::visible;
use crate::report::narrate::{count, thousands};
use crate::report::text;
use crate::traces::source::format_read;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{PagingCounts, ReferenceCounts, ReplayCounts};
use pagewalk_engine::trace::record::{Malformed, Op, Record};
use pagewalk_engine::trace::replay::Straddle;

/// Returns the report: the accesses, the counts of each part of the machine, and the additional
/// counts.
pub fn text(replayed: &Replayed, color: bool) -> String {
    let sections: Vec<String> = sections(replayed)
        .iter()
        .map(|section| text::text(section, color))
        .filter(|s| !s.is_empty())
        .collect();
    sections.join("\n")
}

fn sections(replayed: &Replayed) -> Vec<Vec<Block>> {
    let counted = &replayed.counted;
    let mut sections = vec![
        vec![Block::Heading(format!(
            "{} on {}",
            replayed.trace, replayed.machine
        ))],
        performed(replayed),
    ];
    sections.extend(parts(counted).into_iter().map(|part| vec![part]));
    sections.push(vec![memory(counted)]);
    if let Some(paging) = &counted.paging {
        sections.push(vec![self::paging(paging)]);
    }
    if let Some(top) = &counted.top {
        sections.extend(
            busiest(top, address_bits(counted))
                .into_iter()
                .map(|table| vec![table]),
        );
    }
    if let Some(misses) = &counted.curve {
        sections.push(vec![curve(misses, &counted.spec)]);
    }
    sections
}

/// Returns the width of a trace's addresses, in bits.
fn address_bits(counted: &ReplayCounts) -> u32 {
    if counted.paging.is_some() {
        counted.spec.virtual_bits()
    } else {
        counted.spec.physical_bits
    }
}

fn performed(replayed: &Replayed) -> Vec<Block> {
    let counted = &replayed.counted;
    let references = counted.references;
    let all = references.accesses() + references.fetches;
    let kinds = [
        count(references.reads, "load", "loads"),
        count(references.writes, "store", "stores"),
        count(references.fetches, "fetch", "fetches"),
    ];
    let mut blocks = vec![Block::line(format!(
        "{} of {}: {}",
        count(all, "reference", "references"),
        count(references.records, "record", "records"),
        kinds.join(", ")
    ))];
    if references.straddling > 0 {
        blocks.push(Block::line(straddling(
            references.straddling,
            replayed.straddle,
        )));
    }
    blocks.push(Block::toned(
        Tone::Faint,
        mapping(&counted.spec, counted.paging.is_some()),
    ));
    blocks.extend(
        replayed
            .format
            .map(|chosen| Block::toned(Tone::Faint, format_read(chosen))),
    );
    if let Some(end) = end(&replayed.ended, replayed.lines) {
        blocks.push(Block::toned(Tone::Bad, end));
    }
    blocks
}

fn straddling(n: u64, straddle: Straddle) -> String {
    let what = match straddle {
        Straddle::Split => "and each part is counted",
        Straddle::First => "and only the first part is counted",
    };
    format!(
        "{} blocks or pages, {what}",
        count(n, "reference straddles", "references straddle")
    )
}

fn mapping(spec: &Spec, demand: bool) -> String {
    if demand {
        format!(
            "map demand: each page of the {}-bit address space gets a frame on first touch",
            spec.virtual_bits()
        )
    } else {
        format!(
            "map identity: {}-bit physical addresses",
            spec.physical_bits
        )
    }
}

/// Explains why a replay ended before the end of the trace.
pub(crate) fn end(ended: &Ended, lines: u64) -> Option<String> {
    let lines = count(lines, "line", "lines");
    match ended {
        Ended::Whole => None,
        Ended::Interrupted => Some(format!(
            "interrupted: these are the counts for the first {lines}"
        )),
        Ended::Broken(_) => Some(format!(
            "the trace is incomplete: these are the counts for the first {lines}"
        )),
    }
}

fn memory(counted: &ReplayCounts) -> Block {
    let memory = counted.memory;
    let rows = [
        ("reads of blocks", memory.reads),
        ("writes", memory.writes),
        ("page-table entries", memory.walks),
    ];
    let rows = rows
        .into_iter()
        .filter(|(name, n)| *n > 0 || *name != "page-table entries");
    table(
        "",
        &[&["main memory"], &["transfers"]],
        rows.map(|(name, n)| vec![word(name), number(n)]).collect(),
    )
}

fn paging(paging: &PagingCounts) -> Block {
    let rows = [
        ("page walks", paging.walks),
        ("minor faults", paging.faults.minor),
        ("major faults (from swap)", paging.faults.major),
        ("pages evicted", paging.evicted),
        ("pages written to swap", paging.written),
    ];
    table(
        "",
        &[&["paging"], &["times"]],
        rows.map(|(name, n)| vec![word(name), number(n)]).to_vec(),
    )
}

/// Returns warnings about malformed lines, records outside the address space, and an early end. The details
/// of a warning follow on separate lines.
pub fn warnings(replayed: &Replayed) -> Vec<String> {
    let counted = &replayed.counted;
    let mut lines = skipped(
        &replayed.malformed,
        &counted.references,
        address_bits(counted),
    );
    lines.extend(
        end(&replayed.ended, replayed.lines).filter(|_| replayed.ended == Ended::Interrupted),
    );
    lines.extend(counted.curve.as_ref().and_then(unreliable));
    lines
}

/// Returns a line for the skipped malformed lines, and a line for the skipped records outside the address space.
pub(crate) fn skipped(
    malformed: &Malformed,
    references: &ReferenceCounts,
    bits: u32,
) -> Vec<String> {
    let mut lines = Vec::new();
    if malformed.count > 0 {
        lines.push(self::malformed(malformed));
    }
    if let Some(first) = references.first_outside.filter(|_| references.outside > 0) {
        let passed = count(references.outside, "record", "records");
        let are = if references.outside == 1 { "is" } else { "are" };
        lines.push(format!(
            "{passed} outside the {bits}-bit address space {are} skipped; the first is {}",
            record(first)
        ));
    }
    lines
}

/// Returns the number of malformed lines, followed by the first malformed lines.
fn malformed(malformed: &Malformed) -> String {
    let mut lines = vec![format!(
        "{} skipped",
        count(malformed.count, "malformed line is", "malformed lines are")
    )];
    for bad in &malformed.first {
        lines.push(format!(
            "  line {}: {}: `{}`",
            thousands(bad.line),
            bad.why,
            visible(&bad.text)
        ));
    }
    let rest = malformed.count.saturating_sub(malformed.first.len() as u64);
    if rest > 0 {
        lines.push(format!("  and {} more", thousands(rest)));
    }
    lines.join("\n")
}

/// Describes a record: `a store of 8 bytes at 0x1FFF000000`.
pub fn record(record: Record) -> String {
    let op = match record.op {
        Op::Fetch => "a fetch",
        Op::Load => "a load",
        Op::Store => "a store",
        Op::Modify => "a modify",
    };
    format!(
        "{op} of {} at 0x{:X}",
        count(u64::from(record.size), "byte", "bytes"),
        record.address
    )
}
