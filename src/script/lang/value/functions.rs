//! The functions of the language, one row each.

use super::{Measure, Number, Value, ValueError};
use crate::lang::diagnostic::Code;

/// A function of the language.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub name: &'static str,
    /// The parameters, in order. A parameter such as `digits?` is optional. A parameter such as `numbers…`
    /// means one or more arguments.
    pub(crate) parameters: &'static [&'static str],
    /// The result, in one line.
    pub(crate) help: &'static str,
    pub(crate) example: &'static str,
    /// The output of the example call.
    pub(crate) gives: &'static str,
    body: fn(&[Value]) -> Result<Value, ValueError>,
}

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "ceil",
        parameters: &["x"],
        help: "the smallest integer not below x",
        example: "ceil(7 / 2)",
        gives: "4",
        body: |args| rounded("ceil", args, Number::ceil),
    },
    Function {
        name: "floor",
        parameters: &["x"],
        help: "the largest integer not above x",
        example: "floor(7 / 2)",
        gives: "3",
        body: |args| rounded("floor", args, Number::floor),
    },
    Function {
        name: "round",
        parameters: &["x"],
        help: "the nearest integer, with halves rounded away from zero",
        example: "round(5 / 2)",
        gives: "3",
        body: |args| rounded("round", args, Number::round),
    },
    Function {
        name: "log2",
        parameters: &["x"],
        help: "the logarithm to base 2, exact for powers of two",
        example: "log2(4 KB)",
        gives: "12",
        body: |args| one_number("log2", args)?.log2().map(Value::Number),
    },
    Function {
        name: "sqrt",
        parameters: &["x"],
        help: "the square root, exact if x is the square of an integer or fraction",
        example: "sqrt(9 / 4)",
        gives: "1.5",
        body: |args| one_number("sqrt", args)?.sqrt().map(Value::Number),
    },
    Function {
        name: "min",
        parameters: &["numbers…"],
        help: "the smallest argument, or the smallest element of a list or range",
        example: "min(4, 2, 3)",
        gives: "2",
        body: |args| extreme("min", args, |new, old| new.compare(old).is_lt()),
    },
    Function {
        name: "max",
        parameters: &["numbers…"],
        help: "the largest argument, or the largest element of a list or range",
        example: "max([4, 2, 3])",
        gives: "4",
        body: |args| extreme("max", args, |new, old| new.compare(old).is_gt()),
    },
    Function {
        name: "sum",
        parameters: &["numbers…"],
        help: "the sum of the arguments, or of the elements of a list or range (0 if empty)",
        example: "sum(1..=4)",
        gives: "10",
        body: sum,
    },
    Function {
        name: "len",
        parameters: &["xs"],
        help: "the number of elements of a list or range, or the number of bytes of a string",
        example: "len(\"hello\")",
        gives: "5",
        body: len,
    },
    Function {
        name: "reverse",
        parameters: &["xs"],
        help: "a list, range, or string in reverse order",
        example: "reverse([1, 2, 3])",
        gives: "[3, 2, 1]",
        body: reverse,
    },
    Function {
        name: "hex",
        parameters: &["n", "digits?"],
        help: "formats an integer in hexadecimal, with at least the given number of digits",
        example: "hex(980, 4)",
        gives: "0x03D4",
        body: |args| {
            radix("hex", args, |magnitude, digits| {
                format!("0x{magnitude:0digits$X}")
            })
        },
    },
    Function {
        name: "bin",
        parameters: &["n", "digits?"],
        help: "formats an integer in binary, with at least the given number of digits",
        example: "bin(5, 4)",
        gives: "0b0101",
        body: |args| {
            radix("bin", args, |magnitude, digits| {
                format!("0b{magnitude:0digits$b}")
            })
        },
    },
];

/// Returns the function with this name.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

impl Function {
    /// Returns the minimum and maximum number of arguments. A maximum of `None` means that the number is
    /// unlimited.
    fn arity(&self) -> (usize, Option<usize>) {
        let least = self
            .parameters
            .iter()
            .filter(|name| !name.ends_with('?'))
            .count();
        let endless = self.parameters.iter().any(|name| name.ends_with('…'));
        (least, (!endless).then_some(self.parameters.len()))
    }

    /// Returns the function's signature: `hex(n, digits?)`.
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.parameters.join(", "))
    }

    /// Checks the number of arguments.
    ///
    /// # Errors
    /// Returns `wrong-count`.
    pub(crate) fn check_count(&self, given: usize) -> Result<(), ValueError> {
        let (least, most) = self.arity();
        if given >= least && most.is_none_or(|most| given <= most) {
            return Ok(());
        }
        let plural = if given == 1 { "" } else { "s" };
        let message = format!("`{}` does not take {given} argument{plural}", self.name);
        Err(ValueError::new(Code::WrongCount, message).help(format!(
            "it is {}: {}",
            self.signature(),
            self.help
        )))
    }

    /// Returns the function's value for these arguments.
    ///
    /// # Errors
    /// Returns `wrong-count`, or an error from the function.
    pub(crate) fn call(&self, args: &[Value]) -> Result<Value, ValueError> {
        self.check_count(args.len())?;
        (self.body)(args)
    }
}

fn first(args: &[Value]) -> Result<&Value, ValueError> {
    args.first()
        .ok_or_else(|| ValueError::new(Code::WrongCount, "an argument is missing"))
}

fn one_number(place: &str, args: &[Value]) -> Result<Number, ValueError> {
    first(args)?.number(place)
}

/// Rounds a number, which keeps its unit.
fn rounded(
    place: &str,
    args: &[Value],
    round: fn(Number) -> Result<Number, ValueError>,
) -> Result<Value, ValueError> {
    let number = one_number(place, args)?;
    Ok(Value::Number(round(number)?.in_measure(number.measure())))
}

/// Returns the minimum or maximum of the numbers, lists, and ranges according to the order `before`.
fn extreme(
    place: &str,
    args: &[Value],
    before: fn(Number, Number) -> bool,
) -> Result<Value, ValueError> {
    let (mut best, mut measure) = (None::<Number>, None);
    let mut take = |number: Number| {
        measure = Measure::common(place, measure, number.measure())?;
        if best.is_none_or(|old| before(number, old)) {
            best = Some(number);
        }
        Ok(())
    };
    for arg in args {
        match arg {
            // The two ends of a range represent all numbers between them.
            Value::Range { from, to } if from < to => {
                take(Number::integer(*from)?)?;
                take(Number::integer(*to - 1)?)?;
            }
            Value::Range { .. } => {}
            Value::List(_) => {
                arg.try_each_leaf(&mut |element| take(element.number(place)?))?;
            }
            other => take(other.number(place)?)?,
        }
    }
    let none = || {
        ValueError::new(
            Code::WrongCount,
            format!("`{place}` needs at least one value"),
        )
    };
    best.map(Value::Number).ok_or_else(none)
}

/// Returns a sum with the unit of its parts.
fn added(a: Number, b: Number) -> Result<Number, ValueError> {
    Ok(a.plus(b)?
        .in_measure(Measure::common("sum", a.measure(), b.measure())?))
}

fn sum(args: &[Value]) -> Result<Value, ValueError> {
    let mut total = Number::ZERO;
    for arg in args {
        match arg {
            Value::Range { from, to } => total = total.plus(range_sum(*from, *to)?)?,
            Value::List(_) => {
                // Plain integers, which most lists contain, are added without the checks of each sum.
                let mut integers = total.plain_integer();
                arg.try_each_leaf(&mut |element| {
                    let number = element.number("sum")?;
                    let both = integers.zip(number.plain_integer());
                    if let Some(sum) = both.and_then(|(sum, n)| sum.checked_add(n)) {
                        integers = Some(sum);
                        return Ok(());
                    }
                    let before = integers.take().map_or(Ok(total), Number::integer)?;
                    total = added(before, number)?;
                    Ok(())
                })?;
                total = integers.map_or(Ok(total), Number::integer)?;
            }
            other => total = added(total, other.number("sum")?)?,
        }
    }
    Ok(total.into())
}

/// Computes the sum as the number of elements times the mean of the two ends.
fn range_sum(from: i128, to: i128) -> Result<Number, ValueError> {
    if from >= to {
        return Ok(Number::ZERO);
    }
    let doubled = (to - from).checked_mul(from + to - 1);
    let overflow = || ValueError::new(Code::Overflow, "the sum is outside the range of numbers");
    Number::integer(doubled.ok_or_else(overflow)? / 2)
}

fn len(args: &[Value]) -> Result<Value, ValueError> {
    let value = first(args)?;
    let length = match (value, value.items()) {
        (_, Some(items)) => items.remaining() as i128,
        _ if value.bytes().is_some() => value.bytes().map_or(0, <[u8]>::len) as i128,
        _ => return Err(no_sequence("len", value)),
    };
    Ok(Number::integer(length)?.into())
}

fn reverse(args: &[Value]) -> Result<Value, ValueError> {
    match first(args)? {
        Value::Text(text) => Ok(text.chars().rev().collect::<String>().into()),
        value @ (Value::List(_) | Value::Range { .. }) => match Value::list([value.clone()])? {
            Value::List(elements) => {
                let backward: Vec<&Value> = elements.iter().collect();
                Ok(Value::List(backward.into_iter().rev().cloned().collect()))
            }
            other => Ok(other),
        },
        other => Err(no_sequence("reverse", other)),
    }
}

fn no_sequence(place: &str, value: &Value) -> ValueError {
    let message = format!(
        "{place} needs a list, a range, or a string, not {}",
        value.kind()
    );
    ValueError::new(Code::WrongType, message)
}

fn radix(
    place: &str,
    args: &[Value],
    write: fn(u128, usize) -> String,
) -> Result<Value, ValueError> {
    let number = first(args)?.integer(place)?;
    let digits = args
        .get(1)
        .map_or(Ok(0), |digits| digits.integer("a number of digits"))?;
    if !(0..=64).contains(&digits) {
        let message = format!("{place} cannot print {digits} digits");
        return Err(ValueError::new(Code::BadWidth, message).help("take 0 to 64 digits"));
    }
    let sign = if number < 0 { "-" } else { "" };
    Ok(format!("{sign}{}", write(number.unsigned_abs(), digits as usize)).into())
}
