//! What a prepared command will do: everything evaluated and checked, nothing done yet.

use std::sync::Arc;

use crate::lang::ast::{Table, Word};
use crate::lang::loader::Stream;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::nouns::{Contents, ListExpectation, ShowPlan, TableExpectation};
use crate::run::paper::entry::Entry;
use crate::run::record::{AccessVerb, Check, KernelAction};
use crate::run::replayed::Map;
use crate::run::settings::KernelPlan;
use crate::run::state::Definition;
use crate::run::syscalls::CallPlan;
use crate::run::view::View;
use pagewalk_engine::kernel::file::{Executable, Fill};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::spawn::AreaDeclaration;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::machine::spec::Spec;
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

/// A command, evaluated and checked.
pub enum Action {
    /// Declares a machine.
    Machine(Arc<Spec>),
    /// Starts a kernel.
    Kernel(Box<KernelPlan>, Span),
    /// Declares a file.
    File(FilePlan),
    /// Declares an executable.
    Executable(ExecutablePlan),
    /// Declares a process.
    Process(ProcessPlan),
    /// Adds areas to a process.
    Areas(Pid, Vec<AreaPlan>),
    /// Has the kernel do something of its own accord.
    Act(KernelAction, Span),
    /// Makes an access.
    Access(AccessPlan),
    /// Replays a trace.
    Replay(ReplayPlan),
    /// Puts contents into the machine.
    Contents(Contents),
    /// Shows something.
    Show(ShowPlan, Span),
    /// States an expression; the check is made already.
    Expect(Check),
    /// Compares a part of the machine with a table.
    ExpectTable(TableExpectation),
    /// Compares things of the kernel with a table.
    ExpectList(ListExpectation),
    /// Compares the steps of the last reference string with a table; with true there are no others.
    ExpectReference(Arc<Table>, bool),
    /// Drops the entries of one TLB level, or of all.
    FlushTlb(Option<usize>),
    /// Drops the blocks of one cache level, or of all.
    FlushCache(Option<usize>),
    /// Drops the entries of one page.
    Invlpg(Va),
    /// Runs on another core.
    Core(u32),
    /// Starts the generator anew.
    Seed(u64),
    /// Makes a system call.
    SystemCall(CallPlan),
    /// Puts something on the paper, and shows it.
    Paper(Box<Entry>, Vec<View>),
    /// Calls a definition.
    Call(Arc<Definition>, Vec<Value>),
}

impl Action {
    /// Declarations and contents are carried out when a script is only checked, too, so that what follows can be
    /// checked against them.
    pub fn declares(&self) -> bool {
        matches!(
            self,
            Self::Machine(_)
                | Self::Kernel(..)
                | Self::File(_)
                | Self::Executable(_)
                | Self::Process(_)
                | Self::Areas(..)
                | Self::Contents(_)
        )
    }
}
