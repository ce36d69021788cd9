//! The assumptions of a paper, printed so that students do not have to ask about them.

mod asked;
mod facts;
mod lookups;
mod machine_rules;
mod orders;
mod policy_rules;
mod rules;
mod strings;

use std::collections::BTreeSet;

use self::lookups::named;
use self::machine_rules::number;
use self::rules::{Context, Rule};
use self::strings::of_strings;
use crate::exam::paper::Question;
use crate::exam::topics::{Topic, Topics};
use crate::questions::entry::{Hardware, Sharing};
use crate::run::record::{Did, FaultRecord};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::Spec;

/// Sentences about missing values: one for values after an access, and one for table cells.
const NO_VALUE: [&str; 2] = [
    "Write - for a value that does not exist (such as the PPN after a page fault) or that the given state does not determine.",
    "Write - in table cells without a value.",
];

/// Returns the assumptions of a question: those about its machine, those about how its parts are related, and how to
/// write missing values.
pub(crate) fn assumptions(question: &Question) -> Vec<String> {
    let topics = Topics::of_question(question);
    let mut sentences = stated(question, &topics);
    sentences.extend(no_value(std::slice::from_ref(&topics)).map(str::to_owned));
    sentences
}

/// Returns the sentence about missing values in these questions, if any can be missing. The sentence about facts also
/// applies to tables.
pub(crate) fn no_value(questions: &[Topics]) -> Option<&'static str> {
    let any = |topic| questions.iter().any(|own| own.is(topic));
    if any(Topic::Missing) {
        Some(NO_VALUE[0])
    } else {
        any(Topic::FillIn).then_some(NO_VALUE[1])
    }
}

/// Returns the assumptions of a question without the one about missing values.
pub(crate) fn stated(question: &Question, asked: &Topics) -> Vec<String> {
    let mut sentences = Vec::new();
    let rules = rules_of(question);
    if let Some(hardware) = question
        .items()
        .filter_map(|item| item.hardware.as_ref())
        .last()
        .filter(|_| asked.is(Topic::Machine) || !rules.is_empty())
    {
        of_machine(question, hardware, asked, &rules, &mut sentences);
    }
    of_strings(asked, &mut sentences);
    if asked.accesses > 1 {
        sentences.push(if asked.probes == asked.accesses {
            "Every access starts from the given state.".to_owned()
        } else if asked.probes > 0 {
            "A hypothetical access (“Suppose that”) changes nothing. Any other access starts from the state that the previous one left."
                .to_owned()
        } else {
            "Within a question, each access starts from the state that the previous one left."
                .to_owned()
        });
    }
    sentences
}

/// Returns the rules that decide the answers of a question.
fn rules_of(question: &Question) -> BTreeSet<Rule> {
    let mut rules = BTreeSet::new();
    for item in question.items() {
        rules.extend(asked::of_item(item));
    }
    if rules.contains(&Rule::Paged) {
        rules.extend([Rule::Faults, Rule::Frames, Rule::ZeroPage]);
    }
    let evicts = || {
        let operations = question
            .items()
            .flat_map(|item| item.since.iter().chain([&item.did]));
        operations.flat_map(|did| faults(did)).any(is_eviction)
    };
    if rules.contains(&Rule::Frames) && evicts() {
        rules.insert(Rule::Victim);
    }
    // Whatever rests on the entries of a page table also rests on where and how they are stored, and on their permissions.
    if rules.contains(&Rule::Unlisted) {
        rules.extend([Rule::Base, Rule::Entry, Rule::Rights]);
    }
    if rules.contains(&Rule::EntrySize) {
        rules.insert(Rule::Entry);
    }
    let hardware = question.items().find_map(|item| item.hardware.as_ref());
    match hardware.and_then(|hardware| hardware.kernel.as_ref()) {
        // The neighbors that a fault maps are those in the page cache.
        Some(kernel) if kernel.fault_around > 1 && rules.contains(&Rule::FaultAround) => {
            rules.insert(Rule::PageCache);
        }
        None if rules.contains(&Rule::CachedBytes) => {
            rules.insert(Rule::Fill);
        }
        _ => {}
    }
    rules
}

/// Describes the replacement order of the sets from which the question evicts entries.
fn of_order(question: &Question, machine: &Machine, asked: &Topics) -> Vec<String> {
    let spec = machine.spec();
    let used = |name: &str| {
        let fetches = asked.is(Topic::Fetches);
        let tlb = spec
            .tlb_named(name)
            .map(|at| spec.tlbs[at].side.serves(AccessKind::Read));
        let cache = spec
            .cache_named(name)
            .map(|at| spec.caches[at].side.serves(AccessKind::Read));
        let is_used = tlb.unwrap_or(asked.is(Topic::UsesCaches))
            && (fetches || tlb.or(cache).unwrap_or(true));
        is_used.then(|| named(&[name]))
    };
    let evicts = |part, set| {
        question
            .items()
            .any(|item| orders::evicts(item, machine, part, set))
    };
    orders::of_machine(machine, used, evicts, |set| number(question, set))
}

fn of_machine(
    question: &Question,
    hardware: &Hardware,
    asked: &Topics,
    rules: &BTreeSet<Rule>,
    sentences: &mut Vec<String>,
) {
    let spec = &hardware.spec;
    let mut states = question.items().filter_map(|item| item.hardware.as_ref());
    let before = states.find_map(|state| state.before.as_deref());
    let fills = rules.contains(&Rule::Fill);
    let orders = before.filter(|_| fills);
    let orders = orders.map_or_else(Vec::new, |machine| of_order(question, machine, asked));
    let sharing = question.items().filter_map(|item| item.hardware.as_ref());
    let sharing = sharing.map(|hardware| hardware.sharing);
    let sharing = sharing.fold(Sharing::default(), |all, own| Sharing {
        processes: all.processes.max(own.processes),
        forked: all.forked || own.forked,
    });
    let context = Context {
        question,
        hardware,
        sharing,
        asked,
        fills,
        sized: rules.contains(&Rule::EntrySize),
        orders,
    };
    sentences.extend(rules.iter().flat_map(|rule| rule.sentences(&context)));
    if asked.is(Topic::Machine) {
        sentences.push("Memory is byte-addressable.".to_owned());
        sentences.extend(byte_order(spec, asked));
    }
}

/// Returns the page faults of an access or a system call.
fn faults(did: &Did) -> &[FaultRecord] {
    match (did, did.call()) {
        (Did::Access(access), _) => access.faults(),
        (_, Some(call)) => &call.faults,
        _ => &[],
    }
}

fn is_eviction(fault: &FaultRecord) -> bool {
    let evicted = |step: &KernelStep| matches!(step, KernelStep::Evicted { .. });
    fault.steps.iter().any(evicted)
}

/// Describes the byte order of the values that the question shows or asks for.
fn byte_order(spec: &Spec, asked: &Topics) -> Option<String> {
    let raw = asked.is(Topic::RawEntries) || asked.is(Topic::Dump);
    let entries = spec
        .mmu
        .as_ref()
        .map(|mmu| &mmu.pte)
        .filter(|pte| raw && pte.bytes > 1);
    let big = entries.is_some_and(|pte| pte.big_endian);
    match (asked.is(Topic::Words) || entries.is_some() && !big, big) {
        (true, false) => Some("Multi-byte values are little-endian.".to_owned()),
        (true, true) => Some(
            "Multi-byte values are little-endian, but page-table entries are big-endian."
                .to_owned(),
        ),
        (false, true) => Some("Page-table entries are big-endian.".to_owned()),
        (false, false) => None,
    }
}
