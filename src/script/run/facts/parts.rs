//! The facts of a named TLB or cache, and of a level of the page table.

use pagewalk_engine::machine::spec::Spec;

use super::component::{
    Component, index, lookup, offset, pte_address, pte_value, tag, victim, vpn_part, writeback,
};
use super::reasons;
use super::types::{FIELD, FactType, TRUTH};
use super::words::LOOKUP;
use crate::run::record::{Access, Shown};

/// A fact of a named TLB or cache.
pub struct ComponentFact {
    /// Text after the name: empty for the lookup itself.
    pub(crate) suffix: &'static str,
    /// Type of its values.
    pub kind: FactType,
    pub(crate) help: &'static str,
    pub(crate) cache_only: bool,
    pub(crate) get: fn(&Access, Component) -> Option<Shown>,
    /// Explains its value: see [`FactRow::why`](super::row::FactRow::why).
    pub(crate) why: fn(&Access, Component) -> String,
}

impl ComponentFact {
    /// Whether such a component has it.
    pub(crate) fn is_of(&self, component: Component) -> bool {
        !self.cache_only || matches!(component, Component::Cache(_))
    }
}

/// The facts of a named TLB or cache.
pub const COMPONENT_FACTS: &[ComponentFact] = &[
    ComponentFact {
        suffix: "",
        kind: LOOKUP,
        help: "whether it held it; none if it was not looked up",
        cache_only: false,
        get: lookup,
        why: reasons::lookup,
    },
    ComponentFact {
        suffix: ".index",
        kind: FIELD,
        help: "the set",
        cache_only: false,
        get: index,
        why: |a, part| reasons::of_component(a, part, "index"),
    },
    ComponentFact {
        suffix: ".tag",
        kind: FIELD,
        help: "the tag",
        cache_only: false,
        get: tag,
        why: |a, part| reasons::of_component(a, part, "tag"),
    },
    ComponentFact {
        suffix: ".offset",
        kind: FIELD,
        help: "the block offset",
        cache_only: true,
        get: offset,
        why: |a, part| reasons::of_component(a, part, "offset"),
    },
    ComponentFact {
        suffix: ".victim",
        kind: FIELD.or_none(),
        help: "the tag that a fill evicted",
        cache_only: false,
        get: victim,
        why: reasons::victim,
    },
    ComponentFact {
        suffix: ".writeback",
        kind: TRUTH,
        help: "whether the victim was dirty and written back",
        cache_only: false,
        get: writeback,
        why: reasons::writeback,
    },
];

/// A fact of a level of the page table; `K` in its pattern is the level.
pub struct LevelFact {
    /// The text before and after the level's number.
    pub(crate) pattern: (&'static str, &'static str),
    /// Type of its values.
    pub kind: FactType,
    pub(crate) help: &'static str,
    /// Returns its value for the level.
    pub(crate) get: fn(&Access, u32) -> Option<Shown>,
    /// Explains its value: see [`FactRow::why`](super::row::FactRow::why).
    pub(crate) why: fn(&Access, u32) -> String,
}

/// The facts of a level of the page table.
pub const LEVEL_FACTS: &[LevelFact] = &[
    LevelFact {
        pattern: ("vpn", ""),
        kind: FIELD,
        help: "the part of the VPN that indexes level K, 1 the top",
        get: vpn_part,
        why: reasons::vpn_part,
    },
    LevelFact {
        pattern: ("pte", ".address"),
        kind: FIELD,
        help: "physical address of level K's entry in this walk",
        get: pte_address,
        why: reasons::entry_address,
    },
    LevelFact {
        pattern: ("pte", ".value"),
        kind: FIELD.or_unknown(),
        help: "raw value of level K's entry in this walk",
        get: pte_value,
        why: reasons::entry_value,
    },
];

/// Resolves `vpn2` or `pte1.value`. Levels that the machine does not have give no fact.
pub(crate) fn level_fact(name: &str, spec: Option<&Spec>) -> Option<(&'static LevelFact, u32)> {
    LEVEL_FACTS.iter().find_map(|row| {
        let digits = name.strip_prefix(row.pattern.0)?.strip_suffix(row.pattern.1)?;
        let level: u32 = digits.parse().ok().filter(|_| !digits.starts_with(['0', '+']))?;
        let most = spec.map_or(6, |spec| spec.mmu.as_ref().map_or(0, |mmu| mmu.levels.len() as u32));
        (level <= most).then_some((row, level))
    })
}

/// Resolves `L1d` or `L1d.index`.
pub(crate) fn component_fact(name: &str, spec: &Spec) -> Option<(&'static ComponentFact, Component)> {
    let (part, suffix) = name.find('.').map_or((name, ""), |dot| name.split_at(dot));
    let component = Component::named(spec, part)?;
    let row = COMPONENT_FACTS.iter().find(|row| row.suffix == suffix)?;
    row.is_of(component).then_some((row, component))
}
