//! Implements `show geometry`: every number that follows from the declaration.

use crate::run::record::View;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::spec::{CacheSpec, Mmu, Spec, TlbSpec};

/// Returns the address spaces, the page table, each TLB and cache, and the bit rulers.
pub(crate) fn views(machine: &Machine) -> Vec<View> {
    let spec = machine.spec();
    let mut views = vec![View::Rulers(spec.clone()), addresses(spec)];
    if let Some(mmu) = &spec.mmu {
        views.push(page_table(machine, mmu));
    }
    views.extend(spec.tlbs.iter().map(|tlb| tlb_view(spec, tlb)));
    views.extend(spec.caches.iter().map(|cache| cache_view(spec, cache)));
    views
}

/// Formats a power of two as a count. A size in bytes also gets a unit.
fn power(bits: u32, unit: &str) -> String {
    if bits < 14 {
        format!("2^{bits} = {} {unit}", 1u64 << bits)
    } else {
        format!("2^{bits} {unit}")
    }
}

/// Formats a size in bytes, in the largest unit that gives a whole number: `512 GB`.
pub(crate) fn size(bytes: u128) -> String {
    const UNITS: [&str; 9] = ["B", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    let unit = if bytes == 0 {
        0
    } else {
        (bytes.trailing_zeros() / 10).min(8) as usize
    };
    let unit = (0..=unit)
        .rev()
        .find(|&unit| bytes >> (10 * unit) > 0)
        .unwrap_or(0);
    format!("{} {}", bytes >> (10 * unit), UNITS[unit])
}

fn pairs(title: &str, pairs: Vec<(&str, String)>) -> View {
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    View::Pairs {
        title: title.to_owned(),
        pairs,
    }
}

fn addresses(spec: &Spec) -> View {
    let physical = format!(
        "{} bits, M = {}",
        spec.physical_bits,
        power(spec.physical_bits, "bytes")
    );
    let Some(mmu) = &spec.mmu else {
        return pairs("addresses", vec![("physical address", physical)]);
    };
    let (v, p) = (mmu.virtual_bits, mmu.page_bits);
    pairs(
        "addresses",
        vec![
            (
                "virtual address",
                format!("{v} bits, N = {}", power(v, "bytes")),
            ),
            ("physical address", physical),
            ("page", format!("P = {}", power(p, "bytes"))),
            (
                "VPN",
                format!(
                    "{} bits: {}",
                    spec.vpn_bits(),
                    power(spec.vpn_bits(), "virtual pages")
                ),
            ),
            ("VPO", format!("{p} bits (VPO = PPO)")),
            (
                "PPN",
                format!(
                    "{} bits: {}",
                    spec.ppn_bits(),
                    power(spec.ppn_bits(), "physical pages")
                ),
            ),
        ],
    )
}

fn page_table(machine: &Machine, mmu: &Mmu) -> View {
    let spec = machine.spec();
    let levels = mmu.levels.len();
    let entry = u128::from(mmu.pte.bytes);
    let mut rows = vec![
        ("entry", size(entry)),
        (
            "flat page table",
            format!(
                "2^{} × {} = {}",
                spec.vpn_bits(),
                size(entry),
                size(spec.flat_page_table_bytes())
            ),
        ),
    ];
    let bits: Vec<String> = mmu.levels.iter().map(u32::to_string).collect();
    rows.push((
        "levels",
        format!("{levels} ({} VPN bits)", bits.join(" + ")),
    ));
    let tables: Vec<String> = (1..=levels as u32)
        .map(|level| size(mmu.table_bytes(level)))
        .collect();
    rows.push(("table size by level", tables.join(", ")));
    let spans: Vec<String> = (1..=levels as u32)
        .map(|level| size(1u128 << mmu.level_page_bits(level)))
        .collect();
    rows.push(("memory that one entry maps at each level", spans.join(", ")));
    let one: u128 = (1..=levels as u32)
        .map(|level| mmu.table_bytes(level))
        .sum();
    rows.push((
        "tables for one mapped page",
        format!("{levels} ({})", size(one)),
    ));
    let listing = machine.page_table();
    let mapped = listing
        .mappings
        .iter()
        .filter(|mapping| mapping.pte.flags.has(Bit::P))
        .count();
    rows.push((
        "tables for the mapped pages",
        format!(
            "mapped pages: {mapped}; tables in use: {} ({})",
            listing.tables,
            size(listing.bytes)
        ),
    ));
    pairs("page table", rows)
}

fn tlb_view(spec: &Spec, tlb: &TlbSpec) -> View {
    let tag = tlb.tag_bits(spec);
    let sizes = match &*tlb.page_bits {
        [] => size(1 << spec.page_bits()),
        sizes => sizes
            .iter()
            .map(|&bits| size(1u128 << bits))
            .collect::<Vec<_>>()
            .join(", "),
    };
    pairs(
        &title("TLB", "tlb", &tlb.name),
        vec![
            (
                "entries",
                format!("{} = {}", tlb.entries(), shape(tlb.sets, tlb.ways)),
            ),
            ("TLBI", format!("{} bits", tlb.index_bits())),
            ("TLBT", format!("{tag} bits")),
            ("pages", sizes),
            ("reach", size(tlb.reach(spec))),
            ("policy", tlb.policy.row().name.to_owned()),
        ],
    )
}

fn cache_view(spec: &Spec, cache: &CacheSpec) -> View {
    let (offset, index) = (cache.offset_bits(), cache.index_bits());
    let mut rows = vec![
        (
            "size",
            format!(
                "{} = {} × {}",
                size(cache.size()),
                shape(cache.sets, cache.ways),
                size(1u128 << offset)
            ),
        ),
        ("CO", format!("{offset} bits")),
        ("CI", format!("{index} bits")),
        ("CT", format!("{} bits", cache.tag_bits(spec))),
        ("policy", cache.policy.row().name.to_owned()),
    ];
    if spec.mmu.is_some() {
        rows.push(("VIPT", vipt(spec, cache)));
    }
    pairs(&title("cache", "cache", &cache.name), rows)
}

fn title(kind: &str, unnamed: &str, name: &str) -> String {
    if name == unnamed {
        kind.to_owned()
    } else {
        format!("{kind} {name}")
    }
}

/// Explains whether the set lookup can overlap the address translation.
fn vipt(spec: &Spec, cache: &CacheSpec) -> String {
    let (offset, index, page) = (cache.offset_bits(), cache.index_bits(), spec.page_bits());
    let sum = offset + index;
    if cache.vipt(spec) {
        return format!(
            "yes: CI + CO = {index} + {offset} = {sum} bits ≤ {page} bits of page offset, which translation does not change"
        );
    }
    let ways = u64::from(cache.ways) << (sum - page);
    let most = size(u128::from(cache.ways) << page);
    format!(
        "no: CI + CO = {index} + {offset} = {sum} bits > {page} bits of page offset, so {} of CI must be translated first \
         ({} page colors). With VIPT, the cache can have {most} with {} ways, or its current size with {ways} \
         ways",
        bits(sum - page),
        cache.colors(spec),
        cache.ways
    )
}

/// Formats a shape: `16 sets × 1 way`.
fn shape(sets: u64, ways: u32) -> String {
    let plural = |one| if one { "" } else { "s" };
    format!(
        "{sets} set{} × {ways} way{}",
        plural(sets == 1),
        plural(ways == 1)
    )
}

fn bits(n: u32) -> String {
    if n == 1 {
        "1 bit".to_owned()
    } else {
        format!("{n} bits")
    }
}
