//! Worked solutions: the derivations of answers.

use super::label::{called, filled};
use super::labels::Labels;
use super::page::bare;
use super::prompt::of_done;
use super::prose::paragraphs;
use super::tree::Paragraph;
use crate::exam::paper::PaperItem;
use crate::lang::value::Value;
use crate::questions::entry::AuthorTable;
use crate::questions::entry::{Alternative, Blank, Derivation, Evidence, Form, ItemKind, Radix};
use crate::report::doc::{Block, Step};
use crate::report::narrate::{call_steps, reason_named, reasons, rulers, steps_on_paper};
use crate::report::narrate::{reference, replay, view};
use crate::run::facts::{ACCESS_FACTS, Component, FactRow, binary, lookup, reported_facts, switched};
use crate::run::record::{Access, Did, Shown, View};
use crate::services::lookup::look_up;
use pagewalk_engine::machine::event::Event;

/// Returns the worked solution of an item; empty if the key is sufficient.
pub(crate) fn solution(item: &PaperItem, labels: &Labels) -> Vec<Block> {
    if let Some(own) = &item.printed.solution {
        let line = |paragraph| match paragraph {
            Paragraph::Words(text) | Paragraph::Code(text) => Block::line(text),
        };
        return paragraphs(own).into_iter().map(line).collect();
    }
    match &item.kind {
        ItemKind::Facts { blanks, .. } => operation(item, blanks, labels),
        ItemKind::Value { blank, derivation, .. } => {
            [since(item, labels), derived(derivation, blank)].concat()
        }
        ItemKind::Any { answers, radix, example: Some(example), .. } => {
            let first = answers.first.first().map_or_else(String::new, |value| radix.write(value, None));
            let only = answers.all && answers.first.len() == 1;
            let lead = if only { format!("{first}:") } else { format!("For example {first}:") };
            let mut blocks = vec![Block::line(lead)];
            blocks.extend(match example {
                View::Steps(access) => steps_on_paper(access),
                other => view::blocks(other),
            });
            blocks
        }
        ItemKind::Author(table) => cells(table),
        ItemKind::Choice { options, .. } => {
            [since(item, labels), decided(options, bare(item), labels)].concat()
        }
        ItemKind::Table { .. } => since(item, labels),
        ItemKind::Any { .. } | ItemKind::Essay { .. } => Vec::new(),
    }
}

/// Returns the solution of an operation: its address with its fields, the reason for each blank,
/// and every step.
fn operation(item: &PaperItem, blanks: &[Blank], labels: &Labels) -> Vec<Block> {
    let (did, bare) = (&*item.did, bare(item));
    let mut blocks = Vec::new();
    let hardware = bare || !matches!(did, Did::Access(_)) || blanks.iter().any(of_hardware);
    if let (Did::Access(access), true) = (did, hardware) {
        blocks.extend(address(access));
    }
    let asked = |name: &str| blanks.iter().find(|blank| *blank.fact == *name);
    let facts =
        reported_facts(did).into_iter().filter(|fact| asked(&fact.name).is_some()).collect::<Vec<_>>();
    let pairs = reasons(did, &facts).into_iter().map(|(reason, facts)| {
        let blanks = facts.iter().filter_map(|fact| asked(&fact.name));
        let named = blanks.map(|blank| format!("{} {}", called(blank, labels), filled(blank, bare)));
        (named.collect::<Vec<_>>().join(", "), whole(item, reason))
    });
    let mut pairs: Vec<(String, String)> = pairs.collect();
    for blank in blanks.iter().filter(|blank| !facts.iter().any(|fact| *fact.name == *blank.fact)) {
        let Some(reason) = reason_named(did, &blank.fact) else { continue };
        let (named, reason) =
            (format!("{} {}", called(blank, labels), filled(blank, bare)), whole(item, reason));
        match pairs.iter_mut().find(|(_, known)| *known == reason) {
            Some((names, _)) => *names = format!("{names}, {named}"),
            None => pairs.push((named, reason)),
        }
    }
    if !pairs.is_empty() {
        blocks.push(Block::Pairs { title: String::new(), pairs });
    }
    let steps =
        sequence(did).into_iter().filter_map(|block| if hardware { Some(block) } else { of_kernel(block) });
    blocks.extend(steps);
    blocks
}

/// Completes a reason for a paper. If a context switch caused a TLB miss by flushing the TLB, the reason says so.
/// Only the state of the machine before the access shows such a flush. Removes the raw values of entries that are
/// not in memory.
fn whole(item: &PaperItem, reason: String) -> String {
    let before = item.hardware.as_ref().and_then(|hardware| hardware.before.as_deref());
    let (Did::Access(access), Some(before)) = (&*item.did, before) else { return reason };
    let reason = without_raw(access, reason);
    let mut parts = Component::all(&access.spec).filter(|part| lookup(access, *part) == reason);
    match parts.find_map(|part| switched(access, part, before)) {
        Some(why) => format!("{reason}, because {why}"),
        None => reason,
    }
}

/// Removes the raw values of page-table entries that are not in memory, because the script set only their fields.
fn without_raw(access: &Access, reason: String) -> String {
    let Some(mmu) = &access.spec.mmu else { return reason };
    let raw = access.events.iter().filter_map(|event| match event {
        Event::Pte { address: None, value: Some(raw), .. } => Some(Shown::hex(*raw, 2 * mmu.pte.bytes)),
        _ => None,
    });
    raw.fold(reason, |reason, raw| reason.replace(&format!(" is {raw} and"), ""))
}

/// Whether a blank is about a hardware fact, not only about a kernel fact.
fn of_hardware(blank: &Blank) -> bool {
    let reported_for_all = |row: &FactRow| row.reported || *row.name != *blank.fact;
    *blank.fact != *"fault" && ACCESS_FACTS.iter().all(reported_for_all)
}

/// Returns the virtual address as a binary number divided into fields.
fn address(access: &Access) -> Vec<Block> {
    let spec = &access.spec;
    let Some(mut ruler) = rulers(spec).into_iter().next() else { return Vec::new() };
    let tlb = spec.first_tlb(access.kind).and_then(|at| spec.tlbs.get(at));
    let others = |label: &str| spec.tlb_named(label).is_some() && tlb.is_none_or(|tlb| *tlb.name != *label);
    ruler.rows.retain(|row| !others(&row.label));
    let address = Shown::field(access.va.raw(), ruler.bits);
    let binary = binary(access.va.raw(), ruler.bits);
    vec![Block::line(format!("{address} is {binary}.")), Block::Ruler(ruler)]
}

/// Returns the steps of a statement.
fn sequence(did: &Did) -> Vec<Block> {
    match did {
        Did::Access(access) => steps_on_paper(access),
        Did::Call(call) | Did::Bound { call: Some(call), .. } => vec![Block::Steps(call_steps(call))],
        Did::Reference(run) => reference::blocks(run),
        Did::Replay(run) => replay::blocks(run),
        _ => Vec::new(),
    }
}

/// Returns the meanings of the paths in an expression, and the expression with its numbers.
fn derived(derivation: &Derivation, blank: &Blank) -> Vec<Block> {
    let radix = match blank.form {
        Form::Number { radix, .. } => radix,
        Form::Words(_) | Form::Pages | Form::Free => Radix::Decimal,
    };
    let path = |(path, value): &(String, Value)| {
        let meaning = look_up(path).into_iter().next()?.cells.into_iter().next_back()?.1;
        Some((meaning, radix.write(value, None)))
    };
    let pairs: Vec<(String, String)> = derivation.paths.iter().filter_map(path).collect();
    let mut blocks =
        if pairs.is_empty() { Vec::new() } else { vec![Block::Pairs { title: String::new(), pairs }] };
    blocks.extend(formula(derivation, blank).map(Block::line));
    blocks
}

/// Returns `0.9 × (10 + 60) = 0.9 × 70 = 63`, or `7 + 5 <= 16 is true`.
fn formula(derivation: &Derivation, blank: &Blank) -> Option<String> {
    if let Form::Words(_) = blank.form {
        return derivation.steps.last().map(|last| format!("{last} is {}", blank.answer()));
    }
    let result = filled(blank, true);
    let steps = derivation.steps.iter().filter(|step| **step != result);
    let steps: Vec<&str> = steps.map(String::as_str).collect();
    let sign = if blank.is_approximate() { "≈" } else { "=" };
    (!steps.is_empty()).then(|| format!("{} {sign} {result}", steps.join(" = ")))
}

/// Returns the formulas of a table's cells.
fn cells(table: &AuthorTable) -> Vec<Block> {
    let cell = |(row, at, blank, derivation): (usize, usize, &Blank, &Derivation)| {
        Some((table.label(row, at), formula(derivation, blank)?))
    };
    let pairs: Vec<(String, String)> = table.blanks().filter_map(cell).collect();
    if pairs.is_empty() { Vec::new() } else { vec![Block::Pairs { title: String::new(), pairs }] }
}

/// Maximum number of operations before an item whose steps are explained. If there are more operations, the
/// solution only summarizes their results.
const STEPPED: usize = 8;

/// Explains the operations since the previous item.
fn since(item: &PaperItem, labels: &Labels) -> Vec<Block> {
    if item.since.len() > STEPPED {
        let pairs = item.since.iter().map(|did| (of_done(did, labels), results(did))).collect();
        return vec![Block::Pairs { title: String::new(), pairs }];
    }
    // A table to fill in may be about the hardware.
    let hardware = bare(item) || matches!(item.kind, ItemKind::Table { .. });
    let each = item.since.iter().flat_map(|did| {
        let steps = sequence(did)
            .into_iter()
            .filter_map(|block| if hardware { Some(block) } else { of_kernel(block) });
        std::iter::once(Block::line(of_done(did, labels))).chain(steps).collect::<Vec<Block>>()
    });
    each.filter(|block| !matches!(block, Block::Steps(steps) if steps.is_empty())).collect()
}

/// Keeps only the kernel's steps of a sequence.
fn of_kernel(block: Block) -> Option<Block> {
    let Block::Steps(steps) = block else { return Some(block) };
    let steps: Vec<Step> = steps.into_iter().filter(|step| step.who.contains("handler")).collect();
    (!steps.is_empty()).then_some(Block::Steps(steps))
}

/// The facts that summarize an operation.
const RESULTS: [&str; 6] = ["tlb", "cache", "fault", "evicted", "returns", "error"];

/// Summarizes the result of an operation.
fn results(did: &Did) -> String {
    let facts = reported_facts(did).into_iter().filter(|fact| RESULTS.contains(&fact.name.as_str()));
    let facts: Vec<String> =
        facts.filter(|fact| fact.stated() != "none").map(|fact| fact.to_string()).collect();
    facts.join(", ")
}

/// Explains the options of a choice: the mistakes behind wrong ones, and the evidence for computed ones.
fn decided(options: &[Alternative], bare: bool, labels: &Labels) -> Vec<Block> {
    let pair = |option: &Alternative| {
        let evidence: Vec<String> =
            option.evidence.iter().filter_map(|evidence| shown(evidence, bare, labels)).collect();
        let why = option.mistake.map(str::to_owned).or((!evidence.is_empty()).then(|| evidence.join("; ")))?;
        Some((option.text.clone(), why))
    };
    let pairs: Vec<(String, String)> = options.iter().filter_map(pair).collect();
    if pairs.is_empty() { Vec::new() } else { vec![Block::Pairs { title: String::new(), pairs }] }
}

/// Returns the evidence for or against an option as text.
fn shown(evidence: &Evidence, bare: bool, labels: &Labels) -> Option<String> {
    match evidence {
        Evidence::Facts { did, blanks } => {
            let fact = |blank: &Blank| format!("{} {}", called(blank, labels), filled(blank, bare));
            let facts: Vec<String> = blanks.iter().map(fact).collect();
            Some(format!("{} {}", of_done(did, labels), facts.join(", ")))
        }
        Evidence::Truth { derivation, holds } => {
            derivation.steps.last().map(|last| format!("{last} is {holds}"))
        }
        Evidence::First { name, value: Some(value) } => {
            Some(format!("true for {name} = {}", Radix::Decimal.write(value, None)))
        }
        Evidence::First { name, value: None } => Some(format!("false for every value of {name}")),
    }
}
