//! The function at which a run of a program starts, with its arguments: `call f(8, 3)`.

use super::messages::{Mistake, Parsed, fail};
use crate::lang::nearest::nearest;
use pagewalk_engine::program::ops::{self, Scalar};
use pagewalk_engine::program::{Place, Program};

/// An argument of the function at which a run starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Argument {
    Integer(i64),
    /// A value for a parameter of a floating type.
    Real(f64),
    /// The address of a global variable, for a parameter that is a pointer.
    Address(u64),
}

/// Returns the number of a function, and its arguments as operands.
///
/// # Errors
///
/// Returns a mistake if the program has no such function, or if the arguments do not fit its parameters. The mistake has no place in the text.
pub fn entry(
    program: &Program,
    name: &str,
    arguments: &[Argument],
) -> Result<(u32, Vec<u64>), Mistake> {
    let place = Place::START;
    let names = || {
        let functions = program.functions.iter();
        functions
            .map(|one| &*one.name)
            .filter(|one| !one.is_empty())
    };
    let Some(number) = program.function(name).filter(|_| !name.is_empty()) else {
        let mistake = Mistake::new(place, format!("the program has no function `{name}`"));
        return Err(match nearest(name, names()) {
            Some(near) => mistake.help(format!("did you mean `{near}`?")),
            None => mistake.help(format!("its functions are {}", list(names()))),
        });
    };
    let function = &program.functions[number as usize];
    if function.types.len() != function.parameters as usize {
        fail!(place, "`{name}` returns a struct and cannot be called here"; "call a function with another result");
    }
    if function.types.len() != arguments.len() {
        let (expected, found) = (function.types.len(), arguments.len());
        let noun = if expected == 1 {
            "argument"
        } else {
            "arguments"
        };
        let values = vec!["VALUE"; expected].join(", ");
        fail!(place, "`{name}` has {expected} {noun}, not {found}"; "write `call {name}({values})`");
    }
    let operand = |(at, (ty, argument)): (usize, (&Option<Scalar>, &Argument))| -> Parsed<u64> {
        let number = at + 1;
        let (ty, value) = match (ty, argument) {
            (Some(ty), Argument::Integer(value)) if !ty.is_float() => (ty, value),
            (Some(ty), Argument::Integer(_) | Argument::Real(_)) if ty.is_float() => {
                let value = match argument {
                    Argument::Real(value) => *value,
                    Argument::Integer(value) => *value as f64,
                    Argument::Address(_) => 0.0,
                };
                let converted = ops::convert(Scalar::F64, *ty, value.to_bits());
                return converted.map_err(|error| Mistake::new(place, error.to_string()));
            }
            (None, Argument::Address(address)) => return Ok(*address),
            (None, _) => {
                fail!(place, "parameter {number} of `{name}` is a pointer, not a number"; "write the name of a global variable");
            }
            (Some(_), _) => {
                fail!(
                    place,
                    "parameter {number} of `{name}` has another type than this argument"
                );
            }
        };
        let operand = ty.extend(*value as u64);
        if operand as i64 != *value || !ty.is_signed() && *value < 0 {
            fail!(
                place,
                "{value} does not fit parameter {number} of `{name}`, which has {} bytes",
                ty.size()
            );
        }
        Ok(operand)
    };
    let pairs = function.types.iter().zip(arguments).enumerate();
    Ok((number, pairs.map(operand).collect::<Parsed<_>>()?))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.take(10).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
