//! What a prepared command will do: everything evaluated and checked, nothing done yet.

use std::rc::Rc;

use crate::lang::ast::Table;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::machine::addr::Va;
use crate::machine::event::{Kind, Mode};
use crate::machine::spec::Spec;
use crate::run::nouns::{Contents, ShowPlan, TableExpectation};
use crate::run::record::{AccessVerb, Check};
use crate::run::state::Definition;
use crate::run::syscalls::CallPlan;

/// An access, evaluated and checked.
#[derive(Debug, Clone)]
pub struct AccessPlan {
    /// The statement.
    pub verb: AccessVerb,
    /// What for.
    pub kind: Kind,
    /// By whom.
    pub mode: Mode,
    /// Where.
    pub va: Va,
    /// The bytes to store; as many unknown ones as are to be loaded.
    pub data: Vec<Option<u8>>,
}

/// A command, evaluated and checked.
pub enum Action {
    /// Declares a machine.
    Machine(Rc<Spec>),
    /// Makes an access.
    Access(AccessPlan),
    /// Puts contents into the machine.
    Contents(Contents),
    /// Shows something.
    Show(ShowPlan, Span),
    /// States an expression; the check is made already.
    Expect(Check),
    /// Compares a part of the machine with a table.
    ExpectTable(TableExpectation),
    /// Compares the steps of the last reference string with a table; with true there are no others.
    ExpectReference(Rc<Table>, bool),
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
    /// Calls a definition.
    Call(Rc<Definition>, Vec<Value>),
}

impl Action {
    /// Declarations and contents are carried out when a script is only checked, too, so that what follows can be
    /// checked against them.
    pub fn declares(&self) -> bool {
        matches!(self, Self::Machine(_) | Self::Contents(_))
    }
}
