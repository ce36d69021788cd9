//! The rows of a language with names, such as its verbs. A loop finds the row of its verb in each iteration, so a hash map finds
//! rows.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::OnceLock;

use crate::lang::span::SpanHasher;

/// Rows, each with a name.
pub(crate) struct NameTable<T: 'static> {
    rows: &'static [&'static [T]],
    name: fn(&T) -> &'static str,
    /// The rows by name, which the first search collects.
    by_name: OnceLock<HashMap<&'static str, &'static T, BuildHasherDefault<SpanHasher>>>,
}

impl<T> NameTable<T> {
    /// Creates a table of these rows, whose names differ.
    pub(crate) const fn new(rows: &'static [&'static [T]], name: fn(&T) -> &'static str) -> Self {
        Self {
            rows,
            name,
            by_name: OnceLock::new(),
        }
    }

    /// All rows in their original order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static T> + use<T> {
        self.rows.iter().copied().flatten()
    }

    /// The row with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&'static T> {
        let rows = self
            .by_name
            .get_or_init(|| self.iter().map(|row| ((self.name)(row), row)).collect());
        debug_assert_eq!(rows.len(), self.iter().count(), "names differ");
        rows.get(name).copied()
    }
}
