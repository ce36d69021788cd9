//! The record of a memory access.

use std::sync::Arc;

use pagewalk_engine::machine::AccessOutcome;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Event, Privilege};
use pagewalk_engine::machine::spec::Spec;

use pagewalk_engine::kernel::event::FaultClass;

use super::fault::FaultRecord;
use super::process::{Legend, ProcessRef};

/// The statement that made an access.
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
    /// The machine it ran on.
    pub(crate) spec: Arc<Spec>,
    /// The core it ran on.
    pub(crate) core: u32,
    pub(crate) verb: AccessVerb,
    pub(crate) probe: bool,
    pub(crate) kind: AccessKind,
    pub(crate) mode: Privilege,
    /// The virtual address; the physical one on a machine without an MMU.
    pub va: Va,
    /// Bytes read or written, in address order.
    pub(crate) data: Vec<Option<u8>>,
    /// The block of the first byte that was read in the first cache, after the access; none if it is not there.
    pub(crate) block: Option<CachedBlock>,
    pub(crate) outcome: AccessOutcome,
    /// All hardware events. In a process, the events of the pieces that completed and of one that could not complete; the
    /// events of a retried attempt are in its [`FaultRecord`].
    pub(crate) events: Vec<Event>,
    /// The process that made it; none on bare hardware.
    pub(crate) process: Option<Box<InProcess>>,
}

#[derive(Debug, Clone)]
pub(crate) struct CachedBlock {
    /// The way of its set.
    pub(crate) way: u32,
    /// Its bytes; empty if they are too many to print.
    pub(crate) bytes: Vec<Option<u8>>,
}

/// The process's part of an access.
#[derive(Debug, Clone)]
pub struct InProcess {
    pub(crate) process: ProcessRef,
    /// Its faults, in order: resolved ones, then perhaps a fatal one.
    pub(crate) faults: Vec<FaultRecord>,
    /// The fault that ended it.
    pub(crate) killed: Option<FaultClass>,
    /// The names that the steps need.
    pub(crate) legend: Legend,
}

impl Access {
    /// The events of the first piece, which the facts describe.
    pub(crate) fn first_piece(&self) -> &[Event] {
        let is_piece = |event: &Event| matches!(event, Event::Fragment { .. });
        let next = self.events.iter().skip(1).position(is_piece).map_or(self.events.len(), |at| at + 1);
        &self.events[..next]
    }

    /// The address of the piece that was accessed last: the one that faulted, if any did.
    pub(crate) fn last_piece(&self) -> u64 {
        let pieces = self.events.iter().rev().find_map(|event| match event {
            Event::Fragment { va, .. } => Some(va.raw()),
            _ => None,
        });
        pieces.unwrap_or(self.va.raw())
    }

    /// The faults that the kernel handled, in order; empty on bare hardware.
    pub(crate) fn faults(&self) -> &[FaultRecord] {
        self.process.as_ref().map_or(&[], |process| &process.faults)
    }

    /// Whether it uses the caches for its data.
    pub(crate) fn uses_caches(&self) -> bool {
        self.verb != AccessVerb::Translate
    }
}
