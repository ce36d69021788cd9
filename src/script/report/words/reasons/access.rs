//! The reasons for facts of accesses.

use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{Event, PteKind, Purpose};
use pagewalk_engine::machine::latency::latencies;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::spec::Spec;

use super::kernel::{NO_FACT, kernel_reason};
use crate::report::words::causes::{cause_clause, entry, permitted, place, stale_clause};
use crate::report::words::names::{Names, the};
use crate::report::words::numbers::{binary, hex, pa};
use crate::run::facts::{Component, low, shifted, thousandths};
use crate::run::nouns::size;
use crate::run::record::{Access, AccessVerb, CachedBlock, Shown};
use crate::run::steps::{AccessReason, Bits, Field, LookedUp, Part, PartField};

pub(super) fn access_reason(a: &Access, reason: &AccessReason) -> String {
    let spec = &*a.spec;
    let fixed = match reason {
        AccessReason::NoMmu => "the machine has no MMU, so addresses are physical",
        AccessReason::NoTlb => "the machine has no TLB for this kind of access",
        AccessReason::NoCache => "the machine has no cache for this kind of access",
        AccessReason::NoPhysicalAddress => "the access has no physical address",
        AccessReason::NoSystemCall => "an access is not a system call",
        AccessReason::NothingRead if a.verb == AccessVerb::Write => {
            "`write` reads nothing; to check the byte that it stored, write a `read` after it"
        }
        AccessReason::NothingRead => "`translate` reads nothing; to read the byte, write `read`",
        AccessReason::OneAddress => "`translate` translates one address",
        AccessReason::NoEntryValue => {
            "the page table is not in simulated memory, so its upper-level entries have no value"
        }
        AccessReason::NoCacheUsed => "`translate` does not use caches",
        AccessReason::Uncached => "the page is not cached (CD = 1)",
        AccessReason::NoCacheHit => "no cache holds the block",
        AccessReason::NotGiven { missed: true } => {
            "the cache misses, and the contents of memory are not given"
        }
        AccessReason::NotGiven { missed: false } => "the contents of memory are not given",
        AccessReason::NoProcess => {
            "no process made the access, so no kernel handled a fault or evicted a page"
        }
        AccessReason::AllResolved => "the kernel resolved every fault of the access",
        AccessReason::Bits(bits) => return bits_clause(spec, bits),
        AccessReason::OneSet(part) => return format!("{} has one set", named(spec, *part)),
        AccessReason::EntryAddress { level, index, at } => {
            return entry_address(spec, *level, *index, *at);
        }
        AccessReason::EntryValue { at, known: false } => {
            return format!("a byte of the entry{} is uninitialized", placed(spec, *at));
        }
        AccessReason::EntryValue { at, known: true } => {
            let (place, marks) = (placed(spec, *at), before_marks(spec));
            return format!("the walk fetched this value{place}{marks}");
        }
        AccessReason::LookedUp(looked) => return looked_up(a, looked),
        AccessReason::Flushed(looked) => {
            let process = a.process.as_ref().map_or("", |own| &own.process.name);
            let (miss, tlb) = (looked_up(a, looked), named(spec, looked.part));
            return format!(
                "{miss}, because the context switch to process {process} flushed {tlb}"
            );
        }
        AccessReason::NotReached { part, hit } => {
            let part = named(spec, *part);
            return match hit {
                Some(hit) => {
                    let hit = named(spec, *hit);
                    format!("{hit} hit, so the access did not reach {part}")
                }
                None => format!("the access did not reach {part}"),
            };
        }
        AccessReason::NotServed(part) => {
            let part = named(spec, *part);
            return format!("{part} does not serve this kind of access");
        }
        AccessReason::NotFilled(part) => {
            return format!("the access did not fill {}", named(spec, *part));
        }
        AccessReason::Victim { part, set, tag } => return victim(spec, *part, *set, *tag),
        AccessReason::Writeback { dirty: true, .. } => "the evicted block was dirty",
        AccessReason::Writeback {
            part: Component::Tlb(_),
            ..
        } => "the evicted entry was clean",
        AccessReason::Writeback { .. } => "the evicted block was clean",
        AccessReason::Faulted { va, cause } => return cause_clause(spec, *va, a.kind, cause),
        AccessReason::Permitted(by) => return permitted(a, by),
        AccessReason::TlbHeldIt => "a TLB held the translation, so the MMU fetched no entry",
        AccessReason::NoWalk => "the MMU fetched no entry",
        AccessReason::WalkToSetDirty => {
            "a TLB held the translation with D = 0, so the MMU fetched the PTE again to set D for the store"
        }
        AccessReason::WalkEnd { level, found } => {
            let found = match found {
                None => "",
                Some(PteKind::Absent) => ", whose entry is not present",
                Some(PteKind::Reserved) => ", whose entry has a reserved bit set",
                Some(PteKind::Page | PteKind::Table) => ", whose entry maps the page",
            };
            return format!("the walk ended at level {level}{found}");
        }
        AccessReason::PpnInTlb { ppn, hit, stale } => {
            let (ppn, hit) = (hex(*ppn, spec.ppn_bits()), looked_up(a, hit));
            let stale = stale_clause(spec, a.decided_va(), *stale);
            return format!("{hit}, with PPN {ppn}{stale}");
        }
        AccessReason::PpnInEntry {
            ppn,
            level,
            at,
            raw,
        } => return ppn_in_entry(a, &hex(*ppn, spec.ppn_bits()), *level, *at, *raw),
        AccessReason::PpnInTable(ppn) => {
            let ppn = hex(*ppn, spec.ppn_bits());
            return format!("the page table maps the page to PPN {ppn}");
        }
        AccessReason::Follows { ppn, ppo, stale } => {
            let (ppn, ppo) = (hex(*ppn, spec.ppn_bits()), hex(*ppo, spec.page_bits()));
            let stale = stale_clause(spec, a.decided_va(), *stale);
            return format!("PPN {ppn} is followed by PPO {ppo}, which equals the VPO{stale}");
        }
        AccessReason::Byte => return first_byte(a),
        AccessReason::Bytes => return all_bytes(a),
        AccessReason::Latencies => return sum(a),
        AccessReason::Pieces => return pieces(a),
        AccessReason::NoFault => {
            let process = a.process.as_ref().map_or("", |own| &own.process.name);
            return format!(
                "the page is mapped in {process} and permits the access, so there was no fault"
            );
        }
        AccessReason::Kernel(reason) => {
            return Names::of_access(a).map_or_else(
                || NO_FACT.to_owned(),
                |names| kernel_reason(names, a.faults(), None, reason),
            );
        }
    };
    fixed.to_owned()
}

/// Explains a field: `TLBI is 0b11, bits 7–6 of the virtual address 0x03D4`.
fn bits_clause(spec: &Spec, bits: &Bits) -> String {
    let label = match bits.field {
        Field::Name(name) => name.to_owned(),
        Field::Level(level) => format!("VPN{level}"),
        Field::Part(part, PartField::Index) => format!("the index of {}", part.name(spec)),
        Field::Part(part, PartField::Tag) => format!("the tag of {}", part.name(spec)),
        Field::Part(part, PartField::Offset) => format!("the offset of {}", part.name(spec)),
    };
    let (lowest, highest) = (bits.lowest, bits.lowest + bits.count);
    let range = match bits.count {
        0 => format!("{label} has no bits"),
        count => {
            let (value, width, physical) = bits.address;
            let kind = if physical { "physical" } else { "virtual" };
            let range = if count == 1 {
                format!("bit {lowest}")
            } else {
                format!("bits {}–{lowest}", highest - 1)
            };
            format!(
                "{label} is {}, {range} of the {kind} address {}",
                binary(low(shifted(value, lowest), count), count),
                hex(value, width)
            )
        }
    };
    match bits.page {
        Some(page) => format!("{range}, because the page size is {}", size(1 << page)),
        None => range,
    }
}

fn entry_address(spec: &Spec, level: u32, index: u64, at: Option<Pa>) -> String {
    let (Some(at), Some(mmu)) = (at, &spec.mmu) else {
        return "CR3 is not set, so the page table is not in simulated memory".to_owned();
    };
    let offset = index * u64::from(mmu.pte.bytes);
    let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
    format!(
        "the level-{level} table is at {}, and entry {} (with {} bytes per entry) is at offset 0x{offset:X}",
        pa(spec, at.raw() - offset),
        hex(index, bits),
        mmu.pte.bytes,
    )
}

fn placed(spec: &Spec, at: Option<Pa>) -> String {
    at.map_or_else(String::new, |at| format!(" at {}", pa(spec, at.raw())))
}

/// Returns the clause about the bits that a walk sets, or an empty string if the format has neither A nor D.
fn before_marks(spec: &Spec) -> &'static str {
    let has = |bit| {
        let mmu = spec.mmu.as_ref();
        mmu.is_some_and(|mmu| mmu.pte.bit_position(bit).is_some())
    };
    match (has(Bit::A), has(Bit::D)) {
        (true, true) => ", before it set A or D",
        (true, false) => ", before it set A",
        (false, true) => ", before it set D",
        (false, false) => "",
    }
}

/// Returns the name of a TLB or cache in a sentence.
fn named(spec: &Spec, part: Component) -> String {
    let part = match part {
        Component::Tlb(at) => Part::Tlb(at as u32),
        Component::Cache(at) => Part::Cache(at as u32),
    };
    the(part, spec)
}

/// Returns the word for an entry of a TLB or cache with its plural, the number of ways, and the policy.
fn shape(spec: &Spec, part: Component) -> ([&'static str; 2], u32, Policy) {
    match part {
        Component::Tlb(at) => {
            let tlb = &spec.tlbs[at];
            (["entry", "entries"], tlb.ways, tlb.policy)
        }
        Component::Cache(at) => {
            let cache = &spec.caches[at];
            (["line", "lines"], cache.ways, cache.policy)
        }
    }
}

fn looked_up(a: &Access, looked: &LookedUp) -> String {
    let (spec, part) = (&*a.spec, looked.part);
    let ([entry, _], ways, _) = shape(spec, part);
    let tag = hex(looked.tag, part.widths(spec).1);
    let place = place(spec, part, looked.set);
    // The entries of a TLB with `asid on` belong to processes.
    let whose = match (part, &a.process) {
        (Component::Tlb(at), Some(own)) if spec.tlbs[at].asid => {
            format!(" for process {}", own.process.name)
        }
        // The tag alone may be that of another ASID.
        (Component::Tlb(at), None) if spec.tlbs[at].asid && looked.way.is_none() => {
            " and the current ASID".to_owned()
        }
        _ => String::new(),
    };
    match looked.way {
        Some(_) if ways == 1 => format!("the {entry}{place} is valid and has tag {tag}{whose}"),
        Some(way) => format!("way {way}{place} is valid and has tag {tag}{whose}"),
        None => format!("no valid {entry}{place} has tag {tag}{whose}"),
    }
}

fn victim(spec: &Spec, part: Component, set: u64, tag: Option<u64>) -> String {
    let ([entry, entries], ways, policy) = shape(spec, part);
    let place = place(spec, part, set);
    match tag.map(|tag| hex(tag, part.widths(spec).1)) {
        None => {
            let article = if entry == "entry" { "an" } else { "a" };
            format!("{article} {entry}{place} was invalid, so nothing was evicted")
        }
        Some(tag) if ways == 1 => format!("the only {entry}{place} had tag {tag}"),
        Some(tag) => {
            let policy = policy.row().title;
            format!("all {entries}{place} were valid, and {policy} evicts tag {tag}")
        }
    }
}

fn ppn_in_entry(a: &Access, ppn: &str, level: u32, at: Option<Pa>, raw: Option<u64>) -> String {
    let spec = &*a.spec;
    let (bytes, page_bits) = spec.mmu.as_ref().map_or((8, spec.page_bits()), |mmu| {
        (mmu.pte.bytes, mmu.level_page_bits(level))
    });
    let raw = raw.map_or_else(String::new, |raw| {
        format!(" is {} and", Shown::hex(raw, 2 * bytes))
    });
    let entry = format!(
        "{}{}{raw}",
        entry(spec, a.va.raw(), level),
        placed(spec, at)
    );
    if page_bits > spec.page_bits() {
        let size = size(1 << page_bits);
        format!("{entry} maps a {size} page, which covers PPN {ppn}")
    } else {
        format!("{entry} has PPN {ppn}")
    }
}

/// Explains which line and offset, or which address of memory, the first byte comes from.
fn first_byte(a: &Access) -> String {
    let at = a.outcome.pa.map_or(0, Pa::raw);
    let place = pa(&a.spec, at);
    let Some(byte) = a.data.first().copied().flatten() else {
        return format!("the byte at physical address {place} is uninitialized");
    };
    let byte = Shown::hex(u64::from(byte), 2);
    let first = a.spec.first_cache(a.kind).map(|at| &a.spec.caches[at]);
    let Some((cache, CachedBlock { way, bytes: block })) = first.zip(a.block.as_ref()) else {
        return format!("physical address {place} holds {byte}");
    };
    let indexed = if cache.virtual_index { a.va.raw() } else { at };
    let index = low(shifted(indexed, cache.block_bits), cache.index_bits());
    let (index, offset) = (
        hex(index, cache.index_bits()),
        hex(low(at, cache.block_bits), cache.block_bits),
    );
    let way = if cache.ways == 1 {
        String::new()
    } else {
        format!(", way {way},")
    };
    let block = if block.is_empty() {
        "the block".to_owned()
    } else {
        bytes(block)
    };
    format!("the line at CI {index}{way} holds {block}, and its byte at CO {offset} is {byte}")
}

/// `36 72 F0 1D`
fn bytes(bytes: &[Option<u8>]) -> String {
    let bytes = bytes
        .iter()
        .map(|byte| byte.map_or("-".to_owned(), |byte| format!("{byte:02X}")));
    bytes.collect::<Vec<_>>().join(" ")
}

fn all_bytes(a: &Access) -> String {
    let place = pa(&a.spec, a.outcome.pa.map_or(0, Pa::raw));
    let order = if a.data.iter().all(Option::is_some) && a.data.len() <= 8 {
        ", little-endian"
    } else {
        ""
    };
    let data = bytes(&a.data);
    format!("the bytes from physical address {place} are {data}{order}")
}

/// Lists the latencies that add up to the cycles.
fn sum(a: &Access) -> String {
    let terms: Vec<String> = latencies(&a.spec, &a.events)
        .filter_map(|(event, added)| {
            let (what, latency) = match event {
                Event::TlbLookup { tlb, .. } => (
                    Part::Tlb(tlb).name(&a.spec),
                    a.spec.tlbs[tlb as usize].latency,
                ),
                Event::CacheLookup { cache, .. } => {
                    let cache = &a.spec.caches[cache as usize];
                    (&*cache.name, cache.latency)
                }
                Event::Pte { .. }
                | Event::Memory {
                    purpose: Purpose::Walk,
                    ..
                } => ("page-table entry", added),
                _ => ("memory", added),
            };
            let (whole, hidden) = (thousandths(latency), thousandths(latency - added));
            match (latency, added) {
                (0, _) => None,
                (_, _) if added == latency => Some(format!("{what} {whole}")),
                _ => Some(format!(
                    "{what} {whole} − {hidden} that overlap with the TLB lookup"
                )),
            }
        })
        .collect();
    if terms.is_empty() {
        "no part of this access has a latency".to_owned()
    } else {
        terms.join(" + ")
    }
}

/// Explains whether the bytes cross a boundary.
fn pieces(a: &Access) -> String {
    let what = match a.data.len() {
        1 => "one byte".to_owned(),
        count => format!(
            "{count} bytes from {}",
            hex(a.va.raw(), a.spec.virtual_bits())
        ),
    };
    match a.outcome.fragments {
        1 if a.data.len() == 1 => "one byte crosses no boundary".to_owned(),
        1 => format!("{what} lie in one block and one page"),
        2 => format!("{what} cross a block or page boundary"),
        count => format!("{what} cross {} block or page boundaries", count - 1),
    }
}
