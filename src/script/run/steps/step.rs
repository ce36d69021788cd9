//! The steps of an access, a system call, or an action of the kernel, in order.

use crate::run::record::{Access, AccessVerb, ActionRecord, CallRecord, Did, FaultRecord};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{Event, Fault, Purpose};
use pagewalk_engine::machine::spec::Spec;
use std::sync::Arc;

/// A step, with its place in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) core: u32,
    /// The piece of the access, counted from 0. A piece lies within one page and one block.
    pub(crate) piece: u32,
    /// The attempt at the piece, counted from 0.
    pub(crate) attempt: u32,
    /// The fault that ended the attempt or that the kernel handles, counted from 0.
    pub(crate) fault: Option<u32>,
    pub(crate) what: What,
}

/// What happens in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A step of the hardware.
    Machine(Event),
    /// A step of the kernel.
    Kernel(KernelStep),
    /// An attempt at a translation begins. The hardware reports the beginning of other accesses itself.
    Begin(Va),
    /// The access ends.
    End(Ending),
    /// A process makes a system call.
    Called,
    /// The system call returns.
    Replied,
}

/// The end of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The CPU receives the data.
    Data {
        /// The component that holds the data.
        from: Part,
    },
    /// The data are in a cache or in memory.
    Stored {
        /// The cache or memory.
        place: Part,
    },
    /// The hardware or the kernel refuses the access.
    Refused(Fault),
    /// The access has no data.
    Nothing,
}

/// A component, or a program that sends or receives messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Cpu,
    Mmu,
    /// A TLB, by its index in the machine.
    Tlb(u32),
    /// All TLBs that hold a page.
    Tlbs,
    /// A cache, by its index in the machine.
    Cache(u32),
    /// The caches of other cores.
    OtherCaches,
    /// Main memory.
    Memory,
    Disk,
    /// The kernel's page cache.
    PageCache,
    /// The page-fault handler.
    Handler,
    /// The kernel, during a system call.
    Kernel,
    Process,
    /// The parts that a shortened list omits.
    Omitted,
}

/// A record that consists of steps.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    Access(&'a Access),
    Call(&'a CallRecord),
    Action(&'a ActionRecord),
}

impl<'a> Source<'a> {
    /// Returns the source of a statement's steps, or `None` if the statement has no steps.
    pub(crate) fn of(did: &'a Did) -> Option<Self> {
        match did {
            Did::Access(access) => Some(Self::Access(access)),
            Did::Action(action) => Some(Self::Action(action)),
            did => did.call().map(Self::Call),
        }
    }

    pub(crate) fn spec(self) -> &'a Arc<Spec> {
        match self {
            Self::Access(access) => &access.spec,
            Self::Call(call) => &call.spec,
            Self::Action(action) => &action.spec,
        }
    }

    /// Returns the faults, to which [`Step::fault`] refers.
    pub(crate) fn faults(self) -> &'a [FaultRecord] {
        match self {
            Self::Access(access) => access.faults(),
            Self::Call(call) => &call.faults,
            Self::Action(_) => &[],
        }
    }
}

/// Returns the steps of a record: for each piece of an access, the failed attempts with the handler's steps, and then
/// the completed attempt. Each event occurs once, although the record of an access contains the events of a fatal
/// attempt twice.
pub(crate) fn steps_of(source: Source<'_>) -> Vec<Step> {
    let core = match source {
        Source::Access(access) => access.core,
        Source::Call(call) => call.core,
        Source::Action(_) => 0,
    };
    let mut steps = Steps {
        core,
        pieces: 0,
        attempt: 0,
        fault: None,
        found: Vec::new(),
    };
    match source {
        Source::Access(access) => steps.access(access),
        Source::Call(call) => {
            steps.push(What::Called);
            for (number, fault) in (0..).zip(&call.faults) {
                steps.fault = Some(number);
                steps.kernel(&fault.steps);
            }
            steps.fault = None;
            steps.kernel(&call.steps);
            steps.push(What::Replied);
        }
        Source::Action(action) => steps.kernel(&action.steps),
    }
    steps.found
}

/// Steps under construction.
struct Steps {
    core: u32,
    /// Number of pieces that have begun.
    pieces: u32,
    attempt: u32,
    fault: Option<u32>,
    found: Vec<Step>,
}

impl Steps {
    fn push(&mut self, what: What) {
        if let What::Machine(Event::Fragment { .. }) | What::Begin(_) = what {
            self.pieces += 1;
        }
        self.found.push(Step {
            core: self.core,
            piece: self.pieces.saturating_sub(1),
            attempt: self.attempt,
            fault: self.fault,
            what,
        });
    }

    fn machine(&mut self, events: &[Event]) {
        for event in events {
            self.push(What::Machine(*event));
        }
    }

    fn kernel(&mut self, steps: &[KernelStep]) {
        for step in steps {
            self.push(What::Kernel(*step));
        }
    }

    fn access(&mut self, access: &Access) {
        let fatal = access.faults().last().filter(|fault| fault.fatal());
        let copied = fatal.map_or(0, |fault| fault.events.len());
        let events = &access.events[..access.events.len().saturating_sub(copied)];
        // The switch to the process may have invalidated TLB entries.
        let is_earlier = |event: &&Event| matches!(event, Event::TlbInvalidated { .. });
        let (earlier, events) = events.split_at(events.iter().take_while(is_earlier).count());
        self.machine(earlier);
        let mut faults = (0..).zip(access.faults()).peekable();
        if !begins(events) {
            faults.by_ref().for_each(|fault| self.failed(access, fault));
            if fatal.is_none() {
                self.push(What::Begin(access.va));
            }
        }
        for event in events {
            if let Event::Fragment { va, size } = event {
                let piece = va.raw()..=va.raw().saturating_add(u64::from(*size) - 1);
                let here = |(_, fault): &(u32, &FaultRecord)| {
                    fault
                        .wanted()
                        .is_some_and(|(at, _)| piece.contains(&at.raw()))
                };
                self.attempt = 0;
                while let Some(fault) = faults.next_if(here) {
                    self.failed(access, fault);
                }
            }
            self.push(What::Machine(*event));
        }
        // The other faults are at a piece that no attempt completed.
        if faults.peek().is_some() {
            self.attempt = 0;
        }
        faults.for_each(|fault| self.failed(access, fault));
        self.push(What::End(self.ending(access)));
    }

    /// Adds a failed attempt and the handler's steps.
    fn failed(&mut self, access: &Access, (number, fault): (u32, &FaultRecord)) {
        let pieces = self.pieces;
        self.fault = Some(number);
        if !begins(&fault.events) {
            self.push(What::Begin(access.va));
        }
        self.machine(&fault.events);
        self.kernel(&fault.steps);
        self.fault = None;
        self.attempt += 1;
        if !fault.fatal() {
            // The next attempt is at the same piece.
            self.pieces = pieces;
        }
    }

    fn ending(&self, access: &Access) -> Ending {
        if let Some(fault) = access.outcome.fault {
            return Ending::Refused(fault);
        }
        let begins = |step: &Step| {
            matches!(
                step.what,
                What::Machine(Event::Fragment { .. }) | What::Begin(_)
            )
        };
        let begin = self.found.iter().rposition(begins).unwrap_or(0);
        let (mut holder, mut stored) = (None, false);
        for step in &self.found[begin..] {
            match step.what {
                What::Machine(Event::CacheLookup {
                    cache,
                    way: Some(_),
                    purpose: Purpose::Demand,
                    ..
                }) => {
                    holder.get_or_insert(Part::Cache(cache));
                }
                What::Machine(Event::CacheFill {
                    cache,
                    purpose: Purpose::Demand,
                    ..
                }) => holder = Some(Part::Cache(cache)),
                What::Machine(Event::Memory {
                    write: true,
                    purpose: Purpose::Demand,
                    ..
                }) => stored = true,
                _ => {}
            }
        }
        match access.verb {
            AccessVerb::Translate => Ending::Nothing,
            AccessVerb::Write if stored => Ending::Stored {
                place: Part::Memory,
            },
            AccessVerb::Write => holder.map_or(Ending::Nothing, |place| Ending::Stored { place }),
            AccessVerb::Read | AccessVerb::Fetch => Ending::Data {
                from: holder.unwrap_or(Part::Memory),
            },
        }
    }
}

/// Whether these events begin with a piece. The events of a translation contain no pieces.
fn begins(events: &[Event]) -> bool {
    matches!(events.first(), Some(Event::Fragment { .. }))
}
