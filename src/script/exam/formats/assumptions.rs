//! The assumptions of a paper, printed so that students need not ask.

use std::collections::BTreeSet;

use super::{orders, policy_rules};
use crate::exam::paper::{PaperItem, Question};
use crate::questions::entry::{Blank, Hardware, ItemKind};
use crate::run::record::{AccessVerb, Did, ReferenceRun};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::{Replacement, Ticks};
use pagewalk_engine::machine::spec::{CacheSpec, Spec, WritePolicy};

/// Sentences about missing values: after an access, and in a table.
pub(crate) const NO_VALUE: [&str; 2] = [
    "If a value does not exist (such as the PPN after a page fault) or cannot be known from the given state, write -.",
    "If a table cell has no value, write -.",
];

/// Returns the assumptions of a question: those about its machine and those about how its parts are related.
pub(crate) fn assumptions(question: &Question) -> Vec<String> {
    let mut sentences = Vec::new();
    let asked = Asked::from_question(question);
    if asked.is(About::Machine)
        && let Some(hardware) = question.items().filter_map(|item| item.hardware.as_ref()).last()
    {
        let before = question.items().find_map(|item| item.hardware.as_ref()?.before.as_deref());
        of_machine(hardware, before, &asked, &mut sentences);
    }
    of_strings(&asked, &mut sentences);
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
    if asked.accesses > 0 {
        sentences.push(NO_VALUE[0].to_owned());
    } else if asked.is(About::Tables) {
        sentences.push(NO_VALUE[1].to_owned());
    }
    sentences
}

/// The topics of a question that require assumptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// Facts of the machine.
    Machine,
    /// Instruction fetches.
    Fetches,
    /// Accesses that use the caches as well as the MMU.
    Data,
    /// Lookups in TLBs and caches.
    Lookups,
    /// Values of bytes.
    Bytes,
    /// Page-table entries in memory.
    Entries,
    /// Tables to fill in.
    Tables,
    /// Reference strings that start with empty frames.
    Empty,
    /// Reference strings that start with filled frames.
    Holding,
    /// Reference strings that start with a table of pages with loading times.
    Started,
    /// Reference strings that start with a table of pages without loading times.
    Listed,
    /// Initial pages without times of their last uses.
    Unused,
    /// Initial pages without reference bits.
    Unreferenced,
    /// Initial pages without modified bits.
    Clean,
    /// Reads and writes of pages on disk.
    Disk,
    /// Modified bits.
    Modified,
    /// Clock ticks that clear use bits.
    Ticks,
    /// The order of eviction.
    Order,
}

/// The contents of a question that determine its assumptions.
#[derive(Default)]
struct Asked {
    about: BTreeSet<About>,
    /// Number of operations with facts to determine.
    accesses: usize,
    /// Number of these operations that are probes.
    probes: usize,
    /// Replacement policies of reference strings.
    policies: Vec<String>,
}

impl Asked {
    fn from_question(question: &Question) -> Self {
        let mut asked = Self::default();
        for item in question.items() {
            asked.add_item(item);
        }
        asked
    }

    fn is(&self, about: About) -> bool {
        self.about.contains(&about)
    }

    fn add_item(&mut self, item: &PaperItem) {
        if let Did::Reference(run) = &*item.did {
            self.string(run);
            let disk = |blank: &Blank| blank.fact.starts_with("disk_");
            let is_asked = matches!(&item.kind, ItemKind::Facts { blanks, .. } if blanks.iter().any(disk));
            return self.add([(About::Disk, is_asked), (About::Modified, is_asked)]);
        }
        match &item.kind {
            ItemKind::Facts { blanks, .. } => self.operation(&item.did, blanks),
            ItemKind::Table { string, columns, .. } => {
                let asked = |name: &str| columns.iter().any(|column| **column == *name);
                self.add([
                    (About::Tables, true),
                    (About::Order, string.is_some() && asked("order")),
                    (About::Disk, string.is_some() && asked("written")),
                    (About::Modified, string.is_some() && (asked("written") || asked("modified"))),
                ]);
                match string.as_deref() {
                    Some(Did::Reference(run)) => self.string(run),
                    _ => self.about.extend([About::Machine]),
                }
            }
            ItemKind::Any { .. } => self.about.extend([About::Machine, About::Lookups, About::Data]),
            ItemKind::Value { .. }
            | ItemKind::Author(_)
            | ItemKind::Choice { .. }
            | ItemKind::Essay { .. } => {}
        }
    }

    fn operation(&mut self, did: &Did, blanks: &[Blank]) {
        let access = if let Did::Access(access) = did { Some(access) } else { None };
        let verb = access.map(|access| access.verb);
        self.accesses += 1;
        self.probes += usize::from(access.is_some_and(|access| access.probe));
        self.add([
            (About::Machine, true),
            (About::Fetches, verb == Some(AccessVerb::Fetch)),
            (About::Data, verb != Some(AccessVerb::Translate)),
            (About::Lookups, blanks.iter().any(is_lookup)),
            (About::Bytes, blanks.iter().any(|blank| &*blank.fact == "byte")),
            (About::Entries, blanks.iter().any(|blank| blank.fact.starts_with("pte"))),
        ]);
    }

    /// Adds the topics that apply.
    fn add<const N: usize>(&mut self, about: [(About, bool); N]) {
        self.about.extend(about.iter().filter(|(_, applies)| *applies).map(|(about, _)| *about));
    }

    /// Adds a reference string, whose caption begins with the policy.
    fn string(&mut self, run: &ReferenceRun) {
        let policy = match run.setup.replacement {
            Replacement::Optimal { lookahead: Some(_) } => "optimal lookahead".to_owned(),
            _ => run.caption.split([',', ' ']).next().unwrap_or_default().to_owned(),
        };
        let hand = [Policy::Clock, Policy::SecondChance, Policy::ThirdChance].map(Replacement::Policy);
        let (row, is_empty) = (run.start.first(), run.setup.holding.is_empty());
        self.add([
            (About::Empty, is_empty),
            (About::Holding, row.is_none() && !is_empty),
            (About::Started, row.is_some_and(|row| row.loaded.is_some())),
            (About::Listed, row.is_some_and(|row| row.loaded.is_none())),
            (About::Unused, row.is_some_and(|row| row.used.is_none())),
            (About::Unreferenced, row.is_some_and(|row| row.referenced.is_none())),
            (About::Clean, row.map_or(!is_empty, |row| row.modified.is_none())),
            (About::Modified, run.has_stores()),
            (About::Ticks, run.setup.ticks != Ticks::Never && hand.contains(&run.setup.replacement)),
        ]);
        if !self.policies.contains(&policy) {
            self.policies.push(policy);
        }
    }
}

/// Whether a blank is about a lookup in a TLB or cache.
fn is_lookup(blank: &Blank) -> bool {
    let of_level = blank.fact.contains('.') && !blank.fact.starts_with("pte");
    of_level
        || matches!(
            &*blank.fact,
            "tlb" | "tlbi" | "tlbt" | "cache" | "ci" | "ct" | "co" | "cycles" | "served" | "walk"
        )
}

fn of_machine(hardware: &Hardware, before: Option<&Machine>, asked: &Asked, sentences: &mut Vec<String>) {
    let spec = &hardware.spec;
    // The given bytes show the values in memory.
    if spec.mmu.is_some() && hardware.kernel.is_none() && !asked.is(About::Entries) {
        sentences.push("Page-table entries that are not listed are not present.".to_owned());
    }
    // On bare hardware, a byte is read from a cache or is unknown.
    if asked.is(About::Lookups) || asked.is(About::Bytes) && hardware.kernel.is_none() {
        of_lookups(spec, asked, sentences);
    }
    if asked.is(About::Lookups)
        && let Some(machine) = before
    {
        let used = |name: &str| {
            let fetches = asked.is(About::Fetches);
            let tlb = spec.tlb_named(name).map(|at| spec.tlbs[at].side.serves(AccessKind::Read));
            let cache = spec.cache_named(name).map(|at| spec.caches[at].side.serves(AccessKind::Read));
            let is_used = tlb.unwrap_or(asked.is(About::Data)) && (fetches || tlb.or(cache).unwrap_or(true));
            is_used.then(|| named(&[name]))
        };
        sentences.extend(orders::of_machine(machine, used));
    }
    match &hardware.kernel {
        Some(kernel) => of_kernel(kernel, asked, sentences),
        None if spec.mmu.is_some() && spec.tlbs.is_empty() && spec.caches.is_empty() => {
            sentences.push("A page fault ends the access.".to_owned());
        }
        None if spec.mmu.is_some() => {
            sentences.push(
                "A page fault ends the access, which then fills no TLB entry and uses no cache.".to_owned(),
            );
        }
        None => {}
    }
    sentences.push(byte_order(spec));
}

/// Describes how TLBs and caches are filled, grouped by equal rules. Omits instruction caches and TLBs if no
/// instructions are fetched.
fn of_lookups(spec: &Spec, asked: &Asked, sentences: &mut Vec<String>) {
    let fetches = asked.is(About::Fetches);
    let tlbs = spec.tlbs.iter().filter(|tlb| fetches || tlb.side.serves(AccessKind::Read));
    let tlbs = tlbs.map(|tlb| (&*tlb.name, tlb.ways, tlb.policy.row().title, String::new()));
    let caches = spec
        .caches
        .iter()
        .filter(|_| asked.is(About::Data))
        .filter(|cache| fetches || cache.side.serves(AccessKind::Read));
    let caches = caches.map(|cache| (&*cache.name, cache.ways, cache.policy.row().title, stores(cache)));
    let mut alike: Vec<(Vec<&str>, bool, &str, String)> = Vec::new();
    for (name, ways, policy, stores) in tlbs.chain(caches) {
        let same = alike.last_mut().filter(|row| (row.1, row.2, &row.3) == (ways == 1, policy, &stores));
        match same {
            Some(row) => row.0.push(name),
            None => alike.push((vec![name], ways == 1, policy, stores)),
        }
    }
    for (names, direct, policy, stores) in alike {
        let verb = if names.len() == 1 { "It is" } else { "They are" };
        let stores = if stores.is_empty() { stores } else { format!(" {verb} {stores}.") };
        sentences.push(format!("{}{stores}", filled(&named(&names), direct, policy)));
    }
}

/// Returns `the TLB`, or `L1d, L2, or L3`.
fn named(names: &[&str]) -> String {
    let one = |name: &&str| match *name {
        "tlb" => "the TLB".to_owned(),
        "cache" => "the cache".to_owned(),
        other => other.to_owned(),
    };
    match names {
        [first, last] => format!("{} or {}", one(first), one(last)),
        [first @ .., last] if !first.is_empty() => {
            format!("{}, or {}", first.iter().map(one).collect::<Vec<_>>().join(", "), one(last))
        }
        _ => names.iter().map(one).collect(),
    }
}

/// Describes the entry that a miss fills.
fn filled(name: &str, direct: bool, policy: &str) -> String {
    if direct {
        return format!("A miss in {name} replaces the only entry in the set.");
    }
    format!(
        "A miss in {name} fills the lowest-numbered invalid entry in the set. If all entries are valid, {policy} selects the victim."
    )
}

fn stores(cache: &CacheSpec) -> String {
    let write = match cache.write {
        WritePolicy::Back => "write-back",
        WritePolicy::Through => "write-through",
    };
    format!("{write} and {}", if cache.write_allocate { "write-allocate" } else { "no-write-allocate" })
}

fn of_kernel(kernel: &KernelConfig, asked: &Asked, sentences: &mut Vec<String>) {
    let second =
        if asked.is(About::Lookups) { "; answers about the TLB and cache are for the retry" } else { "" };
    sentences
        .push(format!("The kernel handles page faults, and the processor retries the instruction{second}."));
    sentences.push("The kernel allocates the free frame with the lowest number.".to_owned());
    if let Some(frames) = kernel.frames {
        let there = if frames == 1 { "is 1 frame".to_owned() } else { format!("are {frames} frames") };
        sentences.push(format!(
            "There {there} for user pages. When no frame is free, {} selects a victim.",
            kernel.replacement.row().title
        ));
    }
    sentences.push(if kernel.warm {
        "Files are in the page cache, so a fault on a file page is minor.".to_owned()
    } else {
        "The first fault on a file page reads the page from disk and is a major fault. After that, the page is in the page cache."
            .to_owned()
    });
    if kernel.fault_around > 1 {
        sentences.push(format!(
            "A read fault on a file page also maps those of its {} neighbors that are in the page cache.",
            kernel.fault_around
        ));
    }
    if kernel.zero_page {
        sentences.push("A read of an untouched anonymous page maps the shared zero page.".to_owned());
    }
}

/// Sentences about reference strings, each with the topics that require it.
const OF_STRINGS: &[(&[About], &str)] = &[
    (
        &[About::Started],
        "The initial pages occupy the frames from frame 0 upward in the order of their loading times.",
    ),
    (
        &[About::Listed],
        "The initial pages occupy the frames from frame 0 upward. They were loaded in the listed order.",
    ),
    (&[About::Unused], "The initial pages were last used in the order in which they were loaded."),
    (&[About::Unreferenced], "The use bits of the initial pages are clear."),
    (
        &[About::Disk],
        "Every page is on disk at the start, and each page fault reads a page from disk. An evicted page is written to disk \
         only if it was modified since it was read.",
    ),
    (&[About::Modified, About::Clean], "The initial pages are not modified."),
    (&[About::Ticks], "A clock tick clears the use bits of all pages."),
    (
        &[About::Order],
        "The eviction order lists the resident pages after each step. The first page is the next victim, and the others \
         follow in the order in which they are evicted if none of them is used again.",
    ),
];

/// Describes how reference strings are executed.
fn of_strings(asked: &Asked, sentences: &mut Vec<String>) {
    if asked.policies.is_empty() {
        return;
    }
    if asked.is(About::Empty) {
        sentences.push(
            "All frames are empty at first and are filled from frame 0 upward. The first reference to a page is also a fault."
                .to_owned(),
        );
    }
    if asked.is(About::Holding) {
        sentences.push(
            "The initial pages occupy the frames from frame 0 upward. They were loaded in this order and last used in the same \
             order. Their use bits are clear."
                .to_owned(),
        );
    }
    let others = OF_STRINGS.iter().filter(|(about, _)| about.iter().all(|about| asked.is(*about)));
    sentences.extend(others.map(|(_, sentence)| (*sentence).to_owned()));
    sentences.extend(
        asked.policies.iter().filter_map(|policy| policy_rules::explained(policy)).map(str::to_owned),
    );
}

fn byte_order(spec: &Spec) -> String {
    let entries = match &spec.mmu {
        Some(mmu) if mmu.pte.big_endian => ", page-table entries big-endian",
        _ => "",
    };
    format!("Memory is byte-addressable. Multi-byte values are little-endian{entries}.")
}
