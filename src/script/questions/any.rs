//! `ask x in … where …`: the search for the answers that satisfy all conditions.

use std::sync::Arc;

use super::blanks::blank;
use super::entry::{Answers, Blank, Evidence, Radix};
use crate::lang::ast::{Claim, Condition, Expr, Holds, OperationKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::budget::WORK_OF_STEP;
use crate::run::choose::not_a_list;
use crate::run::facts;
use crate::run::record::{Did, MessageLevel, View};
use crate::run::session::Session;
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;

/// Maximum number of answers in a key.
const KEPT: usize = 1024;
/// Maximum number of candidates to try.
const CANDIDATES: u128 = 1 << 20;
/// Cost of trying a candidate, in units of the step budget.
const WORK: u64 = WORK_OF_STEP / 4;

impl Session<'_> {
    /// Returns the answers that satisfy every condition.
    ///
    /// # Errors
    /// Returns `nothing-to-choose` if there are no answers, or the errors in the conditions.
    pub(crate) fn answers(
        &mut self,
        name: &Word,
        from: &Expr,
        conditions: &[Condition],
    ) -> Result<Answers, Stop> {
        let value = self.eval(from)?;
        let (first, all) = self.satisfying(name, (from, &value), conditions, KEPT)?;
        if first.is_empty() {
            let message = format!("no `{}` satisfies the conditions", name.text);
            return Err(Diagnostic::new(Code::NothingToChoose, from.span, message)
                .label("none of these")
                .help("a question needs an answer: widen the range or drop a condition")
                .into());
        }
        let open = (!all).then(|| self.kept(name, value, conditions));
        Ok(Answers { first, all, open })
    }

    /// Whether the conditions of an option hold, with the evidence.
    ///
    /// # Errors
    /// Returns `limit-size` if there are too many candidates to try, or the errors in the conditions.
    pub(crate) fn judged(&mut self, holds: &Holds) -> Result<(bool, Vec<Evidence>), Stop> {
        let Some((name, from)) = &holds.some else {
            let refused = self.refusal(&holds.conditions)?;
            let deciding = match refused {
                Some(at) => holds.conditions.get(at..=at).unwrap_or_default(),
                None => &holds.conditions,
            };
            let evidence = deciding
                .iter()
                .map(|condition| self.evidence(condition, refused.is_none()));
            return Ok((refused.is_none(), evidence.collect::<Result<Vec<_>, _>>()?));
        };
        let value = self.eval(from)?;
        let (first, all) = self.satisfying(name, (from, &value), &holds.conditions, 1)?;
        if first.is_empty() && !all {
            let message = format!("none of the first {CANDIDATES} values satisfies the conditions");
            return Err(Diagnostic::new(Code::LimitSize, from.span, message)
                .label("there are too many values to try")
                .help("narrow the range")
                .into());
        }
        let example = match first.first() {
            Some(first) => self.example_evidence(name, first, &holds.conditions)?,
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

    /// Sets the variable to a value, and returns the evidence for the conditions on facts.
    fn example_evidence(
        &mut self,
        name: &Word,
        value: &Value,
        conditions: &[Condition],
    ) -> Result<Vec<Evidence>, Stop> {
        self.state.scopes.push(Scope::new(false));
        self.state.bind(&name.text, Binding::Value(value.clone()));
        let of_facts = conditions
            .iter()
            .filter(|condition| matches!(condition, Condition::Facts { .. }));
        let evidence: Result<Vec<_>, _> = of_facts
            .map(|condition| self.evidence(condition, true))
            .collect();
        self.state.scopes.pop();
        evidence
    }

    /// Returns the evidence for a condition that holds, or the evidence against a condition that does not hold.
    pub(super) fn evidence(
        &mut self,
        condition: &Condition,
        holds: bool,
    ) -> Result<Evidence, Stop> {
        let (operation, facts) = match condition {
            Condition::Expr(expr) => {
                let derivation = self.derivation(expr, Radix::Decimal)?;
                return Ok(Evidence::Truth { derivation, holds });
            }
            Condition::Facts { operation, facts } => (operation, facts),
        };
        let (did, family) = self.try_out(operation)?;
        let spec = match &did {
            Did::Access(access) => Some(access.spec.clone()),
            Did::Replay(run) => Some(run.spec().clone()),
            _ => did.call().map(|call| call.spec.clone()),
        };
        let known = facts.iter().filter_map(|fact| {
            let key = facts::key(&fact.name.text, family, spec.as_deref()).ok()?;
            Some(blank(&fact.name.text, &key, &did, None, None))
        });
        let blanks: Vec<Blank> = known.collect();
        let mut expected = Vec::new();
        for fact in facts
            .iter()
            .filter(|_| !holds && matches!(did, Did::Reference(_)))
        {
            let Claim::Is(value) = &fact.claim else {
                continue;
            };
            let value = match facts::key(&fact.name.text, family, spec.as_deref()) {
                Ok(key) => self.claimed(value, &key)?,
                Err(_) => self.eval(value)?,
            };
            let differs = |blank: &&Blank| {
                *blank.fact == *fact.name.text
                    && blank.key.as_ref().is_some_and(|key| key.value != value)
            };
            if blanks.iter().any(|blank| differs(&blank)) {
                expected.push((fact.name.text.clone(), value));
            }
        }
        Ok(Evidence::Facts {
            did: Arc::new(did),
            blanks,
            expected,
        })
    }

    /// Returns at most `most` values that satisfy every condition, and whether the list is known to be
    /// complete.
    fn satisfying(
        &mut self,
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
        self.state.scopes.push(Scope::new(false));
        for candidate in items.take(CANDIDATES as usize) {
            self.work(WORK, name.span)?;
            self.state
                .bind(&name.text, Binding::Value(candidate.clone()));
            let refused = self.refusal(conditions)?;
            if refused.is_none() {
                if first.len() == most {
                    all = false;
                    break;
                }
                first.push(candidate);
            }
        }
        self.state.scopes.pop();
        Ok((first, all))
    }

    /// For the first answer, returns the result of the first condition that contains an operation.
    ///
    /// # Errors
    /// Returns the errors in the conditions.
    pub(crate) fn example(
        &mut self,
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
        self.state.scopes.push(Scope::new(false));
        self.state.bind(&name.text, Binding::Value(first.clone()));
        let tried = self.try_out(operation);
        self.state.scopes.pop();
        Ok(match tried?.0 {
            Did::Access(access) => Some(View::Steps(access, MessageLevel::All)),
            Did::Call(call) => Some(View::CallSteps(call, MessageLevel::All)),
            _ => None,
        })
    }
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
    let what = if of_addresses {
        "address".to_owned()
    } else {
        format!("value of {}", name.text)
    };
    let radix = if of_addresses {
        Radix::Hex
    } else {
        Radix::Decimal
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
