//! The assumptions of a paper, printed so that students need not ask.

use std::collections::BTreeSet;

use crate::exam::paper::{PaperItem, Question};
use crate::questions::entry::{Blank, Hardware, ItemKind};
use crate::run::record::{AccessVerb, Did};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::{CacheSpec, Spec, WritePolicy};

/// Returns the assumptions of a question: those about its machine, and the relations between its
/// parts.
pub(crate) fn assumptions(question: &Question) -> Vec<String> {
    let mut said = Vec::new();
    let asked = Asked::from_question(question);
    if asked.is(About::Machine)
        && let Some(hardware) = question.items().filter_map(|item| item.hardware.as_ref()).last()
    {
        of_machine(hardware, &asked, &mut said);
    }
    of_strings(&asked, &mut said);
    if asked.accesses > 1 {
        said.push(if asked.probes == asked.accesses {
            "Every access starts from the given state.".to_owned()
        } else if asked.probes > 0 {
            "A hypothetical access (“would”) changes nothing. The other accesses follow each other, and each one starts from \
             the state that the previous one left."
                .to_owned()
        } else {
            "Within a question, accesses follow each other, and each one starts from the state that the previous one left."
                .to_owned()
        });
    }
    if asked.accesses > 0 {
        said.push(
            "If a value does not exist (after a page fault there is no PPN) or cannot be known from the given state, write -."
                .to_owned(),
        );
    } else if asked.is(About::Tables) {
        said.push("If a cell of a table has no value, write -.".to_owned());
    }
    said
}

/// The topics of a question that require assumptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// Facts of the machine.
    Machine,
    /// Instruction fetches.
    Fetches,
    /// Accesses that use the caches, and not only the MMU.
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
}

/// The contents of a question.
#[derive(Default)]
struct Asked {
    about: BTreeSet<About>,
    /// Number of operations with facts to determine.
    accesses: usize,
    /// Number of these that are probes.
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
            return self.string(&run.caption);
        }
        match &item.kind {
            ItemKind::Facts { blanks, .. } => self.operation(&item.did, blanks),
            ItemKind::Table { table, .. } => {
                self.about.insert(About::Tables);
                match table.title.strip_prefix("reference (") {
                    Some(caption) => self.string(caption),
                    None => self.about.extend([About::Machine]),
                }
            }
            ItemKind::Any { .. } => self.about.extend([About::Machine, About::Lookups, About::Data]),
            ItemKind::Value { .. } | ItemKind::Choice { .. } | ItemKind::Essay { .. } => {}
        }
    }

    fn operation(&mut self, did: &Did, blanks: &[Blank]) {
        let access = if let Did::Access(access) = did { Some(access) } else { None };
        let verb = access.map(|access| access.verb);
        self.accesses += 1;
        self.probes += usize::from(access.is_some_and(|access| access.probe));
        let about = [
            (About::Machine, true),
            (About::Fetches, verb == Some(AccessVerb::Fetch)),
            (About::Data, verb != Some(AccessVerb::Translate)),
            (About::Lookups, blanks.iter().any(is_lookup)),
            (About::Bytes, blanks.iter().any(|blank| &*blank.fact == "byte")),
            (About::Entries, blanks.iter().any(|blank| blank.fact.starts_with("pte"))),
        ];
        self.about.extend(about.iter().filter(|(_, is)| *is).map(|(about, _)| *about));
    }

    /// Adds a reference string, whose caption begins with the policy.
    fn string(&mut self, caption: &str) {
        let policy = caption.split([',', ' ']).next().unwrap_or_default().to_owned();
        self.about.insert(if caption.contains("holding ") { About::Holding } else { About::Empty });
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

fn of_machine(hardware: &Hardware, asked: &Asked, said: &mut Vec<String>) {
    let spec = &hardware.spec;
    // The given bytes show the values in memory.
    if spec.mmu.is_some() && hardware.kernel.is_none() && !asked.is(About::Entries) {
        said.push("Page-table entries that are not listed are not present.".to_owned());
    }
    // On bare hardware, a read byte comes from a cache, or it is unknown.
    if asked.is(About::Lookups) || asked.is(About::Bytes) && hardware.kernel.is_none() {
        of_lookups(spec, asked, said);
    }
    match &hardware.kernel {
        Some(kernel) => of_kernel(kernel, asked, said),
        None if spec.mmu.is_some() && spec.tlbs.is_empty() && spec.caches.is_empty() => {
            said.push("A page fault ends the access.".to_owned());
        }
        None if spec.mmu.is_some() => {
            said.push(
                "A page fault ends the access, which then fills no TLB entry and uses no cache.".to_owned(),
            );
        }
        None => {}
    }
    said.push(byte_order(spec));
}

/// Describes how TLBs and caches are filled, grouped by equal rules. It omits instruction caches and TLBs if
/// there are no fetches.
fn of_lookups(spec: &Spec, asked: &Asked, said: &mut Vec<String>) {
    let fetches = asked.is(About::Fetches);
    let tlbs = spec.tlbs.iter().filter(|tlb| fetches || tlb.side.serves(AccessKind::Read));
    let tlbs = tlbs.map(|tlb| (&*tlb.name, tlb.ways, tlb.policy.row().name, String::new()));
    let caches = spec
        .caches
        .iter()
        .filter(|_| asked.is(About::Data))
        .filter(|cache| fetches || cache.side.serves(AccessKind::Read));
    let caches = caches.map(|cache| (&*cache.name, cache.ways, cache.policy.row().name, stores(cache)));
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
        said.push(format!("{}{stores}", filled(&named(&names), direct, policy)));
    }
}

/// Returns `the TLB`, or `L1d, L2 or L3`.
fn named(names: &[&str]) -> String {
    let one = |name: &&str| match *name {
        "tlb" => "the TLB".to_owned(),
        "cache" => "the cache".to_owned(),
        other => other.to_owned(),
    };
    match names {
        [first @ .., last] if !first.is_empty() => {
            format!("{} or {}", first.iter().map(one).collect::<Vec<_>>().join(", "), one(last))
        }
        _ => names.iter().map(one).collect(),
    }
}

/// Describes the entry that a miss fills.
fn filled(name: &str, direct: bool, policy: &str) -> String {
    if direct {
        return format!("A miss in {name} replaces the one entry of its set.");
    }
    format!(
        "A miss in {name} fills the lowest invalid entry of its set. If all entries are valid, {policy} chooses the victim."
    )
}

fn stores(cache: &CacheSpec) -> String {
    let write = match cache.write {
        WritePolicy::Back => "write-back",
        WritePolicy::Through => "write-through",
    };
    format!("{write} and {}", if cache.write_allocate { "write-allocate" } else { "no-write-allocate" })
}

fn of_kernel(kernel: &KernelConfig, asked: &Asked, said: &mut Vec<String>) {
    let second =
        if asked.is(About::Lookups) { "; answers about the TLB and cache are for the retry" } else { "" };
    said.push(format!("The kernel handles page faults and the instruction is retried{second}."));
    said.push("The kernel allocates the free frame with the lowest number.".to_owned());
    if let Some(frames) = kernel.frames {
        let there = if frames == 1 { "is 1 frame".to_owned() } else { format!("are {frames} frames") };
        said.push(format!(
            "There {there} for user pages. When none is free, {} chooses a victim.",
            kernel.replacement.row().name
        ));
    }
    said.push(if kernel.warm {
        "Files are in the page cache, so a fault on a page of a file is minor.".to_owned()
    } else {
        "The first fault on a page of a file reads it from disk, which is a major fault. After that, the page is in the page cache."
            .to_owned()
    });
    if kernel.fault_around > 1 {
        said.push(format!(
            "A read fault on a page of a file also maps those of its {} neighbors that are in the page cache.",
            kernel.fault_around
        ));
    }
    if kernel.zero_page {
        said.push("A read of an untouched anonymous page maps the shared zero page.".to_owned());
    }
}

/// Describes how reference strings run.
fn of_strings(asked: &Asked, said: &mut Vec<String>) {
    if asked.policies.is_empty() {
        return;
    }
    if asked.is(About::Empty) {
        said.push(
            "All frames are empty at first and are filled from frame 0 upward. The first reference to a page is also a fault."
                .to_owned(),
        );
    }
    if asked.is(About::Holding) {
        said.push(
            "The initial pages are in the frames from frame 0 upward, in the order in which they were loaded and used. Their \
             use bits are clear."
                .to_owned(),
        );
    }
    for policy in &asked.policies {
        said.extend(match policy.as_str() {
            "optimal" => Some("optimal: if several pages are never used again, the one that was loaded first is evicted."),
            "clock" => Some(
                "clock: loading a page sets its use bit, and so does each later reference. The hand starts at frame 0, \
                 clears set bits as it passes, evicts the first page whose bit is clear, and stops behind it.",
            ),
            "second-chance" => Some(
                "second-chance: a page is loaded with its use bit clear, and each later reference sets it. The hand starts at \
                 frame 0, clears set bits as it passes, evicts the first page whose bit is clear, and stops behind it.",
            ),
            _ => None,
        }.map(str::to_owned));
    }
}

fn byte_order(spec: &Spec) -> String {
    let entries = match &spec.mmu {
        Some(mmu) if mmu.pte.big_endian => ", page-table entries big-endian",
        _ => "",
    };
    format!("Memory is byte-addressable. Values of several bytes are little-endian{entries}.")
}
