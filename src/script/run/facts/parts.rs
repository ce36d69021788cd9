//! The facts of a named TLB or cache, and of a page-table level.

use pagewalk_engine::machine::spec::Spec;

use super::component::{
    Component, index, lookup, offset, pte_address, pte_value, tag, victim, vpn_part, writeback,
};
use super::subject::Subject;
use super::types::{FIELD, FactType, TRUTH};
use super::why;
use super::words::LOOKUP;
use crate::run::record::{Access, Shown};
use crate::run::steps::{AccessReason, PartField};

/// A fact of a named TLB or cache.
pub struct ComponentFact {
    /// The text after the component's name, or an empty text for the lookup itself.
    pub(crate) suffix: &'static str,
    /// The label of the fact's blank, with `{}` in place of the component's name.
    pub(crate) label: &'static str,
    /// Type of the fact's values.
    pub kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) cache_only: bool,
    pub(crate) get: fn(&Access, Component) -> Option<Shown>,
    /// Returns the reason: see [`FactRow::why`](super::row::FactRow::why).
    pub(crate) why: fn(&Access, Component) -> AccessReason,
}

impl ComponentFact {
    /// Whether a TLB or cache has this fact.
    pub(crate) fn is_of(&self, component: Component) -> bool {
        !self.cache_only || matches!(component, Component::Cache(_))
    }
}

/// The facts that a named TLB or cache can have.
pub const COMPONENT_FACTS: &[ComponentFact] = &[
    ComponentFact {
        suffix: "",
        label: "{} hit?",
        kind: LOOKUP,
        help: "whether the lookup hit (`none`: no lookup)",
        cache_only: false,
        get: lookup,
        why: why::lookup,
    },
    ComponentFact {
        suffix: ".index",
        label: "{} index",
        kind: FIELD,
        help: "the set",
        cache_only: false,
        get: index,
        why: |a, part| why::named_field(a, part, PartField::Index),
    },
    ComponentFact {
        suffix: ".tag",
        label: "{} tag",
        kind: FIELD,
        help: "the tag",
        cache_only: false,
        get: tag,
        why: |a, part| why::named_field(a, part, PartField::Tag),
    },
    ComponentFact {
        suffix: ".offset",
        label: "{} block offset",
        kind: FIELD,
        help: "the block offset",
        cache_only: true,
        get: offset,
        why: |a, part| why::named_field(a, part, PartField::Offset),
    },
    ComponentFact {
        suffix: ".victim",
        label: "Tag of the {} victim",
        kind: FIELD.or_none(),
        help: "the tag of the entry or block that a fill evicted",
        cache_only: false,
        get: victim,
        why: why::victim,
    },
    ComponentFact {
        suffix: ".writeback",
        label: "{} victim written back?",
        kind: TRUTH,
        help: "whether the evicted block was dirty and written back",
        cache_only: false,
        get: writeback,
        why: why::writeback,
    },
];

/// A fact of a page-table level. `K` in the fact's pattern represents the level.
pub struct LevelFact {
    /// The text before and after the level's number.
    pub(crate) pattern: (&'static str, &'static str),
    /// The label of the fact's blank, with `{}` in place of the level.
    pub(crate) label: &'static str,
    /// Type of the fact's values.
    pub kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) subject: Subject,
    /// Returns the fact's value for the level.
    pub(crate) get: fn(&Access, u32) -> Option<Shown>,
    /// Returns the reason: see [`FactRow::why`](super::row::FactRow::why).
    pub(crate) why: fn(&Access, u32) -> AccessReason,
}

/// The facts of a page-table level.
pub const LEVEL_FACTS: &[LevelFact] = &[
    LevelFact {
        pattern: ("vpn", ""),
        label: "VPN{}",
        kind: FIELD,
        help: "the part of the VPN that indexes level K (1 is the top)",
        subject: Subject::Indexes,
        get: vpn_part,
        why: why::vpn_part,
    },
    LevelFact {
        pattern: ("pte", ".address"),
        label: "Physical address of the level-{} entry",
        kind: FIELD,
        help: "physical address of level K's entry in this walk",
        subject: Subject::Entries,
        get: pte_address,
        why: why::entry_address,
    },
    LevelFact {
        pattern: ("pte", ".value"),
        label: "Level-{} entry",
        kind: FIELD.or_unknown(),
        help: "raw value of level K's entry in this walk",
        subject: Subject::Entries,
        get: pte_value,
        why: why::entry_value,
    },
];

/// Resolves `vpn2` or `pte1.value`. The names of missing levels do not resolve.
pub(crate) fn level_fact(name: &str, spec: Option<&Spec>) -> Option<(&'static LevelFact, u32)> {
    LEVEL_FACTS.iter().find_map(|row| {
        let digits = name
            .strip_prefix(row.pattern.0)?
            .strip_suffix(row.pattern.1)?;
        let level: u32 = digits
            .parse()
            .ok()
            .filter(|_| !digits.starts_with(['0', '+']))?;
        let most = spec.map_or(6, |spec| {
            spec.mmu.as_ref().map_or(0, |mmu| mmu.levels.len() as u32)
        });
        (level <= most).then_some((row, level))
    })
}

/// Resolves `L1d` or `L1d.index`.
pub(crate) fn component_fact(
    name: &str,
    spec: &Spec,
) -> Option<(&'static ComponentFact, Component)> {
    let (part, suffix) = name.find('.').map_or((name, ""), |dot| name.split_at(dot));
    let component = Component::named(spec, part)?;
    let row = COMPONENT_FACTS.iter().find(|row| row.suffix == suffix)?;
    row.is_of(component).then_some((row, component))
}
