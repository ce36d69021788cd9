//! `choose`: a value drawn by the seed among those for which every condition holds.

use std::collections::BTreeMap;

use crate::lang::ast::{Condition, Expr, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::{Number, Value};
use crate::machine::random::SplitMix64;

use super::exec::not_a_list;
use super::session::{Session, Stop, WORK_OF_STEP};
use super::state::Binding;
use super::syscalls::makes_call;

/// Ranges up to this size are gone through whole, in a random order; larger ones are sampled so many times.
const CANDIDATES: u128 = 1 << 20;

/// What trying a candidate counts towards the budget.
const WORK: u64 = WORK_OF_STEP / 8;

impl Session<'_> {
    /// Draws a value: each one that satisfies the conditions is equally likely.
    ///
    /// # Errors
    /// `nothing-to-choose`, and what the conditions can be wrong with.
    pub fn choose(&mut self, name: &Word, from: &Expr, conditions: &[Condition]) -> Result<Value, Stop> {
        let value = self.eval(from)?;
        let Some(items) = value.items() else { return Err(not_a_list(from, &value).into()) };
        let all = items.remaining();
        let mut random = self.state.random;
        let mut order = Order::default();
        let mut refused = None;
        for tried in 0..all.min(CANDIDATES) {
            self.work(WORK, name.span)?;
            let at = if all <= CANDIDATES {
                order.next(tried as u64, all as u64, &mut random)
            } else {
                below(&mut random, all)
            };
            let candidate = nth(&value, at);
            self.state.bind(name.text.clone(), Binding::Value(candidate.clone()));
            let calls = self.calls.len();
            refused = self.refusal(conditions)?;
            self.calls.truncate(calls);
            if refused.is_none() {
                self.state.random = random;
                return Ok(candidate);
            }
        }
        Err(nothing(name, from, all, refused.map(|at| &conditions[at])).into())
    }

    /// The first condition that does not hold.
    ///
    /// # Errors
    /// What the conditions are wrong with.
    pub fn refusal(&mut self, conditions: &[Condition]) -> Result<Option<usize>, Stop> {
        for (at, condition) in conditions.iter().enumerate() {
            if !self.holds(condition)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn holds(&mut self, condition: &Condition) -> Result<bool, Stop> {
        match condition {
            Condition::Expr(expr) if makes_call(expr) => self.without_trace(|session| session.truth(expr)),
            Condition::Expr(expr) => self.truth(expr),
            Condition::Facts { operation, facts } => {
                let (did, family) = self.try_out(operation)?;
                for fact in &**facts {
                    if !self.check_fact(fact, &did, family)?.held {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }
}

/// The element of a range or list at a place within it.
fn nth(of: &Value, at: u128) -> Value {
    match of {
        Value::Range { from, .. } => {
            Number::integer(from + at as i128).map_or(Value::Bool(false), Value::Number)
        }
        Value::List(elements) => elements.get(at as usize).cloned().unwrap_or(Value::Bool(false)),
        other => other.clone(),
    }
}

/// A number below `n`, for ranges larger than a generator's word is asked for at once.
fn below(random: &mut SplitMix64, n: u128) -> u128 {
    match u64::try_from(n) {
        Ok(n) => u128::from(random.below(n)),
        Err(_) => u128::from(random.next()),
    }
}

/// A random order of 0..n, one number at a time: Fisher and Yates' shuffle, of which only what moved is kept.
#[derive(Default)]
struct Order {
    moved: BTreeMap<u64, u64>,
}

impl Order {
    fn next(&mut self, at: u64, all: u64, random: &mut SplitMix64) -> u128 {
        let pick = at + random.below(all - at);
        let held = self.moved.get(&at).copied().unwrap_or(at);
        u128::from(if pick == at { held } else { self.moved.insert(pick, held).unwrap_or(pick) })
    }
}

fn nothing(name: &Word, from: &Expr, all: u128, refused: Option<&Condition>) -> Diagnostic {
    let tried = if all > CANDIDATES {
        format!("none of {CANDIDATES} sampled values")
    } else {
        format!("none of the {all} values")
    };
    let diagnostic = Diagnostic::new(
        Code::NothingToChoose,
        from.span,
        format!("{tried} satisfies what is asked of `{}`", name.text),
    )
    .label("drawn from here");
    let span = match refused {
        None => return diagnostic,
        Some(Condition::Expr(expr)) => expr.span,
        Some(Condition::Facts { operation, .. }) => operation.span,
    };
    diagnostic
        .also(span, "the last value failed this condition")
        .help("loosen a condition, or widen the range")
}
