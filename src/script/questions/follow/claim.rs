//! What somebody states of an access, and what is asked of it.

use std::cell::RefCell;

use super::quantity::{Quantity, QuantityKind};
use super::state::Before;
use crate::lang::value::Value;
use crate::run::record::{Access, Shown};
use pagewalk_engine::machine::Machine;

/// A fact as somebody states it; none where nothing applies.
pub(crate) type Claim = Option<Shown>;
/// The same as a number.
pub type Number = Option<u64>;
/// The same as a word.
pub(crate) type Word = Option<String>;

/// A fact, the facts that it is computed from, and how.
pub(crate) struct FollowRow {
    pub(crate) kind: QuantityKind,
    /// The facts that it is computed from: those above it, or of the level above.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests compare it with what `get` asks for"))]
    pub(crate) from: &'static [QuantityKind],
    /// How; none where it follows from nothing on this machine.
    pub(crate) get: fn(&Follow, usize) -> Option<Claim>,
}

/// What somebody states of an access.
pub(crate) struct Follow<'a> {
    /// How facts are computed.
    rows: &'static [FollowRow],
    pub(crate) access: &'a Access,
    /// The machine as it was before.
    pub(crate) before: Before<'a>,
    /// What is stated, each with its place among the names given.
    claims: Vec<(usize, Quantity, Claim)>,
    /// The claims that the fact at hand was computed from.
    used: RefCell<Vec<usize>>,
    /// The fact that is being computed: it may only ask for those before it.
    at: RefCell<Option<Quantity>>,
}

/// What a fact would be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Followed {
    /// What it would be.
    pub(crate) claim: Claim,
    /// The claims that it was computed from, by their places.
    pub(crate) from: Vec<usize>,
}

impl<'a> Follow<'a> {
    /// An access on this machine as it was before, and what is stated of it: facts with claims, none where nothing is stated.
    pub(crate) fn new(
        rows: &'static [FollowRow],
        access: &'a Access,
        before: &'a Machine,
        stated: &[(&str, Option<Claim>)],
    ) -> Self {
        let claims = stated
            .iter()
            .enumerate()
            .filter_map(|(at, (name, claim))| Some((at, Quantity::named(name, access)?, claim.clone()?)));
        Self {
            rows,
            access,
            before: Before { machine: before, access },
            claims: claims.collect(),
            used: RefCell::default(),
            at: RefCell::default(),
        }
    }

    /// What a fact would be if everything stated before it were so; none for a fact that follows from nothing here.
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

    /// A fact that another is computed from: as stated, else computed itself. None of one that does not come before it.
    pub(crate) fn ask(&self, kind: QuantityKind, at: usize) -> Option<Claim> {
        let asked = Quantity { kind, at }.normalized(self.access);
        if self.at.borrow().is_some_and(|own| asked.order() >= own.order()) {
            return None;
        }
        if let Some((place, _, claim)) = self.claims.iter().find(|(_, quantity, _)| *quantity == asked) {
            self.used.borrow_mut().push(*place);
            return Some(claim.clone());
        }
        self.compute(asked)
    }

    /// The same as a number; none inside where nothing applies.
    pub(crate) fn number(&self, kind: QuantityKind, at: usize) -> Option<Number> {
        match self.ask(kind, at)? {
            None => Some(None),
            Some(Shown { value: Value::Number(number), .. }) => {
                number.as_integer().and_then(|n| u64::try_from(n).ok()).map(Some)
            }
            Some(_) => None,
        }
    }

    /// The same as a word; none inside where nothing applies.
    pub(crate) fn word(&self, kind: QuantityKind, at: usize) -> Option<Word> {
        match self.ask(kind, at)? {
            None => Some(None),
            Some(Shown { value: Value::Text(word), .. }) => Some(Some(word.to_string())),
            Some(_) => None,
        }
    }

    /// Whether a fact is stated.
    pub(crate) fn is_stated(&self, kind: QuantityKind, at: usize) -> bool {
        let asked = Quantity { kind, at }.normalized(self.access);
        self.claims.iter().any(|(_, quantity, _)| *quantity == asked)
    }
}
