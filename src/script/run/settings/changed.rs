//! Changes to one TLB or cache of a machine that is built already, as sweeps make them.

use crate::lang::diagnostic::Diagnostic;
use pagewalk_engine::machine::spec::Spec;

use super::cache::{CACHE_SETTINGS, CacheDraft};
use super::field::{Field, apply};
use super::tlb::{TLB_SETTINGS, TlbDraft};

/// What is wrong with settings of TLB number `n`, each by itself and beside the others; not whether a TLB comes of them.
pub(crate) fn tlb_mistakes(spec: &Spec, n: usize, fields: &[Field]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    if let Some(tlb) = spec.tlbs.get(n) {
        apply(TLB_SETTINGS, "tlb", fields, &mut TlbDraft::from_spec(tlb), &mut wrong);
    }
    wrong
}

/// The same of cache number `n`.
pub(crate) fn cache_mistakes(spec: &Spec, n: usize, fields: &[Field]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    if let Some(cache) = spec.caches.get(n) {
        apply(CACHE_SETTINGS, "cache", fields, &mut CacheDraft::from_spec(cache), &mut wrong);
    }
    wrong
}
