//! Machine declarations that scripts can contain and that yield the same machine when parsed. The declarations
//! omit defaults.

use crate::lang::value::{Number, Value};
use crate::run::nouns::size;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::pte::{BITS, PteFormat};
use pagewalk_engine::machine::spec::{
    CacheSpec, Capacity, Inclusion, Latency, Mmu, Side, Spec, TlbSpec, WritePolicy,
};

/// Returns `machine { … }`.
pub(crate) fn declaration(spec: &Spec) -> String {
    let mut lines = Vec::new();
    if let Some(mmu) = &spec.mmu {
        lines.push(format!("virtual {} bits", mmu.virtual_bits));
    }
    lines.push(format!("physical {} bits", spec.physical_bits));
    if let Some(mmu) = &spec.mmu {
        lines.push(format!("page {}", size(1 << mmu.page_bits)));
        lines.extend(page_table(spec, mmu));
    }
    lines.extend(spec.tlbs.iter().map(tlb));
    lines.extend(spec.caches.iter().map(cache));
    if spec.memory_latency > 0 {
        lines.push(block("memory", "", &[latency(spec.memory_latency)]));
    }
    if spec.cores > 1 {
        lines.push(format!("cores {}", spec.cores));
    }
    format!("machine {{\n  {}\n}}\n", lines.join("\n  "))
}

/// Returns `tlb NAME { … }`, or `tlb { … }` for an unnamed TLB.
fn block(word: &str, name: &str, settings: &[String]) -> String {
    let name = if name == word || name.is_empty() {
        String::new()
    } else {
        format!(" {name}")
    };
    format!("{word}{name} {{ {} }}", settings.join(", "))
}

fn page_table(spec: &Spec, mmu: &Mmu) -> Option<String> {
    let mut settings = Vec::new();
    if mmu.levels.len() > 1 {
        let bits: Vec<String> = mmu.levels.iter().map(u32::to_string).collect();
        settings.push(format!("levels {}, bits {}", bits.len(), bits.join(" ")));
    }
    settings.extend(pte(&mmu.pte, spec.ppn_bits()));
    if mmu.walk_cached {
        settings.push("walk cached".to_owned());
    }
    (!settings.is_empty()).then(|| block("page_table", "", &settings))
}

/// Returns the format of an entry unless it is the default format.
fn pte(format: &PteFormat, ppn_bits: u32) -> Option<String> {
    let default = |bytes| PteFormat::default_for(ppn_bits, bytes).as_ref() == Ok(format);
    if default(None) {
        return None;
    }
    if default(Some(format.bytes)) {
        return Some(format!("pte {} B", format.bytes));
    }
    let mut settings = vec![format!("size {} B", format.bytes)];
    settings.push(format!("ppn {}..{}", format.ppn_low, format.ppn_high));
    settings.extend(BITS.iter().filter_map(|row| {
        format
            .bit_position(row.bit)
            .map(|place| format!("{} {place}", row.name))
    }));
    settings.extend(format.big_endian.then(|| "big-endian".to_owned()));
    Some(block("pte", "", &settings))
}

fn tlb(tlb: &TlbSpec) -> String {
    let mut settings = vec![
        format!("entries {}", tlb.entries()),
        ways(tlb.sets, tlb.ways),
    ];
    settings.extend(policy(tlb.policy));
    settings.extend(side(tlb.side));
    if !tlb.page_bits.is_empty() {
        let sizes: Vec<String> = tlb.page_bits.iter().map(|&bits| size(1 << bits)).collect();
        settings.push(format!("pages {}", sizes.join(" ")));
    }
    settings.extend(tlb.asid.then(|| "asid on".to_owned()));
    settings.extend(waits(tlb.latency));
    block("tlb", &tlb.name, &settings)
}

fn cache(cache: &CacheSpec) -> String {
    let (capacity, ways) = match cache.capacity {
        Capacity::Bytes(bytes) => (
            format!("size {}", size(bytes.into())),
            ways(cache.sets, cache.ways),
        ),
        Capacity::Lines(lines) => (format!("lines {lines}"), ways(cache.sets, cache.ways)),
        Capacity::Sets(sets) => (format!("sets {sets}"), format!("ways {}", cache.ways)),
    };
    let mut settings = vec![
        capacity,
        ways,
        format!("block {}", size(1 << cache.block_bits)),
    ];
    settings.extend(policy(cache.policy));
    settings.extend((cache.write == WritePolicy::Through).then(|| "write-through".to_owned()));
    settings.extend((!cache.write_allocate).then(|| "no-write-allocate".to_owned()));
    settings.extend(side(cache.side));
    settings.extend(cache.virtual_index.then(|| "index virtual".to_owned()));
    settings.extend(match cache.inclusion {
        Inclusion::None => None,
        Inclusion::Inclusive => Some("inclusion inclusive".to_owned()),
        Inclusion::Exclusive => Some("inclusion exclusive".to_owned()),
    });
    settings.extend(cache.shared.then(|| "shared".to_owned()));
    settings.extend(waits(cache.latency));
    block("cache", &cache.name, &settings)
}

fn ways(sets: u64, ways: u32) -> String {
    match (sets, ways) {
        (_, 1) => "direct-mapped".to_owned(),
        (1, _) => "fully-associative".to_owned(),
        _ => format!("ways {ways}"),
    }
}

fn policy(policy: Policy) -> Option<String> {
    (policy != Policy::default()).then(|| format!("policy {}", policy.row().name))
}

fn side(side: Side) -> Option<String> {
    match side {
        Side::Both => None,
        Side::Data => Some("for data".to_owned()),
        Side::Instructions => Some("for instructions".to_owned()),
    }
}

fn waits(time: Latency) -> Option<String> {
    (time > 0).then(|| latency(time))
}

/// Formats a latency, which is stored in thousandths, as an exact decimal.
fn latency(time: Latency) -> String {
    let value = Number::fraction(i128::from(time), 1000)
        .map_or_else(|_| Value::from(time / 1000), Value::from);
    format!("latency {value}")
}
