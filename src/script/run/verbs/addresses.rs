//! Evaluates the addresses and numbers that are operands of several verbs.

use crate::lang::ast::{Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::addr::{Pa, Va};

use crate::run::session::Session;
use crate::run::settings::integer;
use crate::run::stop::Stop;

impl Session<'_> {
    /// Evaluates an expression to a whole number in a range.
    ///
    /// # Errors
    /// Returns `limit-size` for a number outside the range, or the errors in the expression.
    pub(crate) fn within(&mut self, expr: &Expr, low: u64, high: u64) -> Result<u64, Stop> {
        let n = self.integer(expr)?;
        if (low..=high).contains(&n) {
            return Ok(n);
        }
        Err(
            Diagnostic::new(Code::LimitSize, expr.span, format!("{n} is out of range"))
                .label(format!("must be from {low} to {high}"))
                .into(),
        )
    }

    /// Evaluates an address for an access of `size` bytes, and returns the address and the process that makes
    /// the access. A process may use the result of a system call as an address. As in C, the result -1 denotes
    /// the last address.
    ///
    /// # Errors
    /// Returns the errors from [`Session::address`], `which-process`, or `process-ended`.
    pub(crate) fn address_in_process(
        &mut self,
        expr: &Expr,
        size: u64,
    ) -> Result<(Va, Option<Pid>), Stop> {
        let value = self.eval(expr)?;
        let pid = self.running(expr.span)?;
        let negative = match &value {
            Value::Number(number) if pid.is_some() => number.as_integer().filter(|n| *n < 0),
            _ => None,
        };
        let raw = match negative.and_then(|n| i64::try_from(n).ok()) {
            Some(n) => n as u64,
            None => integer(&value, expr.span)?,
        };
        Ok((self.address_of(raw, expr.span, size)?, pid))
    }

    /// Evaluates an address for an access of `size` bytes.
    ///
    /// # Errors
    /// Returns `address-too-wide` if the access extends beyond the address space.
    pub(crate) fn address(&mut self, expr: &Expr, size: u64) -> Result<Va, Stop> {
        let raw = self.integer(expr)?;
        self.address_of(raw, expr.span, size)
    }

    fn address_of(&mut self, raw: u64, place: Span, size: u64) -> Result<Va, Stop> {
        let machine = self.machine(place)?;
        let Ok(va) = machine.va(raw) else {
            let (what, bits) = space(machine);
            return Err(too_wide(place, raw, what, bits).into());
        };
        let (what, bits) = space(machine);
        let last = if bits >= 64 {
            u64::MAX
        } else {
            (1 << bits) - 1
        };
        if last - va.raw() >= size - 1 {
            return Ok(va);
        }
        let message =
            format!("{size} bytes from 0x{raw:X} run past the end of the {what} address space");
        Err(Diagnostic::new(Code::AddressTooWide, place, message)
            .label(format!("the last address is 0x{last:X}"))
            .into())
    }

    /// Evaluates a physical address.
    ///
    /// # Errors
    /// Returns `address-too-wide`.
    pub(crate) fn physical(&mut self, expr: &Expr) -> Result<Pa, Stop> {
        let raw = self.integer(expr)?;
        let machine = self.machine(expr.span)?;
        let bits = machine.spec().physical_bits;
        Ok(machine
            .pa(raw)
            .map_err(|_| too_wide(expr.span, raw, "physical", bits))?)
    }
}

fn space(machine: &pagewalk_engine::machine::Machine) -> (&'static str, u32) {
    let spec = machine.spec();
    if spec.mmu.is_some() {
        ("virtual", spec.virtual_bits())
    } else {
        ("physical", spec.physical_bits)
    }
}

pub(crate) fn too_wide(span: Span, raw: u64, what: &str, bits: u32) -> Diagnostic {
    let most = if bits >= 64 {
        u64::MAX
    } else {
        (1 << bits) - 1
    };
    Diagnostic::new(
        Code::AddressTooWide,
        span,
        format!("0x{raw:X} is outside the {what} address space"),
    )
    .label(format!("{what} addresses have {bits} bits"))
    .help(format!("the largest address is 0x{most:X}"))
}
