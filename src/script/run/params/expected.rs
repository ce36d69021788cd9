//! The parameters that may follow the pieces of a statement written so far.

use std::ops::Range;

use super::param::Param;
use super::usage::Params;
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::value::{Value, unit_factor};

/// A piece of a statement after the first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atom<'t> {
    /// A bare word.
    Word(&'t str),
    /// A number, possibly followed by a unit.
    Number,
    /// A string.
    Text,
    /// Any other value.
    Value,
    /// `=`
    Equals,
    /// Braces.
    Block,
}

impl<'t> Atom<'t> {
    /// Classifies an operand.
    pub(crate) fn of(operand: &'t Expr) -> Self {
        match &operand.kind {
            ExprKind::Name(name) => Atom::Word(name),
            ExprKind::Value(Value::Number(_)) | ExprKind::Quantity(..) => Atom::Number,
            ExprKind::Value(Value::Text(_)) => Atom::Text,
            _ => Atom::Value,
        }
    }
}

/// Returns the ways to write a list of parameters.
pub fn ways(params: &'static [Param]) -> Vec<&'static [Param]> {
    match params {
        [Param::Ways(ways)] => ways.to_vec(),
        _ => vec![params],
    }
}

/// Returns the parameters that may follow these pieces.
pub fn next(params: &'static [Param], atoms: &[Atom]) -> Vec<&'static Param> {
    continuations(params, atoms).into_iter().flatten().collect()
}

/// Whether a line may end after these pieces. A unit may be missing, and a block may begin on the next line.
pub fn may_end(params: &'static [Param], atoms: &[Atom]) -> bool {
    let ends =
        |next: Option<&Param>| matches!(next, None | Some(Param::Unit(_) | Param::Block(..)));
    continuations(params, atoms).into_iter().any(ends)
}

/// Returns the parameters that may follow these pieces, and `None` if the pieces are complete.
fn continuations(params: &'static [Param], atoms: &[Atom]) -> Vec<Option<&'static Param>> {
    let mut found = Vec::new();
    for params in ways(params) {
        follow(
            Remaining {
                params,
                at: 0,
                then: None,
                repeated: None,
            },
            atoms,
            &mut |param, _| {
                if !found.contains(&param) {
                    found.push(param);
                }
            },
        );
    }
    found
}

/// Returns the first parameter that may follow these pieces, as a byte range in the usage.
pub fn current(params: &'static [Param], atoms: &[Atom]) -> Option<Range<usize>> {
    let place = places(params, atoms).into_iter().next()?;
    let length = part_length(&params.text()[place.clone()]);
    Some(place.start..place.start + length)
}

/// Returns the rest of the usage after these pieces, or an empty string if the pieces do not fit or nothing may
/// follow.
pub fn rest(params: &'static [Param], atoms: &[Atom]) -> String {
    let text = params.text();
    let mut rests: Vec<String> = Vec::new();
    for place in places(params, atoms) {
        let rest = balanced(&text[place]);
        if !rest.is_empty() && !rests.contains(&rest) {
            rests.push(rest);
        }
    }
    rests.join(" | ")
}

/// For each way to continue after these pieces, returns the byte range of the rest of the usage.
fn places(params: &'static [Param], atoms: &[Atom]) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    for params in ways(params) {
        let mut first: Option<usize> = None;
        follow(
            Remaining {
                params,
                at: start,
                then: None,
                repeated: None,
            },
            atoms,
            &mut |param, at| {
                if param.is_some() {
                    first = Some(first.map_or(at, |first| first.min(at)));
                }
            },
        );
        let end = start + params.text().len();
        found.extend(first.map(|first| first..end));
        start = end + " | ".len();
    }
    found
}

/// Returns the length of the first part of a usage, in bytes.
fn part_length(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' | ' ' | ',' if depth == 0 => return at,
            ']' | '}' | ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Removes closing brackets whose opening brackets precede the text.
fn balanced(text: &str) -> String {
    let mut depth = 0;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => continue,
            ']' => depth -= 1,
            _ => {}
        }
        kept.push(c);
    }
    kept
}

/// The remaining parameters, and the parameters after the brackets around them.
#[derive(Clone, Copy)]
struct Remaining<'a> {
    params: &'static [Param],
    /// Byte offset of these parameters in the usage.
    at: usize,
    then: Option<&'a Remaining<'a>>,
    /// The number of pieces that were left when the last repetition began.
    repeated: Option<usize>,
}

/// Finds every parameter that may follow the pieces, and its byte offset in the usage. The parameter `None` means
/// that the pieces are complete.
fn follow(left: Remaining, atoms: &[Atom], found: &mut dyn FnMut(Option<&'static Param>, usize)) {
    let Some((param, params)) = left.params.split_first() else {
        return match left.then {
            Some(then) => follow(*then, atoms, found),
            None if atoms.is_empty() => found(None, left.at),
            None => {}
        };
    };
    // A comma follows the previous part without a space.
    let width = if *param == Param::Comma {
        0
    } else {
        param.to_string().len()
    };
    let rest = Remaining {
        params,
        at: left.at + width + 1,
        repeated: None,
        ..left
    };
    let mut within = |params: &'static [Param], at: usize, then: Remaining| {
        follow(
            Remaining {
                params,
                at,
                then: Some(&then),
                repeated: None,
            },
            atoms,
            found,
        );
    };
    match (param, atoms) {
        (Param::Comma, _) => follow(rest, atoms, found),
        (Param::Optional(params), _) => {
            within(params, left.at + 1, rest);
            follow(rest, atoms, found);
        }
        (Param::OneOf(params), _) => {
            let mut at = left.at;
            for param in *params {
                within(std::slice::from_ref(param), at, rest);
                at += param.to_string().len() + 1;
            }
        }
        (Param::Many(one), _) => {
            within(std::slice::from_ref(one), left.at, rest);
            // A repetition of optional parts that matches no piece would repeat forever.
            let repeated = Some(atoms.len());
            if !atoms.is_empty() && left.repeated != repeated {
                within(
                    std::slice::from_ref(one),
                    left.at,
                    Remaining { repeated, ..left },
                );
            }
        }
        (_, []) => found(Some(param), left.at),
        (param, [atom, atoms @ ..]) if fits(param, *atom) => {
            follow(rest, atoms, found);
            // A number may have a unit that the usage does not name.
            if let (Atom::Number, [Atom::Word(unit), atoms @ ..]) = (atom, atoms)
                && unit_factor(unit).is_some()
                && !params
                    .first()
                    .is_some_and(|param| param.words().contains(unit))
            {
                follow(rest, atoms, found);
            }
        }
        _ => {}
    }
}

fn fits(param: &Param, atom: Atom) -> bool {
    match (param, atom) {
        (Param::Value(slot), atom) if slot.is_quoted() => matches!(atom, Atom::Text | Atom::Value),
        (Param::Value(_), atom) => !matches!(atom, Atom::Equals | Atom::Block),
        (Param::Equals | Param::Arrow, atom) => atom == Atom::Equals,
        (Param::Block(..), atom) => atom == Atom::Block,
        (param, Atom::Word(word)) => param.words().contains(&word),
        _ => false,
    }
}
