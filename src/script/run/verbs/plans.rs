//! Plans that the verbs prepare by evaluating and checking commands, without executing them.

use std::sync::Arc;

use crate::lang::ast::Word;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::record::{AccessVerb, AddressMap, RequestedCount};
use crate::run::trace_file::TraceFile;
use pagewalk_engine::kernel::file::{Executable, Fill};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::spawn::AreaDeclaration;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::trace::replay::Straddle;

#[derive(Debug, Clone)]
pub(crate) struct AccessPlan {
    pub(crate) verb: AccessVerb,
    pub(crate) kind: AccessKind,
    pub(crate) mode: Privilege,
    pub(crate) va: Va,
    /// See [`Access::literal`](crate::run::record::Access::literal).
    pub(crate) literal: bool,
    /// The value to store.
    pub(crate) stored: Option<Value>,
    /// The bytes to store. A load has one unknown byte for each byte to read.
    pub(crate) data: Vec<Option<u8>>,
    /// The process that makes the access, or `None` on bare hardware.
    pub(crate) pid: Option<Pid>,
    pub(crate) place: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct ReplayPlan {
    pub(crate) file: TraceFile,
    /// The treatment of references that straddle blocks or pages.
    pub(crate) straddle: Straddle,
    /// The mapping of the trace's addresses to physical addresses.
    pub(crate) map: AddressMap,
    /// The requested counts.
    pub(crate) requested: Vec<RequestedCount>,
}

pub(crate) struct FilePlan {
    pub(crate) name: Arc<str>,
    pub(crate) fill: Fill,
    pub(crate) size: u64,
    pub(crate) place: Span,
}

pub(crate) struct ExecutablePlan {
    pub(crate) name: Arc<str>,
    pub(crate) executable: Executable,
    /// Locations of the executable's sections.
    pub(crate) sections: Vec<Span>,
    pub(crate) place: Span,
}

pub(crate) struct ProcessPlan {
    pub(crate) name: Word,
    pub(crate) areas: Vec<AreaPlan>,
}

/// A plan to declare an area, and the location of the area's row.
pub(crate) struct AreaPlan {
    pub(crate) area: AreaDeclaration,
    pub(crate) place: Span,
}
