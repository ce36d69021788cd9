//! The access facts that exist on every machine.

use crate::lang::value::Value;
use pagewalk_engine::machine::event::{Event, Purpose};
use pagewalk_engine::machine::latency::cycles;

use super::component::{self, Component, low, shifted};
use super::row::{FactRow, Reported, thousandths};
use super::subject::Subject;
use super::types::{COUNT, FIELD, FRACTION, FactType, TRUTH, Values};
use super::words::{CODE, ERROR, FAULT, LOOKUP, SIGNAL};
use super::{kernel, why};
use crate::run::record::{Access, AccessVerb, Shown};
use crate::run::steps::{AccessReason, Field, PartField};

/// Returns a row that is reported for every access.
const fn reported(
    subject: Subject,
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&Access) -> Option<Shown>,
    why: fn(&Access) -> AccessReason,
) -> FactRow {
    FactRow {
        name,
        kind,
        help,
        get,
        why,
        subject,
        reported: Reported::Always,
    }
}

/// Returns a row about the kernel's fault handler. The fact is reported only for processes, because bare hardware
/// has no handler.
const fn handler(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&Access) -> Option<Shown>,
    why: fn(&Access) -> AccessReason,
) -> FactRow {
    FactRow {
        reported: Reported::OfProcesses,
        ..reported(Subject::Nothing, name, kind, help, get, why)
    }
}

/// The facts of an access, in reporting order.
pub const ACCESS_FACTS: &[FactRow] = &[
    reported(
        Subject::Address,
        "vpn",
        FIELD,
        "virtual page number",
        |a| virtual_field(a, |va, page| va >> page, |v, page| v - page),
        why::vpn,
    ),
    reported(
        Subject::Address,
        "vpo",
        FIELD,
        "virtual page offset",
        |a| virtual_field(a, low, |_, page| page),
        why::vpo,
    ),
    reported(
        Subject::FirstTlb,
        "tlbi",
        FIELD,
        "TLB index: the set in the first TLB",
        |a| component::index(a, first_tlb(a)?),
        |a| of_first(a, first_tlb, ("TLBI", PartField::Index), why::tlb),
    ),
    reported(
        Subject::FirstTlb,
        "tlbt",
        FIELD,
        "TLB tag in the first TLB",
        |a| component::tag(a, first_tlb(a)?),
        |a| of_first(a, first_tlb, ("TLBT", PartField::Tag), why::tlb),
    ),
    reported(
        Subject::Tlbs,
        "tlb",
        LOOKUP,
        "whether a TLB held the translation (`none`: no TLB lookup)",
        tlb,
        why::tlb,
    ),
    reported(
        Subject::Walks,
        "walk",
        COUNT,
        "number of page-table entries fetched",
        walk,
        why::walk,
    ),
    reported(
        Subject::Translation,
        "fault",
        FAULT,
        "class of the access's first fault",
        kernel::fault,
        why::fault,
    ),
    reported(
        Subject::Translation,
        "ppn",
        FIELD,
        "physical page number",
        |a| physical_field(a, shifted, |p, page| p - page),
        why::ppn,
    ),
    reported(
        Subject::Translation,
        "ppo",
        FIELD,
        "physical page offset",
        |a| physical_field(a, low, |_, page| page),
        why::ppo,
    ),
    reported(
        Subject::Translation,
        "pa",
        FIELD,
        "physical address",
        pa,
        why::pa,
    ),
    reported(
        Subject::FirstCache,
        "co",
        FIELD,
        "block offset in the first cache",
        |a| component::offset(a, first_cache(a)?),
        |a| of_first(a, first_cache, ("CO", PartField::Offset), why::cache),
    ),
    reported(
        Subject::FirstCache,
        "ci",
        FIELD,
        "set index in the first cache",
        |a| component::index(a, first_cache(a)?),
        |a| of_first(a, first_cache, ("CI", PartField::Index), why::cache),
    ),
    reported(
        Subject::FirstCache,
        "ct",
        FIELD,
        "tag in the first cache",
        |a| component::tag(a, first_cache(a)?),
        |a| of_first(a, first_cache, ("CT", PartField::Tag), why::cache),
    ),
    reported(
        Subject::FirstCache,
        "cache",
        LOOKUP,
        "whether the first cache held the block (`none`: no cache lookup)",
        |a| {
            first_cache(a).map_or(Some(Shown::word("none")), |cache| {
                component::lookup(a, cache)
            })
        },
        why::cache,
    ),
    reported(
        Subject::Caches,
        "served",
        FactType::new(Values::ServedBy),
        "cache that held the data, or `memory`",
        served,
        why::served,
    ),
    reported(
        Subject::Data,
        "byte",
        FactType::new(Values::Byte).or_unknown(),
        "the byte that was read",
        byte,
        why::byte,
    ),
    reported(
        Subject::Data,
        "value",
        FactType::new(Values::Bytes).or_unknown(),
        "all bytes that were read, little-endian",
        value,
        why::value,
    ),
    reported(
        Subject::Times,
        "cycles",
        FRACTION,
        "latency of the access",
        |a| Some(Shown::plain(thousandths(cycles(&a.spec, &a.events)))),
        |_| AccessReason::Latencies,
    ),
    reported(
        Subject::Address,
        "pieces",
        COUNT,
        "number of pieces into which block and page boundaries split the access",
        |a| Some(Shown::plain(u64::from(a.outcome.fragments))),
        why::pieces,
    ),
    handler(
        "signal",
        SIGNAL,
        "the signal that Linux sends",
        kernel::signal,
        why::signal,
    ),
    handler(
        "code",
        CODE,
        "the signal's si_code",
        kernel::code,
        why::signal,
    ),
    handler(
        "frame",
        COUNT.or_none(),
        "the frame that the fault handler mapped",
        kernel::frame,
        why::page_in,
    ),
    handler(
        "evicted",
        FIELD.or_none(),
        "the page that the fault handler evicted",
        kernel::evicted_page,
        why::eviction,
    ),
    handler(
        "swapped-out",
        TRUTH,
        "whether the fault handler wrote the evicted page to swap",
        kernel::swapped_out,
        why::eviction,
    ),
    handler(
        "copied",
        TRUTH,
        "whether the fault handler copied a page",
        kernel::copied_page,
        why::page_in,
    ),
    // Reports contain the class of the fault.
    FactRow {
        reported: Reported::Never,
        ..reported(
            Subject::Nothing,
            "page-fault",
            TRUTH,
            "whether the access caused a page fault",
            kernel::faulted,
            why::fault,
        )
    },
    handler(
        "minor",
        COUNT,
        "minor faults of this access",
        kernel::minor,
        why::costs,
    ),
    handler(
        "major",
        COUNT,
        "major faults of this access",
        kernel::major,
        why::costs,
    ),
    handler(
        "returns",
        FactType::new(Values::Returned),
        "result of a system call",
        |_| None,
        no_call,
    ),
    handler("error", ERROR, "errno of a system call", |_| None, no_call),
];

fn virtual_field(
    a: &Access,
    field: fn(u64, u32) -> u64,
    width: fn(u32, u32) -> u32,
) -> Option<Shown> {
    let mmu = a.spec.mmu.as_ref()?;
    let bits = width(mmu.virtual_bits, mmu.page_bits);
    Some(Shown::field(
        low(field(a.va.raw(), mmu.page_bits), bits),
        bits,
    ))
}

fn physical_field(
    a: &Access,
    field: fn(u64, u32) -> u64,
    width: fn(u32, u32) -> u32,
) -> Option<Shown> {
    let mmu = a.spec.mmu.as_ref()?;
    let pa = a.outcome.pa?.raw();
    Some(Shown::field(
        field(pa, mmu.page_bits),
        width(a.spec.physical_bits, mmu.page_bits),
    ))
}

fn pa(a: &Access) -> Option<Shown> {
    Some(Shown::field(a.outcome.pa?.raw(), a.spec.physical_bits))
}

/// Explains a field of the first TLB or cache, or that the machine has none.
fn of_first(
    a: &Access,
    first: fn(&Access) -> Option<Component>,
    (name, which): (&'static str, PartField),
    none: fn(&Access) -> AccessReason,
) -> AccessReason {
    first(a).map_or_else(
        || none(a),
        |part| why::part_field(a, part, which, Field::Name(name)),
    )
}

fn no_call(_: &Access) -> AccessReason {
    AccessReason::NoSystemCall
}

fn first_tlb(a: &Access) -> Option<Component> {
    a.spec.first_tlb(a.kind).map(Component::Tlb)
}

fn first_cache(a: &Access) -> Option<Component> {
    a.spec.first_cache(a.kind).map(Component::Cache)
}

fn tlb(a: &Access) -> Option<Shown> {
    // Without a TLB, there is no lookup that hits or misses.
    if first_tlb(a).is_none() {
        return Some(Shown::word("none"));
    }
    let hit = |event: &Event| matches!(event, Event::TlbLookup { way: Some(_), .. });
    Some(Shown::word(if a.first_piece().iter().any(hit) {
        "hit"
    } else {
        "miss"
    }))
}

fn walk(a: &Access) -> Option<Shown> {
    let fetched = a
        .first_piece()
        .iter()
        .filter(|event| matches!(event, Event::Pte { .. }))
        .count();
    Some(Shown::plain(fetched as u64))
}

fn served(a: &Access) -> Option<Shown> {
    a.outcome.pa.filter(|_| a.uses_caches())?;
    let level = a.first_piece().iter().find_map(|event| match event {
        Event::CacheLookup {
            cache,
            way: Some(_),
            purpose: Purpose::Demand,
            ..
        } => Some(*cache),
        _ => None,
    });
    Some(Shown::word(level.map_or("memory", |cache| {
        &a.spec.caches[cache as usize].name
    })))
}

/// Returns the bytes that the access read, if the access has a physical address.
fn loaded(a: &Access) -> Option<&[Option<u8>]> {
    let loads = matches!(a.verb, AccessVerb::Read | AccessVerb::Fetch) && a.outcome.pa.is_some();
    loads.then_some(a.data.as_slice())
}

/// Returns the byte of the first piece, which the access read even if a later piece faulted.
fn byte(a: &Access) -> Option<Shown> {
    let first = *loaded(a)?.first()?;
    Some(first.map_or(Shown::word("unknown"), |byte| {
        Shown::hex(u64::from(byte), 2)
    }))
}

fn value(a: &Access) -> Option<Shown> {
    let bytes = loaded(a).filter(|_| a.outcome.fault.is_none())?;
    let Some(bytes) = bytes.iter().copied().collect::<Option<Vec<u8>>>() else {
        return Some(Shown::word("unknown"));
    };
    if bytes.len() > 8 {
        return Some(Shown::plain(Value::List(
            bytes
                .iter()
                .map(|&byte| Value::from(u64::from(byte)))
                .collect(),
        )));
    }
    let number = bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte));
    Some(Shown::hex(number, 2 * bytes.len() as u32))
}
