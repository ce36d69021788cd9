//! Values of the language: numbers, booleans, strings, lists, and ranges.

mod error;
pub mod functions;
mod irrational;
mod list;
mod literal;
mod measure;
mod number;
pub(crate) mod ops;
mod print;
pub(crate) mod significant;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::sync::Arc;

pub(crate) use error::ValueError;
pub use list::List;
pub use literal::{Dimension, UNITS, Unit, byte_size, unit_factor, unit_spelt};
pub use measure::Measure;
pub use number::{MAX, MIN, Number};

use crate::lang::diagnostic::Code;

/// Maximum number of elements in a list, including the elements of the lists that it contains.
pub(crate) const LIST_LIMIT: usize = 1 << 20;
/// The memory of a value without its elements, in bytes.
pub(crate) const VALUE_BYTES: u64 = 48;
/// Maximum depth of nested lists.
const DEPTH_LIMIT: usize = 16;

/// A value, which is cheap to clone. Rust's `==` compares the representations of two values, and
/// [`Value::same`] implements the language's `==`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// A string, or a word that is a fact's value.
    Text(Arc<str>),
    /// A string with bytes that are not UTF-8, such as `"\xd4"`. A C string can contain any bytes. A UTF-8
    /// string is a [`Value::Text`].
    Bytes(Arc<[u8]>),
    /// A list.
    List(List),
    /// The integers `from..to`, excluding the end. The range is empty if `to` is not greater than `from`.
    Range {
        /// The first integer of the range.
        from: i128,
        /// The integer after the last integer of the range.
        to: i128,
    },
}

impl<N: Into<Number>> From<N> for Value {
    fn from(number: N) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Value {
    /// Returns the string of these bytes.
    pub(crate) fn string(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|no_text| Self::Bytes(no_text.into_bytes().into()), Self::from)
    }

    /// Returns the bytes of a string, or `None` for other values.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Returns a list of these parts. Expands each list or range to its elements, which may be lists. The new list shares the
    /// elements of its longest part, so that appending takes the same time for every length.
    ///
    /// # Errors
    /// Returns `limit-size` for more than [`LIST_LIMIT`] elements, or for more than [`DEPTH_LIMIT`] nested lists.
    pub(crate) fn list(parts: impl IntoIterator<Item = Value>) -> Result<Self, ValueError> {
        let parts: Vec<Value> = parts.into_iter().collect();
        Self::check_list(&parts)?;
        let Some(base) = list::Base::of(&parts) else {
            return Ok(Self::List(parts.into_iter().flat_map(Self::into_elements).collect()));
        };
        let mut before = parts;
        let after = before.split_off(base.at + 1);
        before.pop();
        let before: Vec<Value> = before.into_iter().flat_map(Self::into_elements).collect();
        Ok(Self::List(base.extended(before.into_iter(), after.into_iter().flat_map(Self::into_elements))))
    }

    /// Returns the number of elements that a list of these parts copies, including the elements of nested lists, and the memory
    /// of the copies in bytes.
    pub(crate) fn copied(parts: &[Value]) -> (u64, u64) {
        let base = list::Base::of(parts);
        let copied =
            || parts.iter().enumerate().filter(|(at, _)| base.as_ref().is_none_or(|base| base.at != *at));
        let elements = copied().map(|(_, part)| part.size()).sum::<u128>();
        let bytes = copied().map(|(_, part)| match part {
            Self::Range { .. } => part.size().saturating_mul(VALUE_BYTES.into()),
            _ => part.footprint().into(),
        });
        let [elements, bytes] = [elements, bytes.sum::<u128>()];
        (u64::try_from(elements).unwrap_or(u64::MAX), u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Returns the elements of a list or range, or the value itself.
    fn into_elements(self) -> Items {
        self.items().unwrap_or(Items::One(Some(self)))
    }

    /// Checks whether these parts fit in a list, without building the list.
    ///
    /// # Errors
    /// As [`Value::list`].
    pub(crate) fn check_list<'a>(parts: impl IntoIterator<Item = &'a Value>) -> Result<(), ValueError> {
        let mut total = 0;
        parts.into_iter().try_for_each(|part| part.check_element(&mut total))
    }

    /// Checks whether a part fits in a list, and adds its size to `total`.
    fn check_element(&self, total: &mut u128) -> Result<(), ValueError> {
        *total += self.size();
        if *total > LIST_LIMIT as u128 {
            let message = format!("a list can have at most {LIST_LIMIT} elements");
            return Err(ValueError::new(Code::LimitSize, message)
                .help("loop over the range itself instead of a list"));
        }
        if self.depth() > DEPTH_LIMIT {
            let message = format!("at most {DEPTH_LIMIT} lists can be nested");
            return Err(ValueError::new(Code::LimitSize, message)
                .help("write the list without its own brackets to add its elements"));
        }
        Ok(())
    }

    /// Returns a list that contains only this value.
    pub(crate) fn alone(self) -> Self {
        Self::List([self].into_iter().collect())
    }

    /// Returns the number of elements of a list, including the elements of the lists that it contains, or of a
    /// range. Returns 1 for other values.
    pub(crate) fn size(&self) -> u128 {
        match self {
            Self::List(elements) => elements.size().into(),
            Self::Range { .. } => self.items().map_or(0, |items| items.remaining()),
            _ => 1,
        }
    }

    /// Estimates the memory of the value, in bytes.
    pub(crate) fn footprint(&self) -> u64 {
        VALUE_BYTES
            + match self {
                Self::Number(_) | Self::Bool(_) | Self::Range { .. } => 0,
                Self::Text(text) => text.len() as u64,
                Self::Bytes(bytes) => bytes.len() as u64,
                Self::List(elements) => elements.bytes(),
            }
    }

    /// Returns the number of nested lists, or 0 for other values.
    fn depth(&self) -> usize {
        match self {
            Self::List(elements) => elements.depth().into(),
            _ => 0,
        }
    }

    /// Returns the values in a list or range and in the lists that it contains, or the value itself.
    pub(crate) fn leaves(&self) -> Vec<Self> {
        let mut leaves = Vec::new();
        self.each_leaf(&mut |leaf| leaves.push(leaf.clone()));
        leaves
    }

    /// Calls `visit` for each value that [`Value::leaves`] returns, without copying the values of lists.
    pub(crate) fn each_leaf(&self, visit: &mut impl FnMut(&Self)) {
        let Ok(()) = self.try_each_leaf(&mut |leaf| {
            visit(leaf);
            Ok::<(), Infallible>(())
        });
    }

    /// Calls `visit` for each value that [`Value::leaves`] returns, up to the first error.
    ///
    /// # Errors
    /// Returns the error from `visit`.
    pub(crate) fn try_each_leaf<E>(&self, visit: &mut impl FnMut(&Self) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::List(elements) => elements.iter().try_for_each(|element| match element {
                Self::List(_) | Self::Range { .. } => element.try_each_leaf(visit),
                leaf => visit(leaf),
            }),
            Self::Range { .. } => self.items().into_iter().flatten().try_for_each(|item| visit(&item)),
            leaf => visit(leaf),
        }
    }

    /// Returns the integers from `from` to `to`, including the end if `inclusive`.
    ///
    /// # Errors
    /// Returns `not-an-integer` or `wrong-type`.
    pub(crate) fn range(from: &Self, to: &Self, inclusive: bool) -> Result<Self, ValueError> {
        let (from, to) = (from.integer("a range")?, to.integer("a range")?);
        Ok(Self::Range { from, to: if inclusive { to + 1 } else { to } })
    }

    /// Returns the kind of value with its article, for use in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Text(_) => "a string",
            Self::Bytes(_) => "a string that is not UTF-8",
            Self::List(_) => "a list",
            Self::Range { .. } => "a range",
        }
    }

    /// Returns the value as a number. `place` names the context in messages (`a size`, `+`).
    ///
    /// # Errors
    /// Returns `wrong-type`.
    pub(crate) fn number(&self, place: &str) -> Result<Number, ValueError> {
        match self {
            Self::Number(number) => Ok(*number),
            other => {
                Err(ValueError::new(Code::WrongType, format!("{place} needs a number, not {}", other.kind())))
            }
        }
    }

    /// Returns the value as an integer. `place` names the context in messages.
    ///
    /// # Errors
    /// Returns `wrong-type` or `not-an-integer`.
    pub(crate) fn integer(&self, place: &str) -> Result<i128, ValueError> {
        let number = self.number(place)?;
        number.as_integer().ok_or_else(|| {
            ValueError::new(Code::NotAnInteger, format!("{place} needs a whole number, not {self}"))
                .help("to divide and round down, use `//`; to round a value, use `floor`, `round`, or `ceil`")
        })
    }

    /// Returns the value as a boolean. `place` names the context in messages (`if`, `and`).
    ///
    /// # Errors
    /// Returns `wrong-type`.
    pub(crate) fn truth(&self, place: &str) -> Result<bool, ValueError> {
        match self {
            Self::Bool(truth) => Ok(*truth),
            other => {
                let message = format!("{place} needs true or false, not {}", other.kind());
                Err(ValueError::new(Code::WrongType, message).help("compare it: `x != 0`"))
            }
        }
    }

    /// Returns an iterator over the elements of a list or range, or `None` for other values.
    pub(crate) fn items(&self) -> Option<Items> {
        match self {
            Self::List(elements) => Some(Items::List { elements: elements.clone(), next: 0 }),
            Self::Range { from, to } => Some(Items::Range { next: *from, to: *to }),
            _ => None,
        }
    }

    /// Returns `xs[i]`, counted from 0, of a list or range.
    ///
    /// # Errors
    /// Returns `bad-index`, `not-an-integer`, or `wrong-type`.
    pub(crate) fn index(&self, index: &Self) -> Result<Self, ValueError> {
        let Some(items) = self.items() else {
            let message = format!("only a list or a range has elements, not {}", self.kind());
            return Err(ValueError::new(Code::WrongType, message));
        };
        let (at, length) = (index.integer("an index")?, items.remaining());
        let outside = || {
            let help = match length {
                0 => "the list or range is empty".to_owned(),
                _ => format!("the elements are numbered 0 to {}", length - 1),
            };
            ValueError::new(Code::BadIndex, format!("there is no element {at}")).help(help)
        };
        if u128::try_from(at).map_or(true, |at| at >= length) {
            return Err(outside());
        }
        match self {
            Self::List(elements) => elements.get(at as usize).cloned().ok_or_else(outside),
            Self::Range { from, .. } => Ok(Self::Number(Number::integer(from + at)?)),
            _ => Err(outside()),
        }
    }
}

/// An iterator over the elements of a list or range. A range is never expanded.
#[derive(Debug, Clone)]
pub(crate) enum Items {
    /// The elements of a list.
    List {
        elements: List,
        /// The index of the next element.
        next: usize,
    },
    /// The elements of a range.
    Range {
        /// The next integer.
        next: i128,
        /// The integer after the last integer of the range.
        to: i128,
    },
    /// A value that is neither a list nor a range.
    One(Option<Value>),
}

impl Items {
    /// Estimates the memory of the elements, in bytes.
    pub(crate) fn footprint(&self) -> u64 {
        match self {
            Self::List { elements, .. } => elements.bytes(),
            Self::Range { .. } => 0,
            Self::One(value) => value.as_ref().map_or(0, Value::footprint),
        }
    }

    /// Returns the number of remaining elements.
    pub(crate) fn remaining(&self) -> u128 {
        match self {
            Self::List { elements, next } => elements.len().saturating_sub(*next) as u128,
            Self::Range { next, to } => to.saturating_sub(*next).max(0) as u128,
            Self::One(value) => value.is_some().into(),
        }
    }
}

impl Iterator for Items {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        match self {
            Self::List { elements, next } => {
                let element = elements.get(*next)?.clone();
                *next += 1;
                Some(element)
            }
            Self::Range { next, to } if *next < *to => {
                let element = Number::integer(*next).ok()?;
                *next += 1;
                Some(Value::Number(element))
            }
            Self::Range { .. } => None,
            Self::One(value) => value.take(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let exact = usize::try_from(self.remaining());
        (exact.unwrap_or(usize::MAX), exact.ok())
    }
}
