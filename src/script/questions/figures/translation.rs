//! `figure translation`: an access from the virtual address to the data.

use super::request::Request;
use super::walk::no_page_tables;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::fields::{self, BitField};
use crate::run::record::{
    Access, AccessVerb, DividedAddress, DividedField, FigureData, Lookup, LookupEntry, Translation,
    TranslationLevel,
};
use crate::run::session::Cx;
use crate::run::steps::{Fetched, Looked, Walk};
use crate::run::stop::Stop;
use pagewalk_engine::machine::addr::{Pa, Ppn, Tag};
use pagewalk_engine::machine::event::{Event, PteKind, Purpose, SetLine};
use pagewalk_engine::machine::spec::{CacheSpec, Mmu, Spec};

/// Returns the translation of an operation, or of the latest access.
///
/// # Errors
/// Returns the errors of the operation, or `bad-geometry` if the first cache cannot be looked up during the
/// translation.
pub(crate) fn translation(cx: &mut Cx, request: &Request) -> Result<FigureData, Stop> {
    let (vipt, operands) = match request.operands {
        [first, rest @ ..] if Request::is_option(cx, first, "vipt") => (Some(first), rest),
        operands => (None, operands),
    };
    let access = request.access(cx, operands)?;
    if access.spec.mmu.is_none() {
        return Err(no_page_tables(request.noun.span).into());
    }
    let mut figure = of_access(&access);
    if let Some(word) = vipt {
        match first_cache(&access.spec, &access) {
            Some(cache) if cache.virtual_index || cache.vipt(&access.spec) => {
                figure.side_by_side = true;
            }
            Some(cache) => {
                let bits = cache.block_bits + cache.index_bits();
                let message = format!(
                    "`{}` needs the physical address: its index and offset have {bits} bits, and the page offset has {}",
                    cache.name,
                    access.spec.page_bits()
                );
                return Err(Diagnostic::new(Code::BadGeometry, word.span, message)
                    .label("the translation comes first")
                    .help("remove `vipt`, or give the cache more ways")
                    .into());
            }
            None => {
                let message = "this machine has no cache for the access";
                return Err(Diagnostic::new(Code::BadGeometry, word.span, message)
                    .help("remove `vipt`, or declare a `cache`")
                    .into());
            }
        }
    }
    Ok(FigureData::Translation(Box::new(figure)))
}

/// Returns the data of an access.
pub(crate) fn of_access(access: &Access) -> Translation {
    let spec = &access.spec;
    // After a handled fault, the first attempt made the walk that faulted, and the last attempt found the data.
    let last = access.first_piece();
    let (first, looked) = match access.faults().first() {
        Some(fault) => (&*fault.events, &fault.looked),
        None => (last, &access.looked),
    };
    let fault = first.iter().find_map(|event| match event {
        Event::Faulted { fault } => Some(fault.to_string()),
        _ => None,
    });
    let translated = last.iter().find_map(|event| match event {
        Event::Translated { pa, .. } => Some(*pa),
        _ => None,
    });
    let walk = Walk::of_events(spec, access.va, first);
    let tlbs: Vec<Lookup> = (0..spec.tlbs.len())
        .filter(|at| spec.tlbs[*at].side.serves(access.kind))
        .map(|at| of_tlb(spec, at, first, looked))
        .collect();
    let caches = (0..spec.caches.len())
        .filter(|at| access.uses_caches() && spec.caches[*at].side.serves(access.kind))
        .map(|at| of_cache(spec, at, last, &access.looked));
    let reached = |event: &Event| {
        matches!(
            event,
            Event::Memory {
                purpose: Purpose::Demand,
                ..
            }
        )
    };
    let page_of = |set: &Looked| {
        set.hit()
            .map(|line| line.page_bits)
            .filter(|bits| *bits > 0)
    };
    let page_bits = match walk.leaf() {
        Some(_) => walk.page_bits(spec),
        None => looked.iter().find_map(page_of).unwrap_or(spec.page_bits()),
    };
    // The first TLB is looked up first. A miss reports the tag for the smallest pages.
    let tlb_bits = looked.first().and_then(page_of);
    Translation {
        operation: access.operation(),
        stores: access.verb == AccessVerb::Write,
        process: access
            .process
            .as_ref()
            .map(|inside| inside.process.name.to_string()),
        va: virtual_address(spec, access, page_bits, tlb_bits),
        walk: spec
            .mmu
            .as_ref()
            .map_or_else(Vec::new, |mmu| levels(mmu, &walk, page_bits)),
        page_bytes: (page_bits > spec.page_bits()).then(|| 1 << page_bits),
        walked: !walk.levels.is_empty(),
        handled: fault.is_some() && translated.is_some(),
        fault,
        pa: physical_address(spec, access, translated, page_bits),
        memory: access.uses_caches().then(|| last.iter().any(reached)),
        data: if translated.is_some() {
            access.data.clone()
        } else {
            Vec::new()
        },
        side_by_side: false,
        ppn_bits: spec.ppn_bits(),
        caches: caches.collect(),
        tlbs,
    }
}

fn divided(bits: u32, value: Option<u64>, rows: &[Vec<BitField>; 3]) -> DividedAddress {
    let field = |field: &BitField| DividedField {
        name: field.full_name(),
        high: field.high,
        low: field.low,
        value: value.map(|value| field.value_in(value)),
    };
    let rows = rows
        .iter()
        .filter(|row| !row.is_empty())
        .map(|row| row.iter().map(field).collect());
    DividedAddress {
        bits,
        value,
        rows: rows.collect(),
    }
}

fn virtual_address(
    spec: &Spec,
    access: &Access,
    page_bits: u32,
    tlb_bits: Option<u32>,
) -> DividedAddress {
    let tlb = spec.first_tlb(access.kind).map(|tlb| {
        let tlb = &spec.tlbs[tlb];
        let bits = tlb_bits.unwrap_or(tlb.smallest_page_bits(spec));
        fields::tlb(spec, tlb, bits)
    });
    let index = first_cache(spec, access).map(|cache| fields::virtual_index(spec, cache));
    let rows = [
        fields::virtual_page(spec, page_bits),
        tlb.unwrap_or_default(),
        index.unwrap_or_default(),
    ];
    divided(spec.virtual_bits(), Some(access.va.raw()), &rows)
}

fn physical_address(
    spec: &Spec,
    access: &Access,
    pa: Option<Pa>,
    page_bits: u32,
) -> DividedAddress {
    let cache = first_cache(spec, access).map(|cache| fields::cache(spec, cache));
    let rows = [
        fields::physical_page(spec, page_bits),
        cache.unwrap_or_default(),
        Vec::new(),
    ];
    divided(spec.physical_bits, pa.map(Pa::raw), &rows)
}

/// Returns the first cache that the access uses for its data.
fn first_cache<'s>(spec: &'s Spec, access: &Access) -> Option<&'s CacheSpec> {
    spec.first_cache(access.kind)
        .filter(|_| access.uses_caches())
        .map(|cache| &spec.caches[cache])
}

/// Returns each level of the page tables that translates addresses in pages of 2^`page_bits` bytes, with the entry that the
/// walk fetched.
fn levels(mmu: &Mmu, walk: &Walk, page_bits: u32) -> Vec<TranslationLevel> {
    let va = walk.va.raw();
    let level = |(level, width): (u32, &u32)| {
        let low = mmu.level_page_bits(level);
        let index = va.checked_shr(low).unwrap_or(0) & !u64::MAX.checked_shl(*width).unwrap_or(0);
        let fetched = walk.levels.iter().find(|fetched| fetched.level == level);
        TranslationLevel {
            level,
            bits: (low + (*width).max(1) - 1, low),
            index,
            reached: fetched.is_some(),
            at: fetched.and_then(|fetched| fetched.at).map(Pa::raw),
            entry: fetched.and_then(|fetched| fetched.raw),
            entry_bits: 8 * mmu.pte.bytes,
            present: fetched.map(Fetched::is_present),
            reserved: fetched.is_some_and(|fetched| fetched.found == PteKind::Reserved),
            ppn: fetched.and_then(|fetched| fetched.ppn),
        }
    };
    (1..)
        .zip(&mmu.levels)
        .filter(|(level, _)| mmu.level_page_bits(*level) >= page_bits)
        .map(level)
        .collect()
}

fn of_tlb(spec: &Spec, at: usize, events: &[Event], looked: &[Looked]) -> Lookup {
    let tlb = &spec.tlbs[at];
    let its = |event: &Event| matches!(event, Event::TlbLookup { tlb, .. } if *tlb as usize == at);
    Lookup {
        name: tlb.name.to_string(),
        sets: tlb.sets,
        ways: tlb.ways,
        tag_bits: tlb.tag_bits(spec),
        block_bytes: None,
        ..found(spec, events, looked, its)
    }
}

fn of_cache(spec: &Spec, at: usize, events: &[Event], looked: &[Looked]) -> Lookup {
    let cache = &spec.caches[at];
    let its = |event: &Event| {
        matches!(
            event,
            Event::CacheLookup { cache, purpose: Purpose::Demand, .. } if *cache as usize == at
        )
    };
    Lookup {
        name: cache.name.to_string(),
        sets: cache.sets,
        ways: cache.ways,
        tag_bits: cache.tag_bits(spec),
        block_bytes: Some(1 << cache.block_bits),
        ..found(spec, events, looked, its)
    }
}

/// Returns the part of a lookup that the access determines.
fn found(spec: &Spec, events: &[Event], looked: &[Looked], its: impl Fn(&Event) -> bool) -> Lookup {
    let is_huge = |line: &SetLine| line.valid && line.page_bits > spec.page_bits();
    let entry = |line: &SetLine| LookupEntry {
        way: line.way,
        valid: line.valid,
        tag: line.tag.map(Tag::raw),
        ppn: line.ppn.map(Ppn::raw),
        page_bytes: is_huge(line).then(|| 1 << line.page_bits),
        dirty: line.dirty,
        bytes: line.bytes.map(Vec::from),
    };
    let entries = looked.iter().find(|set| its(&set.lookup));
    let lookup = match events.iter().find(|event| its(event)) {
        Some(Event::TlbLookup { set, tag, way, .. } | Event::CacheLookup { set, tag, way, .. }) => {
            Some((set, tag, way))
        }
        _ => None,
    };
    Lookup {
        set: lookup.map(|(set, ..)| set.raw()),
        tag: lookup.map(|(_, tag, _)| tag.raw()),
        hit: lookup.map(|(.., way)| way.is_some()),
        way: lookup.and_then(|(.., way)| *way),
        entries: entries.map(|set| set.lines.iter().map(entry).collect()),
        ..Lookup::default()
    }
}
