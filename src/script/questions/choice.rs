//! `choice`: options to choose from, including typical mistakes.

use super::entry::{Alternative, ItemKind};
use super::mistakes::{distractors, number};
use super::papers::puts;
use super::rows::{known, missing, settings};
use super::settings::CHOICE_SETTINGS;
use crate::lang::ast::{Command, Expr, Holds, Operation, OperationKind, Setting, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::bind::{Bound, word};
use crate::run::facts;
use crate::run::record::{Did, Shown, View};
use crate::run::session::{Action, Session};
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;

/// Number of wrong options that `answers` generates.
const WRONG: usize = 3;

/// `choice "…" points 2 { correct "…"; wrong "…"; correct "…" when EXPR; option "…" where COND; answers pa of read va }`
///
/// # Errors
/// Returns `misplaced`, `no-correct-answer`, `unknown-setting`, `unknown-word`, `wrong-count`, or `wrong-type`.
pub(crate) fn choice(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    session.needs_question(bound.place)?;
    let said = session.before_block(bound)?;
    let mut options = Vec::new();
    let (mut unknown, mut one) = (false, None);
    for setting in settings(bound)? {
        known(setting, &[CHOICE_SETTINGS], "choice")?;
        match &*setting.name.text {
            "tick" => one = Some(tick(setting)?),
            "answers" => options.extend(answers(session, setting)?),
            "option" if session.checking() => unknown |= check_computed(session, setting)?,
            "option" => options.push(computed(session, setting)?),
            _ => options.push(option(session, setting)?),
        }
    }
    if unknown {
        session.unsure_of_question();
        return Err(Stop::Unknowable);
    }
    if !options.iter().any(|option| option.correct) {
        let message = "no option of this choice is correct";
        return Err(Diagnostic::new(Code::NoCorrectAnswer, bound.place, message)
            .label("cannot be answered")
            .help("write `correct \"…\"` in its braces")
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
    let computed = options.iter().any(|option| !option.evidence.is_empty());
    let several = correct > 1 || computed && one.is_none();
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
    let entry = session.item(
        ItemKind::Choice {
            text: said.text,
            options,
            several,
        },
        said.points,
    );
    Ok(puts(entry, vec![view]))
}

/// `tick one`: returns its place.
fn tick(setting: &Setting) -> Result<Span, Stop> {
    match &*setting.values {
        [one] if word(one) == Some("one") => Ok(setting.name.span),
        _ => Err(missing(setting, "the word `one`: `tick one`").into()),
    }
}

/// Returns the option of a row. With `when`, the option is correct only if the condition is true.
fn option(session: &mut Session, setting: &Setting) -> Result<Alternative, Stop> {
    let correct = &*setting.name.text == "correct";
    let (text, correct) = match &*setting.values {
        [text] => (text, correct),
        [text, when, condition] if correct && word(when) == Some("when") => {
            (text, session.truth(condition)?)
        }
        [] => return Err(missing(setting, "a text").into()),
        [_, more, ..] => {
            return Err(Diagnostic::new(
                Code::UnknownWord,
                more.span,
                "this value is not allowed in an option",
            )
            .label("unexpected here")
            .help("write `correct \"…\"`, `wrong \"…\"`, or `correct \"…\" when CONDITION`")
            .into());
        }
    };
    Ok(Alternative {
        text: session.prose_of(text)?,
        correct,
        mistake: None,
        evidence: Vec::new(),
    })
}

/// Returns an option that is correct if and only if its condition holds: `option "…" where COND`.
fn computed(session: &mut Session, setting: &Setting) -> Result<Alternative, Stop> {
    let (text, holds) = parts(setting)?;
    let text = session.prose_of(text)?;
    let (correct, evidence) = session.judged(holds)?;
    Ok(Alternative {
        text,
        correct,
        mistake: None,
        evidence,
    })
}

/// Checks a computed option. Returns true, because only a run can determine whether the option is correct.
fn check_computed(session: &mut Session, setting: &Setting) -> Result<bool, Stop> {
    let (text, holds) = parts(setting)?;
    session.prose_of(text)?;
    if let Some((_, from)) = &holds.some {
        session.eval(from)?;
    }
    session.state.scopes.push(Scope::new(false));
    if let Some((name, _)) = &holds.some {
        session.state.bind(&name.text, Binding::Unknowable);
    }
    holds
        .conditions
        .iter()
        .for_each(|condition| session.check_condition(condition));
    session.state.scopes.pop();
    Ok(true)
}

fn parts(setting: &Setting) -> Result<(&Expr, &Holds), Stop> {
    match (&*setting.values, &setting.holds) {
        ([text], Some(holds)) => Ok((text, holds)),
        _ => Err(missing(setting, "a text and a condition: `option \"…\" where COND`").into()),
    }
}

/// Returns the fact's value and the values of typical mistakes, sorted: `answers FACT of OPERATION`.
fn answers(session: &mut Session, setting: &Setting) -> Result<Vec<Alternative>, Stop> {
    let [fact, of, verb, operands @ ..] = &*setting.values else {
        return Err(missing(setting, "a fact and an operation: `answers pa of read va`").into());
    };
    if word(of) != Some("of") {
        return Err(
            Diagnostic::new(Code::UnknownWord, of.span, "`of` is missing here")
                .help("write `answers pa of read va`")
                .into(),
        );
    }
    let name = session.text(fact.span).trim().to_owned();
    let operation = operation(verb, operands);
    if session.checking() {
        // The result of the access is known only when the script runs.
        session.unsure_of_question();
        session.prepare_operation(&operation)?;
        return Err(Stop::Unknowable);
    }
    let before = session.state.hardware().cloned();
    let (did, family) = session.try_out(&operation)?;
    let spec = session.spec().cloned();
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
    let wrong = match &did {
        Did::Access(access) => distractors(access, before.as_ref(), &name, WRONG),
        _ => Vec::new(),
    };
    if wrong.is_empty() {
        return Err(no_mistakes(fact, &name).into());
    }
    let all = std::iter::once((right, None))
        .chain(wrong.into_iter().map(|(shown, name)| (shown, Some(name))));
    let mut all: Vec<_> = all.collect();
    // In this order, the place of the correct option depends only on the values.
    all.sort_by_key(|(shown, _)| number(shown));
    let option = |(shown, mistake): (Shown, Option<&'static str>)| Alternative {
        text: shown.to_string(),
        correct: mistake.is_none(),
        mistake,
        evidence: Vec::new(),
    };
    Ok(all.into_iter().map(option).collect())
}

/// Returns the operation after `of`.
fn operation(verb: &Expr, operands: &[Expr]) -> Operation {
    let end = operands.last().map_or(verb.span.end, |last| last.span.end);
    let span = crate::lang::ast::Span { end, ..verb.span };
    let kind = match word(verb) {
        Some(name) if !operands.is_empty() => OperationKind::Command(Command {
            verb: Word {
                text: name.into(),
                span: verb.span,
            },
            call: false,
            operands: operands.into(),
            assigned: None,
            block: None,
        }),
        _ => OperationKind::Expr(verb.clone()),
    };
    Operation {
        process: None,
        kind,
        span,
    }
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
