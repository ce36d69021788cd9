//! The names of a scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Variables and definitions of one scope.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    variables: BTreeSet<Arc<str>>,
    definitions: BTreeMap<Arc<str>, Vec<usize>>,
    /// Unknown names that were reported in it.
    unknown: BTreeSet<Arc<str>>,
}

impl Scope {
    /// Makes a variable known.
    pub(crate) fn set(&mut self, name: &Arc<str>) {
        self.variables.insert(Arc::clone(name));
    }

    /// Is there such a variable?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    /// Notes that an unknown name is reported.
    pub(crate) fn report(&mut self, name: &Arc<str>) {
        self.unknown.insert(Arc::clone(name));
    }

    /// Whether an unknown name is reported already.
    pub(crate) fn reported(&self, name: &str) -> bool {
        self.unknown.contains(name)
    }

    /// Its variables, by the alphabet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(AsRef::as_ref)
    }

    /// Makes a definition known by its number.
    pub(crate) fn define(&mut self, name: &Arc<str>, number: usize) {
        self.definitions.entry(Arc::clone(name)).or_default().push(number);
    }

    /// The definitions of this name.
    pub(crate) fn definitions(&self, name: &str) -> Option<&[usize]> {
        self.definitions.get(name).map(Vec::as_slice)
    }

    /// The names of its definitions, by the alphabet.
    pub(crate) fn defined(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(AsRef::as_ref)
    }
}
