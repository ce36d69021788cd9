//! What can be said of a script before it runs, without knowing machines: names, calls and what is said twice.

mod calls;
mod scope;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::ast::{
    Ask, Asked, Block, CellKind, Claim, Command, Condition, Expr, ExprKind, Fact, Operation, OperationKind,
    Pages, Piece, Settings, Span, Stmt, StmtKind, Word,
};
use super::diagnostic::{Code, Diagnostic};
pub use super::nearest::nearest;
use super::value::functions::{FUNCTIONS, function};
use calls::{Definition, circles, count};
use scope::{Scope, names_set};

pub use scope::{inner_blocks, unscoped_blocks};

/// What the checks must be told of the rest of the language.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// May this be called (a path's function such as `byte`, a system call)? The functions of
    /// [`super::value::functions`] and the script's own definitions are known without.
    pub is_call: &'a dyn Fn(&str) -> bool,
    /// Names that a misspelt call may have meant.
    pub calls: &'a [&'a str],
    /// What may stand in an expression without being a variable (`PROT_READ`, `NULL`).
    pub words: &'a [&'a str],
}

/// The mistakes of a script that show without running it, in the order of the text: `unknown-name`,
/// `unknown-function`, `wrong-count`, `recursion` and `duplicate`.
///
/// A bare word is taken for a variable only where nothing else can stand: not as an operand, a setting's or a fact's
/// value, nor before a dot.
pub fn check(script: &Block, known: Known<'_>) -> Vec<Diagnostic> {
    let mut all_names = Scope::default();
    names_set(script, true, &mut all_names);
    let mut checker = Checker {
        known,
        all_names,
        scopes: Vec::new(),
        definitions: Vec::new(),
        numbers: HashMap::new(),
        inside: None,
        scenarios: HashMap::new(),
        included: HashSet::new(),
        found: Vec::new(),
    };
    checker.scoped(script, &[]);
    let mut found = checker.found;
    found.extend(circles(&checker.definitions));
    found.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
    found
}

struct Checker<'a> {
    known: Known<'a>,
    /// Every variable of the script: what a definition may see when it is called.
    all_names: Scope,
    /// From the script's to the innermost.
    scopes: Vec<Scope>,
    definitions: Vec<Definition>,
    /// The numbers of the definitions, by the places of their names.
    numbers: HashMap<Span, usize>,
    /// The definition whose body this is.
    inside: Option<usize>,
    /// The scenarios of each file.
    scenarios: HashMap<(u32, Arc<str>), Span>,
    /// The included blocks that have been looked at: a file included again is the same block, and says the same.
    included: HashSet<*const [Stmt]>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// A block that opens a scope, with these names in it.
    fn scoped(&mut self, block: &Block, names: &[Word]) {
        let mut scope = Scope::default();
        for name in names {
            scope.set(&name.text);
        }
        self.scopes.push(scope);
        self.hoist(block);
        self.block(block);
        self.scopes.pop();
    }

    /// Makes the definitions of a scope known before any of its statements: they may call each other in any order.
    fn hoist(&mut self, block: &Block) {
        for stmt in block.iter() {
            if let StmtKind::Def { name, params, .. } = &stmt.kind {
                let number = self.definitions.len();
                self.definitions.push(Definition {
                    name: name.clone(),
                    params: params.len(),
                    calls: Vec::new(),
                });
                self.numbers.insert(name.span, number);
                if let Some(scope) = self.scopes.last_mut() {
                    scope.define(&name.text, number);
                }
            }
            for inner in unscoped_blocks(&stmt.kind) {
                self.hoist(inner);
            }
        }
    }

    fn block(&mut self, block: &Block) {
        for stmt in block.iter() {
            self.statement(stmt);
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Command(command) => self.command(command),
            StmtKind::Probe(operation) => self.operation(operation),
            StmtKind::Let { name, value } => {
                self.expr(value);
                self.set(name);
            }
            StmtKind::Choose { name, from, conditions } => {
                self.expr(from);
                self.set(name);
                conditions.iter().for_each(|condition| self.condition(condition));
            }
            StmtKind::For { name, over, body } => {
                self.expr(over);
                self.set(name);
                self.repeated(body);
            }
            StmtKind::Repeat { count, body } => {
                self.expr(count);
                self.repeated(body);
            }
            StmtKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.block(then);
                if let Some(otherwise) = otherwise {
                    self.block(otherwise);
                }
            }
            StmtKind::Def { name, params, body } => self.definition(name, params, body),
            StmtKind::InProcess { body, .. } => self.block(body),
            StmtKind::Include { body, .. } if self.included.insert(Arc::as_ptr(body)) => self.block(body),
            StmtKind::Include { body, .. } => {
                if let Some(scope) = self.scopes.last_mut() {
                    names_set(body, false, scope);
                }
            }
            StmtKind::Scenario { name, body } => {
                self.scenario(name);
                self.scoped(body, &[]);
            }
            StmtKind::Question { points, body, .. } => {
                self.worth(points.as_ref());
                self.scoped(body, &[]);
            }
            StmtKind::Part { points, body, .. } => {
                self.worth(points.as_ref());
                self.block(body);
            }
            StmtKind::Given { nouns, .. } => {
                nouns.iter().flat_map(|noun| noun.iter()).for_each(|operand| self.word_or_expr(operand));
            }
            StmtKind::Ask(ask) => self.ask(ask),
            StmtKind::Reference { pages, settings } => self.reference(pages, settings),
        }
        self.facts(&stmt.facts);
    }

    fn set(&mut self, name: &Word) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.set(&name.text);
        }
    }

    /// What a loop's body sets, its next turn sees.
    fn repeated(&mut self, body: &Block) {
        if let Some(scope) = self.scopes.last_mut() {
            names_set(body, false, scope);
        }
        self.block(body);
    }

    fn definition(&mut self, name: &Word, params: &[Word], body: &Block) {
        for (at, param) in params.iter().enumerate() {
            if let Some(first) = params[..at].iter().find(|other| other.text == param.text) {
                let message = format!("`{}` has two parameters `{}`", name.text, param.text);
                self.found.push(twice(param.span, message, first.span));
            }
        }
        let outside = std::mem::replace(&mut self.inside, self.numbers.get(&name.span).copied());
        self.scoped(body, params);
        self.inside = outside;
    }

    fn scenario(&mut self, name: &Word) {
        let first = *self.scenarios.entry((name.span.file, Arc::clone(&name.text))).or_insert(name.span);
        if first != name.span {
            let message = format!("two scenarios are called \"{}\"", name.text);
            self.found.push(twice(name.span, message, first).help("give each scenario a name of its own"));
        }
    }

    fn command(&mut self, command: &Command) {
        if command.call {
            self.call(&command.verb, command.operands.len());
            command.operands.iter().for_each(|arg| self.expr(arg));
        } else {
            command.operands.iter().for_each(|operand| self.word_or_expr(operand));
        }
        command.assigned.iter().flat_map(|values| values.iter()).for_each(|value| self.word_or_expr(value));
        command.block.iter().for_each(|block| self.settings(block));
    }

    fn operation(&mut self, operation: &Operation) {
        match &operation.kind {
            OperationKind::Command(command) => self.command(command),
            OperationKind::Expr(expr) => self.word_or_expr(expr),
            OperationKind::Reference { pages, settings } => self.reference(pages, settings),
        }
    }

    fn reference(&mut self, pages: &Pages, settings: &Settings) {
        if let Pages::List(list) = pages {
            self.word_or_expr(list);
        }
        self.settings(settings);
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Expr(expr) => self.expr(expr),
            Condition::Facts { operation, facts } => {
                self.operation(operation);
                self.facts(facts);
            }
        }
    }

    fn ask(&mut self, ask: &Ask) {
        match &ask.what {
            Asked::Facts { operation, .. } => self.operation(operation),
            Asked::Value { label, value, .. } => {
                self.expr(label);
                self.expr(value);
            }
            Asked::Table { noun, .. } => noun.iter().for_each(|operand| self.word_or_expr(operand)),
            Asked::Any { name, from, conditions } => {
                self.expr(from);
                // Its name is known in its conditions alone.
                let mut scope = Scope::default();
                scope.set(&name.text);
                self.scopes.push(scope);
                conditions.iter().for_each(|condition| self.condition(condition));
                self.scopes.pop();
            }
        }
        self.worth(ask.points.as_ref());
    }

    fn worth(&mut self, points: Option<&Expr>) {
        if let Some(points) = points {
            self.expr(points);
        }
    }

    fn facts(&mut self, facts: &[Fact]) {
        for fact in facts {
            match &fact.claim {
                Claim::Is(value) | Claim::Not(value) | Claim::In(value) => self.word_or_expr(value),
                Claim::Open | Claim::Blank => {}
            }
        }
    }

    fn settings(&mut self, settings: &Settings) {
        for setting in settings.settings.iter() {
            setting.values.iter().for_each(|value| self.word_or_expr(value));
            setting.block.iter().for_each(|block| self.settings(block));
        }
        let rows = settings.table.iter().flat_map(|table| &table.rows);
        for cell in rows.flat_map(|row| &row.cells) {
            if let CellKind::Expr(expr) = &cell.kind {
                self.expr(expr);
            }
        }
    }

    /// Where a bare word may be a word of the place: such words, alone or in a list, say nothing.
    fn word_or_expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(_) => {}
            ExprKind::List(elements) => elements.iter().for_each(|element| self.word_or_expr(element)),
            _ => self.expr(expr),
        }
    }

    /// Where only an expression can stand.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Value(_) => {}
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Unary(_, x) => self.expr(x),
            ExprKind::Binary(_, a, b) | ExprKind::Range { from: a, to: b, .. } | ExprKind::Index(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::List(elements) => elements.iter().for_each(|element| self.expr(element)),
            ExprKind::Call { name, args } => {
                self.call(name, args.len());
                args.iter().for_each(|arg| self.expr(arg));
            }
            ExprKind::Field(whole, _) => {
                // `tlb.hits`: what stands before the dot is a part of the machine, a process or a variable.
                if !matches!(whole.kind, ExprKind::Name(_)) {
                    self.expr(whole);
                }
            }
            ExprKind::Prose(pieces) => {
                for piece in pieces.iter() {
                    if let Piece::Expr(expr) = piece {
                        self.expr(expr);
                    }
                }
            }
        }
    }

    fn name(&mut self, name: &Arc<str>, span: Span) {
        let set = self.scopes.iter().any(|scope| scope.has(name));
        let later = self.inside.is_some() && self.all_names.has(name);
        if set || later || self.known.words.contains(&&**name) {
            return;
        }
        let known = self.scopes.iter().flat_map(Scope::names).chain(self.known.words.iter().copied());
        let diagnostic =
            Diagnostic::new(Code::UnknownName, span, format!("no variable is called `{name}` here"))
                .label("never set before");
        self.found.push(match (name.split_once('-'), nearest(name, known)) {
            (Some((a, b)), _) => diagnostic.to_subtract(a, b),
            (None, Some(near)) => diagnostic.did_you_mean(name, near),
            (None, None) => diagnostic
                .help(format!("`let {name} = …` sets a variable; a word is written as a string, \"{name}\"")),
        });
        // Once is enough.
        if let Some(scope) = self.scopes.last_mut() {
            scope.set(name);
        }
    }

    fn call(&mut self, name: &Word, given: usize) {
        let defined = self.scopes.iter().rev().find_map(|scope| scope.definitions(&name.text));
        if let Some(numbers) = defined {
            let numbers = numbers.to_vec();
            self.call_definition(name, given, &numbers);
        } else if let Some(function) = function(&name.text) {
            if let Err(error) = function.check_count(given) {
                self.found.push(error.at(name.span));
            }
        } else if !(self.known.is_call)(&name.text) {
            let functions = FUNCTIONS.iter().map(|function| function.name);
            let known = functions.chain(self.known.calls.iter().copied());
            let near = nearest(&name.text, self.scopes.iter().flat_map(Scope::defined).chain(known));
            let message = format!("no function or definition is called `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message);
            self.found.push(match near {
                Some(near) => diagnostic.did_you_mean(&name.text, near),
                None => diagnostic.help("`def` makes a definition"),
            });
        }
    }

    /// A name may be defined more than once (in the branches of an `if`): any of the definitions may be meant.
    fn call_definition(&mut self, name: &Word, given: usize, numbers: &[usize]) {
        if let Some(inside) = self.inside {
            self.definitions[inside].calls.extend(numbers.iter().map(|number| (*number, name.span)));
        }
        let mut candidates = numbers.iter().map(|number| &self.definitions[*number]);
        if candidates.clone().any(|definition| definition.params == given) {
            return;
        }
        let Some(definition) = candidates.next_back() else { return };
        let message =
            format!("`{}` takes {}, and is called with {given}", name.text, count(definition.params));
        let place = definition.name.span;
        self.found.push(Diagnostic::new(Code::WrongCount, name.span, message).also(place, "defined here"));
    }
}

fn twice(span: Span, message: String, first: Span) -> Diagnostic {
    Diagnostic::new(Code::Duplicate, span, message).label("again here").also(first, "first here")
}
