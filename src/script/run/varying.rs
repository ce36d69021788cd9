//! The values that distinguish the iterations of a loop. A report of a run prints them, because the text of a
//! statement is the same in every iteration.

use std::sync::Arc;

use crate::lang::ast::{Expr, ExprKind, Stmt};
use crate::lang::visit::{Visit, statements_of_scope, walk_expr, walk_stmt};

use super::progress::Frame;
use super::record::{HexDigits, Variables};
use super::session::Cx;
use super::state::Binding;

/// Returns the variables of a statement that can have other values in other iterations of a loop around it.
pub(crate) fn varying(cx: &mut Cx, stmt: &Stmt) -> Option<Variables> {
    if cx.blocks.loops.is_empty() {
        return None;
    }
    let mut mentioned = Mentioned::default();
    mentioned.visit_stmt(stmt);
    let mut variables = Vec::new();
    for name in mentioned.0 {
        if let Some(Binding::Value(value)) = cx.state.find(name) {
            let value = value.clone();
            if varies(cx, name) {
                variables.push((name.clone(), value));
            }
        }
    }
    (!variables.is_empty()).then(|| Variables {
        values: variables.into(),
        hexadecimal: HexDigits::in_stmt(cx.env.sources, stmt),
    })
}

/// Whether an enclosing loop sets a variable. The names of a definition that is called in a loop belong to
/// the call, so they all vary.
fn varies(cx: &mut Cx, name: &Arc<str>) -> bool {
    let mut is_of_call = cx
        .state
        .scopes
        .last()
        .is_some_and(|scope| scope.private && scope.binds(name));
    for at in (0..cx.blocks.frames.len()).rev() {
        match &cx.blocks.frames[at] {
            Frame::Loop {
                place,
                rounds,
                body,
                ..
            } => {
                let is_variable = rounds.variable.as_ref().is_some_and(|of| of.text == *name);
                let sets = Arc::make_mut(&mut cx.blocks.set_in_loops)
                    .entry(*place)
                    .or_insert_with(|| {
                        statements_of_scope(body)
                            .filter_map(Stmt::variable)
                            .map(|name| name.text.clone())
                            .collect()
                    });
                if is_variable || sets.contains(name) {
                    return true;
                }
            }
            Frame::Call { .. } if is_of_call => {
                return cx.blocks.frames[..at]
                    .iter()
                    .any(|frame| matches!(frame, Frame::Loop { .. }));
            }
            Frame::Call { .. } => is_of_call = false,
            Frame::Isolated(_) => return false,
            _ => {}
        }
    }
    false
}

/// The names in a statement, in order.
#[derive(Default)]
struct Mentioned<'s>(Vec<&'s Arc<str>>);

impl<'s> Visit<'s> for Mentioned<'s> {
    fn visit_block(&mut self, _: &'s [Stmt]) {}

    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match &expr.kind {
            ExprKind::Name(name) if !self.0.contains(&name) => self.0.push(name),
            // The first word of a path is a part of the machine or a process.
            ExprKind::Field(of, _) if matches!(of.kind, ExprKind::Name(_)) => {}
            _ => walk_expr(self, expr),
        }
    }
}
