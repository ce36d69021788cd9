//! The names of a scope, and what of a script sets them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::ast::{Block, StmtKind};

/// Variables and definitions of one scope.
#[derive(Debug, Default)]
pub struct Scope {
    variables: BTreeSet<Arc<str>>,
    definitions: BTreeMap<Arc<str>, Vec<usize>>,
}

impl Scope {
    /// Makes a variable known.
    pub fn set(&mut self, name: &Arc<str>) {
        self.variables.insert(Arc::clone(name));
    }

    /// Is there such a variable?
    pub fn has(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    /// Its variables, by the alphabet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(AsRef::as_ref)
    }

    /// Makes a definition known by its number.
    pub fn define(&mut self, name: &Arc<str>, number: usize) {
        self.definitions.entry(Arc::clone(name)).or_default().push(number);
    }

    /// The definitions of this name.
    pub fn definitions(&self, name: &str) -> Option<&[usize]> {
        self.definitions.get(name).map(Vec::as_slice)
    }

    /// The names of its definitions, by the alphabet.
    pub fn defined(&self) -> impl Iterator<Item = &str> {
        self.definitions.keys().map(AsRef::as_ref)
    }
}

/// The blocks of a statement that belong to the scope it stands in.
pub fn unscoped_blocks(kind: &StmtKind) -> impl Iterator<Item = &Block> {
    let (first, second) = match kind {
        StmtKind::For { body, .. }
        | StmtKind::Repeat { body, .. }
        | StmtKind::Include { body, .. }
        | StmtKind::Part { body, .. }
        | StmtKind::InProcess { body, .. } => (Some(body), None),
        StmtKind::If { then, otherwise, .. } => (Some(then), otherwise.as_ref()),
        _ => (None, None),
    };
    first.into_iter().chain(second)
}

/// Every block of a statement.
pub fn inner_blocks(kind: &StmtKind) -> impl Iterator<Item = &Block> {
    let scoped = match kind {
        StmtKind::Def { body, .. } | StmtKind::Scenario { body, .. } | StmtKind::Question { body, .. } => {
            Some(body)
        }
        _ => None,
    };
    scoped.into_iter().chain(unscoped_blocks(kind))
}

/// Puts every variable that these statements set into `scope`; with `deep`, also those of scopes within.
pub fn names_set(block: &Block, deep: bool, scope: &mut Scope) {
    for stmt in block.iter() {
        match &stmt.kind {
            StmtKind::Let { name, .. } | StmtKind::Choose { name, .. } | StmtKind::For { name, .. } => {
                scope.set(&name.text);
            }
            StmtKind::Def { body, .. }
            | StmtKind::Scenario { body, .. }
            | StmtKind::Question { body, .. }
                if deep =>
            {
                names_set(body, deep, scope);
            }
            _ => {}
        }
        for inner in unscoped_blocks(&stmt.kind) {
            names_set(inner, deep, scope);
        }
    }
}
