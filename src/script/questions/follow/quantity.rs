//! The facts that have dependencies, independent of their names.

use crate::run::facts::{Component, Family, Key, key};
use crate::run::record::Access;
use pagewalk_engine::machine::spec::Spec;

/// A kind of fact. The variants are in the order of the rows that compute the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuantityKind {
    Vpn,
    Vpo,
    Part,
    TlbIndex,
    TlbTag,
    TlbHit,
    Tlb,
    PteAddress,
    PteValue,
    Fault,
    Walk,
    Signal,
    SignalCode,
    MinorFaults,
    MajorFaults,
    Copied,
    Ppn,
    Ppo,
    Pa,
    Offset,
    CacheIndex,
    CacheTag,
    CacheHit,
    Served,
    Byte,
    Value,
    Cycles,
}

/// A fact of a kind, and the index of its TLB, cache, or page-table level (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantity {
    pub(crate) kind: QuantityKind,
    pub(crate) at: usize,
}

impl Quantity {
    /// Returns the quantity of a fact with this name.
    pub(crate) fn named(name: &str, access: &Access) -> Option<Self> {
        let spec: &Spec = &access.spec;
        let (tlb, cache) = (spec.first_tlb(access.kind), spec.first_cache(access.kind));
        let of = |kind, at| Some(Self { kind, at });
        let one = |kind| of(kind, 0);
        let found = match key(name, Family::Access, Some(spec)).ok()? {
            Key::Access(row) => match row.name {
                "vpn" => one(QuantityKind::Vpn),
                "vpo" => one(QuantityKind::Vpo),
                "tlbi" => of(QuantityKind::TlbIndex, tlb?),
                "tlbt" => of(QuantityKind::TlbTag, tlb?),
                "tlb" => one(QuantityKind::Tlb),
                "fault" => one(QuantityKind::Fault),
                "walk" => one(QuantityKind::Walk),
                "signal" => one(QuantityKind::Signal),
                "code" => one(QuantityKind::SignalCode),
                "minor" => one(QuantityKind::MinorFaults),
                "major" => one(QuantityKind::MajorFaults),
                "copied" => one(QuantityKind::Copied),
                "served" => one(QuantityKind::Served),
                "cycles" => one(QuantityKind::Cycles),
                "ppn" => one(QuantityKind::Ppn),
                "ppo" => one(QuantityKind::Ppo),
                "pa" => one(QuantityKind::Pa),
                "co" => of(QuantityKind::Offset, cache?),
                "ci" => of(QuantityKind::CacheIndex, cache?),
                "ct" => of(QuantityKind::CacheTag, cache?),
                "cache" => of(QuantityKind::CacheHit, cache?),
                "byte" => one(QuantityKind::Byte),
                "value" => one(QuantityKind::Value),
                _ => None,
            },
            Key::Level(row, level) => {
                let kind = match row.pattern {
                    ("vpn", _) => QuantityKind::Part,
                    (_, ".address") => QuantityKind::PteAddress,
                    _ => QuantityKind::PteValue,
                };
                of(kind, level as usize)
            }
            Key::Component(row, component) => {
                let (kind, at) = match (component, row.suffix) {
                    (Component::Tlb(at), "") => (QuantityKind::TlbHit, at),
                    (Component::Tlb(at), ".index") => (QuantityKind::TlbIndex, at),
                    (Component::Tlb(at), ".tag") => (QuantityKind::TlbTag, at),
                    (Component::Cache(at), "") => (QuantityKind::CacheHit, at),
                    (Component::Cache(at), ".index") => (QuantityKind::CacheIndex, at),
                    (Component::Cache(at), ".tag") => (QuantityKind::CacheTag, at),
                    (Component::Cache(at), ".offset") => (QuantityKind::Offset, at),
                    _ => return None,
                };
                of(kind, at)
            }
            Key::Call(_)
            | Key::Reference(_)
            | Key::Program(_)
            | Key::Replay(_)
            | Key::Counter(..)
            | Key::ReplayCounter(..) => None,
        };
        found.map(|quantity| quantity.normalized(access))
    }

    /// Normalizes the quantity: if the access uses only one TLB, the result of that TLB is the result of all
    /// TLBs.
    pub(crate) fn normalized(self, access: &Access) -> Self {
        let serving = access
            .spec
            .tlbs
            .iter()
            .filter(|tlb| tlb.side.serves(access.kind))
            .count();
        if self.kind == QuantityKind::TlbHit && serving == 1 {
            Self {
                kind: QuantityKind::Tlb,
                at: 0,
            }
        } else {
            self
        }
    }

    /// Returns the position of the quantity in the order of dependencies. A fact precedes the facts that depend
    /// on it.
    pub(crate) fn order(self) -> (usize, usize, usize) {
        let row = self.kind as usize;
        // Walk entries are computed level by level, and the address of each entry is computed before its value.
        if self.kind == QuantityKind::PteValue {
            (row - 1, self.at, 1)
        } else {
            (row, self.at, 0)
        }
    }
}
