//! What a statement did, as data: its micro-steps, its facts with their reasons, and its expectations.

use pagewalk_engine::kernel::event::{BackingStore, KernelStep, ProcessPage};
use pagewalk_engine::machine::addr::{Pa, Tag};
use pagewalk_engine::machine::event::{AccessKind, Event, PteKind, Purpose};
use pagewalk_engine::machine::spec::Spec;
use serde::Serialize;
use serde_json::Value;

use crate::lang::source::Sources;
use crate::report::narrate::reason;
use crate::run::facts::{Told, told};
use crate::run::record::{Access, Check, Did, FaultRecord, StepRecord};

/// The version of the format. It changes when a member is renamed, removed, or gets another meaning.
pub const VERSION: u32 = 1;

/// What a statement did.
///
/// ```
/// use pagewalk_script::api::{CheckedScript, Options, Stepper, Trace};
///
/// let text = "machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\nread 0x3D4\n";
/// let script = CheckedScript::from_text("walk.pw", text, &mut ());
/// let (mut run, mut records) = (Stepper::new(script.into(), Options::default()), Vec::new());
/// run.forward(3, &mut records);
/// let trace = Trace::of(&records[2], &run.script().sources);
/// let fact = |name: &str| &trace.facts.iter().find(|fact| fact.name == name).unwrap().value;
/// assert_eq!((fact("ppn"), fact("pa")), (&0x0D.into(), &0x354.into()));
/// let json = serde_json::to_value(&trace.steps[1]).unwrap();
/// assert_eq!(json["kind"], "tlb-lookup");
/// assert_eq!((&json["set"], &json["tag"], &json["hit"]), (&3.into(), &3.into(), &false.into()));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// The version of the format: [`VERSION`].
    pub version: u32,
    /// The file of the statement.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its text.
    pub statement: String,
    /// The scenario that it belongs to.
    pub scenario: Option<String>,
    /// The process that made the access or the system call.
    pub process: Option<String>,
    /// Its micro-steps, in order.
    pub steps: Vec<MicroStep>,
    /// Its facts.
    pub facts: Vec<FactValue>,
    /// Its expectations.
    pub checks: Vec<Expectation>,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactValue {
    /// Its name in scripts.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Why it has this value, where there is more to say than the steps do.
    pub reason: Option<String>,
}

/// An expectation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub fact: String,
    /// The expected value, as written; none for `?`.
    pub expected: Option<String>,
    /// The actual value; none if there is no such fact.
    pub actual: Option<String>,
    /// Whether they agree.
    pub held: bool,
    /// Why the actual value is what it is.
    pub reason: Option<String>,
}

/// A micro-step of an access or a system call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MicroStep {
    /// The core.
    pub core: u32,
    /// The fragment of the access, from 0: the part within one page and one block.
    pub fragment: u32,
    /// The attempt at this fragment, from 0. A page fault ends one, and the instruction is retried.
    pub attempt: u32,
    /// What happened.
    #[serde(flatten)]
    pub what: Micro,
}

/// What happened in a micro-step. Addresses, page numbers, sets, and tags are numbers; parts have their names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are those of the steps of the machine and the kernel")]
pub enum Micro {
    /// A fragment of the access begins.
    Fragment { va: u64, size: u32 },
    /// A TLB was looked up.
    TlbLookup { tlb: String, set: u64, tag: u64, hit: bool, way: Option<u32> },
    /// The walk read an entry. `found` is `table`, `page`, or `absent`.
    PteRead { level: u32, index: u64, address: Option<u64>, raw: Option<u64>, found: &'static str },
    /// The walk set A, or D, in an entry.
    PteMarked { level: u32, dirty: bool, address: Option<u64>, before: u64, after: u64 },
    /// A TLB entry was filled.
    TlbFill { tlb: String, set: u64, way: u32, tag: u64, evicted: Option<u64> },
    /// A TLB entry was invalidated.
    TlbInvalidated { of_core: u32, tlb: String, set: u64, way: u32, tag: u64, vpn: u64 },
    /// The address was translated.
    Translated { vpn: u64, ppn: u64, pa: u64 },
    /// The hardware raised a fault.
    Faulted { fault: String },
    /// A cache was looked up. `purpose` is `demand`, `walk`, or `writeback`.
    CacheLookup { cache: String, set: u64, tag: u64, hit: bool, way: Option<u32>, purpose: &'static str },
    /// A cache line was filled.
    CacheFill {
        cache: String,
        set: u64,
        way: u32,
        tag: u64,
        evicted: Option<u64>,
        writeback: bool,
        purpose: &'static str,
    },
    /// A copy of the block was invalidated in another cache.
    Snooped { cache: String, of_core: u32, dirty: bool },
    /// Main memory was read or written.
    Memory { pa: u64, write: bool, purpose: &'static str },
    /// The caches were bypassed.
    Bypassed { purpose: &'static str },
    /// The page-fault handler begins.
    FaultHandler { va: u64, access: &'static str, fault: String },
    /// The kernel looked for the area of the address; none is a segmentation fault.
    AreaFound { start: Option<u64> },
    /// The stack grew down to this address.
    StackGrew { start: u64 },
    /// A page table was allocated.
    TableAllocated { level: u32, ppn: u64 },
    /// A free frame was allocated.
    FrameAllocated { frame: u32 },
    /// A page was evicted from its frame.
    Evicted { frame: u32, process: Option<u32>, vpn: Option<u64>, to: Option<Store> },
    /// A frame was filled with zeros.
    Zeroed { frame: u32 },
    /// A frame was filled.
    Filled { frame: u32, from: Store },
    /// A frame that already holds the page is mapped too.
    Shared { frame: u32 },
    /// A page was copied; none is the zero page, or a page of a file.
    Copied { from: Option<u32>, to: u32 },
    /// The last sharer's frame was made writable without a copy.
    Reused { frame: u32 },
    /// A page was mapped; no frame is the zero page.
    Mapped { process: u32, vpn: u64, frame: Option<u32>, writable: bool },
    /// Further pages were mapped around it (fault-around).
    MappedAround { pages: u32 },
    /// The kernel wrote a page-table entry.
    PteWritten { address: u64, before: u64, after: u64 },
    /// A page was read from a disk.
    DiskRead { from: Store },
    /// A page was written to a disk.
    DiskWritten { to: Store },
    /// The handler returns, and the instruction is retried.
    Resolved { fault: &'static str, major: bool },
    /// The handler sends a signal.
    Signaled { fault: &'static str, signal: Option<&'static str> },
}

/// Where the bytes of a page come from or go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "store", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Store {
    /// A page of a file on disk.
    File { file: u32, page: u64 },
    /// A page of a file in the page cache.
    PageCache { file: u32, page: u64 },
    /// A page of a shared anonymous object.
    Object { object: u32, page: u64 },
    /// A swap slot.
    Swap { slot: u32 },
}

impl Trace {
    /// What the statement of a record did.
    pub fn of(record: &StepRecord, sources: &Sources) -> Self {
        let did = &*record.did;
        let (file, line) = sources
            .place(record.span)
            .map_or_else(Default::default, |(file, place)| (file.to_owned(), place.line));
        let process = match did {
            Did::Access(access) => access.process.as_ref().map(|inside| &inside.process),
            did => did.call().map(|call| &call.process),
        };
        let fact = |told: Told| FactValue {
            reason: reason(did, &told.name),
            value: told.value.value.to_json(),
            name: told.name,
        };
        Self {
            version: VERSION,
            file,
            line,
            statement: sources.text(record.span).to_owned(),
            scenario: record.scenario.as_ref().map(ToString::to_string),
            process: process.or(record.process.as_ref()).map(|process| process.name.to_string()),
            steps: steps(did),
            facts: told(did).into_iter().map(fact).collect(),
            checks: record.checks.iter().map(Expectation::of).collect(),
        }
    }
}

impl Expectation {
    fn of(check: &Check) -> Self {
        Self {
            fact: check.fact.clone(),
            expected: (!check.written.is_open()).then(|| check.expected.to_string()),
            actual: check.actual.as_ref().map(ToString::to_string),
            held: check.held,
            reason: check.reason.clone(),
        }
    }
}

fn steps(did: &Did) -> Vec<MicroStep> {
    match did {
        Did::Access(access) => of_access(access),
        Did::Action(action) => {
            let mut steps = Steps::new(&action.spec, 0);
            action.steps.iter().for_each(|step| steps.kernel(*step));
            steps.found
        }
        did => did.call().map_or_else(Vec::new, |call| {
            let mut steps = Steps::new(&call.spec, call.core);
            call.all_steps().for_each(|step| steps.kernel(*step));
            steps.found
        }),
    }
}

/// The steps of an access: each fragment after the attempts at it that failed.
fn of_access(access: &Access) -> Vec<MicroStep> {
    let mut steps = Steps::new(&access.spec, access.core);
    let mut faults = access.faults().iter().peekable();
    let fatal = access.faults().last().filter(|fault| fault.fatal());
    // The attempt that could not be retried is part of its fault.
    let failed = fatal.map_or(0, |fault| fault.events.len());
    for event in &access.events[..access.events.len().saturating_sub(failed)] {
        if let Event::Fragment { va, size } = event {
            let bytes = va.raw()..=va.raw().saturating_add(u64::from(*size) - 1);
            steps.attempt = 0;
            let here = |fault: &&FaultRecord| fault.wanted().is_some_and(|(at, _)| bytes.contains(&at.raw()));
            while let Some(fault) = faults.next_if(here) {
                steps.attempt(&fault.events, &fault.steps);
            }
        }
        steps.machine(*event);
    }
    faults.for_each(|fault| steps.attempt(&fault.events, &fault.steps));
    steps.found
}

/// Micro-steps, as they are found.
struct Steps<'s> {
    spec: &'s Spec,
    core: u32,
    /// Fragments that have begun.
    fragments: u32,
    attempt: u32,
    found: Vec<MicroStep>,
}

impl<'s> Steps<'s> {
    fn new(spec: &'s Spec, core: u32) -> Self {
        Self { spec, core, fragments: 0, attempt: 0, found: Vec::new() }
    }

    fn push(&mut self, what: Micro) {
        let (core, attempt) = (self.core, self.attempt);
        self.found.push(MicroStep { core, fragment: self.fragments.saturating_sub(1), attempt, what });
    }

    /// An attempt that failed, and what the kernel did about it.
    fn attempt(&mut self, events: &[Event], steps: &[KernelStep]) {
        let (fragments, attempt) = (self.fragments, self.attempt);
        events.iter().for_each(|event| self.machine(*event));
        self.attempt = attempt;
        steps.iter().for_each(|step| self.kernel(*step));
        // The same fragment comes again.
        (self.fragments, self.attempt) = (fragments, attempt + 1);
    }

    fn tlb(&self, level: u32) -> String {
        self.spec.tlbs[level as usize].name.to_string()
    }

    fn cache(&self, level: u32) -> String {
        self.spec.caches[level as usize].name.to_string()
    }

    fn machine(&mut self, event: Event) {
        let raw = |tag: Option<Tag>| tag.map(Tag::raw);
        let what = match event {
            Event::Fragment { va, size } => {
                self.fragments += 1;
                Micro::Fragment { va: va.raw(), size }
            }
            Event::TlbLookup { tlb, set, tag, way } => {
                let (set, tag) = (set.raw(), tag.raw());
                Micro::TlbLookup { tlb: self.tlb(tlb), set, tag, hit: way.is_some(), way }
            }
            Event::Pte { level, index, address, value, found } => {
                let address = address.map(Pa::raw);
                Micro::PteRead { level, index, address, raw: value, found: pte_kind(found) }
            }
            Event::AccessedDirtySet { level, dirty, address, before, after } => {
                Micro::PteMarked { level, dirty, address: address.map(Pa::raw), before, after }
            }
            Event::TlbFill { tlb, set, way, tag, victim } => {
                let (set, tag) = (set.raw(), tag.raw());
                Micro::TlbFill { tlb: self.tlb(tlb), set, way, tag, evicted: raw(victim) }
            }
            Event::TlbInvalidated { core, tlb, set, way, tag, vpn } => Micro::TlbInvalidated {
                of_core: core,
                tlb: self.tlb(tlb),
                set: set.raw(),
                way,
                tag: tag.raw(),
                vpn: vpn.raw(),
            },
            Event::Translated { vpn, ppn, pa } => {
                Micro::Translated { vpn: vpn.raw(), ppn: ppn.raw(), pa: pa.raw() }
            }
            Event::Faulted { fault } => Micro::Faulted { fault: fault.to_string() },
            Event::CacheLookup { cache, set, tag, way, purpose } => {
                let (set, tag, purpose) = (set.raw(), tag.raw(), purpose_name(purpose));
                Micro::CacheLookup { cache: self.cache(cache), set, tag, hit: way.is_some(), way, purpose }
            }
            Event::CacheFill { cache, set, way, tag, victim, writeback, purpose } => Micro::CacheFill {
                cache: self.cache(cache),
                set: set.raw(),
                way,
                tag: tag.raw(),
                evicted: raw(victim),
                writeback,
                purpose: purpose_name(purpose),
            },
            Event::Snooped { cache, core, dirty } => {
                Micro::Snooped { cache: self.cache(cache), of_core: core, dirty }
            }
            Event::Memory { pa, write, purpose } => {
                Micro::Memory { pa: pa.raw(), write, purpose: purpose_name(purpose) }
            }
            Event::Bypassed { purpose } => Micro::Bypassed { purpose: purpose_name(purpose) },
        };
        self.push(what);
    }

    fn kernel(&mut self, step: KernelStep) {
        let what = match step {
            KernelStep::Fault { va, kind, fault } => {
                Micro::FaultHandler { va: va.raw(), access: access_name(kind), fault: fault.to_string() }
            }
            KernelStep::Area { start } => Micro::AreaFound { start },
            KernelStep::StackGrew { start } => Micro::StackGrew { start },
            KernelStep::Table { level, ppn } => Micro::TableAllocated { level, ppn },
            KernelStep::FrameAllocated { frame } => Micro::FrameAllocated { frame: frame.0 },
            KernelStep::Evicted { frame, page, to } => Micro::Evicted {
                frame: frame.0,
                process: page.map(|page| page.pid.0),
                vpn: page.map(|page| page.vpn.raw()),
                to: to.map(Into::into),
            },
            KernelStep::Zeroed { frame } => Micro::Zeroed { frame: frame.0 },
            KernelStep::Filled { frame, from } => Micro::Filled { frame: frame.0, from: from.into() },
            KernelStep::Shared { frame } => Micro::Shared { frame: frame.0 },
            KernelStep::Copied { from, to } => Micro::Copied { from: from.map(|frame| frame.0), to: to.0 },
            KernelStep::Reused { frame } => Micro::Reused { frame: frame.0 },
            KernelStep::Mapped { page: ProcessPage { pid, vpn }, frame, writable } => {
                let frame = frame.map(|frame| frame.0);
                Micro::Mapped { process: pid.0, vpn: vpn.raw(), frame, writable }
            }
            KernelStep::MappedAround { pages } => Micro::MappedAround { pages },
            KernelStep::EntryWritten { address, before, after } => {
                Micro::PteWritten { address: address.raw(), before, after }
            }
            KernelStep::DiskRead { from } => Micro::DiskRead { from: from.into() },
            KernelStep::DiskWritten { to } => Micro::DiskWritten { to: to.into() },
            KernelStep::Resolved { class, major } => Micro::Resolved { fault: class.name(), major },
            KernelStep::Killed { class } => {
                let signal = class.signal().map(|(signal, _)| signal.name());
                Micro::Signaled { fault: class.name(), signal }
            }
        };
        self.push(what);
    }
}

impl From<BackingStore> for Store {
    fn from(store: BackingStore) -> Self {
        match store {
            BackingStore::File { file, page } => Self::File { file: file.0, page },
            BackingStore::PageCache { file, page } => Self::PageCache { file: file.0, page },
            BackingStore::Object { object, page } => Self::Object { object: object.0, page },
            BackingStore::Swap { slot } => Self::Swap { slot: slot.0 },
        }
    }
}

fn pte_kind(found: PteKind) -> &'static str {
    match found {
        PteKind::Table => "table",
        PteKind::Page => "page",
        PteKind::Absent => "absent",
    }
}

fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Demand => "demand",
        Purpose::Walk => "walk",
        Purpose::Writeback => "writeback",
    }
}

fn access_name(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "read",
        AccessKind::Write => "write",
        AccessKind::Execute => "execute",
    }
}
