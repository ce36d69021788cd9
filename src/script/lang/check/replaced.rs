//! Warnings about statements whose effect the next statement undoes.

use std::sync::Arc;

use crate::lang::ast::{Block, Command, Expr, ExprKind, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::lang::visit::{VisitedIncludes, any_expr, statements};

/// An object that a statement can replace entirely.
#[derive(PartialEq)]
enum Target {
    Variable(Arc<str>),
    Definition(Arc<str>),
    Verb(Arc<str>),
    File(Arc<str>),
}

/// Number of following statements to search for a replacement.
const AHEAD: usize = 64;

/// Returns the warnings of a script.
pub(crate) fn replaced(script: &Block) -> Vec<Diagnostic> {
    let mut found = of_block(script);
    let mut included = VisitedIncludes::default();
    for stmt in statements(script).filter(|stmt| included.enters(stmt)) {
        found.extend(stmt.blocks().flat_map(|block| of_block(block)));
    }
    found
}

fn of_block(block: &[Stmt]) -> Vec<Diagnostic> {
    let replaced = block.iter().enumerate().filter_map(|(at, stmt)| {
        let first = target(stmt)?;
        let next = block[at + 1..]
            .iter()
            .take(AHEAD)
            .find(|next| !first.outlasts(next))?;
        let replaced = target(next).as_ref() == Some(&first) && !uses(next, &first);
        replaced.then(|| {
            Diagnostic::warning(
                Code::NoEffect,
                stmt.span,
                "this statement has no effect: a later statement overrides it",
            )
            .also(next.span, "here")
            .fix(Fix::remove(stmt.span))
        })
    });
    replaced.collect()
}

impl Target {
    /// Whether the search for a replacement may skip `next`, because `next` declares another object of the same
    /// kind.
    fn outlasts(&self, next: &Stmt) -> bool {
        match (self, target(next)) {
            (Self::File(_), Some(Self::File(other))) => {
                !matches!(self, Self::File(name) if *name == other)
            }
            (Self::Definition(_), Some(Self::Definition(other))) => {
                !matches!(self, Self::Definition(name) if *name == other)
            }
            _ => false,
        }
    }
}

fn target(stmt: &Stmt) -> Option<Target> {
    Some(match &stmt.kind {
        StmtKind::Let { name, value } if stmt.facts.is_empty() && !calls(value) => {
            Target::Variable(Arc::clone(&name.text))
        }
        StmtKind::Def { name, .. } => Target::Definition(Arc::clone(&name.text)),
        StmtKind::Command(Command { verb, operands, .. })
            if matches!(&*verb.text, "file" | "executable") =>
        {
            match operands.first().map(|operand| &operand.kind) {
                Some(ExprKind::Value(Value::Text(name))) => Target::File(Arc::clone(name)),
                _ => return None,
            }
        }
        StmtKind::Command(command)
            if !command.call && matches!(&*command.verb.text, "machine" | "seed" | "core") =>
        {
            Target::Verb(Arc::clone(&command.verb.text))
        }
        _ => return None,
    })
}

/// Whether an expression may have side effects.
fn calls(value: &Expr) -> bool {
    any_expr(value, |part| matches!(part.kind, ExprKind::Call { .. }))
}

/// Whether a `let` uses the value that it replaces.
fn uses(stmt: &Stmt, target: &Target) -> bool {
    let (StmtKind::Let { value, .. }, Target::Variable(_)) = (&stmt.kind, target) else {
        return false;
    };
    // Any name in the expression could be the variable that the `let` replaces.
    any_expr(value, |part| matches!(part.kind, ExprKind::Name(_)))
}
