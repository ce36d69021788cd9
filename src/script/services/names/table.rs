//! The names found during the traversal, and their unification.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::kind::{Form, NameKind, Names, Occurrence, Role, Space, Symbol};
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

// The scopes at a position in a script, and whether a name is certain to be set in a scope.
//
// Only definitions, scenarios, and questions open scopes. The blocks of `if`, `for`, and `repeat` might not
// run, so an assignment in such a block is certain only until the end of the block. A name that is not
// certain to be set in a scope may also refer to the enclosing scopes.

/// A name and its namespace.
pub type Key = (Space, Arc<str>);

/// The number of a definition's body.
pub(crate) type Body = usize;

/// The construct that opens a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// The script, a scenario, or a question.
    Open,
    /// A definition, whose enclosing scope is its caller's scope.
    Body(Body),
}

/// The thing that a name refers to in a scope.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(crate) id: Id,
    /// Whether the name is set on every path.
    pub(crate) certain: bool,
    /// The bodies of the name's definitions.
    pub(crate) bodies: Vec<Body>,
}

#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) opens: Opens,
    /// The names in the scope.
    pub(crate) entries: HashMap<Key, Entry>,
    /// Whether the scope declares a new `machine`, which removes the parts, processes, and files of the
    /// previous machine.
    new_machine: bool,
    /// The names that became certain in each open conditional block.
    conditional: Vec<Vec<Key>>,
}

/// The result of a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// All symbols that the name may refer to, merged into one symbol.
    pub(crate) id: Option<Id>,
    /// The bodies of the definitions among these symbols.
    pub(crate) bodies: Vec<Body>,
    /// The definition whose scope the lookup left. The name may then refer to the scopes of the definition's
    /// callers.
    pub(crate) left: Option<Body>,
}

/// The scopes at a position, beginning with the outermost. The list is never empty.
#[derive(Debug)]
pub(crate) struct Scopes {
    list: Vec<Scope>,
    /// Names that some definition resolves in its callers' scopes.
    pub(crate) free: HashSet<Key>,
    /// A number that changes whenever the meaning of a name in [`Scopes::free`] may have changed.
    pub(crate) version: u64,
}

impl Scopes {
    /// Creates the scopes of a script, with only its outermost scope.
    pub(crate) fn new() -> Self {
        let mut scopes = Self {
            list: Vec::new(),
            free: HashSet::new(),
            version: 0,
        };
        scopes.push(Opens::Open);
        scopes
    }

    pub(crate) fn push(&mut self, opens: Opens) {
        self.version += 1;
        self.list.push(Scope {
            opens,
            entries: HashMap::new(),
            new_machine: false,
            conditional: Vec::new(),
        });
    }

    pub(crate) fn pop(&mut self) -> Option<Scope> {
        self.version += 1;
        if self.list.len() > 1 {
            self.list.pop()
        } else {
            None
        }
    }

    /// Returns the innermost enclosing definition.
    pub(crate) fn body(&self) -> Option<Body> {
        self.list.iter().rev().find_map(|scope| match scope.opens {
            Opens::Body(body) => Some(body),
            Opens::Open => None,
        })
    }

    /// Returns the definition that opened the innermost scope, or `None` if another construct opened the scope.
    pub(crate) fn directly_in_body(&self) -> Option<Body> {
        match self.innermost().opens {
            Opens::Body(body) => Some(body),
            Opens::Open => None,
        }
    }

    pub(crate) fn innermost(&self) -> &Scope {
        &self.list[self.list.len() - 1]
    }

    pub(crate) fn outermost(&self) -> &Scope {
        &self.list[0]
    }

    /// Returns the visible variables, definitions, and processes, in order of first occurrence.
    pub(crate) fn visible(&self) -> Vec<(NameKind, Arc<str>)> {
        let entries = self.list.iter().flat_map(|scope| &scope.entries);
        let mut found: Vec<(Id, NameKind, &Arc<str>)> = entries
            .filter_map(|((space, name), entry)| match space {
                Space::Process => Some((entry.id, NameKind::Process, name)),
                Space::Value if entry.bodies.is_empty() => {
                    Some((entry.id, NameKind::Variable, name))
                }
                Space::Value => Some((entry.id, NameKind::Definition, name)),
                _ => None,
            })
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .map(|(_, kind, name)| (kind, Arc::clone(name)))
            .collect()
    }

    fn innermost_mut(&mut self) -> &mut Scope {
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Declares a name in the innermost scope.
    pub(crate) fn declare(&mut self, key: &Key, certain: bool, table: &mut Table) -> Id {
        let scope = self.innermost_mut();
        let mut changed = false;
        let entry = scope.entries.entry(key.clone()).or_insert_with(|| {
            changed = true;
            Entry {
                id: table.fresh(&key.1),
                certain: false,
                bodies: Vec::new(),
            }
        });
        let id = entry.id;
        if certain && !entry.certain {
            changed = true;
            entry.certain = true;
            if let Some(block) = scope.conditional.last_mut() {
                block.push(key.clone());
            }
        }
        if changed {
            self.note(key);
        }
        id
    }

    /// Records that the meaning of a name may have changed.
    fn note(&mut self, key: &Key) {
        let call = key.0 == Space::Value && self.free.contains(&(Space::Call, Arc::clone(&key.1)));
        if call || self.free.contains(key) {
            self.version += 1;
        }
    }

    /// Adds a body to the definitions of this name.
    pub(crate) fn define(&mut self, key: &Key, body: Body) {
        if let Some(entry) = self.innermost_mut().entries.get_mut(key) {
            entry.bodies.push(body);
        }
        self.note(key);
    }

    /// Removes the parts, processes, and files of the previous machine, unless the declaration is
    /// conditional.
    pub(crate) fn new_machine(&mut self) {
        let scope = self.innermost_mut();
        if scope.conditional.is_empty() {
            scope.new_machine = true;
            scope.entries.retain(|(space, _), _| !space.is_of_machine());
            self.version += 1;
        }
    }

    /// Begins a block that might not run.
    pub(crate) fn begin_conditional(&mut self) {
        self.innermost_mut().conditional.push(Vec::new());
    }

    /// Ends the innermost conditional block, and returns the names that became certain in that block.
    pub(crate) fn end_conditional(&mut self) -> Vec<Key> {
        let scope = self.innermost_mut();
        let keys = scope.conditional.pop().unwrap_or_default();
        for key in &keys {
            if let Some(entry) = scope.entries.get_mut(key) {
                entry.certain = false;
            }
        }
        for key in &keys {
            self.note(key);
        }
        keys
    }

    /// Returns all possible meanings of a name, from the innermost scope to the first scope in which the name
    /// is certain to be set. In [`Space::Call`], only definitions are considered.
    pub(crate) fn resolve(&self, key: &Key, table: &mut Table) -> Resolved {
        let call = key.0 == Space::Call;
        let value = (Space::Value, Arc::clone(&key.1));
        let kept = if call { &value } else { key };
        let mut resolved = Resolved {
            id: None,
            bodies: Vec::new(),
            left: None,
        };
        for scope in self.list.iter().rev() {
            if let Some(entry) = scope.entries.get(kept) {
                if !call || !entry.bodies.is_empty() {
                    resolved.id =
                        Some(resolved.id.map_or(entry.id, |id| table.unite(id, entry.id)));
                    resolved.bodies.extend(&entry.bodies);
                }
                if entry.certain {
                    return resolved;
                }
            }
            if scope.new_machine && key.0.is_of_machine() {
                return resolved;
            }
            if let Opens::Body(body) = scope.opens {
                resolved.left = Some(body);
                return resolved;
            }
        }
        resolved
    }
}
