//! The topics of a question that require assumptions.

use std::collections::BTreeSet;

use crate::exam::formats::label::filled;
use crate::exam::formats::page::bare;
use crate::exam::paper::{PaperItem, Question};
use crate::exam::words::Words;
use crate::questions::entry::{Blank, Derivation, ItemKind, PathValue};
use crate::run::record::{AccessVerb, AreaRecord, Did, FaultRecord, ReferenceRun, View};
use crate::run::table::TableId;
use pagewalk_engine::kernel::event::FaultClass;
use pagewalk_engine::kernel::vma::Backing;
use pagewalk_engine::machine::event::Event;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::{Replacement, Ticks};

/// The topics of a question that require assumptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
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
    /// Values of several bytes.
    Words,
    /// Page faults.
    Faults,
    /// A page table that the question prints, or that an access walks.
    PageTable,
    /// Areas of files.
    Files,
    /// Values that can be missing.
    Missing,
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
    /// Reference strings that start with a table of use bits.
    UseBits,
    /// Initial pages without modified bits.
    Clean,
    /// Reads and writes of pages on disk.
    Disk,
    /// Accesses that the script repeats after page faults.
    Retries,
    /// Numbers of page frames.
    Frames,
    /// The contents of memory.
    Dump,
    /// Minor and major faults.
    Major,
    /// Modified bits.
    Modified,
    /// Clock ticks that clear use bits.
    Ticks,
    /// A reference string with clock ticks.
    AnyTicks,
    /// A reference string with several references.
    Several,
    /// The order of eviction.
    Order,
}

/// The contents of a question that determine its assumptions.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) about: BTreeSet<About>,
    /// Number of operations with facts to determine.
    pub(super) accesses: usize,
    /// Number of entries that the longest given page table lists.
    pub(super) listed: u64,
    /// Number of probes among the operations with facts to determine.
    pub(super) probes: usize,
    /// Replacement policies of reference strings.
    pub(super) policies: Vec<String>,
}

impl Asked {
    /// Returns the topics of a question.
    pub(super) fn from_question(question: &Question) -> Self {
        let mut asked = Self::default();
        for item in question.items() {
            asked.add_item(item);
        }
        question.views().for_each(|view| asked.view(view));
        asked
    }

    /// Adds the topics of a given table or a figure.
    fn view(&mut self, view: &View) {
        let is_file = |record: &AreaRecord| matches!(record.area.backing, Backing::File { .. });
        match view {
            View::Table(table) => {
                if table.id == TableId::PageTable {
                    self.listed = self.listed.max(table.rows.len() as u64);
                }
                self.add([
                    (About::PageTable, table.id == TableId::PageTable),
                    (About::Dump, table.id == TableId::Memory),
                    (
                        About::Frames,
                        table.id == TableId::PageTable || table.id == TableId::Frames,
                    ),
                ]);
            }
            View::Tree(_) => self.add([(About::PageTable, true)]),
            View::Maps { areas, .. } => self.add([(About::Files, areas.iter().any(is_file))]),
            View::Layout(layout) => {
                self.add([(
                    About::Files,
                    layout.areas.iter().any(|area| is_file(&area.area)),
                )]);
            }
            _ => {}
        }
    }

    /// Whether the question is about a topic.
    pub(super) fn is(&self, about: About) -> bool {
        self.about.contains(&about)
    }

    fn add_item(&mut self, item: &PaperItem) {
        self.add([(About::Retries, item.retry.is_some())]);
        if let Did::Reference(run) = &*item.did {
            self.string(run);
            let disk = |blank: &Blank| blank.fact.starts_with("disk_");
            let is_asked =
                matches!(&item.kind, ItemKind::Facts { blanks, .. } if blanks.iter().any(disk));
            return self.add([(About::Disk, is_asked), (About::Modified, is_asked)]);
        }
        match &item.kind {
            ItemKind::Facts { blanks, .. } => self.operation(&item.did, blanks, bare(item)),
            ItemKind::Table {
                string, columns, ..
            } => {
                let asked = |name: &str| columns.iter().any(|column| **column == *name);
                self.add([
                    (About::Tables, true),
                    (About::Order, string.is_some() && asked("order")),
                    (About::Disk, string.is_some() && asked("written")),
                    (
                        About::Modified,
                        string.is_some() && (asked("written") || asked("modified")),
                    ),
                ]);
                match string.as_deref() {
                    Some(Did::Reference(run)) => self.string(run),
                    _ => self.about.extend([About::Machine]),
                }
                if let ItemKind::Table { table, string, .. } = &item.kind {
                    self.add([
                        (About::PageTable, table.id == TableId::PageTable),
                        (About::Frames, string.is_none() && table.id != TableId::Maps),
                    ]);
                }
            }
            ItemKind::Any { among, .. } => {
                self.about.extend([
                    About::Machine,
                    About::Lookups,
                    About::Data,
                    About::PageTable,
                ]);
                self.add([
                    (About::Faults, among.contains("fault")),
                    (About::Words, among.contains("value")),
                ]);
            }
            ItemKind::Value { derivation, .. } => self.value(derivation),
            ItemKind::Author(table) => {
                table
                    .blanks()
                    .for_each(|(_, _, _, derivation)| self.value(derivation));
            }
            ItemKind::Choice { .. } | ItemKind::Essay { .. } => {}
        }
    }

    /// Adds the topics of a value. The paths of the value name the facts that determine it.
    fn value(&mut self, derivation: &Derivation) {
        for PathValue { path, .. } in &derivation.paths {
            let about = |words: &[&str]| words.iter().any(|word| path.contains(word));
            self.add([
                (About::Frames, about(&["frame", "ppn", ".pa"])),
                (About::Major, about(&["major", "minor", "disk"])),
                (About::Faults, about(&["fault"])),
            ]);
        }
    }

    fn operation(&mut self, did: &Did, blanks: &[Blank], bare: bool) {
        let access = if let Did::Access(access) = did {
            Some(access)
        } else {
            None
        };
        let verb = access.map(|access| access.verb);
        self.accesses += 1;
        self.probes += usize::from(access.is_some_and(|access| access.probe));
        let walks = |event: &Event| matches!(event, Event::Pte { .. });
        let faults = access
            .map_or(&[][..], |access| access.faults())
            .iter()
            .chain(did.call().into_iter().flat_map(|call| &call.faults));
        let of_file = |fault: &FaultRecord| {
            fault.class() == Some(FaultClass::File)
                || fault
                    .area
                    .as_ref()
                    .is_some_and(|area| matches!(area.area.backing, Backing::File { .. }))
        };
        let missing = |blank: &Blank| {
            let field =
                matches!(&*blank.fact, "vpo" | "tlbi" | "tlbt") || blank.fact.starts_with("vpn");
            let yes_no = matches!(Words::for_blank(blank, bare), Some(Words::YesNo { .. }));
            !field && (!yes_no || filled(blank, bare) == "-")
        };
        self.add([
            (
                About::PageTable,
                access.is_some_and(|access| access.events.iter().any(walks)),
            ),
            (About::Files, faults.into_iter().any(of_file)),
            (About::Missing, blanks.iter().any(missing)),
            (
                About::Words,
                access.is_some_and(|access| {
                    access.verb != AccessVerb::Translate && access.data.len() > 1
                }),
            ),
        ]);
        let faulted = access
            .is_some_and(|access| access.outcome.fault.is_some() || !access.faults().is_empty());
        self.add([
            (About::Frames, blanks.iter().any(of_frame)),
            (
                About::Major,
                blanks
                    .iter()
                    .any(|blank| matches!(&*blank.fact, "minor" | "major" | "cycles")),
            ),
            (
                About::Faults,
                faulted || blanks.iter().any(|blank| &*blank.fact == "fault"),
            ),
            (About::Machine, true),
            (About::Fetches, verb == Some(AccessVerb::Fetch)),
            (About::Data, verb != Some(AccessVerb::Translate)),
            (About::Lookups, blanks.iter().any(is_lookup)),
            (
                About::Bytes,
                blanks.iter().any(|blank| &*blank.fact == "byte"),
            ),
            (
                About::Entries,
                blanks.iter().any(|blank| blank.fact.starts_with("pte")),
            ),
        ]);
    }

    /// Adds the topics that apply.
    fn add<const N: usize>(&mut self, about: [(About, bool); N]) {
        self.about.extend(
            about
                .iter()
                .filter(|(_, applies)| *applies)
                .map(|(about, _)| *about),
        );
    }

    /// Adds a reference string, whose caption begins with the policy.
    fn string(&mut self, run: &ReferenceRun) {
        let policy = match run.setup.replacement {
            Replacement::Optimal { lookahead: Some(_) } => "optimal lookahead".to_owned(),
            _ => run
                .caption
                .split([',', ' '])
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        let hand =
            [Policy::Clock, Policy::SecondChance, Policy::ThirdChance].map(Replacement::Policy);
        let uses_bits = hand.contains(&run.setup.replacement);
        let bits = [Policy::Nru, Policy::Aging].map(Replacement::Policy);
        let by_use = [Policy::Lru, Policy::Mru]
            .map(Replacement::Policy)
            .contains(&run.setup.replacement);
        let (row, is_empty) = (run.start.first(), run.setup.holding.is_empty());
        self.add([
            (About::Empty, is_empty && !run.is_working_set()),
            (About::Holding, row.is_none() && !is_empty),
            (About::Started, row.is_some_and(|row| row.loaded.is_some())),
            (
                About::Listed,
                row.is_some_and(|row| row.loaded.is_none() && !(by_use && row.used.is_some())),
            ),
            (
                About::Unused,
                by_use && row.is_some_and(|row| row.used.is_none()),
            ),
            (
                About::Unreferenced,
                (uses_bits || bits.contains(&run.setup.replacement))
                    && row.is_some_and(|row| row.referenced.is_none()),
            ),
            (
                About::UseBits,
                uses_bits && row.is_some_and(|row| row.referenced.is_some()),
            ),
            (
                About::Clean,
                row.map_or(!is_empty, |row| row.modified.is_none()),
            ),
            (About::Modified, run.has_stores()),
            (About::Several, run.totals().trace.len() > 1),
            (About::AnyTicks, run.setup.ticks != Ticks::Never),
            (About::Ticks, run.setup.ticks != Ticks::Never && uses_bits),
        ]);
        if !self.policies.contains(&policy) {
            self.policies.push(policy);
        }
    }
}

/// Whether the answer for a blank depends on the frame that the kernel allocates.
fn of_frame(blank: &Blank) -> bool {
    const OTHERS: [&str; 17] = [
        "vpn",
        "vpo",
        "ppo",
        "tlb",
        "tlbi",
        "tlbt",
        "fault",
        "page-fault",
        "signal",
        "code",
        "minor",
        "major",
        "copied",
        "walk",
        "returns",
        "error",
        "value",
    ];
    let fact = &*blank.fact;
    !OTHERS.contains(&fact) && !fact.starts_with("vpn") && !fact.contains("TLB")
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
