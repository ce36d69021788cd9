//! Parses a command's operands: a value, followed by clauses of a word and a value.

use crate::lang::ast::{Command, Expr, ExprKind, Settings, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::addr::{Pa, Va};

use crate::run::params::{Param, Params};
use crate::run::session::Session;
use crate::run::settings::{integer, list};
use crate::run::stop::Stop;

/// Returns the word if the expression is a bare word.
pub(crate) fn word(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

/// The clauses of a statement, each with its first word and its value.
pub(crate) type Clauses<'a> = Vec<(&'static str, &'a Expr)>;

/// Returns the first operand and the known clauses that follow, each with its word and value.
///
/// # Errors
/// Returns `wrong-count` for a missing or additional operand, `unknown-word` for an unknown clause, or
/// `duplicate` for a repeated clause.
pub(crate) fn clauses<'a>(
    command: &Command,
    exprs: &'a [Expr],
    known: &'static [Param],
) -> Result<(&'a Expr, Clauses<'a>), Diagnostic> {
    let Some((first, rest)) = exprs.split_first() else {
        return Err(missing(command, "an address"));
    };
    if rest.is_empty() {
        return Ok((first, Clauses::new()));
    }
    let known = known.clauses();
    let mut found: Clauses = Vec::new();
    for pair in rest.chunks(2) {
        let Some(name) = word(&pair[0]).and_then(|w| known.iter().find(|k| **k == w)) else {
            return Err(unexpected(command, &pair[0], &known));
        };
        let Some(value) = pair.get(1) else {
            return Err(Diagnostic::new(
                Code::WrongCount,
                pair[0].span,
                format!("`{name}` needs a value"),
            )
            .label("nothing follows"));
        };
        if found.iter().any(|(other, _)| other == name) {
            let second = Span {
                end: value.span.end,
                ..pair[0].span
            };
            let wrong = Diagnostic::new(
                Code::Duplicate,
                pair[0].span,
                format!("`{name}` is given twice"),
            );
            return Err(wrong
                .help("remove one of the two clauses")
                .fix(Fix::remove(second)));
        }
        found.push((name, value));
    }
    Ok((first, found))
}

/// Reports an operand in the wrong place.
pub(crate) fn unexpected(command: &Command, expr: &Expr, known: &[&'static str]) -> Diagnostic {
    let verb = &command.verb.text;
    let message = match word(expr) {
        Some(word) => format!("`{verb}` does not accept the word `{word}` here"),
        None => format!("`{verb}` takes no other value here"),
    };
    let diagnostic =
        Diagnostic::new(Code::UnknownWord, expr.span, message).label("unexpected here");
    match word(expr).and_then(|word| Some((word, nearest(word, known.iter().copied())?))) {
        Some((word, near)) => diagnostic.did_you_mean(word, near),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("it takes {}", list(known.iter().copied()))),
    }
}

/// Reports that an operand is missing after the verb.
pub(crate) fn missing(command: &Command, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::WrongCount,
        command.verb.span,
        format!("`{}` needs {what}", command.verb.text),
    )
    .label("nothing follows")
}

/// Returns the operand of a command that takes exactly one operand.
///
/// # Errors
/// Returns `wrong-count` or `unknown-word`.
pub(crate) fn only<'a>(command: &'a Command, what: &str) -> Result<&'a Expr, Diagnostic> {
    plain(command)?;
    match &*command.operands {
        [operand] => Ok(operand),
        [] => Err(missing(command, what)),
        [_, more, ..] => Err(unexpected(command, more, &[])),
    }
}

/// Returns a command's block, which may contain settings but no table.
///
/// # Errors
/// Returns `bad-table` for a table, or `wrong-count` for `= …`.
pub(crate) fn only_settings(command: &Command) -> Result<Option<&Settings>, Diagnostic> {
    if let Some(value) = command.assigned.as_ref().and_then(|values| values.first()) {
        return Err(unexpected(command, value, &[]));
    }
    match &command.block {
        Some(Settings {
            table: Some(table), ..
        }) => {
            let message = format!("a table is not allowed in `{}`", command.verb.text);
            Err(Diagnostic::new(Code::BadTable, table.span, message)
                .label("settings are needed here"))
        }
        block => Ok(block.as_ref()),
    }
}

/// Rejects `= …` and blocks for a verb that accepts neither.
///
/// # Errors
/// Returns `wrong-count`.
pub(crate) fn plain(command: &Command) -> Result<(), Diagnostic> {
    let extra = command
        .assigned
        .as_ref()
        .and_then(|a| a.first())
        .map(|e| e.span)
        .or(command.block.as_ref().map(|b| b.span));
    match extra {
        None => Ok(()),
        Some(span) => Err(Diagnostic::new(
            Code::WrongCount,
            span,
            format!("`{}` does not accept this value", command.verb.text),
        )
        .label("too much")),
    }
}

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
