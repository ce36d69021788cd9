//! Checks a script without running it: prepares every statement once, with the state that is known before a
//! run. Values that depend on a run (facts, loop variables, and drawn values) are unknown, so the check does
//! not report mistakes that depend on these values.

use std::ops::Range;
use std::sync::Arc;

use crate::lang::ast::{Command, Expr, Stmt, StmtKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::visit::statements_of_scope;

use super::bind::word;
use super::checkpoint::{Checkpoint, CheckpointAt};
use super::checks::no_facts;
use super::corrected::corrected;
use super::current_process::UnknownProcesses;
use super::eval::{eval, eval_or_noun, integer, truth};
use super::expectations::{check_condition, check_facts, check_operation, enter_process};
use super::facts::Family;
use super::files::REPLAY;
use super::prepare::{self, Prepared, family_of};
use super::reference::play::reference;
use super::session::{Checker, Cx};
use super::state::{Binding, Scope, Slot, State};
use super::stop::Stop;
use super::syscalls::{is_fork, makes_call};
use super::units::wrong_units;
use super::unsure::Unsure;

impl<'s> Checker<'s> {
    /// Returns a check that begins in this context.
    pub(crate) fn new(cx: Cx<'s>, unsure: Unsure) -> Self {
        Self {
            cx: Cx {
                unsure: Some(unsure),
                ..cx
            },
            until: None,
            checked_calls: Arc::default(),
            calls: 0,
        }
    }

    /// Ends the check at a place.
    pub(super) fn stop_at(&mut self, until: CheckpointAt) {
        self.until = Some(until);
    }

    /// Returns a checkpoint after this number of statements.
    pub(super) fn checkpoint(&self, statements: usize) -> Checkpoint {
        Checkpoint {
            statements,
            state: self.cx.state.clone(),
            extension: self.cx.extension.clone(),
            budget: self.cx.budget.clone(),
            processes: self.cx.unknown_processes().clone(),
            checked_calls: self.checked_calls.clone(),
        }
    }

    /// Continues at a checkpoint.
    pub(super) fn restore(&mut self, checkpoint: &Checkpoint) {
        self.cx.state = checkpoint.state.clone();
        self.cx.extension = checkpoint.extension.clone();
        self.cx.budget = checkpoint.budget.clone();
        self.note_processes(|processes| *processes = checkpoint.processes.clone());
        self.checked_calls = checkpoint.checked_calls.clone();
    }

    /// Returns the state where the check ended.
    pub(super) fn into_state(self) -> State {
        let found = self.until.and_then(CheckpointAt::found);
        found.unwrap_or(self.cx.state)
    }
}

impl Checker<'_> {
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
                self.cx.report(diagnostics);
            }
        }
    }

    /// Whether a check ends here, before statement `number` of a block, or has already ended. Saves the state
    /// if the check ends here.
    pub(super) fn reached(&mut self, block: &[Stmt], number: usize) -> bool {
        let until = self.until.as_mut();
        until.is_some_and(|until| until.reached(block, number, &self.cx.state))
    }

    fn check(&mut self, stmt: &Stmt) -> Result<(), Stop> {
        self.cx.budget.temporary = 0;
        let units = wrong_units(&self.cx, stmt);
        let wrong = units.iter().any(|one| !one.is_warning());
        if let (true, StmtKind::Command(command)) = (wrong, &*stmt.kind)
            && let Some(command) = corrected(command, &units)
        {
            self.cx.report(units);
            self.cx.language().extension.note_uncertain(&mut self.cx);
            let (result, _) = self.prepare(&command);
            let Err(stop) = result else {
                return Ok(());
            };
            if !self.continues(&command, &stop) {
                self.forget_declared(std::slice::from_ref(stmt));
            }
            // The number in the fix may not fit the other settings.
            let Stop::Wrong(mut others) = stop else {
                return Ok(());
            };
            others.retain(|one| matches!(one.code, Code::UnknownWord | Code::UnknownSetting));
            return Err(Stop::Wrong(others));
        }
        self.cx.report(units);
        let pointless = wrong.then(|| without_points(stmt));
        let stmt = pointless.as_ref().unwrap_or(stmt);
        match &*stmt.kind {
            StmtKind::Command(_) if wrong => {
                // Names that this statement would have declared are not reported as unknown later.
                self.cx.language().extension.note_uncertain(&mut self.cx);
                self.forget_declared(std::slice::from_ref(stmt));
                Ok(())
            }
            StmtKind::Command(command) => self.check_command(stmt, command),
            StmtKind::Probe(operation) => {
                check_operation(&mut self.cx, operation, &stmt.facts, false)
            }
            StmtKind::Let { name, value } => self.check_let(stmt, name, value),
            StmtKind::Choose {
                name,
                from,
                conditions,
            } => {
                let from = eval(&mut self.cx, from).map(|_| ());
                self.cx.state.bind(&name.text, Binding::Unknowable);
                conditions
                    .iter()
                    .for_each(|condition| check_condition(&mut self.cx, condition));
                from
            }
            StmtKind::For { name, over, body } => {
                let over = eval(&mut self.cx, over).map(|_| ());
                self.cx.state.bind(&name.text, Binding::Unknowable);
                self.check_perhaps(&[body]);
                over
            }
            StmtKind::Repeat { count, body } => {
                let count = integer(&mut self.cx, count).map(|_| ());
                self.check_perhaps(&[body]);
                count
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                let condition = truth(&mut self.cx, condition).map(|_| ());
                let blocks: Vec<&[Stmt]> = std::iter::once(&**then)
                    .chain(otherwise.as_deref())
                    .collect();
                self.check_perhaps(&blocks);
                condition
            }
            StmtKind::Def { name, params, body } => {
                self.check_def(params, body);
                self.cx.state.define(name, params, body);
                Ok(())
            }
            StmtKind::Include { body, .. } => {
                self.check_block(body);
                Ok(())
            }
            StmtKind::Scenario { body, .. } => {
                let state = self.cx.state.clone();
                self.cx.state.scopes.push(Scope::new(false));
                self.check_block(body);
                self.cx.state = state;
                Ok(())
            }
            StmtKind::Question { .. }
            | StmtKind::Part { .. }
            | StmtKind::Given { .. }
            | StmtKind::Ask(_) => self.cx.language().extension.check(self, stmt),
            StmtKind::Reference { pages, settings } => {
                let played = reference(&mut self.cx, pages, settings).map(|_| ());
                check_facts(&mut self.cx, &stmt.facts, Family::Reference, false);
                played
            }
            StmtKind::InProcess { process, body } => {
                let outer = enter_process(&mut self.cx, process);
                self.check_block(body);
                self.cx.inside = outer;
                Ok(())
            }
        }
    }

    /// Checks a command. The check applies declarations and contents, because later statements depend on
    /// them.
    fn check_command(&mut self, stmt: &Stmt, command: &Command) -> Result<(), Stop> {
        let (result, family) = self.prepare(command);
        if command.call
            && let Some(Binding::Def(def)) = self.cx.state.find(&command.verb.text)
        {
            let def = def.clone();
            if def.params.len() == command.operands.len() {
                self.check_call(&def);
            }
        }
        if result.is_err() || command.call {
            // A command that fails the check, or calls a definition, may contain a question.
            self.cx.language().extension.note_uncertain(&mut self.cx);
        }
        if let Err(stop) = &result
            && !self.continues(command, stop)
        {
            // Uses of names that this statement would have declared are not mistakes.
            self.forget_declared(std::slice::from_ref(stmt));
        }
        if family == Family::Run
            && let Some(program) = command.operands.first().and_then(word)
        {
            // If no process runs, the statement declares one.
            self.note_processes(|unsure| {
                unsure.forked.insert(program.into());
                unsure.forked.insert(format!("{program}2").into());
            });
        }
        // The facts of an unknown statement are unknown. On a machine that runs no processes, they are those of the `replay` that
        // was meant.
        let unknown = |one: &Diagnostic| match one.code {
            Code::UnknownVerb | Code::UnknownFunction => family == Family::None,
            Code::NoMachine => family == Family::Run,
            _ => false,
        };
        if !matches!(&result, Err(Stop::Wrong(wrong)) if wrong.iter().any(unknown)) {
            check_facts(&mut self.cx, &stmt.facts, family, false);
        }
        result
    }

    fn prepare(&mut self, command: &Command) -> (Result<(), Stop>, Family) {
        match prepare::prepare(&mut self.cx, command) {
            Ok(Prepared::Action(action, family)) => (action.check(&mut self.cx), family),
            Ok(Prepared::Call(..)) => (Ok(()), Family::None),
            Err(stop) => (Err(stop), family_of(self.cx.language(), command)),
        }
    }

    /// Declares what a command with errors declares after its fixes, so that later statements are checked. Returns false if the
    /// fixes are unknown.
    fn continues(&mut self, command: &Command, stop: &Stop) -> bool {
        let Stop::Wrong(wrong) = stop else {
            return false;
        };
        let Some(command) = corrected(command, wrong) else {
            return false;
        };
        // The warnings may be about the fixes.
        let reported = self.cx.diagnostics.len();
        let continues = self.prepare(&command).0.is_ok();
        self.cx.diagnostics.truncate(reported);
        continues
    }

    /// Checks blocks that may or may not run. The values that these blocks change are unknown afterward.
    fn check_perhaps(&mut self, blocks: &[&[Stmt]]) {
        let before = self.cx.state.clone();
        self.cx.language().extension.note_uncertain(&mut self.cx);
        for block in blocks {
            self.forget(block);
            self.check_block(block);
            self.cx.state = before.clone();
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
            if matches!(&*stmt.kind, StmtKind::Let { value, .. } if is_fork(value)) {
                self.note_processes(|unsure| {
                    unsure.forked.insert(name.text.clone());
                });
            }
            self.cx.state.bind(&name.text, Binding::Unknowable);
        }
        self.forget_declared(block);
    }

    /// Records unknown facts about processes.
    fn note_processes(&mut self, note: impl FnOnce(&mut UnknownProcesses)) {
        if let Some(unsure) = &mut self.cx.unsure {
            note(&mut unsure.processes);
        }
    }

    pub(super) fn forget_declared(&mut self, block: &[Stmt]) {
        match may_declare(block, &self.cx.state, &mut Vec::new()) {
            Declares::Nothing => {}
            Declares::Processes if matches!(self.cx.state.machine, Slot::Kernel(_)) => {
                self.note_processes(|unsure| unsure.others = true);
            }
            Declares::Processes | Declares::Machine => self.cx.state.machine = Slot::Unknowable,
        }
    }

    fn check_def(&mut self, params: &[Word], body: &[Stmt]) {
        let state = self.cx.state.clone();
        let mut own = Scope::new(true);
        for param in params {
            own.bind(&param.text, Binding::Unknowable);
        }
        // If the check ends inside the definition, the machine keeps its state at the definition.
        if self.until.is_none() {
            self.cx.state.machine = Slot::Unknowable;
        }
        self.cx.state.scopes.push(own);
        self.check_block(body);
        self.cx.state = state;
    }

    fn check_let(&mut self, stmt: &Stmt, name: &Word, value: &Expr) -> Result<(), Stop> {
        let unnamed = self.cx.unknown_processes().unnamed;
        let evaluated = eval_or_noun(&mut self.cx, value);
        if is_fork(value) {
            // The only process that this statement creates is the child, whose name is known.
            self.note_processes(|unsure| {
                unsure.unnamed = unnamed;
                unsure.forked.insert(name.text.clone());
            });
        }
        let binding = evaluated
            .as_ref()
            .map_or(Binding::Unknowable, |value| Binding::Value(value.clone()));
        self.cx.state.bind(&name.text, binding);
        if makes_call(value) {
            check_facts(&mut self.cx, &stmt.facts, Family::Call, false);
        } else {
            no_facts(stmt, "this value")?;
        }
        evaluated.map(|_| ())
    }
}

/// Returns a statement without its points, which are invalid.
fn without_points(stmt: &Stmt) -> Stmt {
    let mut stmt = stmt.clone();
    match Arc::make_mut(&mut stmt.kind) {
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
    let commands = statements_of_scope(block).filter_map(|stmt| match &*stmt.kind {
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
