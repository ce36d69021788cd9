//! Static checks that do not need a machine: names, calls, and duplicates.

mod calls;
mod forks;
mod ignored;
mod replaced;
#[cfg(test)]
mod tests;
mod twice;
mod unlikely;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Command, Condition, Expr, ExprKind, Span, Stmt, StmtKind, Word};
use super::diagnostic::{Code, Diagnostic};
use super::linux;
pub(crate) use super::nearest::nearest;
use super::value::functions::{FUNCTIONS, function};
use super::visit::{Visit, statements_of_scope, walk_command, walk_expr, walk_stmt};
use calls::{Definition, Scope, circles, count};
pub(crate) use ignored::ignored;
use twice::twice;
pub(crate) use twice::{AHEAD, is_plain, replaced, replaced_in, said_twice};
pub(crate) use unlikely::unlikely;

/// The parts of the language that the checks receive from the caller.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Whether a name is a call that is neither a function in [`super::value::functions`] nor a definition in
    /// the script. Examples are a path's function (`byte`) and a system call.
    pub(crate) is_call: &'a dyn Fn(&str) -> bool,
    /// Rejects a wrong number of arguments of such a call.
    pub(crate) check_count: &'a dyn Fn(&Word, usize) -> Result<(), Diagnostic>,
    /// Candidates for a misspelled call.
    pub(crate) calls: &'a [&'a str],
    /// Constants of expressions (`PROT_READ`, `NULL`).
    pub(crate) words: &'a [&'a str],
    /// All variables of the script, which a definition may use when it is called.
    pub(crate) variables: &'a HashSet<Arc<str>>,
    /// Whether a name may be a variable of a program in another language.
    pub(crate) is_of_program: &'a dyn Fn(&str) -> bool,
    /// Returns the help for a name that begins a statement.
    pub(crate) begins: &'a dyn Fn(&str) -> Option<String>,
}

/// Returns the errors that can be found in a script without running it, in text order: `unknown-name`,
/// `unknown-function`, `wrong-count`, `recursion`, and `duplicate`.
///
/// The checks treat a bare word as a variable, except in positions where the word can have other meanings: as
/// an operand, as the value of a setting or fact, and before a dot. The resolver of names (`services/names`)
/// would have to be in a lower layer to be used here, and that layer does not know nouns and settings.
/// Checks only the statements of `part`, a range of the script's statements outside of blocks.
pub fn check(script: &[Stmt], part: Range<usize>, known: Known<'_>) -> Vec<Diagnostic> {
    let mut checker = Checker {
        known,
        scopes: vec![Scope::default()],
        definitions: Vec::new(),
        numbers: HashMap::new(),
        inside: None,
        scenarios: HashMap::new(),
        included: HashSet::new(),
        of_programs: HashSet::new(),
        found: Vec::new(),
    };
    checker.hoist(script);
    checker.sets(&script[..part.start]);
    checker.visit_block(&script[part]);
    let mut found = checker.found;
    found.extend(circles(&checker.definitions));
    found.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
    found
}

/// Returns the maximum number of names to compare with a misspelled name: unlimited for the first diagnostics
/// of a report, and then 0. A search compares all names, and a report shows only 100 diagnostics. An index of
/// spellings would help only scripts with many errors.
pub(crate) fn guessed(diagnostics: usize) -> usize {
    const GUESSES: usize = 100;
    if diagnostics < GUESSES { usize::MAX } else { 0 }
}

struct Checker<'a> {
    known: Known<'a>,
    /// The open scopes, beginning with the script's scope.
    scopes: Vec<Scope>,
    definitions: Vec<Definition>,
    /// The numbers of the definitions, by the spans of their names.
    numbers: HashMap<Span, usize>,
    /// The definition whose body is being checked.
    inside: Option<usize>,
    /// The scenarios of each file.
    scenarios: HashMap<(u32, Arc<str>), Span>,
    /// The included blocks that were already checked. A file included again has the same block and the same
    /// diagnostics.
    included: HashSet<*const [Stmt]>,
    /// The functions of programs that statements call.
    of_programs: HashSet<Span>,
    found: Vec<Diagnostic>,
}

impl<'s> Visit<'s> for Checker<'_> {
    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        match &*stmt.kind {
            // The block was checked where it was first included.
            StmtKind::Include { body, .. } if !self.included.insert(Arc::as_ptr(body)) => {
                self.sets(body);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_variable(&mut self, name: &'s Word, _: &'s Expr) {
        self.set(name);
    }

    fn visit_loop(&mut self, variable: Option<(&'s Word, &'s Expr)>, body: &'s [Stmt]) {
        if let Some((name, _)) = variable {
            self.set(name);
        }
        // The next iteration can use the variables that the body sets.
        self.sets(body);
        self.visit_block(body);
    }

    fn visit_scope(&mut self, stmt: &'s Stmt, params: &'s [Word], body: &'s [Stmt]) {
        let outside = self.inside;
        match &*stmt.kind {
            StmtKind::Def { name, .. } => {
                self.differ(name, params);
                self.inside = self.numbers.get(&name.span).copied();
            }
            StmtKind::Scenario { name, .. } => self.scenario(name),
            _ => {}
        }
        self.scopes.push(Scope::default());
        for param in params {
            self.set(param);
        }
        self.hoist(body);
        self.visit_block(body);
        self.scopes.pop();
        self.inside = outside;
    }

    fn visit_asked(&mut self, name: &'s Word, _: &'s Expr, conditions: &'s [Condition]) {
        self.scopes.push(Scope::default());
        self.set(name);
        for condition in conditions {
            self.visit_condition(condition);
        }
        self.scopes.pop();
    }

    fn visit_command(&mut self, command: &'s Command) {
        if command.call {
            self.call(&command.verb, command.operands.len());
        }
        for pair in command.operands.windows(2) {
            if let (ExprKind::Name(word), ExprKind::Call { name, .. }) =
                (&pair[0].kind, &pair[1].kind)
                && &**word == "call"
            {
                self.of_programs.insert(name.span);
            }
        }
        walk_command(self, command);
    }

    /// Skips bare words, alone or in a list, because they can be keywords.
    fn visit_operand(&mut self, operand: &'s Expr) {
        match &operand.kind {
            ExprKind::Name(_) => {}
            ExprKind::List(elements) => elements
                .iter()
                .for_each(|element| self.visit_operand(element)),
            _ => self.visit_expr(operand),
        }
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match &expr.kind {
            ExprKind::Name(name) => return self.name(name, expr.span),
            ExprKind::Call { name, .. } if self.of_programs.contains(&name.span) => {}
            ExprKind::Call { name, args } => self.call(name, args.len()),
            // In `tlb.hits`, the word before the dot is a part of the machine, a process, or a variable.
            ExprKind::Field(whole, _) if matches!(whole.kind, ExprKind::Name(_)) => return,
            _ => {}
        }
        walk_expr(self, expr);
    }
}

impl Checker<'_> {
    /// Declares the definitions of a scope before its statements, because definitions may call each other in
    /// any order.
    fn hoist(&mut self, block: &[Stmt]) {
        for stmt in statements_of_scope(block) {
            let StmtKind::Def { name, params, .. } = &*stmt.kind else {
                continue;
            };
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
    }

    fn set(&mut self, name: &Word) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.set(&name.text);
        }
    }

    /// Declares the variables that a block sets, but does not check the block.
    fn sets(&mut self, block: &[Stmt]) {
        statements_of_scope(block)
            .filter_map(Stmt::variable)
            .for_each(|name| self.set(name));
    }

    /// Checks that the parameters of a definition have different names.
    fn differ(&mut self, name: &Word, params: &[Word]) {
        for (at, param) in params.iter().enumerate() {
            if let Some(first) = params[..at].iter().find(|other| other.text == param.text) {
                let message = format!("`{}` has two parameters `{}`", name.text, param.text);
                self.found.push(twice(param.span, message, first.span));
            }
        }
    }

    fn scenario(&mut self, name: &Word) {
        let first = *self
            .scenarios
            .entry((name.span.file, Arc::clone(&name.text)))
            .or_insert(name.span);
        if first != name.span {
            let message = format!("two scenarios are called \"{}\"", name.text);
            self.found
                .push(twice(name.span, message, first).help("give each scenario a different name"));
        }
    }

    fn name(&mut self, name: &Arc<str>, span: Span) {
        let set = self.scopes.iter().any(|scope| scope.has(name));
        let later = self.inside.is_some() && self.known.variables.contains(name);
        let known = self.known.words.contains(&&**name) || (self.known.is_of_program)(name);
        if set || later || known {
            return;
        }
        // Report each unknown name only once.
        if self.scopes.iter().any(|scope| scope.reported(name)) {
            return;
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.report(name);
        }
        if let Some(diagnostic) = linux::constant(name, span, self.known.words.iter().copied()) {
            return self.found.push(diagnostic);
        }
        let words = self
            .scopes
            .iter()
            .flat_map(Scope::names)
            .chain(self.known.words.iter().copied());
        let near = nearest(name, words.take(guessed(self.found.len())));
        let is_function = function(name).is_some() || (self.known.is_call)(name);
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            span,
            format!("no variable is called `{name}` here"),
        )
        .label("never set before");
        self.found.push(
            match (name.split_once('-'), (self.known.begins)(name), near) {
                (Some((a, b)), ..) => diagnostic.subtraction(a, b),
                (None, Some(help), _) => diagnostic.help(help),
                _ if is_function => {
                    diagnostic.help(format!("`{name}` is a function: write `{name}(…)`"))
                }
                (None, None, Some(near)) => diagnostic.did_you_mean(name, near),
                (None, None, None) => diagnostic,
            },
        );
    }

    fn call(&mut self, name: &Word, given: usize) {
        let defined = self
            .scopes
            .iter()
            .rev()
            .find_map(|scope| scope.definitions(&name.text));
        if let Some(numbers) = defined {
            let numbers = numbers.to_vec();
            self.call_definition(name, given, &numbers);
        } else if let Some(function) = function(&name.text) {
            if let Err(error) = function.check_count(given) {
                self.found.push(error.at(name.span));
            }
        } else if let Some(diagnostic) = self.foreign_call(name) {
            self.found.push(diagnostic);
        } else if !(self.known.is_call)(&name.text) {
            let functions = FUNCTIONS.iter().map(|function| function.name);
            let known = functions.chain(self.known.calls.iter().copied());
            let known = self.scopes.iter().flat_map(Scope::defined).chain(known);
            let near = nearest(&name.text, known.take(guessed(self.found.len())));
            let message = format!("no function or definition is called `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message);
            self.found.push(match near {
                Some(near) => diagnostic.did_you_mean(&name.text, near),
                None => diagnostic,
            });
        } else if let Err(diagnostic) = (self.known.check_count)(name, given) {
            self.found.push(diagnostic);
        }
    }

    /// Returns the diagnostic for a call of Linux that Pagewalk does not model.
    fn foreign_call(&self, name: &Word) -> Option<Diagnostic> {
        linux::call(&name.text, name.span).filter(|_| !(self.known.is_call)(&name.text))
    }

    /// Checks a call. A name with several definitions (in the branches of an `if`) may refer to any of them.
    fn call_definition(&mut self, name: &Word, given: usize, numbers: &[usize]) {
        if let Some(inside) = self.inside {
            self.definitions[inside]
                .calls
                .extend(numbers.iter().map(|number| (*number, name.span)));
        }
        let mut candidates = numbers.iter().map(|number| &self.definitions[*number]);
        if candidates
            .clone()
            .any(|definition| definition.params == given)
        {
            return;
        }
        let Some(definition) = candidates.next_back() else {
            return;
        };
        let message = format!(
            "`{}` takes {}, but is called with {given}",
            name.text,
            count(definition.params)
        );
        let place = definition.name.span;
        self.found.push(
            Diagnostic::new(Code::WrongCount, name.span, message).also(place, "defined here"),
        );
    }
}
