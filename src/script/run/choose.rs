//! Implements `choose`: draws a random value, determined by the seed, that satisfies every condition.

use std::collections::BTreeMap;

use crate::lang::ast::{BinaryOp, Condition, Expr, ExprKind, Span, Stmt, StmtKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::{Number, Value};
use pagewalk_engine::machine::random::SplitMix64;

use super::budget::WORK_OF_STEP;
use super::checks::check_fact;
use super::eval::{eval, truth};
use super::prepare::{try_out, without_trace};
use super::record::Check;
use super::session::Cx;
use super::settings::list;
use super::state::Binding;
use super::stop::Stop;
use super::syscalls::makes_call;

/// Maximum size of a range that `choose` enumerates completely, in a random order. If a range is larger,
/// `choose` draws at most this number of samples from the range.
pub(crate) const CANDIDATES: u128 = 1 << 20;

/// Work that is charged to the budget for each candidate.
pub(crate) const WORK: u64 = WORK_OF_STEP / 4;

/// A `choose` statement: the name, the candidates, and the conditions.
#[derive(Clone, Copy)]
pub(crate) struct Draw<'s> {
    /// Name of the value.
    pub(crate) name: &'s Word,
    pub(crate) from: &'s Expr,
    /// Conditions on the value.
    pub(crate) conditions: &'s [Condition],
}

impl<'s> Draw<'s> {
    /// Returns the draw if the statement is a `choose`, or `None` otherwise.
    pub(crate) fn from_statement(stmt: &'s Stmt) -> Option<Self> {
        match &*stmt.kind {
            StmtKind::Choose {
                name,
                from,
                conditions,
            } => Some(Self {
                name,
                from,
                conditions,
            }),
            _ => None,
        }
    }
}

/// The values that have not been tried yet, in a random order.
pub(crate) struct Candidates {
    value: Value,
    all: u128,
    tried: u128,
    order: Order,
    /// Random number generator, advanced past the values that were tried.
    pub(crate) random: SplitMix64,
}

impl Candidates {
    /// Total number of candidates, including those already tried.
    pub(crate) fn all(&self) -> u128 {
        self.all
    }

    fn next(&mut self) -> Option<Value> {
        if self.tried == self.all.min(CANDIDATES) {
            return None;
        }
        let at = if self.all <= CANDIDATES {
            self.order
                .next(self.tried as u64, self.all as u64, &mut self.random)
        } else {
            below(&mut self.random, self.all)
        };
        self.tried += 1;
        Some(nth(&self.value, at))
    }
}

/// The number of values that a condition was evaluated for, and the number of values that satisfied the
/// condition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    reached: u64,
    held: u64,
    /// The check of the fact that refused the first value, and whether all values had the same actual value of this fact.
    first: Option<(Check, bool)>,
}

/// The condition that a value does not satisfy.
struct Refusal {
    /// The index of the condition.
    at: usize,
    /// The check of the first fact that fails, or `None` for a condition without facts.
    check: Option<Check>,
}

impl Tally {
    fn count(&mut self, refused: Option<&Refusal>) {
        self.reached += 1;
        let Some(Refusal { check, .. }) = refused else {
            self.held += 1;
            return;
        };
        let check = check.as_ref();
        match &mut self.first {
            None if self.reached == 1 => self.first = check.map(|check| (check.clone(), true)),
            None => {}
            Some((first, same)) => {
                *same &= check.is_some_and(|check| {
                    (&check.fact, &check.instead) == (&first.fact, &first.instead)
                });
            }
        }
    }
}

/// Draws a value. Each value that satisfies the conditions is equally likely.
///
/// # Errors
/// Returns `nothing-to-choose`, or the errors in the conditions.
pub(crate) fn choose(cx: &mut Cx, draw: Draw) -> Result<Value, Stop> {
    let mut candidates = candidates(cx, draw)?;
    let mut tallies = Vec::new();
    match next_of(cx, draw, &mut candidates, &mut tallies)? {
        Some(value) => {
            cx.state.random = candidates.random;
            Ok(value)
        }
        None => Err(nothing(draw, &[], candidates.all, &tallies).into()),
    }
}

/// Returns the candidates of a draw.
///
/// # Errors
/// Returns `wrong-type`.
pub(crate) fn candidates(cx: &mut Cx, draw: Draw) -> Result<Candidates, Stop> {
    let value = eval(cx, draw.from)?;
    let Some(items) = value.items() else {
        return Err(not_a_list(draw.from, &value).into());
    };
    let all = items.remaining();
    Ok(Candidates {
        all,
        value,
        tried: 0,
        order: Order::default(),
        random: cx.state.random,
    })
}

/// Returns the next value that satisfies every condition, and binds the name to this value. `tallies` has
/// one element per condition.
///
/// # Errors
/// Returns the errors in the conditions.
pub(crate) fn next_of(
    cx: &mut Cx,
    draw: Draw,
    candidates: &mut Candidates,
    tallies: &mut Vec<Tally>,
) -> Result<Option<Value>, Stop> {
    tallies.resize(draw.conditions.len(), Tally::default());
    while let Some(candidate) = candidates.next() {
        cx.work(WORK, draw.name.span)?;
        cx.state
            .bind(&draw.name.text, Binding::Value(candidate.clone()));
        let refused = first_refused(cx, draw.conditions)?;
        let came = refused
            .as_ref()
            .map_or(tallies.len(), |refusal| refusal.at + 1);
        for (at, tally) in tallies.iter_mut().take(came).enumerate() {
            tally.count(refused.as_ref().filter(|refusal| refusal.at == at));
        }
        if refused.is_none() {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Returns the index of the first condition that fails. Does not record the calls in the conditions.
///
/// # Errors
/// Returns the errors in the conditions.
pub(crate) fn refusal(cx: &mut Cx, conditions: &[Condition]) -> Result<Option<usize>, Stop> {
    let refused = first_refused(cx, conditions)?;
    Ok(refused.map(|refusal| refusal.at))
}

/// Like [`refusal`], with the check of the fact that fails.
fn first_refused(cx: &mut Cx, conditions: &[Condition]) -> Result<Option<Refusal>, Stop> {
    let calls = cx.calls.len();
    let mut refused = None;
    for (at, condition) in conditions.iter().enumerate() {
        refused = refuses(cx, at, condition)?;
        if refused.is_some() {
            break;
        }
    }
    cx.calls.truncate(calls);
    Ok(refused)
}

fn refuses(cx: &mut Cx, at: usize, condition: &Condition) -> Result<Option<Refusal>, Stop> {
    let holds = match condition {
        Condition::Expr(expr) if makes_call(expr) => {
            without_trace(cx, expr.span, |cx| truth(cx, expr))?
        }
        Condition::Expr(expr) => truth(cx, expr)?,
        Condition::Facts { operation, facts } => {
            let (did, family) = try_out(cx, operation)?;
            for fact in &**facts {
                let check = Some(check_fact(cx, fact, &did, family)?);
                if check.as_ref().is_some_and(|check| !check.held) {
                    return Ok(Some(Refusal { at, check }));
                }
            }
            true
        }
    };
    Ok((!holds).then_some(Refusal { at, check: None }))
}

/// Returns the element of a range or list at an index.
fn nth(of: &Value, at: u128) -> Value {
    match of {
        Value::Range { from, .. } => {
            Number::integer(from + at as i128).map_or(Value::Bool(false), Value::Number)
        }
        Value::List(elements) => elements
            .get(at as usize)
            .cloned()
            .unwrap_or(Value::Bool(false)),
        other => other.clone(),
    }
}

/// Returns a random number below `n`, which may exceed one word of the generator.
fn below(random: &mut SplitMix64, n: u128) -> u128 {
    match u64::try_from(n) {
        Ok(n) => u128::from(random.below(n)),
        Err(_) => u128::from(random.next()),
    }
}

/// A random order of 0..n, generated one number at a time by a Fisher–Yates shuffle that stores only the
/// moved numbers.
#[derive(Default)]
struct Order {
    moved: BTreeMap<u64, u64>,
}

impl Order {
    fn next(&mut self, at: u64, all: u64, random: &mut SplitMix64) -> u128 {
        let pick = at + random.below(all - at);
        let held = self.moved.get(&at).copied().unwrap_or(at);
        u128::from(if pick == at {
            held
        } else {
            self.moved.insert(pick, held).unwrap_or(pick)
        })
    }
}

/// Reports that no candidate satisfies a draw. `with` lists the earlier draws that the conditions depend on.
pub(crate) fn nothing(draw: Draw, with: &[Draw], all: u128, tallies: &[Tally]) -> Diagnostic {
    let name = &draw.name.text;
    if all == 0 && with.is_empty() {
        let message = format!("there are no values to choose `{name}` from");
        let diagnostic = Diagnostic::new(Code::NothingToChoose, draw.from.span, message);
        return diagnostic.help(
            "a range counts up: write the smaller number first; `a..b` excludes `b`, and `a..=b` includes it",
        );
    }
    let message = if with.is_empty() {
        let tried = if all > CANDIDATES {
            format!("none of the {CANDIDATES} sampled values")
        } else {
            format!("none of the {all} values")
        };
        format!("{tried} satisfies the conditions on `{name}`")
    } else {
        let names = list(with.iter().map(|draw| &*draw.name.text));
        format!("for every value of {names}, no value of `{name}` satisfies the conditions")
    };
    let diagnostic = Diagnostic::new(Code::NothingToChoose, draw.from.span, message)
        .label("the values to choose from");
    let tallied = draw
        .conditions
        .iter()
        .zip(tallies)
        .filter(|(_, tally)| tally.held < tally.reached);
    let mut labelled = tallied.fold(diagnostic, |diagnostic, (condition, tally)| {
        diagnostic.also(condition_span(condition), satisfied(tally))
    });
    for draw in with {
        labelled = labelled.also(
            draw.from.span,
            format!("`{}` gets its value here", draw.name.text),
        );
    }
    if draw.conditions.is_empty() {
        labelled
    } else if tallies.iter().any(|tally| always(tally).is_some()) {
        labelled.help("change the state before this line, relax the condition, or widen the range")
    } else {
        labelled.help("relax a condition, or widen the range")
    }
}

/// Returns the fact that no value satisfied because it was the same for all of at least two values.
fn always(tally: &Tally) -> Option<(&str, &str)> {
    let (check, true) = tally.first.as_ref()? else {
        return None;
    };
    (tally.held == 0 && tally.reached > 1)
        .then(|| Some((&*check.fact, check.instead.as_deref()?)))
        .flatten()
}

/// Describes how often a condition was true.
fn satisfied(tally: &Tally) -> String {
    if let Some((fact, value)) = always(tally) {
        let reached = tally.reached;
        return format!("for all {reached} values, `{fact}` is `{value}`");
    }
    match (tally.held, tally.reached) {
        (0, 1) => "the only remaining value does not satisfy this condition".to_owned(),
        (0, reached) => format!("none of the {reached} values satisfies this condition"),
        (held, reached) => format!("{held} of {reached} values satisfy this condition"),
    }
}

fn condition_span(condition: &Condition) -> Span {
    match condition {
        Condition::Expr(expr) => expr.span,
        Condition::Facts { operation, facts } => {
            let end = facts
                .last()
                .map_or(operation.span.end, |fact| fact.span.end);
            operation.span.ending_at(end)
        }
    }
}

/// Reports that a value is neither a range nor a list.
pub(crate) fn not_a_list(place: &Expr, value: &Value) -> Diagnostic {
    let wrong = Diagnostic::new(
        Code::WrongType,
        place.span,
        format!("{} is neither a range nor a list", value.kind()),
    )
    .label("there is nothing to iterate over");
    // `0x3C0-0x400` is a difference.
    match &place.kind {
        ExprKind::Binary(BinaryOp::Subtract, from, to) => {
            let sign = from.span.gap(to.span);
            wrong.fix(Fix::replace(sign, ".."))
        }
        _ => wrong.help("write a range `0..4` or a list `[1, 2]`"),
    }
}
