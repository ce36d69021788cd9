//! The meaning of an absent value, such as a dash, used to grade answers that follow from wrong answers.

use super::claim::Follow;
use super::quantity::{Quantity, QuantityKind};

/// The meaning of a dash or of `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// An answer, such as an access without a fault.
    Answer,
    /// The lookup found unknown bytes.
    Unknown,
    /// Nothing happens after a fault: no signal, no copy, or no minor or major fault.
    Inaction,
    /// No value exists, so the answer requires no calculation.
    NoValue,
}

impl Follow<'_> {
    /// Returns the meaning of a dash for a fact.
    pub(crate) fn absence(&self, name: &str) -> Absence {
        let kind = Quantity::named(name, self.access).map(|quantity| quantity.kind);
        match kind {
            Some(QuantityKind::Fault) => Absence::Answer,
            Some(QuantityKind::Byte | QuantityKind::Value) if self.has_lookup() => Absence::Unknown,
            Some(
                QuantityKind::Signal
                | QuantityKind::SignalCode
                | QuantityKind::MinorFaults
                | QuantityKind::MajorFaults
                | QuantityKind::Copied,
            ) => Absence::Inaction,
            _ => Absence::NoValue,
        }
    }

    /// Whether the claims contain the index and the tag for a lookup in a cache. A cache with one set has no
    /// index.
    fn has_lookup(&self) -> bool {
        let states =
            |kind, at| self.is_stated(kind, at) && matches!(self.number(kind, at), Some(Some(_)));
        self.access
            .spec
            .caches
            .iter()
            .enumerate()
            .any(|(at, cache)| {
                states(QuantityKind::CacheTag, at)
                    && (cache.index_bits() == 0 || states(QuantityKind::CacheIndex, at))
            })
    }
}
