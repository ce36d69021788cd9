//! The progress of a run, and the blocks around its next statement.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::lang::ast::{Block, Span, Word};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::value::Items;

use super::current_process::CurrentProcess;
use super::record::Totals;
use super::state::{Scope, State};

/// The progress of a run: everything in a session that its statements change. A run can continue from a copy.
#[derive(Clone)]
pub struct Progress {
    /// The machine, the names, and everything else that a scenario restores.
    pub state: State,
    /// The blocks around the next statement, outermost first.
    pub(crate) frames: Vec<Frame>,
    /// Statements executed.
    pub(crate) steps: u64,
    /// Location of the latest statement.
    pub(crate) latest: Option<Span>,
    /// Totals.
    pub totals: Totals,
    /// Errors found.
    pub diagnostics: Vec<Diagnostic>,
    /// The codes and places of the diagnostics.
    pub(crate) reported: BTreeSet<(&'static str, u32, u32, u32)>,
    /// The loops around the statement, outermost first.
    pub(crate) loops: Vec<Span>,
    /// The enclosing scenario.
    pub(crate) scenario: Option<Arc<str>>,
    /// Number of blocks around the statement.
    pub(crate) depth: usize,
    /// The process that the statement runs in.
    pub(crate) inside: CurrentProcess,
    /// Whether consecutive `choose` statements are drawn together, with backtracking.
    pub(crate) draws_together: bool,
    /// Work done: see `Session::work`.
    pub(crate) worked: u64,
    pub(crate) extension: Arc<dyn Any + Send + Sync>,
}

impl Progress {
    /// Returns the progress before the first statement, in this state.
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            frames: Vec::new(),
            steps: 0,
            latest: None,
            totals: Totals::default(),
            diagnostics: Vec::new(),
            reported: BTreeSet::new(),
            loops: Vec::new(),
            scenario: None,
            depth: 0,
            inside: CurrentProcess::default(),
            draws_together: false,
            worked: 0,
            extension: Arc::new(()),
        }
    }
}

/// A part of the script that has begun and has not ended.
#[derive(Clone)]
pub(crate) enum Frame {
    /// A block, and the number of its next statement.
    Block { stmts: Block, next: usize },
    /// A loop, and its remaining rounds.
    Loop { place: Span, rounds: Rounds, body: Block, worked: u64 },
    /// A scenario or question, with the surroundings that are restored at its end.
    Isolated(Box<Surroundings>),
    /// A call of a definition: the number of scopes that it shares with its caller, and the scopes that it hides.
    Call { shared: usize, hidden: Vec<Scope> },
    /// A block of a process, with the previous current process.
    InProcess(CurrentProcess),
    /// A block of the language's extension, by the word of its statement.
    Extension(&'static str),
}

/// The remaining rounds of a loop.
#[derive(Clone)]
pub(crate) struct Rounds {
    /// The variable of a `for`.
    pub(crate) variable: Option<Word>,
    /// Its values, or the numbers of the rounds.
    pub(crate) values: Items,
}

/// The surroundings that the end of a scenario restores.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) state: State,
    pub(crate) scenario: Option<Arc<str>>,
    pub(crate) loops: Vec<Span>,
    pub(crate) depth: usize,
    pub(crate) inside: CurrentProcess,
    /// Whether it is a statement of the language's extension.
    pub(crate) extension: bool,
}
