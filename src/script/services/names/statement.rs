//! The names in statements.

use std::collections::HashSet;
use std::sync::Arc;

use super::expr::{self, assigned_value, call, calls_with, exprs, path};
use super::finder::{Finder, Looked};
use super::kind::{Form, NameKind, Space};
use super::settings::{self, machine, table_of};
use super::table::{Found, Id};
use super::{calls, operands};
use crate::lang::ast::{
    Asked, Claim, Command, Condition, Expr, ExprKind, Fact, Operation, Pages, Settings, Stmt,
    StmtKind, Word,
};
use crate::lang::span::Span;
use crate::lang::visit::{
    Visit, any_expr, statements_of_scope, walk_condition, walk_operation, walk_stmt,
};
use crate::questions::LANGUAGE;
use crate::run::bind::{Params as _, Slot, bind_command};
use crate::run::facts::Family;
use crate::run::nouns::ThingNoun;
use crate::run::prepare::{family, family_of};
use crate::run::syscalls::{called, is_fork, makes_call};
use crate::run::table::Column;

/// Whether a statement uses names, but declares none and calls nothing that could.
fn gives_no_names(stmt: &Stmt) -> bool {
    let calls = |expr: &Expr| any_expr(expr, |part| matches!(part.kind, ExprKind::Call { .. }));
    let StmtKind::Command(command) = &*stmt.kind else {
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
        self.region = body_of(self, stmt);
        self.family = family_of_stmt(stmt);
        match &*stmt.kind {
            StmtKind::Scenario { name, .. } => {
                titled(self, name, Space::Scenario, NameKind::Scenario);
            }
            StmtKind::Question { title, .. } => {
                titled(self, title, Space::Question, NameKind::Question);
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
        assign(self, id, value);
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
        sets(self, body);
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
        self.block_in(then, region.ending_at(other));
        let first: HashSet<_> = self.scopes.end_conditional().into_iter().collect();
        let Some(otherwise) = otherwise else { return };
        self.scopes.begin_conditional();
        self.block_in(otherwise, region.starting_at(other));
        for key in self.scopes.end_conditional() {
            if first.contains(&key) {
                self.scopes.declare(&key, true, &mut self.table);
            }
        }
    }

    fn visit_scope(&mut self, stmt: &'s Stmt, params: &'s [Word], body: &'s [Stmt]) {
        if let StmtKind::Def { name, .. } = &*stmt.kind {
            return calls::definition(self, name, params, body);
        }
        self.open();
        self.visit_block(body);
        calls::close(self);
    }

    fn visit_asked(&mut self, name: &'s Word, _: &'s Expr, conditions: &'s [Condition]) {
        self.open();
        self.gives(Space::Value, name, NameKind::Variable);
        for condition in conditions {
            self.visit_condition(condition);
        }
        calls::close(self);
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
        names_of_command(self, command);
    }

    fn visit_noun(&mut self, noun: &'s [Expr]) {
        operands::shown(self, &noun.iter().collect::<Vec<_>>());
    }

    fn visit_reference(&mut self, pages: &'s Pages, settings: &'s Settings) {
        reference(self, pages, settings);
    }

    fn visit_fact(&mut self, fact: &'s Fact) {
        expr::fact(self, fact);
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        expr::expr(self, expr);
    }
}

/// Returns the region of a statement's block, which follows the header or is in another file.
fn body_of(finder: &Finder, stmt: &Stmt) -> Span {
    let header = match &*stmt.kind {
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
                .map_or_else(Span::default, |first| finder.whole(first.span.file));
        }
        _ => stmt.span,
    };
    stmt.span.starting_at(header.end)
}

/// Assigns a value, or each value of a list, to a variable.
fn assign(finder: &mut Finder, variable: Id, value: &Expr) {
    if let ExprKind::List(parts) = &value.kind {
        return parts.iter().for_each(|part| assign(finder, variable, part));
    }
    if let Some(assigned) = assigned_value(finder, value) {
        finder.texts.assign(variable, assigned);
    }
}

fn sets(finder: &mut Finder, block: &[Stmt]) {
    for stmt in statements_of_scope(block) {
        let name = match &*stmt.kind {
            StmtKind::Def { name, .. } => Some(name),
            _ => stmt.variable(),
        };
        let Some(name) = name else { continue };
        if !finder.works() {
            return;
        }
        finder.scopes.declare(
            &(Space::Value, Arc::clone(&name.text)),
            false,
            &mut finder.table,
        );
    }
}

/// Declares the name of a scenario or question.
fn titled(finder: &mut Finder, name: &Word, space: Space, kind: NameKind) {
    let id = match space {
        Space::Question => finder.title(&name.text),
        _ => finder.table.fresh(&name.text),
    };
    if let Some(span) = finder.between_quotes(name.span) {
        finder.table.add(Found {
            span,
            id,
            space,
            gives: Some(kind),
            form: Form::Quoted,
        });
    }
}

/// Visits the names in a command.
pub(crate) fn names_of_command(finder: &mut Finder, command: &Command) {
    if command.call {
        return with_brackets(finder, command);
    }
    match &*command.verb.text {
        "machine" => return machine(finder, command),
        "file" | "executable" => return file(finder, command),
        verb => {
            let params = LANGUAGE.verb(verb).map_or(&[][..], |verb| verb.params);
            let bound = bind_command(params, command);
            // `show` also draws figures.
            let figure = match bound.operands {
                [name, _, ..] if verb == "show" => finder.word(name),
                _ => None,
            };
            match figure.and_then(|name| LANGUAGE.figure(&name.text)) {
                Some(figure) => operands::bound(finder, &bound.with(figure.params)),
                None => operands::bound(finder, &bound),
            }
        }
    }
    if let Some(block) = &command.block {
        block_of(finder, command, block);
    }
}

/// `f(1, 2)`, `munmap(p, n)`
fn with_brackets(finder: &mut Finder, command: &Command) {
    let (name, args) = (&command.verb, &*command.operands);
    let defined = finder
        .scopes
        .resolve(&(Space::Call, Arc::clone(&name.text)), &mut finder.table)
        .id
        .is_some();
    if defined || called(&name.text, args.len()).is_none() {
        calls_with(finder, name, args);
        exprs(finder, args);
    } else {
        if finder.scopes.body().is_some() {
            // A definition of this name may be visible where the enclosing definition is called.
            calls::calls(finder, name);
        }
        call(finder, name, args);
    }
}

/// `file "name" = "text"`, `executable "name" { … }`
fn file(finder: &mut Finder, command: &Command) {
    command
        .assigned
        .iter()
        .flat_map(|values| values.iter())
        .for_each(|value| finder.visit_expr(value));
    let executable = &*command.verb.text == "executable";
    if let Some(block) = &command.block {
        block_of(finder, command, block);
    }
    let Some(operand) = command.operands.first() else {
        return;
    };
    let Some((text, span)) = finder.quoted(operand) else {
        return path(finder, operand, false);
    };
    let kind = if executable {
        NameKind::Executable
    } else {
        NameKind::File
    };
    finder.gives_at(Space::File, &text, span, (kind, Form::Quoted));
}

/// Visits the block of a command.
fn block_of(finder: &mut Finder, command: &Command, block: &Settings) {
    if let Some(table) = &block.table {
        let expected = &*command.verb.text == "expect";
        let noun = match nouns(&command.operands).first().map(|noun| &noun.kind) {
            _ if &*command.verb.text == "process" => Arc::from("maps"),
            Some(ExprKind::Name(name)) => Arc::clone(name),
            Some(ExprKind::Field(_, name)) => Arc::clone(&name.text),
            _ => Arc::from(""),
        };
        table_of(finder, table, columns(&noun), expected);
    }
    match LANGUAGE.block(&command.verb.text) {
        Some(row) => settings::settings(finder, block, row),
        // `set pte 1 0x1000 { ppn 0x12, p 1 }`
        None => {
            for setting in block.settings.iter() {
                exprs(finder, &setting.values);
            }
        }
    }
}

/// Visits `reference PAGES { … }`. In `PAGES`, words outside brackets are the names of pages.
pub(crate) fn reference(finder: &mut Finder, pages: &Pages, settings: &Settings) {
    match pages {
        Pages::List(list) => match &list.kind {
            ExprKind::List(parts) => expr::pages(finder, parts),
            _ => finder.visit_expr(list),
        },
        Pages::Program(name, _) => {
            finder.uses(Space::Value, name);
        }
        // A page cannot have the name of a variable, so this word is a program.
        Pages::Words(words) => {
            let is_call = |word: &Word| &*word.text == "call";
            match &**words {
                [name] => drop(finder.uses(Space::Value, name)),
                [name, word, _] if is_call(word) => drop(finder.uses(Space::Value, name)),
                _ => {}
            }
        }
        Pages::Trace(_) => {}
    }
    if let Some(row) = LANGUAGE.block("reference") {
        settings::settings(finder, settings, row);
    }
}

/// Returns the columns of a noun that lists kernel objects.
fn columns(noun: &str) -> &'static [Column] {
    ThingNoun::named(noun).map_or(&[], |row| row.columns)
}

/// Returns a noun's operands without `exactly`.
fn nouns(operands: &[Expr]) -> &[Expr] {
    match operands.split_first() {
        Some((
            Expr {
                kind: ExprKind::Name(name),
                ..
            },
            rest,
        )) if &**name == "exactly" => rest,
        _ => operands,
    }
}

/// Returns the family of a statement's facts.
fn family_of_stmt(stmt: &Stmt) -> Family {
    match &*stmt.kind {
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
