//! Runs and checks `ask`.

use super::blanks::blank;
use super::entry::{Blank, Form, ItemKind, Printed, Radix};
use super::prose::reflowed;
use super::rounding::{endless, needs_number};
use super::wording::AnyAsked;
use crate::lang::ast::{Ask, Asked, Claim, Condition, Expr, Fact, Operation, Span, Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::facts;
use crate::run::record::{Check, Did, MessageLevel, Shown, View};
use crate::run::session::Session;
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;

impl Session<'_> {
    /// Runs an `ask` and records the key.
    ///
    /// # Errors
    /// Returns the errors in the operands.
    pub(crate) fn run_ask(&mut self, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
        self.needs_question(ask.place)?;
        let points = self.perhaps_points(ask.points.as_ref())?;
        let radix = Self::radix_named(ask.radix.as_ref())?.or(self.radix_of_paper());
        let round = self.rounding(ask)?;
        let mut prompt = ask
            .prompt
            .as_ref()
            .map(|prompt| self.prose_of(prompt))
            .transpose()?;
        prompt = prompt.map(|prompt| reflowed(&prompt));
        let before = self
            .state
            .hardware()
            .filter(|_| matches!(ask.what, Asked::Facts { .. }))
            .cloned();
        let (kind, did, checks) = match &ask.what {
            Asked::Facts { probe, operation } => {
                asks_something(ask, &stmt.facts)?;
                self.facts_asked(&stmt.facts, operation, *probe, radix)?
            }
            Asked::Value { label, value, unit } => {
                let kind = self.value_asked(label, value, unit.as_ref(), (radix, round))?;
                shown(kind)
            }
            Asked::Table(of) => shown(self.table_asked(ask.place, of, radix)?),
            Asked::Any {
                name,
                from,
                conditions,
            } => {
                let value = self.eval(from)?;
                let answers = self.answers(name, from, conditions)?;
                let radix = radix.unwrap_or(Radix::Hex);
                let written = |conditions: &[Condition]| {
                    let whole = among(name, from, conditions);
                    self.conditions_in_words(whole, &name.text, (from, &value), conditions, radix)
                };
                let (candidates, among) = (written(&[]), written(conditions));
                let asked = AnyAsked {
                    name,
                    value: &value,
                    conditions,
                    radix,
                };
                prompt = prompt.or_else(|| Some(self.prompt_of(&asked)));
                let example = self.example(name, &answers, conditions)?;
                let name = name.text.clone();
                let facts = conditions.iter().flat_map(|condition| match condition {
                    Condition::Facts { facts, .. } => &facts[..],
                    Condition::Expr(_) => &[],
                });
                shown(ItemKind::Any {
                    name,
                    candidates,
                    among,
                    facts: facts.map(|fact| fact.name.text.clone()).collect(),
                    answers,
                    radix,
                    example,
                })
            }
            Asked::Steps { place, all } => shown(self.messages_asked(*place, level(*all))?),
        };
        let entry = self.item(kind, points);
        let printed = Printed {
            prompt,
            radix: self.radix_of_paper(),
            place: stmt.span,
            solution: None,
        };
        self.enter(entry.asked(printed, before));
        self.finish(stmt.span, did, checks)
    }

    fn facts_asked(
        &mut self,
        stated: &[Fact],
        operation: &Operation,
        probe: bool,
        radix: Option<Radix>,
    ) -> Result<(ItemKind, Did, Vec<Check>), Stop> {
        let (did, family) = if probe {
            self.try_out(operation)?
        } else {
            self.carry_out(operation)?
        };
        let spec = self.spec().cloned();
        let pa = self.state.hardware().and_then(|machine| machine.pa(0).ok());
        let (mut blanks, mut checks) = (Vec::new(), Vec::new());
        for fact in stated {
            if fact.claim != Claim::Blank {
                checks.push(self.check_fact(fact, &did, family)?);
                continue;
            }
            let key = facts::key(&fact.name.text, family, spec.as_deref())
                .map_err(|near| self.unknown_fact(fact, near, family))?;
            if let (Did::Replay(run), Some(count)) = (&did, key.request())
                && !run.has(count)
            {
                let message = format!("this `replay` has no fact `{}`", fact.name.text);
                return Err(Diagnostic::new(Code::UnknownFact, fact.name.span, message)
                    .label("the `replay` does not request it")
                    .help(format!(
                        "add the word `{}` after the name of the trace",
                        count.word()
                    ))
                    .into());
            }
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
        (radix, round): (Option<Radix>, Option<u32>),
    ) -> Result<ItemKind, Stop> {
        let label = self.prose_of(label)?;
        let value = self.eval(of)?;
        needs_number(of, &value, round)?;
        let form = Form::of_value(&value, radix.unwrap_or(Radix::Decimal), None);
        let unit = unit.map(|unit| unit.text.clone());
        let blank = Blank {
            fact: "".into(),
            key: Some(Shown::plain(value)),
            form,
            unit,
            round,
        };
        let derivation = self.derivation(of, radix.unwrap_or(Radix::Decimal))?;
        Ok(ItemKind::Value {
            label,
            blank,
            derivation,
        })
    }

    /// Checks an `ask` without running it.
    ///
    /// # Errors
    /// Returns the errors in the operands.
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
        let radix = Self::radix_named(ask.radix.as_ref());
        let round = self.rounding(ask);
        let asked = self.check_asked(stmt, ask);
        let prompt = self.check_prompt(ask);
        points?;
        prompt?;
        radix?;
        round?;
        asked
    }

    /// Checks `as "…"`. A paper does not print conditions on values, so an `ask` with such a condition needs a
    /// text.
    fn check_prompt(&mut self, ask: &Ask) -> Result<(), Stop> {
        match (&ask.prompt, &ask.what) {
            (Some(prompt), Asked::Value { .. }) => {
                let message = "this `ask` takes no `as` text, because it has a label";
                Err(Diagnostic::new(Code::Duplicate, prompt.span, message)
                    .help("write everything in the label, and delete `as`")
                    .into())
            }
            (Some(prompt), _) => self.prose_of(prompt).map(|_| ()),
            (
                None,
                Asked::Any {
                    name, conditions, ..
                },
            ) => {
                let hidden = conditions.iter().find_map(|condition| match condition {
                    Condition::Expr(expr) => Some(expr.span),
                    Condition::Facts { operation, facts } => {
                        let printed = self.fact_condition(operation, facts, Radix::Hex).is_some();
                        (!printed).then_some(operation.span)
                    }
                });
                if let Some(place) = hidden {
                    let name = &name.text;
                    let warning = Diagnostic::warning(
                        Code::Unlikely,
                        place,
                        "this condition does not appear on the paper",
                    );
                    let help = format!(
                        "describe the answer before the first `where`: `ask {name} in … as \"…\" where …`"
                    );
                    self.report(vec![warning.help(help)]);
                }
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }

    fn check_asked(&mut self, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
        match &ask.what {
            Asked::Facts { operation, .. } => {
                asks_something(ask, &stmt.facts)?;
                self.check_operation(operation, &stmt.facts, true)
            }
            Asked::Value { label, value, .. } => {
                let label = self.prose_of(label).map(|_| ());
                let round = self.rounding(ask)?;
                let key = self.eval(value)?;
                needs_number(value, &key, round)?;
                if round.is_none() {
                    self.report(endless(value, &key).into_iter().collect());
                }
                label
            }
            Asked::Table(of) => {
                let asked = self.table_asked(ask.place, of, None);
                if asked.is_err() {
                    self.unsure_of_question();
                }
                asked.map(|_| ())
            }
            Asked::Steps { .. } => match &ask.radix {
                Some(radix) => Err(Diagnostic::new(
                    Code::Misplaced,
                    radix.span,
                    "messages have decimal numbers",
                )
                .help(format!("delete `radix {}`", radix.text))
                .into()),
                None => Ok(()),
            },
            Asked::Any {
                name,
                from,
                conditions,
            } => {
                let from = self.eval(from).map(|_| ());
                self.state.scopes.push(Scope::new(false));
                self.state.bind(&name.text, Binding::Unknowable);
                conditions
                    .iter()
                    .for_each(|condition| self.check_condition(condition));
                self.state.scopes.pop();
                from
            }
        }
    }
}

fn level(all: bool) -> MessageLevel {
    if all {
        MessageLevel::All
    } else {
        MessageLevel::Lecture
    }
}

/// Returns the record of an `ask` without an operation. The record contains the answer key.
fn shown(kind: ItemKind) -> (ItemKind, Did, Vec<Check>) {
    let view = match &kind {
        ItemKind::Value { label, blank, .. } => {
            let value = blank.key.clone().unwrap_or_else(|| Shown::word("-"));
            vec![View::Value {
                of: label.clone(),
                value,
            }]
        }
        ItemKind::Table { table, .. } => vec![View::Table(table.clone())],
        ItemKind::Author(table) => vec![View::Table(table.view())],
        ItemKind::Any {
            name,
            answers,
            radix,
            ..
        } => {
            let first: Vec<String> = answers
                .first
                .iter()
                .take(8)
                .map(|value| radix.write(value, None))
                .collect();
            let more = if answers.all && answers.first.len() <= 8 {
                ""
            } else {
                ", …"
            };
            vec![View::Remark(format!(
                "any of these values of `{name}`: {}{more}",
                first.join(", ")
            ))]
        }
        _ => Vec::new(),
    };
    (kind, Did::Shown(view), Vec::new())
}

/// Returns the span from the name to the end of the conditions.
fn among(name: &Word, from: &Expr, conditions: &[Condition]) -> Span {
    let end = conditions
        .last()
        .map_or(from.span.end, |condition| match condition {
            Condition::Expr(expr) => expr.span.end,
            Condition::Facts { operation, facts } => facts
                .last()
                .map_or(operation.span.end, |fact| fact.span.end),
        });
    Span { end, ..name.span }
}

/// Rejects an `ask` that lists no blank.
fn asks_something(ask: &Ask, stated: &[Fact]) -> Result<(), Diagnostic> {
    if stated.iter().any(|fact| fact.claim == Claim::Blank) {
        return Ok(());
    }
    Err(Diagnostic::new(
        Code::NoBlank,
        ask.place,
        "this `ask` lists no fact for students to find",
    )
    .label("without a blank")
    .help("list the facts to find, without their values: `ask read va => vpn, ppn`"))
}
