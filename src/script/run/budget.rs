//! The budget of a run, which limits the number of statements and other work.

use std::sync::atomic::Ordering;

use pagewalk_engine::machine::footprint::Footprint;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;

use super::session::Session;
use super::stop::Stop;

/// Amount of work that costs as much as one statement. See [`Session::work`].
pub(crate) const WORK_OF_STEP: u64 = 64;

/// Returns the work that is charged to the budget in addition to the statement's own step. The step itself
/// covers an amount of at most [`WORK_OF_STEP`].
pub(crate) fn surplus_work(amount: u64) -> u64 {
    if amount > WORK_OF_STEP { amount } else { 0 }
}

/// Returns the work of the kernel for a number of pages or areas. A page is about 16 times the work of a byte.
pub(crate) fn work_of_pages(pages: u64) -> u64 {
    surplus_work(pages.saturating_mul(16))
}

impl Session<'_> {
    /// Charges a step to the budget.
    ///
    /// # Errors
    /// Returns errors as [`Session::work`] does.
    pub(crate) fn step(&mut self, place: Span) -> Result<(), Stop> {
        self.work(WORK_OF_STEP, place)
    }

    /// Charges additional work to the budget, in bytes, list elements, or references. The budget therefore
    /// limits time, not only the number of statements.
    ///
    /// # Errors
    /// Returns `limit-steps` or `limit-memory` at the innermost loop or at `place`, or [`Stop::Closed`] if the run was
    /// interrupted.
    pub(crate) fn work(&mut self, amount: u64, place: Span) -> Result<(), Stop> {
        self.work_outside(amount, place, Footprint::default)
    }

    /// Charges additional work as [`Session::work`] does, while a state outside the session needs memory.
    ///
    /// # Errors
    /// Returns errors as [`Session::work`] does.
    pub(crate) fn work_outside(
        &mut self,
        amount: u64,
        place: Span,
        outside: impl FnOnce() -> Footprint,
    ) -> Result<(), Stop> {
        if self.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Stop::Closed);
        }
        self.worked = self.worked.saturating_add(amount);
        if self.worked / WORK_OF_STEP <= self.options.max_steps {
            return self.check_memory(place, outside);
        }
        let at = self.loops.last().copied().unwrap_or(place);
        let message = format!("Pagewalk stopped the script after {} statements", self.options.max_steps);
        Err(Diagnostic::new(Code::LimitSteps, at, message)
            .label("this statement was still running")
            .help(format!("shorten the script, or raise the budget with `{}`", self.options.raised_by.steps))
            .into())
    }
}
