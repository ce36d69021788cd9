//! The parts of a machine as text: names, sizes, and numbers padded to the width of their fields.

use crate::lang::value::Value;
use crate::run::nouns::size;
use crate::run::record::{Access, AccessVerb, Shown};
use pagewalk_engine::machine::spec::{CacheSpec, Side, Spec, TlbSpec, WritePolicy};

/// Formats a number in hexadecimal, padded to a field of `bits` bits.
pub fn hex(n: u64, bits: u32) -> String {
    Shown::field(n, bits).to_string()
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

pub(crate) fn va(spec: &Spec, n: u64) -> String {
    hex(n, spec.virtual_bits())
}

pub(crate) fn pa(spec: &Spec, n: u64) -> String {
    hex(n, spec.physical_bits)
}

/// Formats the page number of a virtual address.
pub(crate) fn vpn(spec: &Spec, va: u64) -> String {
    hex(
        va.checked_shr(spec.page_bits()).unwrap_or(0),
        spec.vpn_bits(),
    )
}

/// Formats the offset of an address in its page.
pub(crate) fn offset(address: u64, page_bits: u32) -> String {
    let page = 1u64.checked_shl(page_bits).unwrap_or(0);
    hex(address & page.wrapping_sub(1), page_bits)
}

/// Whether the machine's page-table entries have the format of x86 processors.
pub(crate) fn is_x86(spec: &Spec) -> bool {
    let format = Spec::core_i7().mmu.map(|mmu| mmu.pte);
    spec.mmu.as_ref().map(|mmu| &mmu.pte) == format.as_ref()
}

/// Formats the index of a TLB set, or returns `None` if the TLB is fully associative.
pub(crate) fn tlb_set(spec: &Spec, tlb: u32, set: u64) -> Option<String> {
    let tlb = spec.tlbs.get(tlb as usize)?;
    (tlb.sets > 1).then(|| hex(set, tlb.index_bits()))
}

pub(crate) fn tlb_tag(spec: &Spec, tlb: u32, tag: u64) -> String {
    hex(
        tag,
        spec.tlbs
            .get(tlb as usize)
            .map_or(64, |tlb| tlb.tag_bits(spec)),
    )
}

/// Formats the index of a cache set, or returns `None` if the cache is fully associative.
pub(crate) fn cache_set(spec: &Spec, cache: u32, set: u64) -> Option<String> {
    let cache = spec.caches.get(cache as usize)?;
    (cache.sets > 1).then(|| hex(set, cache.index_bits()))
}

pub(crate) fn cache_tag(spec: &Spec, cache: u32, tag: u64) -> String {
    hex(
        tag,
        spec.caches
            .get(cache as usize)
            .map_or(64, |cache| cache.tag_bits(spec)),
    )
}

/// Returns the keyword of the access.
pub(crate) fn verb(verb: AccessVerb) -> &'static str {
    match verb {
        AccessVerb::Translate => "translate",
        AccessVerb::Read => "read",
        AccessVerb::Write => "write",
        AccessVerb::Fetch => "fetch",
    }
}

/// Formats the stored or loaded data: up to eight bytes as a number, and more as text or bytes.
pub(crate) fn data(access: &Access) -> String {
    const SHOWN: usize = 16;
    let Some(bytes) = access.data.iter().copied().collect::<Option<Vec<u8>>>() else {
        return "unknown".to_owned();
    };
    if bytes.len() <= 8 {
        let number = bytes
            .iter()
            .rev()
            .fold(0, |number, &byte| number << 8 | u64::from(byte));
        return hex(number, 8 * bytes.len() as u32);
    }
    if let Some(text) = printable(&bytes) {
        return Value::from(text).quoted();
    }
    let shown: Vec<String> = bytes
        .iter()
        .take(SHOWN)
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let rest = if bytes.len() > SHOWN { " …" } else { "" };
    format!("{}{rest}", shown.join(" "))
}

/// Returns bytes as text if they are short and printable.
fn printable(bytes: &[u8]) -> Option<&str> {
    const LONGEST: usize = 60;
    let text = std::str::from_utf8(bytes).ok()?;
    let plain = text
        .bytes()
        .all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte));
    (plain && text.len() <= LONGEST).then_some(text)
}

/// Describes a machine on one line, or on one line each for its addresses, TLBs, and caches.
pub(crate) fn machine(spec: &Spec) -> Vec<String> {
    const LONGEST: usize = 140;
    let tlbs = spec.tlbs.iter().map(tlb).collect::<Vec<_>>().join("; ");
    let caches = spec
        .caches
        .iter()
        .map(|cache| self::cache(spec, cache))
        .collect::<Vec<_>>()
        .join("; ");
    let lines: Vec<String> = [addresses(spec), tlbs, caches]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect();
    let one = lines.join("; ");
    if one.chars().count() <= LONGEST {
        vec![one]
    } else {
        lines
    }
}

fn addresses(spec: &Spec) -> String {
    let mut parts = Vec::new();
    if let Some(mmu) = &spec.mmu {
        parts.push(format!("{}-bit virtual addresses", mmu.virtual_bits));
    }
    parts.push(format!("{}-bit physical addresses", spec.physical_bits));
    if let Some(mmu) = &spec.mmu {
        parts.push(format!("{} pages", size(1 << mmu.page_bits)));
        if mmu.levels.len() > 1 {
            parts.push(format!("a {}-level page table", mmu.levels.len()));
        }
    }
    if spec.cores > 1 {
        parts.push(format!("{} cores", spec.cores));
    }
    parts.join(", ")
}

fn tlb(tlb: &TlbSpec) -> String {
    let (name, shape) = (title("TLB", "tlb", &tlb.name), shape(tlb.sets, tlb.ways));
    format!(
        "{name}: {} entries, {shape}{}",
        tlb.entries(),
        side(tlb.side)
    )
}

fn cache(spec: &Spec, cache: &CacheSpec) -> String {
    let mut text = format!(
        "{}: {}, {} blocks, {}{}",
        title("cache", "cache", &cache.name),
        size(cache.size()),
        size(1 << cache.block_bits),
        shape(cache.sets, cache.ways),
        side(cache.side)
    );
    if cache.write == WritePolicy::Through {
        text.push_str(", write-through");
    }
    if cache.shared && spec.cores > 1 {
        text.push_str(", shared by all cores");
    }
    text
}

fn title<'a>(kind: &'a str, unnamed: &str, name: &'a str) -> &'a str {
    if name == unnamed { kind } else { name }
}

fn shape(sets: u64, ways: u32) -> String {
    match (sets, ways) {
        (_, 1) => "direct-mapped".to_owned(),
        (1, _) => "fully associative".to_owned(),
        (_, ways) => format!("{ways}-way"),
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Both => "",
        Side::Data => ", for data",
        Side::Instructions => ", for instructions",
    }
}
