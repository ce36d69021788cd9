//! The kinds of statements that have facts.

use crate::run::record::Did;
use pagewalk_engine::machine::spec::Spec;

/// The kind of statement that a fact belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Access,
    Call,
    /// A `reference`.
    Reference,
    /// A `replay`.
    Replay,
    /// All outputs of a program.
    Outputs,
    /// A `run` of a program in a process.
    Run,
    /// A statement without facts.
    None,
}

impl Family {
    /// The families of statements with facts. The facts of a system call are also names of an access.
    pub(crate) const WITH_FACTS: [Self; 6] = [
        Self::Call,
        Self::Access,
        Self::Reference,
        Self::Replay,
        Self::Outputs,
        Self::Run,
    ];

    /// Returns the statements of this family, for a message.
    pub(crate) fn statements(self) -> &'static str {
        match self {
            Self::Call => "a system call",
            Self::Access => "an access, such as `read`",
            Self::Reference => "`reference`",
            Self::Replay => "`replay`",
            Self::Outputs => "`outputs`",
            Self::Run => "`run`",
            Self::None => "no statement",
        }
    }

    /// Whether a verb with these facts begins an operation, such as one after `probe`.
    pub(crate) fn is_operation(self) -> bool {
        matches!(
            self,
            Self::Access | Self::Replay | Self::Outputs | Self::Run
        )
    }

    /// Returns the kind of a statement that has facts, and the machine that it ran on.
    pub(crate) fn of(did: &Did) -> (Self, Option<&Spec>) {
        match (did, did.call()) {
            (Did::Access(access), _) => (Self::Access, Some(&*access.spec)),
            (_, Some(call)) => (Self::Call, Some(&*call.spec)),
            (Did::Replay(run), _) => (Self::Replay, Some(&**run.spec())),
            (Did::Program(run), _) if run.outputs().is_some() => (Self::Outputs, None),
            (Did::Program(_), _) => (Self::Run, None),
            (Did::Reference(_), _) => (Self::Reference, None),
            _ => (Self::None, None),
        }
    }
}
