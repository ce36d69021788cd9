//! An access with claimed facts, and the computation of a fact from these facts.

use std::cell::RefCell;

use super::quantity::{Quantity, QuantityKind};
use super::state::Before;
use crate::lang::value::Value;
use crate::questions::mistakes::number;
use crate::run::record::{Access, Shown};

/// A claimed fact. `None` means that the access has no such fact.
pub(crate) type Claim = Option<Shown>;
/// A claim as a number.
pub type Number = Option<u64>;
/// A claim as a word.
pub(crate) type Word = Option<String>;

/// A fact, the facts on which it depends, and the function that computes it.
pub(crate) struct FollowRow {
    pub(crate) kind: QuantityKind,
    /// The facts on which this fact depends: earlier facts, or facts of the level above.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "only tests read this field, to compare it with the facts that `get` reads"
        )
    )]
    pub(crate) from: &'static [QuantityKind],
    /// The function, which returns `None` if the fact has no dependencies on this machine.
    pub(crate) get: fn(&Follow, usize) -> Option<Claim>,
}

/// Claimed facts of an access.
pub(crate) struct Follow<'a> {
    /// The rows that compute the facts.
    rows: &'static [FollowRow],
    pub(crate) access: &'a Access,
    /// The machine before the access.
    pub(crate) before: Before<'a>,
    /// The claims, each with the index of its name.
    claims: Vec<(usize, Quantity, Claim)>,
    /// The indexes of the claims used for the current fact.
    used: RefCell<Vec<usize>>,
    /// The fact being computed, which can depend only on earlier facts.
    at: RefCell<Option<Quantity>>,
}

/// A computed fact.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Followed {
    pub(crate) claim: Claim,
    /// The indexes of the claims from which the fact follows.
    pub(crate) from: Vec<usize>,
}

impl<'a> Follow<'a> {
    /// Creates the claims about an access. Facts without a claim have the value `None`.
    pub(crate) fn new(
        rows: &'static [FollowRow],
        access: &'a Access,
        before: Before<'a>,
        stated: &[(&str, Option<Claim>)],
    ) -> Self {
        let claims = stated.iter().enumerate().filter_map(|(at, (name, claim))| {
            Some((at, Quantity::named(name, access)?, claim.clone()?))
        });
        Self {
            rows,
            access,
            before,
            claims: claims.collect(),
            used: RefCell::default(),
            at: RefCell::default(),
        }
    }

    /// Computes a fact, assuming that all earlier claims are true. Returns `None` if the fact has no
    /// dependencies on this machine.
    pub(crate) fn fact(&self, name: &str) -> Option<Followed> {
        let quantity = Quantity::named(name, self.access)?;
        self.used.borrow_mut().clear();
        let claim = self.compute(quantity)?;
        let mut from = self.used.borrow().clone();
        from.sort_unstable();
        from.dedup();
        Some(Followed { claim, from })
    }

    fn compute(&self, quantity: Quantity) -> Option<Claim> {
        let row = self.rows.iter().find(|row| row.kind == quantity.kind)?;
        let outer = self.at.replace(Some(quantity));
        let claim = (row.get)(self, quantity.at);
        *self.at.borrow_mut() = outer;
        claim
    }

    /// Returns the value of a fact that another fact depends on: the claimed value if the fact has a claim,
    /// otherwise the computed value. Returns `None` if the fact is not earlier in the order of dependencies or
    /// cannot be computed.
    pub(crate) fn ask(&self, kind: QuantityKind, at: usize) -> Option<Claim> {
        let asked = Quantity { kind, at }.normalized(self.access);
        if self
            .at
            .borrow()
            .is_some_and(|own| asked.order() >= own.order())
        {
            return None;
        }
        if let Some((place, _, claim)) = self
            .claims
            .iter()
            .find(|(_, quantity, _)| *quantity == asked)
        {
            self.used.borrow_mut().push(*place);
            return Some(claim.clone());
        }
        self.compute(asked)
    }

    /// Returns the fact as a number. The inner `None` means that the access has no such fact.
    pub(crate) fn number(&self, kind: QuantityKind, at: usize) -> Option<Number> {
        match self.ask(kind, at)? {
            None => Some(None),
            Some(shown) => number(&shown).map(Some),
        }
    }

    /// Returns the fact as a word. The inner `None` means that the access has no such fact.
    pub(crate) fn word(&self, kind: QuantityKind, at: usize) -> Option<Word> {
        match self.ask(kind, at)?.map(|shown| shown.value) {
            None => Some(None),
            Some(Value::Text(word)) => Some(Some(word.to_string())),
            Some(_) => None,
        }
    }

    /// Whether a fact has a claim.
    pub(crate) fn is_stated(&self, kind: QuantityKind, at: usize) -> bool {
        let asked = Quantity { kind, at }.normalized(self.access);
        self.claims
            .iter()
            .any(|(_, quantity, _)| *quantity == asked)
    }
}
