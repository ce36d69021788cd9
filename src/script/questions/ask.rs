//! Runs and checks `ask`.

use super::blanks::blank;
use super::entry::{Blank, Form, ItemKind, Printed, Radix};
use super::messages::messages_asked;
use super::papers::{enter, item, needs_question, radix_of_paper, sheet_mut, unsure_of_question};
use super::prose::{perhaps_points, prose_of, radix_named, reflowed};
use super::rounding::{endless, needs_number, rounding};
use super::tables::table_asked;
use super::whole::is_whole;
use super::wording::{
    AnyAsked, conditions_in_words, fact_condition, operation_in_words, prompt_of,
};
use super::{any, variables};
use crate::lang::ast::{Ask, Asked, Claim, Condition, Expr, Fact, Operation, Span, Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::checks::{check_fact, unknown_fact};
use crate::run::eval::eval;
use crate::run::expectations::{check_condition, check_operation};
use crate::run::facts;
use crate::run::prepare::{carry_out, try_out};
use crate::run::record::{Check, Did, MessageLevel, Shown, View};
use crate::run::session::{Cx, Run};
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;

/// Runs an `ask` and records the key.
///
/// # Errors
/// Returns the errors in the operands.
pub(crate) fn run_ask(run: &mut Run, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
    let cx = &mut run.cx;
    needs_question(cx, ask.place)?;
    let points = perhaps_points(cx, ask.points.as_ref())?;
    let radix = radix_named(ask.radix.as_ref())?.or(radix_of_paper(cx));
    let round = rounding(cx, ask)?;
    let mut prompt = ask
        .prompt
        .as_ref()
        .map(|prompt| prose_of(cx, prompt))
        .transpose()?;
    prompt = prompt.map(|prompt| reflowed(&prompt));
    let before = cx
        .state
        .hardware()
        .filter(|_| matches!(ask.what, Asked::Facts { .. }))
        .cloned();
    let (kind, did, checks) = match &ask.what {
        Asked::Facts { probe, operation } => {
            asks_something(ask, &stmt.facts)?;
            facts_asked(cx, &stmt.facts, operation, *probe, radix)?
        }
        Asked::Value { label, value, unit } => {
            let kind = value_asked(cx, label, value, unit.as_ref(), (radix, round))?;
            shown(kind)
        }
        Asked::Table(of) => shown(table_asked(cx, ask.place, of, radix)?),
        Asked::Any {
            name,
            from,
            conditions,
        } => {
            let value = eval(cx, from)?;
            let answers = any::answers(cx, name, from, conditions)?;
            let radix = radix.unwrap_or(Radix::Hex);
            let written = |conditions: &[Condition]| {
                let whole = among(name, from, conditions);
                conditions_in_words(cx, whole, &name.text, (from, &value), conditions, radix)
            };
            let (candidates, among) = (written(&[]), written(conditions));
            let asked = AnyAsked {
                name,
                value: &value,
                conditions,
                radix,
            };
            prompt = prompt.or_else(|| Some(prompt_of(cx, &asked)));
            let example = any::example(cx, name, &answers, conditions)?;
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
        Asked::Steps { place, all } => shown(messages_asked(cx, *place, level(*all))?),
    };
    let entry = item(cx, kind, points);
    let printed = Printed {
        prompt,
        radix: radix_of_paper(cx),
        place: stmt.span,
        solution: None,
    };
    enter(cx, entry.asked(printed, before));
    run.finish(stmt.span, did, checks)
}

fn facts_asked(
    cx: &mut Cx,
    stated: &[Fact],
    operation: &Operation,
    probe: bool,
    radix: Option<Radix>,
) -> Result<(ItemKind, Did, Vec<Check>), Stop> {
    let (did, family) = if probe {
        try_out(cx, operation)?
    } else {
        carry_out(cx, operation)?
    };
    let spec = cx.spec().cloned();
    let pa = cx.state.hardware().and_then(|machine| machine.pa(0).ok());
    let (mut blanks, mut checks) = (Vec::new(), Vec::new());
    for fact in stated {
        if fact.claim != Claim::Blank {
            checks.push(check_fact(cx, fact, &did, family)?);
            continue;
        }
        let key = facts::key(&fact.name.text, family, spec.as_deref())
            .map_err(|near| unknown_fact(cx, fact, near, family))?;
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
    let operation = operation_in_words(cx, operation);
    Ok((ItemKind::Facts { operation, blanks }, did, checks))
}

fn value_asked(
    cx: &mut Cx,
    label: &Expr,
    of: &Expr,
    unit: Option<&Word>,
    (radix, round): (Option<Radix>, Option<u32>),
) -> Result<ItemKind, Stop> {
    let label = prose_of(cx, label)?;
    let value = eval(cx, of)?;
    needs_number(of, &value, round)?;
    let form = Form::of_value(&value, radix.unwrap_or(Radix::Decimal), None);
    let unit = unit.map(|unit| unit.text.clone());
    let blank = Blank {
        fact: "".into(),
        key: Some(Shown::plain(value)),
        form,
        unit,
        round,
        whole: is_whole(of),
    };
    let derivation = variables::derive(cx, of, radix.unwrap_or(Radix::Decimal))?;
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
pub(crate) fn check_ask(cx: &mut Cx, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
    needs_question(cx, ask.place)?;
    let points = perhaps_points(cx, ask.points.as_ref());
    if points.is_err() {
        unsure_of_question(cx);
    }
    let stated = points.as_ref().ok().copied().flatten();
    if let Some(sheet) = sheet_mut(cx) {
        sheet.add(stated.map(|(points, _)| points), stmt.facts.len());
    }
    let radix = radix_named(ask.radix.as_ref());
    let round = rounding(cx, ask);
    let asked = check_asked(cx, stmt, ask);
    let prompt = check_prompt(cx, ask);
    points?;
    prompt?;
    radix?;
    round?;
    asked
}

/// Checks `as "…"`. A paper does not print conditions on values, so an `ask` with such a condition needs a
/// text.
fn check_prompt(cx: &mut Cx, ask: &Ask) -> Result<(), Stop> {
    match (&ask.prompt, &ask.what) {
        (Some(prompt), Asked::Value { .. }) => {
            let message = "this `ask` takes no `as` text, because it has a label";
            Err(Diagnostic::new(Code::Duplicate, prompt.span, message)
                .help("write everything in the label, and delete `as`")
                .into())
        }
        (Some(prompt), _) => prose_of(cx, prompt).map(|_| ()),
        (
            None,
            Asked::Any {
                name, conditions, ..
            },
        ) => {
            let hidden = conditions.iter().find_map(|condition| match condition {
                Condition::Expr(expr) => Some(expr.span),
                Condition::Facts { operation, facts } => {
                    let printed = fact_condition(cx, operation, facts, Radix::Hex).is_some();
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
                cx.report(vec![warning.help(help)]);
            }
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

fn check_asked(cx: &mut Cx, stmt: &Stmt, ask: &Ask) -> Result<(), Stop> {
    match &ask.what {
        Asked::Facts { operation, .. } => {
            asks_something(ask, &stmt.facts)?;
            check_operation(cx, operation, &stmt.facts, true)
        }
        Asked::Value { label, value, .. } => {
            let label = prose_of(cx, label).map(|_| ());
            let round = rounding(cx, ask)?;
            let key = eval(cx, value)?;
            needs_number(value, &key, round)?;
            if round.is_none() {
                cx.report(endless(value, &key).into_iter().collect());
            }
            label
        }
        Asked::Table(of) => {
            let asked = table_asked(cx, ask.place, of, None);
            if asked.is_err() {
                unsure_of_question(cx);
            }
            asked.map(|_| ())
        }
        Asked::Steps { .. } => match &ask.radix {
            Some(radix) => {
                Err(
                    Diagnostic::new(Code::Misplaced, radix.span, "messages have decimal numbers")
                        .help(format!("delete `radix {}`", radix.text))
                        .into(),
                )
            }
            None => Ok(()),
        },
        Asked::Any {
            name,
            from,
            conditions,
        } => {
            let from = eval(cx, from).map(|_| ());
            cx.state.scopes.push(Scope::new(false));
            cx.state.bind(&name.text, Binding::Unknowable);
            conditions
                .iter()
                .for_each(|condition| check_condition(cx, condition));
            cx.state.scopes.pop();
            from
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
