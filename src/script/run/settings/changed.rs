//! Changes that sweeps make to one TLB or cache of an existing machine.

use crate::lang::diagnostic::Diagnostic;
use pagewalk_engine::machine::spec::Spec;

use super::cache::{CACHE_SETTINGS, CacheDraft};
use super::field::{Field, apply};
use super::tlb::{TLB_SETTINGS, TlbDraft};

/// Returns the errors in the settings of TLB `n`, both in each setting and in their combination. Does not check
/// whether the settings form a valid TLB.
pub(crate) fn tlb_mistakes(spec: &Spec, n: usize, fields: &[Field]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    if let Some(tlb) = spec.tlbs.get(n) {
        apply(
            TLB_SETTINGS,
            "tlb",
            fields,
            &mut TlbDraft::from_spec(tlb),
            &mut wrong,
        );
    }
    wrong
}

/// Returns the errors in the settings of cache `n`, both in each setting and in their combination.
pub(crate) fn cache_mistakes(spec: &Spec, n: usize, fields: &[Field]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    if let Some(cache) = spec.caches.get(n) {
        apply(
            CACHE_SETTINGS,
            "cache",
            fields,
            &mut CacheDraft::from_spec(cache),
            &mut wrong,
        );
    }
    wrong
}
