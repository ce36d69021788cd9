//! Explains the bytes that an access returned and the cost of the access.

use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{Event, Purpose};
use pagewalk_engine::machine::latency::latencies;

use super::super::row::{low, thousandths};
use super::faults::no_address;
use super::lookups::served;
use crate::run::record::{Access, AccessVerb, CachedBlock, Shown};

/// Explains why an access returned no bytes, if none were returned.
fn nothing_read(a: &Access) -> Option<String> {
    match a.verb {
        AccessVerb::Translate => Some("`translate` reads nothing".to_owned()),
        AccessVerb::Write => Some("`write` reads nothing".to_owned()),
        AccessVerb::Read | AccessVerb::Fetch => a.outcome.pa.is_none().then(|| no_address(a)),
    }
}

/// Explains which line and offset, or which memory address, the first byte comes from.
pub(crate) fn byte(a: &Access) -> String {
    if let Some(nothing) = nothing_read(a) {
        return nothing;
    }
    let pa = a.outcome.pa.map_or(0, Pa::raw);
    let place = Shown::field(pa, a.spec.physical_bits);
    let Some(byte) = a.data.first().copied().flatten() else {
        return format!("the byte at physical address {place} is uninitialized");
    };
    let byte = Shown::hex(u64::from(byte), 2);
    let first = a.spec.first_cache(a.kind).map(|at| &a.spec.caches[at]);
    let Some((cache, CachedBlock { way, bytes: block })) = first.zip(a.block.as_ref()) else {
        return format!("physical address {place} holds {byte}");
    };
    let indexed = if cache.virtual_index { a.va.raw() } else { pa };
    let index = low(
        indexed.checked_shr(cache.block_bits).unwrap_or(0),
        cache.index_bits(),
    );
    let (index, offset) = (
        Shown::field(index, cache.index_bits()),
        low(pa, cache.block_bits),
    );
    let offset = Shown::field(offset, cache.block_bits);
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

/// Lists the bytes that form a value.
pub(crate) fn value(a: &Access) -> String {
    match (nothing_read(a), a.outcome.fault) {
        (Some(nothing), _) => nothing,
        (None, Some(_)) => no_address(a),
        (None, None) if a.data.len() == 1 => byte(a),
        (None, None) => {
            let first = a.outcome.pa.map_or(0, Pa::raw);
            let place = Shown::field(first, a.spec.physical_bits);
            let order = if a.data.iter().all(Option::is_some) && a.data.len() <= 8 {
                ", little-endian"
            } else {
                ""
            };
            format!(
                "the bytes from physical address {place} are {}{order}",
                bytes(&a.data)
            )
        }
    }
}

/// Lists the latencies that add up to the cycles.
pub(crate) fn cycles(a: &Access) -> String {
    let terms: Vec<String> = latencies(&a.spec, &a.events)
        .filter_map(|(event, added)| {
            let (what, latency) = match event {
                Event::TlbLookup { tlb, .. } => {
                    let tlb = &a.spec.tlbs[tlb as usize];
                    (
                        if &*tlb.name == "tlb" {
                            "TLB"
                        } else {
                            &*tlb.name
                        },
                        tlb.latency,
                    )
                }
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
pub(crate) fn pieces(a: &Access) -> String {
    if a.verb == AccessVerb::Translate {
        return "`translate` translates one address".to_owned();
    }
    let what = match a.data.len() {
        1 => "one byte".to_owned(),
        count => format!(
            "{count} bytes from {}",
            Shown::field(a.va.raw(), a.spec.virtual_bits())
        ),
    };
    match a.outcome.fragments {
        0 => served(a),
        1 if a.data.len() == 1 => "one byte crosses no boundary".to_owned(),
        1 => format!("{what} lie in one block and one page"),
        2 => format!("{what} cross a block or page boundary"),
        count => format!("{what} cross {} block or page boundaries", count - 1),
    }
}
