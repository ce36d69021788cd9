//! The names of statements.

use std::collections::HashSet;
use std::sync::Arc;

use super::finder::Finder;
use super::kind::{NameKind, Space};
use super::occurrence::Form;
use super::table::{Found, Id};
use super::texts::Got;
use crate::exam::LANGUAGE;
use crate::lang::ast::{
    Ask, Asked, Block, Condition, Expr, ExprKind, Operation, OperationKind, Stmt, StmtKind, Word,
};
use crate::lang::check::unscoped_blocks;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::facts::Family;
use crate::run::prepare::family;
use crate::run::syscalls::{called, is_fork, makes_call};

impl Finder<'_> {
    /// The names of a statement.
    pub fn statement(&mut self, stmt: &Stmt) {
        let mut of = Family::None;
        match &stmt.kind {
            StmtKind::Command(command) => {
                let system_call =
                    command.call && called(&command.verb.text, command.operands.len()).is_some();
                let usual = LANGUAGE.verb(&command.verb.text).map_or(Family::None, |verb| verb.family);
                of = if system_call { Family::Call } else { usual };
                self.command(command);
            }
            StmtKind::Probe(operation) => {
                of = family(operation);
                self.operation(operation);
            }
            StmtKind::Let { name, value } => {
                of = if makes_call(value) { Family::Call } else { Family::None };
                self.let_name(name, value);
            }
            StmtKind::Choose { name, from, conditions } => {
                self.expr(from);
                let id = self.gives(Space::Value, name, NameKind::Variable);
                self.got(id, from);
                self.conditions(conditions);
            }
            StmtKind::For { name, over, body } => {
                self.expr(over);
                let perhaps = |finder: &mut Self| {
                    let id = finder.gives(Space::Value, name, NameKind::Variable);
                    finder.got(id, over);
                    finder.again(body, after(stmt, over.span));
                };
                self.perhaps(perhaps);
            }
            StmtKind::Repeat { count, body } => {
                self.expr(count);
                self.perhaps(|finder| finder.again(body, after(stmt, count.span)));
            }
            StmtKind::If { condition, then, otherwise } => {
                self.branches(stmt, condition, (then, otherwise.as_ref()));
            }
            StmtKind::Def { name, params, body } => {
                let header = params.last().unwrap_or(name).span;
                self.definition(name, params, (body, after(stmt, header)));
            }
            StmtKind::Include { body, .. } => {
                if let Some(first) = body.first() {
                    self.whole_file(first.span.file, body);
                }
            }
            StmtKind::Scenario { name, body } => {
                self.titled(name, Space::Scenario, NameKind::Scenario);
                self.isolated(body, after(stmt, name.span));
            }
            StmtKind::Question { title, points, body } => {
                self.worth(points.as_ref());
                self.titled(title, Space::Question, NameKind::Question);
                let header = points.as_ref().map_or(title.span, |points| points.span);
                self.isolated(body, after(stmt, header));
            }
            StmtKind::Part { name, points, body } => {
                self.worth(points.as_ref());
                let header = points.as_ref().map_or(name.span, |points| points.span);
                self.block_in(body, after(stmt, header));
            }
            StmtKind::Given { nouns, .. } => nouns.iter().for_each(|noun| self.shown(noun)),
            StmtKind::Ask(ask) => of = self.ask(ask),
            StmtKind::Reference { pages, settings } => {
                of = Family::Reference;
                self.reference(pages, settings);
            }
            StmtKind::InProcess { process, body } => {
                self.uses(Space::Process, process);
                self.block_in(body, after(stmt, process.span));
            }
        }
        self.facts(&stmt.facts, of);
    }

    /// `let child = fork()` names a process, too.
    fn let_name(&mut self, name: &Word, value: &Expr) {
        self.expr(value);
        let id = self.gives(Space::Value, name, NameKind::Variable);
        self.got(id, value);
        if is_fork(value) {
            let process = self.declare(Space::Process, &name.text);
            self.table.unite(id, process);
        }
    }

    /// A variable gets a value, or one of a list.
    pub fn got(&mut self, variable: Id, value: &Expr) {
        if let ExprKind::List(parts) = &value.kind {
            return parts.iter().for_each(|part| self.got(variable, part));
        }
        if let Some(got) = self.gotten(value) {
            self.texts.gets(variable, got);
        }
    }

    /// What a variable or parameter gets by this value, if it may name a file.
    pub fn gotten(&mut self, value: &Expr) -> Option<Got> {
        match &value.kind {
            ExprKind::Value(Value::Text(text)) => {
                let span = self.between_quotes(value.span)?;
                let file = self.scopes.look(&(Space::File, Arc::clone(text)), &mut self.table).id;
                Some(Got::Text(Arc::clone(text), span, file))
            }
            ExprKind::Name(name) => self.look(Space::Value, name).id.map(Got::Variable),
            _ => None,
        }
    }

    /// What may run or not.
    fn perhaps(&mut self, run: impl FnOnce(&mut Self)) {
        self.scopes.begin_perhaps();
        run(self);
        self.scopes.end_perhaps();
    }

    /// What a loop's body sets, its next turn sees.
    fn again(&mut self, body: &Block, region: Span) {
        self.sets(body);
        self.block_in(body, region);
    }

    fn sets(&mut self, block: &Block) {
        for stmt in block.iter() {
            let (StmtKind::Let { name, .. }
            | StmtKind::Choose { name, .. }
            | StmtKind::For { name, .. }
            | StmtKind::Def { name, .. }) = &stmt.kind
            else {
                unscoped_blocks(&stmt.kind).for_each(|block| self.sets(block));
                continue;
            };
            if !self.works() {
                return;
            }
            self.scopes.declare(&(Space::Value, Arc::clone(&name.text)), false, &mut self.table);
            unscoped_blocks(&stmt.kind).for_each(|block| self.sets(block));
        }
    }

    /// What both branches set is certain afterwards.
    fn branches(&mut self, stmt: &Stmt, condition: &Expr, (then, otherwise): (&Block, Option<&Block>)) {
        self.expr(condition);
        let region = after(stmt, condition.span);
        let other = otherwise.and_then(|block| block.first()).map_or(region.end, |first| first.span.start);
        self.scopes.begin_perhaps();
        self.block_in(then, Span { end: other, ..region });
        let first: HashSet<_> = self.scopes.end_perhaps().into_iter().collect();
        let Some(otherwise) = otherwise else { return };
        self.scopes.begin_perhaps();
        self.block_in(otherwise, Span { start: other, ..region });
        for key in self.scopes.end_perhaps() {
            if first.contains(&key) {
                self.scopes.declare(&key, true, &mut self.table);
            }
        }
    }

    /// A scenario or question.
    fn isolated(&mut self, body: &Block, region: Span) {
        self.open();
        self.block_in(body, region);
        self.close();
    }

    /// `points N`
    fn worth(&mut self, points: Option<&Expr>) {
        if let Some(points) = points {
            self.expr(points);
        }
    }

    /// A scenario or question gets its name.
    fn titled(&mut self, name: &Word, space: Space, kind: NameKind) {
        let id = match space {
            Space::Question => self.title(&name.text),
            _ => self.table.fresh(&name.text),
        };
        if let Some(span) = self.between_quotes(name.span) {
            self.table.add(Found { span, id, space, gives: Some(kind), form: Form::Quoted });
        }
    }

    /// The question of this title, wherever it stands.
    pub fn title(&mut self, title: &Arc<str>) -> Id {
        let table = &mut self.table;
        *self.titles.entry(Arc::clone(title)).or_insert_with(|| table.fresh(title))
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            match condition {
                Condition::Expr(expr) => self.expr(expr),
                Condition::Facts { operation, facts } => {
                    self.operation(operation);
                    self.facts(facts, family(operation));
                }
            }
        }
    }

    fn operation(&mut self, operation: &Operation) {
        operation.process.iter().for_each(|process| {
            self.uses(Space::Process, process);
        });
        match &operation.kind {
            OperationKind::Command(command) => self.command(command),
            OperationKind::Expr(expr) => self.expr(expr),
            OperationKind::Reference { pages, settings } => self.reference(pages, settings),
        }
    }

    fn ask(&mut self, ask: &Ask) -> Family {
        self.worth(ask.points.as_ref());
        match &ask.what {
            Asked::Facts { operation, .. } => {
                self.operation(operation);
                return family(operation);
            }
            Asked::Value { label, value, .. } => {
                self.expr(label);
                self.expr(value);
            }
            Asked::Table { noun, .. } => self.noun(noun),
            Asked::Any { name, from, conditions } => {
                self.expr(from);
                self.open();
                self.gives(Space::Value, name, NameKind::Variable);
                self.conditions(conditions);
                self.close();
            }
        }
        Family::None
    }
}

/// What of a statement comes after its header, which ends so.
fn after(stmt: &Stmt, header: Span) -> Span {
    Span { start: header.end, ..stmt.span }
}
