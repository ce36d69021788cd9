//! The structures that a question prints or asks about. Worked solutions explain only these structures.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::page::{bare, printed};
use crate::exam::paper::{PaperItem, Question};
use crate::questions::entry::{Blank, Derivation, Evidence, ItemKind, PathValue};
use crate::run::facts::{Component, Family, Key, Subject, key};
use crate::run::paths::{LAST, PART_PROPERTIES};
use crate::run::record::{Access, CallRecord, Did, FaultRecord, View};
use crate::run::table::{Rows, TableId};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::event::{AccessKind, Event, PteKind, Purpose};
use pagewalk_engine::machine::spec::Spec;

/// A topic of a question, other than TLBs and caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// Page tables, whose entries have page numbers and bits.
    Tables,
    /// The indices of page tables.
    Indexes,
    /// The addresses and the raw values of entries.
    Entries,
    /// The number of page tables, or their tree.
    Counted,
    /// Bytes that are read or written.
    Data,
    /// Physical addresses, or their parts.
    Physical,
    /// The accessed bit of entries.
    Accessed,
    /// The dirty bit of entries.
    Dirty,
}

/// The structures that a question prints or asks about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// The names of TLBs and caches.
    parts: BTreeSet<String>,
    topics: BTreeSet<Topic>,
    /// The reference strings whose facts the question asks for, so that their solutions explain every step.
    strings: Vec<Arc<Did>>,
}

impl Scope {
    /// Returns the structures of a question.
    pub(crate) fn of_question(question: &Question) -> Self {
        let mut scope = Self::default();
        question.views().for_each(|view| scope.view(view));
        question.items().for_each(|item| scope.item(item));
        scope
    }

    fn view(&mut self, view: &View) {
        match view {
            View::Table(table) => self.table(table, &table.groups.concat()),
            View::Tree(_) => self
                .topics
                .extend([Topic::Tables, Topic::Indexes, Topic::Counted]),
            View::Pairs { title, .. } => self.named(title),
            View::Value { of, .. } if of == "cr3" => self.topics.extend([Topic::Entries]),
            View::Rulers(spec) | View::Declaration(spec) => {
                self.parts.extend(parts(spec, |_| true));
            }
            _ => {}
        }
    }

    /// Adds the TLB or cache in the title of a view.
    fn named(&mut self, title: &str) {
        if let [kind @ ("tlb" | "cache"), rest @ ..] =
            &*title.to_lowercase().split(' ').collect::<Vec<_>>()
        {
            let name = title.split(' ').nth(1).filter(|_| !rest.is_empty());
            self.parts.insert(name.unwrap_or(kind).to_owned());
        }
    }

    /// Adds the structures of a table with these columns on the paper.
    fn table(&mut self, table: &Rows, columns: &[String]) {
        self.named(&table.title);
        if table.id == TableId::PageTable {
            self.topics.insert(Topic::Tables);
            let has = |column: &str| columns.iter().any(|name| name == column);
            self.topics.extend(has("a").then_some(Topic::Accessed));
            self.topics.extend(has("d").then_some(Topic::Dirty));
        }
        if table.id == TableId::Memory {
            self.topics.extend([Topic::Entries, Topic::Data]);
        }
    }

    fn item(&mut self, item: &PaperItem) {
        let spec = item.hardware.as_ref().map(|hardware| &*hardware.spec);
        match &item.kind {
            ItemKind::Facts { blanks, .. } => {
                self.blanks(&item.did, blanks, bare(item));
                self.strings
                    .extend(matches!(*item.did, Did::Reference(_)).then(|| item.did.clone()));
            }
            ItemKind::Value { derivation, .. } => self.paths(derivation, spec, bare(item)),
            ItemKind::Table {
                table,
                columns,
                string: None,
            } => {
                let names = table
                    .groups
                    .concat()
                    .into_iter()
                    .zip(printed(table, columns));
                let printed: Vec<String> = names
                    .filter(|(_, printed)| *printed)
                    .map(|(name, _)| name)
                    .collect();
                self.table(table, &printed);
            }
            ItemKind::Author(table) => {
                table
                    .blanks()
                    .for_each(|(.., derivation)| self.paths(derivation, spec, bare(item)));
            }
            ItemKind::Any {
                among,
                example: Some(View::Steps(access, _)),
                ..
            } => {
                let words = among.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '_');
                words.for_each(|word| self.fact(word, (&access.spec, access.kind), bare(item)));
            }
            ItemKind::Choice { options, .. } => {
                for evidence in options.iter().flat_map(|option| &option.evidence) {
                    match evidence {
                        Evidence::Facts { did, blanks, .. } => self.blanks(did, blanks, bare(item)),
                        Evidence::Truth { derivation, .. } => {
                            self.paths(derivation, spec, bare(item));
                        }
                        Evidence::First { .. } => {}
                    }
                }
            }
            ItemKind::Table { .. } | ItemKind::Any { .. } | ItemKind::Essay { .. } => {}
        }
    }

    fn blanks(&mut self, did: &Did, blanks: &[Blank], bare: bool) {
        let Did::Access(access) = did else { return };
        for blank in blanks {
            self.fact(&blank.fact, (&access.spec, access.kind), bare);
        }
    }

    /// Adds the structures of paths such as `last.tlb` and `L1d.misses`.
    fn paths(&mut self, derivation: &Derivation, spec: Option<&Spec>, bare: bool) {
        for PathValue { path, .. } in &derivation.paths {
            let (Some((head, name)), Some(spec)) = (path.split_once('.'), spec) else {
                continue;
            };
            let counts = || {
                PART_PROPERTIES
                    .iter()
                    .any(|row| row.name == name && row.fact.is_some())
            };
            if head == LAST {
                self.fact(name, (spec, AccessKind::Read), bare);
            } else if path.ends_with("page_table.tables") || path.ends_with("page_table.bytes") {
                self.topics.insert(Topic::Counted);
            } else if let Some(part) = Component::named(spec, head).filter(|_| counts()) {
                self.parts.insert(part.name(spec).to_owned());
            }
        }
    }

    /// Adds the structures that a fact of an access is about.
    fn fact(&mut self, name: &str, (spec, kind): (&Spec, AccessKind), bare: bool) {
        let Ok(key) = key(name, Family::Access, Some(spec)) else {
            return;
        };
        let all = |is: fn(Component) -> bool| parts(spec, is);
        let first = match key.subject() {
            Subject::FirstTlb => spec.first_tlb(kind).map(Component::Tlb),
            Subject::FirstCache => spec.first_cache(kind).map(Component::Cache),
            _ => key.part(),
        };
        self.parts
            .extend(first.map(|part| part.name(spec).to_owned()));
        match key.subject() {
            Subject::Data if bare => self.topics.extend([Topic::Data, Topic::Tables]),
            Subject::Nothing
            | Subject::Address
            | Subject::FirstTlb
            | Subject::FirstCache
            | Subject::Data => {}
            Subject::Indexes => self.topics.extend([Topic::Indexes]),
            Subject::Tlbs => self.parts.extend(all(is_tlb)),
            Subject::Translation => {
                self.topics.extend(bare.then_some(Topic::Tables));
                self.topics
                    .extend((name != "fault").then_some(Topic::Physical));
            }
            Subject::Walks => {
                self.topics.insert(Topic::Tables);
                self.parts.extend(all(is_tlb));
            }
            Subject::Entries => self
                .topics
                .extend([Topic::Tables, Topic::Indexes, Topic::Entries]),
            Subject::Caches => self.parts.extend(all(|part| !is_tlb(part))),
            Subject::Times => {
                self.topics.insert(Topic::Tables);
                self.parts.extend(all(|_| true));
            }
        }
    }

    /// Whether the question is about a TLB or cache of a machine.
    pub(super) fn has(&self, spec: &Spec, part: Component) -> bool {
        self.parts.contains(part.name(spec))
    }

    /// Whether the question is about the bytes of an access, or about the caches that hold them.
    pub(super) fn has_data(&self, spec: &Spec) -> bool {
        self.is(Topic::Data) || spec.mmu.is_none() || self.has_caches(spec)
    }

    fn has_caches(&self, spec: &Spec) -> bool {
        (0..spec.caches.len()).any(|at| self.has(spec, Component::Cache(at)))
    }

    /// Whether the question is about a topic.
    pub(super) fn is(&self, topic: Topic) -> bool {
        self.topics.contains(&topic)
    }

    /// Whether the question is about the hardware, and not only about addresses and the kernel.
    pub(super) fn has_hardware(&self, spec: &Spec) -> bool {
        let any = Component::all(spec).any(|part| self.has(spec, part));
        any || self.is(Topic::Data)
            || (self.is(Topic::Tables) || self.is(Topic::Entries)) && spec.mmu.is_some()
    }

    /// Whether another item of the question explains the steps of a reference string.
    pub(super) fn explains(&self, string: &Did) -> bool {
        self.strings.iter().any(|known| match (&**known, string) {
            (Did::Reference(known), Did::Reference(run)) => {
                (&known.caption, known.spelt()) == (&run.caption, run.spelt())
            }
            _ => false,
        })
    }

    /// Whether the question is about the structure of an operation's fact.
    pub(super) fn covers(&self, did: &Did, key: &Key) -> bool {
        let Did::Access(access) = did else {
            return true;
        };
        let spec = &access.spec;
        let part = match key.subject() {
            Subject::Tlbs | Subject::FirstTlb => spec.first_tlb(access.kind).map(Component::Tlb),
            Subject::Caches | Subject::FirstCache => {
                spec.first_cache(access.kind).map(Component::Cache)
            }
            _ => key.part(),
        };
        part.is_none_or(|part| self.has(spec, part))
    }

    /// Returns an operation without the events of structures that are outside this scope.
    pub(super) fn seen(&self, did: &Did) -> Did {
        match did {
            Did::Access(access) => Did::Access(Box::new(self.access(access))),
            Did::Call(call) => Did::Call(self.call(call)),
            other => {
                let mut seen = other.clone();
                if let Did::Bound {
                    call: Some(call), ..
                } = &mut seen
                {
                    *call = self.call(call);
                }
                seen
            }
        }
    }

    pub(super) fn access(&self, access: &Access) -> Access {
        let mut seen = access.clone();
        let spec = &access.spec;
        seen.events = self.events(access, &access.events);
        let first = spec.first_cache(access.kind).map(Component::Cache);
        if !first.is_some_and(|first| self.has(spec, first)) {
            seen.block = None;
        }
        if let Some(process) = &mut seen.process {
            process
                .faults
                .iter_mut()
                .for_each(|fault| self.fault(access, fault));
        }
        seen
    }

    fn fault(&self, access: &Access, fault: &mut FaultRecord) {
        fault.events = self.events(access, &fault.events);
        fault.steps.retain(|step| self.shows(step));
    }

    fn call(&self, call: &CallRecord) -> Arc<CallRecord> {
        let mut call = call.clone();
        call.steps.retain(|step| self.shows(step));
        for fault in &mut call.faults {
            fault.steps.retain(|step| self.shows(step));
        }
        Arc::new(call)
    }

    fn shows(&self, step: &KernelStep) -> bool {
        match step {
            KernelStep::Table { .. } => self.is(Topic::Counted) || self.is(Topic::Entries),
            KernelStep::Mapped { .. } => self.is(Topic::Tables) || self.is(Topic::Entries),
            _ => true,
        }
    }

    fn events(&self, access: &Access, events: &[Event]) -> Vec<Event> {
        events
            .iter()
            .filter_map(|event| self.event(access, *event))
            .collect()
    }

    fn event(&self, access: &Access, event: Event) -> Option<Event> {
        let spec = &access.spec;
        let tables = self.is(Topic::Tables) || self.is(Topic::Entries);
        let walk = |purpose: Purpose| purpose != Purpose::Walk || tables;
        let has = |part: Component| self.has(spec, part);
        let kept = match event {
            Event::TlbLookup { tlb, .. }
            | Event::TlbFill { tlb, .. }
            | Event::TlbInvalidated { tlb, .. } => has(Component::Tlb(tlb as usize)),
            Event::Pte {
                level,
                index,
                value,
                found,
                ..
            } if tables && !self.addresses(spec) => {
                let value = value.filter(|_| found != PteKind::Table);
                return Some(Event::Pte {
                    level,
                    index,
                    address: None,
                    value,
                    found,
                });
            }
            Event::Pte { .. }
            | Event::Memory {
                purpose: Purpose::Walk,
                ..
            } => tables,
            Event::AccessedDirtySet { dirty, .. } => {
                tables
                    && (self.is(Topic::Entries)
                        || self.is(Topic::Accessed)
                        || dirty && self.is(Topic::Dirty))
            }
            Event::CacheLookup { cache, purpose, .. } | Event::CacheFill { cache, purpose, .. } => {
                has(Component::Cache(cache as usize)) && walk(purpose)
            }
            Event::Snooped { cache, .. } => has(Component::Cache(cache as usize)),
            Event::Bypassed { purpose } => self.has_caches(spec) && walk(purpose),
            Event::Memory {
                purpose: Purpose::Writeback,
                ..
            } => self.has_caches(spec),
            Event::Memory { .. } => self.is(Topic::Data) || self.has_caches(spec),
            Event::Translated { .. } => {
                tables || self.is(Topic::Physical) || self.is(Topic::Data) || self.has_caches(spec)
            }
            Event::Fragment { .. } | Event::Faulted { .. } => true,
        };
        kept.then_some(event)
    }

    /// Whether solutions show the addresses of entries, because the question is about them or because a cache
    /// holds entries.
    fn addresses(&self, spec: &Spec) -> bool {
        let cached = spec.mmu.as_ref().is_some_and(|mmu| mmu.walk_cached) && self.has_caches(spec);
        self.is(Topic::Entries) || cached
    }
}

fn is_tlb(part: Component) -> bool {
    matches!(part, Component::Tlb(_))
}

/// Returns the names of a machine's TLBs and caches of a kind.
fn parts(spec: &Spec, is: fn(Component) -> bool) -> BTreeSet<String> {
    Component::all(spec)
        .filter(|part| is(*part))
        .map(|part| part.name(spec).to_owned())
        .collect()
}
