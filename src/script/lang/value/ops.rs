//! The operators of the language on values.

use std::cmp::Ordering;

use super::number::floor_quotient;
use super::{Measure, Number, Value, ValueError};
use crate::lang::ast::{BinaryOp, UnaryOp};
use crate::lang::diagnostic::Code;

/// Maximum shift distance. A larger distance shifts out all bits of a number.
const MOST_SHIFT: i128 = 64;

/// Returns the operator as a script writes it.
pub(crate) fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Power => "**",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::FloorDivide => "//",
        BinaryOp::Remainder => "%",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitXor => "^",
        BinaryOp::BitOr => "|",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::In => "in",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}

/// Computes `-x ~x !x`. `!` also accepts an integer, as in C, and yields a boolean.
///
/// # Errors
/// Returns `wrong-type`, `not-an-integer`, or `overflow`.
pub(crate) fn unary(op: UnaryOp, x: &Value) -> Result<Value, ValueError> {
    match op {
        UnaryOp::Negate => {
            let x = x.number("-")?;
            Ok(x.negate()?.in_measure(x.measure()).into())
        }
        UnaryOp::Complement => Ok(Number::integer(!x.integer("~")?)?.into()),
        UnaryOp::Not => match x {
            Value::Number(number) => Ok(Value::Bool(number.is_zero())),
            other => Ok(Value::Bool(!other.truth("not")?)),
        },
    }
}

/// Computes `a OP b` for two integers without units, which most expressions consist of. Returns `None` for other values, for
/// other operators, and if [`binary`] would report an error.
#[inline]
pub(crate) fn of_integers(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    let (Value::Number(a), Value::Number(b)) = (a, b) else {
        return None;
    };
    let (a, b) = (a.plain_integer()?, b.plain_integer()?);
    let number = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a.checked_mul(b)?,
        BinaryOp::FloorDivide if b != 0 => floor_quotient(a, b),
        BinaryOp::Remainder if b != 0 => a - b * floor_quotient(a, b),
        BinaryOp::Equal => return Some(Value::Bool(a == b)),
        BinaryOp::NotEqual => return Some(Value::Bool(a != b)),
        BinaryOp::Less => return Some(Value::Bool(a < b)),
        BinaryOp::LessEqual => return Some(Value::Bool(a <= b)),
        BinaryOp::Greater => return Some(Value::Bool(a > b)),
        BinaryOp::GreaterEqual => return Some(Value::Bool(a >= b)),
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        _ => return None,
    };
    Number::integer(number).ok().map(Value::Number)
}

/// Computes `a OP b`. For `and` and `or`, this function receives both sides, but the caller can skip the right
/// side.
///
/// # Errors
/// Returns `wrong-type`, `not-an-integer`, `overflow`, or `divide-by-zero`.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, ValueError> {
    use BinaryOp as Op;
    let truth = match op {
        Op::Equal => equal(op, a, b)?,
        Op::NotEqual => !equal(op, a, b)?,
        Op::Less => order(op, a, b)?.is_lt(),
        Op::LessEqual => order(op, a, b)?.is_le(),
        Op::Greater => order(op, a, b)?.is_gt(),
        Op::GreaterEqual => order(op, a, b)?.is_ge(),
        Op::In => contains(b, a)?,
        Op::And => a.truth("and")? & b.truth("and")?,
        Op::Or => a.truth("or")? | b.truth("or")?,
        _ => return arithmetic(op, a, b).map(Value::Number),
    };
    Ok(Value::Bool(truth))
}

fn arithmetic(op: BinaryOp, a: &Value, b: &Value) -> Result<Number, ValueError> {
    let place = symbol(op);
    let (Value::Number(x), Value::Number(y)) = (a, b) else {
        return Err(no_number(
            place,
            if matches!(a, Value::Number(_)) { b } else { a },
        ));
    };
    let measure = match (x.measure(), y.measure()) {
        (None, None) => None,
        (a, b) => Measure::of_result(op, place, a, b)?,
    };
    let result = match op {
        BinaryOp::Power => x.power(*y),
        BinaryOp::Multiply => x.times(*y),
        BinaryOp::Divide => x.divide(*y),
        BinaryOp::FloorDivide => x.floor_divide(*y),
        BinaryOp::Remainder => x.remainder(*y),
        BinaryOp::Add => x.plus(*y),
        BinaryOp::Subtract => x.minus(*y),
        _ => bits(op, a.integer(place)?, b.integer(place)?),
    };
    result
        .map(|number| number.in_measure(measure))
        .map_err(|error| match error.code {
            Code::Overflow => ValueError {
                message: format!("{x} {place} {y} is outside the range of numbers"),
                ..error
            },
            Code::DivideByZero => ValueError {
                message: format!("{x} {place} {y} divides by zero"),
                ..error
            },
            _ => error,
        })
}

/// Computes in two's complement of unlimited width, so that all bits of `-1` are set.
fn bits(op: BinaryOp, a: i128, b: i128) -> Result<Number, ValueError> {
    Number::integer(match op {
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::BitOr => a | b,
        _ => return shift(op, a, b),
    })
}

fn shift(op: BinaryOp, a: i128, by: i128) -> Result<Number, ValueError> {
    if !(0..=MOST_SHIFT).contains(&by) {
        let message = format!("a shift by {by} is out of range");
        return Err(ValueError::new(Code::BadWidth, message)
            .help(format!("shift by 0 to {MOST_SHIFT} bits")));
    }
    if op == BinaryOp::ShiftRight {
        return Number::integer(a >> by);
    }
    // The multiplication fails only if the product exceeds i128. Such a product is also outside the range of
    // numbers.
    a.checked_mul(1 << by).map_or_else(
        || {
            Err(ValueError::new(
                Code::Overflow,
                "the result is outside the range of numbers",
            ))
        },
        Number::integer,
    )
}

fn no_number(place: &str, value: &Value) -> ValueError {
    let error = ValueError::new(
        Code::WrongType,
        format!("{place} needs numbers, not {}", value.kind()),
    );
    match value {
        Value::Text(_) if place == "%" => {
            error.help("values in a text are in braces: \"\"\"VPN: {hex(last.vpn)}\"\"\"")
        }
        Value::Text(_) | Value::Bytes(_) => error.help("join strings in text: \"\"\"{a}{b}\"\"\""),
        Value::List(_) | Value::Range { .. } => error.help("join lists in brackets: [a, b]"),
        _ => error,
    }
}

impl Measure {
    /// Returns the measure of a sum, or of the two sides of a comparison. Bits and bytes, and cycles and nanoseconds,
    /// are numbers that scripts convert with plain factors.
    ///
    /// # Errors
    /// Returns `wrong-unit` for two measures that cannot be converted.
    pub(crate) fn common(
        symbol: &str,
        a: Option<Self>,
        b: Option<Self>,
    ) -> Result<Option<Self>, ValueError> {
        let (Some(left), Some(right)) = (a, b) else {
            return Ok(a.or(b));
        };
        match (left, right) {
            _ if left == right => Ok(a),
            (Self::Bytes, Self::Bits)
            | (Self::Bits, Self::Bytes)
            | (Self::Time, Self::Cycles)
            | (Self::Cycles, Self::Time) => Ok(None),
            _ => {
                let message = format!("`{symbol}` combines {} with {}", left.noun(), right.noun());
                let help = match (left, right) {
                    (Self::Bytes, Self::Pages) | (Self::Pages, Self::Bytes) => {
                        "write the size in bytes, as in `4 KB`, or multiply the pages by the page size"
                    }
                    _ => "divide a quantity by its unit to get a plain number, as in `x / 1 KB`",
                };
                Err(ValueError::new(Code::WrongUnit, message).help(help))
            }
        }
    }

    /// Returns the measure of the result of an operator.
    ///
    /// # Errors
    /// Returns `wrong-unit` for a sum of different measures.
    fn of_result(
        op: BinaryOp,
        symbol: &str,
        a: Option<Self>,
        b: Option<Self>,
    ) -> Result<Option<Self>, ValueError> {
        Ok(match op {
            BinaryOp::Add | BinaryOp::Subtract => match (a, b) {
                // An address plus an offset in bytes is an address, which is a plain number.
                (None, Some(Self::Bytes)) | (Some(Self::Bytes), None) => None,
                _ => Self::common(symbol, a, b)?,
            },
            BinaryOp::Multiply => match (a, b) {
                (None, one) | (one, None) => one,
                // A number of pages, or of cycles with a time for each, is a factor.
                (Some(Self::Pages), other) | (other, Some(Self::Pages)) => {
                    other.filter(|other| *other != Self::Pages)
                }
                (Some(Self::Cycles), Some(Self::Time)) | (Some(Self::Time), Some(Self::Cycles)) => {
                    Some(Self::Time)
                }
                _ => None,
            },
            BinaryOp::Divide | BinaryOp::FloorDivide => match (a, b) {
                (Some(one), Some(other)) if one == other => None,
                (one, None | Some(Self::Pages)) => one,
                (Some(Self::Time), Some(Self::Cycles)) => Some(Self::Time),
                _ => None,
            },
            BinaryOp::Remainder => a.filter(|_| b.is_none() || a == b),
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight => a,
            _ => None,
        })
    }
}

impl Value {
    /// Whether two values are equal. Values of different kinds differ, but a list equals a range with the
    /// same elements.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Range { from: a, to: a_end }, Self::Range { from: b, to: b_end }) => {
                (a, a_end) == (b, b_end) || (a >= a_end && b >= b_end)
            }
            (Self::List(a), Self::List(b)) => {
                a.is_shared_with(b) || a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            _ => match (self.items(), other.items()) {
                (Some(a), Some(b)) => {
                    a.remaining() == b.remaining() && a.zip(b).all(|(a, b)| a.same(&b))
                }
                _ => false,
            },
        }
    }
}

/// Computes `a == b`. Comparing values of different kinds is an error.
fn equal(op: BinaryOp, a: &Value, b: &Value) -> Result<bool, ValueError> {
    have_common_measures(op, a, b)?;
    if comparable(a, b) {
        Ok(a.same(b))
    } else {
        Err(unlike(op, a, b))
    }
}

/// Checks the measures of two numbers, or of the numbers at the same places of two lists with the same length.
///
/// # Errors
/// Returns `wrong-unit` for two measures that cannot be converted.
fn have_common_measures(op: BinaryOp, a: &Value, b: &Value) -> Result<(), ValueError> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            Measure::common(symbol(op), a.measure(), b.measure()).map(drop)
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() && !a.is_shared_with(b) => a
            .iter()
            .zip(b)
            .try_for_each(|(a, b)| have_common_measures(op, a, b)),
        _ => Ok(()),
    }
}

fn comparable(a: &Value, b: &Value) -> bool {
    let rank = |value: &Value| match value {
        Value::Number(_) => 0,
        Value::Bool(_) => 1,
        Value::Text(_) | Value::Bytes(_) => 2,
        Value::List(_) | Value::Range { .. } => 3,
    };
    rank(a) == rank(b)
}

/// Compares numbers by size, strings by their bytes, and lists by the first elements that differ. False
/// precedes true.
fn order(op: BinaryOp, a: &Value, b: &Value) -> Result<Ordering, ValueError> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            Measure::common(symbol(op), a.measure(), b.measure())?;
            Ok(a.compare(*b))
        }
        (Value::Text(a), Value::Text(b)) => Ok(a.cmp(b)),
        (Value::Text(_) | Value::Bytes(_), Value::Text(_) | Value::Bytes(_)) => {
            Ok(a.bytes().cmp(&b.bytes()))
        }
        (Value::Bool(a), Value::Bool(b)) => Ok(a.cmp(b)),
        (Value::List(left), Value::List(right)) => {
            for (x, y) in left.iter().zip(right) {
                let here = order(op, x, y)?;
                if here.is_ne() {
                    return Ok(here);
                }
            }
            Ok(left.len().cmp(&right.len()))
        }
        _ => {
            let (Some(left), Some(right)) = (a.items(), b.items()) else {
                return Err(unlike(op, a, b));
            };
            let lengths = left.remaining().cmp(&right.remaining());
            for (x, y) in left.zip(right) {
                let here = order(op, &x, &y)?;
                if here.is_ne() {
                    return Ok(here);
                }
            }
            Ok(lengths)
        }
    }
}

/// Computes `x in whole`: an integer in a range, an element of a list, or a substring of a string.
fn contains(whole: &Value, x: &Value) -> Result<bool, ValueError> {
    match (whole, x) {
        (Value::Range { from, to }, Value::Number(number)) => match number.as_integer() {
            Some(integer) => Ok(*from <= integer && integer < *to),
            None => Err(ValueError::new(
                Code::NotAnInteger,
                format!("a range contains only whole numbers, not {x}"),
            )
            .help("compare the number with the ends of the range: `a <= x and x < b`")),
        },
        (Value::List(elements), _)
            if x.items().is_none() || elements.iter().any(|element| element.items().is_some()) =>
        {
            for element in elements {
                have_common_measures(BinaryOp::In, x, element)?;
                if element.same(x) {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Value::Text(text), Value::Text(part)) => Ok(text.contains(&**part)),
        (Value::Range { .. } | Value::List(_) | Value::Text(_), _) => Err(ValueError::new(
            Code::WrongType,
            format!("{} is not in {}", x.kind(), whole.kind()),
        )),
        _ => {
            let message = format!(
                "`in` needs a range or a list on the right, not {}",
                whole.kind()
            );
            Err(ValueError::new(Code::WrongType, message).help("write `0..4`, `0..=3` or `[0, 1]`"))
        }
    }
}

fn unlike(op: BinaryOp, a: &Value, b: &Value) -> ValueError {
    let message = format!("`{}` compares {} with {}", symbol(op), a.kind(), b.kind());
    let error = ValueError::new(Code::WrongType, message);
    match (a, b) {
        (Value::Text(text), Value::Number(_)) | (Value::Number(_), Value::Text(text)) => {
            match Number::parse(text) {
                Ok(_) => error.help(format!("write the number without quotes: {text}")),
                Err(_) => error.help("compare strings with strings and numbers with numbers"),
            }
        }
        (Value::Bool(_), _) | (_, Value::Bool(_)) => {
            error.help("a truth value needs no comparison: write `x` or `not x`")
        }
        (Value::List(_), Value::Number(_)) | (Value::Number(_), Value::List(_)) => {
            error.help("`len(…)` is the number of elements, and `in` checks for one")
        }
        _ => error.help("`in` checks whether a list or range contains an element"),
    }
}
