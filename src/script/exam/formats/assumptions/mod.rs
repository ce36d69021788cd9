//! The assumptions of a paper, printed so that students do not have to ask about them.

mod asked;
mod facts;
mod orders;
mod policy_rules;
mod rules;
mod strings;

use std::collections::BTreeSet;

use self::rules::{Context, Rule};
use self::strings::of_strings;
use crate::exam::paper::Question;
use crate::exam::topics::{Topic, Topics};
use crate::questions::entry::{Hardware, Sharing};
use crate::run::record::{Did, FaultRecord};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::{CacheSpec, Spec, WritePolicy};

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
    let evicts = || {
        let operations = question
            .items()
            .flat_map(|item| item.since.iter().chain([&item.did]));
        operations.flat_map(|did| faults(did)).any(is_eviction)
    };
    if rules.contains(&Rule::Frames) && evicts() {
        rules.insert(Rule::Victim);
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
    orders::of_machine(machine, used, |part, set| {
        question
            .items()
            .any(|item| orders::evicts(item, machine, part, set))
    })
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
        hardware,
        sharing,
        asked,
        fills,
        orders,
    };
    sentences.extend(rules.iter().flat_map(|rule| rule.sentences(&context)));
    if asked.is(Topic::Machine) {
        sentences.push("Memory is byte-addressable.".to_owned());
        sentences.extend(byte_order(spec, asked));
    }
}

/// Describes how misses fill the TLBs and caches. Groups the TLBs and caches that follow the same rules.
/// Omits instruction caches and TLBs if the question fetches no instructions.
fn lookups(spec: &Spec, asked: &Topics) -> Vec<String> {
    let fetches = asked.is(Topic::Fetches);
    let tlbs = spec
        .tlbs
        .iter()
        .filter(|tlb| fetches || tlb.side.serves(AccessKind::Read));
    let tlbs = tlbs.map(|tlb| {
        (
            &*tlb.name,
            Shape::new(tlb.sets, tlb.ways),
            tlb.policy.row().title,
            String::new(),
        )
    });
    let caches = spec
        .caches
        .iter()
        .filter(|_| asked.is(Topic::UsesCaches))
        .filter(|cache| fetches || cache.side.serves(AccessKind::Read));
    let caches = caches.map(|cache| {
        (
            &*cache.name,
            Shape::new(cache.sets, cache.ways),
            cache.policy.row().title,
            stores(cache),
        )
    });
    let mut alike: Vec<(Vec<&str>, Shape, &str, String)> = Vec::new();
    for (name, shape, policy, stores) in tlbs.chain(caches) {
        let same = alike
            .last_mut()
            .filter(|row| (row.1, row.2, &row.3) == (shape, policy, &stores));
        match same {
            Some(row) => row.0.push(name),
            None => alike.push((vec![name], shape, policy, stores)),
        }
    }
    let sentence = |(names, shape, policy, stores): (Vec<&str>, Shape, &str, String)| {
        let verb = if names.len() == 1 { "is" } else { "are" };
        let stores = if stores.is_empty() {
            stores
        } else {
            format!(" {} {verb} {stores}.", listed(&names, "The", "and"))
        };
        format!("{}{stores}", filled(&named(&names), shape, policy))
    };
    alike.into_iter().map(sentence).collect()
}

/// Returns `the TLB`, or `L1d, L2, or L3`.
fn named(names: &[&str]) -> String {
    listed(names, "the", "or")
}

/// Joins the names of TLBs or caches. A list begins with `article` if its first part has no name, and has the conjunction
/// `word` before the last name.
fn listed(names: &[&str], article: &str, word: &str) -> String {
    let one = |(at, name): (usize, &&str)| {
        let article = if at == 0 { article } else { "the" };
        match *name {
            "tlb" => format!("{article} TLB"),
            "cache" => format!("{article} cache"),
            other => other.to_owned(),
        }
    };
    let names: Vec<String> = names.iter().enumerate().map(one).collect();
    match &*names {
        [first, last] => format!("{first} {word} {last}"),
        [first @ .., last] if !first.is_empty() => format!("{}, {word} {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// The organization of a TLB or cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    DirectMapped,
    SetAssociative,
    FullyAssociative,
}

impl Shape {
    fn new(sets: u64, ways: u32) -> Self {
        match (sets, ways) {
            (_, 1) => Self::DirectMapped,
            (1, _) => Self::FullyAssociative,
            _ => Self::SetAssociative,
        }
    }
}

/// Describes the entry that a miss fills.
fn filled(name: &str, shape: Shape, policy: &str) -> String {
    let place = match shape {
        Shape::DirectMapped => {
            return format!("A miss in {name} replaces the only entry in the set.");
        }
        Shape::SetAssociative => " in the set",
        Shape::FullyAssociative => "",
    };
    format!(
        "A miss in {name} fills the lowest-numbered invalid entry{place}. If all entries are valid, {policy} selects the victim."
    )
}

fn stores(cache: &CacheSpec) -> String {
    let write = match cache.write {
        WritePolicy::Back => "write-back",
        WritePolicy::Through => "write-through",
    };
    format!(
        "{write} and {}",
        if cache.write_allocate {
            "write-allocate"
        } else {
            "no-write-allocate"
        }
    )
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
