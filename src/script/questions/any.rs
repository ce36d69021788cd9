//! `ask x in … where …`: the search for the answers that satisfy all conditions.

use super::entry::Answers;
use crate::lang::ast::{Condition, Expr, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::budget::WORK_OF_STEP;
use crate::run::choose::not_a_list;
use crate::run::record::{Did, View};
use crate::run::session::Session;
use crate::run::state::{Binding, Scope};
use crate::run::stop::Stop;

/// Maximum number of answers in a key.
const KEPT: usize = 1024;
/// Maximum number of candidates to try.
const CANDIDATES: u128 = 1 << 20;
/// Cost of trying a candidate in the step budget.
const WORK: u64 = WORK_OF_STEP / 8;

impl Session<'_> {
    /// Returns the answers that satisfy every condition.
    ///
    /// # Errors
    /// `nothing-to-choose` if there are none, and the errors of the conditions.
    pub(crate) fn answers(
        &mut self,
        name: &Word,
        from: &Expr,
        conditions: &[Condition],
    ) -> Result<Answers, Stop> {
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
            let message = format!("no `{}` satisfies the conditions", name.text);
            return Err(Diagnostic::new(Code::NothingToChoose, from.span, message)
                .label("none of these")
                .help("a question needs an answer: widen the range or drop a condition")
                .into());
        }
        let open = (!all).then(|| self.kept(name, value, conditions));
        Ok(Answers { first, all, open })
    }

    /// Returns the result of the first condition that tries something, for the first answer.
    ///
    /// # Errors
    /// As the conditions.
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
        let (Some(operation), Some(first)) = (operation, answers.first.first()) else { return Ok(None) };
        self.state.scopes.push(Scope::new(false));
        self.state.bind(name.text.clone(), Binding::Value(first.clone()));
        let tried = self.try_out(operation);
        self.state.scopes.pop();
        Ok(match tried?.0 {
            Did::Access(access) => Some(View::Steps(Box::new(access))),
            Did::Call(call) => Some(View::CallSteps(call)),
            _ => None,
        })
    }
}
