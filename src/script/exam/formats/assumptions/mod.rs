//! The assumptions of a paper, printed so that students do not have to ask about them.

mod asked;
mod facts;
mod groups;
mod lookups;
mod machine_rules;
mod orders;
mod policy_rules;
mod programs;
mod rules;
mod strings;

use std::collections::BTreeSet;

use self::lookups::{listed, named};
use self::machine_rules::{divisions, number};
use self::rules::{Context, Rule};
use self::strings::of_strings;
use crate::exam::paper::{PaperItem, Question};
use crate::exam::topics::{Topic, Topics};
use crate::questions::entry::{Blank, Hardware, ItemKind, Sharing};
use crate::run::facts::Component;
use crate::run::programs::Target;
use crate::run::record::{AccessVerb, Did, FaultRecord, View};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::{Side, Spec};
pub(crate) use programs::called_in;

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
    let mut sentences = of_machines(question, asked);
    sentences.extend(of_groups(
        groups::by_start(question),
        (question, asked),
        |_, asked| of_strings(asked),
    ));
    programs::of_programs(question, &mut sentences);
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
    sentences.extend(of_runs(question).map(str::to_owned));
    sentences.extend(programs::straddling(question));
    sentences.extend(divisions(question));
    sentences
}

/// Returns the replay of a program that an item is about.
pub(crate) fn replay_of(item: &PaperItem) -> Option<&Did> {
    let did = match &item.kind {
        ItemKind::Facts { .. } => &*item.did,
        ItemKind::Table { string, .. } => string.as_deref()?,
        _ => programs::of_options(item).next()?,
    };
    let is_replay = matches!(did, Did::Replay(run) if run.called.is_some());
    (is_replay && !item.again).then_some(did)
}

/// Returns the machines before the second and each later of several runs of programs.
fn before_later_runs(question: &Question) -> Vec<&Machine> {
    let runs = question.items().filter(|item| replay_of(item).is_some());
    let hardware = runs.skip(1).filter_map(|item| item.hardware.as_ref());
    hardware.filter_map(|one| one.machine_before()).collect()
}

fn is_empty(machine: &Machine) -> bool {
    let mut parts = Component::all(machine.spec());
    parts.all(|part| sets_are_empty(machine, part))
}

/// Whether the assumptions of a question say that the caches are empty before each of several runs of programs.
pub(crate) fn runs_begin_empty(question: &Question) -> bool {
    let machines = before_later_runs(question);
    !machines.is_empty() && machines.into_iter().all(is_empty)
}

/// Describes the TLBs and caches before each of several runs of programs, if all later runs begin alike.
fn of_runs(question: &Question) -> Option<&'static str> {
    let machines = before_later_runs(question);
    let spec = machines.first()?.spec();
    if spec.tlbs.is_empty() && spec.caches.is_empty() {
        return None;
    }
    if runs_begin_empty(question) {
        return Some(match (spec.tlbs.is_empty(), spec.caches.is_empty()) {
            (false, false) => "The TLBs and caches are empty before each run.",
            (_, true) => "The TLBs are empty before each run.",
            (true, _) => "The caches are empty before each run.",
        });
    }
    let asks_facts = |item: &&PaperItem| matches!(item.kind, ItemKind::Facts { .. });
    let mut asked = question.items().filter(asks_facts).filter_map(replay_of);
    let has_probe = asked.any(Did::is_probe);
    let is_any_empty = machines.into_iter().any(is_empty);
    match (has_probe, is_any_empty) {
        (true, _) => Some(
            "A hypothetical run (“Suppose that”) changes nothing. Any other run starts from the state that the previous one left.",
        ),
        (false, true) => None,
        (false, false) => {
            Some("Within a question, each run starts from the state that the previous one left.")
        }
    }
}

fn sets_are_empty(machine: &Machine, part: Component) -> bool {
    orders::sets_in_use(machine, part).is_empty()
}

/// Returns the rules that decide the answers of a question.
fn rules_of(question: &Question) -> BTreeSet<Rule> {
    let mut rules = BTreeSet::new();
    for item in question.items() {
        rules.extend(asked::of_item(item));
    }
    if rules.contains(&Rule::Paged) {
        rules.extend([Rule::Faults, Rule::Frames]);
    }
    if rules.contains(&Rule::Frames) && depends_on_loads(question, &rules) {
        rules.insert(Rule::ZeroPage);
    }
    if rules.contains(&Rule::Frames) && operations(question).any(evicts) {
        rules.insert(Rule::Victim);
    }
    // Whatever rests on the entries of a page table also rests on where and how they are stored, and on their permissions.
    if rules.contains(&Rule::Unlisted) {
        rules.extend([Rule::Base, Rule::Entry, Rule::Rights]);
    }
    if rules.contains(&Rule::EntrySize) {
        rules.insert(Rule::Entry);
    }
    // The sentence about how the heap grows also says where it begins.
    if rules.contains(&Rule::Heap) {
        rules.remove(&Rule::Break);
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

/// Returns the operations that decide the answers of a question.
fn operations(question: &Question) -> impl Iterator<Item = &Did> {
    let all = question.items().flat_map(|item| {
        let of_table = match &item.kind {
            ItemKind::Table { string, .. } => string.as_ref(),
            _ => None,
        };
        item.since.iter().chain([&item.did]).chain(of_table)
    });
    all.map(|did| &**did)
}

/// Whether an answer can depend on what a load maps to a new page: an item asks for its frame, or a store follows.
fn depends_on_loads(question: &Question, rules: &BTreeSet<Rule>) -> bool {
    let any = |of: fn(&Did) -> bool| operations(question).any(of);
    let loads = any(|did| matches!(did, Did::Access(one) if one.verb != AccessVerb::Write));
    let stores = any(|did| matches!(did, Did::Access(one) if one.verb == AccessVerb::Write));
    let runs = any(|did| matches!(did, Did::Replay(_) | Did::Program(_)));
    let asks_frames = [Rule::Frame, Rule::Tables]
        .iter()
        .any(|rule| rules.contains(rule));
    loads && (stores || asks_frames) || runs && rules.contains(&Rule::Minor)
}

/// Whether no answer of a question depends on the entries that its operations fill: a single access to a machine without a
/// kernel, or only probes. The results of the accesses decide nothing, or else a missing rule would reveal them.
fn fills_nothing(question: &Question, hardware: &Hardware, asked: &Topics) -> bool {
    const OF_FILLS: &[&str] = &["cycles", "victim", "writeback"];
    let is_alone = |item: &PaperItem| match (&item.kind, &*item.did) {
        (ItemKind::Facts { blanks, .. }, Did::Access(_)) => {
            let of_fills = |blank: &Blank| {
                let property = blank.fact.rsplit('.').next().unwrap_or_default();
                OF_FILLS.contains(&property)
            };
            item.since.is_empty() && !blanks.iter().any(of_fills)
        }
        (kind, _) => matches!(kind, ItemKind::Essay { .. }),
    };
    let walks_in_caches = hardware
        .spec
        .mmu
        .as_ref()
        .is_some_and(|mmu| mmu.walk_cached);
    hardware.kernel.is_none()
        && !walks_in_caches
        && (asked.accesses == 1 || asked.accesses == asked.probes)
        && question.items().all(is_alone)
}

/// Returns the sentences about the machines of a question.
fn of_machines(question: &Question, asked: &Topics) -> Vec<String> {
    let of_one = |question: &Question, asked: &Topics| {
        let (mut sentences, rules) = (Vec::new(), rules_of(question));
        let hardware = question.items().filter_map(|item| item.hardware.as_ref());
        if let Some(hardware) = hardware
            .last()
            .filter(|_| asked.is(Topic::Machine) || !rules.is_empty())
        {
            of_machine(question, hardware, asked, &rules, &mut sentences);
        }
        sentences
    };
    of_groups(groups::by_machine(question), (question, asked), of_one)
}

/// Returns the sentences about a question that is divided into groups. Those that do not apply to all groups begin with the name
/// of theirs.
fn of_groups(
    groups: Vec<(String, Question)>,
    (question, asked): (&Question, &Topics),
    of_one: impl Fn(&Question, &Topics) -> Vec<String>,
) -> Vec<String> {
    if groups.is_empty() {
        return of_one(question, asked);
    }
    let each: Vec<(String, Vec<String>)> = groups
        .into_iter()
        .map(|(name, own)| (name, of_one(&own, &Topics::of_question(&own))))
        .collect();
    let of_all = |said: &String| each.iter().all(|(_, own)| own.contains(said));
    let shared = each[0].1.iter().filter(|said| of_all(said)).cloned();
    let own = each.iter().flat_map(|(name, own)| {
        let own = own.iter().filter(|said| !of_all(said));
        own.map(move |said| format!("{name}: {said}"))
    });
    shared.chain(own).collect()
}

/// Returns the component that a view prints.
pub(crate) fn part_of(view: &View) -> Option<Component> {
    match view {
        View::Table(table) => Component::of_table(table.id),
        _ => None,
    }
}

/// Returns the TLBs and caches that the operations of a question use.
fn used_parts<'s>(spec: &'s Spec, asked: &Topics) -> impl Iterator<Item = (Component, &'s str)> {
    let fetches = asked.is(Topic::Fetches);
    let is_used = move |side: Side| fetches || side.serves(AccessKind::Read);
    let tlbs = spec.tlbs.iter().enumerate();
    let tlbs = tlbs.filter(move |(_, tlb)| is_used(tlb.side));
    let caches = spec.caches.iter().enumerate();
    let with_caches = asked.is(Topic::UsesCaches);
    let caches = caches.filter(move |(_, cache)| with_caches && is_used(cache.side));
    tlbs.map(|(at, tlb)| (Component::Tlb(at), &*tlb.name))
        .chain(caches.map(|(at, cache)| (Component::Cache(at), &*cache.name)))
}

/// Returns the used TLBs and caches that the question does not print, and whether each is empty before the first operation.
fn unprinted_parts<'m>(
    question: &Question,
    machine: &'m Machine,
    asked: &Topics,
) -> Vec<(Component, &'m str, bool)> {
    let printed: Vec<Component> = question.views().filter_map(part_of).collect();
    used_parts(machine.spec(), asked)
        .filter(|(part, _)| !printed.contains(part))
        .map(|(part, name)| (part, name, sets_are_empty(machine, part)))
        .collect()
}

/// Returns the state before the first operation of a question.
pub(crate) fn state_before(question: &Question) -> Option<&Target> {
    let mut states = question.items().filter_map(|item| item.hardware.as_ref());
    states.find_map(|state| state.before.as_ref())
}

/// Returns the TLBs and caches that are not empty, and that the question does not print, with their names in a sentence. An answer of
/// the question depends on lookups.
pub(crate) fn unstated_contents(question: &Question) -> Vec<(Component, String)> {
    let Some(state) = state_before(question).filter(|_| rules_of(question).contains(&Rule::Fill))
    else {
        return Vec::new();
    };
    let (machine, spec) = (state.machine(), state.machine().spec());
    let printed: Vec<Component> = question.views().filter_map(part_of).collect();
    let full = Component::all(spec)
        .filter(|part| !printed.contains(part) && !sets_are_empty(machine, *part));
    full.map(|part| (part, named(&[part.name(spec)]))).collect()
}

/// Describes the replacement order of the sets from which the question evicts entries.
fn of_order(question: &Question, machine: &Machine, asked: &Topics) -> Vec<String> {
    let spec = machine.spec();
    let used = |name: &str| {
        let mut used = used_parts(spec, asked);
        used.any(|(_, own)| own == name).then(|| named(&[name]))
    };
    let evicts = |part, set| {
        question
            .items()
            .any(|item| orders::evicts(item, machine, part, set))
    };
    let mut sentences = orders::of_machine(machine, used, evicts, |set| number(question, set));
    let number = |set| number(question, set);
    sentences.extend(orders::of_policies(question, machine, used, number));
    sentences
}

/// Names the TLBs and caches that are empty, unless the question prints them.
fn of_empty(question: &Question, machine: &Machine, asked: &Topics) -> Option<String> {
    let parts = unprinted_parts(question, machine, asked);
    let empty: Vec<&str> = (parts.iter().filter(|(.., empty)| *empty))
        .map(|(_, name, _)| *name)
        .collect();
    let verb = if empty.len() == 1 { "is" } else { "are" };
    (!empty.is_empty()).then(|| format!("{} {verb} empty at first.", listed(&empty, "The", "and")))
}

fn of_machine(
    question: &Question,
    hardware: &Hardware,
    asked: &Topics,
    rules: &BTreeSet<Rule>,
    sentences: &mut Vec<String>,
) {
    let spec = &hardware.spec;
    let state = state_before(question);
    let before = state.map(Target::machine);
    let fills = rules.contains(&Rule::Fill);
    let fills_nothing = fills_nothing(question, hardware, asked);
    let orders = before.filter(|_| fills);
    let orders = orders.map_or_else(Vec::new, |machine| {
        let orders = (!fills_nothing).then(|| of_order(question, machine, asked));
        let empty = of_empty(question, machine, asked);
        orders
            .unwrap_or_default()
            .into_iter()
            .chain(empty)
            .collect()
    });
    let sharing = question.items().filter_map(|item| item.hardware.as_ref());
    let sharing = sharing.map(|hardware| hardware.sharing);
    let runs = programs::faulting(question).map(|(called, run)| Sharing::of_run(called, run));
    let sharing = sharing.chain(runs).fold(Sharing::default(), Sharing::with);
    let context = Context {
        question,
        hardware,
        sharing,
        asked,
        fills,
        fills_nothing,
        sized: rules.contains(&Rule::EntrySize),
        // Without a declared number, all of memory has frames, which matters only if they do not suffice.
        frames: (hardware.kernel.as_ref())
            .and_then(|kernel| kernel.frames)
            .or(hardware.frames.filter(|_| rules.contains(&Rule::Victim))),
        kernel_before: match state {
            Some(Target::Kernel(kernel)) => Some(kernel),
            _ => None,
        },
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

/// Whether an operation evicts a page.
fn evicts(did: &Did) -> bool {
    if let Did::Replay(run) = did {
        return run.paging().evicted > 0;
    }
    // A run's record has only its faults. An evicted page matters to them if it is read back.
    if let Did::Program(run) = did {
        return run
            .in_process()
            .is_some_and(|run| run.counts.total().major > 0);
    }
    let evicted = |step: &KernelStep| matches!(step, KernelStep::Evicted { .. });
    faults(did)
        .iter()
        .flat_map(|fault| &fault.steps)
        .any(evicted)
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
