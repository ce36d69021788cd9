//! The budget of a run, which limits the number of statements and other work. The costs come from
//! measurements of scripts that repeat one statement with expensive operands: each such script
//! takes about a microsecond per step, or less.

use std::sync::atomic::Ordering;

use pagewalk_engine::machine::footprint::Footprint;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::lang::value::Value;

use super::session::{Cx, Options};
use super::state::Slot;
use super::stop::Stop;

/// The value of `Progress::next_measurement` after the run exceeded a limit.
pub(super) const EXCEEDED: u64 = 0;

/// Amount of work that costs as much as one statement. See [`Cx::work`].
pub(crate) const WORK_OF_STEP: u64 = 64;

/// Work of evaluating an operator or a name.
pub(crate) const WORK_OF_EVALUATION: u64 = 2;

/// Work of copying a machine, with its kernel if one runs, and of changing the copy.
pub(crate) const WORK_OF_COPY: u64 = 5 * WORK_OF_STEP;

/// Work of evaluating a cell of a table, and of comparing it with the machine.
pub(crate) const WORK_OF_CELL: u64 = WORK_OF_STEP;

/// Work of listing a page in use.
const WORK_OF_LISTED_PAGE: u64 = 3;

/// Returns the work of the kernel for a number of pages or areas. A page is 32 times the work of a byte.
pub(crate) fn work_of_pages(pages: u64) -> u64 {
    pages.saturating_mul(WORK_OF_STEP / 2)
}

/// Returns the work of iterating over a value: the number of its list elements or string
/// bytes.
pub(crate) fn work_of_value(value: &Value) -> u64 {
    match value {
        Value::List(_) => u64::try_from(value.size()).unwrap_or(u64::MAX),
        Value::Text(text) => text.len() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::Number(_) | Value::Bool(_) | Value::Range { .. } => 0,
    }
}

impl Cx<'_> {
    /// Charges a step to the budget.
    ///
    /// # Errors
    /// Returns errors as [`Cx::work`] does.
    pub(crate) fn step(&mut self, place: Span) -> Result<(), Stop> {
        self.budget.allowance = 0;
        self.budget.temporary = 0;
        self.work(WORK_OF_STEP, place)?;
        self.budget.allowance = WORK_OF_STEP;
        Ok(())
    }

    /// Charges work to the budget, in bytes, list elements, or references, except for the work that the last step covers.
    /// The budget therefore limits time, not only the number of statements.
    ///
    /// # Errors
    /// Returns `limit-steps`, `limit-time`, or `limit-memory` at the innermost loop or at `place`, or [`Stop::Closed`] if the run was
    /// interrupted.
    #[inline]
    pub(crate) fn work(&mut self, amount: u64, place: Span) -> Result<(), Stop> {
        self.work_outside(amount, place, Footprint::default)
    }

    /// Charges work as [`Cx::work`] does, while a state outside the context needs memory.
    ///
    /// # Errors
    /// Returns errors as [`Cx::work`] does.
    #[inline]
    pub(crate) fn work_outside(
        &mut self,
        amount: u64,
        place: Span,
        outside: impl FnOnce() -> Footprint,
    ) -> Result<(), Stop> {
        // Most statements and expressions cost no more than their step.
        if amount <= self.budget.allowance {
            self.budget.allowance -= amount;
            return Ok(());
        }
        self.work_beyond(amount, place, outside)
    }

    /// Charges work that the last step does not cover.
    #[cold]
    fn work_beyond(
        &mut self,
        amount: u64,
        place: Span,
        outside: impl FnOnce() -> Footprint,
    ) -> Result<(), Stop> {
        if self
            .env
            .interrupt
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
        {
            return Err(Stop::Closed);
        }
        let covered = self.budget.allowance;
        self.budget.allowance = 0;
        self.budget.worked = self.budget.worked.saturating_add(amount - covered);
        let Options {
            max_steps,
            raised_by,
            ..
        } = self.env.options;
        if self.budget.worked / WORK_OF_STEP > max_steps {
            let plural = if max_steps == 1 { "" } else { "s" };
            let message =
                format!("Pagewalk stopped the script after {max_steps} statement{plural}");
            let help = format!(
                "shorten the script, or raise the budget with `{}`",
                raised_by.steps
            );
            return Err(self.exceeded(Code::LimitSteps, place, message, help));
        }
        if self.budget.worked < self.budget.next_measurement {
            return Ok(());
        }
        if self.budget.next_measurement == EXCEEDED {
            // A check continues after a mistake, but evaluates no further values.
            return Err(Stop::Unknowable);
        }
        if let Some(over) = self.env.deadline.filter(|deadline| deadline.has_passed()) {
            let message = format!(
                "Pagewalk stopped the script after {} seconds",
                over.limit.most.as_secs_f64()
            );
            let help =
                "shorten the script, or raise the limit with `--max-time SECONDS`".to_owned();
            return Err(self.exceeded(Code::LimitTime, place, message, help));
        }
        self.check_memory(place, outside)
    }

    /// Charges the work of listing the pages of a process or of the kernel.
    ///
    /// # Errors
    /// Returns errors as [`Cx::work`] does.
    pub(crate) fn work_of_listing(&mut self, place: Span) -> Result<(), Stop> {
        match &self.state.machine {
            Slot::Kernel(kernel) => self.work(
                WORK_OF_LISTED_PAGE * u64::from(kernel.frames().used()),
                place,
            ),
            _ => Ok(()),
        }
    }

    /// Returns the error for a limit of the run, at the innermost loop or at `place`. Reports only the first such error, because a
    /// statement continues with its other operands.
    pub(super) fn exceeded(
        &mut self,
        code: Code,
        place: Span,
        message: String,
        help: String,
    ) -> Stop {
        if std::mem::replace(&mut self.budget.next_measurement, EXCEEDED) == EXCEEDED {
            return Stop::Unknowable;
        }
        let at = self.blocks.loops.last().copied().unwrap_or(place);
        Diagnostic::new(code, at, message)
            .label("this statement was still running")
            .help(help)
            .into()
    }
}
