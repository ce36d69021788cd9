//! The names found during the traversal, and their unification.

use std::collections::HashMap;
use std::sync::Arc;

use super::kind::{NameKind, Space};
use super::occurrence::{Form, Names, Occurrence, Role, Symbol};
use crate::lang::span::Span;

/// The number that identifies a named thing before unification.
pub(crate) type Id = u32;

/// An occurrence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) span: Span,
    pub(crate) id: Id,
    /// The namespace of the name.
    pub(crate) space: Space,
    /// The kind at a definition, or `None` for a use.
    pub(crate) gives: Option<NameKind>,
    pub(crate) form: Form,
}

/// The names found during the traversal.
#[derive(Debug, Default)]
pub struct Table {
    names: Vec<Arc<str>>,
    parents: Vec<Id>,
    origins: HashMap<Id, Span>,
    found: Vec<Found>,
    /// The index of each occurrence. If a file is included twice, the names in both copies have the same
    /// locations.
    places: HashMap<(Span, Space), usize>,
}

impl Table {
    /// Adds another thing with this name.
    pub(crate) fn fresh(&mut self, name: &Arc<str>) -> Id {
        let id = self.names.len() as Id;
        self.names.push(Arc::clone(name));
        self.parents.push(id);
        id
    }

    /// Returns the representative of a class of unified things.
    pub(crate) fn root(&mut self, mut id: Id) -> Id {
        while self.parents[id as usize] != id {
            let above = self.parents[self.parents[id as usize] as usize];
            self.parents[id as usize] = above;
            id = above;
        }
        id
    }

    /// Unifies two things.
    pub(crate) fn unite(&mut self, a: Id, b: Id) -> Id {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parents[high as usize] = low;
        low
    }

    /// Records that a name originates outside the script.
    pub(crate) fn comes_from(&mut self, id: Id, origin: Span) {
        self.origins.entry(id).or_insert(origin);
    }

    /// Adds an occurrence.
    pub(crate) fn add(&mut self, found: Found) {
        let next = self.found.len();
        let place = *self.places.entry((found.span, found.space)).or_insert(next);
        if place == next {
            self.found.push(found);
        } else {
            let before = &mut self.found[place];
            before.gives = before.gives.or(found.gives);
            let other = before.id;
            self.unite(other, found.id);
        }
    }

    /// Returns the symbols in order. Names without a definition are omitted.
    pub fn names(mut self) -> Names {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|one| (one.span.file, one.span.start, one.span.end, one.space));
        for one in &mut found {
            one.id = self.root(one.id);
        }
        let mut origins: HashMap<Id, Span> = HashMap::new();
        for (id, origin) in std::mem::take(&mut self.origins) {
            let first = origins.entry(self.root(id)).or_insert(origin);
            *first = origin.min(*first);
        }
        let kinds = kinds(&found);
        let mut names = Names::default();
        let mut numbers: HashMap<Id, usize> = HashMap::new();
        for one in found {
            let origin = origins.get(&one.id).copied();
            let defined = kinds
                .get(&(one.id, None))
                .copied()
                .or(origin.map(|_| NameKind::Part));
            let Some(whole) = defined else { continue };
            if names
                .occurrences
                .last()
                .is_some_and(|last| last.span == one.span)
            {
                continue;
            }
            let symbols = &mut names.symbols;
            let symbol = *numbers.entry(one.id).or_insert_with(|| {
                let name = Arc::clone(&self.names[one.id as usize]);
                symbols.push(Symbol {
                    name,
                    kind: whole,
                    origin,
                });
                symbols.len() - 1
            });
            let space = if one.space == Space::Call {
                Space::Value
            } else {
                one.space
            };
            let kind = one.gives.or(kinds.get(&(one.id, Some(space))).copied());
            let role = if one.gives.is_some() {
                Role::Defines
            } else {
                Role::Uses
            };
            let kind = kind.unwrap_or(if space == Space::Process {
                NameKind::Process
            } else {
                whole
            });
            names.occurrences.push(Occurrence {
                span: one.span,
                symbol,
                role,
                kind,
                form: one.form,
            });
        }
        names
    }
}

/// Returns the kind of each thing at its first definition, by namespace and overall.
fn kinds(found: &[Found]) -> HashMap<(Id, Option<Space>), NameKind> {
    let mut kinds = HashMap::new();
    for one in found {
        if let Some(kind) = one.gives {
            kinds.entry((one.id, Some(one.space))).or_insert(kind);
            kinds.entry((one.id, None)).or_insert(kind);
        }
    }
    kinds
}
