//! The record of a memory access.

use std::sync::Arc;

use crate::run::steps::{Looked, Walk};
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Event, Privilege};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::machine::{AccessOutcome, Machine};

use pagewalk_engine::kernel::event::FaultClass;

use super::fault::FaultRecord;
use super::process::{Legend, ProcessRef};
use crate::lang::value::Value;

/// The kind of statement that made an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessVerb {
    /// `translate`
    Translate,
    /// `read`
    Read,
    /// `write`
    Write,
    /// `fetch`
    Fetch,
}

/// An access: the request, its events, and its outcome.
#[derive(Debug, Clone)]
pub struct Access {
    /// The machine that performed the access.
    pub(crate) spec: Arc<Spec>,
    /// The core that performed the access.
    pub(crate) core: u32,
    pub(crate) verb: AccessVerb,
    pub(crate) probe: bool,
    pub(crate) kind: AccessKind,
    pub(crate) mode: Privilege,
    /// The virtual address, or the physical address on a machine without an MMU.
    pub va: Va,
    /// Whether the statement contains the address as a number, so that reports need not repeat it.
    pub(crate) literal: bool,
    /// The value that a `write` stores, before its conversion to bytes.
    pub(crate) stored: Option<Value>,
    /// Bytes read or written, in address order.
    pub(crate) data: Vec<Option<u8>>,
    /// The first cache's block that contains the first byte read, or `None` if the cache lacks the block
    /// after the access.
    pub(crate) block: Option<CachedBlock>,
    pub(crate) outcome: AccessOutcome,
    /// A page walk after the access, if a TLB entry decided the translation. Accesses in loops have it only if they faulted.
    pub(crate) walk: Option<Box<Walk>>,
    /// All hardware events. For an access by a process, the list contains the events of the completed parts of
    /// the access and of an attempt that ended in a fatal fault. The events of a retried attempt are in its
    /// [`FaultRecord`].
    pub(crate) events: Vec<Event>,
    /// The sets that the first and the last piece in `events` looked up, or an empty list if the run did not copy
    /// them.
    pub(crate) looked: Vec<Looked>,
    /// The process that made the access, or `None` on bare hardware.
    pub(crate) process: Option<Box<InProcess>>,
}

#[derive(Debug, Clone)]
pub(crate) struct CachedBlock {
    /// The way that contains the block.
    pub(crate) way: u32,
    /// The block's bytes, or an empty list if the block is too large to print.
    pub(crate) bytes: Vec<Option<u8>>,
}

/// The process's part of an access.
#[derive(Debug, Clone)]
pub struct InProcess {
    pub(crate) process: ProcessRef,
    /// The faults of the access, in order. The last fault may be fatal.
    pub(crate) faults: Vec<FaultRecord>,
    /// The fault that ended the access.
    pub(crate) killed: Option<FaultClass>,
    /// The names that the steps mention.
    pub(crate) legend: Legend,
}

impl Access {
    /// Returns the events of the first piece, which the facts describe.
    pub(crate) fn first_piece(&self) -> &[Event] {
        let is_piece = |event: &Event| matches!(event, Event::Fragment { .. });
        let next = self
            .events
            .iter()
            .skip(1)
            .position(is_piece)
            .map_or(self.events.len(), |at| at + 1);
        &self.events[..next]
    }

    /// Returns the address of the last piece of the access. If the access faulted, this piece is the faulting
    /// one.
    pub(crate) fn last_piece(&self) -> u64 {
        let pieces = self.events.iter().rev().find_map(|event| match event {
            Event::Fragment { va, .. } => Some(va.raw()),
            _ => None,
        });
        pieces.unwrap_or(self.va.raw())
    }

    /// Returns the events of the last piece.
    pub(crate) fn last_events(&self) -> &[Event] {
        let is_piece = |event: &Event| matches!(event, Event::Fragment { .. });
        &self.events[self.events.iter().rposition(is_piece).unwrap_or(0)..]
    }

    /// Returns the address whose translation the fact `fault` describes: that of the faulting piece, or else of the
    /// first piece.
    pub(crate) fn decided_va(&self) -> u64 {
        if self.outcome.fault.is_some() {
            self.last_piece()
        } else {
            self.va.raw()
        }
    }

    /// Returns the lookup that hit the TLB entry that decided the translation: the TLB, the set, and the way. Returns
    /// `None` if a page walk decided the translation.
    pub(crate) fn deciding_tlb(&self) -> Option<(usize, u64, u32)> {
        tlb_hit(if self.outcome.fault.is_some() {
            self.last_events()
        } else {
            self.first_piece()
        })
    }

    /// Records a page walk on the machine after the access, if a TLB entry decided the translation.
    pub(crate) fn record_walk(&mut self, machine: &Machine) {
        let Ok(va) = machine.va(self.decided_va()) else {
            return;
        };
        if self.deciding_tlb().is_some() {
            self.walk = Some(Box::new(Walk::of_machine(
                machine, va, self.kind, self.mode,
            )));
        }
    }

    /// Returns the faults that the kernel handled, in order, or an empty slice on bare hardware.
    pub(crate) fn faults(&self) -> &[FaultRecord] {
        self.process.as_ref().map_or(&[], |process| &process.faults)
    }

    /// Returns the string that a `write` stores, in script notation.
    pub(crate) fn stored_string(&self) -> Option<String> {
        let stored = self.stored.as_ref()?;
        stored.bytes().map(|_| stored.quoted())
    }

    /// Whether the access uses the caches for its data.
    pub(crate) fn uses_caches(&self) -> bool {
        self.verb != AccessVerb::Translate
    }

    /// Returns the operation as a script writes it.
    pub(crate) fn operation(&self) -> String {
        let verb = match self.verb {
            AccessVerb::Translate => "translate",
            AccessVerb::Read => "read",
            AccessVerb::Write => "write",
            AccessVerb::Fetch => "fetch",
        };
        let digits = self.spec.virtual_bits().div_ceil(4) as usize;
        let stored = match (self.verb, self.data.as_slice()) {
            (AccessVerb::Write, [Some(byte)]) => format!(" = 0x{byte:02X}"),
            (AccessVerb::Write, bytes) => format!(" size {}", bytes.len()),
            _ => String::new(),
        };
        format!("{verb} 0x{:0digits$X}{stored}", self.va.raw())
    }
}

/// Returns the first lookup that hit a TLB in an attempt: the TLB, the set, and the way.
pub(crate) fn tlb_hit(attempt: &[Event]) -> Option<(usize, u64, u32)> {
    attempt.iter().find_map(|event| match event {
        Event::TlbLookup {
            tlb,
            set,
            way: Some(way),
            ..
        } => Some((*tlb as usize, set.raw(), *way)),
        _ => None,
    })
}
