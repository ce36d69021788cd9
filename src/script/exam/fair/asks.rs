//! The facts and paths that an item asks about, whatever its form: a worksheet, a value, a choice, or any fitting address.

use std::sync::Arc;

use crate::exam::paper::PaperItem;
use crate::questions::entry::{Blank, Derivation, Evidence, ItemKind};
use crate::run::facts::Component;
use crate::run::record::{Access, Did, View};
use pagewalk_engine::machine::spec::Spec;

/// A fact of an operation, or a path such as `L1.misses`.
pub(super) struct Asked<'i> {
    /// The operation, if it is an access.
    pub(super) access: Option<&'i Access>,
    pub(super) name: Arc<str>,
    /// Whether the operation has the fact.
    pub(super) known: bool,
}

impl<'i> Asked<'i> {
    fn new(access: Option<&'i Access>, name: Arc<str>) -> Self {
        Self {
            access,
            name,
            known: true,
        }
    }

    /// Whether the value depends on the contents of a TLB or cache.
    pub(super) fn looks_up(&self, part: Component, spec: &Spec) -> bool {
        let mut names = self.name.split('.');
        let (first, last) = (names.next().unwrap_or_default(), names.next_back());
        let serves = |access: &Access| match part {
            Component::Tlb(at) => spec.tlbs[at].side.serves(access.kind),
            Component::Cache(at) => {
                access.uses_caches() && spec.caches[at].side.serves(access.kind)
            }
        };
        let is_tlb = matches!(part, Component::Tlb(_));
        let of_part = match first {
            "tlb" | "walk" | "walks" => is_tlb,
            "cache" | "served" | "byte" | "value" => !is_tlb,
            "cycles" | "steps" | "stats" => true,
            name => Component::named(spec, name) == Some(part),
        };
        of_part && !last.is_some_and(is_of_shape) && self.access.is_none_or(serves)
    }

    /// Returns the access if it is on bare hardware with an MMU. If a kernel chooses the PPNs, students can apply its allocation rule.
    pub(super) fn bare(&self) -> Option<&'i Access> {
        self.access
            .filter(|own| own.spec.mmu.is_some() && own.process.is_none())
    }

    pub(super) fn in_process(&self) -> bool {
        self.access.is_some_and(|access| access.process.is_some())
    }

    /// Whether the value is the contents of memory.
    pub(super) fn is_data(&self) -> bool {
        matches!(&*self.name, "byte" | "value" | "word" | "string")
    }
}

/// Whether the end of a name does not depend on the contents of a TLB or cache.
fn is_of_shape(end: &str) -> bool {
    let counts = matches!(end, "sets" | "ways" | "reach" | "vipt" | "colors");
    counts || matches!(end, "index" | "tag" | "offset") || end.ends_with("_bits")
}

/// Returns what an item asks about.
pub(super) fn asked(item: &PaperItem) -> Vec<Asked<'_>> {
    let mut all = Vec::new();
    match &item.kind {
        ItemKind::Facts { blanks, .. } => of_blanks(&item.did, blanks, &mut all),
        ItemKind::Any { facts, example, .. } => {
            let access = match example {
                Some(View::Steps(access, _)) => Some(&**access),
                _ => None,
            };
            all.extend(facts.iter().map(|fact| Asked::new(access, fact.clone())));
        }
        ItemKind::Choice { options, .. } => {
            for evidence in options.iter().flat_map(|option| &option.evidence) {
                of_evidence(evidence, &mut all);
            }
        }
        ItemKind::Table { table, string, .. } => {
            let spec = item.hardware.as_ref().map(|hardware| &hardware.spec);
            let part = Component::of_table(table.id).zip(spec);
            let noun = || table.id.noun();
            let name = part.map_or_else(noun, |(part, spec)| part.name(spec));
            all.push(Asked::new(string.as_deref().and_then(access), name.into()));
        }
        _ => {}
    }
    for derivation in derivations(item) {
        of_derivation(derivation, &mut all);
    }
    all
}

fn access(did: &Did) -> Option<&Access> {
    match did {
        Did::Access(access) => Some(access),
        _ => None,
    }
}

fn of_blanks<'i>(did: &'i Did, blanks: &[Blank], all: &mut Vec<Asked<'i>>) {
    all.extend(blanks.iter().map(|blank| Asked {
        access: access(did),
        name: blank.fact.clone(),
        known: blank.key.is_some(),
    }));
}

fn of_derivation<'i>(derivation: &'i Derivation, all: &mut Vec<Asked<'i>>) {
    all.extend(derivation.paths.iter().map(|path| match &path.last {
        Some((did, fact)) => Asked::new(access(did), fact.clone()),
        None => Asked::new(None, path.names.join(".").into()),
    }));
    for evidence in &derivation.chosen {
        of_evidence(evidence, all);
    }
}

fn of_evidence<'i>(evidence: &'i Evidence, all: &mut Vec<Asked<'i>>) {
    match evidence {
        Evidence::Facts { did, blanks, .. } => of_blanks(did, blanks, all),
        Evidence::Truth { derivation, .. } => of_derivation(derivation, all),
        Evidence::First { example, .. } => {
            for evidence in example {
                of_evidence(evidence, all);
            }
        }
    }
}

/// Returns how the answers of an item are computed.
pub(super) fn derivations(item: &PaperItem) -> Vec<&Derivation> {
    match &item.kind {
        ItemKind::Value { derivation, .. } => vec![derivation],
        ItemKind::Author(table) => table.blanks().map(|(.., derivation)| derivation).collect(),
        _ => Vec::new(),
    }
}
