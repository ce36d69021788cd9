//! The topics of a question, as a filter of the events that worked solutions explain.

use std::sync::Arc;

use super::{Topic, Topics};
use crate::run::facts::{Component, Key, Subject};
use crate::run::record::{Access, CallRecord, Did, FaultRecord};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::event::{Event, PteKind, Purpose};
use pagewalk_engine::machine::spec::Spec;

impl Topics {
    /// Whether the question is about a TLB or cache.
    pub(crate) fn has(&self, part: Component) -> bool {
        self.parts.contains(&part)
    }

    /// Whether the question is about the bytes of an access, about the caches that hold them, or about the time to reach them.
    pub(crate) fn has_data(&self, spec: &Spec) -> bool {
        spec.mmu.is_none() || self.reaches_data(spec)
    }

    fn reaches_data(&self, spec: &Spec) -> bool {
        self.is(Topic::Data) || self.is(Topic::Times) || self.has_caches(spec)
    }

    fn has_caches(&self, spec: &Spec) -> bool {
        (0..spec.caches.len()).any(|at| self.has(Component::Cache(at)))
    }

    /// Whether the question is about the hardware, and not only about addresses and the kernel.
    pub(crate) fn has_hardware(&self, spec: &Spec) -> bool {
        let any = Component::all(spec).any(|part| self.has(part));
        any || self.is(Topic::Data)
            || (self.is(Topic::Tables) || self.is(Topic::Entries)) && spec.mmu.is_some()
    }

    /// Whether another item of the question explains the steps of a reference string.
    pub(crate) fn explains(&self, string: &Did) -> bool {
        self.strings.iter().any(|known| match (&**known, string) {
            (Did::Reference(known), Did::Reference(run)) => {
                (&known.caption, known.spelt()) == (&run.caption, run.spelt())
            }
            _ => false,
        })
    }

    /// Whether the question is about the structure of an operation's fact.
    pub(crate) fn covers(&self, did: &Did, key: &Key) -> bool {
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
        part.is_none_or(|part| self.has(part))
    }

    /// Returns an operation without the events of structures outside these topics.
    pub(crate) fn seen(&self, did: &Did) -> Did {
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

    pub(crate) fn access(&self, access: &Access) -> Access {
        let mut seen = access.clone();
        let spec = &access.spec;
        seen.events = self.events(access, &access.events);
        let first = spec.first_cache(access.kind).map(Component::Cache);
        if !first.is_some_and(|first| self.has(first)) {
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
        let has = |part: Component| self.has(part);
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
            Event::Memory { .. } => self.reaches_data(spec),
            Event::Translated { .. } => {
                tables || self.is(Topic::Physical) || self.reaches_data(spec)
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
