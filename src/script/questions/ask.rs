//! Running and checking `ask`.

use super::blanks::blank;
use super::entry::{Blank, Form, ItemKind, Radix};
use crate::lang::ast::{Ask, Asked, Claim, Condition, Expr, Fact, Operation, Span, Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::facts;
use crate::run::record::{Check, Did, Shown, View};
use crate::run::session::Session;
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;

/// The words of the truth values.
const TRUTHS: &[&str] = &["true", "false"];

impl Session<'_> {
    /// Runs an `ask` and records the key.
    ///
    /// # Errors
    /// The errors of its operands.
    pub(crate) fn run_ask(&mut self, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
        self.needs_question(ask.place)?;
        let points = self.perhaps_points(ask.points.as_ref())?;
        let radix = Self::radix(ask.radix.as_ref())?;
        let before = self.state.hardware().filter(|_| matches!(ask.what, Asked::Facts { .. })).cloned();
        let (kind, did, checks) = match &ask.what {
            Asked::Facts { probe, operation } => {
                asks_something(ask, &stmt.facts)?;
                self.facts_asked(&stmt.facts, operation, *probe, radix)?
            }
            Asked::Value { label, value, unit } => {
                let kind = self.value_asked(label, value, unit.as_ref(), radix)?;
                shown(kind)
            }
            Asked::Table { noun, columns } => shown(self.table_asked(ask.place, noun, columns)?),
            Asked::Any { name, from, conditions } => {
                let value = self.eval(from)?;
                let answers = self.answers(name, from, conditions)?;
                let radix = radix.unwrap_or(Radix::Hex);
                let whole = among(name, from, conditions);
                let among = self.conditions_in_words(whole, &name.text, (from, &value), conditions, radix);
                let example = self.example(name, &answers, conditions)?;
                shown(ItemKind::Any { name: name.text.clone(), among, answers, radix, example })
            }
        };
        let entry = self.item(kind, points);
        self.enter(entry.asked_of(before));
        self.finish(stmt.span, did, checks)
    }

    fn facts_asked(
        &mut self,
        stated: &[Fact],
        operation: &Operation,
        probe: bool,
        radix: Option<Radix>,
    ) -> Result<(ItemKind, Did, Vec<Check>), Stop> {
        let (did, family) = if probe { self.try_out(operation)? } else { self.carry_out(operation)? };
        let spec = self.spec().cloned();
        let pa = self.state.hardware().and_then(|machine| machine.pa(0).ok());
        let (mut blanks, mut checks) = (Vec::new(), Vec::new());
        for fact in stated {
            if fact.claim != Claim::Blank {
                checks.push(self.check_fact(fact, &did, family)?);
                continue;
            }
            let key = facts::key(&fact.name.text, family, spec.as_deref())
                .map_err(|near| Self::unknown_fact(fact, near, family))?;
            blanks.push(blank(&fact.name.text, &key, &did, radix, pa));
        }
        let operation = self.operation_in_words(operation);
        Ok((ItemKind::Facts { operation, blanks }, did, checks))
    }

    fn value_asked(
        &mut self,
        label: &Expr,
        of: &Expr,
        unit: Option<&Word>,
        radix: Option<Radix>,
    ) -> Result<ItemKind, Stop> {
        let label = self.prose_of(label)?;
        let value = self.eval(of)?;
        let form = match &value {
            Value::Number(_) => Form::Number { radix: radix.unwrap_or(Radix::Decimal), digits: None },
            Value::Bool(_) => Form::Words(TRUTHS),
            _ => Form::Free,
        };
        let unit = unit.map(|unit| unit.text.clone());
        let blank = Blank { fact: "".into(), key: Some(Shown::plain(value)), form, unit };
        let derivation = self.derivation(of)?;
        Ok(ItemKind::Value { label, blank, derivation })
    }

    /// Checks an `ask` without running it.
    ///
    /// # Errors
    /// The errors of its operands.
    pub(crate) fn check_ask(&mut self, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
        self.needs_question(ask.place)?;
        let points = self.perhaps_points(ask.points.as_ref());
        if points.is_err() {
            self.unsure_of_question();
        }
        let stated = points.as_ref().ok().copied().flatten();
        if let Some(sheet) = self.sheet_mut() {
            sheet.add(stated.map(|(points, _)| points), stmt.facts.len());
        }
        let radix = Self::radix(ask.radix.as_ref());
        let asked = self.check_asked(stmt, ask);
        points?;
        radix?;
        asked
    }

    fn check_asked(&mut self, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
        match &ask.what {
            Asked::Facts { operation, .. } => {
                asks_something(ask, &stmt.facts)?;
                self.check_operation(operation, &stmt.facts, true)
            }
            Asked::Value { label, value, .. } => {
                let label = self.prose_of(label).map(|_| ());
                self.eval(value)?;
                label
            }
            Asked::Table { noun, columns } => {
                let asked = self.table_asked(ask.place, noun, columns);
                if asked.is_err() {
                    self.unsure_of_question();
                }
                asked.map(|_| ())
            }
            Asked::Any { name, from, conditions } => {
                let from = self.eval(from).map(|_| ());
                self.state.scopes.push(Scope::new(false));
                self.state.bind(name.text.clone(), Binding::Unknowable);
                conditions.iter().for_each(|condition| self.check_condition(condition));
                self.state.scopes.pop();
                from
            }
        }
    }
}

/// Returns the record of an `ask` without an operation, which shows its key.
fn shown(kind: ItemKind) -> (ItemKind, Did, Vec<Check>) {
    let view = match &kind {
        ItemKind::Value { label, blank, .. } => {
            let value = blank.key.clone().unwrap_or_else(|| Shown::word("-"));
            vec![View::Value { of: label.clone(), value }]
        }
        ItemKind::Table { table, .. } => vec![View::Table(table.clone())],
        ItemKind::Any { name, answers, radix, .. } => {
            let first: Vec<String> =
                answers.first.iter().take(8).map(|value| radix.write(value, None)).collect();
            let more = if answers.all && answers.first.len() <= 8 { "" } else { ", …" };
            vec![View::Remark(format!("any of these `{name}`: {}{more}", first.join(", ")))]
        }
        _ => Vec::new(),
    };
    (kind, Did::Shown(view), Vec::new())
}

/// Returns the span from the name to the end of its conditions.
fn among(name: &Word, from: &Expr, conditions: &[Condition]) -> Span {
    let end = conditions.last().map_or(from.span.end, |condition| match condition {
        Condition::Expr(expr) => expr.span.end,
        Condition::Facts { operation, facts } => {
            facts.last().map_or(operation.span.end, |fact| fact.span.end)
        }
    });
    Span { end, ..name.span }
}

/// Rejects an operation without a question.
fn asks_something(ask: &Ask, stated: &[Fact]) -> Result<(), Diagnostic> {
    if stated.iter().any(|fact| fact.claim == Claim::Blank) {
        return Ok(());
    }
    Err(Diagnostic::new(Code::NoBlank, ask.place, "this operation has no facts to ask for")
        .label("without a blank")
        .help("list the facts to find, without their values: `ask read va => vpn, ppn`"))
}
