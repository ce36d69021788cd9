//! The names of a scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The variables and definitions of one scope.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    variables: BTreeSet<Arc<str>>,
    definitions: BTreeMap<Arc<str>, Vec<usize>>,
    /// Unknown names already reported in the scope.
    unknown: BTreeSet<Arc<str>>,
}

impl Scope {
    /// Declares a variable.
    pub(crate) fn set(&mut self, name: &Arc<str>) {
        self.variables.insert(Arc::clone(name));
    }

    /// Whether the scope has this variable.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    /// Records that an unknown name was reported.
    pub(crate) fn report(&mut self, name: &Arc<str>) {
        self.unknown.insert(Arc::clone(name));
    }

    /// Whether an unknown name was already reported.
    pub(crate) fn reported(&self, name: &str) -> bool {
        self.unknown.contains(name)
    }

    /// Returns the variables of the scope, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(AsRef::as_ref)
    }

    /// Declares a definition by its number.
    pub(crate) fn define(&mut self, name: &Arc<str>, number: usize) {
        self.definitions
            .entry(Arc::clone(name))
            .or_default()
            .push(number);
    }

    /// Returns the definitions with this name.
    pub(crate) fn definitions(&self, name: &str) -> Option<&[usize]> {
        self.definitions.get(name).map(Vec::as_slice)
    }

    /// Returns the names of the scope's definitions, in alphabetical order.
    pub(crate) fn defined(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(AsRef::as_ref)
    }
}
