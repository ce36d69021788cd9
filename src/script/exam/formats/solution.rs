//! Worked solutions: the derivations of answers.

use super::label::{called, filled};
use super::labels::Labels;
use super::page::bare;
use crate::exam::paper::PaperItem;
use crate::lang::value::Value;
use crate::questions::entry::{Alternative, Blank, Derivation, Form, ItemKind, Radix};
use crate::report::doc::{Block, Step};
use crate::report::narrate::{call_steps, reasons, rulers, steps};
use crate::report::narrate::{reference, replay, view};
use crate::run::facts::{ACCESS_FACTS, FactRow, binary, reported_facts};
use crate::run::record::{Access, Did, Shown};
use crate::services::lookup::look_up;

/// Returns the worked solution of an item, or nothing if the key is enough.
pub(crate) fn solution(item: &PaperItem, labels: &Labels) -> Vec<Block> {
    match &item.kind {
        ItemKind::Facts { blanks, .. } => operation(&item.did, blanks, bare(item), labels),
        ItemKind::Value { blank, derivation, .. } => derived(derivation, blank),
        ItemKind::Any { answers, radix, example: Some(example), .. } => {
            let first = answers.first.first().map_or_else(String::new, |value| radix.write(value, None));
            let mut blocks = vec![Block::line(format!("For example {first}:"))];
            blocks.extend(view::blocks(example));
            blocks
        }
        ItemKind::Choice { options, .. } => mistakes(options),
        ItemKind::Any { .. } | ItemKind::Table { .. } | ItemKind::Essay { .. } => Vec::new(),
    }
}

/// Returns the solution of an operation: its address with its fields, the reason for each blank,
/// and every step.
fn operation(did: &Did, blanks: &[Blank], bare: bool, labels: &Labels) -> Vec<Block> {
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
        (named.collect::<Vec<_>>().join(", "), reason)
    });
    let pairs: Vec<(String, String)> = pairs.collect();
    if !pairs.is_empty() {
        blocks.push(Block::Pairs { title: String::new(), pairs });
    }
    let steps = sequence(did).into_iter().filter_map(|block| match block {
        Block::Steps(steps) if !hardware => {
            let of_kernel: Vec<Step> =
                steps.into_iter().filter(|step| step.who.contains("handler")).collect();
            (!of_kernel.is_empty()).then_some(Block::Steps(of_kernel))
        }
        other => Some(other),
    });
    blocks.extend(steps);
    blocks
}

/// Whether a blank is about a fact of the hardware, not only of the kernel.
fn of_hardware(blank: &Blank) -> bool {
    let reported_for_all = |row: &FactRow| row.reported || *row.name != *blank.fact;
    *blank.fact != *"fault" && ACCESS_FACTS.iter().all(reported_for_all)
}

/// Returns the virtual address on its ruler, in binary.
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
        Did::Access(access) => steps(access),
        Did::Call(call) | Did::Bound { call: Some(call), .. } => vec![Block::Steps(call_steps(call))],
        Did::Reference(run) => reference::blocks(run),
        Did::Replay(run) => replay::blocks(run),
        _ => Vec::new(),
    }
}

/// Returns the values in an expression, and its result.
fn derived(derivation: &Derivation, blank: &Blank) -> Vec<Block> {
    let Derivation { written, terms } = derivation;
    if terms.is_empty() {
        return Vec::new();
    }
    let meaning = |term: &str| {
        // A word without a dot is a name of the script.
        let found = look_up(term).into_iter().next().filter(|_| term.contains('.'))?;
        found.cells.into_iter().next_back().map(|(_, cell)| cell)
    };
    let radix = match blank.form {
        Form::Number { radix, .. } => radix,
        Form::Words(_) | Form::Free => Radix::Decimal,
    };
    let term = |(term, value): &(String, Value)| {
        let value = radix.write(value, None);
        let meaning = meaning(term).map_or_else(String::new, |meaning| format!(" ({meaning})"));
        (term.clone(), format!("{value}{meaning}"))
    };
    let mut pairs: Vec<(String, String)> = terms.iter().map(term).collect();
    if terms.iter().all(|(term, _)| term != written) {
        pairs.push((written.clone(), filled(blank, true)));
    }
    vec![Block::Pairs { title: String::new(), pairs }]
}

/// Explains the mistakes behind wrong options.
fn mistakes(options: &[Alternative]) -> Vec<Block> {
    let pairs: Vec<(String, String)> =
        options.iter().filter_map(|option| Some((option.text.clone(), option.mistake?.to_owned()))).collect();
    if pairs.is_empty() { Vec::new() } else { vec![Block::Pairs { title: String::new(), pairs }] }
}
