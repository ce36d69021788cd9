//! `figure translation`: an access from the virtual address to the data.

use super::request::Request;
use super::walk::{fetched, no_page_tables};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::fields::{self, BitField};
use crate::run::record::{
    Access, AccessVerb, DividedAddress, DividedField, FigureData, Lookup, LookupEntry, Translation,
    TranslationLevel,
};
use crate::run::session::Session;
use crate::run::stop::Stop;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::{Pa, SetIndex, Tag};
use pagewalk_engine::machine::event::{Event, PteKind, Purpose};
use pagewalk_engine::machine::spec::{CacheSpec, Mmu, Spec};

/// Returns the translation of an operation, or of the latest access.
///
/// # Errors
/// Returns the errors of the operation, or `bad-geometry` if the first cache cannot be looked up during the
/// translation.
pub(crate) fn translation(session: &mut Session, request: &Request) -> Result<FigureData, Stop> {
    let (vipt, operands) = match request.operands {
        [first, rest @ ..] if Request::is_option(session, first, "vipt") => (Some(first), rest),
        operands => (None, operands),
    };
    let access = request.access(session, operands)?;
    if access.spec.mmu.is_none() {
        return Err(no_page_tables(request.noun.span).into());
    }
    // The last access has changed the sets, so only the way that hit is known.
    let machine = if operands.is_empty() {
        None
    } else {
        Some(&*session.machine(request.place)?)
    };
    let mut figure = of_access(&access, machine);
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

/// Returns the data of an access. `machine` supplies the entries of the sets.
pub(crate) fn of_access(access: &Access, machine: Option<&Machine>) -> Translation {
    let spec = &access.spec;
    let va = access.va.raw();
    // After a handled fault, the first attempt made the walk that faulted, and the last attempt found the data.
    let last = access.first_piece();
    let first = access.faults().first().map_or(last, |fault| &fault.events);
    let fault = first.iter().find_map(|event| match event {
        Event::Faulted { fault } => Some(fault.to_string()),
        _ => None,
    });
    let translated = last.iter().find_map(|event| match event {
        Event::Translated { pa, .. } => Some(*pa),
        _ => None,
    });
    let of = Lookups { access, machine };
    let tlbs = (0..spec.tlbs.len()).filter(|at| spec.tlbs[*at].side.serves(access.kind));
    let tlbs: Vec<Lookup> = tlbs.map(|at| of.tlb(at, first)).collect();
    let caches = (0..spec.caches.len())
        .filter(|at| access.uses_caches() && spec.caches[*at].side.serves(access.kind));
    let caches: Vec<Lookup> = caches.map(|at| of.cache(at, last, translated)).collect();
    let reached = |event: &Event| {
        matches!(
            event,
            Event::Memory {
                purpose: Purpose::Demand,
                ..
            }
        )
    };
    Translation {
        operation: access.operation(),
        stores: access.verb == AccessVerb::Write,
        process: access
            .process
            .as_ref()
            .map(|inside| inside.process.name.to_string()),
        va: virtual_address(spec, access, va),
        walk: spec
            .mmu
            .as_ref()
            .map_or_else(Vec::new, |mmu| levels(mmu, va, first)),
        walked: first.iter().any(|event| matches!(event, Event::Pte { .. })),
        handled: fault.is_some() && translated.is_some(),
        fault,
        pa: physical_address(spec, access, translated),
        memory: access.uses_caches().then(|| last.iter().any(reached)),
        data: if translated.is_some() {
            access.data.clone()
        } else {
            Vec::new()
        },
        side_by_side: false,
        tlbs,
        caches,
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

fn virtual_address(spec: &Spec, access: &Access, va: u64) -> DividedAddress {
    let tlb = spec
        .first_tlb(access.kind)
        .map(|tlb| fields::tlb(spec, &spec.tlbs[tlb]));
    let index = first_cache(spec, access).map(|cache| fields::virtual_index(spec, cache));
    let rows = [
        fields::virtual_page(spec),
        tlb.unwrap_or_default(),
        index.unwrap_or_default(),
    ];
    divided(spec.virtual_bits(), Some(va), &rows)
}

fn physical_address(spec: &Spec, access: &Access, pa: Option<Pa>) -> DividedAddress {
    let cache = first_cache(spec, access).map(|cache| fields::cache(spec, cache));
    let rows = [
        fields::physical_page(spec),
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

/// Returns each level of the page tables with the entry that the walk fetched.
fn levels(mmu: &Mmu, va: u64, events: &[Event]) -> Vec<TranslationLevel> {
    let walked = fetched(mmu, events);
    let level = |level: u32, width: u32| {
        let low = mmu.level_page_bits(level);
        let index = va.checked_shr(low).unwrap_or(0) & !u64::MAX.checked_shl(width).unwrap_or(0);
        let fetched = walked.iter().find(|fetched| fetched.level == level);
        TranslationLevel {
            level,
            bits: (low + width.max(1) - 1, low),
            index,
            reached: fetched.is_some(),
            at: fetched.and_then(|fetched| fetched.at),
            entry: fetched.and_then(|fetched| fetched.raw),
            entry_bits: 8 * mmu.pte.bytes,
            present: fetched.map(|fetched| matches!(fetched.found, PteKind::Table | PteKind::Page)),
            ppn: fetched.and_then(|fetched| fetched.ppn),
        }
    };
    (1..)
        .zip(&mmu.levels)
        .map(|(at, width)| level(at, *width))
        .collect()
}

/// The source of the lookups.
struct Lookups<'a> {
    access: &'a Access,
    machine: Option<&'a Machine>,
}

impl Lookups<'_> {
    fn tlb(&self, at: usize, events: &[Event]) -> Lookup {
        let (spec, tlb) = (&self.access.spec, &self.access.spec.tlbs[at]);
        let found = events.iter().find_map(|event| match *event {
            Event::TlbLookup { tlb, set, tag, way } if tlb as usize == at => Some((set, tag, way)),
            _ => None,
        });
        let line = |machine: &Machine, set: SetIndex, way: u32| {
            let line = machine.tlb_line(at, set, way).filter(|line| line.valid)?;
            Some(LookupEntry {
                way,
                tag: line.tag.map(Tag::raw),
                ppn: Some(line.ppn.raw()),
            })
        };
        let entries = self.entries(found.map(|(set, ..)| set), tlb.ways, line);
        lookup(
            &tlb.name,
            (tlb.sets, tlb.ways, tlb.tag_bits(spec)),
            found,
            entries,
        )
    }

    fn cache(&self, at: usize, events: &[Event], pa: Option<Pa>) -> Lookup {
        let (spec, cache) = (&self.access.spec, &self.access.spec.caches[at]);
        let found = events.iter().find_map(|event| match *event {
            Event::CacheLookup {
                cache,
                set,
                tag,
                way,
                purpose: Purpose::Demand,
            } if cache as usize == at => Some((set, tag, way)),
            _ => None,
        });
        let line = |machine: &Machine, set: SetIndex, way: u32| {
            let line = machine.cache_line(at, set, way).filter(|line| line.valid)?;
            Some(LookupEntry {
                way,
                tag: line.tag.map(Tag::raw),
                ppn: None,
            })
        };
        let entries = self.entries(
            found.filter(|_| pa.is_some()).map(|(set, ..)| set),
            cache.ways,
            line,
        );
        lookup(
            &cache.name,
            (cache.sets, cache.ways, cache.tag_bits(spec)),
            found,
            entries,
        )
    }

    fn entries(
        &self,
        set: Option<SetIndex>,
        ways: u32,
        line: impl Fn(&Machine, SetIndex, u32) -> Option<LookupEntry>,
    ) -> Option<Vec<LookupEntry>> {
        let (machine, set) = (self.machine?, set?);
        Some(
            (0..ways)
                .filter_map(|way| line(machine, set, way))
                .collect(),
        )
    }
}

fn lookup(
    name: &str,
    (sets, ways, tag_bits): (u64, u32, u32),
    found: Option<(SetIndex, Tag, Option<u32>)>,
    entries: Option<Vec<LookupEntry>>,
) -> Lookup {
    Lookup {
        name: name.to_owned(),
        sets,
        ways,
        tag_bits,
        set: found.map(|(set, ..)| set.raw()),
        tag: found.map(|(_, tag, _)| tag.raw()),
        hit: found.map(|(.., way)| way.is_some()),
        way: found.and_then(|(.., way)| way),
        entries,
    }
}
