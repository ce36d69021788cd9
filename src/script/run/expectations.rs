//! Checks conditions and expectations before the script runs: the names of their facts, and the words that a script expects as
//! values.

use crate::lang::ast::{Claim, Condition, Expr, ExprKind, Fact, Operation, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::value::{Number, Value};

use super::checks::{claimed, no_claim, unknown_fact};
use super::current_process::CurrentProcess;
use super::eval::truth;
use super::facts::{self, Family, Key, Values};
use super::prepare::{family, prepare_operation};
use super::running::process_named;
use super::session::Cx;
use super::settings::list;
use super::state::Slot;
use super::stop::Stop;

/// Words for yes and no that a script may contain, and the corresponding words of facts. A suggestion uses the
/// first corresponding word that the fact has.
const YES_AND_NO: &[(&[&str], &[&str])] = &[
    (
        &["yes", "y", "true", "present", "found", "1"],
        &["yes", "hit", "any"],
    ),
    (
        &["no", "n", "false", "absent", "never", "not-found", "0"],
        &["no", "miss", "none"],
    ),
];

pub(crate) fn check_condition(cx: &mut Cx, condition: &Condition) {
    let result = match condition {
        Condition::Expr(expr) => truth(cx, expr).map(|_| ()),
        Condition::Facts { operation, facts } => {
            let open = facts.iter().find(|fact| fact.claim == Claim::Open);
            let checked = check_operation(cx, operation, facts, false);
            // A draw needs a value to compare with.
            open.map_or(checked, |fact| Err(no_claim(fact, None).into()))
        }
    };
    if let Err(Stop::Wrong(diagnostics)) = result {
        cx.report(diagnostics);
    }
}

/// Checks an operation and its expectations. Only a question may contain blanks.
///
/// # Errors
/// Returns the errors in the operation.
pub(crate) fn check_operation(
    cx: &mut Cx,
    operation: &Operation,
    stated: &[Fact],
    asked: bool,
) -> Result<(), Stop> {
    let process = operation.process.as_ref();
    let outer = process.map(|process| enter_process(cx, process));
    let prepared = prepare_operation(cx, operation).map(|_| ());
    if let Some(outer) = outer {
        cx.inside = outer;
    }
    let family = family(operation);
    check_facts(cx, stated, family, asked);
    prepared
}

/// Checks the names of facts, and the values that are known.
pub(crate) fn check_facts(cx: &mut Cx, stated: &[Fact], family: Family, asked: bool) {
    for fact in stated {
        if let Err(Stop::Wrong(diagnostics)) = check_stated(cx, fact, family, asked) {
            cx.report(diagnostics);
        }
    }
}

fn check_stated(cx: &mut Cx, fact: &Fact, family: Family, asked: bool) -> Result<(), Stop> {
    if cx.spec().is_none() && matches!(family, Family::Access | Family::Replay) {
        return check_stated_anywhere(cx, fact, family);
    }
    let spec = cx.spec().cloned();
    let key = facts::key(&fact.name.text, family, spec.as_deref())
        .map_err(|near| unknown_fact(cx, fact, near, family))?;
    check_words(cx, fact, &key);
    check_maximum(cx, fact);
    if family == Family::Access {
        check_frame(cx, fact);
    }
    match &fact.claim {
        Claim::Is(expr) => {
            let value = claimed(cx, expr, &key)?;
            check_set(cx, fact, expr, &key, &value);
            Ok(())
        }
        Claim::Not(expr) | Claim::In(expr) => claimed(cx, expr, &key).map(|_| ()),
        Claim::Open => Ok(()),
        Claim::Blank if asked => Ok(()),
        Claim::Blank => Err(no_claim(fact, Some(&key)).into()),
    }
}

/// Enters a process, and returns the previous one.
pub(super) fn enter_process(cx: &mut Cx, process: &Word) -> CurrentProcess {
    let inside = match process_named(cx, process) {
        Ok(process) => CurrentProcess::Process(process),
        Err(stop) => {
            if let Stop::Wrong(diagnostics) = stop {
                cx.report(diagnostics);
            }
            CurrentProcess::Unknowable
        }
    };
    std::mem::replace(&mut cx.inside, inside)
}

/// Checks a fact in a definition, which can run on any machine. A name that resembles a fact of every machine
/// is a mistake, unless a machine of the script has a TLB or cache with this name.
fn check_stated_anywhere(cx: &mut Cx, fact: &Fact, family: Family) -> Result<(), Stop> {
    let name = &fact.name.text;
    let unsure = cx.unsure.as_ref();
    let may_be_level = unsure.is_none_or(|unsure| unsure.machines.may_have(name));
    if !matches!(cx.state.machine, Slot::Unknowable) || name.contains('.') || may_be_level {
        return Ok(());
    }
    if let Ok(key) = facts::key(name, family, None) {
        check_words(cx, fact, &key);
        return Ok(());
    }
    let facts = facts::facts_of(family, None);
    let near = nearest(name, facts.iter().map(|(name, _)| name.as_str()));
    near.map_or(Ok(()), |near| {
        Err(unknown_fact(cx, fact, Some(near.to_owned()), family).into())
    })
}

/// Checks the bare words in an expectation. Each word must be a keyword of the fact or a
/// variable. A fact such as `tlb mis` can never be true, so a paper that contains it would be
/// wrong. A wrong number or string fails only during the run, because the script may have
/// computed it.
fn check_words(cx: &mut Cx, fact: &Fact, key: &Key) {
    if let Claim::Is(expr) | Claim::Not(expr) = &fact.claim
        && key.kind().values == Values::Text
        && matches!(expr.kind, ExprKind::List(_))
    {
        let name = &fact.name.text;
        let message = format!("`{name}` is one text, not a list");
        let wrong = Diagnostic::new(Code::WrongType, expr.span, message);
        return cx.report(vec![wrong.help(format!("write `{name}` before each text"))]);
    }
    if let Claim::Is(expr) | Claim::Not(expr) = &fact.claim
        && !matches!(key.kind().values, Values::Set | Values::Bytes)
        && matches!(expr.kind, ExprKind::Range { .. })
    {
        let name = &fact.name.text;
        let message = format!("`{name}` is one value, and never equals a range");
        let wrong = Diagnostic::warning(Code::Unlikely, expr.span, message);
        return cx.report(vec![match &fact.claim {
            Claim::Is(_) => wrong.fix(Fix::put_in(expr.span.file, expr.span.start, "in ")),
            _ => wrong,
        }]);
    }
    if let Claim::Is(expr) | Claim::Not(expr) | Claim::In(expr) = &fact.claim
        && key.takes_words()
    {
        check_word(cx, fact, expr, key);
    }
}

/// Reports a single value of a fact that is a list, which can never be equal to it.
fn check_set(cx: &mut Cx, fact: &Fact, expr: &Expr, key: &Key, value: &Value) {
    if key.kind().values != Values::Set || matches!(value, Value::List(_)) {
        return;
    }
    let said = cx.text(expr.span).to_owned();
    let message = format!("`{}` is a list in brackets", fact.name.text);
    let wrong = Diagnostic::new(Code::WrongType, expr.span, message);
    cx.report(vec![wrong.fix(Fix::write(
        expr.span,
        &said,
        format!("[{said}]"),
    ))]);
}

fn check_word(cx: &mut Cx, fact: &Fact, expr: &Expr, key: &Key) {
    let word = match &expr.kind {
        ExprKind::List(parts) => {
            return parts
                .iter()
                .for_each(|part| check_word(cx, fact, part, key));
        }
        ExprKind::Name(word) => &**word,
        ExprKind::Value(Value::Bool(true)) => "true",
        ExprKind::Value(Value::Bool(false)) => "false",
        ExprKind::Value(Value::Number(_)) => cx.env.sources.text(expr.span).trim(),
        _ => return,
    };
    let spec = cx.spec().cloned();
    // The names of caches are also words of some facts, so their check requires a machine.
    if spec.is_none() && key.kind().values == Values::ServedBy {
        return;
    }
    let variable = cx.state.find(word).is_some() || sets(cx, word);
    if variable || key.is_word(word, spec.as_deref()) || key.meaning(word).is_some() {
        return;
    }
    let name = &fact.name.text;
    let known = list(key.words().iter().copied());
    let message = format!("`{name}` is never `{word}`");
    let diagnostic = match &expr.kind {
        // A wrong number fails only during the run.
        ExprKind::Value(Value::Number(_)) => {
            Diagnostic::warning(Code::Unlikely, expr.span, message)
        }
        _ => Diagnostic::new(Code::UnknownWord, expr.span, message)
            .label(format!("neither a value of `{name}` nor a variable")),
    };
    let diagnostic = match meant(word, key.words()) {
        Some(near) => diagnostic.did_you_mean(word, near),
        None => diagnostic.help(format!("`{name}` is {known}")),
    };
    cx.report(vec![diagnostic]);
}

/// Warns about the fact `frame` of a machine without a kernel, which is always `none`.
fn check_frame(cx: &mut Cx, fact: &Fact) {
    let is_none = matches!(&fact.claim, Claim::Is(expr) if cx.text(expr.span).trim() == "none");
    if &*fact.name.text != "frame" || is_none || !matches!(cx.state.machine, Slot::Is(_)) {
        return;
    }
    let message =
        "`frame` is the frame that a kernel maps in a page fault, and this machine has no kernel";
    let warning = Diagnostic::warning(Code::Unlikely, fact.name.span, message);
    cx.report(vec![warning.fix(Fix::write(
        fact.name.span,
        "frame",
        "ppn",
    ))]);
}

/// Warns about `byte 0x1DF07236`, which cannot be a byte, and about `miss_rate 25`, which lacks its `%`.
fn check_maximum(cx: &mut Cx, fact: &Fact) {
    let Claim::Is(expr) = &fact.claim else {
        return;
    };
    let ExprKind::Value(value) = &expr.kind else {
        return;
    };
    let integer = value.integer("").ok();
    if &*fact.name.text == "byte" && integer.is_some_and(|value| value > 0xFF) {
        let warning = Diagnostic::warning(Code::Unlikely, expr.span, "a byte is at most 0xFF");
        let help = "all bytes of a read together are its fact `value`";
        cx.report(vec![warning.help(help)]);
    }
    let name = fact.name.text.rsplit(['.', '_']).next();
    let above_one = |value: &Number| {
        let ratio = value.as_ratio();
        ratio.is_some_and(|ratio| ratio.numer() > ratio.denom())
    };
    if name == Some("rate") && matches!(value, Value::Number(value) if above_one(value)) {
        let warning = Diagnostic::warning(Code::Unlikely, expr.span, "a rate is at most 1");
        let fix = Fix::put_in(expr.span.file, expr.span.end, "%");
        cx.report(vec![warning.fix(fix)]);
    }
}

/// Whether the script sets a variable of this name, even after a definition that reads the variable.
fn sets(cx: &Cx, name: &str) -> bool {
    cx.unsure
        .as_ref()
        .is_some_and(|unsure| unsure.variables.contains(name))
}

/// Returns the word that the script probably meant.
pub(crate) fn meant(word: &str, words: &'static [&'static str]) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let (_, ours) = YES_AND_NO
        .iter()
        .find(|(theirs, _)| theirs.contains(&&*lower))
        .copied()
        .unzip();
    let same = ours.and_then(|ours: &[&str]| {
        ours.iter()
            .find_map(|our| words.iter().find(|word| *word == our))
    });
    same.copied()
        .or_else(|| nearest(word, words.iter().copied()))
}
