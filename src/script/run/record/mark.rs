//! Accesses as the figure of an address space marks them.

use pagewalk_engine::kernel::event::FaultClass;
use pagewalk_engine::machine::event::AccessKind;

use super::access::{Access, AccessVerb};

/// An access of a process, without its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AccessMark {
    /// The number of the access since the last figure, counted from 1.
    pub(crate) number: u64,
    pub(crate) verb: AccessVerb,
    pub(crate) kind: AccessKind,
    pub(crate) va: u64,
    /// Number of bytes. `translate` has none.
    pub(crate) bytes: u64,
    /// The result, or `None` on a paper, where students write the result.
    pub(crate) result: Option<MarkResult>,
}

/// The result of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MarkResult {
    /// The class of the first fault.
    pub(crate) fault: Option<FaultClass>,
    /// The fault that ended the access.
    pub(crate) killed: Option<FaultClass>,
}

impl MarkResult {
    /// Returns the result in words. An access that continues into a second page can have two faults, and a fatal
    /// fault decides the result.
    pub(crate) fn words(self) -> String {
        match self.killed.or(self.fault) {
            None => "no fault".to_owned(),
            Some(FaultClass::Segmentation) => "segmentation fault".to_owned(),
            Some(FaultClass::Protection) => "protection exception".to_owned(),
            Some(FaultClass::Bus) => "bus error".to_owned(),
            Some(class) => format!("normal page fault ({})", class.name()),
        }
    }
}

impl AccessMark {
    /// Describes an access, which gets its number later.
    pub(crate) fn of_access(access: &Access) -> Self {
        let fault = access.faults().first().and_then(super::FaultRecord::class);
        let killed = access.process.as_ref().and_then(|process| process.killed);
        Self {
            number: 0,
            verb: access.verb,
            kind: access.kind,
            va: access.va.raw(),
            bytes: access.data.len() as u64,
            result: Some(MarkResult { fault, killed }),
        }
    }
}

/// The accesses that a figure marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AccessMarks {
    /// Number of earlier accesses since the last figure, which the figure omits.
    pub(crate) earlier: u64,
    /// The marks, in order of the accesses.
    pub(crate) marks: Vec<AccessMark>,
}
