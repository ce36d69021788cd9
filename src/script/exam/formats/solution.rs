//! Worked solutions: the derivations of answers.

use std::sync::Arc;

use super::derived::{cells, decided, derived, paired};
use super::label::{called, filled};
use super::labels::Labels;
use super::page::bare;
use super::prompt::{number_of_address, of_done};
use super::prose;
use crate::exam::paper::{PaperItem, Question};
use crate::exam::topics::{Topic, Topics};
use crate::questions::entry::{Blank, ItemKind, Radix};
use crate::report::doc::{Block, RulerOf, Table};
use crate::report::narrate::{call_steps, reason_named, reasons, rulers, steps_on_paper};
use crate::report::narrate::{reference, replay, view};
use crate::report::words::numbers::binary;
use crate::report::words::reasons::reason;
use crate::run::facts::{Component, Family, ReportedFact, Subject, flushed, key, reported_facts};
use crate::run::nouns::{explaining, reference_frames};
use crate::run::record::{Access, AccessVerb, Did, MessageLevel, ReferenceRun, Shown, View};
use crate::run::steps::{AccessReason, Reason};
use crate::run::table::TableId;
use pagewalk_engine::machine::event::{Event, Purpose};

/// Returns the worked solution of an item, or nothing if the key is sufficient. The topics are those of the item's
/// question.
pub(crate) fn solution(item: &PaperItem, topics: &Topics, labels: &Labels) -> Vec<Block> {
    if let Some(own) = &item.printed.solution {
        return prose::blocks(own);
    }
    match &item.kind {
        ItemKind::Facts { blanks, .. } => operation(item, blanks, topics, labels),
        ItemKind::Value {
            blank, derivation, ..
        } => [
            since(item, topics, labels),
            derived(derivation, blank, topics, labels),
        ]
        .concat(),
        ItemKind::Any {
            answers,
            radix,
            example: Some(example),
            ..
        } => {
            let first = answers
                .first
                .first()
                .map_or_else(String::new, |value| radix.write(value, None));
            let only = answers.all && answers.first.len() == 1;
            let lead = if only {
                format!("{first}:")
            } else {
                format!("For example {first}:")
            };
            let mut blocks = vec![Block::line(lead)];
            blocks.extend(match example {
                View::Steps(access, _) => steps(access, topics),
                other => view::blocks(other),
            });
            blocks
        }
        ItemKind::Author(table) => cells(table, topics, labels).into_iter().collect(),
        ItemKind::Choice { options, .. } => {
            let mut blocks = since(item, topics, labels);
            blocks.extend(decided(options, bare(item), labels));
            blocks
        }
        ItemKind::Table {
            columns,
            string: Some(string),
            ..
        } => {
            let steps = if topics.explains(string) {
                Vec::new()
            } else {
                grid(string, columns, labels)
            };
            [since(item, topics, labels), steps].concat()
        }
        ItemKind::Table { .. } => since(item, topics, labels),
        ItemKind::Any { .. } | ItemKind::Essay { .. } => Vec::new(),
    }
}

/// Returns the solution of an operation: its address with its fields, the reason for each blank,
/// and every step.
fn operation(item: &PaperItem, blanks: &[Blank], topics: &Topics, labels: &Labels) -> Vec<Block> {
    let (did, bare) = (&topics.seen(&item.did), bare(item));
    let mut blocks = Vec::new();
    if let Did::Access(access) = did
        && (bare || blanks.iter().any(|blank| of_hardware(blank, access)))
    {
        blocks.extend(address(access, item.printed.radix, topics));
    }
    let asked = |name: &str| blanks.iter().find(|blank| *blank.fact == *name);
    // The solution does not explain a byte that a process reads, because the byte follows from the text of
    // the question.
    let explained = |name: &str| !matches!(did, Did::Access(access) if !bare && access.outcome.fault.is_none() && is_data(name, access));
    let facts = reported_facts(did)
        .into_iter()
        .filter(|fact| asked(&fact.name).is_some() && explained(&fact.name))
        .collect::<Vec<_>>();
    let named = |blank: &Blank| format!("{} {}", called(blank, labels), filled(blank, bare));
    let mut groups: Vec<(Reason, Vec<String>)> = Vec::new();
    for (why, facts) in reasons(did, &facts) {
        let blanks = facts.iter().filter_map(|fact| asked(&fact.name));
        let name = facts.first().map_or("", |fact| fact.name.as_str());
        groups.push((whole(item, did, name, why), blanks.map(named).collect()));
    }
    for blank in blanks
        .iter()
        .filter(|blank| !facts.iter().any(|fact| *fact.name == *blank.fact))
    {
        let Some(why) = reason_named(did, &blank.fact).filter(|_| explained(&blank.fact)) else {
            continue;
        };
        let why = whole(item, did, &blank.fact, why);
        match groups.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(named(blank)),
            None => groups.push((why, vec![named(blank)])),
        }
    }
    let pairs = groups
        .iter()
        .map(|(why, names)| (names.join(", "), reason(why, did)))
        .collect();
    blocks.extend(paired(pairs));
    blocks.extend(sequence(did, topics, labels));
    if let Some(retry) = &item.retry {
        let steps = sequence(&topics.seen(retry), topics, labels);
        if !steps.is_empty() {
            blocks.push(Block::line(labels.localize(
                "After the page fault, the processor retries the access:",
            )));
            blocks.extend(steps);
        }
    }
    blocks
}

/// Returns the reason for one fact of an item's operation in a question, as a clause without a period.
pub(crate) fn reason_of(item: &PaperItem, fact: &str, question: &Question) -> Option<String> {
    let did = Topics::of_question(question).seen(&item.did);
    let why = reason_named(&did, fact)?;
    Some(reason(&whole(item, &did, fact, why), &did))
}

/// Adapts the reason for a fact to a paper. If a context switch caused a TLB miss by flushing the TLB, the reason says so.
/// The function recognizes such a flush by the state of the machine before the access. Removes the raw values of entries
/// that are not in memory, because the script set only their fields.
fn whole(item: &PaperItem, did: &Did, fact: &str, reason: Reason) -> Reason {
    let (Did::Access(access), Reason::Access(reason)) = (did, &reason) else {
        return reason;
    };
    let looked_up = access.first_piece().iter().find_map(|event| match event {
        Event::CacheLookup {
            way,
            purpose: Purpose::Demand,
            ..
        } => Some(way.is_some()),
        _ => None,
    });
    let read = access.outcome.fault.is_none() && looked_up != Some(true);
    let unknown = access.data.iter().any(Option::is_none);
    Reason::Access(match *reason {
        _ if read && unknown && is_data(fact, access) => {
            let missed = looked_up.is_some();
            AccessReason::NotGiven { missed }
        }
        AccessReason::PpnInEntry {
            ppn,
            level,
            at: None,
            ..
        } => AccessReason::PpnInEntry {
            ppn,
            level,
            at: None,
            raw: None,
        },
        AccessReason::LookedUp(looked) => {
            let hardware = item.hardware.as_ref();
            let before = hardware.and_then(|hardware| hardware.machine_before());
            before
                .and_then(|before| flushed(access, looked, before))
                .unwrap_or(AccessReason::LookedUp(looked))
        }
        ref other => other.clone(),
    })
}

/// Whether a blank of an access by a process is about the hardware, not only about the kernel.
fn of_hardware(blank: &Blank, access: &Access) -> bool {
    let key = key(&blank.fact, Family::Access, Some(&access.spec));
    let of_kernel = |subject| matches!(subject, Subject::Nothing | Subject::Data);
    *blank.fact != *"fault" && key.is_ok_and(|key| !of_kernel(key.subject()))
}

/// Whether a fact is about the bytes of an access.
fn is_data(name: &str, access: &Access) -> bool {
    key(name, Family::Access, Some(&access.spec)).is_ok_and(|key| key.subject() == Subject::Data)
}

/// Returns the virtual address as a binary number divided into fields. Reasons are in hexadecimal, in which the digits of a
/// number show its bits, so that a paper in another radix also needs the address in hexadecimal.
fn address(access: &Access, radix: Option<Radix>, topics: &Topics) -> Vec<Block> {
    let spec = &access.spec;
    let Some(mut ruler) = rulers(spec).into_iter().next() else {
        return Vec::new();
    };
    let first = spec
        .first_tlb(access.kind)
        .filter(|at| topics.has(Component::Tlb(*at)));
    ruler.rows.retain(|row| match &row.of {
        RulerOf::Page => true,
        RulerOf::Tables => topics.is(Topic::Tables) || topics.is(Topic::Indexes),
        RulerOf::Tlb(at) => first == Some(*at),
        RulerOf::Cache(at) => topics.has(Component::Cache(*at)),
    });
    let printed = number_of_address(access, radix);
    let address = Shown::field(access.va.raw(), ruler.bits).to_string();
    let binary = binary(access.va.raw(), ruler.bits);
    let equal = match radix {
        Some(Radix::Decimal) => format!("{address}, or {binary}"),
        Some(Radix::Binary) => address,
        Some(Radix::Hex) | None => binary,
    };
    vec![
        Block::line(format!("{printed} is {equal}.")),
        Block::Ruler(ruler),
    ]
}

/// Returns the steps of an access in the structures of the question.
fn steps(access: &Access, topics: &Topics) -> Vec<Block> {
    of_seen(&topics.access(access), topics)
}

fn of_seen(access: &Access, topics: &Topics) -> Vec<Block> {
    let mut access = access.clone();
    if !topics.has_data(&access.spec) {
        // The steps end with the translation.
        access.verb = AccessVerb::Translate;
    }
    let hardware = topics.has_hardware(&access.spec);
    if hardware || access.process.is_some() {
        steps_on_paper(&access, topics.is(Topic::Data), hardware)
    } else {
        Vec::new()
    }
}

/// Returns the steps of a statement in the structures of the question.
fn sequence(did: &Did, topics: &Topics, labels: &Labels) -> Vec<Block> {
    match did {
        Did::Access(access) => of_seen(access, topics),
        Did::Call(call)
        | Did::Bound {
            call: Some(call), ..
        } => {
            let steps = call_steps(call, MessageLevel::All);
            // If there are only two steps, they are the call and its return, which explain nothing.
            let eventful = steps.len() > 2 || call.reply.result.is_err();
            if eventful {
                vec![Block::Steps(steps)]
            } else {
                Vec::new()
            }
        }
        Did::Reference(run) => worked(run, labels),
        Did::Replay(run) => replay::blocks(run),
        _ => Vec::new(),
    }
}

/// Returns the steps of a reference string whose table asks for these columns, or nothing if the columns show
/// every step.
fn grid(string: &Did, asked: &[Arc<str>], labels: &Labels) -> Vec<Block> {
    let Did::Reference(run) = string else {
        return Vec::new();
    };
    let frames = (0..reference_frames(run)).map(|frame| format!("frame{frame}"));
    let mut shown = frames.chain(explaining(run));
    if !run.start.is_empty() || shown.any(|name| asked.iter().all(|asked| **asked != *name)) {
        worked(run, labels)
    } else {
        Vec::new()
    }
}

/// Returns the steps of a reference string with the titles that papers print.
fn worked(run: &ReferenceRun, labels: &Labels) -> Vec<Block> {
    let blocks = reference::worked(run).into_iter();
    blocks.map(|block| titled(block, labels)).collect()
}

/// Replaces the column names of a step table with the titles that papers print.
fn titled(block: Block, labels: &Labels) -> Block {
    match block {
        Block::Table(table)
            if table
                .groups
                .iter()
                .flatten()
                .next()
                .is_some_and(|name| name == "step") =>
        {
            let titles =
                |group: &Vec<String>| group.iter().map(|name| labels.table(name)).collect();
            Block::Table(Table {
                groups: table.groups.iter().map(titles).collect(),
                ..table
            })
        }
        other => other,
    }
}

/// Maximum number of operations before an item for which the solution explains every step. If there are more
/// operations, the solution only summarizes their results. The steps of a loop would otherwise fill
/// many pages.
const STEPPED: usize = 8;

/// Explains the operations since the previous item.
fn since(item: &PaperItem, topics: &Topics, labels: &Labels) -> Vec<Block> {
    // Only system calls change areas.
    let is_areas = matches!(&item.kind, ItemKind::Table { table, .. } if table.id == TableId::Maps);
    let done = item
        .since
        .iter()
        .filter(|did| !is_areas || !matches!(***did, Did::Access(_)));
    let done: Vec<&Arc<Did>> = done.collect();
    if done.len() > STEPPED {
        let pairs = done.iter().map(|did| {
            (
                of_done(did, item.printed.radix, labels),
                results(did, topics),
            )
        });
        let pairs = pairs.filter(|(_, results)| !results.is_empty());
        return paired(pairs.collect()).into_iter().collect();
    }
    let each = done.into_iter().flat_map(|did| {
        let steps = sequence(&topics.seen(did), topics, labels);
        let mut steps: Vec<Block> = steps
            .into_iter()
            .filter(|block| !matches!(block, Block::Steps(steps) if steps.is_empty()))
            .collect();
        if !steps.is_empty() {
            steps.insert(0, Block::line(of_done(did, item.printed.radix, labels)));
        }
        steps
    });
    each.collect()
}

/// The facts that summarize an operation.
const RESULTS: [&str; 6] = ["tlb", "cache", "fault", "evicted", "returns", "error"];

/// Summarizes the result of an operation, with the set and the victim of each lookup.
fn results(did: &Did, topics: &Topics) -> String {
    let seen = topics.seen(did);
    let detail = |name: &str, suffix: &str| {
        let Did::Access(access) = did else {
            return None;
        };
        key(
            &format!("{name}.{suffix}"),
            Family::Access,
            Some(&access.spec),
        )
        .ok()?
        .value_in(&seen)
    };
    let fact = |fact: ReportedFact| {
        let mut text = fact.to_string();
        let of_lookup = matches!(fact.name.as_str(), "tlb" | "cache");
        for (suffix, before) in [("index", " in set"), ("victim", ", which evicts tag")] {
            let value =
                detail(&fact.name, suffix).filter(|value| of_lookup && value.to_string() != "none");
            if let Some(value) = value {
                text = format!("{text}{before} {value}");
            }
        }
        text
    };
    let facts = reported_facts(&seen)
        .into_iter()
        .filter(|fact| RESULTS.contains(&fact.name.as_str()));
    let facts = facts.filter(|fact| topics.covers(did, &fact.key) && fact.stated() != "none");
    facts.map(fact).collect::<Vec<_>>().join(", ")
}
