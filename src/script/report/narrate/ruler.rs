//! The bit rulers of a machine's addresses, as on the lecture slides.

use super::parts::cache_name;
use crate::report::doc::{BitField, Ruler, RulerOf, RulerRow};
use crate::run::record::BitsView;
use pagewalk_engine::machine::spec::{CacheSpec, Mmu, Spec};

/// Returns rulers of the virtual address (VPN and VPO, with the fields of the page tables and TLBs) and of
/// the physical address (PPN and PPO, with the fields of the caches).
pub(crate) fn rulers(spec: &Spec) -> Vec<Ruler> {
    let mut rulers = Vec::new();
    if let Some(mmu) = &spec.mmu {
        rulers.push(Ruler {
            title: "virtual address".to_owned(),
            bits: mmu.virtual_bits,
            digits: String::new(),
            rows: virtual_rows(spec, mmu),
        });
    }
    rulers.push(Ruler {
        title: "physical address".to_owned(),
        bits: spec.physical_bits,
        digits: String::new(),
        rows: physical_rows(spec),
    });
    rulers
}

/// Returns the ruler of an address with the digits of the address, or with blanks.
pub(crate) fn of_address(of: &BitsView, blank: bool) -> Option<Ruler> {
    let ruler = rulers(&of.spec).into_iter().nth(usize::from(of.physical && of.spec.mmu.is_some()))?;
    let digit = |bit: u32| match (blank, of.value >> bit & 1) {
        (true, _) => '_',
        (false, 1) => '1',
        (false, _) => '0',
    };
    Some(Ruler { digits: (0..ruler.bits).rev().map(digit).collect(), ..ruler })
}

/// Returns the fields in order from the top bit down, given their lowest bits. Omits fields with a width of
/// zero.
fn fields(bits: u32, parts: &[(&'static str, Option<u32>, u32)]) -> Vec<BitField> {
    let mut end = bits;
    let mut fields = Vec::new();
    for &(name, number, low) in parts {
        if low < end {
            fields.push(BitField { name, number, high: end - 1, low });
            end = low;
        }
    }
    fields
}

fn push(rows: &mut Vec<RulerRow>, of: RulerOf, label: &str, fields: Vec<BitField>) {
    if !fields.is_empty() {
        rows.push(RulerRow { of, label: label.to_owned(), fields });
    }
}

fn virtual_rows(spec: &Spec, mmu: &Mmu) -> Vec<RulerRow> {
    let (bits, page) = (mmu.virtual_bits, mmu.page_bits);
    let mut rows = Vec::new();
    push(&mut rows, RulerOf::Page, "", fields(bits, &[("VPN", None, page), ("VPO", None, 0)]));
    if mmu.levels.len() > 1 {
        let level = |level| ("VPN", Some(level), mmu.level_page_bits(level));
        let parts: Vec<_> = (1..=mmu.levels.len() as u32).map(level).collect();
        push(&mut rows, RulerOf::Tables, "page tables", fields(bits, &parts));
    }
    for (at, tlb) in spec.tlbs.iter().enumerate() {
        let low = tlb.smallest_page_bits(spec);
        let label = if spec.tlbs.len() > 1 { &*tlb.name } else { "" };
        push(
            &mut rows,
            RulerOf::Tlb(at),
            label,
            fields(bits, &[("TLBT", None, low + tlb.index_bits()), ("TLBI", None, low)]),
        );
    }
    for (number, cache) in (0..).zip(&spec.caches).filter(|(_, cache)| indexed_above_page(spec, cache)) {
        let top = cache.offset_bits() + cache.index_bits();
        let label = format!("{}, virtually indexed", cache_name(spec, number));
        push(
            &mut rows,
            RulerOf::Cache(number as usize),
            &label,
            fields(top.min(bits), &[("CI", None, cache.offset_bits()), ("CO", None, 0)]),
        );
    }
    rows
}

/// Whether some index bits come from the virtual page number.
fn indexed_above_page(spec: &Spec, cache: &CacheSpec) -> bool {
    cache.virtual_index && !cache.vipt(spec)
}

fn physical_rows(spec: &Spec) -> Vec<RulerRow> {
    let bits = spec.physical_bits;
    let mut rows = Vec::new();
    if spec.mmu.is_some() {
        push(
            &mut rows,
            RulerOf::Page,
            "",
            fields(bits, &[("PPN", None, spec.page_bits()), ("PPO", None, 0)]),
        );
    }
    for (at, cache) in spec.caches.iter().enumerate() {
        let label = if spec.caches.len() > 1 { &*cache.name } else { "" };
        let tag = bits - cache.tag_bits(spec);
        let parts = [("CT", None, tag), ("CI", None, cache.offset_bits()), ("CO", None, 0)];
        let all = if indexed_above_page(spec, cache) { &parts[..1] } else { &parts };
        push(&mut rows, RulerOf::Cache(at), label, fields(bits, all));
    }
    if rows.is_empty() {
        push(&mut rows, RulerOf::Page, "", fields(bits, &[("PA", None, 0)]));
    }
    rows
}
