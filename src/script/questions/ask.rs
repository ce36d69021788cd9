//! Runs and checks `ask`.

use std::sync::Arc;

use super::blanks::blank;
use super::entry::{Blank, Form, ItemKind, Printed, Radix};
use super::marked_by::marked_by;
use super::messages::messages_asked;
use super::papers::{
    enter, exam_mut, item, needs_question, radix_of_paper, sheet_mut, unsure_of_question,
};
use super::prose::{perhaps_points, prose_of, radix_named, reflowed};
use super::rounding::{endless, needs_number, rounding};
use super::tables::table_asked;
use super::unit::wrong_unit;
use super::whole::is_whole;
use super::wording::{
    AnyAsked, conditions_in_words, fact_condition, operation_in_words, prompt_of, recorded_in_words,
};
use super::{any, variables};
use crate::lang::ast::{
    Ask, Asked, Claim, Command, Condition, Expr, ExprKind, Fact, Operation, OperationKind, Span,
    Stmt, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::{Dimension, Unit, Value};
use crate::run::checks::{check_fact, unknown_fact};
use crate::run::eval::eval;
use crate::run::expectations::{check_condition, check_facts, check_operation};
use crate::run::facts::{self, Component, FIELD, Family, Subject};
use crate::run::paths::LAST;
use crate::run::prepare::{carry_out, family, try_out};
use crate::run::programs::{Ran, Target};
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
    let marks = marked_by(ask)?;
    let mut prompt = ask
        .prompt
        .as_ref()
        .map(|prompt| prose_of(cx, prompt))
        .transpose()?;
    prompt = prompt.map(|prompt| reflowed(&prompt));
    let runs = match &ask.what {
        Asked::Facts { operation, .. } => !is_last(cx, operation),
        what => matches!(what, Asked::Any { .. }),
    };
    let before = if runs {
        cx.state.target()
    } else {
        before_program(cx)
    };
    let mut last = None;
    let (kind, did, checks) = match &ask.what {
        Asked::Facts { probe, operation } if is_last(cx, operation) => {
            asks_something(cx, ask, &stmt.facts)?;
            refuse_repeat(operation, *probe)?;
            let own = last.insert(last_operation(cx, operation)?);
            last_asked(cx, &stmt.facts, own, radix)?
        }
        Asked::Facts { probe, operation } => {
            asks_something(cx, ask, &stmt.facts)?;
            let (did, family) = if *probe {
                try_out(cx, operation)?
            } else {
                carry_out(cx, operation)?
            };
            let (blanks, checks) = blanks_asked(cx, &stmt.facts, &did, family, radix)?;
            let operation = operation_in_words(cx, operation);
            (ItemKind::Facts { operation, blanks }, did, checks)
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
        marks,
        solution: None,
    };
    enter(cx, entry.asked(printed, before, last));
    run.finish(stmt.span, did, checks)
}

/// Returns the state before the question's latest operation, if this was the replay or run of a program. Tables and values are about
/// its results.
fn before_program(cx: &mut Cx) -> Option<Target> {
    let begun = exam_mut(cx).last_before.as_ref().map(Arc::as_ptr);
    let last = cx.state.last.as_ref();
    let last = last.filter(|last| begun != Some(Arc::as_ptr(last)))?;
    match cx.state.ran.get(&last.called()?.program)? {
        Ran::Replay(replay) => Some(replay.before.clone()),
        Ran::Process(run) => run.before.clone(),
    }
}

/// Returns the blanks of an operation, and the checks of the facts whose values the script contains.
fn blanks_asked(
    cx: &mut Cx,
    stated: &[Fact],
    did: &Did,
    family: Family,
    radix: Option<Radix>,
) -> Result<(Vec<Blank>, Vec<Check>), Stop> {
    let spec = cx.spec().cloned();
    let pa = cx.state.hardware().and_then(|machine| machine.pa(0).ok());
    let (mut blanks, mut checks) = (Vec::new(), Vec::new());
    for fact in stated {
        if fact.claim != Claim::Blank {
            checks.push(check_fact(cx, fact, did, family)?);
            continue;
        }
        let key = facts::key(&fact.name.text, family, spec.as_deref())
            .map_err(|near| unknown_fact(cx, fact, near, family))?;
        if let (Did::Replay(run), Some(count)) = (did, key.request())
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
        blanks.push(blank(&fact.name.text, &key, did, radix, pa));
    }
    Ok((blanks, checks))
}

/// Whether an `ask` is about the operation before it. A variable may have the name `last`.
fn is_last(cx: &Cx, operation: &Operation) -> bool {
    let name = match &operation.kind {
        OperationKind::Expr(Expr {
            kind: ExprKind::Name(name),
            ..
        }) => &**name,
        _ => return false,
    };
    name == LAST && cx.state.find(LAST).is_none()
}

/// Rejects `ask probe last` and `ask P1: last`, because `last` runs nothing.
fn refuse_repeat(operation: &Operation, probe: bool) -> Result<(), Diagnostic> {
    if !probe && operation.process.is_none() {
        return Ok(());
    }
    let message = "`last` is an operation that has run, and does not run again";
    Err(Diagnostic::new(Code::Misplaced, operation.span, message)
        .help("write `ask last` alone")
        .fix(Fix::replace(operation.span, LAST)))
}

/// Returns the latest operation of the question.
fn last_operation(cx: &mut Cx, operation: &Operation) -> Result<Arc<Did>, Stop> {
    let before = exam_mut(cx).last_before.as_ref().map(Arc::as_ptr);
    match &cx.state.last {
        Some(last) if before != Some(Arc::as_ptr(last)) => Ok(last.clone()),
        _ => {
            let message = "this question contains no operation before this statement";
            let error = Diagnostic::new(Code::NoAnswer, operation.span, message);
            Err(error
                .label("`last` is the operation before this statement")
                .help("write the operation itself: `ask read va => vpn, ppn`")
                .into())
        }
    }
}

/// Returns the blanks of the operation before the `ask`. The record of the `ask` contains the key, but not the operation,
/// which has its own record.
fn last_asked(
    cx: &mut Cx,
    stated: &[Fact],
    last: &Arc<Did>,
    radix: Option<Radix>,
) -> Result<(ItemKind, Did, Vec<Check>), Stop> {
    let (blanks, checks) = blanks_asked(cx, stated, last, Family::of(last).0, radix)?;
    let views = blanks.iter().map(|blank| View::Value {
        of: format!("{LAST}.{}", blank.fact),
        value: blank.key.clone().unwrap_or_else(|| Shown::word("-")),
    });
    let shown = Did::Shown(views.collect());
    let operation = recorded_in_words(last);
    Ok((ItemKind::Facts { operation, blanks }, shown, checks))
}

/// Checks the facts of `ask last`. The kind of the operation is unknown before the run, so each fact must be a fact of some
/// operation.
fn check_last(cx: &mut Cx, stated: &[Fact]) {
    let spec = cx.spec().cloned();
    let has = |family: &Family| {
        let known = |fact: &Fact| facts::key(&fact.name.text, *family, spec.as_deref()).is_ok();
        stated.iter().all(known)
    };
    let families = [
        Family::Access,
        Family::Call,
        Family::Replay,
        Family::Reference,
        Family::Outputs,
        Family::Run,
    ];
    // Without a machine, only reference strings and programs have facts.
    let other = if spec.is_some() {
        Family::Access
    } else {
        Family::Reference
    };
    let family = families.into_iter().find(has).unwrap_or(other);
    check_facts(cx, stated, family, true);
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
    let is_list = |part: &Value| matches!(part, Value::List(_));
    if matches!(&value, Value::List(rows) if !rows.is_empty() && rows.iter().all(is_list)) {
        let message = "the rows of a table do not fit in one blank";
        return Err(Diagnostic::new(Code::WrongType, of.span, message)
            .label("a list of rows")
            .help("ask for the table and name the columns to fill in: `ask P1.resident columns vpn frame`")
            .into());
    }
    if let Some(wrong) = unit.and_then(|unit| wrong_unit(cx, of, Some(&value), unit, false)) {
        return Err(wrong.into());
    }
    let form = Form::of_value(&value, radix.unwrap_or(Radix::Decimal), None);
    // Times and percentages can be fractions.
    let dimension = unit.and_then(|unit| Some(Unit::spelt(&unit.text)?.dimension));
    let is_fraction = matches!(dimension, Some(Dimension::Time | Dimension::Fraction));
    let unit = unit.map(|unit| unit.text.clone());
    let whole = is_whole(of) && !is_fraction;
    let blank = Blank {
        unit,
        round,
        ..Blank::of_value(Shown::plain(value), form, whole)
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
        Asked::Facts { probe, operation } if is_last(cx, operation) => {
            asks_something(cx, ask, &stmt.facts)?;
            refuse_repeat(operation, *probe)?;
            check_last(cx, &stmt.facts);
            Ok(())
        }
        Asked::Facts { operation, .. } => {
            asks_something(cx, ask, &stmt.facts)?;
            let found = absent(cx, operation, &stmt.facts);
            cx.report(found);
            check_operation(cx, operation, &stmt.facts, true)
        }
        Asked::Value { label, value, unit } => {
            let label = prose_of(cx, label).map(|_| ());
            let round = rounding(cx, ask)?;
            let key = eval(cx, value);
            let unit = unit.as_ref();
            let wrong = unit.and_then(|unit| wrong_unit(cx, value, key.as_ref().ok(), unit, true));
            cx.report(wrong.into_iter().collect());
            let key = key?;
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

/// Finds blanks whose answer is always `-`, because an access of this kind on this machine never has such a fact.
fn absent(cx: &Cx, operation: &Operation, stated: &[Fact]) -> Vec<Diagnostic> {
    let (OperationKind::Command(Command { verb, .. }), Some(spec)) = (&operation.kind, cx.spec())
    else {
        return Vec::new();
    };
    let blanks = stated.iter().filter(|fact| fact.claim == Claim::Blank);
    let found = blanks.filter_map(|fact| {
        let key = facts::key(&fact.name.text, family(operation), Some(spec)).ok()?;
        let lacking = |what: &str| {
            let message = format!("this machine has no {what}, so the answer is always `-`");
            let help = format!("give `machine` a {what}, or remove `{}`", fact.name.text);
            (message, Err(help))
        };
        let of_cache = matches!(key.subject(), Subject::FirstCache | Subject::Caches)
            || matches!(key.part(), Some(Component::Cache(_)));
        let (message, fix) = match (key.subject(), &*verb.text) {
            (Subject::FirstTlb | Subject::Tlbs, _) if spec.tlbs.is_empty() => lacking("TLB"),
            _ if of_cache && spec.caches.is_empty() => lacking("cache"),
            // The bits of the physical address that a cache uses are known.
            (_, "translate") if of_cache && key.kind() != FIELD => (
                "`translate` uses no cache, so the answer is always `-`".to_owned(),
                Ok("read"),
            ),
            (Subject::Data, "translate") => (
                "`translate` reads no byte, so the answer is always `-`".to_owned(),
                Ok("read"),
            ),
            (Subject::Data, "write") => (
                "`write` reads no byte, so the answer is always `-`".to_owned(),
                Err("to ask for the byte that it stored, write `ask read …` after it".to_owned()),
            ),
            _ => return None,
        };
        let warning = Diagnostic::warning(Code::Unlikely, fact.span, message);
        Some(match fix {
            Ok(other) => warning.fix(Fix::write(verb.span, &*verb.text, other)),
            Err(help) => warning.help(help),
        })
    });
    found.collect()
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
fn asks_something(cx: &Cx, ask: &Ask, stated: &[Fact]) -> Result<(), Diagnostic> {
    if stated.iter().any(|fact| fact.claim == Claim::Blank) {
        return Ok(());
    }
    let message = "this `ask` lists no fact for students to find";
    let wrong = Diagnostic::new(Code::NoBlank, ask.place, message).label("without a blank");
    let Asked::Facts { operation, .. } = &ask.what else {
        return Err(wrong);
    };
    // `ask "Explain why a TLB needs a tag."`
    if let OperationKind::Expr(expr) = &operation.kind
        && matches!(
            expr.kind,
            ExprKind::Value(Value::Text(_)) | ExprKind::Prose(_)
        )
    {
        return Err(wrong.help(
            "for an answer in words, write `essay` in place of `ask`; for a value, add it: `ask \"Size\" = 512 unit B`",
        ));
    }
    let names: Vec<&str> = stated.iter().map(|fact| &*fact.name.text).collect();
    let (asked, facts) = match names[..] {
        [] => ("read va", "vpn, ppn".to_owned()),
        _ => (cx.env.sources.text(operation.span), names.join(", ")),
    };
    Err(wrong.help(format!(
        "list the facts to find, without their values: `ask {asked} => {facts}`"
    )))
}
