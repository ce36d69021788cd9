//! The scopes at a place of a script, and whether a name is certain to be set in one.
//!
//! Only a definition, a scenario and a question open a scope. In the blocks of `if`, `for` and `repeat`, which may run or
//! not, what is set is certain up to the end of the block alone. Where a name is not certain to be set in a scope, the
//! scopes around it may be meant, too.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::kind::{NameKind, Space};
use super::table::{Id, Table};

/// A name in its space.
pub type Key = (Space, Arc<str>);

/// The number of a definition's body.
pub(crate) type Body = usize;

/// What opens a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// The script, a scenario or a question.
    Open,
    /// A definition: around it lies what it is called in.
    Body(Body),
}

/// What a name stands for in a scope.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(crate) id: Id,
    /// It is set, whatever way was run.
    pub(crate) certain: bool,
    /// The bodies of its definitions.
    pub(crate) bodies: Vec<Body>,
}

#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) opens: Opens,
    /// What has a name in it.
    pub(crate) entries: HashMap<Key, Entry>,
    /// It has a `machine` of its own, without the parts, processes and files of the machine before.
    new_machine: bool,
    /// For each open block that may not run, what became certain in it.
    conditional: Vec<Vec<Key>>,
}

/// The result of a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// All that may be meant; they are one from now on.
    pub(crate) id: Option<Id>,
    /// The bodies of the definitions among it.
    pub(crate) bodies: Vec<Body>,
    /// The definition that the lookup left: what it is called in may be meant.
    pub(crate) left: Option<Body>,
}

/// The scopes at a place, outermost first; there is always one.
#[derive(Debug)]
pub(crate) struct Scopes {
    list: Vec<Scope>,
    /// Names that are resolved for outside of some definition.
    pub(crate) free: HashSet<Key>,
    /// Changes whenever what one of [`Scopes::free`] stands for may have changed.
    pub(crate) version: u64,
}

impl Scopes {
    /// That of a script.
    pub(crate) fn new() -> Self {
        let mut scopes = Self { list: Vec::new(), free: HashSet::new(), version: 0 };
        scopes.push(Opens::Open);
        scopes
    }

    pub(crate) fn push(&mut self, opens: Opens) {
        self.version += 1;
        self.list.push(Scope { opens, entries: HashMap::new(), new_machine: false, conditional: Vec::new() });
    }

    /// Closes the innermost scope.
    pub(crate) fn pop(&mut self) -> Option<Scope> {
        self.version += 1;
        if self.list.len() > 1 { self.list.pop() } else { None }
    }

    /// The definition whose body this is.
    pub(crate) fn body(&self) -> Option<Body> {
        self.list.iter().rev().find_map(|scope| match scope.opens {
            Opens::Body(body) => Some(body),
            Opens::Open => None,
        })
    }

    /// The innermost scope is a definition's own, not that of a scenario in it.
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

    /// The variables, definitions and processes that can be seen, in the order in which they were first named.
    pub(crate) fn visible(&self) -> Vec<(NameKind, Arc<str>)> {
        let entries = self.list.iter().flat_map(|scope| &scope.entries);
        let mut found: Vec<(Id, NameKind, &Arc<str>)> = entries
            .filter_map(|((space, name), entry)| match space {
                Space::Process => Some((entry.id, NameKind::Process, name)),
                Space::Value if entry.bodies.is_empty() => Some((entry.id, NameKind::Variable, name)),
                Space::Value => Some((entry.id, NameKind::Definition, name)),
                _ => None,
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, kind, name)| (kind, Arc::clone(name))).collect()
    }

    fn innermost_mut(&mut self) -> &mut Scope {
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Gives a name in the innermost scope.
    pub(crate) fn declare(&mut self, key: &Key, certain: bool, table: &mut Table) -> Id {
        let scope = self.innermost_mut();
        let mut changed = false;
        let entry = scope.entries.entry(key.clone()).or_insert_with(|| {
            changed = true;
            Entry { id: table.fresh(&key.1), certain: false, bodies: Vec::new() }
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

    /// What a name stands for may have changed.
    fn note(&mut self, key: &Key) {
        let call = key.0 == Space::Value && self.free.contains(&(Space::Call, Arc::clone(&key.1)));
        if call || self.free.contains(key) {
            self.version += 1;
        }
    }

    /// A definition of this name has that body.
    pub(crate) fn define(&mut self, key: &Key, body: Body) {
        if let Some(entry) = self.innermost_mut().entries.get_mut(key) {
            entry.bodies.push(body);
        }
        self.note(key);
    }

    /// Drops the parts, processes and files of the machine before, unless the block may not run.
    pub(crate) fn new_machine(&mut self) {
        let scope = self.innermost_mut();
        if scope.conditional.is_empty() {
            scope.new_machine = true;
            scope.entries.retain(|(space, _), _| !space.is_of_machine());
            self.version += 1;
        }
    }

    /// Begins a block that may not run.
    pub(crate) fn begin_conditional(&mut self) {
        self.innermost_mut().conditional.push(Vec::new());
    }

    /// Ends it. Returns what was certain in it.
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

    /// What a name may stand for here: innermost scope first, up to one in which it is certain to be set. Of
    /// [`Space::Call`] only definitions count.
    pub(crate) fn resolve(&self, key: &Key, table: &mut Table) -> Resolved {
        let call = key.0 == Space::Call;
        let value = (Space::Value, Arc::clone(&key.1));
        let kept = if call { &value } else { key };
        let mut resolved = Resolved { id: None, bodies: Vec::new(), left: None };
        for scope in self.list.iter().rev() {
            if let Some(entry) = scope.entries.get(kept) {
                if !call || !entry.bodies.is_empty() {
                    resolved.id = Some(resolved.id.map_or(entry.id, |id| table.unite(id, entry.id)));
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
