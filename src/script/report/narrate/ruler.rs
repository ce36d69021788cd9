//! The bit rulers of a machine's addresses, as on the lecture slides.

use crate::report::doc::{Ruler, RulerOf, RulerRow};
use crate::run::fields::{self, BitField};
use crate::run::record::BitsView;
use pagewalk_engine::machine::spec::{Mmu, Spec};

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
    let ruler = rulers(&of.spec)
        .into_iter()
        .nth(usize::from(of.physical && of.spec.mmu.is_some()))?;
    let digit = |bit: u32| match (blank, of.value >> bit & 1) {
        (true, _) => '_',
        (false, 1) => '1',
        (false, _) => '0',
    };
    Some(Ruler {
        digits: (0..ruler.bits).rev().map(digit).collect(),
        rows: if of.fields { ruler.rows } else { Vec::new() },
        ..ruler
    })
}

fn push(rows: &mut Vec<RulerRow>, of: RulerOf, label: &str, fields: Vec<BitField>) {
    if !fields.is_empty() {
        rows.push(RulerRow {
            of,
            label: label.to_owned(),
            fields,
        });
    }
}

fn virtual_rows(spec: &Spec, mmu: &Mmu) -> Vec<RulerRow> {
    let mut rows = Vec::new();
    let page = fields::virtual_page(spec, spec.page_bits());
    push(&mut rows, RulerOf::Page, "", page);
    if mmu.levels.len() > 1 {
        push(
            &mut rows,
            RulerOf::Tables,
            "page tables",
            fields::tables(mmu),
        );
    }
    for (at, tlb) in spec.tlbs.iter().enumerate() {
        let label = if spec.tlbs.len() > 1 { &*tlb.name } else { "" };
        let of_tlb = fields::tlb(spec, tlb, tlb.smallest_page_bits(spec));
        push(&mut rows, RulerOf::Tlb(at), label, of_tlb);
    }
    for (number, cache) in (0..).zip(&spec.caches) {
        let label = format!("{}, virtually indexed", cache.name);
        push(
            &mut rows,
            RulerOf::Cache(number as usize),
            &label,
            fields::virtual_index(spec, cache),
        );
    }
    rows
}

fn physical_rows(spec: &Spec) -> Vec<RulerRow> {
    let mut rows = Vec::new();
    if spec.mmu.is_some() {
        let page = fields::physical_page(spec, spec.page_bits());
        push(&mut rows, RulerOf::Page, "", page);
    }
    for (at, cache) in spec.caches.iter().enumerate() {
        let label = if spec.caches.len() > 1 {
            &*cache.name
        } else {
            ""
        };
        push(
            &mut rows,
            RulerOf::Cache(at),
            label,
            fields::cache(spec, cache),
        );
    }
    if rows.is_empty() {
        push(&mut rows, RulerOf::Page, "", fields::whole(spec));
    }
    rows
}
