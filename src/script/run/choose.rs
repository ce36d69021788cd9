//! `choose`: a value drawn by the seed among those for which every condition holds.

use std::collections::BTreeMap;

use crate::lang::ast::{Condition, Expr, Span, Stmt, StmtKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::{Number, Value};
use pagewalk_engine::machine::random::SplitMix64;

use super::budget::WORK_OF_STEP;
use super::session::Session;
use super::settings::list;
use super::state::Binding;
use super::stop::Stop;
use super::syscalls::makes_call;

/// Ranges up to this size are gone through whole, in a random order; larger ones are sampled so many times.
pub(crate) const CANDIDATES: u128 = 1 << 20;

/// What trying a candidate counts towards the budget.
pub(crate) const WORK: u64 = WORK_OF_STEP / 8;

/// What is drawn, and from what.
#[derive(Clone, Copy)]
pub(crate) struct Draw<'s> {
    /// The name that it gets.
    pub(crate) name: &'s Word,
    /// The range or list.
    pub(crate) from: &'s Expr,
    /// What must hold of it.
    pub(crate) conditions: &'s [Condition],
}

impl<'s> Draw<'s> {
    /// The draw of a statement, if it is one.
    pub(crate) fn from_statement(stmt: &'s Stmt) -> Option<Self> {
        match &stmt.kind {
            StmtKind::Choose { name, from, conditions } => Some(Self { name, from, conditions }),
            _ => None,
        }
    }
}

/// Values still to be tried, in a random order.
pub(crate) struct Candidates {
    value: Value,
    all: u128,
    tried: u128,
    order: Order,
    /// The generator after the values that were tried.
    pub(crate) random: SplitMix64,
}

impl Candidates {
    /// How many there are, tried or not.
    pub(crate) fn all(&self) -> u128 {
        self.all
    }

    fn next(&mut self) -> Option<Value> {
        if self.tried == self.all.min(CANDIDATES) {
            return None;
        }
        let at = if self.all <= CANDIDATES {
            self.order.next(self.tried as u64, self.all as u64, &mut self.random)
        } else {
            below(&mut self.random, self.all)
        };
        self.tried += 1;
        Some(nth(&self.value, at))
    }
}

/// How many values came to a condition, and how many of them satisfied it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    reached: u64,
    held: u64,
}

impl Session<'_> {
    /// Draws a value: each one that satisfies the conditions is equally likely.
    ///
    /// # Errors
    /// `nothing-to-choose`, and what the conditions can be wrong with.
    pub(crate) fn choose(&mut self, draw: Draw) -> Result<Value, Stop> {
        let mut candidates = self.candidates(draw)?;
        let mut tallies = Vec::new();
        match self.next_of(draw, &mut candidates, &mut tallies)? {
            Some(value) => {
                self.state.random = candidates.random;
                Ok(value)
            }
            None => Err(nothing(draw, &[], candidates.all, &tallies).into()),
        }
    }

    /// The values that a draw is from.
    ///
    /// # Errors
    /// `wrong-type`.
    pub(crate) fn candidates(&mut self, draw: Draw) -> Result<Candidates, Stop> {
        let value = self.eval(draw.from)?;
        let Some(items) = value.items() else { return Err(not_a_list(draw.from, &value).into()) };
        let all = items.remaining();
        Ok(Candidates { all, value, tried: 0, order: Order::default(), random: self.state.random })
    }

    /// The next value for which every condition holds, with its name bound to it. The tallies have a row a condition.
    ///
    /// # Errors
    /// What the conditions are wrong with.
    pub(crate) fn next_of(
        &mut self,
        draw: Draw,
        candidates: &mut Candidates,
        tallies: &mut Vec<Tally>,
    ) -> Result<Option<Value>, Stop> {
        tallies.resize(draw.conditions.len(), Tally::default());
        while let Some(candidate) = candidates.next() {
            self.work(WORK, draw.name.span)?;
            self.state.bind(draw.name.text.clone(), Binding::Value(candidate.clone()));
            let calls = self.calls.len();
            let refused = self.refusal(draw.conditions)?;
            self.calls.truncate(calls);
            let came = refused.map_or(tallies.len(), |at| at + 1);
            for (at, tally) in tallies.iter_mut().take(came).enumerate() {
                tally.reached += 1;
                tally.held += u64::from(refused != Some(at));
            }
            if refused.is_none() {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// The first condition that does not hold.
    ///
    /// # Errors
    /// What the conditions are wrong with.
    pub(crate) fn refusal(&mut self, conditions: &[Condition]) -> Result<Option<usize>, Stop> {
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

/// Says that a draw came to nothing; `with` are the draws before it that it depends on.
pub(crate) fn nothing(draw: Draw, with: &[Draw], all: u128, tallies: &[Tally]) -> Diagnostic {
    let name = &draw.name.text;
    let message = if with.is_empty() {
        let tried = if all > CANDIDATES {
            format!("none of {CANDIDATES} sampled values")
        } else {
            format!("none of the {all} values")
        };
        format!("{tried} satisfies the conditions on `{name}`")
    } else {
        let names = list(with.iter().map(|draw| &*draw.name.text));
        format!("for every value of {names}, no value of `{name}` satisfies the conditions")
    };
    let diagnostic = Diagnostic::new(Code::NothingToChoose, draw.from.span, message).label("drawn from here");
    let tallied = draw.conditions.iter().zip(tallies).filter(|(_, tally)| tally.held < tally.reached);
    let mut labelled = tallied.fold(diagnostic, |diagnostic, (condition, tally)| {
        diagnostic.also(condition_span(condition), satisfied(*tally))
    });
    for draw in with {
        labelled = labelled.also(draw.from.span, format!("`{}` is drawn from here", draw.name.text));
    }
    if draw.conditions.is_empty() {
        labelled
    } else {
        labelled.help("loosen a condition, or widen the range")
    }
}

/// How often a condition held.
fn satisfied(tally: Tally) -> String {
    match (tally.held, tally.reached) {
        (0, 1) => "the one value that came here failed this condition".to_owned(),
        (0, reached) => format!("none of {reached} values satisfies this condition"),
        (held, reached) => format!("{held} of {reached} values satisfy this"),
    }
}

/// The location of a condition.
fn condition_span(condition: &Condition) -> Span {
    match condition {
        Condition::Expr(expr) => expr.span,
        Condition::Facts { operation, facts } => {
            let end = facts.last().map_or(operation.span.end, |fact| fact.span.end);
            Span { end, ..operation.span }
        }
    }
}

/// Says that a value cannot be gone through.
pub(crate) fn not_a_list(place: &Expr, value: &Value) -> Diagnostic {
    Diagnostic::new(Code::WrongType, place.span, format!("{} is neither a range nor a list", value.kind()))
        .label("nothing to go through")
        .help("write a range `0..4` or a list `[1, 2]`")
}
