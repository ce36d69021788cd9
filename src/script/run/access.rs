//! An access as it was made.

use std::sync::Arc;

use pagewalk_engine::machine::AccessOutcome;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Event, Privilege};
use pagewalk_engine::machine::spec::Spec;

use pagewalk_engine::kernel::event::FaultClass;

use super::process::{Legend, ProcessRef};
use super::recorder::FaultRecord;

/// Which statement made an access.
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

/// An access: what was asked, every event, what came of it.
#[derive(Debug, Clone)]
pub struct Access {
    /// The machine it ran on.
    pub(crate) spec: Arc<Spec>,
    /// The core it ran on.
    pub(crate) core: u32,
    pub(crate) verb: AccessVerb,
    pub(crate) probe: bool,
    /// What it was for.
    pub(crate) kind: AccessKind,
    pub(crate) mode: Privilege,
    /// The virtual address; the physical one on a machine without an MMU.
    pub va: Va,
    /// Bytes read or written, in address order.
    pub(crate) data: Vec<Option<u8>>,
    /// What came of it.
    pub(crate) outcome: AccessOutcome,
    /// Everything that the hardware did. In a process, what it did for the pieces that were done, and for one that could not
    /// be done; an attempt that was done again stands in its fault.
    pub(crate) events: Vec<Event>,
    /// The process that made it; none on bare hardware.
    pub(crate) process: Option<Box<InProcess>>,
}

/// What an access of a process has beyond the hardware's.
#[derive(Debug, Clone)]
pub struct InProcess {
    pub(crate) process: ProcessRef,
    /// Its faults, in order: resolved ones, and one that could not be.
    pub(crate) faults: Vec<FaultRecord>,
    /// The fault that ended it.
    pub(crate) killed: Option<FaultClass>,
    /// The names that the steps need.
    pub(crate) legend: Legend,
}

impl Access {
    /// The events of the first piece, which the facts speak of.
    pub(crate) fn first_piece(&self) -> &[Event] {
        let is_piece = |event: &Event| matches!(event, Event::Fragment { .. });
        let next = self.events.iter().skip(1).position(is_piece).map_or(self.events.len(), |at| at + 1);
        &self.events[..next]
    }

    /// Its faults that the kernel answered, in order; none on bare hardware.
    pub(crate) fn faults(&self) -> &[FaultRecord] {
        self.process.as_ref().map_or(&[], |process| &process.faults)
    }

    /// The data side of the caches is used.
    pub(crate) fn uses_caches(&self) -> bool {
        self.verb != AccessVerb::Translate
    }
}
