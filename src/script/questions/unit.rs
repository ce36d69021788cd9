//! The unit after an asked value. A paper prints the unit beside the blank, but does not convert the key to this unit.

use super::derivation::find_names;
use super::variables::definition;
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::{Dimension, Measure, Number, Unit, Value};
use crate::run::eval::eval;
use crate::run::paths::is_in_bytes;
use crate::run::session::Cx;
use crate::run::syscalls::makes_call;

/// Returns the error if the key is not a number of the asked unit. A check has no `key` of a path, and does not know how
/// the script computes its variables. The run finds the errors in those.
pub(super) fn wrong_unit(
    cx: &mut Cx,
    of: &Expr,
    key: Option<&Value>,
    asked: &Word,
    checking: bool,
) -> Option<Diagnostic> {
    let unit = Unit::spelt(&asked.text)?;
    if unit.dimension == Dimension::Fraction && is_ratio(cx, of, &mut Vec::new()) {
        return Some(unconverted(cx, of, unit));
    }
    let own = match (&of.kind, key) {
        (ExprKind::Quantity(_, own), _) => own,
        (_, Some(Value::Number(key))) => Unit::named(key.measure()?.unit())?,
        (ExprKind::Field(_, property), None) if is_in_bytes(&property.text) => Unit::named("B")?,
        _ => return None,
    };
    // `5 ms unit M` and `8 bits unit b` have units that only look like megabytes and bytes.
    let letter = asked.text.chars().count() == 1 && unit.name.len() == 2;
    let bits = own.dimension == Dimension::Bits && &*asked.text == "b";
    if letter && own.dimension != Dimension::Bytes || bits {
        return None;
    }
    let mut names = Vec::new();
    find_names(of, &mut names);
    let is_name = |found: &&Expr| matches!(found.kind, ExprKind::Name(_));
    if checking && names.iter().any(is_name) {
        return None;
    }
    // Cycles are also times, but have no length. A latency is kept as a time also if the script declares cycles, so only
    // a literal time is certain to be no number of cycles.
    let is_literal = matches!(of.kind, ExprKind::Quantity(..));
    let in_cycles = own.measure() == Some(Measure::Cycles);
    let converts = unit.measure() == own.measure() || !in_cycles && !is_literal;
    if unit.dimension == own.dimension && converts {
        let right = unit.factor == (1, 1) || is_converted(cx, of, unit, &mut Vec::new());
        return (!right).then(|| unconverted(cx, of, unit));
    }
    let mut factors = Vec::new();
    plain_factors(cx, of, &mut Vec::new(), &mut factors);
    // Only the size of a page converts pages to bytes.
    if own.measure() == Some(Measure::Pages)
        && unit.dimension == Dimension::Bytes
        && let Some(page) = cx
            .spec()
            .and_then(|spec| spec.mmu.as_ref())
            .map(|mmu| mmu.page_bits)
    {
        let ratios = factors.iter().filter_map(|factor| factor.as_ratio());
        let is_page = |(above, under): (i128, i128)| {
            above.checked_mul(unit.factor.0) == under.checked_shl(page)
        };
        let converts = ratios
            .map(|ratio| (*ratio.numer(), *ratio.denom()))
            .any(is_page);
        return (!converts).then(|| mismatch(cx, of, (own, unit), asked));
    }
    // A plain factor can convert to any unit: `ppn_bits / 8` bytes, or `size / 12` entries.
    factors
        .is_empty()
        .then(|| mismatch(cx, of, (own, unit), asked))
}

fn mismatch(cx: &Cx, of: &Expr, (own, unit): (&Unit, &Unit), asked: &Word) -> Diagnostic {
    let message = format!(
        "the answer is in `{}`, but `unit` asks for `{}`",
        own.name, unit.name
    );
    let error = Diagnostic::new(Code::WrongUnit, asked.span, message);
    let (factor, _) = unit.factor;
    match (own.measure(), unit.dimension) {
        (Some(Measure::Bits), Dimension::Bytes) if factor == 1 => {
            with_factor(error, cx, of, " / 8")
        }
        (Some(Measure::Bits), Dimension::Bytes) => {
            with_factor(error, cx, of, &format!(" / 8 / {factor}"))
        }
        (Some(Measure::Bytes), Dimension::Bits) => with_factor(error, cx, of, " * 8"),
        (Some(Measure::Pages), Dimension::Bytes) => {
            let name = unit.name;
            error.help(format!(
                "multiply the answer by the size of a page: `… * 4 KB / 1 {name}`"
            ))
        }
        _ => error,
    }
}

/// Without this error, the key of `4 KB unit KB` would be 4096.
fn unconverted(cx: &Cx, of: &Expr, unit: &Unit) -> Diagnostic {
    let name = unit.name;
    let message = format!("`unit {name}` only prints the unit, and does not convert the answer");
    let error = Diagnostic::new(Code::WrongUnit, of.span, message);
    match unit.dimension {
        Dimension::Fraction => with_factor(error, cx, of, " * 100"),
        _ => with_factor(error, cx, of, &format!(" / 1 {name}")),
    }
}

/// Adds the fix that multiplies or divides the answer by a factor.
fn with_factor(error: Diagnostic, cx: &Cx, of: &Expr, factor: &str) -> Diagnostic {
    let verb = if factor.starts_with(" *") {
        "multiply"
    } else {
        "divide"
    };
    let binds = match &of.kind {
        ExprKind::Binary(op, ..) => matches!(op, BinaryOp::Multiply | BinaryOp::Divide),
        _ => true,
    };
    let fix = if binds {
        Fix::put_in(of.span.file, of.span.end, factor)
    } else {
        Fix::replace(of.span, format!("({}){factor}", cx.text(of.span).trim()))
    };
    error
        .help(format!("{verb} the answer: `…{factor}`"))
        .fix(fix)
}

/// Whether an expression is a part of a whole, which is at most 1: a percentage, a rate, or the quotient of two
/// quantities. `known` contains the variables on the way to the expression.
fn is_ratio(cx: &mut Cx, of: &Expr, known: &mut Vec<String>) -> bool {
    match &of.kind {
        ExprKind::Quantity(_, unit) => unit.dimension == Dimension::Fraction,
        ExprKind::Field(_, property) => property.text.ends_with("_rate"),
        ExprKind::Name(name) => {
            definition(cx, name, known).is_some_and(|set| is_ratio(cx, &set, known))
        }
        ExprKind::Binary(BinaryOp::Multiply, a, b) => {
            is_ratio(cx, a, known) && is_ratio(cx, b, known)
        }
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, a, b) => {
            let one = Value::Number(Number::from(1u64));
            let is_one = |side: &Expr| matches!(&side.kind, ExprKind::Value(n) if *n == one);
            match (is_ratio(cx, a, known), is_ratio(cx, b, known)) {
                (true, true) => true,
                (true, false) => is_one(b),
                (false, true) => is_one(a),
                (false, false) => false,
            }
        }
        ExprKind::Binary(BinaryOp::Divide, a, b) => {
            let mut factors = Vec::new();
            plain_factors(cx, of, &mut Vec::new(), &mut factors);
            let hundred = |factor: &Number| {
                let ratio = factor.as_ratio();
                ratio.is_some_and(|ratio| ratio.numer() % 100 == 0 || ratio.denom() % 100 == 0)
            };
            let above = measure(cx, a);
            if factors.iter().any(hundred) {
                return false;
            }
            match above {
                Some(_) => above == measure(cx, b),
                // `1 / 3`, and the quotient of two counts
                None => measure(cx, b).is_none() && number(cx, of).is_some_and(is_proper),
            }
        }
        _ => false,
    }
}

/// Whether a number is between 0 and 1.
fn is_proper(number: Number) -> bool {
    let ratio = number.as_ratio();
    ratio.is_some_and(|ratio| *ratio.numer() > 0 && ratio.numer() < ratio.denom())
}

fn measure(cx: &mut Cx, of: &Expr) -> Option<Measure> {
    number(cx, of)?.measure()
}

fn number(cx: &mut Cx, of: &Expr) -> Option<Number> {
    if makes_call(of) {
        return None;
    }
    match eval(cx, of) {
        Ok(Value::Number(number)) => Some(number),
        _ => None,
    }
}

/// Finds the plain numbers that multiply in an expression and in the statements that set its variables. The factor of a divisor
/// is its reciprocal.
fn plain_factors(cx: &mut Cx, of: &Expr, known: &mut Vec<String>, found: &mut Vec<Number>) {
    match &of.kind {
        ExprKind::Binary(op, a, b) => {
            found.extend(own_factors(cx, *op, a, b));
            plain_factors(cx, a, known, found);
            plain_factors(cx, b, known, found);
        }
        ExprKind::Unary(_, of) => plain_factors(cx, of, known, found),
        ExprKind::Call { args, .. } => {
            for arg in args.iter() {
                plain_factors(cx, arg, known, found);
            }
        }
        ExprKind::Name(name) => {
            if let Some(set) = definition(cx, name, known) {
                plain_factors(cx, &set, known, found);
            }
        }
        _ => {}
    }
}

/// Returns the plain numbers among the two sides of an operator that multiplies, divides, or shifts.
fn own_factors(cx: &mut Cx, op: BinaryOp, a: &Expr, b: &Expr) -> Vec<Number> {
    let sides: &[&Expr] = match op {
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::FloorDivide => &[a, b],
        BinaryOp::ShiftLeft | BinaryOp::ShiftRight => &[b],
        _ => &[],
    };
    let divides = matches!(
        op,
        BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::ShiftRight
    );
    let shifts = matches!(op, BinaryOp::ShiftLeft | BinaryOp::ShiftRight);
    let mut found = Vec::new();
    for (at, side) in sides.iter().enumerate() {
        let plain = number(cx, side).filter(|number| number.measure().is_none());
        let factor = match plain {
            Some(by) if shifts => Number::from(2u64).power(by).ok(),
            plain => plain,
        };
        let is_divisor = divides && at + 1 == sides.len();
        found.extend(if is_divisor {
            factor.and_then(|factor| Number::from(1u64).divide(factor).ok())
        } else {
            factor
        });
    }
    found
}

/// Whether a factor of an expression, or of the statements that set its variables, converts it to a unit. Each part of a sum needs
/// one: in `100 ns + p * 8 ms`, a probability of 0.001 is no conversion. `known` contains the variables on the way to the
/// expression.
fn is_converted(cx: &mut Cx, of: &Expr, unit: &Unit, known: &mut Vec<String>) -> bool {
    match &of.kind {
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, a, b) => {
            is_converted(cx, a, unit, known) && is_converted(cx, b, unit, known)
        }
        ExprKind::Binary(op, a, b) => {
            let factors = own_factors(cx, *op, a, b);
            let converts = |factor: &Number| is_conversion(*factor, unit);
            factors.iter().any(converts)
                || is_converted(cx, a, unit, known)
                || is_converted(cx, b, unit, known)
        }
        ExprKind::Unary(_, of) => is_converted(cx, of, unit, known),
        ExprKind::Call { args, .. } => args.iter().any(|arg| is_converted(cx, arg, unit, known)),
        ExprKind::Name(name) => {
            let above = known.len();
            let set = definition(cx, name, known);
            let converted = set.is_some_and(|set| is_converted(cx, &set, unit, known));
            known.truncate(above);
            converted
        }
        _ => false,
    }
}

/// Whether a factor converts to a unit of the same kind: a power of 1000 or 1024, or for a larger unit its reciprocal.
fn is_conversion(factor: Number, unit: &Unit) -> bool {
    let Some(ratio) = factor.as_ratio() else {
        return false;
    };
    let (above, under) = if unit.factor.0 > unit.factor.1 {
        (*ratio.denom(), *ratio.numer())
    } else {
        (*ratio.numer(), *ratio.denom())
    };
    let powers = |base: i128| (1..=6).filter_map(move |power| base.checked_pow(power));
    powers(1000)
        .chain(powers(1024))
        .any(|power| (above, under) == (power, 1))
}
