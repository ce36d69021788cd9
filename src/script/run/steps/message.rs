//! Messages: the steps as the CPU, the MMU, the TLBs, the caches, memory, and the kernel exchange them.

use super::handling::{Handling, HandlingEnd};
use super::kind::{End, MessageKind, MessageRow};
use super::step::{Ending, Part, Source, Step, What};
use crate::run::record::{Access, MessageLevel};
use pagewalk_engine::kernel::event::{BackingStore, KernelStep};
use pagewalk_engine::machine::event::{AccessKind, Event, Fault, PteKind, Purpose};
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::spec::Spec;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: MessageKind,
    pub(crate) from: Part,
    /// The receiver, or `None` if the sender acts alone.
    pub(crate) to: Option<Part>,
    /// The step that sends the message, as an index.
    pub(crate) step: usize,
    /// The first of several steps that send the message together, and otherwise the step.
    pub(crate) first: usize,
    /// Whether the message belongs to the retry after a page fault that the kernel resolved.
    pub(crate) retry: bool,
}

impl Message {
    pub(crate) fn row(&self) -> &'static MessageRow {
        self.kind.row()
    }
}

/// Returns the messages of a level, with the receivers that the level shows. The lecture ends with the return from a
/// fault: CS:APP's figure 9.13 (b) ends there, because the retried instruction repeats figure 9.13 (a).
pub(crate) fn messages(
    source: Source<'_>,
    steps: &[Step],
    level: MessageLevel,
    on_paper: bool,
) -> Vec<Message> {
    let mut sequence = Sequence {
        source,
        steps,
        on_paper,
        at: 0,
        messages: Vec::new(),
        shown: 0,
        requested: false,
        lookups: 0,
        answering: Part::Memory,
        asking: Part::Mmu,
    };
    sequence.run();
    let mut messages = sequence.messages;
    if level == MessageLevel::Lecture {
        messages.retain(|message| message.row().lecture && !message.retry);
        for message in &mut messages {
            message.to = message.row().lecture_to.or(message.to);
        }
    }
    messages
}

/// Returns the accessed and the dirty bit, if the walk sets them in this step.
pub(crate) fn marked(spec: &Spec, event: Event) -> (bool, bool) {
    let Event::AccessedDirtySet {
        dirty,
        before,
        after,
        ..
    } = event
    else {
        return (false, false);
    };
    let accessed = |raw| {
        let bit = spec.mmu.as_ref()?.pte.bit_position(Bit::A)?;
        Some(raw >> bit & 1 == 1)
    };
    (accessed(before) != accessed(after), dirty)
}

/// Maximum number of numbered messages of an access.
const MOST: usize = 200;

/// The messages so far, with the state for the next messages.
struct Sequence<'a> {
    source: Source<'a>,
    steps: &'a [Step],
    /// Whether the messages are for a paper. On a paper, the first cache receives an address only if the access looked
    /// up that cache.
    on_paper: bool,
    at: usize,
    messages: Vec<Message>,
    shown: usize,
    /// Whether the walk has requested an entry but not received it.
    requested: bool,
    /// Number of TLBs that the current attempt has looked up.
    lookups: u32,
    /// The component that answers the current request.
    answering: Part,
    /// The component that the request has reached.
    asking: Part,
}

impl Sequence<'_> {
    /// Adds a message. `components` are the ends that depend on the access, the sender first.
    fn push(&mut self, kind: MessageKind, components: &[Part]) {
        let step = &self.steps[self.at];
        let mut components = components.iter().copied();
        let mut part = |end: End| match end {
            End::Named(part) => Some(part),
            End::Component => components.next(),
            End::Alone => None,
        };
        let row = kind.row();
        let from = part(row.from).unwrap_or(Part::Omitted);
        self.shown += usize::from(row.is_step);
        self.messages.push(Message {
            kind,
            from,
            to: part(row.to),
            step: self.at,
            first: self.at,
            retry: step.fault.is_none() && step.attempt > 0,
        });
    }

    fn run(&mut self) {
        let is_access = matches!(self.source, Source::Access(_));
        let (mut fault, mut cut) = (None, false);
        for (at, step) in self.steps.iter().enumerate() {
            let ends = matches!(step.what, What::End(_));
            let full = is_access && self.shown >= MOST;
            // A list is not cut within a failed attempt, but begins no other one after the last message.
            let omits = cut || full && step.fault.is_some() && step.fault != fault;
            if omits && !ends {
                continue;
            }
            (self.at, fault) = (at, step.fault);
            self.step(step.what);
            self.end_of_fault();
            if is_access && self.shown >= MOST && fault.is_none() && !ends {
                self.push(MessageKind::More, &[]);
                cut = true;
            }
        }
    }

    fn step(&mut self, what: What) {
        match (what, self.source) {
            (What::Machine(event), Source::Access(access)) => {
                self.request(event);
                self.event(access, event);
            }
            (What::Begin(_), Source::Access(access)) => self.begin(access),
            (What::Kernel(step), _) => self.kernel(step),
            (What::Called, _) => self.push(MessageKind::SystemCall, &[]),
            (What::Replied, _) => self.push(MessageKind::Reply, &[]),
            (What::End(Ending::Data { from }), _) => self.push(MessageKind::Data, &[from]),
            (What::End(Ending::Stored { place }), _) if place != Part::Memory => {
                self.push(MessageKind::CacheStore, &[place]);
            }
            // On bare hardware, the access ends where a kernel's handler would begin.
            (What::End(Ending::Refused(_)), Source::Access(access)) if access.process.is_none() => {
                self.push(MessageKind::Control, &[]);
            }
            _ => {}
        }
    }

    /// Adds the return from a fault that only a stale TLB entry caused.
    fn end_of_fault(&mut self) {
        let Some(fault) = self.steps[self.at].fault else {
            return;
        };
        let next = self.steps.get(self.at + 1).and_then(|next| next.fault);
        let record = self.source.faults().get(fault as usize);
        if next != Some(fault)
            && record.is_some_and(|record| Handling::of(record).end == HandlingEnd::Stale)
        {
            self.push(MessageKind::StaleEntry, &[]);
        }
    }

    /// Adds the message with which the CPU sends an address.
    fn begin(&mut self, access: &Access) {
        self.start_request();
        self.lookups = 0;
        if access.spec.mmu.is_some() {
            self.push(MessageKind::VirtualAddress, &[]);
        } else {
            self.push(MessageKind::BareAddress, &[self.first_part(access)]);
        }
    }

    /// Begins a request of the MMU, which memory answers unless a cache holds the block.
    fn start_request(&mut self) {
        (self.answering, self.asking) = (Part::Memory, Part::Mmu);
    }

    /// Returns the component that receives a physical address first.
    fn first_part(&self, access: &Access) -> Part {
        let spec = &access.spec;
        let first = spec.first_cache(access.kind).map(|cache| cache as u32);
        let is_lookup = |event: &Event| matches!(event, Event::CacheLookup { cache, .. } if Some(*cache) == first);
        let looked_up = || access.events.iter().any(is_lookup);
        first
            .filter(|_| access.uses_caches() && (!self.on_paper || looked_up()))
            .map_or(Part::Memory, Part::Cache)
    }

    /// Adds the message with which the MMU requests an entry, if the event begins the fetch of one.
    fn request(&mut self, event: Event) {
        let is_walk = match event {
            Event::Pte { .. } => true,
            Event::Memory { purpose, .. }
            | Event::CacheLookup { purpose, .. }
            | Event::Bypassed { purpose } => purpose == Purpose::Walk,
            _ => false,
        };
        let fetched = |step: &Step| match step.what {
            What::Machine(Event::Pte { address, found, .. }) => Some((address, found)),
            _ => None,
        };
        if !is_walk || self.requested {
            return;
        }
        let Some((address, found)) = self.steps[self.at..].iter().find_map(fetched) else {
            return;
        };
        let spec = self.source.spec();
        let cached = address.is_some() && spec.mmu.as_ref().is_some_and(|mmu| mmu.walk_cached);
        let first = spec.first_cache(AccessKind::Read).filter(|_| cached);
        let to = first.map_or(Part::Memory, |cache| Part::Cache(cache as u32));
        self.requested = true;
        self.push(
            if found == PteKind::Table {
                MessageKind::TableAddress
            } else {
                MessageKind::PteAddress
            },
            &[to],
        );
        self.start_request();
    }

    fn event(&mut self, access: &Access, event: Event) {
        match event {
            Event::Fragment { .. } => self.begin(access),
            Event::TlbLookup { tlb, way, .. } => {
                self.lookups += 1;
                let kind = if self.lookups == 1 {
                    MessageKind::TlbLookup
                } else {
                    MessageKind::LowerTlbLookup
                };
                self.push(kind, &[Part::Tlb(tlb)]);
                if way.is_some() {
                    self.push(MessageKind::TlbAnswer, &[Part::Tlb(tlb)]);
                }
            }
            Event::Pte { found, .. } => {
                self.requested = false;
                let kind = if found == PteKind::Table {
                    MessageKind::TableEntry
                } else {
                    MessageKind::Pte
                };
                self.push(kind, &[self.answering]);
            }
            Event::AccessedDirtySet { level, .. } => self.mark(event, level),
            Event::TlbFill { tlb, .. } => self.push(MessageKind::TlbFill, &[Part::Tlb(tlb)]),
            Event::TlbInvalidated { .. } => {}
            Event::Translated { .. } => self.translated(access),
            Event::Faulted {
                fault: Fault::Protection { .. },
            } => self.push(MessageKind::ProtectionFault, &[]),
            Event::Faulted { .. } => self.push(MessageKind::PageFault, &[]),
            Event::CacheLookup { cache, way, .. } => {
                self.asking = Part::Cache(cache);
                if way.is_some() {
                    self.answering = self.asking;
                }
                self.push(MessageKind::CacheLookup, &[self.asking]);
            }
            Event::CacheFill { cache, purpose, .. } => {
                let cache = Part::Cache(cache);
                if purpose == Purpose::Writeback {
                    self.push(MessageKind::WritebackFill, &[cache]);
                } else {
                    let from = std::mem::replace(&mut self.answering, cache);
                    self.push(MessageKind::CacheFill, &[from, cache]);
                }
            }
            Event::Memory { write: false, .. } => {
                if let Part::Cache(_) = self.asking {
                    self.push(MessageKind::BlockAddress, &[self.asking]);
                }
            }
            Event::Memory {
                purpose: Purpose::Demand,
                ..
            } => self.push(MessageKind::MemoryStore, &[]),
            Event::Memory { .. } => self.push(MessageKind::Writeback, &[]),
            Event::Snooped { .. } => self.push(MessageKind::Snoop, &[]),
            Event::Bypassed { .. } => self.push(MessageKind::Bypass, &[]),
        }
    }

    fn translated(&mut self, access: &Access) {
        // A store that faults in a later piece does not change memory.
        let refused = access.kind == AccessKind::Write && access.outcome.fault.is_some();
        if access.uses_caches() && !refused {
            self.start_request();
            self.push(MessageKind::PhysicalAddress, &[self.first_part(access)]);
        } else {
            self.push(MessageKind::Translated, &[]);
        }
    }

    /// Adds the message with which the walk sets A, D, or both, or extends it if the walk sets the same bits in the
    /// entry above.
    fn mark(&mut self, event: Event, level: u32) {
        let spec = self.source.spec();
        if let Some(message) = self.messages.last_mut()
            && let What::Machine(above) = self.steps[message.step].what
            && matches!(above, Event::AccessedDirtySet { level: above, .. } if above < level)
            && marked(spec, above) == marked(spec, event)
        {
            message.step = self.at;
        } else {
            self.push(MessageKind::AccessedDirty, &[]);
        }
    }

    fn kernel(&mut self, step: KernelStep) {
        let during_call = matches!(self.source, Source::Call(_));
        let kind = match step {
            KernelStep::Fault { .. } if during_call => MessageKind::KernelFault,
            KernelStep::Fault { .. } if matches!(self.source, Source::Access(_)) => {
                MessageKind::Control
            }
            KernelStep::Area { .. } => MessageKind::Area,
            KernelStep::StackGrew { .. } => MessageKind::StackGrowth,
            KernelStep::Table { .. } => MessageKind::PageTable,
            KernelStep::FrameAllocated { .. } => MessageKind::FreeFrame,
            KernelStep::Evicted { to: Some(_), .. } => MessageKind::DirtyVictim,
            KernelStep::Evicted { to: None, .. } => MessageKind::CleanVictim,
            KernelStep::Zeroed { .. } => MessageKind::Zeros,
            KernelStep::Filled {
                from: BackingStore::PageCache { .. },
                ..
            } => MessageKind::PageFromCache,
            KernelStep::Filled { .. } => MessageKind::PageFromDisk,
            KernelStep::Shared { .. } => MessageKind::SharedFrame,
            KernelStep::Copied { from: Some(_), .. } => MessageKind::Copy,
            KernelStep::Copied { from: None, .. } => MessageKind::FreshCopy,
            KernelStep::Reused { .. } => MessageKind::Reuse,
            KernelStep::Mapped { .. } => MessageKind::PteUpdate,
            KernelStep::MappedAround { .. } => MessageKind::FaultAround,
            KernelStep::Resolved { .. } if during_call => MessageKind::ReturnToKernel,
            KernelStep::Resolved { .. } => MessageKind::Return,
            KernelStep::Killed { .. } if during_call => MessageKind::Unresolved,
            KernelStep::Killed { .. } => MessageKind::Signal,
            // The messages of an eviction and of a page that is loaded include the disk.
            KernelStep::Fault { .. }
            | KernelStep::EntryWritten { .. }
            | KernelStep::DiskRead { .. }
            | KernelStep::DiskWritten { .. } => return,
        };
        self.push(kind, &[]);
        if let KernelStep::Evicted { entries, tlb, .. } = step {
            if entries > 0 {
                self.push(MessageKind::VictimPte, &[]);
            }
            if entries > 0 && tlb {
                self.push(MessageKind::VictimTlbEntry, &[]);
            }
        }
    }
}
