//! Names in expected facts.

use std::sync::Arc;

use super::expr::SERVED;
use super::finder::Finder;
use super::kind::Space;
use super::occurrence::Form;
use crate::lang::ast::{Claim, Expr, ExprKind, Fact, NO_VALUE, Word};
use crate::lang::span::Span;
use crate::lang::visit::Visit;
use crate::run::facts::{
    ACCESS_FACTS, CALL_FACTS, FactType, Family, Key, REPLAY_FACTS, key, type_named,
};

impl Finder<'_> {
    pub(crate) fn fact(&mut self, fact: &Fact) {
        self.fact_name(&fact.name, self.family);
        if let Claim::Is(value) | Claim::Not(value) | Claim::In(value) = &fact.claim {
            self.claimed(&fact.name.text, value, self.family);
        }
    }

    /// Visits a fact of a named part, such as `L2` or `L2.index`.
    pub(crate) fn fact_name(&mut self, name: &Word, family: Family) {
        if family == Family::Reference || is_fact(&name.text, family) {
            return;
        }
        let part = name.text.split('.').next().unwrap_or_default();
        let span = Span {
            end: name.span.start + part.len() as u32,
            ..name.span
        };
        self.uses_at(Space::Part, &Arc::from(part), span, Form::Word);
    }

    /// Visits the value of a fact. A keyword of the fact takes precedence over a variable.
    fn claimed(&mut self, fact: &str, value: &Expr, family: Family) {
        match &value.kind {
            ExprKind::Name(name) => {
                if **name == *NO_VALUE || words(fact, family).contains(&&**name) {
                    return;
                }
                if fact == SERVED
                    && family != Family::Reference
                    && let Some(word) = self.word(value)
                {
                    let part = self.uses(Space::Part, &word).is_some();
                    if part && self.scopes.body().is_none() {
                        return;
                    }
                }
                self.variable(value);
            }
            ExprKind::Value(_) if fact == SERVED => self.part_in_quotes(value),
            ExprKind::List(parts) if family == Family::Reference => self.pages(parts),
            ExprKind::List(parts) => parts
                .iter()
                .for_each(|part| self.claimed(fact, part, family)),
            _ => self.visit_expr(value),
        }
    }

    /// Visits a list of pages. A name in the list is a variable or a page, never a definition.
    pub(crate) fn pages(&mut self, parts: &[Expr]) {
        for part in parts {
            let definition = match &part.kind {
                ExprKind::Name(name) => !self.resolve(Space::Value, name).bodies.is_empty(),
                _ => false,
            };
            if !definition {
                self.visit_expr(part);
            }
        }
    }
}

/// Whether every machine has this fact, so that the name does not refer to a part.
fn is_fact(name: &str, family: Family) -> bool {
    let call = family == Family::Call && CALL_FACTS.iter().any(|row| row.name == name);
    let replay = family == Family::Replay && REPLAY_FACTS.iter().any(|row| row.name == name);
    call || replay
        || ACCESS_FACTS.iter().any(|row| row.name == name)
        || matches!(key(name, family, None), Ok(Key::Level(..)))
}

/// Returns the keywords for a fact's values.
fn words(name: &str, family: Family) -> &'static [&'static str] {
    type_named(name, family, None).map_or(&[], FactType::words)
}
