//! The messages of an access, in order.

use super::handler;
use super::kind::Kind;
use super::message::{Detail, Fetched, Message};
use super::names::{cache_name, tlb_name};
use crate::run::record::{Access, AccessVerb, FaultRecord};
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Event, Fault, Purpose};
use pagewalk_engine::machine::pte::Bit;

/// Maximum number of steps per access.
const MOST: usize = 200;

/// Returns all messages of an access: those of every failed attempt with the handler's messages, and those of the
/// final attempt. On a paper, the first cache receives an address only if the access looked up that cache.
pub(crate) fn of_access(access: &Access, on_paper: bool) -> Vec<Message> {
    let mut sequence = Sequence::new(access, on_paper);
    sequence.run();
    sequence.messages
}

/// The messages so far, with the state for the next messages.
struct Sequence<'a> {
    access: &'a Access,
    on_paper: bool,
    messages: Vec<Message>,
    /// Number of messages that are separate steps.
    steps: usize,
    /// Number of pieces that have begun.
    pieces: u32,
    /// Entries that the walks fetched.
    fetched: Vec<Fetched>,
    /// Whether the walk has requested an entry but not received it.
    asked: bool,
    /// Number of TLBs that the current attempt has looked up.
    lookups: u32,
    /// The component that responds to the last request.
    source: String,
    last: String,
    /// Whether a message for the piece's store has been added.
    stored: bool,
    /// The first cache that holds the piece's block.
    holder: Option<u32>,
    /// The bits that the last message set in entries, from this level down.
    marked: Option<(u32, &'static str)>,
    attempt: Attempt,
}

/// An attempt at a piece of the access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// The first attempt, or an attempt that faults again.
    First,
    /// The kernel has resolved the fault of an attempt, so the next attempt is a retry.
    Resolved,
    /// The successful retry.
    Retry,
}

impl<'a> Sequence<'a> {
    fn new(access: &'a Access, on_paper: bool) -> Self {
        Self {
            access,
            on_paper,
            messages: Vec::new(),
            steps: 0,
            pieces: 0,
            fetched: Vec::new(),
            asked: false,
            lookups: 0,
            source: String::new(),
            last: String::new(),
            stored: false,
            holder: None,
            marked: None,
            attempt: Attempt::First,
        }
    }

    fn push(&mut self, kind: Kind, parts: &[&str], detail: Detail) {
        self.add(Message::new(kind, parts, detail));
    }

    fn add(&mut self, message: Message) {
        self.marked = None;
        self.steps += usize::from(message.row().is_step);
        self.messages.push(Message {
            retry: self.attempt == Attempt::Retry,
            ..message
        });
    }

    /// Records a request from the MMU, which memory answers unless a cache holds the block.
    fn begin_asking(&mut self) {
        (self.source, self.last) = ("memory".to_owned(), "MMU".to_owned());
    }

    fn run(&mut self) {
        let access = self.access;
        let fatal = access.faults().last().filter(|fault| fault.fatal());
        // The record of a fatal fault also contains the events of the last attempt.
        let failed = fatal.map_or(0, |fault| fault.events.len());
        let events = &access.events[..access.events.len().saturating_sub(failed)];
        let mut faults = access.faults().iter().enumerate().peekable();
        if !begins(events) {
            faults.by_ref().for_each(|fault| self.failed(fault));
            if fatal.is_none() {
                self.begin(access.va, 0);
            }
        }
        for (at, event) in events.iter().enumerate() {
            if let Event::Fragment { va, size } = event {
                let piece = va.raw()..=va.raw().saturating_add(u64::from(*size) - 1);
                let here = |(_, fault): &(usize, &FaultRecord)| {
                    fault
                        .wanted()
                        .is_some_and(|(at, _)| piece.contains(&at.raw()))
                };
                while let Some(fault) = faults.next_if(here) {
                    self.failed(fault);
                }
            }
            self.follow(*event, &events[at..]);
            if self.steps >= MOST {
                self.push(Kind::More, &[], Detail::Nothing);
                break;
            }
        }
        faults.for_each(|fault| self.failed(fault));
        if fatal.is_none() {
            self.end();
        }
    }

    /// Adds a failed attempt and the handler's messages.
    fn failed(&mut self, (number, fault): (usize, &FaultRecord)) {
        if self.steps >= MOST {
            return;
        }
        let (access, pieces) = (self.access, self.pieces);
        self.attempt = Attempt::First;
        if !begins(&fault.events) {
            self.begin(access.va, 0);
        }
        for (at, event) in fault.events.iter().enumerate() {
            self.follow(*event, &fault.events[at..]);
        }
        // The next attempt retries the same piece.
        self.pieces = pieces;
        if access.process.is_some() {
            for message in handler::of_fault(fault, number, false) {
                self.add(message);
            }
        }
        self.attempt = if fault.fatal() {
            Attempt::First
        } else {
            Attempt::Resolved
        };
    }

    fn follow(&mut self, event: Event, rest: &[Event]) {
        if walks(&event)
            && !self.asked
            && let Some(entry) = Fetched::first(rest)
        {
            self.asked = true;
            self.ask(entry);
        }
        self.see(event, rest);
    }

    fn see(&mut self, event: Event, rest: &[Event]) {
        let spec = &self.access.spec;
        match event {
            Event::Fragment { va, size } => self.begin(va, size),
            Event::TlbLookup { tlb, way, .. } => {
                self.lookups += 1;
                let kind = if self.lookups == 1 {
                    Kind::TlbLookup
                } else {
                    Kind::LowerTlbLookup
                };
                self.push(kind, &[tlb_name(spec, tlb)], Detail::Event(event));
                if way.is_some() {
                    self.push(
                        Kind::TlbAnswer,
                        &[tlb_name(spec, tlb)],
                        Detail::Frame(frame(rest)),
                    );
                }
            }
            Event::Pte { .. } => {
                self.asked = false;
                if let Some(entry) = Fetched::first(rest) {
                    self.answer(entry);
                }
            }
            Event::AccessedDirtySet { level, dirty, .. } => self.mark(level, dirty),
            Event::TlbFill { tlb, .. } => {
                self.push(Kind::TlbFill, &[tlb_name(spec, tlb)], Detail::Event(event));
            }
            Event::Translated { .. } => self.translated(event),
            Event::Faulted { fault } => {
                let kind = match fault {
                    Fault::NotPresent { .. } | Fault::Reserved { .. } => Kind::PageFault,
                    Fault::Protection { .. } => Kind::ProtectionFault,
                };
                self.push(kind, &[], Detail::Event(event));
                self.push(Kind::Control, &[], Detail::Event(event));
            }
            _ => self.see_memory(event),
        }
    }

    /// Handles events of the caches and of memory.
    fn see_memory(&mut self, event: Event) {
        let spec = &self.access.spec;
        match event {
            Event::CacheLookup {
                cache,
                way,
                purpose,
                ..
            } => {
                let name = cache_name(spec, cache);
                name.clone_into(&mut self.last);
                if way.is_some() {
                    name.clone_into(&mut self.source);
                    self.holder = self
                        .holder
                        .or(Some(cache))
                        .filter(|_| purpose == Purpose::Demand);
                }
                self.push(Kind::CacheLookup, &[name], Detail::Event(event));
            }
            Event::CacheFill { cache, purpose, .. } => {
                if purpose == Purpose::Demand {
                    self.holder = Some(cache);
                }
                let name = cache_name(spec, cache);
                if purpose == Purpose::Writeback {
                    self.push(Kind::WritebackFill, &[name], Detail::Event(event));
                } else {
                    let source = std::mem::replace(&mut self.source, name.to_owned());
                    self.push(Kind::CacheFill, &[&source, name], Detail::Event(event));
                }
            }
            Event::Memory { write: false, .. }
                if spec.caches.iter().any(|cache| *cache.name == *self.last) =>
            {
                let last = self.last.clone();
                self.push(Kind::BlockAddress, &[&last], Detail::Event(event));
            }
            Event::Memory { write: false, .. } => {}
            Event::Memory {
                purpose: Purpose::Demand,
                ..
            } => {
                self.stored = true;
                self.push(Kind::MemoryStore, &[], Detail::Event(event));
            }
            Event::Memory { .. } => self.push(Kind::Writeback, &[], Detail::Event(event)),
            Event::Snooped { .. } => self.push(Kind::Snoop, &[], Detail::Event(event)),
            Event::Bypassed { .. } => self.push(Kind::Bypass, &[], Detail::Event(event)),
            _ => {}
        }
    }

    /// Adds the message with which the CPU sends an address.
    fn begin(&mut self, va: Va, size: u32) {
        self.begin_asking();
        self.stored = false;
        self.holder = None;
        self.lookups = 0;
        self.attempt = if self.attempt == Attempt::Resolved {
            Attempt::Retry
        } else {
            Attempt::First
        };
        self.pieces += 1;
        let several = self.access.outcome.fragments > 1;
        let detail = Detail::Address {
            va,
            piece: several.then_some((self.pieces, size)),
        };
        if self.access.spec.mmu.is_some() {
            self.push(Kind::VirtualAddress, &[], detail);
        } else {
            let to = self.first_part();
            self.push(Kind::BareAddress, &[&to], detail);
        }
    }

    /// Returns the component that receives a physical address first.
    fn first_part(&self) -> String {
        let spec = &self.access.spec;
        let looked_up = |at: &usize| {
            let found = |event: &Event| matches!(event, Event::CacheLookup { cache, .. } if *cache as usize == *at);
            self.access.events.iter().any(found)
        };
        let first = spec
            .first_cache(self.access.kind)
            .filter(|_| self.access.uses_caches());
        let first = first.filter(|at| !self.on_paper || looked_up(at));
        first
            .map_or("memory", |first| cache_name(spec, first as u32))
            .to_owned()
    }

    fn translated(&mut self, event: Event) {
        // A store that faults in a later piece does not change memory.
        let refused = self.access.kind == AccessKind::Write && self.access.outcome.fault.is_some();
        if self.access.uses_caches() && !refused {
            self.begin_asking();
            let to = self.first_part();
            self.push(Kind::PhysicalAddress, &[&to], Detail::Event(event));
        } else {
            self.push(Kind::Translated, &[], Detail::Event(event));
        }
    }

    /// Adds the message in which the data arrives at the CPU, or with which a cache stores it.
    fn end(&mut self) {
        let access = self.access;
        if access.outcome.fault.is_some() {
            return;
        }
        match (access.verb, self.holder) {
            (AccessVerb::Write, Some(cache)) if !self.stored => {
                self.push(
                    Kind::CacheStore,
                    &[cache_name(&access.spec, cache)],
                    Detail::Cache(cache),
                );
            }
            (AccessVerb::Translate | AccessVerb::Write, _) => {}
            _ => {
                let from = self
                    .holder
                    .map_or("memory", |cache| cache_name(&access.spec, cache));
                self.push(Kind::Data, &[from], Detail::Nothing);
            }
        }
    }

    /// Adds the message in which the MMU requests an entry.
    fn ask(&mut self, entry: Fetched) {
        let Some(mmu) = &self.access.spec.mmu else {
            return;
        };
        let cached = mmu.walk_cached && entry.address.is_some();
        let first = self
            .access
            .spec
            .first_cache(AccessKind::Read)
            .filter(|_| cached);
        let to = first.map_or("memory", |first| {
            cache_name(&self.access.spec, first as u32)
        });
        let kind = if entry.leads_to_table() {
            Kind::TableAddress
        } else {
            Kind::PteAddress
        };
        self.push(kind, &[to], Detail::Entry(entry));
        self.begin_asking();
    }

    /// Adds the message in which the MMU receives an entry.
    fn answer(&mut self, entry: Fetched) {
        if self.access.spec.mmu.is_none() {
            return;
        }
        self.fetched.push(entry);
        let source = self.source.clone();
        let kind = if entry.leads_to_table() {
            Kind::TableEntry
        } else {
            Kind::Pte
        };
        self.push(kind, &[&source], Detail::Entry(entry));
    }

    /// Adds the message with which the walk sets A, D, or both.
    fn mark(&mut self, level: u32, dirty: bool) {
        let Some(mmu) = &self.access.spec.mmu else {
            return;
        };
        let raw = self
            .fetched
            .iter()
            .rev()
            .find(|entry| entry.level == level)
            .and_then(|entry| entry.value);
        let had_a = raw.is_some_and(|raw| {
            mmu.pte.bit_position(Bit::A).is_none() || mmu.pte.decode(raw).flags.has(Bit::A)
        });
        let bits = match (dirty, had_a) {
            (true, true) => "the dirty bit D",
            (true, false) => "the accessed bit A and the dirty bit D",
            (false, _) => "the accessed bit A",
        };
        let first = match self.marked {
            Some((first, same)) if same == bits && first < level => {
                self.messages.pop();
                self.steps -= 1;
                first
            }
            _ => level,
        };
        self.push(
            Kind::AccessedDirty,
            &[],
            Detail::Marked {
                first,
                last: level,
                bits,
            },
        );
        self.marked = Some((first, bits));
    }
}

/// Whether the first event marks the beginning of a piece.
fn begins(events: &[Event]) -> bool {
    matches!(events.first(), Some(Event::Fragment { .. }))
}

/// Returns the frame that the current attempt finds.
fn frame(events: &[Event]) -> Option<u64> {
    let attempt = events
        .iter()
        .take_while(|event| !matches!(event, Event::Fragment { .. } | Event::Faulted { .. }));
    attempt.into_iter().find_map(|event| match event {
        Event::Translated { ppn, .. } => Some(ppn.raw()),
        _ => None,
    })
}

/// Whether an event belongs to the fetch of a page-table entry.
fn walks(event: &Event) -> bool {
    matches!(
        event,
        Event::Pte { .. }
            | Event::Memory {
                purpose: Purpose::Walk,
                ..
            }
            | Event::CacheLookup {
                purpose: Purpose::Walk,
                ..
            }
            | Event::Bypassed {
                purpose: Purpose::Walk
            }
    )
}
