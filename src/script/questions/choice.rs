//! `choice`: options to choose from, including typical mistakes.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::any::judged;
use super::blanks::blank;
use super::commands::before_block;
use super::entry::{Alternative, Evidence, ItemKind, Radix};
use super::miscounts::miscounts;
use super::mistakes::distractors;
use super::papers::{item, needs_question, puts, radix_of_paper, unsure_of_question};
use super::probed::{not_an_access, operation};
use super::prose::prose_of;
use super::rows::{each_setting, known, missing};
use super::settings::CHOICE_SETTINGS;
use crate::lang::ast::{
    Claim, Command, Condition, Expr, Fact, Holds, Operation, OperationKind, Setting, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::run::bind::{Bound, Slot, word};
use crate::run::eval::{eval, truth};
use crate::run::expectations::check_condition;
use crate::run::facts::{self, FAULT, Key, Values};
use crate::run::prepare::{family, prepare_operation, try_out};
use crate::run::record::{Did, Shown, View};
use crate::run::session::{Action, Cx};
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;
use crate::run::verbs::Form;

/// Number of wrong options that `answers` generates.
pub(crate) const WRONG: usize = 3;

/// `choice "…" points 2 { correct "…"; wrong "…"; correct "…" when EXPR; option "…" where COND; answers pa of read va }`
///
/// # Errors
/// Returns `misplaced`, `no-correct-answer`, `unknown-setting`, `unknown-word`, `wrong-count`, or `wrong-type`.
pub(crate) fn choice(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    needs_question(cx, bound.place)?;
    let said = before_block(cx, bound)?;
    // The operations of the options run on copies.
    let before = cx.state.target();
    let mut options = Vec::new();
    let (mut unknown, mut computes, mut one, mut claim) = (false, false, None, None);
    each_setting(cx, bound, |cx, setting| {
        let row = known(setting, &[CHOICE_SETTINGS], "choice")?;
        match &*setting.name.text {
            "tick" if row.has("one") => one = Some(row.place),
            "tick" => return Err(missing(&row, "the word `one`: `tick one`").into()),
            "answers" => match claimed(cx, &row)? {
                None => options.extend(answers(cx, (&row, setting))?),
                found => claim = found,
            },
            "option" if cx.checking() => {
                unknown |= check_computed(cx, (&row, setting), claim.as_ref())?;
            }
            "option" => {
                computes = true;
                options.push(computed(cx, (&row, setting), claim.as_ref())?);
            }
            _ => {
                computes |= row.clause("when").is_some();
                options.push(option(cx, &row)?);
            }
        }
        Ok(())
    })?;
    if unknown {
        unsure_of_question(cx);
        return Err(Stop::Unknowable);
    }
    if !options.iter().any(|option| option.correct) {
        let message = "no option of this choice is correct";
        return Err(Diagnostic::new(Code::NoCorrectAnswer, bound.place, message)
            .label("cannot be answered")
            .help(if options.is_empty() {
                "list the options in braces: `choice \"…\" { correct \"…\"; wrong \"…\" }`"
            } else if options.iter().all(|option| option.evidence.is_empty()) {
                "add a line with `correct \"…\"` to its braces, or change a `wrong` to `correct`"
            } else {
                "no condition of an option holds; change one, or add a line with `correct \"none of these\"`"
            })
            .into());
    }
    let correct = options.iter().filter(|option| option.correct).count();
    if let Some(place) = one.filter(|_| correct > 1) {
        let message = format!(
            "{correct} options of this choice are correct, so students cannot tick only one"
        );
        return Err(Diagnostic::new(Code::NoCorrectAnswer, place, message)
            .label("`tick one` allows only one correct option")
            .help("remove `tick one`, or change the options so that exactly one is correct")
            .into());
    }
    // If Pagewalk computes which options are correct, their number can differ between versions. Students may
    // then tick several options, so that the form of the question does not reveal this number.
    let several = correct > 1 || computes && one.is_none();
    let before = before.filter(|_| options.iter().any(|option| !option.evidence.is_empty()));
    let pairs = options.iter().map(|option| {
        (
            if option.correct { "correct" } else { "wrong" }.to_owned(),
            option.text.replace('\n', " "),
        )
    });
    let view = View::Pairs {
        title: said.text.clone(),
        pairs: pairs.collect(),
    };
    let entry = item(
        cx,
        ItemKind::Choice {
            text: said.text,
            options,
            several,
        },
        said.points,
    );
    Ok(puts(entry.before(before), vec![view]))
}

/// Returns the option of a row. With `when`, the option is correct only if the condition is true.
fn option(cx: &mut Cx, row: &Bound) -> Result<Alternative, Stop> {
    let text = row.expr(Slot::Text)?;
    let correct = match row.clause("when") {
        Some(condition) => truth(cx, condition)?,
        None => row.name == "correct",
    };
    Ok(Alternative {
        text: prose_of(cx, text)?,
        correct,
        mistake: None,
        evidence: Vec::new(),
    })
}

/// Returns an option that is correct if and only if its condition holds: `option "…" where COND`.
fn computed(
    cx: &mut Cx,
    (row, setting): (&Bound, &Setting),
    claim: Option<&Claimed>,
) -> Result<Alternative, Stop> {
    let (text, holds) = parts(row, setting, claim)?;
    let text = prose_of(cx, text)?;
    let (correct, evidence) = judged(cx, &holds)?;
    Ok(Alternative {
        text,
        correct,
        mistake: None,
        evidence,
    })
}

/// Checks a computed option. Returns true, because only a run can determine whether the option is correct.
fn check_computed(
    cx: &mut Cx,
    (row, setting): (&Bound, &Setting),
    claim: Option<&Claimed>,
) -> Result<bool, Stop> {
    let (text, holds) = parts(row, setting, claim)?;
    prose_of(cx, text)?;
    if let Some((_, from)) = &holds.some {
        eval(cx, from)?;
    }
    cx.state.scopes.push(Scope::new(false));
    if let Some((name, _)) = &holds.some {
        cx.state.bind(&name.text, Binding::Unknowable);
    }
    holds
        .conditions
        .iter()
        .for_each(|condition| check_condition(cx, condition));
    cx.state.scopes.pop();
    Ok(true)
}

/// Returns the text of an option and its condition, which the claim of all options replaces.
fn parts<'t>(
    row: &Bound,
    setting: &'t Setting,
    claim: Option<&Claimed>,
) -> Result<(&'t Expr, Cow<'t, Holds>), Stop> {
    match (&*setting.values, &setting.holds, claim) {
        ([text], Some(holds), _) => Ok((text, Cow::Borrowed(holds))),
        ([text], None, Some(claim)) => Ok((text, Cow::Owned(claim.of(text)))),
        _ => Err(missing(row, "a text and a condition: `option \"…\" where COND`").into()),
    }
}

/// A fact whose claimed values are the texts of the options: `answers possible of outputs p`.
struct Claimed {
    fact: Word,
    operation: Operation,
}

impl Claimed {
    /// Returns the condition that the claim with this text is right.
    fn of(&self, text: &Expr) -> Holds {
        let fact = Fact {
            name: self.fact.clone(),
            claim: Claim::Is(text.clone()),
            span: text.span,
        };
        let condition = Condition::Facts {
            operation: self.operation.clone(),
            facts: [fact].into(),
        };
        Holds {
            some: None,
            conditions: [condition].into(),
        }
    }
}

/// Returns the claim of `answers FACT of OPERATION`, or `None` if the fact has a value without a claim.
fn claimed(cx: &mut Cx, row: &Bound) -> Result<Option<Claimed>, Stop> {
    let [fact, _, operands @ ..] = row.operands else {
        return Ok(None);
    };
    let Some(operation) = operation(operands, row.assigned) else {
        return Ok(None);
    };
    let fact = Word::of(fact);
    let is_claimed = facts::key(&fact.text, family(&operation), None)
        .is_ok_and(|key| matches!(key, Key::Program(row) if row.is_claimed()));
    if !is_claimed {
        return Ok(None);
    }
    prepare_operation(cx, &operation)?;
    Ok(Some(Claimed { fact, operation }))
}

/// Returns the fact's value and the values of typical mistakes, sorted: `answers FACT of OPERATION`.
fn answers(cx: &mut Cx, (row, setting): (&Bound, &Setting)) -> Result<Vec<Alternative>, Stop> {
    let (words, assigned) = match *setting.blanks {
        [at, ..] => row.operands.split_at(at),
        [] => (row.operands, &[][..]),
    };
    let ([fact, of, _, ..], Some(operands)) = (words, words.get(2..)) else {
        return Err(missing(row, "a fact and an operation: `answers pa of read va`").into());
    };
    if word(of) != Some("of") {
        return Err(
            Diagnostic::new(Code::UnknownWord, of.span, "`of` is missing here")
                .help("write `of` between the fact and the operation")
                .fix(Fix::put_in(of.span.file, of.span.start, "of "))
                .into(),
        );
    }
    let name = cx.text(fact.span).trim().to_owned();
    let operation = operation(operands, assigned).ok_or_else(|| not_an_access(cx, operands))?;
    if let OperationKind::Command(Command { verb, .. }) = &operation.kind
        && Form::named(&verb.text).is_some()
    {
        let message = format!(
            "`answers` takes an operation, and `{}` is not one",
            verb.text
        );
        return Err(Diagnostic::new(Code::UnknownVerb, verb.span, message)
            .label("not an operation")
            .help("write an access, a system call, or a `replay`: `answers pa of read va`")
            .into());
    }
    if cx.checking() {
        // The result of the access is known only when the script runs.
        unsure_of_question(cx);
        prepare_operation(cx, &operation)?;
        return Err(Stop::Unknowable);
    }
    let before = cx.state.hardware().cloned();
    let (did, family) = try_out(cx, &operation)?;
    let spec = cx.spec().cloned();
    let key = facts::key(&name, family, spec.as_deref()).map_err(|near| {
        let diagnostic = Diagnostic::new(
            Code::UnknownFact,
            fact.span,
            format!("unknown fact `{name}`"),
        );
        match near {
            Some(near) => diagnostic.did_you_mean(&name, &near),
            None => diagnostic,
        }
    })?;
    let Some(right) = key.value_in(&did) else {
        return Err(Diagnostic::new(
            Code::NoAnswer,
            fact.span,
            format!("this access has no `{name}`"),
        )
        .label("there is nothing to choose from")
        .into());
    };
    let named = |(shown, mistake)| (shown, Some(mistake));
    let wrong: Vec<(Shown, Option<&'static str>)> = match (&did, &right.value) {
        (_, Value::Text(word)) => {
            let others = other_words(cx, &key, word).into_iter();
            others.map(|shown| (shown, None)).collect()
        }
        (Did::Access(access), _) if right.hex.is_some() => {
            let wrong = distractors(access, before.as_ref(), &name, WRONG);
            wrong.into_iter().map(named).collect()
        }
        (did, _) => {
            let wrong = miscounts(did, &name, &right, WRONG);
            wrong.into_iter().map(named).collect()
        }
    };
    if wrong.is_empty() {
        return Err(no_mistakes(fact, &name).into());
    }
    let wrong = wrong.into_iter().map(|wrong| (false, wrong));
    let mut all: Vec<_> = std::iter::once((true, (right, None)))
        .chain(wrong)
        .collect();
    // In this order, the place of the correct option depends only on the values.
    all.sort_by(|(_, (a, _)), (_, (b, _))| match (&a.value, &b.value) {
        (Value::Number(a), Value::Number(b)) => a.compare(*b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => Ordering::Equal,
    });
    let decimal = radix_of_paper(cx) == Some(Radix::Decimal);
    let text = |shown: &Shown| match &shown.value {
        value @ Value::Number(_) if decimal => Radix::Decimal.write(value, None),
        _ => shown.to_string(),
    };
    let did = Arc::new(did);
    let option = |(correct, (shown, mistake)): (bool, (Shown, _))| Alternative {
        text: text(&shown),
        correct,
        mistake,
        evidence: if correct {
            vec![Evidence::Facts {
                did: did.clone(),
                blanks: vec![blank(&name.as_str().into(), &key, &did, None, None)],
                expected: Vec::new(),
            }]
        } else {
            Vec::new()
        },
    };
    Ok(all.into_iter().map(option).collect())
}

/// Returns the other words that a fact may have on this machine, without the groups of words.
fn other_words(cx: &Cx, key: &Key, right: &str) -> Vec<Shown> {
    let groups = match key.kind().values {
        Values::OneOf { groups, .. } => groups,
        _ => &[],
    };
    let spec = cx.spec().filter(|_| key.kind().values == Values::ServedBy);
    let caches = spec.into_iter().flat_map(|spec| spec.caches.iter());
    // The word for no lookup would be the third option beside a hit and a miss.
    let looks_up = key.words().contains(&"hit");
    let words = key.words().iter().copied();
    let words = words.filter(|word| !(groups.contains(word) || looks_up && *word == "none"));
    // Only a kernel distinguishes the faults on pages.
    let has_kernel = cx.state.kernel().is_some();
    let words = words.filter(|word| match key.kind() {
        FAULT if has_kernel => *word != "page",
        FAULT => matches!(*word, "none" | "page" | "protection"),
        _ => true,
    });
    let words = words.map(Shown::word);
    let all = caches.map(|cache| Shown::word(&cache.name)).chain(words);
    let others = all.filter(|shown| !matches!(&shown.value, Value::Text(word) if **word == *right));
    others.take(WRONG).collect()
}

fn no_mistakes(fact: &Expr, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::WrongType,
        fact.span,
        format!("Pagewalk generates no typical mistakes for `{name}` here"),
    )
    .label("there is nothing to choose from")
    .help("write the options yourself: `correct \"…\"; wrong \"…\"`")
}
