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

/// `def NAME(a, b) { … }`
pub(crate) fn definition(finder: &mut Finder, name: &Word, params: &[Word], block: &[Stmt]) {
    let body = finder.outside.len();
    finder.outside.push(Outside::default());
    let id = finder.gives(Space::Value, name, NameKind::Definition);
    finder
        .scopes
        .define(&(Space::Value, Arc::clone(&name.text)), body);
    finder.scopes.push(Opens::Body(body));
    let params = params
        .iter()
        .map(|param| finder.gives(Space::Value, param, NameKind::Parameter))
        .collect();
    finder.texts.takes(id, params);
    finder.visit_block(block);
    close(finder);
}

/// Closes the innermost scope. Also resolves the outer names of the scope's definitions at the end of the
/// scope, because some definitions are never called.
pub(crate) fn close(finder: &mut Finder) {
    let bodies = bodies(finder.scopes.innermost());
    match finder.scopes.body() {
        None => called_here(finder, bodies),
        Some(around) => bodies
            .into_iter()
            .for_each(|body| passes_on(finder, body, around)),
    }
    finder.scopes.pop();
}

/// Resolves the outer names of a nested definition at the calls of the enclosing definition.
fn passes_on(finder: &mut Finder, body: Body, around: Body) {
    if body == around {
        return;
    }
    for (key, id) in finder.outside[body].free.clone() {
        let further = finder.free(around, &key);
        finder.table.unite(further, id);
    }
    let leaves = finder.outside[body].leaves.clone();
    finder.outside[around].leaves.extend(leaves);
}

/// Records a call to this name. Returns the name's symbol if it may be a definition.
pub(crate) fn calls(finder: &mut Finder, name: &Word) -> Option<Id> {
    let resolved = finder.resolve(Space::Call, &name.text);
    let id = resolved.id?;
    finder.table.add(Found {
        span: name.span,
        id,
        space: Space::Call,
        gives: None,
        form: Form::Word,
    });
    if finder.scopes.body().is_none() {
        called_here(finder, resolved.bodies);
    }
    Some(id)
}

/// Records that these definitions, and those that they call, run here, outside any other definition.
fn called_here(finder: &mut Finder, bodies: Vec<Body>) {
    let version = finder.scopes.version;
    let (mut seen, mut next) = (BTreeSet::new(), bodies);
    while let Some(body) = next.pop() {
        let known = finder.called.get(&body) == Some(&version);
        if known || !finder.works() || !seen.insert(body) {
            continue;
        }
        let calls: Vec<Key> = finder.outside[body]
            .free
            .keys()
            .filter(|key| key.0 == Space::Call)
            .cloned()
            .collect();
        for key in calls {
            next.extend(finder.scopes.resolve(&key, &mut finder.table).bodies);
        }
    }
    for body in &seen {
        for (key, id) in finder.outside[*body].leaves.clone() {
            let own = finder.declare(key.0, &key.1);
            finder.table.unite(own, id);
        }
    }
    for body in &seen {
        names_of_call(finder, *body);
    }
    let version = finder.scopes.version;
    finder
        .called
        .extend(seen.into_iter().map(|body| (body, version)));
}

fn names_of_call(finder: &mut Finder, body: Body) {
    for (key, id) in finder.outside[body].free.clone() {
        if !finder.works() {
            return;
        }
        if let Some(found) = finder.scopes.resolve(&key, &mut finder.table).id {
            finder.table.unite(found, id);
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
