//! What the verbs prepare: everything evaluated and checked, nothing done yet.

use std::sync::Arc;

use crate::lang::ast::Word;
use crate::lang::loader::Stream;
use crate::lang::span::Span;
use crate::run::record::AccessVerb;
use crate::run::replayed::Map;
use pagewalk_engine::kernel::file::{Executable, Fill};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::spawn::AreaDeclaration;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::trace::format::Format;
use pagewalk_engine::trace::replay::Straddle;

/// An access, evaluated and checked.
#[derive(Debug, Clone)]
pub struct AccessPlan {
    /// The statement.
    pub verb: AccessVerb,
    /// What for.
    pub kind: AccessKind,
    /// By whom.
    pub mode: Privilege,
    /// Where.
    pub va: Va,
    /// The bytes to store; as many unknown ones as are to be loaded.
    pub data: Vec<Option<u8>>,
    /// The process that makes it; none on bare hardware.
    pub pid: Option<Pid>,
    /// Where the address stands.
    pub place: Span,
}

/// A trace to be replayed.
#[derive(Debug, Clone)]
pub struct ReplayPlan {
    /// The file, as the script names it.
    pub name: Word,
    /// Its bytes.
    pub stream: Stream,
    /// How it is written; none: as its name or its first bytes say.
    pub format: Option<Format>,
    /// What becomes of references that straddle blocks or pages.
    pub straddle: Straddle,
    /// How addresses come to physical ones.
    pub map: Map,
}

/// A file to be declared.
pub struct FilePlan {
    /// Its name.
    pub name: Arc<str>,
    /// Its bytes.
    pub fill: Fill,
    /// How many.
    pub size: u64,
    /// Where it stands.
    pub place: Span,
}

/// An executable to be declared.
pub struct ExecutablePlan {
    /// The name of its file.
    pub name: Arc<str>,
    /// What it is.
    pub executable: Executable,
    /// The places of its sections.
    pub sections: Vec<Span>,
    /// Where it stands.
    pub place: Span,
}

/// A process to be declared.
pub struct ProcessPlan {
    /// Its name.
    pub name: Word,
    /// Its areas.
    pub areas: Vec<AreaPlan>,
}

/// An area to be declared, and its row.
pub struct AreaPlan {
    /// The area.
    pub area: AreaDeclaration,
    /// Its row.
    pub place: Span,
}
