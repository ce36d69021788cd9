//! Warnings about figures that print the answers of a question.

use crate::lang::ast::{Asked, Block, Expr, ExprKind, OperationKind, Span, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::visit::statements;

/// A reference string on a paper.
#[derive(Default)]
struct Drawn {
    figures: Vec<Span>,
    /// Whether a question asks about the string.
    asked: bool,
}

/// Warns about each `figure reference` of a string that a question asks about, because the figure shows every
/// step. A warning and not an error, because the figure may be an example in an earlier part of the exam.
pub(super) fn revealed(script: &Block) -> Vec<Diagnostic> {
    let mut strings = Vec::new();
    let mut string = Drawn::default();
    for stmt in statements(script) {
        if starts_string(stmt) {
            strings.push(std::mem::take(&mut string));
        }
        match &stmt.kind {
            StmtKind::Ask(ask) => {
                string.asked |= match &ask.what {
                    Asked::Facts { .. } => starts_string(stmt),
                    Asked::Table(of) => is_reference(of.noun.first()),
                    _ => false,
                };
            }
            StmtKind::Command(command)
                if &*command.verb.text == "figure" && is_reference(command.operands.first()) =>
            {
                string.figures.push(stmt.span);
            }
            _ => {}
        }
    }
    strings.push(string);
    strings
        .into_iter()
        .filter(|string| string.asked)
        .flat_map(|string| string.figures)
        .map(warning)
        .collect()
}

fn starts_string(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Reference { .. } => true,
        StmtKind::Ask(ask) => matches!(
            &ask.what,
            Asked::Facts { operation, .. } if matches!(operation.kind, OperationKind::Reference { .. })
        ),
        _ => false,
    }
}

fn is_reference(noun: Option<&Expr>) -> bool {
    matches!(noun.map(|noun| &noun.kind), Some(ExprKind::Name(name)) if &**name == "reference")
}

fn warning(figure: Span) -> Diagnostic {
    let message =
        "this figure shows students every step of a reference string that a question asks about";
    Diagnostic::warning(Code::Unlikely, figure, message)
        .help("remove the figure; the question prints the references")
        .fix(Fix::remove(figure))
}
