//! Checks a script without running it: prepares every statement once, with the state that is known before a
//! run. Values that depend on a run (facts, loop variables, and drawn values) are unknown, so the check does
//! not report mistakes that depend on these values.

use std::ops::Range;
use std::sync::Arc;

use crate::lang::ast::{Claim, Command, Condition, Expr, Fact, Operation, Stmt, StmtKind, Word};
use crate::lang::visit::statements_of_scope;

use super::bind::word;
use super::checks::{claimed, no_claim, unknown_fact};
use super::current_process::{CurrentProcess, UnknownProcesses};
use super::eval::{eval, eval_or_noun, integer, truth};
use super::fact_words::check_words;
use super::facts::{self, Family};
use super::files::REPLAY;
use super::prepare::{self, Prepared, family, family_of, prepare_operation};
use super::reference::play::reference;
use super::running::process_named;
use super::session::Cx;
use super::state::{Binding, Scope, Slot, State};
use super::stop::Stop;
use super::syscalls::{is_fork, makes_call};
use super::units::wrong_units;

impl Cx<'_> {
    /// Checks the statements of a block and records every mistake.
    pub(crate) fn check_block(&mut self, block: &[Stmt]) {
        self.check_statements(block, 0..block.len());
        self.reached(block, block.len());
    }

    /// Checks these statements of a block, unless the check ends before.
    pub(super) fn check_statements(&mut self, block: &[Stmt], numbers: Range<usize>) {
        for number in numbers {
            if self.reached(block, number) {
                return;
            }
            if let Err(Stop::Wrong(diagnostics)) = self.check(&block[number]) {
                self.report(diagnostics);
            }
        }
    }

    /// Whether a check ends here, before statement `number` of a block, or has already ended. Saves the state
    /// if the check ends here.
    pub(super) fn reached(&mut self, block: &[Stmt], number: usize) -> bool {
        let state = &self.progress.state;
        let until = self
            .checker
            .as_mut()
            .and_then(|checker| checker.until.as_mut());
        until.is_some_and(|until| until.reached(block, number, state))
    }

    fn check(&mut self, stmt: &Stmt) -> Result<(), Stop> {
        self.progress.temporary = 0;
        let units = wrong_units(self, stmt);
        let wrong = !units.is_empty();
        self.report(units);
        let pointless = wrong.then(|| without_points(stmt));
        let stmt = pointless.as_ref().unwrap_or(stmt);
        match &stmt.kind {
            StmtKind::Command(_) if wrong => {
                // Names that this statement would have declared are not reported as unknown later.
                self.language.extension.note_uncertain(self);
                self.forget_declared(std::slice::from_ref(stmt));
                Ok(())
            }
            StmtKind::Command(command) => self.check_command(stmt, command),
            StmtKind::Probe(operation) => self.check_operation(operation, &stmt.facts, false),
            StmtKind::Let { name, value } => self.check_let(stmt, name, value),
            StmtKind::Choose {
                name,
                from,
                conditions,
            } => {
                let from = eval(self, from).map(|_| ());
                self.state.bind(&name.text, Binding::Unknowable);
                conditions
                    .iter()
                    .for_each(|condition| self.check_condition(condition));
                from
            }
            StmtKind::For { name, over, body } => {
                let over = eval(self, over).map(|_| ());
                self.state.bind(&name.text, Binding::Unknowable);
                self.check_perhaps(&[body]);
                over
            }
            StmtKind::Repeat { count, body } => {
                let count = integer(self, count).map(|_| ());
                self.check_perhaps(&[body]);
                count
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                let condition = truth(self, condition).map(|_| ());
                let blocks: Vec<&[Stmt]> = std::iter::once(&**then)
                    .chain(otherwise.as_deref())
                    .collect();
                self.check_perhaps(&blocks);
                condition
            }
            StmtKind::Def { name, params, body } => {
                self.check_def(params, body);
                self.define(name, params, body);
                Ok(())
            }
            StmtKind::Include { body, .. } => {
                self.check_block(body);
                Ok(())
            }
            StmtKind::Scenario { body, .. } => {
                let state = self.state.clone();
                self.state.scopes.push(Scope::new(false));
                self.check_block(body);
                self.state = state;
                Ok(())
            }
            StmtKind::Question { .. }
            | StmtKind::Part { .. }
            | StmtKind::Given { .. }
            | StmtKind::Ask(_) => self.language.extension.check(self, stmt),
            StmtKind::Reference { pages, settings } => {
                let played = reference(self, pages, settings).map(|_| ());
                self.check_facts(&stmt.facts, Family::Reference, false);
                played
            }
            StmtKind::InProcess { process, body } => {
                self.check_inside(process, |cx| cx.check_block(body));
                Ok(())
            }
        }
    }

    /// Checks a command. The check applies declarations and contents, because later statements depend on
    /// them.
    fn check_command(&mut self, stmt: &Stmt, command: &Command) -> Result<(), Stop> {
        let prepared = prepare::prepare(self, command);
        let family = match &prepared {
            Ok(Prepared::Action(_, family)) => *family,
            Ok(Prepared::Call(..)) => Family::None,
            Err(_) => family_of(self.language, command),
        };
        let result = match prepared {
            Ok(Prepared::Action(action, _)) => action.check(self),
            Ok(Prepared::Call(..)) => Ok(()),
            Err(stop) => Err(stop),
        };
        if command.call
            && let Some(Binding::Def(def)) = self.state.find(&command.verb.text)
        {
            let def = def.clone();
            if def.params.len() == command.operands.len() {
                self.check_call(&def);
            }
        }
        if result.is_err() || command.call {
            // A command that fails the check, or calls a definition, may contain a question.
            self.language.extension.note_uncertain(self);
        }
        if result.is_err() {
            // Uses of names that this statement would have declared are not mistakes.
            self.forget_declared(std::slice::from_ref(stmt));
        }
        self.check_facts(&stmt.facts, family, false);
        result
    }

    /// Checks blocks that may or may not run. The values that these blocks change are unknown afterward.
    fn check_perhaps(&mut self, blocks: &[&[Stmt]]) {
        let before = self.state.clone();
        self.language.extension.note_uncertain(self);
        for block in blocks {
            self.forget(block);
            self.check_block(block);
            self.state = before.clone();
        }
        for block in blocks {
            self.forget(block);
        }
    }

    /// Marks all values that a block may change as unknown.
    fn forget(&mut self, block: &[Stmt]) {
        for stmt in statements_of_scope(block) {
            let Some(name) = stmt.variable() else {
                continue;
            };
            if matches!(&stmt.kind, StmtKind::Let { value, .. } if is_fork(value)) {
                self.checking_processes(|unsure| {
                    unsure.forked.insert(name.text.clone());
                });
            }
            self.state.bind(&name.text, Binding::Unknowable);
        }
        self.forget_declared(block);
    }

    /// Records unknown facts about processes.
    fn checking_processes(&mut self, note: impl FnOnce(&mut UnknownProcesses)) {
        if let Some(checker) = &mut self.checker {
            note(&mut checker.unsure);
        }
    }

    pub(super) fn forget_declared(&mut self, block: &[Stmt]) {
        match may_declare(block, &self.state, &mut Vec::new()) {
            Declares::Nothing => {}
            Declares::Processes if matches!(self.state.machine, Slot::Kernel(_)) => {
                self.checking_processes(|unsure| unsure.others = true);
            }
            Declares::Processes | Declares::Machine => self.state.machine = Slot::Unknowable,
        }
    }

    fn check_def(&mut self, params: &[Word], body: &[Stmt]) {
        let state = self.state.clone();
        let mut own = Scope::new(true);
        for param in params {
            own.bind(&param.text, Binding::Unknowable);
        }
        // If the check ends inside the definition, the machine keeps its state at the definition.
        if self
            .checker
            .as_ref()
            .is_none_or(|checker| checker.until.is_none())
        {
            self.state.machine = Slot::Unknowable;
        }
        self.state.scopes.push(own);
        self.check_block(body);
        self.state = state;
    }

    pub(crate) fn check_condition(&mut self, condition: &Condition) {
        let result = match condition {
            Condition::Expr(expr) => truth(self, expr).map(|_| ()),
            Condition::Facts { operation, facts } => {
                let open = facts.iter().find(|fact| fact.claim == Claim::Open);
                let checked = self.check_operation(operation, facts, false);
                // A draw needs a value to compare with.
                open.map_or(checked, |fact| Err(no_claim(fact).into()))
            }
        };
        if let Err(Stop::Wrong(diagnostics)) = result {
            self.report(diagnostics);
        }
    }

    /// Checks an operation and its expectations. Only a question may contain blanks.
    ///
    /// # Errors
    /// Returns the errors in the operation.
    pub(crate) fn check_operation(
        &mut self,
        operation: &Operation,
        stated: &[Fact],
        asked: bool,
    ) -> Result<(), Stop> {
        let mut prepared = Ok(());
        let mut prepare = |cx: &mut Self| {
            prepared = prepare_operation(cx, operation).map(|_| ());
        };
        match &operation.process {
            Some(process) => self.check_inside(process, prepare),
            None => prepare(self),
        }
        let family = family(operation);
        self.check_facts(stated, family, asked);
        prepared
    }

    /// Runs a check inside a process.
    fn check_inside(&mut self, process: &Word, check: impl FnOnce(&mut Self)) {
        let inside = match process_named(self, process) {
            Ok(process) => CurrentProcess::Process(process),
            Err(stop) => {
                if let Stop::Wrong(diagnostics) = stop {
                    self.report(diagnostics);
                }
                CurrentProcess::Unknowable
            }
        };
        let outer = std::mem::replace(&mut self.inside, inside);
        check(self);
        self.inside = outer;
    }

    fn check_let(&mut self, stmt: &Stmt, name: &Word, value: &Expr) -> Result<(), Stop> {
        let others = self.unsure().others;
        let evaluated = eval_or_noun(self, value);
        if is_fork(value) {
            // The only process that this statement creates is the child, whose name is known.
            self.checking_processes(|unsure| {
                unsure.others = others;
                unsure.forked.insert(name.text.clone());
            });
        }
        let binding = evaluated
            .as_ref()
            .map_or(Binding::Unknowable, |value| Binding::Value(value.clone()));
        self.state.bind(&name.text, binding);
        if makes_call(value) {
            self.check_facts(&stmt.facts, Family::Call, false);
        } else {
            Self::no_facts(stmt, "this value")?;
        }
        evaluated.map(|_| ())
    }

    /// Checks the names of facts, and the values that are known.
    fn check_facts(&mut self, stated: &[Fact], family: Family, asked: bool) {
        for fact in stated {
            if let Err(Stop::Wrong(diagnostics)) = self.check_stated(fact, family, asked) {
                self.report(diagnostics);
            }
        }
    }

    fn check_stated(&mut self, fact: &Fact, family: Family, asked: bool) -> Result<(), Stop> {
        if self.spec().is_none() && matches!(family, Family::Access | Family::Replay) {
            return self.check_stated_anywhere(fact, family);
        }
        let spec = self.spec().cloned();
        let key = facts::key(&fact.name.text, family, spec.as_deref())
            .map_err(|near| unknown_fact(self, fact, near, family))?;
        check_words(self, fact, &key);
        match &fact.claim {
            Claim::Is(expr) | Claim::Not(expr) | Claim::In(expr) => {
                claimed(self, expr, &key).map(|_| ())
            }
            Claim::Open => Ok(()),
            Claim::Blank if asked => Ok(()),
            Claim::Blank => Err(no_claim(fact).into()),
        }
    }
}

/// Returns a statement without its points, which are invalid.
fn without_points(stmt: &Stmt) -> Stmt {
    let mut stmt = stmt.clone();
    match &mut stmt.kind {
        StmtKind::Question { points, .. } | StmtKind::Part { points, .. } => *points = None,
        StmtKind::Ask(ask) => ask.points = None,
        _ => {}
    }
    stmt
}

/// Declarations that a block may make.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Declares {
    Nothing,
    /// Kernels, processes, files, and executables.
    Processes,
    Machine,
}

/// Returns the declarations that a block may make, directly or in a definition that the block calls. `seen`
/// contains the definitions that were already visited.
fn may_declare(block: &[Stmt], state: &State, seen: &mut Vec<Arc<str>>) -> Declares {
    let commands = statements_of_scope(block).filter_map(|stmt| match &stmt.kind {
        StmtKind::Command(command) => Some(declares(command, state, seen)),
        _ => None,
    });
    commands.max().unwrap_or(Declares::Nothing)
}

fn declares(command: &Command, state: &State, seen: &mut Vec<Arc<str>>) -> Declares {
    let name = &command.verb.text;
    if command.call
        && !seen.contains(name)
        && let Some(Binding::Def(def)) = state.find(name)
    {
        seen.push(name.clone());
        return may_declare(&def.body, state, seen);
    }
    match &**name {
        "machine" => Declares::Machine,
        "kernel" | "process" | "file" | "executable" => Declares::Processes,
        // The operand `demand` starts a kernel.
        REPLAY
            if command
                .operands
                .iter()
                .any(|operand| word(operand) == Some("demand")) =>
        {
            Declares::Processes
        }
        _ => Declares::Nothing,
    }
}
