//! The names of a machine's components in messages.

use pagewalk_engine::machine::spec::Spec;

/// Returns the name of a TLB.
pub(crate) fn tlb_name(spec: &Spec, tlb: u32) -> &str {
    spec.tlbs.get(tlb as usize).map_or("TLB", |tlb| {
        if &*tlb.name == "tlb" {
            "TLB"
        } else {
            &tlb.name
        }
    })
}

/// Returns the name of a cache.
pub(crate) fn cache_name(spec: &Spec, cache: u32) -> &str {
    spec.caches
        .get(cache as usize)
        .map_or("cache", |cache| &cache.name)
}
