//! The parameters that may follow the pieces of a statement written so far.

use std::ops::Range;

use super::param::{Param, Params, Slot};
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::lang::value::{Dimension, Number, UNITS, Unit, Value, unit_factor};

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

/// A parameter or setting whose value is a number.
pub(crate) struct Place {
    /// The name of the parameter or setting in messages.
    pub(crate) said: String,
    pub(crate) slot: Slot,
    /// The unit that usually follows the number.
    pub(crate) suffix: Option<&'static str>,
}

/// An error without its location.
pub(crate) struct Wrong {
    message: String,
    label: String,
    /// The suggested text, and the text that it follows.
    text: Option<(String, String)>,
}

impl Place {
    /// Returns the place that these parameters describe, or `None` if their numbers have different
    /// dimensions.
    pub(crate) fn find(
        name: &str,
        expected: &[&'static Param],
        params: &'static [Param],
    ) -> Option<Self> {
        let measured = |param: &&Param| param.slot().filter(|slot| slot.dimension().is_some());
        let mut slots = expected
            .iter()
            .copied()
            .filter_map(|param| measured(&param));
        let slot = slots.next()?;
        slots
            .all(|other| other.dimension() == slot.dimension())
            .then(|| Self {
                said: format!("`{name}`"),
                slot,
                suffix: params.unit_after(slot),
            })
    }

    /// Returns the error if a number in this unit does not fit. `page` is the machine's page size.
    pub(crate) fn refuses(&self, value: &Value, unit: &Unit, page: Option<u64>) -> Option<Wrong> {
        let wanted = self
            .slot
            .dimension()
            .filter(|wanted| *wanted != unit.dimension)?;
        let Value::Number(value) = value else {
            return None;
        };
        let text = self
            .rewritten(*value, unit, wanted, page)
            .map(|text| (self.said.replace('`', ""), text));
        Some(Wrong {
            text,
            ..self.wrong(wanted, unit)
        })
    }

    /// Returns the error if this unit after a variable does not fit.
    pub(crate) fn refuses_bare(&self, unit: &Unit) -> Option<Wrong> {
        let wanted = self
            .slot
            .dimension()
            .filter(|wanted| *wanted != unit.dimension)?;
        Some(Wrong {
            text: Some((String::new(), self.suffix.unwrap_or_default().to_owned())),
            ..self.wrong(wanted, unit)
        })
    }

    fn wrong(&self, wanted: Dimension, unit: &Unit) -> Wrong {
        let takes = match (wanted, self.slot) {
            (Dimension::Bytes, slot) if slot != Slot::Size => "bytes",
            _ => noun(wanted),
        };
        let message = format!("{} takes {takes}, not {}", self.said, noun(unit.dimension));
        Wrong {
            message,
            label: format!("`{}`: {}", unit.name, unit.help),
            text: None,
        }
    }

    /// Returns the number in a form that fits this place. Guesses the meaning of the unit. If the unit
    /// implies no other value, the number stays.
    fn rewritten(
        &self,
        value: Number,
        unit: &Unit,
        wanted: Dimension,
        page: Option<u64>,
    ) -> Option<String> {
        let (factor, under) = unit.factor;
        let n = value.divide(Number::fraction(factor, under).ok()?).ok()?;
        let whole = |number: Number| u64::try_from(number.as_integer()?).ok();
        let (bytes, count) = (whole(value), whole(n));
        let paged = unit.name.starts_with("page");
        let suffix = |n: u64| {
            self.suffix
                .map_or_else(|| n.to_string(), |suffix| format!("{n} {suffix}"))
        };
        Some(match (wanted, unit.dimension) {
            // A size in bytes becomes the number of address bits in a space of this size.
            (Dimension::Bits, Dimension::Bytes) if factor > 1 && bytes?.is_power_of_two() => {
                suffix(bytes?.ilog2().into())
            }
            // A number of bits becomes the size of the range that an offset of this width covers.
            (Dimension::Bytes, Dimension::Bits) if self.slot == Slot::Size && count? < 48 => {
                size_of(1 << count?)
            }
            (Dimension::Bytes, Dimension::Count) if paged && page.is_some() => {
                let bytes = count?.checked_mul(page?)?;
                let address = matches!(self.slot, Slot::Va | Slot::Pa);
                if address {
                    format!("0x{bytes:X}")
                } else {
                    size_of(bytes)
                }
            }
            (Dimension::Bytes, Dimension::Count) if paged => return None,
            (Dimension::Count, Dimension::Bytes)
                if self.slot == Slot::Frames
                    && page.is_some_and(|page| bytes.is_some_and(|n| n % page == 0)) =>
            {
                suffix(bytes? / page?)
            }
            _ => match self.suffix {
                Some(suffix) => format!("{n} {suffix}"),
                None => n.to_string(),
            },
        })
    }
}

impl Wrong {
    pub(crate) fn at(self, span: Span) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(Code::WrongUnit, span, self.message).label(self.label);
        match self.text {
            Some((_, text)) if text.is_empty() => diagnostic = diagnostic.fix(Fix::remove(span)),
            Some((_, text)) => offer(&mut diagnostic, span, text),
            None => {}
        }
        diagnostic
    }
}

/// Replaces the fix of a diagnostic.
pub(crate) fn offer(diagnostic: &mut Diagnostic, span: Span, text: String) {
    let fix = Fix::replace(span, text);
    diagnostic.help = Some(fix.title());
    diagnostic.fix = Some(Box::new(fix));
}

/// Returns the noun for a number of this dimension.
const fn noun(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Count => "a count",
        Dimension::Bytes => "a size in bytes",
        Dimension::Bits => "a number of bits",
        Dimension::Time => "a time",
        Dimension::Fraction => "a fraction",
    }
}

/// Formats a size in bytes, in the largest unit that divides it.
pub(crate) fn size(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_integer().and_then(|n| u64::try_from(n).ok()) {
            Some(n) => size_of(n),
            None => number.to_string(),
        },
        value => value.to_string(),
    }
}

fn size_of(bytes: u64) -> String {
    let fits = |unit: &&Unit| {
        let factor = unit.factor.0 as u64;
        unit.dimension == Dimension::Bytes
            && bytes >= factor
            && bytes.is_multiple_of(factor)
            && !unit.name.contains('i')
    };
    match UNITS.iter().rfind(fits) {
        Some(unit) => format!("{} {}", bytes / unit.factor.0 as u64, unit.name),
        None => format!("{bytes} B"),
    }
}
