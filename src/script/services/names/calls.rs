//! Resolves the names in definitions at each call.
//!
//! A definition sees its own names and the names in its callers' scopes, up to the first enclosing definition.
//! An outer name shares a symbol with the same name at each call site.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::finder::{Finder, Outside};
use super::kind::{Form, NameKind, Space};
use super::table::{Body, Found, Id, Key, Opens, Scope};
use crate::lang::ast::{Stmt, Word};
use crate::lang::visit::Visit;

impl Finder<'_> {
    /// `def NAME(a, b) { … }`
    pub(crate) fn definition(&mut self, name: &Word, params: &[Word], block: &[Stmt]) {
        let body = self.outside.len();
        self.outside.push(Outside::default());
        let id = self.gives(Space::Value, name, NameKind::Definition);
        self.scopes
            .define(&(Space::Value, Arc::clone(&name.text)), body);
        self.scopes.push(Opens::Body(body));
        let params = params
            .iter()
            .map(|param| self.gives(Space::Value, param, NameKind::Parameter))
            .collect();
        self.texts.takes(id, params);
        self.visit_block(block);
        self.close();
    }

    /// Closes the innermost scope. Also resolves the outer names of the scope's definitions at the end of the
    /// scope, because some definitions are never called.
    pub(crate) fn close(&mut self) {
        let bodies = bodies(self.scopes.innermost());
        match self.scopes.body() {
            None => self.called_here(bodies),
            Some(around) => bodies
                .into_iter()
                .for_each(|body| self.passes_on(body, around)),
        }
        self.scopes.pop();
    }

    /// Resolves the outer names of a nested definition at the calls of the enclosing definition.
    fn passes_on(&mut self, body: Body, around: Body) {
        if body == around {
            return;
        }
        let free: Vec<(Key, Id)> = self.outside[body]
            .free
            .iter()
            .map(|(key, id)| (key.clone(), *id))
            .collect();
        for (key, id) in free {
            let further = self.free(around, &key);
            self.table.unite(further, id);
        }
        let leaves = self.outside[body].leaves.clone();
        self.outside[around].leaves.extend(leaves);
    }

    /// Records a call to this name. Returns the name's symbol if it may be a definition.
    pub(crate) fn calls(&mut self, name: &Word) -> Option<Id> {
        let resolved = self.resolve(Space::Call, &name.text);
        let id = resolved.id?;
        self.table.add(Found {
            span: name.span,
            id,
            space: Space::Call,
            gives: None,
            form: Form::Word,
        });
        if self.scopes.body().is_none() {
            self.called_here(resolved.bodies);
        }
        Some(id)
    }

    /// Records that these definitions, and those that they call, run here, outside any other definition.
    fn called_here(&mut self, bodies: Vec<Body>) {
        let version = self.scopes.version;
        let (mut seen, mut next) = (BTreeSet::new(), bodies);
        while let Some(body) = next.pop() {
            let known = self.called.get(&body) == Some(&version);
            if known || !self.works() || !seen.insert(body) {
                continue;
            }
            let calls: Vec<Key> = self.outside[body]
                .free
                .keys()
                .filter(|key| key.0 == Space::Call)
                .cloned()
                .collect();
            for key in calls {
                next.extend(self.scopes.resolve(&key, &mut self.table).bodies);
            }
        }
        for body in &seen {
            for (key, id) in self.outside[*body].leaves.clone() {
                let own = self.declare(key.0, &key.1);
                self.table.unite(own, id);
            }
        }
        for body in &seen {
            self.names_of_call(*body);
        }
        let version = self.scopes.version;
        self.called
            .extend(seen.into_iter().map(|body| (body, version)));
    }

    fn names_of_call(&mut self, body: Body) {
        let free: Vec<(Key, Id)> = self.outside[body]
            .free
            .iter()
            .map(|(key, id)| (key.clone(), *id))
            .collect();
        for (key, id) in free {
            if !self.works() {
                return;
            }
            if let Some(found) = self.scopes.resolve(&key, &mut self.table).id {
                self.table.unite(found, id);
            }
        }
    }
}

/// Returns the definitions of a scope.
fn bodies(scope: &Scope) -> Vec<Body> {
    let mut bodies: Vec<Body> = scope
        .entries
        .values()
        .flat_map(|entry| entry.bodies.iter().copied())
        .collect();
    bodies.sort_unstable();
    bodies
}
