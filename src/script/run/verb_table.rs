//! The verbs of a language. A long script has a verb on each line, so they are found by binary search.

use std::sync::OnceLock;

use super::session::Verb;

/// The verbs of a language.
pub(crate) struct VerbTable {
    rows: &'static [&'static [Verb]],
    /// The verbs in the order of their names, which the first search sorts.
    sorted: OnceLock<Vec<&'static Verb>>,
}

impl VerbTable {
    /// Creates a table of these verbs, whose names differ.
    pub(crate) const fn new(rows: &'static [&'static [Verb]]) -> Self {
        Self { rows, sorted: OnceLock::new() }
    }

    /// All verbs in their original order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static Verb> + use<> {
        self.rows.iter().copied().flatten()
    }

    /// The verb with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&'static Verb> {
        let sorted = self.sorted.get_or_init(|| {
            let mut verbs: Vec<_> = self.iter().collect();
            verbs.sort_unstable_by_key(|verb| verb.name);
            verbs
        });
        let found = sorted.binary_search_by_key(&name, |verb| verb.name).ok();
        found.and_then(|at| sorted.get(at).copied())
    }
}
