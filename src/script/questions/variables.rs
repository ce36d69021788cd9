//! Formulas of the variables in an asked value, taken from the statements that set the variables.

use std::sync::Arc;

use super::derivation::{find_names, is_formula};
use super::entry::{Derivation, PathValue, Radix};
use crate::lang::ast::{Ask, Asked, Condition, Expr, ExprKind, Setting, Stmt, StmtKind};
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_ask, walk_expr, walk_setting};
use crate::run::progress::Frame;
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::syscalls::makes_call;

/// The statement that set a variable.
enum Origin {
    Let(Expr),
    Choose(Vec<Condition>),
}

impl Session<'_> {
    /// Adds the formulas of the variables in an expression, in the order in which they are calculated.
    /// Variables that the question prints need no formula.
    ///
    /// # Errors
    /// Returns the errors in the formulas.
    pub(super) fn derive_variables(
        &mut self,
        of: &Expr,
        radix: Radix,
        derivation: &mut Derivation,
    ) -> Result<(), Stop> {
        let mut names = Vec::new();
        find_names(of, &mut names);
        if names
            .iter()
            .any(|name| matches!(name.kind, ExprKind::Name(_)))
        {
            let mut known = self.printed_names();
            self.derive_others(of, radix, &mut known, derivation)?;
        }
        Ok(())
    }

    fn derive_others(
        &mut self,
        of: &Expr,
        radix: Radix,
        known: &mut Vec<String>,
        derivation: &mut Derivation,
    ) -> Result<(), Stop> {
        let mut names = Vec::new();
        find_names(of, &mut names);
        for found in names {
            let ExprKind::Name(name) = &found.kind else {
                continue;
            };
            if known.iter().any(|known| **known == **name) {
                continue;
            }
            known.push(name.to_string());
            let Some(Origin::Let(set)) = self.origin(name) else {
                continue;
            };
            let value = self.eval(found)?;
            if makes_call(&set) || !self.still_equals(&set, &value) {
                continue;
            }
            self.derive_others(&set, radix, known, derivation)?;
            self.add_paths(&set, derivation)?;
            if is_formula(&set) {
                let mut steps = self.steps_of(&set, radix)?;
                let value = Self::value_in_formula(&value, radix);
                if steps.last() != Some(&value) {
                    steps.push(value);
                }
                derivation.variables.push(steps);
            }
        }
        Ok(())
    }

    /// Adds the operation that determined a variable, if the expression is only this variable.
    ///
    /// # Errors
    /// Returns the errors in the conditions.
    pub(super) fn derive_choice(
        &mut self,
        of: &Expr,
        derivation: &mut Derivation,
    ) -> Result<(), Stop> {
        let ExprKind::Name(name) = &of.kind else {
            return Ok(());
        };
        let Some(Origin::Choose(conditions)) = self.origin(name) else {
            return Ok(());
        };
        for condition in &conditions {
            let of_facts = matches!(condition, Condition::Facts { .. });
            // The conditions may no longer hold in the current state.
            if of_facts
                && self
                    .refusal(std::slice::from_ref(condition))
                    .is_ok_and(|refused| refused.is_none())
            {
                derivation.chosen.push(self.evidence(condition, true)?);
            }
        }
        Ok(())
    }

    /// Adds the paths in an expression, with their values.
    pub(super) fn add_paths(&mut self, of: &Expr, derivation: &mut Derivation) -> Result<(), Stop> {
        let mut names = Vec::new();
        find_names(of, &mut names);
        for name in names {
            let path = self.text(name.span).trim().to_owned();
            if path.contains('.') && derivation.paths.iter().all(|known| known.path != path) {
                let (value, formula) = (self.eval(name)?, self.formula_of_path(&path));
                let fact = path.strip_prefix("last.");
                let last = fact.and_then(|fact| Some((self.state.last.clone()?, fact.into())));
                derivation.paths.push(PathValue {
                    path,
                    names: path_names(name),
                    value,
                    formula,
                    last,
                });
            }
        }
        Ok(())
    }

    /// Whether an expression still has the value that a variable got from it. A loop may have changed the
    /// variable, or a name in the expression.
    fn still_equals(&mut self, expr: &Expr, value: &Value) -> bool {
        self.eval(expr).is_ok_and(|now| now == *value)
    }

    /// Returns the names whose values the question around the current statement prints.
    fn printed_names(&self) -> Vec<String> {
        let mut printed = PrintedNames::default();
        for frame in self.frames.iter().rev() {
            match frame {
                Frame::Block { stmts, .. } => printed.visit_block(stmts),
                Frame::Isolated(_) => break,
                _ => {}
            }
        }
        printed.names
    }

    /// Returns the latest statement before the current one that set a variable, in the blocks around the
    /// current one.
    fn origin(&self, name: &str) -> Option<Origin> {
        for frame in self.frames.iter().rev() {
            match frame {
                Frame::Block { stmts, next } => {
                    if let Some(found) = set_in(&stmts[..(*next).min(stmts.len())], name) {
                        return Some(found);
                    }
                }
                // Definitions do not see the variables of their callers.
                Frame::Call { .. } => return None,
                _ => {}
            }
        }
        None
    }
}

/// The names whose values a question prints: those in texts, operations, and given cells.
#[derive(Default)]
struct PrintedNames {
    names: Vec<String>,
    /// Whether the current expression is printed.
    printed: bool,
}

impl PrintedNames {
    fn within(&mut self, printed: bool, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.printed, printed);
        visit(self);
        self.printed = before;
    }
}

impl<'s> Visit<'s> for PrintedNames {
    fn visit_expr(&mut self, expr: &'s Expr) {
        match &expr.kind {
            ExprKind::Name(name) if self.printed => self.names.push(name.to_string()),
            ExprKind::Prose(_) => self.within(true, |printed| walk_expr(printed, expr)),
            _ => walk_expr(self, expr),
        }
    }

    fn visit_ask(&mut self, ask: &'s Ask) {
        match &ask.what {
            Asked::Facts { operation, .. } => {
                self.within(true, |printed| printed.visit_operation(operation));
            }
            _ => walk_ask(self, ask),
        }
        ask.prompt.iter().for_each(|prompt| self.visit_expr(prompt));
    }

    fn visit_setting(&mut self, setting: &'s Setting) {
        if *setting.name.text != *"row" {
            return walk_setting(self, setting);
        }
        for (at, value) in setting.values.iter().enumerate() {
            self.within(!setting.blanks.contains(&at), |printed| {
                printed.visit_expr(value);
            });
        }
    }
}

/// Returns the names in a path, such as `P1`, `page_table`, and `tables`.
fn path_names(of: &Expr) -> Vec<Arc<str>> {
    match &of.kind {
        ExprKind::Name(name) => vec![name.clone()],
        ExprKind::Field(of, name) => [path_names(of), vec![name.text.clone()]].concat(),
        ExprKind::Index(of, _) => path_names(of),
        _ => Vec::new(),
    }
}

/// Returns the last statement of a block that sets a variable.
fn set_in(stmts: &[Stmt], name: &str) -> Option<Origin> {
    stmts.iter().rev().find_map(|stmt| match &stmt.kind {
        StmtKind::Let { name: own, value } if *own.text == *name => {
            Some(Origin::Let(value.clone()))
        }
        StmtKind::Choose {
            name: own,
            conditions,
            ..
        } if *own.text == *name => Some(Origin::Choose(conditions.to_vec())),
        StmtKind::Include { body, .. } => set_in(body, name),
        _ => None,
    })
}
