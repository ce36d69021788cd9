//! What the verbs prepare: everything evaluated and checked, nothing done yet.

use std::sync::Arc;

use crate::lang::ast::Word;
use crate::lang::loader::Stream;
use crate::lang::span::Span;
use crate::run::record::{AccessVerb, AddressMap};
use pagewalk_engine::kernel::file::{Executable, Fill};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::spawn::AreaDeclaration;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::replay::Straddle;

/// An access, evaluated and checked.
#[derive(Debug, Clone)]
pub(crate) struct AccessPlan {
    pub(crate) verb: AccessVerb,
    pub(crate) kind: AccessKind,
    pub(crate) mode: Privilege,
    pub(crate) va: Va,
    /// The bytes to store; as many unknown ones as are to be loaded.
    pub(crate) data: Vec<Option<u8>>,
    /// The process that makes it; none on bare hardware.
    pub(crate) pid: Option<Pid>,
    /// Where the address stands.
    pub(crate) place: Span,
}

/// A trace to be replayed.
#[derive(Debug, Clone)]
pub(crate) struct ReplayPlan {
    /// The file, as the script names it.
    pub(crate) name: Word,
    pub(crate) stream: Stream,
    /// How it is written; none: as its name or its first bytes say.
    pub(crate) format: Option<Format>,
    /// What becomes of references that straddle blocks or pages.
    pub(crate) straddle: Straddle,
    /// How addresses come to physical ones.
    pub(crate) map: AddressMap,
}

/// A file to be declared.
pub(crate) struct FilePlan {
    pub(crate) name: Arc<str>,
    pub(crate) fill: Fill,
    pub(crate) size: u64,
    pub(crate) place: Span,
}

/// An executable to be declared.
pub(crate) struct ExecutablePlan {
    /// The name of its file.
    pub(crate) name: Arc<str>,
    pub(crate) executable: Executable,
    /// The places of its sections.
    pub(crate) sections: Vec<Span>,
    pub(crate) place: Span,
}

/// A process to be declared.
pub(crate) struct ProcessPlan {
    pub(crate) name: Word,
    pub(crate) areas: Vec<AreaPlan>,
}

/// An area to be declared, and its row.
pub(crate) struct AreaPlan {
    pub(crate) area: AreaDeclaration,
    pub(crate) place: Span,
}
