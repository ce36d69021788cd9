//! Checks the bodies of definitions, which can run on any machine.

use std::sync::Arc;

use crate::lang::ast::Fact;
use crate::lang::nearest::nearest;
use pagewalk_engine::machine::spec::Spec;

use super::checks::unknown_fact;
use super::fact_words::check_words;
use super::facts::{self, Family};
use super::session::Cx;
use super::state::{Binding, Definition, Scope, Slot};
use super::stop::Stop;

/// The depth of calls whose bodies are checked again on the machine of the call.
const CALLS_LIMIT: usize = 8;
/// The number of machines with which the body of one definition is checked.
const MACHINES_LIMIT: usize = 8;

impl Cx<'_> {
    /// Checks the body of a called definition on the machine of the call. The arguments are unknown, because a
    /// call with other arguments can take other branches.
    pub(super) fn check_call(&mut self, def: &Definition) {
        let spec = self.spec().cloned();
        let Some(checker) = self
            .checker
            .as_mut()
            .filter(|checker| checker.until.is_none())
        else {
            return self.forget_declared(&def.body);
        };
        let known = checker.checked_calls.get(&def.name.span);
        let machines = known.map_or(&[][..], Vec::as_slice);
        let same = |known: &Option<Arc<Spec>>| match (known, &spec) {
            (Some(known), Some(spec)) => Arc::ptr_eq(known, spec),
            (known, spec) => known.is_none() && spec.is_none(),
        };
        let is_known = machines.iter().any(same);
        if checker.calls >= CALLS_LIMIT || is_known || machines.len() >= MACHINES_LIMIT {
            return self.forget_declared(&def.body);
        }
        let calls = Arc::make_mut(&mut checker.checked_calls);
        calls.entry(def.name.span).or_default().push(spec);
        checker.calls += 1;
        let (state, extension) = (self.state.clone(), self.progress.extension.clone());
        let scopes = &mut self.state.scopes;
        let shared = scopes
            .iter()
            .position(|scope| scope.private)
            .unwrap_or(scopes.len());
        scopes.truncate(shared);
        let mut own = Scope::new(true);
        for param in &*def.params {
            own.bind(&param.text, Binding::Unknowable);
        }
        scopes.push(own);
        self.check_block(&def.body);
        self.state = state;
        self.progress.extension = extension;
        if let Some(checker) = &mut self.checker {
            checker.calls -= 1;
        }
        self.forget_declared(&def.body);
    }

    /// Checks the script's own definitions that nothing calls, if the script declares only one machine. The
    /// values of all variables are unknown, because the definitions could be called anywhere.
    pub(crate) fn check_uncalled(&mut self) {
        let Some(scope) = self.state.scopes.first() else {
            return;
        };
        let definitions: Vec<Arc<Definition>> = scope
            .bindings()
            .filter_map(|binding| match binding {
                Binding::Def(def) if def.name.span.file == 0 => Some(def.clone()),
                _ => None,
            })
            .collect();
        let is_certain = self
            .checker
            .as_ref()
            .is_some_and(|checker| checker.machines.count == 1);
        if !is_certain || definitions.is_empty() {
            return;
        }
        let state = self.state.clone();
        let variables: Vec<Arc<str>> = state
            .bindings()
            .filter(|(_, binding)| matches!(binding, Binding::Value(_)))
            .map(|(name, _)| name.into())
            .collect();
        for name in variables {
            self.state.bind(&name, Binding::Unknowable);
        }
        let unknown = self.state.clone();
        for def in definitions {
            let is_called = self
                .checker
                .as_ref()
                .is_some_and(|checker| checker.checked_calls.contains_key(&def.name.span));
            if !is_called {
                self.check_call(&def);
                self.state = unknown.clone();
            }
        }
        self.state = state;
    }

    /// Checks a fact in a definition, which can run on any machine. A name that resembles a fact of every machine
    /// is a mistake, unless a machine of the script has a TLB or cache with this name.
    pub(super) fn check_stated_anywhere(
        &mut self,
        fact: &Fact,
        family: Family,
    ) -> Result<(), Stop> {
        let name = &fact.name.text;
        let may_be_level = self
            .checker
            .as_ref()
            .is_none_or(|checker| checker.machines.may_have(name));
        if !matches!(self.state.machine, Slot::Unknowable) || name.contains('.') || may_be_level {
            return Ok(());
        }
        if let Ok(key) = facts::key(name, family, None) {
            check_words(self, fact, &key);
            return Ok(());
        }
        let facts = facts::facts_of(family, None);
        let near = nearest(name, facts.iter().map(|(name, _)| name.as_str()));
        near.map_or(Ok(()), |near| {
            Err(unknown_fact(self, fact, Some(near.to_owned()), family).into())
        })
    }
}
