//! Budget of a run: statements, and work that costs more than one statement.

use std::sync::atomic::Ordering;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;

use super::session::Session;
use super::stop::Stop;

/// Amount of work that costs as much as one statement: see [`Session::work`].
pub(crate) const WORK_OF_STEP: u64 = 64;

/// Returns the part of an amount of work that counts toward the budget. The step of a statement covers the rest.
pub(crate) fn surplus_work(amount: u64) -> u64 {
    if amount > WORK_OF_STEP { amount } else { 0 }
}

impl Session<'_> {
    /// Counts a step toward the budget.
    ///
    /// # Errors
    /// `limit-steps` at the innermost loop, or at `place`.
    pub(crate) fn step(&mut self, place: Span) -> Result<(), Stop> {
        self.work(WORK_OF_STEP, place)
    }

    /// Counts work beyond that of an ordinary statement toward the budget, in bytes, list elements, or references. This
    /// makes the budget limit time, not only the number of statements.
    ///
    /// # Errors
    /// `limit-steps` at the innermost loop, or at `place`; [`Stop::Closed`] if the run was interrupted.
    pub(crate) fn work(&mut self, amount: u64, place: Span) -> Result<(), Stop> {
        if self.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Stop::Closed);
        }
        self.worked = self.worked.saturating_add(amount);
        if self.worked / WORK_OF_STEP <= self.options.max_steps {
            return Ok(());
        }
        let at = self.loops.last().copied().unwrap_or(place);
        let message = format!("the script was stopped after {} statements", self.options.max_steps);
        Err(Diagnostic::new(Code::LimitSteps, at, message)
            .label("this was still running")
            .help("make it shorter, or raise the budget with `--max-steps N`")
            .into())
    }
}
