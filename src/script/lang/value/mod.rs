//! Values of the language: numbers, booleans, strings, lists, and ranges.

pub mod functions;
mod lists;
mod literal;
mod number;
pub(crate) mod ops;
pub(crate) mod print;
/// The elements of a list. Cloning a list, and finding its size, takes the same time for every length.
#[derive(Debug, Clone)]
pub struct List {
    elements: Elements,
    /// The memory of the elements, in bytes. Kept here so that a measurement of memory visits
    /// variables and not elements. Elements that several lists share count for each list, because
    /// the order in which a script discards lists would otherwise decide when a run exceeds its
    /// limit.
    bytes: u64,
    /// The number of elements, including the elements of the lists that it contains.
    size: u64,
    /// The number of nested lists, including this one.
    depth: u16,
}

#[derive(Debug, Clone)]
enum Elements {
    Flat(Arc<[Value]>),
    /// A persistent vector. A list cannot grow in place, because undo, scenarios, and the records
    /// of a run keep the list as it was.
    Tree(Arc<imbl::Vector<Value>>),
}

/// The totals of the elements of a list.
#[derive(Default)]
struct Totals {
    bytes: u64,
    size: u64,
    /// The depth of the list that has these elements.
    depth: u16,
}

impl Totals {
    /// Adds an element to the totals, and returns it.
    fn with(&mut self, element: Value) -> Value {
        self.bytes += element.footprint();
        self.size += 1;
        if let Value::List(list) = &element {
            self.size += list.size;
            self.depth = self.depth.max(list.depth.saturating_add(1));
        }
        element
    }

    fn list(self, elements: Elements) -> List {
        List {
            elements,
            bytes: self.bytes,
            size: self.size,
            depth: self.depth.max(1),
        }
    }
}

impl List {
    /// Returns the number of elements. A nested list is one element.
    pub fn len(&self) -> usize {
        match &self.elements {
            Elements::Flat(elements) => elements.len(),
            Elements::Tree(elements) => elements.len(),
        }
    }

    /// Whether the list has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the element at an index.
    pub fn get(&self, index: usize) -> Option<&Value> {
        match &self.elements {
            Elements::Flat(elements) => elements.get(index),
            Elements::Tree(elements) => elements.get(index),
        }
    }

    /// Returns an iterator over the elements.
    pub fn iter(&self) -> Iter<'_> {
        match &self.elements {
            Elements::Flat(elements) => Iter {
                chunk: elements.iter(),
                chunks: None,
                later: 0,
            },
            Elements::Tree(elements) => Iter {
                chunk: [].iter(),
                chunks: Some(elements.leaves()),
                later: elements.len(),
            },
        }
    }

    /// Returns the number of elements, including the elements of nested lists.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns the memory of the elements, in bytes.
    fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the number of nested lists, including this one.
    fn depth(&self) -> u16 {
        self.depth
    }

    /// Whether two lists share all their elements, and are therefore equal.
    fn is_shared_with(&self, other: &Self) -> bool {
        match (&self.elements, &other.elements) {
            (Elements::Flat(a), Elements::Flat(b)) => Arc::ptr_eq(a, b),
            (Elements::Tree(a), Elements::Tree(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        let mut totals = Totals::default();
        let mut elements = elements
            .into_iter()
            .map(|element| totals.with(element))
            .fuse();
        let flat: Vec<Value> = elements.by_ref().take(FLAT).collect();
        let elements = match elements.next() {
            None => Elements::Flat(flat.into()),
            Some(next) => Elements::Tree(Arc::new(
                flat.into_iter().chain([next]).chain(elements).collect(),
            )),
        };
        totals.list(elements)
    }
}

impl From<Vec<Value>> for List {
    fn from(elements: Vec<Value>) -> Self {
        elements.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// An iterator over the elements of a list. It visits a tree one chunk at a time, because finding each element in the tree takes
/// several times as long.
pub struct Iter<'a> {
    chunk: std::slice::Iter<'a, Value>,
    chunks: Option<imbl::vector::Chunks<'a, Value, DefaultSharedPtr>>,
    /// The number of elements in the chunks that have not begun.
    later: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Value;

    #[inline]
    fn next(&mut self) -> Option<&'a Value> {
        loop {
            if let Some(element) = self.chunk.next() {
                return Some(element);
            }
            let chunk = self.chunks.as_mut()?.next()?;
            self.later -= chunk.len();
            self.chunk = chunk.iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.chunk.len() + self.later;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::sync::Arc;

use imbl::shared_ptr::DefaultSharedPtr;

pub use literal::{Dimension, UNITS, Unit, byte_size, unit_factor, unit_spelt};
pub(crate) use number::ValueError;
pub use number::{MAX, MIN, Measure, Number};

use crate::lang::diagnostic::Code;

/// The memory of a value without its elements, in bytes.
pub(crate) const VALUE_BYTES: u64 = 48;
/// The maximum number of elements that a list keeps side by side. A longer list is a tree, which shares its elements with the
/// lists that extend it. A tree needs at least 12 KB.
const FLAT: usize = 256;

/// A value, which is cheap to clone. Rust's `==` compares the representations of two values, and
/// [`Value::same`] implements the language's `==`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// A string, or a word that is a fact's value.
    Text(Arc<str>),
    /// A string with bytes that are not UTF-8, such as `"\xd4"`. A C string can contain any bytes. A UTF-8
    /// string is a [`Value::Text`]. Single bytes are not mapped to private-use code points, because
    /// a script may contain those characters.
    Bytes(Arc<[u8]>),
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
        String::from_utf8(bytes).map_or_else(
            |no_text| Self::Bytes(no_text.into_bytes().into()),
            Self::from,
        )
    }

    /// Returns the bytes of a string, or `None` for other values.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
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
    fn try_each_leaf<E>(&self, visit: &mut impl FnMut(&Self) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::List(elements) => elements.iter().try_for_each(|element| match element {
                Self::List(_) | Self::Range { .. } => element.try_each_leaf(visit),
                leaf => visit(leaf),
            }),
            Self::Range { .. } => self
                .items()
                .into_iter()
                .flatten()
                .try_for_each(|item| visit(&item)),
            leaf => visit(leaf),
        }
    }

    /// Returns the integers from `from` to `to`, including the end if `inclusive`.
    ///
    /// # Errors
    /// Returns `not-an-integer` or `wrong-type`.
    pub(crate) fn range(from: &Self, to: &Self, inclusive: bool) -> Result<Self, ValueError> {
        let measure = |end: &Self| end.number("a range").map(Number::measure);
        Measure::common("..", measure(from)?, measure(to)?)?;
        let (from, to) = (from.integer("a range")?, to.integer("a range")?);
        Ok(Self::Range {
            from,
            to: if inclusive { to + 1 } else { to },
        })
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
            other => Err(ValueError::new(
                Code::WrongType,
                format!("{place} needs a number, not {}", other.kind()),
            )),
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
            Self::List(elements) => Some(Items::List {
                elements: elements.clone(),
                next: 0,
            }),
            Self::Range { from, to } => Some(Items::Range {
                next: *from,
                to: *to,
            }),
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
