//! `ask x in … where …`: the search for the answers that satisfy all conditions.

use super::entry::{Answers, Evidence, Radix};
use super::tried::kept;
use super::variables;
use crate::lang::ast::{Condition, Expr, Holds, OperationKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::budget::WORK_OF_STEP;
use crate::run::choose::{not_a_list, refusal};
use crate::run::eval::eval;
use crate::run::prepare::try_out;
use crate::run::record::{Did, MessageLevel, View};
use crate::run::session::Cx;
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;

/// Maximum number of answers in a key.
const KEPT: usize = 1024;
/// Maximum number of candidates to try.
const CANDIDATES: u128 = 1 << 20;
/// Cost of trying a candidate, in units of the step budget.
const WORK: u64 = WORK_OF_STEP / 4;

/// Returns the answers that satisfy every condition.
///
/// # Errors
/// Returns `nothing-to-choose` if there are no answers, or the errors in the conditions.
pub(crate) fn answers(
    cx: &mut Cx,
    name: &Word,
    from: &Expr,
    conditions: &[Condition],
) -> Result<Answers, Stop> {
    let value = eval(cx, from)?;
    let (first, all) = satisfying(cx, name, (from, &value), conditions, KEPT)?;
    if first.is_empty() {
        let message = format!("no `{}` satisfies the conditions", name.text);
        return Err(Diagnostic::new(Code::NothingToChoose, from.span, message)
            .label("none of these")
            .help("a question needs an answer: widen the range or drop a condition")
            .into());
    }
    let open = (!all).then(|| kept(cx, name, value, conditions));
    Ok(Answers { first, all, open })
}

/// Whether the conditions of an option hold, with the evidence.
///
/// # Errors
/// Returns `limit-size` if there are too many candidates to try, or the errors in the conditions.
pub(crate) fn judged(cx: &mut Cx, holds: &Holds) -> Result<(bool, Vec<Evidence>), Stop> {
    let Some((name, from)) = &holds.some else {
        let refused = refusal(cx, &holds.conditions)?;
        let deciding = match refused {
            Some(at) => holds.conditions.get(at..=at).unwrap_or_default(),
            None => &holds.conditions,
        };
        let evidence = deciding
            .iter()
            .map(|condition| variables::evidence(cx, condition, refused.is_none()));
        return Ok((refused.is_none(), evidence.collect::<Result<Vec<_>, _>>()?));
    };
    let value = eval(cx, from)?;
    let (first, _) = satisfying(cx, name, (from, &value), &holds.conditions, 1)?;
    let example = match first.first() {
        Some(first) => example_evidence(cx, name, first, &holds.conditions)?,
        None => Vec::new(),
    };
    let tried = tried(name, &value, &holds.conditions);
    let (name, value) = (name.text.clone(), first.first().cloned());
    Ok((
        !first.is_empty(),
        vec![Evidence::First {
            name,
            value,
            example,
            tried,
        }],
    ))
}

/// Reports that no tried value satisfies the conditions, and that there are more.
fn too_many(from: &Expr) -> Diagnostic {
    let message = format!("none of the first {CANDIDATES} values satisfies the conditions");
    Diagnostic::new(Code::LimitSize, from.span, message)
        .label("there are too many values to try")
        .help("narrow the range")
}

/// Names the range as the reason why the search needs more steps than a script may take.
fn in_range(stop: Stop, from: &Expr) -> Stop {
    let Stop::Wrong(mut wrong) = stop else {
        return stop;
    };
    for one in wrong.iter_mut().filter(|one| one.code == Code::LimitSteps) {
        one.span = from.span;
        one.label = "there are too many values to try".into();
        one.help = Some("narrow the range".into());
    }
    Stop::Wrong(wrong)
}

/// Sets the variable to a value, and returns the evidence for the conditions on facts.
fn example_evidence(
    cx: &mut Cx,
    name: &Word,
    value: &Value,
    conditions: &[Condition],
) -> Result<Vec<Evidence>, Stop> {
    cx.state.scopes.push(Scope::new(false));
    cx.state.bind(&name.text, Binding::Value(value.clone()));
    let of_facts = conditions
        .iter()
        .filter(|condition| matches!(condition, Condition::Facts { .. }));
    let evidence: Result<Vec<_>, _> = of_facts
        .map(|condition| variables::evidence(cx, condition, true))
        .collect();
    cx.state.scopes.pop();
    evidence
}

/// Returns at most `most` values that satisfy every condition, and whether the list is known to be
/// complete.
fn satisfying(
    cx: &mut Cx,
    name: &Word,
    (from, value): (&Expr, &Value),
    conditions: &[Condition],
    most: usize,
) -> Result<(Vec<Value>, bool), Stop> {
    let Some(items) = value.items() else {
        return Err(not_a_list(from, value).into());
    };
    let mut all = items.remaining() <= CANDIDATES;
    let mut first = Vec::new();
    cx.state.scopes.push(Scope::new(false));
    for candidate in items.take(CANDIDATES as usize) {
        cx.work(WORK, name.span)?;
        cx.state.bind(&name.text, Binding::Value(candidate.clone()));
        let refused = refusal(cx, conditions).map_err(|stop| in_range(stop, from))?;
        if refused.is_none() {
            if first.len() == most {
                all = false;
                break;
            }
            first.push(candidate);
        }
    }
    cx.state.scopes.pop();
    if first.is_empty() && !all {
        return Err(too_many(from).into());
    }
    Ok((first, all))
}

/// For the first answer, returns the result of the first condition that contains an operation.
///
/// # Errors
/// Returns the errors in the conditions.
pub(crate) fn example(
    cx: &mut Cx,
    name: &Word,
    answers: &Answers,
    conditions: &[Condition],
) -> Result<Option<View>, Stop> {
    let operation = conditions.iter().find_map(|condition| match condition {
        Condition::Facts { operation, .. } => Some(operation),
        Condition::Expr(_) => None,
    });
    let (Some(operation), Some(first)) = (operation, answers.first.first()) else {
        return Ok(None);
    };
    cx.state.scopes.push(Scope::new(false));
    cx.state.bind(&name.text, Binding::Value(first.clone()));
    let tried = try_out(cx, operation);
    cx.state.scopes.pop();
    Ok(match tried?.0 {
        Did::Access(access) => Some(View::Steps(access, MessageLevel::All)),
        Did::Call(call) => Some(View::CallSteps(call, MessageLevel::All)),
        _ => None,
    })
}

/// Describes all values of a variable: `no address from 0x0 to 0x3FFF`.
fn tried(name: &Word, value: &Value, conditions: &[Condition]) -> String {
    let accesses = |condition: &Condition| match condition {
        Condition::Facts { operation, .. } => match &operation.kind {
            OperationKind::Command(command) => !command.call,
            OperationKind::Expr(_) => true,
            OperationKind::Reference { .. } => false,
        },
        Condition::Expr(_) => false,
    };
    let of_addresses = conditions.iter().any(accesses);
    let (what, radix) = if of_addresses {
        ("address".to_owned(), Radix::Hex)
    } else {
        (format!("value of {}", name.text), Radix::Decimal)
    };
    let ends = match value {
        Value::Range { from, to } if from < to => [*from, to - 1].map(|end| {
            u64::try_from(end)
                .ok()
                .map(|end| radix.write(&Value::from(end), None))
        }),
        _ => [None, None],
    };
    match ends {
        [Some(first), Some(last)] => format!("no {what} from {first} to {last}"),
        _ => format!("no {what} in the list"),
    }
}
