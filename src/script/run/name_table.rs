//! The rows of a language with names, such as its verbs. A long script has a verb on each line, so rows are found by binary
//! search.

use std::sync::OnceLock;

/// Rows, each with a name.
pub(crate) struct NameTable<T: 'static> {
    rows: &'static [&'static [T]],
    name: fn(&T) -> &'static str,
    /// The rows in the order of their keys, which the first search sorts.
    sorted: OnceLock<Vec<&'static T>>,
}

impl<T> NameTable<T> {
    /// Creates a table of these rows, whose names differ.
    pub(crate) const fn new(rows: &'static [&'static [T]], name: fn(&T) -> &'static str) -> Self {
        Self {
            rows,
            name,
            sorted: OnceLock::new(),
        }
    }

    /// All rows in their original order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static T> + use<T> {
        self.rows.iter().copied().flatten()
    }

    /// The row with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&'static T> {
        let sorted = self.sorted.get_or_init(|| {
            let mut rows: Vec<_> = self.iter().collect();
            rows.sort_unstable_by_key(|row| key((self.name)(row)));
            debug_assert!(
                rows.is_sorted_by(|a, b| key((self.name)(a)) < key((self.name)(b))),
                "names differ"
            );
            rows
        });
        let found = sorted
            .binary_search_by_key(&key(name), |row| key((self.name)(row)))
            .ok();
        found.and_then(|at| sorted.get(at).copied())
    }
}

/// The order of names in a search. Most names have different lengths, which are cheaper to compare than texts.
fn key(name: &str) -> (usize, &str) {
    (name.len(), name)
}
