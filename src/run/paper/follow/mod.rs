//! What follows from what in an access: a fact computed from other facts that somebody states, rightly or wrongly, by the
//! machine as it was before the access. So a mistake can be told from what was rightly concluded from it.

mod fields;
mod found;
mod quantity;
mod state;

use std::cell::RefCell;

use self::fields::{cache_index, cache_tag, offset, pa, part, ppo, tlb_index, tlb_tag, vpn, vpo};
use self::found::{byte, cache_hit, fault, ppn, pte_address, pte_value, tlb, tlb_hit, value};
use self::quantity::{Kind, Quantity};
use self::state::Before;
use crate::lang::value::Value;
use crate::machine::Machine;
use crate::run::record::{Access, Shown};

/// A fact as somebody states it; none inside where nothing applies.
pub type Claim = Option<Shown>;

/// A fact, the facts that it is computed from, and how. In the order in which one works: a fact is computed from those above
/// it, or of the level above.
pub struct Row {
    kind: Kind,
    /// The facts that it is computed from, for those who want to know.
    pub from: &'static [Kind],
    get: fn(&Follow, usize) -> Option<Claim>,
}

/// Every fact that follows from others.
pub const ROWS: &[Row] = &[
    Row { kind: Kind::Vpn, from: &[], get: vpn },
    Row { kind: Kind::Vpo, from: &[], get: vpo },
    Row { kind: Kind::Part, from: &[Kind::Vpn], get: part },
    Row { kind: Kind::TlbIndex, from: &[Kind::Vpn], get: tlb_index },
    Row { kind: Kind::TlbTag, from: &[Kind::Vpn], get: tlb_tag },
    Row { kind: Kind::TlbHit, from: &[Kind::TlbIndex, Kind::TlbTag, Kind::TlbHit], get: tlb_hit },
    Row { kind: Kind::Tlb, from: &[Kind::TlbHit], get: tlb },
    Row { kind: Kind::PteAddress, from: &[Kind::Tlb, Kind::Part, Kind::PteValue], get: pte_address },
    Row { kind: Kind::PteValue, from: &[Kind::PteAddress], get: pte_value },
    Row { kind: Kind::Fault, from: &[Kind::Tlb, Kind::Vpn, Kind::PteValue], get: fault },
    Row {
        kind: Kind::Ppn,
        from: &[Kind::Fault, Kind::Tlb, Kind::TlbIndex, Kind::TlbTag, Kind::Vpn, Kind::PteValue],
        get: ppn,
    },
    Row { kind: Kind::Ppo, from: &[Kind::Vpo], get: ppo },
    Row { kind: Kind::Pa, from: &[Kind::Ppn, Kind::Ppo], get: pa },
    Row { kind: Kind::Offset, from: &[Kind::Pa], get: offset },
    Row { kind: Kind::CacheIndex, from: &[Kind::Pa, Kind::Vpn, Kind::Vpo], get: cache_index },
    Row { kind: Kind::CacheTag, from: &[Kind::Pa], get: cache_tag },
    Row { kind: Kind::CacheHit, from: &[Kind::CacheIndex, Kind::CacheTag, Kind::CacheHit], get: cache_hit },
    Row {
        kind: Kind::Byte,
        from: &[Kind::CacheHit, Kind::CacheIndex, Kind::CacheTag, Kind::Offset, Kind::Pa],
        get: byte,
    },
    Row {
        kind: Kind::Value,
        from: &[Kind::CacheHit, Kind::CacheIndex, Kind::CacheTag, Kind::Offset, Kind::Pa],
        get: value,
    },
];

/// What somebody states of an access.
pub struct Follow<'a> {
    /// The access.
    access: &'a Access,
    /// The machine as it was before.
    before: Before<'a>,
    /// What is stated, each with its place among the names given.
    claims: Vec<(usize, Quantity, Claim)>,
    /// The claims that the fact at hand was computed from.
    used: RefCell<Vec<usize>>,
    /// The fact that is being computed: it may only ask for those before it.
    at: RefCell<Option<Quantity>>,
}

/// What a fact would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// What it would be.
    pub claim: Claim,
    /// The claims that it was computed from, by their places.
    pub from: Vec<usize>,
}

impl<'a> Follow<'a> {
    /// An access on this machine as it was before, and what is stated of it: facts with claims, none where nothing is stated.
    pub fn new(access: &'a Access, before: &'a Machine, stated: &[(&str, Option<Claim>)]) -> Self {
        let claims = stated.iter().enumerate().filter_map(|(at, (name, claim))| {
            Some((at, Quantity::named(name, access)?, claim.clone()?))
        });
        Self {
            access,
            before: Before { machine: before, access },
            claims: claims.collect(),
            used: RefCell::default(),
            at: RefCell::default(),
        }
    }

    /// What a fact would be if everything stated before it were so; none for a fact that follows from nothing here.
    pub fn fact(&self, name: &str) -> Option<Followed> {
        let quantity = Quantity::named(name, self.access)?;
        self.used.borrow_mut().clear();
        let claim = self.compute(quantity)?;
        let mut from = self.used.borrow().clone();
        from.sort_unstable();
        from.dedup();
        Some(Followed { claim, from })
    }

    fn compute(&self, quantity: Quantity) -> Option<Claim> {
        let row = ROWS.iter().find(|row| row.kind == quantity.kind)?;
        let outer = self.at.replace(Some(quantity));
        let claim = (row.get)(self, quantity.at);
        *self.at.borrow_mut() = outer;
        claim
    }

    /// A fact that another is computed from: as stated, else computed itself. None of one that does not come before it.
    fn ask(&self, kind: Kind, at: usize) -> Option<Claim> {
        let asked = Quantity { kind, at }.of(self.access);
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
    fn number(&self, kind: Kind, at: usize) -> Option<Option<u64>> {
        match self.ask(kind, at)? {
            None => Some(None),
            Some(Shown { value: Value::Number(number), .. }) => {
                number.as_integer().and_then(|n| u64::try_from(n).ok()).map(Some)
            }
            Some(_) => None,
        }
    }

    /// The same as a word; none inside where nothing applies.
    fn word(&self, kind: Kind, at: usize) -> Option<Option<String>> {
        match self.ask(kind, at)? {
            None => Some(None),
            Some(Shown { value: Value::Text(word), .. }) => Some(Some(word.to_string())),
            Some(_) => None,
        }
    }

    /// Whether a fact is stated.
    fn is_stated(&self, kind: Kind, at: usize) -> bool {
        let asked = Quantity { kind, at }.of(self.access);
        self.claims.iter().any(|(_, quantity, _)| *quantity == asked)
    }
}

/// The place of a fact among the facts of an access that follow from each other: those that come first follow from nothing
/// after them. A name that does not follow from any comes last.
pub fn order(name: &str, access: &Access) -> (usize, usize, usize) {
    Quantity::named(name, access).map_or((usize::MAX, 0, 0), Quantity::order)
}

#[cfg(test)]
mod tests;
