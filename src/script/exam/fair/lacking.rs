//! Information that a question has to print, because its answers depend on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::asks::{Asked, asked, derivations};
use super::printed::{Source, Text, tokens};
use crate::exam::formats::assumptions::{
    called_in, part_of, replay_of, runs_begin_empty, state_before, unstated_contents,
};
use crate::exam::paper::{PaperItem, Piece, Question};
use crate::questions::choice::WRONG;
use crate::questions::entry::{Blank, Figure, ItemKind};
use crate::run::changes::differs;
use crate::run::facts::{Component, Family};
use crate::run::nouns::TableNoun;
use crate::run::programs::Target;
use crate::run::record::{Access, Did, FigureData, ReferenceRun, View};
use crate::run::table::{Cell, TableId};
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::{AccessKind, Event, Privilege};
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::pte::BitRow;
use pagewalk_engine::machine::reference_string::Replacement;
use pagewalk_engine::machine::spec::{Latency, Spec};

/// Something that answers depend on, and that the paper does not print. A text may say it in other words, so this is
/// only a hint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lacking {
    /// Entries that contain the PPN of an access, or decide whether it faults.
    PageTable,
    /// The areas of a process, which decide whether an access is valid.
    Areas,
    /// The page size, which divides an address.
    PageSize,
    /// The settings of a TLB or cache, such as its number of sets.
    Part(&'static str),
    /// A property of the machine on which the value of a path depends.
    Machine(&'static str),
    /// A setting of a reference string whose sentence `as` replaces.
    Setting(&'static str),
    /// The reference string whose faults a value counts.
    String,
    /// A system call that returned the address that is the value of an item.
    Call(&'static str),
    /// Statements between two items that change the state.
    Between,
    /// The title of a table that is printed above a question about an earlier operation, which changed it.
    After(String),
    /// The contents of memory.
    Memory,
    /// The address of a page table of a process.
    Root,
    /// The victims of the replacement policy `random`.
    Random,
    /// The contents of a TLB or cache that an item's operation looks up.
    Contents(String),
    /// The name of a printed table, and its column that can decide an answer.
    Column(String, &'static str),
    /// A bit of entries that can decide an answer, but that a tree of page tables does not contain.
    Bit(&'static str),
    /// The latencies of the machine.
    Latencies,
    /// Any latency of the machine, so that the answer is 0.
    AnyLatency,
    /// The text of a program that runs.
    Program(Arc<str>),
    /// Wrong options of the choice with this text, whose `answers` generates fewer than usual.
    Options(String),
}

/// A size of a machine as a power of 2, with its name in a hint.
type Size = (&'static str, fn(&Spec) -> u32);
const PAGE: Size = ("page size", Spec::page_bits);
const VIRTUAL: Size = ("size of virtual addresses", Spec::virtual_bits);
const PHYSICAL: Size = ("size of physical addresses", |spec| spec.physical_bits);

/// The sizes from which students compute the value of a path.
const OF_PATHS: &[(&[&str], &[Size])] = &[
    (
        &[
            "machine.vpn_bits",
            "machine.pages",
            "machine.flat_page_table_bytes",
        ],
        &[VIRTUAL, PAGE],
    ),
    (
        &["machine.vpo_bits", "page_table.tables", "page_table.bytes"],
        &[PAGE],
    ),
    (&["machine.ppn_bits", "machine.frames"], &[PHYSICAL, PAGE]),
];

/// The kinds of parts with fields of their own in an address.
type Part = (&'static str, fn(Component) -> bool);
const PARTS: &[Part] = &[
    ("TLB", |part| matches!(part, Component::Tlb(_))),
    ("cache", |part| matches!(part, Component::Cache(_))),
];

/// Small numbers as words.
const NUMBERS: &[&str] = &[
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// Words of a text that describes areas.
const AREAS: &[&str] = &[
    "area", "areas", "region", "regions", "segment", "segments", "mapping", "mappings", "map",
    "maps", "mapped", "mmap", "malloc", "heap", "stack", "data", "bss", "text", "code", "array",
    "private",
];

/// System calls whose prompts say which area they add.
const MAPPERS: &[&str] = &[
    "mmap", "mremap", "malloc", "calloc", "realloc", "brk", "sbrk",
];

/// Beginnings of the words of a text that describes the contents of a TLB or cache, and not only its size.
const CONTENTS: &[&str] = &[
    "contain", "content", "hold", "empty", "cold", "warm", "valid", "invalid", "initial",
    "already", "load", "fill", "flush", "cached", "after", "before", "previous", "earlier",
    "state", "reads", "store", "wrote", "access", "fetch", "brought", "clear", "reset", "yet",
];

/// The tables with a column, the end of the name of a fact, and the column that can decide the fact of some accesses.
type Decided = (
    &'static [&'static str],
    &'static str,
    &'static str,
    fn(&Access) -> bool,
);
const ENTRIES: &[&str] = &["page_table", "tlb"];
const DECIDED: &[Decided] = &[
    (ENTRIES, "fault", "rw", |a| a.kind == AccessKind::Write),
    (ENTRIES, "fault", "xd", |a| a.kind == AccessKind::Execute),
    (ENTRIES, "fault", "us", |a| a.mode == Privilege::User),
    (&["page_table"], "fault", "v", |a| a.process.is_none()),
    (&["page_table"], ".value", "rw", |a| a.process.is_none()),
    (&["page_table"], ".value", "us", |a| a.process.is_none()),
    (&["page_table"], ".value", "xd", |a| a.process.is_none()),
    (&["cache"], ".writeback", "d", |_| true),
    (&["page_table"], "ppn", "ppn", |a| {
        a.process.is_none() && !hits_tlb(a)
    }),
    (&["tlb"], "ppn", "ppn", |a| {
        a.process.is_none() && hits_tlb(a)
    }),
    (&["tlb"], "tlb", "tag", |_| true),
    (&["cache"], "cache", "tag", |_| true),
    (&["cache"], "byte", "b0", hits_cache),
];

/// Words of a text that describes where a page is.
const MAPPINGS: &[&str] = &[
    "ppn", "pfn", "pte", "frame", "frames", "mapped", "maps", "present", "resident",
];

/// The fact that is the latency of an access.
const LATENCY: &str = "cycles";

/// A kind of what a paper prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Page-table entries, or a text or a figure that may contain them.
    Entries,
    /// TLB entries.
    TlbEntries,
    /// Bytes of memory.
    Bytes,
    Areas,
    /// A reference string.
    String,
}

/// Whether the contents of a table that a question on the machine `printed` prints are those of this question. Without a new
/// machine, students know how the questions between them have changed the contents.
fn is_of(table: (&'static str, usize), printed: Option<&Machine>, question: &Question) -> bool {
    let new = machine_before(question).filter(|_| question.on_new_machine);
    let both = printed.zip(new);
    both.is_none_or(|(printed, new)| !differs(table, printed, new))
}

/// Returns the machine before the first operation of a question.
fn machine_before(question: &Question) -> Option<&Machine> {
    let mut items = question.items();
    items.find_map(|item| item.hardware.as_ref()?.machine_before())
}

/// What the questions of a paper have printed so far.
#[derive(Default)]
pub(super) struct Stated {
    /// With each kind, the machine of the question that prints it.
    shown: Vec<(Kind, Option<Machine>)>,
    /// The machines whose declarations or addresses are printed.
    machines: Vec<Arc<Spec>>,
    /// The TLBs and caches whose contents are printed.
    parts: Vec<(Component, Option<Machine>)>,
    /// The programs whose texts are printed.
    programs: BTreeSet<Arc<str>>,
    /// The prose, each text as words with a blank before and after each word.
    prose: Vec<String>,
    /// The kinds of parts that a text mentions, and what else texts and operations describe: `areas`, `maps` (a call that adds an
    /// area), and `stores`.
    described: BTreeSet<&'static str>,
    /// The numbers of offset bits in the figures of accesses.
    page_bits: BTreeSet<u32>,
    /// Whether a text may contain a program.
    has_code: bool,
    /// Whether a text of the latest question may describe the contents of a TLB or cache.
    describes_contents: bool,
}

impl Stated {
    /// Adds a question, which also prints these texts.
    pub(super) fn add(&mut self, question: &Question, texts: &[Text]) {
        let machine = machine_before(question);
        let entries = [
            (Kind::Entries, is_page_table as fn(&View) -> bool),
            (Kind::TlbEntries, is_tlb),
            (Kind::Bytes, is_memory),
        ];
        let printed = entries
            .into_iter()
            .filter(|(_, is)| prints(&question.body, *is));
        let printed = printed.map(|(kind, _)| kind);
        let shown = question.views().filter_map(|view| match view {
            View::Table(table) if table.id == TableId::Reference => Some(Kind::String),
            View::Maps { .. } | View::Layout(_) => Some(Kind::Areas),
            _ => None,
        });
        self.shown
            .extend(printed.chain(shown).map(|kind| (kind, machine.cloned())));
        for view in question.views() {
            if let View::Rulers(spec) | View::Declaration(spec) = view {
                self.machines.push(spec.clone());
            }
            self.parts
                .extend(part_of(view).map(|part| (part, machine.cloned())));
            match view {
                View::Listing { name, .. } => drop(self.programs.insert(name.clone())),
                View::Figure(data) if matches!(**data, FigureData::Translation(_)) => {
                    let bits =
                        machine.and_then(|machine| Some(machine.spec().mmu.as_ref()?.page_bits));
                    self.page_bits.extend(bits);
                }
                _ => {}
            }
        }
        let stores = question.operations().any(|did| match did {
            Did::Access(access) => access.kind == AccessKind::Write,
            did => did.call().is_some() || matches!(did, Did::Program(_) | Did::Replay(_)),
        });
        self.described.extend(stores.then_some("stores"));
        let prints_string = question.items().any(|item| match &item.kind {
            ItemKind::Facts { .. } => matches!(&*item.did, Did::Reference(_)),
            ItemKind::Table { string, .. } => string.is_some(),
            _ => false,
        });
        if prints_string {
            self.shown.push((Kind::String, None));
        }
        let prose = texts
            .iter()
            .filter(|text| matches!(text.source, Source::Prose | Source::Item(_)));
        // The first text is the title, and labels mention each part.
        let own = texts
            .iter()
            .skip(1)
            .filter(|text| text.source == Source::Prose);
        self.described
            .extend(PARTS.iter().map(|(name, _)| *name).filter(|name| {
                own.clone()
                    .any(|text| text.words.to_lowercase().contains(&name.to_lowercase()))
            }));
        self.describes_contents = own
            .clone()
            .flat_map(|text| tokens(&text.words))
            .any(|word| {
                let word = word.to_lowercase();
                CONTENTS.iter().any(|begin| word.starts_with(begin))
            });
        // The labels of blanks have the same words.
        let of_author = question.items().filter_map(|item| match &item.kind {
            ItemKind::Choice { text, .. } | ItemKind::Essay { text, .. } => Some(&**text),
            _ => item.printed.prompt.as_deref(),
        });
        let texts = texts.iter().filter(|text| text.source == Source::Prose);
        let words = texts.map(|text| &*text.words).chain(of_author);
        let areas = words.flat_map(tokens).any(|word| is_word_of(AREAS, word));
        let mut calls = question.operations().filter_map(Did::call);
        let maps = calls.any(|call| MAPPERS.contains(&call.name));
        let said = [("areas", areas), ("maps", maps)].into_iter();
        self.described
            .extend(said.filter_map(|(name, is_said)| is_said.then_some(name)));
        self.has_code |= prose.clone().any(|text| text.words.contains([';', '{']));
        self.prose.extend(prose.map(|text| {
            let words: Vec<&str> = tokens(&text.words)
                .filter(|word| !word.is_empty())
                .collect();
            format!(" {} ", words.join(" "))
        }));
    }

    /// Returns what a question lacks, which has been added.
    pub(super) fn lacking(&self, question: &Question) -> Vec<Lacking> {
        let mut lacking = Vec::new();
        let described = question.has_text();
        let has_tlb = self.shows(Kind::TlbEntries, question);
        let asks_entry = |item: &PaperItem| {
            // The text of a choice or of a value is the author's own.
            let own = !matches!(item.kind, ItemKind::Facts { .. });
            let describes = || MAPPINGS.iter().any(|word| self.has_words(&[word]));
            let described = described || own && describes();
            asked(item).iter().any(|asked| {
                let unseen = |access| !(has_tlb && hits_tlb(access));
                asked.bare().is_some_and(unseen) && asks_entry(asked, described)
            })
        };
        if !self.shows(Kind::Entries, question) && question.items().any(asks_entry) {
            lacking.push(Lacking::PageTable);
        }
        let areas = |item: &PaperItem| {
            asks_area(item) && !self.described.contains("maps") || asks_space(item, question)
        };
        let lacks_areas = !self.shows(Kind::Areas, question) && !self.described.contains("areas");
        if lacks_areas && question.items().any(areas) {
            lacking.push(Lacking::Areas);
        }
        let unstated = || question.items().filter(|item| !self.prints_machine(item));
        if unstated().any(|item| self.lacks_page_size(item)) {
            lacking.push(Lacking::PageSize);
        }
        if !self.shows(Kind::String, question)
            && question.items().any(|item| self.lacks_string(item))
        {
            lacking.push(Lacking::String);
        }
        let said = lacking.contains(&Lacking::PageSize);
        let sizes = unstated().flat_map(|item| self.lacks_of_machine(item));
        let sizes = sizes.filter(|size| !said || *size != Lacking::Machine(PAGE.0));
        if !said {
            let kinds = PARTS.iter().filter(|(name, is_own)| {
                let printed = self.parts.iter().any(|(part, _)| is_own(*part));
                !printed
                    && !self.described.contains(name)
                    && unstated().any(|item| asks_part(item, *is_own))
            });
            lacking.extend(kinds.map(|(name, _)| Lacking::Part(name)));
        }
        let settings = question.items().flat_map(|item| self.lacks_settings(item));
        lacking.extend(sizes.chain(settings).collect::<BTreeSet<_>>());
        // The assumptions say that the caches are empty before each run.
        let says_empty = runs_begin_empty(question);
        let is_said = |item: &PaperItem| says_empty && replay_of(item).is_some();
        if question
            .items()
            .any(|item| is_after_unseen(item, described) && !is_said(item))
        {
            lacking.push(Lacking::Between);
        }
        if !question.has_text() || !self.describes_contents {
            let contents = unstated_contents(question).into_iter();
            let contents = contents.filter(|(part, _)| {
                !self.prints_part(*part, question)
                    && question.items().any(|item| looks_up(item, *part))
            });
            lacking.extend(contents.map(|(_, name)| Lacking::Contents(name)));
        }
        lacking.extend(
            question
                .views()
                .flat_map(|view| hidden_columns(question, view)),
        );
        if unstated().any(|item| self.lacks_latencies(item)) {
            lacking.push(Lacking::Latencies);
        }
        if question.items().any(has_no_latency) {
            lacking.push(Lacking::AnyLatency);
        }
        let late = question.items().flat_map(|item| item.late.iter());
        lacking.extend(late.cloned().map(Lacking::After));
        if !described && !self.described.contains("stores") && !self.shows(Kind::Bytes, question) {
            let is_asked = question
                .items()
                .flat_map(asked)
                .any(|asked| asks_bytes(&asked));
            lacking.extend(is_asked.then_some(Lacking::Memory));
        }
        if !described && !question.views().any(is_root) && question.items().any(asks_root) {
            lacking.push(Lacking::Root);
        }
        lacking.extend(question.items().any(is_random).then_some(Lacking::Random));
        if !self.has_code {
            let ran = called_in(question)
                .into_iter()
                .map(|called| &called.program);
            let unseen: BTreeSet<_> = ran.filter(|name| !self.programs.contains(*name)).collect();
            lacking.extend(unseen.into_iter().cloned().map(Lacking::Program));
        }
        lacking.extend(question.items().filter_map(few_options));
        let calls = question.items().flat_map(asked_addresses);
        let unsaid = calls.filter(|call| !self.says(&format!(" {call} ")));
        lacking.extend(unsaid.map(Lacking::Call));
        lacking
    }

    /// Whether the paper shows a kind of contents, and not only those of another machine.
    fn shows(&self, kind: Kind, question: &Question) -> bool {
        let table = match kind {
            Kind::Entries => Some(("page_table", 0)),
            Kind::TlbEntries => Some(("tlb", 0)),
            Kind::Bytes => Some(("memory", 0)),
            Kind::Areas | Kind::String => None,
        };
        let mut own = self.shown.iter().filter(|(shown, _)| *shown == kind);
        own.any(|(_, printed)| table.is_none_or(|table| is_of(table, printed.as_ref(), question)))
    }

    /// Whether the paper prints the contents of a TLB or cache, and not only those of another machine.
    fn prints_part(&self, part: Component, question: &Question) -> bool {
        let level = match part {
            Component::Tlb(level) | Component::Cache(level) => level,
        };
        let mut own = self.parts.iter().filter(|(printed, _)| *printed == part);
        own.any(|(_, printed)| is_of((part.noun(), level), printed.as_ref(), question))
    }

    /// Whether the paper prints the machine of an item, and not only another machine.
    fn prints_machine(&self, item: &PaperItem) -> bool {
        machine_of(item).is_some_and(|own| self.machines.iter().any(|printed| **printed == *own))
    }

    /// Whether an item asks about an access, but no text contains the page size as a number of bytes or kilobytes, or
    /// the number of offset bits.
    fn lacks_page_size(&self, item: &PaperItem) -> bool {
        let run = match (&*item.did, &item.hardware) {
            (Did::Program(run), Some(hardware)) if run.in_process().is_some() => {
                Some(&hardware.spec)
            }
            _ => None,
        };
        let counts = |asked: &Asked| matches!(&*asked.name, "minor" | "major");
        if matches!(item.kind, ItemKind::Choice { .. }) {
            return false;
        }
        asked(item).iter().filter(|asked| asked.known).any(|asked| {
            let spec = asked.access.map(|access| &access.spec);
            let spec = spec.or(run.filter(|_| counts(asked)));
            spec.is_some_and(|spec| {
                let bits = spec.page_bits();
                spec.mmu.is_some() && !self.says_bytes(bits) && !self.page_bits.contains(&bits)
            })
        })
    }

    /// Whether a text contains a size of 2 to the power of `bits` bytes, or the number of bits.
    fn says_bytes(&self, bits: u32) -> bool {
        let (short, unit) = (
            1_u64 << (bits % 10),
            ["", "K", "M", "G", "T", "P", "E"][bits as usize / 10 % 7],
        );
        let sizes = [
            format!(" {} ", 1_u128 << bits),
            format!(" {short} {unit}"),
            format!(" {short}{unit}"),
            format!(" {bits} bit"),
            format!(" 2 {bits} "),
        ];
        sizes.iter().any(|size| self.says(size))
    }

    /// Returns the sizes that determine a value about the machine, and that no text contains.
    fn lacks_of_machine(&self, item: &PaperItem) -> Vec<Lacking> {
        let spec = item.hardware.as_ref().map(|hardware| &hardware.spec);
        let Some(spec) = spec.filter(|spec| spec.mmu.is_some()) else {
            return Vec::new();
        };
        let paths = derivations(item)
            .into_iter()
            .flat_map(|derivation| &derivation.paths);
        let sizes = paths.flat_map(|path| {
            let path = path.names.join(".");
            let is_own = |own: &&str| path == *own || path.ends_with(&format!(".{own}"));
            let rows = OF_PATHS
                .iter()
                .filter(move |(own, _)| own.iter().any(is_own));
            rows.flat_map(|(_, sizes)| *sizes).collect::<Vec<_>>()
        });
        let lacks = sizes.filter(|(_, bits)| !self.says_bytes(bits(spec)));
        lacks.map(|(name, _)| Lacking::Machine(name)).collect()
    }

    /// Returns the settings of a reference string that the author's text replaces and does not contain.
    fn lacks_settings(&self, item: &PaperItem) -> Vec<Lacking> {
        let (Did::Reference(run), Some(_)) = (&*item.did, &item.printed.prompt) else {
            return Vec::new();
        };
        if item.did.called().is_some() {
            return Vec::new();
        }
        let setup = &run.setup;
        let (number, name, policy) = match setup.replacement {
            Replacement::WorkingSet { window } => (window, "length of the window", "working set"),
            Replacement::Optimal { .. } => (setup.frames.into(), "number of frames", "optimal"),
            Replacement::Policy(policy) => {
                (setup.frames.into(), "number of frames", policy.row().name)
            }
        };
        let size = run
            .page_size()
            .map(|size| ("page size", self.says_number(size)));
        let each = [
            size,
            Some((name, self.says_number(number))),
            Some(("replacement policy", self.says_policy(policy))),
        ];
        let lacks = each.into_iter().flatten().filter(|(_, says)| !says);
        lacks.map(|(name, _)| Lacking::Setting(name)).collect()
    }

    /// Whether a text contains a number as digits, as a word, or as a size in bytes.
    fn says_number(&self, number: u64) -> bool {
        let word = NUMBERS
            .get(number as usize)
            .is_some_and(|word| self.has_words(&[word]));
        let is_size = number > 0 && number.is_power_of_two() && self.says_bytes(number.ilog2());
        word || is_size || self.says(&format!(" {number} "))
    }

    /// Whether a text contains the name of a policy, or words whose initials are its name.
    fn says_policy(&self, name: &str) -> bool {
        let words: Vec<&str> = name.split(['-', ' ']).collect();
        let stands_for = |words: &[&str]| {
            let initials = words.iter().filter_map(|word| word.chars().next());
            initials.flat_map(char::to_lowercase).eq(name.chars())
        };
        let mut texts = self.prose.iter();
        self.has_words(&words)
            || texts.any(|text| {
                let words: Vec<&str> = text.split_whitespace().collect();
                words.windows(name.len()).any(stands_for)
            })
    }

    /// Whether a text contains these words in a row, in any case.
    fn has_words(&self, words: &[&str]) -> bool {
        let words = format!(" {} ", words.join(" "));
        self.prose
            .iter()
            .any(|text| text.to_lowercase().contains(&words))
    }

    /// Whether a reference string determines the value of an item, but no text contains the string. A text describes a
    /// single reference in other words.
    fn lacks_string(&self, item: &PaperItem) -> bool {
        let of_string = |did: &Did| match did {
            Did::Reference(run) => {
                run.trace.is_none() && run.setup.pages.len() > 1 && !self.says(&pages(run))
            }
            _ => false,
        };
        derivations(item)
            .into_iter()
            .any(|derivation| derivation.operations().any(of_string))
    }

    /// Whether an item is about the latency of an access, but no text contains the latency of a part of the machine.
    fn lacks_latencies(&self, item: &PaperItem) -> bool {
        let lacks = |access: &Access| {
            let said = |latency: Latency| {
                let whole = latency / 1000;
                !latency.is_multiple_of(1000) || whole < 2 || self.says(&format!(" {whole} "))
            };
            !latencies(&access.spec).all(said)
        };
        let asked = asked(item).into_iter();
        let mut timed = asked.filter(|asked| asked.known && &*asked.name == LATENCY);
        timed.any(|asked| asked.access.is_some_and(lacks))
    }

    fn says(&self, words: &str) -> bool {
        self.prose.iter().any(|text| text.contains(words))
    }
}

/// Returns the latencies of the parts of a machine.
fn latencies(spec: &Spec) -> impl Iterator<Item = Latency> {
    let tlbs = spec.tlbs.iter().map(|tlb| tlb.latency);
    let caches = spec.caches.iter().map(|cache| cache.latency);
    tlbs.chain(caches).chain([spec.memory_latency])
}

/// Whether an item is about a latency on a machine without latencies.
fn has_no_latency(item: &PaperItem) -> bool {
    let spec = match &*item.did {
        Did::Access(access) => &*access.spec,
        Did::Replay(run) => run.spec(),
        _ => return false,
    };
    let asked = |blank: &Blank| &*blank.fact == LATENCY;
    matches!(&item.kind, ItemKind::Facts { blanks, .. } if blanks.iter().any(asked))
        && latencies(spec).all(|latency| latency == 0)
}

/// Returns the columns that a printed table leaves out, although an entry has another value than usual, and an answer of
/// the question can depend on it.
fn hidden_columns(question: &Question, view: &View) -> Vec<Lacking> {
    let is_listed =
        |view: &View| matches!(view, View::Table(table) if table.id == TableId::PageTable);
    let (name, level) = match view {
        View::Table(table) => match table.id {
            TableId::PageTable => ("page_table", 0),
            TableId::Tlb(level) => ("tlb", level),
            TableId::Cache(level) => ("cache", level),
            _ => return Vec::new(),
        },
        View::Tree(_) if !question.views().any(is_listed) => ("page_table", 0),
        _ => return Vec::new(),
    };
    let Some((noun, machine)) = TableNoun::named(name).zip(machine_before(question)) else {
        return Vec::new();
    };
    let (shown, printed) = match view {
        View::Table(table) => ((noun.shown)(machine, level), table.groups.concat()),
        // A tree contains the frames of the entries that are present.
        _ => (
            (noun.shown)(machine, level),
            ["ppn", "v"].map(str::to_owned).to_vec(),
        ),
    };
    // A bit has several names.
    let bit = |name: &str| BitRow::named(name).map(|(bit, _)| bit);
    let is_in = |names: &[String], column: &str| {
        let same =
            |name: &String| name == column || bit(column).is_some() && bit(name) == bit(column);
        names.iter().any(same)
    };
    let all: Vec<Asked> = question.items().flat_map(asked).collect();
    let is_asked = |end: &str, decides: fn(&Access) -> bool| {
        let mut known = all
            .iter()
            .filter(|asked| asked.known && asked.name.ends_with(end));
        known.any(|asked| asked.access.is_some_and(decides))
    };
    // A table with only valid entries does not need their bit.
    let lists_invalid = |view: &View| {
        let invalid = |row: &Vec<Cell>| match row.first() {
            Some(Cell::Hex(key, _)) => !(noun.valid)(machine, level, *key, 0),
            _ => false,
        };
        matches!(view, View::Table(table) if table.rows.iter().any(invalid))
    };
    let hidden = DECIDED.iter().filter(|(tables, end, column, decides)| {
        tables.contains(&name)
            && is_in(&shown, column)
            && !is_in(&printed, column)
            && (*column != "v" || lists_invalid(view))
            && is_asked(end, *decides)
    });
    hidden
        .map(|(_, _, column, _)| match view {
            View::Table(table) => Lacking::Column(table.title.clone(), column),
            _ => Lacking::Bit(column),
        })
        .collect()
}

/// Returns the text of a choice if mistakes generate its wrong options, but too few.
fn few_options(item: &PaperItem) -> Option<Lacking> {
    let ItemKind::Choice { text, options, .. } = &item.kind else {
        return None;
    };
    let wrong = options.iter().filter(|option| !option.correct).count();
    let generated = options.iter().any(|option| option.mistake.is_some());
    (generated && wrong < WRONG).then(|| Lacking::Options(text.clone()))
}

/// Returns the pages or addresses of a string as words.
fn pages(run: &ReferenceRun) -> String {
    let each = run.setup.pages.iter().enumerate();
    let words = each.map(|(at, page)| match &run.addresses {
        Some(addresses) => addresses.spelt(at),
        None => run.names[*page as usize].to_string(),
    });
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

/// Whether the paper prints an item without the changes before it. A value or a table can be about the changes, which the texts
/// of its question describe.
fn is_after_unseen(item: &PaperItem, described: bool) -> bool {
    let printed = match &item.kind {
        ItemKind::Facts { .. } => item.printed.prompt.is_none(),
        ItemKind::Value { .. } | ItemKind::Table { string: None, .. } => !described,
        _ => false,
    };
    item.unseen && printed
}

/// Whether a question prints such a view, or anything that may contain as much: a figure, or a text with a table.
fn prints(body: &[Piece], is: fn(&View) -> bool) -> bool {
    body.iter().any(|piece| match piece {
        Piece::Given(views) | Piece::Figure(Figure::Views(views)) => {
            views.iter().any(|view| match view {
                // A figure without its values shows no entries, and neither does the one of the machine.
                View::Figure(data) => data.is_given() && !matches!(**data, FigureData::System(_)),
                view => is(view),
            })
        }
        Piece::Text(text) => text.contains('|') || text.contains("\n\n"),
        Piece::Part { body, .. } => prints(body, is),
        Piece::Figure(Figure::Bits { .. }) | Piece::Space(_) | Piece::Item(_) => false,
    })
}

/// Whether a view may contain page-table entries.
fn is_page_table(view: &View) -> bool {
    match view {
        View::Declaration(_) | View::Rulers(_) | View::Walk(_) => false,
        View::Table(table) => !matches!(
            table.id,
            TableId::Tlb(_) | TableId::Cache(_) | TableId::Stats | TableId::Reference
        ),
        _ => true,
    }
}

fn is_memory(view: &View) -> bool {
    matches!(view, View::Table(table) if matches!(table.id, TableId::Memory | TableId::Cache(_)))
}

/// Whether a view contains the address of a page table of a process.
fn is_root(view: &View) -> bool {
    match view {
        View::Value { of, .. } => of.ends_with("cr3"),
        View::Tree(tree) => tree.root.at.is_some(),
        View::Walk(_) => true,
        _ => false,
    }
}

fn is_tlb(view: &View) -> bool {
    matches!(view, View::Table(table) if matches!(table.id, TableId::Tlb(_)))
}

/// Whether an access finds its first page in a TLB.
fn hits_tlb(access: &Access) -> bool {
    let hits = |event: &Event| matches!(event, Event::TlbLookup { way: Some(_), .. });
    access.first_piece().iter().any(hits)
}

/// Whether an access finds its first byte in a cache.
fn hits_cache(access: &Access) -> bool {
    let hits = |event: &Event| matches!(event, Event::CacheLookup { way: Some(_), .. });
    access.first_piece().iter().any(hits)
}

/// Whether a word of a text is one of these, in any case.
fn is_word_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|own| own.eq_ignore_ascii_case(word))
}

/// Whether students need a page-table entry. A text may describe the entry of which an answer is a part.
fn asks_entry(asked: &Asked, described: bool) -> bool {
    match &*asked.name {
        "ppn" => asked.known,
        "pa" | "ct" | "cache" => asked.known && !described,
        name => matches!(name, "fault" | "page-fault") && !described,
    }
}

/// Whether students decide whether an access of a process is valid.
fn asks_area(item: &PaperItem) -> bool {
    let decides = |fact: &str| matches!(fact, "fault" | "signal" | "code" | "minor" | "major");
    // The statements of a choice are the author's, and may be about any machine.
    if matches!(item.kind, ItemKind::Choice { .. }) {
        return false;
    }
    let mut all = asked(item).into_iter();
    all.any(|asked| asked.in_process() && decides(&asked.name))
}

/// Whether an answer depends on the areas that a process has before the question.
fn asks_space(item: &PaperItem, question: &Question) -> bool {
    let Some(Target::Kernel(kernel)) = state_before(question) else {
        return false;
    };
    let any = |is: fn(&Process) -> bool| kernel.processes().any(is);
    let (has_areas, has_heap) = (
        any(|process| process.space.areas.count() > 0),
        any(|process| process.space.brk > process.space.brk_start),
    );
    let call = item.did.call().map(|call| call.name);
    let grows = matches!(call, Some("brk" | "sbrk" | "malloc" | "calloc" | "realloc"));
    let names = asked(item).into_iter().map(|asked| asked.name);
    let mut names = names.filter_map(|name| Some(name.rsplit('.').next()?.to_owned()));
    names.any(|name| match &*name {
        "returns" => has_heap && grows,
        "maps" | "vsize" | "areas" => has_areas,
        name => has_heap && name == "brk",
    })
}

/// Whether an answer is the address of a page table of a process, or of an entry.
fn asks_root(item: &PaperItem) -> bool {
    asked(item).iter().any(|asked| match asked.access {
        Some(access) => access.process.is_some() && asked.name.ends_with(".address"),
        None => asked.name.ends_with(".cr3"),
    })
}

/// Whether an answer is the contents of memory. The memory of a process to which nothing stored contains zeros.
fn asks_bytes(asked: &Asked) -> bool {
    let access = asked.access;
    let known = |access: &Access| match &access.process {
        None => !hits_cache(access) && access.data.iter().all(Option::is_some),
        Some(_) => access.data.iter().flatten().any(|byte| *byte > 0),
    };
    asked.is_data() && asked.known && access.is_none_or(known)
}

/// Whether an item asks about a reference string in which the policy `random` selects the victims.
fn is_random(item: &PaperItem) -> bool {
    let random = Replacement::Policy(Policy::Random);
    matches!(&*item.did, Did::Reference(run) if run.setup.replacement == random)
}

/// Whether an answer of an item depends on the contents of a TLB or cache.
fn looks_up(item: &PaperItem, part: Component) -> bool {
    // The rows of such a table count the hits and misses of a replay.
    if matches!(&item.kind, ItemKind::Table { .. } if replay_of(item).is_some()) {
        return true;
    }
    let spec = machine_of(item);
    spec.is_some_and(|spec| asked(item).iter().any(|asked| asked.looks_up(part, spec)))
}

/// Returns the machine of an item's operation, or else that of its question.
fn machine_of(item: &PaperItem) -> Option<&Spec> {
    let hardware = item.hardware.as_ref().map(|hardware| &*hardware.spec);
    Family::of(&item.did).1.or(hardware)
}

/// Whether an item is about a part of this kind.
fn asks_part(item: &PaperItem, is_own: fn(Component) -> bool) -> bool {
    let Some(spec) = machine_of(item) else {
        return false;
    };
    let of = |name: &str| match name {
        "tlb" | "tlbi" | "tlbt" => Some(Component::Tlb(0)),
        "cache" | "co" | "ci" | "ct" => Some(Component::Cache(0)),
        other => Component::named(spec, other.split('.').next()?),
    };
    // The paper prints the shape of a table that it asks for.
    let mut all = asked(item).into_iter().filter(|asked| asked.known);
    let is_table = matches!(item.kind, ItemKind::Table { .. });
    !is_table && all.any(|asked| of(&asked.name).is_some_and(is_own))
}

/// Returns the names of the system calls that returned the address of an item's value.
fn asked_addresses(item: &PaperItem) -> Vec<&'static str> {
    let ItemKind::Value { blank, .. } = &item.kind else {
        return Vec::new();
    };
    let calls = item.since.iter().filter_map(|did| did.call());
    calls
        .filter(|call| blank.is_result(call))
        .map(|call| call.name)
        .collect()
}
