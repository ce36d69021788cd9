//! The progress of a run, and the blocks around its next statement.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::ast::{Block, Span, Word};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::value::Items;

use super::current_process::CurrentProcess;
use super::record::Totals;
use super::state::{Scope, State};

/// Least work between two measurements of memory; see `Cx::work`. In this time, a script needs at most about 30 MB more.
pub(super) const MEASURING_INTERVAL: u64 = 1 << 17;

/// The progress of a run: everything that its statements change. A run can continue from a copy of its progress.
#[derive(Clone)]
pub struct Progress {
    /// The machine, the names, and the rest of the state that a scenario restores.
    pub state: State,
    pub(crate) blocks: Blocks,
    pub(crate) inside: CurrentProcess,
    pub(crate) budget: Budget,
    pub(crate) extension: Arc<dyn Any + Send + Sync>,
    /// Errors found so far.
    pub diagnostics: Vec<Diagnostic>,
    pub(crate) reported: BTreeSet<(&'static str, u32, u32, u32)>,
    /// Totals of the run so far.
    pub totals: Totals,
    /// Statements executed.
    pub(crate) steps: u64,
    /// Location of the latest statement.
    pub(crate) latest: Option<Span>,
}

impl std::borrow::Borrow<State> for Progress {
    fn borrow(&self) -> &State {
        &self.state
    }
}

/// The blocks around the next statement. Statements read them, but only `run/frames.rs` begins and ends blocks.
#[derive(Clone, Default)]
pub(crate) struct Blocks {
    /// The blocks, beginning with the outermost.
    pub(crate) frames: Vec<Frame>,
    /// The loops, beginning with the outermost.
    pub(crate) loops: Vec<Span>,
    /// The names that each loop sets, by the loop's place.
    pub(crate) set_in_loops: Arc<BTreeMap<Span, BTreeSet<Arc<str>>>>,
    /// The outermost `include` whose file contains the statement.
    pub(crate) included: Option<Span>,
    /// The enclosing scenario.
    pub(crate) scenario: Option<Arc<str>>,
    /// Number of blocks that contain the statement.
    pub(crate) depth: usize,
    /// Whether the values of consecutive `choose` statements are drawn together, with backtracking.
    pub(crate) draws_together: bool,
}

/// The work and the memory that a script has used: see `Cx::work`.
#[derive(Clone)]
pub(crate) struct Budget {
    /// Work that the last step covers.
    pub(crate) allowance: u64,
    /// Work done.
    pub(crate) worked: u64,
    /// The work after which memory is measured: see `Cx::check_memory`.
    pub(crate) next_measurement: u64,
    /// The memory of the lists and texts that the current statement has made and still uses, in bytes.
    pub(crate) temporary: u64,
    /// The memory of the lists and texts that statements have made since the last measurement, in bytes.
    pub(crate) reserved: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            allowance: 0,
            worked: 0,
            next_measurement: MEASURING_INTERVAL,
            temporary: 0,
            reserved: 0,
        }
    }
}

/// A part of the script that has begun but has not ended.
#[derive(Clone)]
pub(crate) enum Frame {
    /// A block, and the number of its next statement.
    Block { stmts: Block, next: usize },
    /// A loop and its remaining iterations.
    Loop {
        place: Span,
        rounds: Rounds,
        body: Block,
        worked: u64,
    },
    /// A scenario or question, with the surroundings to restore at its end.
    Isolated(Box<Surroundings>),
    /// A call to a definition: the number of scopes that the definition shares with its caller, and the scopes
    /// that the call hides.
    Call { shared: usize, hidden: Vec<Scope> },
    /// The statements of an included file, with the previous outermost `include`.
    Included(Option<Span>),
    /// A block of a process, with the previous current process.
    InProcess(CurrentProcess),
    /// A block of the language's extension, identified by the first word of its statement.
    Extension(&'static str),
}

/// The remaining iterations of a loop.
#[derive(Clone)]
pub(crate) struct Rounds {
    /// The variable of a `for`.
    pub(crate) variable: Option<Word>,
    /// The loop's values, or the numbers of its iterations.
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
    /// Whether the block belongs to a statement of the language's extension.
    pub(crate) extension: bool,
}
