//! The names in statements.

use std::collections::HashSet;
use std::sync::Arc;

use super::finder::{AssignedValue, Finder, Looked};
use super::kind::{Form, NameKind, Space};
use super::table::{Found, Id};
use crate::lang::ast::{
    Asked, Claim, Command, Condition, Expr, ExprKind, Fact, Operation, Pages, Settings, Stmt,
    StmtKind, Word,
};
use crate::lang::span::Span;
use crate::lang::visit::{
    Visit, any_expr, statements_of_scope, walk_condition, walk_operation, walk_stmt,
};
use crate::questions::LANGUAGE;
use crate::run::bind::{Params as _, Slot};
use crate::run::facts::Family;
use crate::run::prepare::{family, family_of};
use crate::run::syscalls::{is_fork, makes_call};

/// Whether a statement uses names, but declares none and calls nothing that could.
fn gives_no_names(stmt: &Stmt) -> bool {
    let calls = |expr: &Expr| any_expr(expr, |part| matches!(part.kind, ExprKind::Call { .. }));
    let StmtKind::Command(command) = &stmt.kind else {
        return false;
    };
    let verb = LANGUAGE.verb(&command.verb.text);
    let is_use = verb.is_some_and(|verb| !verb.params.has(Slot::NewProcess));
    let claimed = stmt.facts.iter().filter_map(|fact| match &fact.claim {
        Claim::Is(value) | Claim::Not(value) | Claim::In(value) => Some(value),
        Claim::Open | Claim::Blank => None,
    });
    let assigned = command.assigned.iter().flat_map(|values| values.iter());
    is_use
        && !command.call
        && command.block.is_none()
        && !(command.operands.iter().chain(assigned).chain(claimed)).any(calls)
}

impl<'s> Visit<'s> for Finder<'_> {
    fn visit_block(&mut self, block: &'s [Stmt]) {
        self.block_in(block, self.region);
    }

    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        if matches!(self.looked, Looked::For(_)) && gives_no_names(stmt) {
            return;
        }
        let around = (self.region, self.family);
        self.region = self.body_of(stmt);
        self.family = family_of_stmt(stmt);
        match &stmt.kind {
            StmtKind::Scenario { name, .. } => {
                self.titled(name, Space::Scenario, NameKind::Scenario);
            }
            StmtKind::Question { title, .. } => {
                self.titled(title, Space::Question, NameKind::Question);
            }
            StmtKind::InProcess { process, .. } => {
                self.uses(Space::Process, process);
            }
            _ => {}
        }
        walk_stmt(self, stmt);
        (self.region, self.family) = around;
    }

    /// `let child = fork()` also names a process.
    fn visit_variable(&mut self, name: &'s Word, value: &'s Expr) {
        let id = self.gives(Space::Value, name, NameKind::Variable);
        self.assign(id, value);
        if is_fork(value) {
            let process = self.declare(Space::Process, &name.text);
            self.table.unite(id, process);
        }
    }

    /// Visits a loop's body, which might not run. Each iteration sees the assignments of the previous iteration.
    fn visit_loop(&mut self, variable: Option<(&'s Word, &'s Expr)>, body: &'s [Stmt]) {
        self.scopes.begin_conditional();
        if let Some((name, over)) = variable {
            self.visit_variable(name, over);
        }
        self.sets(body);
        self.visit_block(body);
        self.scopes.end_conditional();
    }

    /// Visits both branches. A name is certain afterward if both branches set it.
    fn visit_branches(&mut self, then: &'s [Stmt], otherwise: Option<&'s [Stmt]>) {
        let region = self.region;
        let other = otherwise
            .and_then(|block| block.first())
            .map_or(region.end, |first| first.span.start);
        self.scopes.begin_conditional();
        self.block_in(
            then,
            Span {
                end: other,
                ..region
            },
        );
        let first: HashSet<_> = self.scopes.end_conditional().into_iter().collect();
        let Some(otherwise) = otherwise else { return };
        self.scopes.begin_conditional();
        self.block_in(
            otherwise,
            Span {
                start: other,
                ..region
            },
        );
        for key in self.scopes.end_conditional() {
            if first.contains(&key) {
                self.scopes.declare(&key, true, &mut self.table);
            }
        }
    }

    fn visit_scope(&mut self, stmt: &'s Stmt, params: &'s [Word], body: &'s [Stmt]) {
        if let StmtKind::Def { name, .. } = &stmt.kind {
            return self.definition(name, params, body);
        }
        self.open();
        self.visit_block(body);
        self.close();
    }

    fn visit_asked(&mut self, name: &'s Word, _: &'s Expr, conditions: &'s [Condition]) {
        self.open();
        self.gives(Space::Value, name, NameKind::Variable);
        for condition in conditions {
            self.visit_condition(condition);
        }
        self.close();
    }

    fn visit_condition(&mut self, condition: &'s Condition) {
        let around = self.family;
        if let Condition::Facts { operation, .. } = condition {
            self.family = family(operation);
        }
        walk_condition(self, condition);
        self.family = around;
    }

    fn visit_operation(&mut self, operation: &'s Operation) {
        if let Some(process) = &operation.process {
            self.uses(Space::Process, process);
        }
        walk_operation(self, operation);
    }

    fn visit_command(&mut self, command: &'s Command) {
        self.command(command);
    }

    fn visit_noun(&mut self, noun: &'s [Expr]) {
        self.shown(&noun.iter().collect::<Vec<_>>());
    }

    fn visit_reference(&mut self, pages: &'s Pages, settings: &'s Settings) {
        self.reference(pages, settings);
    }

    fn visit_fact(&mut self, fact: &'s Fact) {
        self.fact(fact);
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        self.expr(expr);
    }
}

impl Finder<'_> {
    /// Returns the region of a statement's block, which follows the header or is in another file.
    fn body_of(&self, stmt: &Stmt) -> Span {
        let header = match &stmt.kind {
            StmtKind::For { over: last, .. }
            | StmtKind::Repeat { count: last, .. }
            | StmtKind::If {
                condition: last, ..
            }
            | StmtKind::Question {
                points: Some(last), ..
            }
            | StmtKind::Part {
                points: Some(last), ..
            } => last.span,
            StmtKind::Def { name, params, .. } => params.last().unwrap_or(name).span,
            StmtKind::Scenario { name: last, .. }
            | StmtKind::Question { title: last, .. }
            | StmtKind::Part { name: last, .. }
            | StmtKind::InProcess { process: last, .. } => last.span,
            StmtKind::Include { body, .. } => {
                return body
                    .first()
                    .map_or_else(Span::default, |first| self.whole(first.span.file));
            }
            _ => stmt.span,
        };
        Span {
            start: header.end,
            ..stmt.span
        }
    }

    /// Assigns a value, or each value of a list, to a variable.
    fn assign(&mut self, variable: Id, value: &Expr) {
        if let ExprKind::List(parts) = &value.kind {
            return parts.iter().for_each(|part| self.assign(variable, part));
        }
        if let Some(assigned) = self.assigned_value(value) {
            self.texts.assign(variable, assigned);
        }
    }

    /// Returns the assigned value of a variable or parameter, if the value may name a file.
    pub(crate) fn assigned_value(&mut self, value: &Expr) -> Option<AssignedValue> {
        if let ExprKind::Name(name) = &value.kind {
            return self
                .resolve(Space::Value, name)
                .id
                .map(AssignedValue::Variable);
        }
        let (text, span) = self.quoted(value)?;
        let file = self
            .scopes
            .resolve(&(Space::File, Arc::clone(&text)), &mut self.table)
            .id;
        Some(AssignedValue::Text(text, span, file))
    }

    fn sets(&mut self, block: &[Stmt]) {
        for stmt in statements_of_scope(block) {
            let name = match &stmt.kind {
                StmtKind::Def { name, .. } => Some(name),
                _ => stmt.variable(),
            };
            let Some(name) = name else { continue };
            if !self.works() {
                return;
            }
            self.scopes.declare(
                &(Space::Value, Arc::clone(&name.text)),
                false,
                &mut self.table,
            );
        }
    }

    /// Declares the name of a scenario or question.
    fn titled(&mut self, name: &Word, space: Space, kind: NameKind) {
        let id = match space {
            Space::Question => self.title(&name.text),
            _ => self.table.fresh(&name.text),
        };
        if let Some(span) = self.between_quotes(name.span) {
            self.table.add(Found {
                span,
                id,
                space,
                gives: Some(kind),
                form: Form::Quoted,
            });
        }
    }

    /// Returns the question with this title, regardless of its position in the script.
    pub(crate) fn title(&mut self, title: &Arc<str>) -> Id {
        let table = &mut self.table;
        *self
            .titles
            .entry(Arc::clone(title))
            .or_insert_with(|| table.fresh(title))
    }
}

/// Returns the family of a statement's facts.
fn family_of_stmt(stmt: &Stmt) -> Family {
    match &stmt.kind {
        StmtKind::Command(command) => family_of(&LANGUAGE, command),
        StmtKind::Probe(operation) => family(operation),
        StmtKind::Let { value, .. } if makes_call(value) => Family::Call,
        StmtKind::Reference { .. } => Family::Reference,
        StmtKind::Ask(ask) => match &ask.what {
            Asked::Facts { operation, .. } => family(operation),
            _ => Family::None,
        },
        _ => Family::None,
    }
}
