//! The fields of an address, which the page size and each TLB and cache determine.

use pagewalk_engine::machine::spec::{CacheSpec, Mmu, Spec, TlbSpec};

/// Consecutive bits of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BitField {
    /// The name, such as `TLBT`.
    pub(crate) name: &'static str,
    /// The number after the name, such as the 2 in `VPN2`.
    pub(crate) number: Option<u32>,
    pub(crate) high: u32,
    /// The lowest bit.
    pub(crate) low: u32,
}

impl BitField {
    /// Returns the name with its number.
    pub(crate) fn full_name(&self) -> String {
        self.number.map_or_else(
            || self.name.to_owned(),
            |number| format!("{}{number}", self.name),
        )
    }

    /// Returns the value of the field in an address.
    pub(crate) fn value_in(&self, address: u64) -> u64 {
        let low_bits = u64::MAX.checked_shr(63 - self.high).unwrap_or(0);
        (address & low_bits) >> self.low
    }
}

/// Returns the fields in order from the top bit down, given their lowest bits. Omits fields with a width of
/// zero.
fn fields(bits: u32, parts: &[(&'static str, Option<u32>, u32)]) -> Vec<BitField> {
    let mut end = bits;
    let mut fields = Vec::new();
    for &(name, number, low) in parts {
        if low < end {
            fields.push(BitField {
                name,
                number,
                high: end - 1,
                low,
            });
            end = low;
        }
    }
    fields
}

/// Returns the VPN and the VPO of a virtual address in a page of 2^`page_bits` bytes.
pub(crate) fn virtual_page(spec: &Spec, page_bits: u32) -> Vec<BitField> {
    fields(
        spec.virtual_bits(),
        &[("VPN", None, page_bits), ("VPO", None, 0)],
    )
}

/// Returns the index of each level of the page tables.
pub(crate) fn tables(mmu: &Mmu) -> Vec<BitField> {
    let level = |level| ("VPN", Some(level), mmu.level_page_bits(level));
    let parts: Vec<_> = (1..=mmu.levels.len() as u32).map(level).collect();
    fields(mmu.virtual_bits, &parts)
}

/// Returns the tag and the index of a TLB for pages of 2^`page_bits` bytes.
pub(crate) fn tlb(spec: &Spec, tlb: &TlbSpec, page_bits: u32) -> Vec<BitField> {
    let tag = page_bits + tlb.index_bits();
    fields(
        spec.virtual_bits(),
        &[("TLBT", None, tag), ("TLBI", None, page_bits)],
    )
}

/// Returns the PPN and the PPO of a physical address in a page of 2^`page_bits` bytes.
pub(crate) fn physical_page(spec: &Spec, page_bits: u32) -> Vec<BitField> {
    fields(
        spec.physical_bits,
        &[("PPN", None, page_bits), ("PPO", None, 0)],
    )
}

/// Returns the fields of a cache in a physical address. An index with bits of the virtual page number is not part of
/// the physical address.
pub(crate) fn cache(spec: &Spec, cache: &CacheSpec) -> Vec<BitField> {
    let bits = spec.physical_bits;
    let tag = bits - cache.tag_bits(spec);
    let parts = [
        ("CT", None, tag),
        ("CI", None, cache.offset_bits()),
        ("CO", None, 0),
    ];
    fields(
        bits,
        if is_indexed_above_page(spec, cache) {
            &parts[..1]
        } else {
            &parts
        },
    )
}

/// Returns the index and the offset of a cache in a virtual address if the index has bits of the virtual page number.
pub(crate) fn virtual_index(spec: &Spec, cache: &CacheSpec) -> Vec<BitField> {
    if !is_indexed_above_page(spec, cache) {
        return Vec::new();
    }
    let top = cache.offset_bits() + cache.index_bits();
    fields(
        top.min(spec.virtual_bits()),
        &[("CI", None, cache.offset_bits()), ("CO", None, 0)],
    )
}

/// Returns a physical address without pages and caches as one field.
pub(crate) fn whole(spec: &Spec) -> Vec<BitField> {
    fields(spec.physical_bits, &[("PA", None, 0)])
}

fn is_indexed_above_page(spec: &Spec, cache: &CacheSpec) -> bool {
    cache.virtual_index && !cache.vipt(spec)
}
