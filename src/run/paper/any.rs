//! `ask x in … where …`: every answer for which the conditions hold, as far as the key needs them.

use std::rc::Rc;

use super::entry::Answers;
use super::open::Open;
use crate::lang::ast::{Condition, Expr, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::files::Files;
use crate::run::exec::not_a_list;
use crate::run::inside::Inside;
use crate::run::record::{Sink, StepRecord};
use crate::run::session::{Options, Session, Stop, WORK_OF_STEP};
use crate::run::state::{Binding, Scope, State};

/// Answers that a key holds.
const KEPT: usize = 256;
/// Candidates that are tried.
const CANDIDATES: u128 = 1 << 20;
/// What trying a candidate counts towards the budget.
const WORK: u64 = WORK_OF_STEP / 8;

impl Session<'_> {
    /// The answers for which every condition holds.
    ///
    /// # Errors
    /// `nothing-to-choose` where there is none, and what the conditions can be wrong with.
    pub fn answers(&mut self, name: &Word, from: &Expr, conditions: &[Condition]) -> Result<Answers, Stop> {
        let value = self.eval(from)?;
        let Some(items) = value.items() else { return Err(not_a_list(from, &value).into()) };
        let mut all = items.remaining() <= CANDIDATES;
        let mut first = Vec::new();
        self.state.scopes.push(Scope::new(false));
        for candidate in items.take(CANDIDATES as usize) {
            self.work(WORK, name.span)?;
            self.state.bind(name.text.clone(), Binding::Value(candidate.clone()));
            let calls = self.calls.len();
            let refused = self.refusal(conditions)?;
            self.calls.truncate(calls);
            if refused.is_none() {
                if first.len() == KEPT {
                    all = false;
                    break;
                }
                first.push(candidate);
            }
        }
        self.state.scopes.pop();
        if first.is_empty() {
            let message = format!("no `{}` satisfies what is asked of it", name.text);
            return Err(Diagnostic::new(Code::NothingToChoose, from.span, message)
                .label("none of these")
                .help("a question needs an answer: widen the range or drop a condition")
                .into());
        }
        let open = (!all).then(|| Rc::new(self.open(name, value, conditions)) as Rc<dyn Open>);
        Ok(Answers { first, all, open })
    }

    /// What is needed to tell later whether a value satisfies the conditions.
    fn open(&self, name: &Word, from: Value, conditions: &[Condition]) -> Asked {
        let (name, conditions) = (name.clone(), conditions.into());
        Asked { state: self.state.clone(), inside: self.inside.clone(), name, from, conditions }
    }
}

/// What is asked for, and the state that it is asked of. Of what somebody answers only the value is looked at.
#[derive(Debug, Clone)]
struct Asked {
    state: State,
    inside: Inside,
    name: Word,
    from: Value,
    conditions: Rc<[Condition]>,
}

/// Takes nothing: what satisfies is only tried out.
struct Nowhere;

impl Sink for Nowhere {
    fn take(&mut self, _: &StepRecord) -> bool {
        true
    }
}

impl Open for Asked {
    fn holds(&self, value: &Value, sources: &Sources, files: &Files) -> bool {
        if !is_among(&self.from, value) {
            return false;
        }
        let mut nowhere = Nowhere;
        let mut session = Session::new(sources, files, Options::default(), &mut nowhere);
        session.state = self.state.clone();
        session.inside = self.inside.clone();
        session.state.scopes.push(Scope::new(false));
        session.state.bind(self.name.text.clone(), Binding::Value(value.clone()));
        session.refusal(&self.conditions).is_ok_and(|refused| refused.is_none())
    }
}

/// Whether a value is one of a range or list.
fn is_among(from: &Value, value: &Value) -> bool {
    match (from, value) {
        (Value::Range { from, to }, Value::Number(number)) => {
            number.as_integer().is_some_and(|n| *from <= n && n < *to)
        }
        (Value::List(elements), value) => elements.iter().any(|element| element == value),
        _ => false,
    }
}
