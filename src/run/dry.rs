//! Checking a script without running it: every statement is prepared once with what is known before a run.
//! What depends on a run (facts, loop variables, drawn values) is unknowable, and silently passed over.

use std::rc::Rc;

use crate::lang::ast::{Claim, Command, Condition, Fact, Stmt, StmtKind, Word};

use super::facts::{self, Family};
use super::session::{Session, Stop};
use super::state::{Binding, Scope, Slot, State};
use super::verbs::{self, Action};

impl Session<'_> {
    /// Checks the statements of a block; every mistake is remembered.
    pub fn check_block(&mut self, block: &[Stmt]) {
        for stmt in block {
            if let Err(Stop::Wrong(diagnostics)) = self.check(stmt) {
                self.report(diagnostics);
            }
        }
    }

    fn check(&mut self, stmt: &Stmt) -> Result<(), Stop> {
        match &stmt.kind {
            StmtKind::Command(command) => self.check_command(stmt, command),
            StmtKind::Probe(operation) => {
                let prepared = self.prepare_operation(operation).map(|_| ());
                self.check_facts(&stmt.facts, Family::Access);
                prepared
            }
            StmtKind::Let { name, value } => {
                let value = self.eval(value);
                let binding =
                    value.as_ref().map_or(Binding::Unknowable, |value| Binding::Value(value.clone()));
                self.state.bind(name.text.clone(), binding);
                self.no_facts(stmt, "this value")?;
                value.map(|_| ())
            }
            StmtKind::Choose { name, from, conditions } => {
                let from = self.eval(from).map(|_| ());
                self.state.bind(name.text.clone(), Binding::Unknowable);
                conditions.iter().for_each(|condition| self.check_condition(condition));
                from
            }
            StmtKind::For { name, over, body } => {
                let over = self.eval(over).map(|_| ());
                self.state.bind(name.text.clone(), Binding::Unknowable);
                self.check_perhaps(&[body]);
                over
            }
            StmtKind::Repeat { count, body } => {
                let count = self.integer(count).map(|_| ());
                self.check_perhaps(&[body]);
                count
            }
            StmtKind::If { condition, then, otherwise } => {
                let condition = self.truth(condition).map(|_| ());
                let blocks: Vec<&[Stmt]> = std::iter::once(&**then).chain(otherwise.as_deref()).collect();
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
            StmtKind::Reference { pages, settings } => {
                let played = self.reference(pages, settings).map(|_| ());
                self.check_facts(&stmt.facts, Family::Reference);
                played
            }
            StmtKind::InProcess { process, .. } => Err(self.unknown_process(process).into()),
        }
    }

    /// Declarations and contents are carried out, so that what follows is checked against them.
    fn check_command(&mut self, stmt: &Stmt, command: &Command) -> Result<(), Stop> {
        let prepared = self.prepare(command);
        let family = match &prepared {
            Ok((_, family)) => *family,
            Err(_) => verbs::verb(&command.verb.text).map_or(Family::None, |verb| verb.family),
        };
        let result = match prepared {
            Ok((action, _)) if action.declares() => self.perform(action, false).map(|_| ()),
            Ok((Action::Call(def, _), _)) if may_declare(&def.body, &self.state, &mut Vec::new()) => {
                self.state.machine = Slot::Unknowable;
                Ok(())
            }
            other => other.map(|_| ()),
        };
        if result.is_err() && &*command.verb.text == "machine" {
            self.state.machine = Slot::Unknowable;
        }
        self.check_facts(&stmt.facts, family);
        result
    }

    /// Checks blocks that may run or not: what they change is unknowable afterwards.
    fn check_perhaps(&mut self, blocks: &[&[Stmt]]) {
        let before = self.state.clone();
        for block in blocks {
            forget(block, &mut self.state);
            self.check_block(block);
            self.state = before.clone();
        }
        for block in blocks {
            forget(block, &mut self.state);
        }
    }

    fn check_def(&mut self, params: &[Word], body: &[Stmt]) {
        let state = self.state.clone();
        let mut own = Scope::new(true);
        for param in params {
            own.bind(param.text.clone(), Binding::Unknowable);
        }
        self.state.machine = Slot::Unknowable;
        self.state.scopes.push(own);
        self.check_block(body);
        self.state = state;
    }

    fn check_condition(&mut self, condition: &Condition) {
        let result = match condition {
            Condition::Expr(expr) => self.truth(expr).map(|_| ()),
            Condition::Facts { operation, facts } => {
                let prepared = self.prepare_operation(operation).map(|_| ());
                self.check_facts(facts, Family::Access);
                prepared
            }
        };
        if let Err(Stop::Wrong(diagnostics)) = result {
            self.report(diagnostics);
        }
    }

    /// Checks the names of facts, and their values as far as they are known.
    fn check_facts(&mut self, stated: &[Fact], family: Family) {
        for fact in stated {
            if let Err(Stop::Wrong(diagnostics)) = self.check_stated(fact, family) {
                self.report(diagnostics);
            }
        }
    }

    fn check_stated(&mut self, fact: &Fact, family: Family) -> Result<(), Stop> {
        if !matches!(self.state.machine, Slot::Is(_)) && family == Family::Access {
            return Ok(());
        }
        let spec = self.spec().cloned();
        let key = facts::key(&fact.name.text, family, spec.as_deref())
            .map_err(|near| self.unknown_fact(fact, near, family))?;
        match &fact.claim {
            Claim::Is(expr) | Claim::Not(expr) | Claim::In(expr) => self.claimed(expr, &key).map(|_| ()),
            Claim::Open | Claim::Blank => Err(self.no_claim(fact).into()),
        }
    }
}

/// Makes unknowable whatever a block may change.
fn forget(block: &[Stmt], state: &mut State) {
    forget_names(block, state);
    if may_declare(block, state, &mut Vec::new()) {
        state.machine = Slot::Unknowable;
    }
}

fn forget_names(block: &[Stmt], state: &mut State) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::Let { name, .. } | StmtKind::Choose { name, .. } | StmtKind::For { name, .. } => {
                state.bind(name.text.clone(), Binding::Unknowable);
            }
            _ => {}
        }
        inner_blocks(stmt).for_each(|block| forget_names(block, state));
    }
}

/// Whether a block may declare a machine, itself or by a definition that it calls; `seen` are those looked into.
fn may_declare(block: &[Stmt], state: &State, seen: &mut Vec<Rc<str>>) -> bool {
    block.iter().any(|stmt| {
        let here = match &stmt.kind {
            StmtKind::Command(command) => declares(command, state, seen),
            _ => false,
        };
        here || inner_blocks(stmt).any(|block| may_declare(block, state, seen))
    })
}

fn declares(command: &Command, state: &State, seen: &mut Vec<Rc<str>>) -> bool {
    let name = &command.verb.text;
    match state.find(name) {
        _ if &**name == "machine" => true,
        Some(Binding::Def(def)) if command.call && !seen.contains(name) => {
            seen.push(name.clone());
            may_declare(&def.body, state, seen)
        }
        _ => false,
    }
}

/// The blocks of a statement that run in the state it stands in, as often as may be.
fn inner_blocks(stmt: &Stmt) -> impl Iterator<Item = &[Stmt]> {
    let (first, second) = match &stmt.kind {
        StmtKind::For { body, .. } | StmtKind::Repeat { body, .. } | StmtKind::Include { body, .. } => {
            (Some(body), None)
        }
        StmtKind::If { then, otherwise, .. } => (Some(then), otherwise.as_ref()),
        _ => (None, None),
    };
    first.into_iter().chain(second).map(|block| &**block)
}
