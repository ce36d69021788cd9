//! The elements of a list.

use std::sync::Arc;

use imbl::shared_ptr::DefaultSharedPtr;

use super::Value;

/// The maximum number of elements that a list keeps side by side. A longer list is a tree, which shares its elements with the
/// lists that extend it. A tree needs at least 12 KB.
const FLAT: usize = 256;

/// The elements of a list. Cloning a list, and finding its size, takes the same time for every length.
#[derive(Debug, Clone)]
pub struct List {
    elements: Elements,
    /// The memory of the elements, in bytes.
    bytes: u64,
    /// The number of elements, including the elements of the lists that it contains.
    size: u64,
    /// The number of nested lists, including this one.
    depth: u16,
}

#[derive(Debug, Clone)]
enum Elements {
    Flat(Arc<[Value]>),
    Tree(Arc<imbl::Vector<Value>>),
}

/// The largest part of a new list, which the new list extends instead of copying it.
pub(super) struct Base {
    /// The index of the part.
    pub(super) at: usize,
    list: List,
}

impl Base {
    /// Returns the longest of the parts whose elements a new list can share.
    pub(super) fn of(parts: &[Value]) -> Option<Self> {
        let trees = parts.iter().enumerate().filter_map(|(at, part)| match part {
            Value::List(list @ List { elements: Elements::Tree(_), .. }) => Some((at, list)),
            _ => None,
        });
        // The first of several, because a script usually appends.
        let (at, list) = trees.rev().max_by_key(|(_, list)| list.len())?;
        Some(Self { at, list: list.clone() })
    }

    /// Returns the list with these elements before and after its own.
    pub(super) fn extended(
        self,
        before: impl DoubleEndedIterator<Item = Value>,
        after: impl Iterator<Item = Value>,
    ) -> List {
        let Self { list: List { elements, bytes, size, depth }, .. } = self;
        let Elements::Tree(mut tree) = elements else { return after.collect() };
        let mut totals = Totals { bytes, size, depth };
        let own = Arc::make_mut(&mut tree);
        before.rev().for_each(|element| own.push_front(totals.with(element)));
        after.for_each(|element| own.push_back(totals.with(element)));
        totals.list(Elements::Tree(tree))
    }
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
        List { elements, bytes: self.bytes, size: self.size, depth: self.depth.max(1) }
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
            Elements::Flat(elements) => Iter { chunk: elements.iter(), chunks: None, later: 0 },
            Elements::Tree(elements) => {
                Iter { chunk: [].iter(), chunks: Some(elements.leaves()), later: elements.len() }
            }
        }
    }

    /// Returns the number of elements, including the elements of nested lists.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns the memory of the elements, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the number of nested lists, including this one.
    pub(super) fn depth(&self) -> u16 {
        self.depth
    }

    /// Whether two lists share all their elements, and are therefore equal.
    pub(super) fn is_shared_with(&self, other: &Self) -> bool {
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
        let mut elements = elements.into_iter().map(|element| totals.with(element)).fuse();
        let flat: Vec<Value> = elements.by_ref().take(FLAT).collect();
        let elements = match elements.next() {
            None => Elements::Flat(flat.into()),
            Some(next) => Elements::Tree(Arc::new(flat.into_iter().chain([next]).chain(elements).collect())),
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
