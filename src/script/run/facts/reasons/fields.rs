//! Explains which bits of an address form a field.

use pagewalk_engine::machine::event::Event;

use super::super::component::{self, Component};
use super::super::row::{low, shifted};
use super::faults::no_address;
use super::lookups::named;
use super::translation::not_walked;
use super::words::NO_MMU;
use crate::run::nouns::size;
use crate::run::record::{Access, Shown};

struct Address {
    name: &'static str,
    value: u64,
    bits: u32,
}

impl Address {
    fn of_page(a: &Access) -> Self {
        Self {
            name: "virtual address",
            value: a.va.raw(),
            bits: a.spec.virtual_bits(),
        }
    }

    /// Returns the physical address, or the reason why it does not exist.
    fn physical(a: &Access) -> Result<Self, String> {
        let pa = a.outcome.pa.ok_or_else(|| no_address(a))?;
        Ok(Self {
            name: "physical address",
            value: pa.raw(),
            bits: a.spec.physical_bits,
        })
    }

    /// Explains a field: `TLBI is 0b11, bits 7–6 of the virtual address 0x03D4`.
    fn field(&self, label: &str, lowest: u32, bits: u32) -> String {
        let Self {
            name,
            value,
            bits: width,
        } = *self;
        let bits = bits.min(width.saturating_sub(lowest));
        let range = match bits {
            0 => return format!("{label} has no bits"),
            1 => format!("bit {lowest}"),
            _ => format!("bits {}–{lowest}", lowest + bits - 1),
        };
        let (address, field) = (
            Shown::field(value, width),
            binary(low(shifted(value, lowest), bits), bits),
        );
        format!("{label} is {field}, {range} of the {name} {address}")
    }
}

/// Formats a value in binary, in groups of four bits.
pub(crate) fn binary(value: u64, bits: u32) -> String {
    let digits = format!("{value:0width$b}", width = bits as usize);
    let mut binary = "0b".to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 4 == 0 {
            binary.push('_');
        }
        binary.push(digit);
    }
    binary
}

pub(crate) fn vpn(a: &Access) -> String {
    let Some(mmu) = &a.spec.mmu else {
        return NO_MMU.to_owned();
    };
    Address::of_page(a).field("VPN", mmu.page_bits, a.spec.vpn_bits())
}

pub(crate) fn vpo(a: &Access) -> String {
    let Some(mmu) = &a.spec.mmu else {
        return NO_MMU.to_owned();
    };
    Address::of_page(a).field("VPO", 0, mmu.page_bits)
}

/// Explains the part of the VPN that indexes a level.
pub(crate) fn vpn_part(a: &Access, level: u32) -> String {
    let Some(mmu) = &a.spec.mmu else {
        return NO_MMU.to_owned();
    };
    let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
    Address::of_page(a).field(&format!("VPN{level}"), mmu.level_page_bits(level), bits)
}

pub(crate) fn ppo(a: &Access) -> String {
    let Some(mmu) = &a.spec.mmu else {
        return NO_MMU.to_owned();
    };
    Address::physical(a).map_or_else(|why| why, |pa| pa.field("PPO", 0, mmu.page_bits))
}

/// Explains a TLB index, with a label as its name.
pub(crate) fn tlb_index(a: &Access, at: usize, label: &str) -> String {
    let Some((page_bits, page)) = tlb_page(a, at) else {
        return NO_MMU.to_owned();
    };
    let tlb = &a.spec.tlbs[at];
    if tlb.sets == 1 {
        return format!("{} has one set", named(a, Component::Tlb(at)));
    }
    Address::of_page(a).field(label, page_bits, tlb.index_bits()) + &page
}

/// Explains a TLB tag, with a label as its name.
pub(crate) fn tlb_tag(a: &Access, at: usize, label: &str) -> String {
    let Some((page_bits, page)) = tlb_page(a, at) else {
        return NO_MMU.to_owned();
    };
    let lowest = page_bits + a.spec.tlbs[at].index_bits();
    Address::of_page(a).field(label, lowest, a.spec.virtual_bits().saturating_sub(lowest)) + &page
}

/// Returns log2 of the page size for a TLB lookup, and a remark if the page is not the smallest.
fn tlb_page(a: &Access, at: usize) -> Option<(u32, String)> {
    let mmu = a.spec.mmu.as_ref()?;
    let smallest = a.spec.tlbs[at].smallest_page_bits(&a.spec);
    let page = component::tlb_page(a, at)?;
    let sizes = (1..=mmu.levels.len() as u32)
        .rev()
        .map(|level| mmu.level_page_bits(level));
    let mut sizes = sizes.chain(a.spec.tlbs[at].page_bits.iter().copied());
    let bits = sizes
        .find(|bits| shifted(a.va.raw(), *bits) == page)
        .unwrap_or(smallest);
    let size = size(1 << bits);
    Some((
        bits,
        if bits == smallest {
            String::new()
        } else {
            format!(", because the page size is {size}")
        },
    ))
}

/// Explains a cache's block offset, with a label as its name.
pub(crate) fn cache_offset(a: &Access, at: usize, label: &str) -> String {
    let bits = a.spec.caches[at].block_bits;
    Address::physical(a).map_or_else(|why| why, |pa| pa.field(label, 0, bits))
}

/// Explains a cache index, with a label as its name.
pub(crate) fn cache_index(a: &Access, at: usize, label: &str) -> String {
    let cache = &a.spec.caches[at];
    if cache.sets == 1 {
        return format!("{} has one set", named(a, Component::Cache(at)));
    }
    let address = if cache.virtual_index && a.spec.mmu.is_some() && a.outcome.pa.is_some() {
        Ok(Address::of_page(a))
    } else {
        Address::physical(a)
    };
    address.map_or_else(
        |why| why,
        |address| address.field(label, cache.block_bits, cache.index_bits()),
    )
}

/// Explains a cache tag, with a label as its name.
pub(crate) fn cache_tag(a: &Access, at: usize, label: &str) -> String {
    let bits = a.spec.caches[at].tag_bits(&a.spec);
    let lowest = a.spec.physical_bits - bits;
    Address::physical(a).map_or_else(|why| why, |pa| pa.field(label, lowest, bits))
}

/// Explains the address of a level's entry.
pub(crate) fn entry_address(a: &Access, level: u32) -> String {
    let fetched = a.first_piece().iter().find_map(|event| match event {
        Event::Pte {
            level: own,
            index,
            address,
            ..
        } if *own == level => Some((*index, *address)),
        _ => None,
    });
    let Some(mmu) = &a.spec.mmu else {
        return NO_MMU.to_owned();
    };
    match fetched {
        None => not_walked(a, level),
        Some((_, None)) => {
            "CR3 is not set, so the page table is not in simulated memory".to_owned()
        }
        Some((index, Some(address))) => {
            let offset = index * u64::from(mmu.pte.bytes);
            let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
            format!(
                "the level-{level} table is at {}, and entry {} (with {} bytes per entry) is at offset 0x{offset:X}",
                Shown::field(address.raw() - offset, a.spec.physical_bits),
                Shown::field(index, bits),
                mmu.pte.bytes,
            )
        }
    }
}

/// Explains the index, tag, or offset (`suffix`) of a component.
pub(crate) fn of_component(a: &Access, component: Component, suffix: &str) -> String {
    let label = format!("the {suffix} of {}", component.name(&a.spec));
    match (component, suffix) {
        (Component::Tlb(at), "index") => tlb_index(a, at, &label),
        (Component::Tlb(at), _) => tlb_tag(a, at, &label),
        (Component::Cache(at), "index") => cache_index(a, at, &label),
        (Component::Cache(at), "offset") => cache_offset(a, at, &label),
        (Component::Cache(at), _) => cache_tag(a, at, &label),
    }
}
