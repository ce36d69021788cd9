//! Formulas of the variables in an asked value, taken from the statements that set the variables.

use std::sync::Arc;

use super::blanks::blank;
use super::derivation::{find_names, is_formula, steps_of, value_in_formula};
use super::entry::{Blank, Derivation, Evidence, PathValue, Radix};
use crate::lang::ast::{Ask, Asked, Claim, Condition, Expr, ExprKind, Setting, Stmt, StmtKind};
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_ask, walk_expr, walk_setting};
use crate::run::checks::claimed;
use crate::run::choose::refusal;
use crate::run::eval::eval;
use crate::run::facts::{self, Family};
use crate::run::paths::{PeekFunction, formula_of_path};
use crate::run::prepare::try_out;
use crate::run::progress::Frame;
use crate::run::record::Did;
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::syscalls::makes_call;

/// The statement that set a variable.
enum Origin {
    Let(Expr),
    Choose(Vec<Condition>),
}

/// Adds the formulas of the variables in an expression, in the order in which they are calculated.
/// Variables that the question prints need no formula.
///
/// # Errors
/// Returns the errors in the formulas.
pub(super) fn derive_variables(
    cx: &mut Cx,
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
        let mut known = printed_names(cx);
        derive_others(cx, of, radix, &mut known, derivation)?;
    }
    Ok(())
}

fn derive_others(
    cx: &mut Cx,
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
        let Some(Origin::Let(set)) = origin(cx, name) else {
            continue;
        };
        let value = eval(cx, found)?;
        if makes_call(&set) || !still_equals(cx, &set, &value) {
            continue;
        }
        derive_others(cx, &set, radix, known, derivation)?;
        add_paths(cx, &set, derivation)?;
        if is_formula(&set) {
            let mut steps = steps_of(cx, &set, radix)?;
            let value = value_in_formula(&value, radix);
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
    cx: &mut Cx,
    of: &Expr,
    derivation: &mut Derivation,
) -> Result<(), Stop> {
    let ExprKind::Name(name) = &of.kind else {
        return Ok(());
    };
    let Some(Origin::Choose(conditions)) = origin(cx, name) else {
        return Ok(());
    };
    for condition in &conditions {
        let of_facts = matches!(condition, Condition::Facts { .. });
        // The conditions may no longer hold in the current state.
        if of_facts
            && refusal(cx, std::slice::from_ref(condition)).is_ok_and(|refused| refused.is_none())
        {
            derivation.chosen.push(evidence(cx, condition, true)?);
        }
    }
    Ok(())
}

/// Adds the paths in an expression and the functions that read memory, with their values.
pub(super) fn add_paths(cx: &mut Cx, of: &Expr, derivation: &mut Derivation) -> Result<(), Stop> {
    let mut names = Vec::new();
    find_names(of, &mut names);
    for name in names {
        let path = cx.text(name.span).trim().to_owned();
        let function = match &name.kind {
            ExprKind::Call { name, .. } => PeekFunction::named(&name.text).map(|row| row.name),
            _ => None,
        };
        let is_read = path.contains('.') || function.is_some();
        if is_read && derivation.paths.iter().all(|known| known.path != path) {
            let (value, formula) = (eval(cx, name)?, formula_of_path(cx, &path));
            let fact = path.strip_prefix("last.");
            let last = fact.and_then(|fact| Some((cx.state.last.clone()?, fact.into())));
            derivation.paths.push(PathValue {
                path,
                names: function.map_or_else(|| path_names(name), |name| vec![name.into()]),
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
fn still_equals(cx: &mut Cx, expr: &Expr, value: &Value) -> bool {
    eval(cx, expr).is_ok_and(|now| now == *value)
}

/// Returns the names whose values the question around the current statement prints.
fn printed_names(cx: &Cx) -> Vec<String> {
    let mut printed = PrintedNames::default();
    for frame in cx.blocks.frames.iter().rev() {
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
fn origin(cx: &Cx, name: &str) -> Option<Origin> {
    for frame in cx.blocks.frames.iter().rev() {
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

/// Returns the expression that set a variable, unless the variable is one of the `known` ones. Adds it to those.
pub(super) fn definition(cx: &Cx, name: &str, known: &mut Vec<String>) -> Option<Expr> {
    if known.iter().any(|known| **known == *name) {
        return None;
    }
    known.push(name.to_owned());
    match origin(cx, name)? {
        Origin::Let(set) => Some(set),
        Origin::Choose(_) => None,
    }
}

/// Returns the evidence for a condition that holds, or the evidence against a condition that does not hold.
pub(super) fn evidence(cx: &mut Cx, condition: &Condition, holds: bool) -> Result<Evidence, Stop> {
    let (operation, facts) = match condition {
        Condition::Expr(expr) => {
            let derivation = derive(cx, expr, Radix::Decimal)?;
            return Ok(Evidence::Truth { derivation, holds });
        }
        Condition::Facts { operation, facts } => (operation, facts),
    };
    let (did, family) = try_out(cx, operation)?;
    let (_, spec) = Family::of(&did);
    let known = facts.iter().filter_map(|fact| {
        let key = facts::key(&fact.name.text, family, spec).ok()?;
        Some(blank(&fact.name.text, &key, &did, None, None))
    });
    let blanks: Vec<Blank> = known.collect();
    let mut expected = Vec::new();
    for fact in facts
        .iter()
        .filter(|_| !holds && matches!(did, Did::Reference(_)))
    {
        let Claim::Is(value) = &fact.claim else {
            continue;
        };
        let value = match facts::key(&fact.name.text, family, spec) {
            Ok(key) => claimed(cx, value, &key)?,
            Err(_) => eval(cx, value)?,
        };
        let differs = |blank: &&Blank| {
            *blank.fact == *fact.name.text
                && blank.key.as_ref().is_some_and(|key| key.value != value)
        };
        if blanks.iter().any(|blank| differs(&blank)) {
            expected.push((fact.name.text.clone(), value));
        }
    }
    Ok(Evidence::Facts {
        did: Arc::new(did),
        blanks,
        expected,
    })
}

/// Returns the derivation of an expression: the paths in the expression, the formulas of its variables,
/// and its own steps (see `steps_of`). Does not repeat system calls.
///
/// # Errors
/// Returns the errors in the expression.
pub(crate) fn derive(cx: &mut Cx, of: &Expr, radix: Radix) -> Result<Derivation, Stop> {
    let mut derivation = Derivation::default();
    if makes_call(of) {
        return Ok(derivation);
    }
    derive_variables(cx, of, radix, &mut derivation)?;
    derive_choice(cx, of, &mut derivation)?;
    add_paths(cx, of, &mut derivation)?;
    if is_formula(of) {
        derivation.steps = steps_of(cx, of, radix)?;
    }
    Ok(derivation)
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
    stmts.iter().rev().find_map(|stmt| match &*stmt.kind {
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
