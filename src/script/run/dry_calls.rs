//! Checks the bodies of definitions, which can run on any machine.

use std::sync::Arc;

use pagewalk_engine::machine::spec::Spec;

use super::session::Checker;
use super::state::{Binding, Definition, Scope, shared_scopes};

/// The depth of calls whose bodies are checked again on the machine of the call.
const CALLS_LIMIT: usize = 8;
/// The number of machines with which the body of one definition is checked.
const MACHINES_LIMIT: usize = 8;

impl Checker<'_> {
    /// Checks the body of a called definition on the machine of the call. The arguments are unknown, because a
    /// call with other arguments can take other branches.
    pub(super) fn check_call(&mut self, def: &Definition) {
        let spec = self.cx.spec().cloned();
        if self.until.is_some() {
            return self.forget_declared(&def.body);
        }
        let known = self.checked_calls.get(&def.name.span);
        let machines = known.map_or(&[][..], Vec::as_slice);
        let same = |known: &Option<Arc<Spec>>| match (known, &spec) {
            (Some(known), Some(spec)) => Arc::ptr_eq(known, spec),
            (known, spec) => known.is_none() && spec.is_none(),
        };
        let is_known = machines.iter().any(same);
        if self.calls >= CALLS_LIMIT || is_known || machines.len() >= MACHINES_LIMIT {
            return self.forget_declared(&def.body);
        }
        let calls = Arc::make_mut(&mut self.checked_calls);
        calls.entry(def.name.span).or_default().push(spec);
        self.calls += 1;
        let (state, extension) = (self.cx.state.clone(), self.cx.extension.clone());
        let scopes = &mut self.cx.state.scopes;
        scopes.truncate(shared_scopes(scopes));
        let mut own = Scope::new(true);
        for param in &*def.params {
            own.bind(&param.text, Binding::Unknowable);
        }
        scopes.push(own);
        self.check_block(&def.body);
        self.cx.state = state;
        self.cx.extension = extension;
        self.calls -= 1;
        self.forget_declared(&def.body);
    }

    /// Checks the script's own definitions that nothing calls, if the script declares only one machine. The
    /// values of all variables are unknown, because the definitions could be called anywhere.
    pub(crate) fn check_uncalled(&mut self) {
        let Some(scope) = self.cx.state.scopes.first() else {
            return;
        };
        let definitions: Vec<Arc<Definition>> = scope
            .bindings()
            .filter_map(|binding| match binding {
                Binding::Def(def) if def.name.span.file == 0 => Some(def.clone()),
                _ => None,
            })
            .collect();
        let unsure = self.cx.unsure.as_ref();
        let is_certain = unsure.is_some_and(|unsure| unsure.machines.count == 1);
        if !is_certain || definitions.is_empty() {
            return;
        }
        let state = self.cx.state.clone();
        let variables: Vec<Arc<str>> = state
            .bindings()
            .filter(|(_, binding)| matches!(binding, Binding::Value(_)))
            .map(|(name, _)| name.into())
            .collect();
        for name in variables {
            self.cx.state.bind(&name, Binding::Unknowable);
        }
        let unknown = self.cx.state.clone();
        for def in definitions {
            if !self.checked_calls.contains_key(&def.name.span) {
                self.check_call(&def);
                self.cx.state = unknown.clone();
            }
        }
        self.cx.state = state;
    }
}
