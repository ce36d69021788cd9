//! The assumptions of a paper, printed so that students do not have to ask about them.

mod orders;
mod policy_rules;
mod strings;

use self::strings::of_strings;
use crate::exam::paper::Question;
use crate::exam::topics::{Topic, Topics};
use crate::questions::entry::Hardware;
use pagewalk_engine::kernel::config::KernelConfig;
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
    if asked.is(Topic::Machine)
        && let Some(hardware) = question
            .items()
            .filter_map(|item| item.hardware.as_ref())
            .last()
    {
        let before = question
            .items()
            .find_map(|item| item.hardware.as_ref()?.before.as_deref());
        let orders = before.map_or_else(Vec::new, |machine| of_order(question, machine, asked));
        of_machine(hardware, orders, asked, &mut sentences);
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

/// Describes the replacement order of the sets from which the question evicts entries.
fn of_order(question: &Question, machine: &Machine, asked: &Topics) -> Vec<String> {
    if !asked.is(Topic::Lookups) {
        return Vec::new();
    }
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
    hardware: &Hardware,
    orders: Vec<String>,
    asked: &Topics,
    sentences: &mut Vec<String>,
) {
    let spec = &hardware.spec;
    // If the entries are in memory, the given bytes show their values.
    if spec.mmu.is_some()
        && hardware.kernel.is_none()
        && asked.is(Topic::PageTable)
        && !asked.is(Topic::RawEntries)
        && asked.listed >> spec.vpn_bits().min(63) == 0
    {
        sentences.push("Page-table entries that are not listed are not present.".to_owned());
    }
    // On bare hardware, the value of a byte is known only if a cache holds the byte.
    if asked.is(Topic::Lookups) || asked.is(Topic::Bytes) && hardware.kernel.is_none() {
        of_lookups(spec, asked, sentences);
    }
    sentences.extend(orders);
    match &hardware.kernel {
        Some(kernel) => of_kernel(spec, kernel, asked, sentences),
        None if spec.mmu.is_none() || !asked.is(Topic::Faults) || asked.is(Topic::Retries) => {}
        None if spec.tlbs.is_empty() && spec.caches.is_empty() => {
            sentences.push("A page fault ends the access.".to_owned());
        }
        None => {
            sentences.push(
                "A page fault ends the access, which then fills no TLB entry and uses no cache."
                    .to_owned(),
            );
        }
    }
    sentences.push("Memory is byte-addressable.".to_owned());
    sentences.extend(byte_order(spec, asked));
}

/// Describes how misses fill the TLBs and caches. Groups the TLBs and caches that follow the same rules.
/// Omits instruction caches and TLBs if the question fetches no instructions.
fn of_lookups(spec: &Spec, asked: &Topics, sentences: &mut Vec<String>) {
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
    for (names, shape, policy, stores) in alike {
        let verb = if names.len() == 1 { "is" } else { "are" };
        let stores = if stores.is_empty() {
            stores
        } else {
            format!(" {} {verb} {stores}.", listed(&names, "The", "and"))
        };
        sentences.push(format!("{}{stores}", filled(&named(&names), shape, policy)));
    }
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

fn of_kernel(spec: &Spec, kernel: &KernelConfig, asked: &Topics, sentences: &mut Vec<String>) {
    if asked.is(Topic::Faults) {
        let second = match (asked.is(Topic::Lookups), spec.caches.is_empty()) {
            (false, _) => "",
            (true, true) => ". Answers about the TLB are for the retry",
            (true, false) => ". Answers about the TLB and cache are for the retry",
        };
        sentences.push(format!(
            "The kernel handles page faults, and the processor retries the instruction{second}."
        ));
    }
    if asked.is(Topic::Frames) {
        sentences.push("The kernel allocates the free frame with the lowest number.".to_owned());
    }
    if let Some(frames) = kernel.frames {
        let there = if frames == 1 {
            "is 1 frame".to_owned()
        } else {
            format!("are {frames} frames")
        };
        sentences.push(format!(
            "There {there} for user pages. When no frame is free, {} selects a victim.",
            kernel.replacement.row().title
        ));
    }
    if asked.is(Topic::Files) {
        of_files(kernel, asked, sentences);
    }
    if kernel.zero_page {
        sentences
            .push("A read of an untouched anonymous page maps the shared zero page.".to_owned());
    }
}

fn of_files(kernel: &KernelConfig, asked: &Topics, sentences: &mut Vec<String>) {
    if asked.is(Topic::Major) || kernel.fault_around > 1 {
        sentences.push(page_cache(kernel.warm).to_owned());
    }
    if kernel.fault_around > 1 {
        sentences.push(format!(
            "A read fault on a file page also maps those of its {} neighbors that are in the page cache.",
            kernel.fault_around
        ));
    }
}

/// Describes whether files are in the page cache at the start.
fn page_cache(warm: bool) -> &'static str {
    if warm {
        "Files are in the page cache, so a fault on a file page is minor."
    } else {
        "The first fault on a file page reads the page from disk and is a major fault. After that, the page is in the page cache."
    }
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
