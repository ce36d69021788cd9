//! Words that several reasons share.

use pagewalk_engine::machine::event::AccessKind;

use super::super::component::Component;
use crate::run::record::{Access, Shown};

/// Returns the noun for an access.
pub(crate) fn noun(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "a load",
        AccessKind::Write => "a store",
        AccessKind::Execute => "an instruction fetch",
    }
}

/// Reason why no page or page table exists.
pub(crate) const NO_MMU: &str = "the machine has no MMU, so addresses are physical";

/// Reason why no kernel handled a fault.
pub(crate) const NO_PROCESS: &str = "no process made the access, so no kernel handled a fault";

/// Names the TLB entry that decided the translation, as in `the TLB entry in way 1 of set 3 of L2`.
pub(super) fn deciding_entry(a: &Access) -> Option<String> {
    let (at, set, way) = a.deciding_tlb()?;
    let way = if a.spec.tlbs[at].ways == 1 {
        String::new()
    } else {
        format!(" in way {way}")
    };
    Some(format!(
        "the TLB entry{way}{}",
        place(a, Component::Tlb(at), set)
    ))
}

/// Returns ` of set 6 of L1d`, but omits the set of a fully associative component and the name of the only
/// TLB or cache.
pub(super) fn place(a: &Access, component: Component, set: u64) -> String {
    let (sets, several) = match component {
        Component::Tlb(at) => (a.spec.tlbs[at].sets, a.spec.tlbs.len() > 1),
        Component::Cache(at) => (a.spec.caches[at].sets, a.spec.caches.len() > 1),
    };
    let set = if sets > 1 {
        format!(" of set {}", set_number(set, component.widths(&a.spec).0))
    } else {
        String::new()
    };
    if several {
        format!("{set} of {}", component.name(&a.spec))
    } else {
        set
    }
}

/// Returns the number of a set. One digit is the same in every radix.
fn set_number(set: u64, bits: u32) -> String {
    if set < 10 {
        set.to_string()
    } else {
        Shown::field(set, bits).to_string()
    }
}
