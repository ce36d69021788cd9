//! Executes statements, including scopes, loops, definitions, and scenarios.

use std::sync::Arc;

use crate::lang::ast::{Block, Command, Expr, Span, Stmt, StmtKind, Word};
use crate::lang::value::{Items, Value};

use super::checks::{check_fact, no_facts};
use super::choose::{Draw, choose, not_a_list};
use super::current_process::CurrentProcess;
use super::eval::{eval, eval_or_noun, integer, truth};
use super::facts::Family;
use super::prepare::{Prepared, prepare, try_out};
use super::progress::Rounds;
use super::record::{CallRecord, Check, Did, HexDigits, StepRecord};
use super::reference::play::reference;
use super::running::process_named;
use super::session::Run;
use super::state::Binding;
use super::stop::Stop;
use super::syscalls::{is_fork, makes_call};
use super::varying::varying;

impl Run<'_> {
    /// Runs a statement. If the statement has a block, only begins the block.
    ///
    /// # Errors
    /// Returns an error in the script.
    pub(crate) fn begin(&mut self, stmt: &Stmt) -> Result<(), Stop> {
        // The prefix `P1:` is not counted as a separate statement.
        if !matches!(*stmt.kind, StmtKind::InProcess { .. }) {
            self.cx.step(stmt.span)?;
        }
        self.variables = match &*stmt.kind {
            StmtKind::Reference { .. } | StmtKind::Ask(_) => varying(&mut self.cx, stmt),
            // `run_let` and `run_command` set the variables of the statements that need them.
            _ => None,
        };
        match &*stmt.kind {
            StmtKind::Command(command) => self.run_command(stmt, command),
            StmtKind::Probe(operation) => {
                let (did, family) = try_out(&mut self.cx, operation)?;
                self.conclude(stmt, did, Vec::new(), family)
            }
            StmtKind::Let { name, value } => self.run_let(stmt, name, value),
            StmtKind::Choose {
                name,
                from,
                conditions,
            } => {
                let draw = Draw {
                    name,
                    from,
                    conditions,
                };
                let value = choose(&mut self.cx, draw)?;
                self.chosen(stmt, name, value)
            }
            StmtKind::For { name, over, body } => self.run_for(stmt, name, over, body),
            StmtKind::Repeat { count, body } => {
                let rounds = integer(&mut self.cx, count)?;
                self.tell_calls(count.span)?;
                self.enter_loop(
                    stmt.span,
                    Rounds {
                        variable: None,
                        values: Items::Range {
                            next: 0,
                            to: rounds.into(),
                        },
                    },
                    body,
                );
                Ok(())
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                let block = if truth(&mut self.cx, condition)? {
                    Some(then)
                } else {
                    otherwise.as_ref()
                };
                self.tell_calls(condition.span)?;
                block.map_or(Ok(()), |block| self.enter_block(block, stmt.span))
            }
            StmtKind::Def { name, params, body } => {
                self.cx.state.define(name, params, body);
                Ok(())
            }
            StmtKind::Include { body, .. } => self.enter_include(body, stmt.span),
            StmtKind::Scenario { name, body } => {
                self.totals.scenarios += 1;
                self.enter_isolated(name, false)?;
                self.finish(stmt.span, Did::Scenario(name.text.clone()), Vec::new())?;
                self.enter_block(body, stmt.span)
            }
            StmtKind::Question { .. }
            | StmtKind::Part { .. }
            | StmtKind::Given { .. }
            | StmtKind::Ask(_) => self.cx.language().extension.run(self, stmt),
            StmtKind::Reference { pages, settings } => {
                let run = reference(&mut self.cx, pages, settings)?;
                self.conclude(
                    stmt,
                    Did::Reference(Box::new(run)),
                    Vec::new(),
                    Family::Reference,
                )
            }
            StmtKind::InProcess { process, body } => {
                let process = CurrentProcess::Process(process_named(&mut self.cx, process)?);
                self.enter_process(process, body, stmt.span)
            }
        }
    }

    fn run_command(&mut self, stmt: &Stmt, command: &Command) -> Result<(), Stop> {
        match prepare(&mut self.cx, command)? {
            Prepared::Call(def, args) => {
                no_facts(stmt, &def.name.text)?;
                if !self.cx.calls.is_empty() {
                    self.variables = varying(&mut self.cx, stmt);
                }
                self.tell_calls(command.verb.span)?;
                self.enter_call(stmt.span, &def, args)
            }
            Prepared::Action(action, family) => {
                // The record of an access already contains the address.
                if family != Family::Access {
                    self.variables = varying(&mut self.cx, stmt);
                }
                let (did, checks) = action.perform(&mut self.cx)?;
                self.conclude(stmt, did, checks, family)
            }
        }
    }

    /// Reports the result of a statement, and keeps the result for `last`.
    ///
    /// # Errors
    /// Returns [`Stop::Closed`] if the sink refuses the record.
    pub(crate) fn finish(&mut self, span: Span, did: Did, checks: Vec<Check>) -> Result<(), Stop> {
        let did = Arc::new(did);
        match &*did {
            Did::Access(_)
            | Did::Call(_)
            | Did::Replay(_)
            | Did::Program(_)
            | Did::Bound { call: Some(_), .. } => {
                self.cx.state.last = Some(did.clone());
            }
            Did::Reference(_) => {
                self.cx.state.last = Some(did.clone());
                self.cx.state.reference = Some(did.clone());
            }
            _ => {}
        }
        self.totals.statements += 1;
        self.totals.checks += checks.len() as u64;
        self.totals.held += checks.iter().filter(|check| check.held).count() as u64;
        let record = StepRecord {
            span,
            scenario: self.cx.blocks.scenario.clone(),
            depth: self.cx.blocks.loops.len() as u32,
            outer: self.cx.blocks.loops.first().copied(),
            included: self.cx.blocks.included,
            process: self.cx.inside.process().cloned(),
            calls: std::mem::take(&mut self.cx.calls),
            left_out: did.left_out(!self.cx.blocks.loops.is_empty()),
            did,
            checks,
            attachment: self.cx.attachment.take(),
            variables: self.variables.take(),
        };
        if self.sink.accept(&record) {
            Ok(())
        } else {
            Err(Stop::Closed)
        }
    }

    /// Checks the expectations about a result, and stores the record of the statement.
    fn conclude(
        &mut self,
        stmt: &Stmt,
        did: Did,
        mut checks: Vec<Check>,
        family: Family,
    ) -> Result<(), Stop> {
        checks.reserve_exact(stmt.facts.len());
        for fact in &*stmt.facts {
            checks.push(check_fact(&mut self.cx, fact, &did, family)?);
        }
        self.finish(stmt.span, did, checks)
    }

    /// Runs a `let`. The statement's facts are those of the outermost system call in the value, because that
    /// call completes last. In `let NAME = fork()`, the child process gets the name.
    fn run_let(&mut self, stmt: &Stmt, name: &Word, value: &Expr) -> Result<(), Stop> {
        let family = if makes_call(value) {
            Family::Call
        } else {
            Family::None
        };
        if family == Family::None {
            no_facts(stmt, "this value")?;
        } else {
            self.variables = varying(&mut self.cx, stmt);
        }
        let bound = eval_or_noun(&mut self.cx, value)?;
        let mut call = if family == Family::Call {
            self.cx.calls.pop()
        } else {
            None
        };
        if let Some(call) = call.as_mut().filter(|_| is_fork(value))
            && let Some(child) = &mut Arc::make_mut(call).child
        {
            child.name = name.text.clone();
            let pid = child.pid;
            self.cx.kernel(value.span)?.rename(pid, name.text.clone());
        }
        self.bind_and_tell(stmt, name, bound, call, family)
    }

    /// Reports a drawn value.
    ///
    /// # Errors
    /// Returns `unknown-fact`, because a draw has no facts.
    pub(crate) fn chosen(&mut self, stmt: &Stmt, name: &Word, value: Value) -> Result<(), Stop> {
        no_facts(stmt, "this value")?;
        self.bind_and_tell(stmt, name, value, None, Family::None)
    }

    fn bind_and_tell(
        &mut self,
        stmt: &Stmt,
        name: &Word,
        value: Value,
        call: Option<Arc<CallRecord>>,
        family: Family,
    ) -> Result<(), Stop> {
        self.cx
            .state
            .bind(&name.text, Binding::Value(value.clone()));
        self.conclude(
            stmt,
            Did::Bound {
                name: name.text.clone(),
                value,
                call,
                hexadecimal: HexDigits::in_stmt(self.cx.env.sources, stmt),
                chosen: matches!(*stmt.kind, StmtKind::Choose { .. }),
            },
            Vec::new(),
            family,
        )
    }

    /// Reports the system calls in code that has no separate record, such as the condition of an `if`.
    fn tell_calls(&mut self, place: Span) -> Result<(), Stop> {
        if self.cx.calls.is_empty() {
            Ok(())
        } else {
            self.finish(place, Did::Quiet, Vec::new())
        }
    }

    fn run_for(&mut self, stmt: &Stmt, name: &Word, over: &Expr, body: &Block) -> Result<(), Stop> {
        let value = eval(&mut self.cx, over)?;
        let Some(items) = value.items() else {
            return Err(not_a_list(over, &value).into());
        };
        self.tell_calls(over.span)?;
        self.enter_loop(
            stmt.span,
            Rounds {
                variable: Some(name.clone()),
                values: items,
            },
            body,
        );
        Ok(())
    }
}
