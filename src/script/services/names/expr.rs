//! The names in expressions.

use super::finder::Finder;
use super::kind::{NameKind, Space};
use super::occurrence::Form;
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Word};
use crate::lang::value::functions::function;
use crate::lang::visit::{Visit, any_expr, walk_expr};
use crate::run::facts::ACCESS_FACTS;
use crate::run::paths::{
    DECLARED, KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, Peek, PeekFunction,
};
use crate::run::syscalls::called;
use pagewalk_engine::kernel::syscall::ParamKind;

/// The fact whose value is the name of a cache.
pub(crate) const SERVED: &str = "served";

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
    pub(crate) fn part_in_quotes(&mut self, expr: &Expr) {
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
