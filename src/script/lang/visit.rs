//! Traversal of the tree of a script.
//!
//! [`Visit`] has a method for each kind of node. By default, the method walks the node's children. An
//! override calls the `walk_…` function of its node to continue. If only the statements matter,
//! [`statements`] and [`statements_of_scope`] list them.

use std::collections::HashSet;

use super::ast::{
    Ask, Asked, Block, Cell, CellKind, Claim, Command, Condition, Expr, ExprKind, Fact, Holds,
    Operation, OperationKind, Pages, Piece, Setting, Settings, Stmt, StmtKind, Table, Word,
};

/// A traversal of the tree in the order in which a statement evaluates its parts. Facts come last.
pub(crate) trait Visit<'s> {
    fn visit_block(&mut self, block: &'s [Stmt]) {
        for stmt in block {
            self.visit_stmt(stmt);
        }
    }

    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        walk_stmt(self, stmt);
    }

    fn visit_command(&mut self, command: &'s Command) {
        walk_command(self, command);
    }

    fn visit_operation(&mut self, operation: &'s Operation) {
        walk_operation(self, operation);
    }

    fn visit_reference(&mut self, pages: &'s Pages, settings: &'s Settings) {
        walk_reference(self, pages, settings);
    }

    fn visit_condition(&mut self, condition: &'s Condition) {
        walk_condition(self, condition);
    }

    fn visit_ask(&mut self, ask: &'s Ask) {
        walk_ask(self, ask);
    }

    fn visit_fact(&mut self, fact: &'s Fact) {
        walk_fact(self, fact);
    }

    fn visit_settings(&mut self, settings: &'s Settings) {
        walk_settings(self, settings);
    }

    fn visit_setting(&mut self, setting: &'s Setting) {
        walk_setting(self, setting);
    }

    fn visit_table(&mut self, table: &'s Table) {
        walk_table(self, table);
    }

    fn visit_cell(&mut self, cell: &'s Cell) {
        if let CellKind::Expr(expr) = &cell.kind {
            self.visit_expr(expr);
        }
    }

    /// Visits a defined variable, with its value or with the range or list of its values.
    fn visit_variable(&mut self, _name: &'s Word, _value: &'s Expr) {}

    /// Visits the body of a `for`, which has a variable, or of a `repeat`.
    fn visit_loop(&mut self, variable: Option<(&'s Word, &'s Expr)>, body: &'s [Stmt]) {
        if let Some((name, over)) = variable {
            self.visit_variable(name, over);
        }
        self.visit_block(body);
    }

    /// Visits the blocks of an `if`.
    fn visit_branches(&mut self, then: &'s [Stmt], otherwise: Option<&'s [Stmt]>) {
        self.visit_block(then);
        if let Some(block) = otherwise {
            self.visit_block(block);
        }
    }

    /// Visits a block with its own scope: the body of a definition with these parameters, of a scenario, or
    /// of a question.
    fn visit_scope(&mut self, _stmt: &'s Stmt, _params: &'s [Word], body: &'s [Stmt]) {
        self.visit_block(body);
    }

    /// Visits the conditions of an `ask`, the only parts of the `ask` that use its variable.
    fn visit_asked(&mut self, name: &'s Word, from: &'s Expr, conditions: &'s [Condition]) {
        self.visit_variable(name, from);
        for condition in conditions {
            self.visit_condition(condition);
        }
    }

    /// Visits the operands of a noun, beginning with its keywords.
    fn visit_noun(&mut self, noun: &'s [Expr]) {
        for operand in noun {
            self.visit_operand(operand);
        }
    }

    /// Visits an expression in a place where a bare word can be a keyword.
    fn visit_operand(&mut self, operand: &'s Expr) {
        self.visit_expr(operand);
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        walk_expr(self, expr);
    }
}

/// Walks the children of a statement.
pub(crate) fn walk_stmt<'s, V: Visit<'s> + ?Sized>(visit: &mut V, stmt: &'s Stmt) {
    match &*stmt.kind {
        StmtKind::Command(command) => visit.visit_command(command),
        StmtKind::Probe(operation) => visit.visit_operation(operation),
        StmtKind::Let { name, value } => {
            visit.visit_expr(value);
            visit.visit_variable(name, value);
        }
        StmtKind::Choose {
            name,
            from,
            conditions,
        } => {
            visit.visit_expr(from);
            visit.visit_variable(name, from);
            for condition in conditions.iter() {
                visit.visit_condition(condition);
            }
        }
        StmtKind::For { name, over, body } => {
            visit.visit_expr(over);
            visit.visit_loop(Some((name, over)), body);
        }
        StmtKind::Repeat { count, body } => {
            visit.visit_expr(count);
            visit.visit_loop(None, body);
        }
        StmtKind::If {
            condition,
            then,
            otherwise,
        } => {
            visit.visit_expr(condition);
            visit.visit_branches(then, otherwise.as_deref());
        }
        StmtKind::Def { params, body, .. } => visit.visit_scope(stmt, params, body),
        StmtKind::Scenario { body, .. } => visit.visit_scope(stmt, &[], body),
        StmtKind::Question { points, body, .. } => {
            if let Some(points) = points {
                visit.visit_expr(points);
            }
            visit.visit_scope(stmt, &[], body);
        }
        StmtKind::Part { points, body, .. } => {
            if let Some(points) = points {
                visit.visit_expr(points);
            }
            visit.visit_block(body);
        }
        StmtKind::Include { body, .. } | StmtKind::InProcess { body, .. } => {
            visit.visit_block(body);
        }
        StmtKind::Given { nouns, .. } => nouns.iter().for_each(|of| visit.visit_noun(&of.noun)),
        StmtKind::Ask(ask) => visit.visit_ask(ask),
        StmtKind::Reference { pages, settings } => visit.visit_reference(pages, settings),
    }
    stmt.facts.iter().for_each(|fact| visit.visit_fact(fact));
}

/// Walks the children of a command. Definitions and system calls take only expressions, but verbs also take
/// keywords.
pub(crate) fn walk_command<'s, V: Visit<'s> + ?Sized>(visit: &mut V, command: &'s Command) {
    if command.call {
        command
            .operands
            .iter()
            .for_each(|argument| visit.visit_expr(argument));
    } else {
        walk_operands(visit, command.operands.iter());
    }
    walk_operands(
        visit,
        command.assigned.iter().flat_map(|values| values.iter()),
    );
    command
        .block
        .iter()
        .for_each(|block| visit.visit_settings(block));
}

fn walk_operands<'s, V: Visit<'s> + ?Sized>(
    visit: &mut V,
    operands: impl Iterator<Item = &'s Expr>,
) {
    operands.for_each(|operand| visit.visit_operand(operand));
}

/// Walks the children of an operation.
pub(crate) fn walk_operation<'s, V: Visit<'s> + ?Sized>(visit: &mut V, operation: &'s Operation) {
    match &operation.kind {
        OperationKind::Command(command) => visit.visit_command(command),
        OperationKind::Expr(expr) => visit.visit_operand(expr),
        OperationKind::Reference { pages, settings } => visit.visit_reference(pages, settings),
    }
}

/// Walks the children of a `reference`.
fn walk_reference<'s, V: Visit<'s> + ?Sized>(
    visit: &mut V,
    pages: &'s Pages,
    settings: &'s Settings,
) {
    match pages {
        Pages::List(list) => visit.visit_operand(list),
        Pages::Program(_, function) => {
            if let ExprKind::Call { args, .. } = &function.kind {
                args.iter().for_each(|arg| visit.visit_operand(arg));
            }
        }
        Pages::Words(_) | Pages::Trace(_) => {}
    }
    visit.visit_settings(settings);
}

/// Walks the children of a condition.
pub(crate) fn walk_condition<'s, V: Visit<'s> + ?Sized>(visit: &mut V, condition: &'s Condition) {
    match condition {
        Condition::Expr(expr) => visit.visit_expr(expr),
        Condition::Facts { operation, facts } => {
            visit.visit_operation(operation);
            facts.iter().for_each(|fact| visit.visit_fact(fact));
        }
    }
}

/// Walks the children of an `ask`.
pub(crate) fn walk_ask<'s, V: Visit<'s> + ?Sized>(visit: &mut V, ask: &'s Ask) {
    match &ask.what {
        Asked::Facts { operation, .. } => visit.visit_operation(operation),
        Asked::Value { label, value, .. } => {
            visit.visit_expr(label);
            visit.visit_expr(value);
        }
        Asked::Table(of) => visit.visit_noun(&of.noun),
        Asked::Any {
            name,
            from,
            conditions,
        } => {
            visit.visit_expr(from);
            visit.visit_asked(name, from, conditions);
        }
        Asked::Steps { .. } => {}
    }
    ask.points
        .iter()
        .chain(&ask.round)
        .chain(&ask.prompt)
        .for_each(|expr| visit.visit_expr(expr));
}

/// Walks the value of a fact.
pub(crate) fn walk_fact<'s, V: Visit<'s> + ?Sized>(visit: &mut V, fact: &'s Fact) {
    if let Claim::Is(value) | Claim::Not(value) | Claim::In(value) = &fact.claim {
        visit.visit_operand(value);
    }
}

/// Walks the children of a block of settings.
fn walk_settings<'s, V: Visit<'s> + ?Sized>(visit: &mut V, settings: &'s Settings) {
    settings
        .settings
        .iter()
        .for_each(|setting| visit.visit_setting(setting));
    settings
        .table
        .iter()
        .for_each(|table| visit.visit_table(table));
}

/// Walks the children of a setting.
pub(crate) fn walk_setting<'s, V: Visit<'s> + ?Sized>(visit: &mut V, setting: &'s Setting) {
    walk_operands(visit, setting.values.iter());
    setting
        .holds
        .iter()
        .for_each(|holds| walk_holds(visit, holds));
    setting
        .block
        .iter()
        .for_each(|block| visit.visit_settings(block));
}

/// Walks the children of an option's conditions.
pub(crate) fn walk_holds<'s, V: Visit<'s> + ?Sized>(visit: &mut V, holds: &'s Holds) {
    match &holds.some {
        Some((name, from)) => {
            visit.visit_expr(from);
            visit.visit_asked(name, from, &holds.conditions);
        }
        None => holds
            .conditions
            .iter()
            .for_each(|condition| visit.visit_condition(condition)),
    }
}

/// Walks the cells of a table below its header.
pub(crate) fn walk_table<'s, V: Visit<'s> + ?Sized>(visit: &mut V, table: &'s Table) {
    table
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .for_each(|cell| visit.visit_cell(cell));
}

/// Walks the children of an expression.
pub(crate) fn walk_expr<'s, V: Visit<'s> + ?Sized>(visit: &mut V, expr: &'s Expr) {
    match &expr.kind {
        ExprKind::Value(_) | ExprKind::Quantity(..) | ExprKind::Name(_) => {}
        ExprKind::Unary(_, x) | ExprKind::Field(x, _) => visit.visit_expr(x),
        ExprKind::Binary(_, a, b)
        | ExprKind::Range { from: a, to: b, .. }
        | ExprKind::Index(a, b) => {
            visit.visit_expr(a);
            visit.visit_expr(b);
        }
        ExprKind::List(parts) | ExprKind::Call { args: parts, .. } => {
            parts.iter().for_each(|part| visit.visit_expr(part));
        }
        ExprKind::Prose(pieces) => {
            for piece in pieces.iter() {
                if let Piece::Expr(expr) = piece {
                    visit.visit_expr(expr);
                }
            }
        }
    }
}

/// Whether a test holds for an expression or any part of it.
pub(crate) fn any_expr(expr: &Expr, test: fn(&Expr) -> bool) -> bool {
    struct Search(fn(&Expr) -> bool, bool);
    impl<'s> Visit<'s> for Search {
        fn visit_expr(&mut self, expr: &'s Expr) {
            self.1 = self.1 || self.0(expr);
            if !self.1 {
                walk_expr(self, expr);
            }
        }
    }
    let mut search = Search(test, false);
    search.visit_expr(expr);
    search.1
}

impl Stmt {
    /// Returns the blocks of statements within this statement, in order.
    pub fn blocks(&self) -> impl DoubleEndedIterator<Item = &Block> {
        let (first, second) = match &*self.kind {
            StmtKind::For { body, .. }
            | StmtKind::Repeat { body, .. }
            | StmtKind::Def { body, .. }
            | StmtKind::Include { body, .. }
            | StmtKind::Scenario { body, .. }
            | StmtKind::InProcess { body, .. }
            | StmtKind::Question { body, .. }
            | StmtKind::Part { body, .. } => (Some(body), None),
            StmtKind::If {
                then, otherwise, ..
            } => (Some(then), otherwise.as_ref()),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Whether the names defined in the statement's block are invisible after the statement.
    pub(crate) fn opens_scope(&self) -> bool {
        matches!(
            *self.kind,
            StmtKind::Def { .. } | StmtKind::Scenario { .. } | StmtKind::Question { .. }
        )
    }

    /// Returns the variable that the statement sets.
    pub(crate) fn variable(&self) -> Option<&Word> {
        match &*self.kind {
            StmtKind::Let { name, .. }
            | StmtKind::Choose { name, .. }
            | StmtKind::For { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// The included blocks that a traversal has visited. A file that is included again has the same block.
#[derive(Debug, Default)]
pub(crate) struct VisitedIncludes(HashSet<*const Stmt>);

impl VisitedIncludes {
    /// Whether a traversal should visit the blocks of a statement. The statement is not an `include` of an earlier block.
    pub(crate) fn enters(&mut self, stmt: &Stmt) -> bool {
        match &*stmt.kind {
            StmtKind::Include { body, .. } => self.0.insert(body.as_ptr()),
            _ => true,
        }
    }
}

/// Returns all statements in a block and its inner blocks, in text order. Returns the statements of a file that is
/// included several times only once.
pub fn statements(block: &[Stmt]) -> impl Iterator<Item = &Stmt> {
    within(block, |_| true)
}

/// Returns all statements in a block except those in inner scopes.
pub(crate) fn statements_of_scope(block: &[Stmt]) -> impl Iterator<Item = &Stmt> {
    within(block, |stmt| !stmt.opens_scope())
}

fn within(block: &[Stmt], enters: fn(&Stmt) -> bool) -> impl Iterator<Item = &Stmt> {
    let mut open = vec![block.iter()];
    let mut included = VisitedIncludes::default();
    std::iter::from_fn(move || {
        loop {
            match open.last_mut()?.next() {
                Some(stmt) => {
                    if enters(stmt) && included.enters(stmt) {
                        open.extend(stmt.blocks().rev().map(|block| block.iter()));
                    }
                    return Some(stmt);
                }
                None => drop(open.pop()),
            }
        }
    })
}
