//! The names in expressions.

use std::sync::Arc;

use pagewalk_engine::kernel::syscall::ParamKind;

use super::finder::Finder;
use super::kind::{Form, NameKind, Space};
use crate::lang::ast::{BinaryOp, Claim, Expr, ExprKind, Fact, NO_VALUE, Word};
use crate::lang::span::Span;
use crate::lang::value::functions::function;
use crate::lang::visit::{Visit, any_expr, walk_expr};
use crate::run::facts::{
    ACCESS_FACTS, CALL_FACTS, FactType, Family, Key, REPLAY_FACTS, key, type_named,
};
use crate::run::paths::{
    DECLARED, KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, Peek, PeekFunction,
};
use crate::run::syscalls::called;

/// The fact whose value is the name of a cache.
const SERVED: &str = "served";

impl Finder<'_> {
    /// Visits the names in an expression.
    pub(crate) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(_) => return self.variable(expr),
            ExprKind::Call { name, args } => return self.call(name, args),
            ExprKind::Field(of, name) => return self.field(of, name),
            ExprKind::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::In), a, b) => {
                if is_served(a) {
                    self.part_in_quotes(b);
                }
                if *op != BinaryOp::In && is_served(b) {
                    self.part_in_quotes(a);
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }

    /// Visits the names in several expressions.
    pub(crate) fn exprs(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.visit_expr(expr);
        }
    }

    /// Visits a bare word that may be a variable.
    pub(crate) fn variable(&mut self, expr: &Expr) {
        if let Some(word) = self.word(expr) {
            self.uses(Space::Value, &word);
        }
    }

    /// Visits a function, a system call, or, in an invalid script, a definition.
    pub(crate) fn call(&mut self, name: &Word, args: &[Expr]) {
        let peek = PeekFunction::named(&name.text).map(|row| row.of);
        if let Some(row) = called(&name.text, args.len()) {
            let creates = args.iter().any(|arg| any_expr(arg, creates));
            for (at, arg) in args.iter().enumerate() {
                match row.params.get(at) {
                    Some(ParamKind::Path) => self.path(arg, creates),
                    _ => self.visit_expr(arg),
                }
            }
            return;
        }
        if let Some(Peek::File(_)) = peek {
            args.iter().take(1).for_each(|arg| self.path(arg, false));
            return args.iter().skip(1).for_each(|arg| self.visit_expr(arg));
        }
        if function(&name.text).is_none() && peek.is_none() {
            self.calls_with(name, args);
        }
        self.exprs(args);
    }

    /// Visits a call of a possible definition, with its arguments.
    pub(crate) fn calls_with(&mut self, name: &Word, args: &[Expr]) {
        let Some(id) = self.calls(name) else { return };
        for (at, arg) in args.iter().enumerate() {
            if let Some(value) = self.assigned_value(arg) {
                self.texts.passes(id, at, value);
            }
        }
    }

    /// Visits an expression that names a file.
    pub(crate) fn path(&mut self, expr: &Expr, creates: bool) {
        if let Some(name) = self.quoted(expr) {
            if self.uses_quoted(Space::File, &name).is_none() && creates {
                self.gives_at(Space::File, &name.0, name.1, (NameKind::File, Form::Quoted));
            }
            return;
        }
        if let ExprKind::Name(name) = &expr.kind
            && let Some(variable) = self.resolve(Space::Value, name).id
        {
            self.texts.names_file(variable);
        }
        self.visit_expr(expr);
    }

    /// Visits the name of a cache in a string, or in a list of strings.
    fn part_in_quotes(&mut self, expr: &Expr) {
        if let ExprKind::List(parts) = &expr.kind {
            parts.iter().for_each(|part| self.part_in_quotes(part));
        } else if let Some(name) = self.quoted(expr) {
            self.uses_quoted(Space::Part, &name);
        }
    }

    /// `tlb.hits`, `P1.faults.minor`, `last.L2.index`, `fstat(fd).st_size`.
    fn field(&mut self, of: &Expr, name: &Word) {
        let mut words = vec![name.clone()];
        let mut head = of;
        while let ExprKind::Field(inner, word) = &head.kind {
            words.push(word.clone());
            head = inner;
        }
        let Some(word) = self.word(head) else {
            return self.visit_expr(head);
        };
        words.reverse();
        self.path_of(&word, &words);
    }

    /// Visits the first word of a path, which, as in the interpreter, names a part or a process. Variables have
    /// no properties.
    fn path_of(&mut self, head: &Word, rest: &[Word]) {
        let name = &*head.text;
        if name == LAST {
            let whole = rest
                .iter()
                .map(|word| &*word.text)
                .collect::<Vec<_>>()
                .join(".");
            if !ACCESS_FACTS.iter().any(|row| row.name == whole) {
                self.uses(Space::Part, &rest[0]);
            }
            return;
        }
        // `tlb.hits` refers to the only TLB, regardless of other uses of this name.
        if MACHINE_PROPERTIES.iter().any(|row| row.of == name) || matches!(name, "tlb" | "cache") {
            return;
        }
        let part = self.uses(Space::Part, head).is_some();
        let is_head =
            KERNEL_PROPERTIES.iter().any(|row| row.of == name) || DECLARED.contains(&name);
        if is_head || part && self.scopes.body().is_none() {
            return;
        }
        self.uses(Space::Process, head);
        self.uses(Space::Value, head);
    }
}

/// `last.served`
fn is_served(expr: &Expr) -> bool {
    let ExprKind::Field(of, name) = &expr.kind else {
        return false;
    };
    &*name.text == SERVED && matches!(&of.kind, ExprKind::Name(head) if &**head == LAST)
}

/// Whether the flags contain the constant that makes `open` create a file.
fn creates(flags: &Expr) -> bool {
    matches!(&flags.kind, ExprKind::Name(name) if &**name == "O_CREAT")
}

impl Finder<'_> {
    pub(crate) fn fact(&mut self, fact: &Fact) {
        self.fact_name(&fact.name, self.family);
        if let Claim::Is(value) | Claim::Not(value) | Claim::In(value) = &fact.claim {
            self.claimed(&fact.name.text, value, self.family);
        }
    }

    /// Visits a fact of a named part, such as `L2` or `L2.index`.
    pub(crate) fn fact_name(&mut self, name: &Word, family: Family) {
        if family == Family::Reference || is_fact(&name.text, family) {
            return;
        }
        let part = name.text.split('.').next().unwrap_or_default();
        let span = Span {
            end: name.span.start + part.len() as u32,
            ..name.span
        };
        self.uses_at(Space::Part, &Arc::from(part), span, Form::Word);
    }

    /// Visits the value of a fact. A keyword of the fact takes precedence over a variable.
    fn claimed(&mut self, fact: &str, value: &Expr, family: Family) {
        match &value.kind {
            ExprKind::Name(name) => {
                if **name == *NO_VALUE || words(fact, family).contains(&&**name) {
                    return;
                }
                if fact == SERVED
                    && family != Family::Reference
                    && let Some(word) = self.word(value)
                {
                    let part = self.uses(Space::Part, &word).is_some();
                    if part && self.scopes.body().is_none() {
                        return;
                    }
                }
                self.variable(value);
            }
            ExprKind::Value(_) if fact == SERVED => self.part_in_quotes(value),
            ExprKind::List(parts) if family == Family::Reference => self.pages(parts),
            ExprKind::List(parts) => parts
                .iter()
                .for_each(|part| self.claimed(fact, part, family)),
            _ => self.visit_expr(value),
        }
    }

    /// Visits a list of pages. A name in the list is a variable or a page, never a definition.
    pub(crate) fn pages(&mut self, parts: &[Expr]) {
        for part in parts {
            let definition = match &part.kind {
                ExprKind::Name(name) => !self.resolve(Space::Value, name).bodies.is_empty(),
                _ => false,
            };
            if !definition {
                self.visit_expr(part);
            }
        }
    }
}

/// Whether every machine has this fact, so that the name does not refer to a part.
fn is_fact(name: &str, family: Family) -> bool {
    let call = family == Family::Call && CALL_FACTS.iter().any(|row| row.name == name);
    let replay = family == Family::Replay && REPLAY_FACTS.iter().any(|row| row.name == name);
    call || replay
        || ACCESS_FACTS.iter().any(|row| row.name == name)
        || matches!(key(name, family, None), Ok(Key::Level(..)))
}

/// Returns the keywords for a fact's values.
fn words(name: &str, family: Family) -> &'static [&'static str] {
    type_named(name, family, None).map_or(&[], FactType::words)
}
