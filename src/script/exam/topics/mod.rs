//! The topics of a question: which tables, parts, and facts the paper prints and asks about. Assumptions and worked
//! solutions mention only these.

mod seen;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::formats::page::{bare, printed};
use super::paper::{PaperItem, Question};
use super::words::Words;
use crate::questions::entry::{Blank, Derivation, Evidence, Hardware, ItemKind, PathValue};
use crate::run::facts::{Component, Family, Key, Subject, key};
use crate::run::paths::{LAST, PART_PROPERTIES};
use crate::run::record::{AccessVerb, AreaRecord, Did, ReferenceRun, StartRow, View};
use crate::run::table::{Cell, Rows, TableId};
use pagewalk_engine::kernel::vma::{Backing, Mapping};
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::{Replacement, Ticks};
use pagewalk_engine::machine::spec::{Side, Spec};

/// A topic of a question, other than TLBs and caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// Page tables, whose entries have page numbers and bits.
    Tables,
    /// A page table that the question prints or asks for, or that an access walks.
    PageTable,
    /// The indices of page tables.
    Indexes,
    /// Page-table entries in memory, with their addresses and raw values.
    Entries,
    /// Addresses or raw values of entries that students write.
    RawEntries,
    /// A column of raw values of entries.
    RawColumn,
    /// The number of page tables, or their tree.
    Counted,
    /// The contents of memory.
    Dump,
    /// Bytes that are read or written.
    Data,
    /// Latencies, to which an access of memory also adds without caches.
    Times,
    /// Values of several bytes.
    Words,
    /// Physical addresses, or their parts.
    Physical,
    /// The accessed bit of entries.
    Accessed,
    /// The dirty bit of entries.
    Dirty,
    /// Facts of the machine.
    Machine,
    /// Instruction fetches.
    Fetches,
    /// Accesses that use the caches as well as the MMU.
    UsesCaches,
    /// Anything but loads outside a process, so that the write policy of a cache can matter.
    Stores,
    /// Page faults.
    Faults,
    /// Accesses that the script repeats after page faults.
    Retries,
    /// Areas of files.
    Files,
    /// Values that can be missing.
    Missing,
    /// Tables to fill in, some of whose cells have no value.
    FillIn,
    /// Reference strings.
    Strings,
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
    /// Initial pages with equal times of their last uses, which decide the victims.
    UsedTogether,
    /// Initial pages without loading times.
    Unloaded,
    /// Initial pages with equal loading times.
    LoadedTogether,
    /// The initial pages of a working set.
    Window,
    /// Initial pages without reference bits.
    Unreferenced,
    /// Reference strings that start with a table of use bits.
    UseBits,
    /// Initial pages without modified bits.
    Clean,
    /// Reads and writes of pages on disk.
    Disk,
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
    /// The pages that a policy evicts, not only how many.
    Victims,
}

/// The topics of a question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Topics {
    found: BTreeSet<Topic>,
    /// The TLBs and caches.
    parts: BTreeSet<Component>,
    /// The reference strings whose facts the question asks for, so that their solutions explain every step.
    strings: Vec<Arc<Did>>,
    /// The replacement policies of reference strings, in order.
    pub(crate) policies: Vec<Replacement>,
    /// Number of operations with facts to determine.
    pub(crate) accesses: usize,
    /// Number of probes among these operations.
    pub(crate) probes: usize,
    /// Number of entries that the longest given page table lists.
    pub(crate) listed: u64,
}

impl Topics {
    /// Returns the topics of a question.
    pub(crate) fn of_question(question: &Question) -> Self {
        let mut topics = Self::default();
        question.views().for_each(|view| topics.view(view));
        question.items().for_each(|item| topics.item(item));
        topics
    }

    /// Whether the question is about a topic.
    pub(crate) fn is(&self, topic: Topic) -> bool {
        self.found.contains(&topic)
    }

    /// Adds the topics that apply.
    fn add<const N: usize>(&mut self, topics: [(Topic, bool); N]) {
        let applying = topics.into_iter().filter(|(_, applies)| *applies);
        self.found.extend(applying.map(|(topic, _)| topic));
    }

    /// Adds the topics of a given table or a figure.
    fn view(&mut self, view: &View) {
        let is_file = |record: &AreaRecord| matches!(record.area.backing, Backing::File { .. });
        match view {
            View::Table(table) => {
                self.table(table, &table.groups.concat());
                let is_page_table = table.id == TableId::PageTable;
                if is_page_table {
                    self.listed = self.listed.max(table.rows.len() as u64);
                }
                self.add([
                    (Topic::PageTable, is_page_table),
                    (Topic::Dump, table.id == TableId::Memory),
                ]);
            }
            View::Tree(_) => self.found.extend([
                Topic::Tables,
                Topic::PageTable,
                Topic::Indexes,
                Topic::Counted,
            ]),
            View::Value { of, .. } => self.add([(Topic::Entries, of == "cr3")]),
            View::Rulers(spec) | View::Declaration(spec) => self.parts.extend(Component::all(spec)),
            View::Maps { areas, .. } => self.add([(Topic::Files, areas.iter().any(is_file))]),
            View::Layout(layout) => {
                let mut areas = layout.areas.iter();
                self.add([(Topic::Files, areas.any(|area| is_file(&area.area)))]);
            }
            _ => {}
        }
    }

    /// Adds the topics of a table with these columns on the paper.
    fn table(&mut self, table: &Rows, columns: &[String]) {
        let has = |column: &str| columns.iter().any(|name| name == column);
        self.parts.extend(Component::of_table(table.id));
        match table.id {
            TableId::PageTable => self.add([
                (Topic::Tables, true),
                (Topic::RawColumn, has("pte")),
                (Topic::Accessed, has("a")),
                (Topic::Dirty, has("d")),
            ]),
            TableId::Memory => self.found.extend([Topic::Entries, Topic::Data]),
            _ => {}
        }
    }

    fn item(&mut self, item: &PaperItem) {
        self.add([(Topic::Stores, !only_loads(item))]);
        // The state decides, and not the operation's result, or else the assumptions reveal the answer.
        let has_files = |hardware: &Hardware| hardware.sharing.files();
        let of_table = match &item.kind {
            ItemKind::Table { string, .. } => string.as_ref(),
            _ => None,
        };
        let mut dids = item.since.iter().chain([&item.did]).chain(of_table);
        let maps_file = dids.any(|did| match &**did {
            Did::Program(run) => run.in_process().is_some_and(|run| {
                let files = [Mapping::PrivateFile, Mapping::SharedFile];
                files.iter().any(|file| run.mapped.contains(file))
            }),
            _ => false,
        });
        let in_state = item.hardware.as_ref().is_some_and(has_files);
        self.add([
            (Topic::Retries, item.retry.is_some()),
            (Topic::Files, in_state || maps_file),
        ]);
        let (spec, bare) = (
            item.hardware.as_ref().map(|hardware| &*hardware.spec),
            bare(item),
        );
        match &item.kind {
            ItemKind::Facts { blanks, .. } => match &*item.did {
                Did::Reference(run) => {
                    self.string(run);
                    self.strings.push(item.did.clone());
                    let disk = |blank: &Blank| matches!(&*blank.fact, "disk_reads" | "disk_writes");
                    let is_asked = blanks.iter().any(disk);
                    let counts = |blank: &Blank| matches!(&*blank.fact, "faults" | "hits" | "rate");
                    self.add([
                        (Topic::Disk, is_asked),
                        (Topic::Modified, is_asked),
                        (Topic::Victims, !blanks.iter().all(counts)),
                    ]);
                }
                // The outputs of a program use no machine.
                Did::Program(_) => self.blanks(&item.did, blanks, bare),
                did => {
                    self.blanks(did, blanks, bare);
                    self.operation(did, blanks, bare);
                    // A run of a program is no single access.
                    if !item.again && did.called().is_none() {
                        self.accesses += 1;
                        self.probes += usize::from(did.is_probe());
                    }
                }
            },
            ItemKind::Table {
                table,
                columns,
                string,
            } => {
                let mut cells = columns.iter().flat_map(|column| table.cells(column));
                let is_missing = |cell: &Cell| match cell {
                    Cell::Text(text) => **text == *"-",
                    cell => *cell == Cell::Nothing,
                };
                self.add([(Topic::FillIn, cells.any(is_missing))]);
                if let Some(Did::Reference(run)) = string.as_deref() {
                    let asked = |name: &str| columns.iter().any(|column| **column == *name);
                    self.string(run);
                    return self.add([
                        (Topic::Order, asked("order")),
                        (Topic::Victims, true),
                        (Topic::Disk, asked("written")),
                        (Topic::Modified, asked("written") || asked("modified")),
                    ]);
                }
                if let Some(did) = string {
                    self.blanks(did, &[], bare);
                }
                let names = table.groups.concat().into_iter();
                let names = names.zip(printed(table, columns));
                let printed = names.filter_map(|(name, printed)| printed.then_some(name));
                self.table(table, &printed.collect::<Vec<_>>());
                self.add([
                    (Topic::Machine, true),
                    (Topic::PageTable, table.id == TableId::PageTable),
                ]);
            }
            ItemKind::Value { derivation, .. } => self.paths(derivation, spec, bare),
            ItemKind::Author(table) => {
                for (.., derivation) in table.blanks() {
                    self.paths(derivation, spec, bare);
                }
            }
            ItemKind::Any { facts, example, .. } => {
                if let Some(View::Steps(access, _)) = example {
                    for fact in facts {
                        self.fact(fact, (&access.spec, access.kind), bare);
                    }
                }
                let has = |name: &str| facts.iter().any(|fact| **fact == *name);
                self.add([
                    (Topic::Machine, true),
                    (Topic::UsesCaches, true),
                    (Topic::PageTable, true),
                    (Topic::Faults, has("fault") || has("page-fault")),
                    (Topic::Words, has("value")),
                ]);
            }
            ItemKind::Choice { options, .. } => {
                for evidence in options.iter().flat_map(|option| &option.evidence) {
                    match evidence {
                        Evidence::Facts { did, blanks, .. } => self.blanks(did, blanks, bare),
                        Evidence::Truth { derivation, .. } => {
                            self.structures(derivation, spec, bare);
                        }
                        Evidence::First { .. } => {}
                    }
                }
            }
            ItemKind::Essay { .. } => {}
        }
    }

    /// Adds the topics of a value: the structures that its paths are about, and the facts that determine it.
    fn paths(&mut self, derivation: &Derivation, spec: Option<&Spec>, bare: bool) {
        self.structures(derivation, spec, bare);
        for path in &derivation.paths {
            let has = |names: &[&str]| path.names.iter().any(|name| names.contains(&&**name));
            self.add([(Topic::Faults, has(&["fault", "faults", "page-fault"]))]);
        }
    }

    /// Adds the structures of paths such as `last.tlb` and `L1d.misses`.
    fn structures(&mut self, derivation: &Derivation, spec: Option<&Spec>, bare: bool) {
        let Some(spec) = spec else { return };
        for PathValue { names, last, .. } in &derivation.paths {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            match (&*names, last) {
                ([LAST, ..], Some((_, fact))) => self.fact(fact, (spec, AccessKind::Read), bare),
                ([.., "page_table", "tables" | "bytes"], _) => {
                    self.found.insert(Topic::Counted);
                }
                ([part, name], _) => {
                    let counts = PART_PROPERTIES
                        .iter()
                        .any(|row| row.name == *name && row.fact.is_some());
                    let part = Component::named(spec, part).filter(|_| counts);
                    self.parts.extend(part);
                    if let Some(Component::Cache(at)) = part {
                        let of_fetches = spec.caches[at].side == Side::Instructions;
                        self.add([(Topic::UsesCaches, true), (Topic::Fetches, of_fetches)]);
                    }
                }
                _ => {}
            }
        }
    }

    fn blanks(&mut self, did: &Did, blanks: &[Blank], bare: bool) {
        match did {
            Did::Access(access) => {
                for blank in blanks {
                    self.fact(&blank.fact, (&access.spec, access.kind), bare);
                }
            }
            Did::Replay(_) => self.operation(did, &[], bare),
            _ => {}
        }
    }

    /// Adds the structures that a fact of an access is about.
    fn fact(&mut self, name: &str, (spec, kind): (&Spec, AccessKind), bare: bool) {
        let Ok(key) = key(name, Family::Access, Some(spec)) else {
            return;
        };
        let tlbs = || (0..spec.tlbs.len()).map(Component::Tlb);
        let caches = || (0..spec.caches.len()).map(Component::Cache);
        self.parts.extend(match key.subject() {
            Subject::FirstTlb => spec.first_tlb(kind).map(Component::Tlb),
            Subject::FirstCache => spec.first_cache(kind).map(Component::Cache),
            _ => key.part(),
        });
        match key.subject() {
            Subject::Data if bare => self.found.extend([Topic::Data, Topic::Tables]),
            Subject::Nothing
            | Subject::Address
            | Subject::FirstTlb
            | Subject::FirstCache
            | Subject::Data => {}
            Subject::Indexes => self.found.extend([Topic::Indexes]),
            Subject::Tlbs => self.parts.extend(tlbs()),
            Subject::Translation => {
                self.add([(Topic::Tables, bare), (Topic::Physical, name != "fault")]);
            }
            Subject::Walks => {
                self.found.insert(Topic::Tables);
                self.parts.extend(tlbs());
            }
            Subject::Entries => self
                .found
                .extend([Topic::Tables, Topic::Indexes, Topic::Entries]),
            Subject::Caches => self.parts.extend(caches()),
            Subject::Times => {
                self.found.extend([Topic::Tables, Topic::Times]);
                self.parts.extend(tlbs().chain(caches()));
            }
        }
    }

    /// Adds what the answers about an operation other than a reference string depend on.
    fn operation(&mut self, did: &Did, blanks: &[Blank], bare: bool) {
        let access = match did {
            Did::Access(access) => Some(access),
            _ => None,
        };
        self.add([
            (Topic::Machine, true),
            (
                Topic::UsesCaches,
                access.is_none_or(|access| access.uses_caches()),
            ),
        ]);
        if let Some(access) = access {
            let of_data = |blank: &Blank| matches!(&*blank.fact, "byte" | "value");
            let data = access.verb == AccessVerb::Write || blanks.iter().any(of_data);
            self.add([
                // Whether this access walks or faults is an answer.
                (Topic::PageTable, access.spec.mmu.is_some()),
                (
                    Topic::Words,
                    data && access.uses_caches() && access.data.len() > 1,
                ),
                (Topic::Faults, access.spec.mmu.is_some()),
                (Topic::Fetches, access.verb == AccessVerb::Fetch),
            ]);
        }
        let spec = match did {
            Did::Access(access) => Some(&access.spec),
            Did::Replay(run) => Some(run.spec()),
            _ => None,
        };
        let family = if matches!(did, Did::Replay(_)) {
            Family::Replay
        } else {
            Family::Access
        };
        for blank in blanks {
            let fact = &*blank.fact;
            let key = key(fact, family, spec.map(|spec| &**spec)).ok();
            let subject = key.as_ref().map(Key::subject);
            let is_field = matches!(fact, "vpn" | "vpo" | "tlbi" | "tlbt");
            let is_known = match Words::for_blank(blank, bare) {
                Some(words @ Words::YesNo { .. }) => !words.is_missing(blank),
                _ => is_field || subject == Some(Subject::Indexes),
            };
            self.add([
                (Topic::Missing, !is_known),
                (Topic::Faults, fact == "fault"),
                (Topic::RawEntries, subject == Some(Subject::Entries)),
            ]);
        }
    }

    /// Adds a reference string.
    fn string(&mut self, run: &ReferenceRun) {
        let replacement = run.setup.replacement;
        let is = |policies: &[Policy]| matches!(replacement, Replacement::Policy(policy) if policies.contains(&policy));
        let uses_bits = is(&[Policy::Clock, Policy::SecondChance, Policy::ThirdChance]);
        let by_use = is(&[Policy::Lru, Policy::Mru]);
        let (row, is_empty) = (run.start.first(), run.setup.holding.is_empty());
        let ticks = run.setup.ticks != Ticks::Never;
        let together = |time: fn(&StartRow) -> Option<u64>| {
            let times: Vec<u64> = run.start.iter().filter_map(time).collect();
            times.iter().collect::<BTreeSet<_>>().len() < times.len()
        };
        let starts_with = |is: fn(&StartRow) -> bool| row.is_some_and(is);
        self.add([
            (Topic::Strings, true),
            (Topic::Empty, is_empty && !run.is_working_set()),
            (Topic::Holding, row.is_none() && !is_empty),
            (Topic::Started, starts_with(|row| row.loaded.is_some())),
            (Topic::Unloaded, starts_with(|row| row.loaded.is_none())),
            (
                Topic::Listed,
                starts_with(|row| row.loaded.is_none())
                    && !(by_use && starts_with(|row| row.used.is_some())),
            ),
            (
                Topic::Unused,
                by_use && starts_with(|row| row.used.is_none()),
            ),
            (
                Topic::UsedTogether,
                (by_use || run.is_working_set()) && together(|row| row.used),
            ),
            (Topic::LoadedTogether, together(|row| row.loaded)),
            (Topic::Window, run.is_working_set() && !is_empty),
            (
                Topic::Unreferenced,
                (uses_bits || is(&[Policy::Nru, Policy::Aging]))
                    && starts_with(|row| row.referenced.is_none()),
            ),
            (
                Topic::UseBits,
                uses_bits && starts_with(|row| row.referenced.is_some()),
            ),
            (
                Topic::Clean,
                row.map_or(!is_empty, |row| row.modified.is_none()),
            ),
            (Topic::Modified, run.has_stores()),
            (Topic::Several, run.totals().trace.len() > 1),
            (Topic::AnyTicks, ticks),
            (Topic::Ticks, ticks && uses_bits),
        ]);
        self.policies.push(replacement);
    }
}

/// Whether an item asks only for hits, misses, and addresses of a load, and only such loads precede it.
fn only_loads(item: &PaperItem) -> bool {
    let is_load = |did: &Arc<Did>| match &**did {
        Did::Access(access) => access.verb != AccessVerb::Write && access.process.is_none(),
        _ => false,
    };
    let ItemKind::Facts { blanks, .. } = &item.kind else {
        return false;
    };
    is_load(&item.did)
        && item.since.iter().all(is_load)
        && blanks.iter().all(|blank| &*blank.fact != "cycles")
}
