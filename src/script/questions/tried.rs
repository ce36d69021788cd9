//! Conditions, stored together with the state in which any value can be checked later.

use std::fmt;
use std::sync::Arc;

use super::open::Open;
use crate::lang::ast::{Condition, Word};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::choose::refusal;
use crate::run::current_process::CurrentProcess;
use crate::run::files::Files;
use crate::run::session::{Cx, Language, Options};
use crate::run::state::{Binding, Scope, State};

/// The conditions of a question, with the state in which the conditions are evaluated later.
#[derive(Clone)]
struct Kept {
    language: &'static Language,
    state: State,
    inside: CurrentProcess,
    name: Word,
    from: Value,
    conditions: Arc<[Condition]>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Kept")
            .field("name", &self.name)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// Stores the state that is required to check later whether a value satisfies the conditions.
pub(crate) fn kept(cx: &Cx, name: &Word, from: Value, conditions: &[Condition]) -> Arc<dyn Open> {
    let (name, conditions) = (name.clone(), conditions.into());
    Arc::new(Kept {
        language: cx.language(),
        state: cx.state.clone(),
        inside: cx.inside.clone(),
        name,
        from,
        conditions,
    })
}

impl Open for Kept {
    fn holds(&self, value: &Value, sources: &Sources, files: &Files) -> bool {
        if !is_among(&self.from, value) {
            return false;
        }
        let mut cx = Cx::new(sources, files, Options::new(self.language));
        cx.state = self.state.clone();
        cx.inside = self.inside.clone();
        cx.state.scopes.push(Scope::new(false));
        cx.state
            .bind(&self.name.text, Binding::Value(value.clone()));
        refusal(&mut cx, &self.conditions).is_ok_and(|refused| refused.is_none())
    }
}

/// Whether a range or list contains a value.
fn is_among(from: &Value, value: &Value) -> bool {
    match (from, value) {
        (Value::Range { from, to }, Value::Number(number)) => {
            number.as_integer().is_some_and(|n| *from <= n && n < *to)
        }
        (Value::List(elements), value) => elements.iter().any(|element| element == value),
        _ => false,
    }
}
