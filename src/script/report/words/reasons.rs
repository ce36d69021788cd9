//! The reasons for facts, and the notes of failed checks. A reason is a clause that can follow "because": it begins in
//! lower case, except for a name, and has no period.

use std::ops::RangeInclusive;

use pagewalk_engine::kernel::event::{FaultClass, KernelStep};
use pagewalk_engine::kernel::syscall::system_call;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{
    AccessKind, Event, Fault, ProtectionCause, PteKind, Purpose,
};
use pagewalk_engine::machine::latency::latencies;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::reference_string::{ReferenceStep, Replacement};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::program::Ending;

use super::counts::count as counted;
use super::handling::{FaultText, victim_clause};
use super::names::{self, Names, frame, table_index, the};
use super::numbers::{binary, hex, pa};
use crate::run::facts::{Component, level_of, low, shifted, thousandths};
use crate::run::nouns::size;
use crate::run::record::{
    Access, AccessVerb, CachedBlock, CallRecord, Check, Did, FaultRecord, ProgramRun, ReferenceRun,
    Replayed, Shown,
};
use crate::run::settings::{NO_READ_BIT, list};
use crate::run::steps::{
    AccessReason, Bits, CallReason, Cause, Decider, Field, Impossible, KernelReason, LookedUp,
    Note, Part, PartField, Reason, ReferenceReason, ReplayReason, Stale, denying_bit,
};

const NO_FACT: &str = "this statement has no such fact";

/// Returns a reason for a fact of a statement.
pub(crate) fn reason(reason: &Reason, did: &Did) -> String {
    match (reason, did) {
        (Reason::Access(reason), Did::Access(access)) => access_reason(access, reason),
        (Reason::Call(reason), did) => did
            .call()
            .map_or_else(|| NO_FACT.to_owned(), |call| call_reason(call, reason)),
        (Reason::Reference(reason), Did::Reference(run)) => reference_reason(run, *reason),
        (Reason::Program { fact, claimed }, Did::Program(run)) => {
            program_reason(run, fact, *claimed)
        }
        (Reason::Replay(reason), Did::Replay(run)) => replay_reason(run, *reason),
        _ => NO_FACT.to_owned(),
    }
}

/// Returns why a check of a statement failed, if known.
pub fn note(check: &Check, did: &Did) -> Option<String> {
    check.reason.as_ref().map(|note| note_of(note, check, did))
}

fn note_of(note: &Note, check: &Check, did: &Did) -> String {
    let name = &check.fact;
    match note {
        Note::Reason(why) => reason(why, did),
        Note::Missing(why) => {
            let statement = match did {
                Did::Access(_) => "this access",
                _ => "this statement",
            };
            format!("{statement} has no `{name}`: {}", reason(why, did))
        }
        Note::NotOfCalls => format!("a system call has no fact `{name}`"),
        Note::Impossible(impossible, then) => {
            let impossible = match impossible {
                Impossible::Decimal(value) => {
                    format!("{value} is decimal; for hexadecimal, write 0x{value}")
                }
                Impossible::Address(va) => {
                    format!("the address {va} is decimal; for hexadecimal, write 0x{va}")
                }
                Impossible::Wide { value, bits } => {
                    let plural = if *bits == 1 { "" } else { "s" };
                    format!("0x{value:X} does not fit: `{name}` has {bits} bit{plural}")
                }
            };
            match then {
                Some(then) => format!("{impossible}; {}", note_of(then, check, did)),
                None => impossible,
            }
        }
        Note::NoWord { words, near } => {
            let words = list(words.iter().map(String::as_str));
            let near = near
                .as_ref()
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`{name}` must be one of {words}{near}")
        }
        Note::FillIn { file } => {
            format!("is not filled in; `pagewalk test --fill {file}` fills in the value")
        }
        Note::NoRow { table, column, key } => format!("{table} has no row with {column} {key:X}"),
        Note::NotListed { valid } => {
            let is = if *valid { "is valid" } else { "exists" };
            format!("the entry {is}, but the table does not list it")
        }
        Note::LastMessage(number) => format!("the list ends with message {number}"),
        Note::NextMessage { number, message } => {
            format!("the table must list every message, and message {number} is “{message}”")
        }
        Note::EveryReference => "the table must list every reference".to_owned(),
        Note::NoReadBit => NO_READ_BIT.to_owned(),
        Note::Row { number, columns } if columns.is_empty() => {
            format!("one side has no row {number}")
        }
        Note::Row { number, columns } => format!(
            "row {number} is the first that differs, in {}",
            columns.join(", ")
        ),
    }
}

fn access_reason(a: &Access, reason: &AccessReason) -> String {
    let spec = &*a.spec;
    let fixed = match reason {
        AccessReason::NoMmu => "the machine has no MMU, so addresses are physical",
        AccessReason::NoTlb => "the machine has no TLB for this kind of access",
        AccessReason::NoCache => "the machine has no cache for this kind of access",
        AccessReason::NoPhysicalAddress => "the access has no physical address",
        AccessReason::NoSystemCall => "an access is not a system call",
        AccessReason::NothingRead if a.verb == AccessVerb::Write => "`write` reads nothing",
        AccessReason::NothingRead => "`translate` reads nothing",
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
        AccessReason::NoProcess => "no process made the access, so no kernel handled a fault",
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

/// Returns ` of set 6 of L1d`, but omits the set of a fully associative component and the name of the only
/// TLB or cache.
fn place(spec: &Spec, part: Component, set: u64) -> String {
    let (sets, several) = match part {
        Component::Tlb(at) => (spec.tlbs[at].sets, spec.tlbs.len() > 1),
        Component::Cache(at) => (spec.caches[at].sets, spec.caches.len() > 1),
    };
    // One digit is the same in every radix.
    let set = match set {
        _ if sets == 1 => String::new(),
        0..10 => format!(" of set {set}"),
        _ => format!(" of set {}", hex(set, part.widths(spec).0)),
    };
    if several {
        format!("{set} of {}", part.name(spec))
    } else {
        set
    }
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

/// Returns the noun for an access.
fn noun(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "a load",
        AccessKind::Write => "a store",
        AccessKind::Execute => "an instruction fetch",
    }
}

/// Explains why the hardware raised the fault of an attempt that the kernel handled, or else the fault that ended the
/// access.
pub(crate) fn hardware_cause(access: &Access, attempt: Option<&FaultRecord>) -> String {
    let spec = &access.spec;
    let (va, cause) = match attempt {
        Some(attempt) => (
            attempt.wanted().map_or(0, |(va, _)| va.raw()),
            Cause::of_attempt(spec, attempt),
        ),
        None => (access.decided_va(), Cause::of_access(access)),
    };
    cause.map_or_else(String::new, |cause| {
        cause_clause(spec, va, access.kind, &cause)
    })
}

/// Explains why the hardware raised a fault at an address.
pub(super) fn cause_clause(spec: &Spec, va: u64, kind: AccessKind, cause: &Cause) -> String {
    let (why, by) = match cause {
        Cause::Absent { level } => {
            return format!("{} is not present (P = 0)", entry(spec, va, *level));
        }
        Cause::Reserved { level } => {
            let entry = entry(spec, va, *level);
            return format!("{entry} has a reserved bit set (Intel SDM 3A, 4.5.4)");
        }
        Cause::Denied { why, by } => (*why, by),
    };
    let (kind, mode) = match why {
        ProtectionCause::Supervisor => (noun(kind), " in user mode"),
        _ => (noun(kind), ""),
    };
    let (bit, denies) = denying_bit(why);
    let (entry, stale) = match by {
        Decider::TlbEntry {
            tlb,
            set,
            way,
            stale,
        } => (
            tlb_entry(spec, *tlb, *set, *way),
            stale_clause(spec, va, *stale),
        ),
        Decider::UpperEntry { level, raw } => (upper_entry(spec, va, *level, *raw), String::new()),
        Decider::Walk | Decider::Page => {
            let page = match why {
                ProtectionCause::ReadOnly => "read-only (R/W = 0)",
                ProtectionCause::Supervisor => "for the supervisor only (U/S = 0)",
                ProtectionCause::NoExecute => "not executable (XD = 1)",
            };
            return format!("the page is {page}, and the access is {kind}{mode}");
        }
    };
    let (label, value) = (bit.row().label, u8::from(denies));
    format!("{entry} has {label} = {value}, and the access is {kind}{mode}{stale}")
}

/// Names a TLB entry: `the TLB entry in way 1 of set 3 of L2`.
fn tlb_entry(spec: &Spec, tlb: usize, set: u64, way: u32) -> String {
    let place = place(spec, Component::Tlb(tlb), set);
    if spec.tlbs[tlb].ways == 1 {
        format!("the TLB entry{place}")
    } else {
        format!("the TLB entry in way {way}{place}")
    }
}

fn upper_entry(spec: &Spec, va: u64, level: u32, raw: Option<u64>) -> String {
    match raw.zip(spec.mmu.as_ref()) {
        Some((raw, mmu)) => format!(
            "the level-{level} entry {}",
            Shown::hex(raw, 2 * mmu.pte.bytes)
        ),
        None => entry(spec, va, level),
    }
}

/// Names the entry at one level for the page that contains an address.
fn entry(spec: &Spec, va: u64, level: u32) -> String {
    let index = spec.mmu.as_ref().map_or(0, |mmu| {
        let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
        low(shifted(va, mmu.level_page_bits(level)), bits)
    });
    let index = table_index(spec, level, index);
    format!("{} for {index}", names::entry(spec, level))
}

/// Returns a clause that says how the page table differs from the TLB entry that decided, or an empty text.
fn stale_clause(spec: &Spec, va: u64, stale: Option<Stale>) -> String {
    let several = spec.mmu.as_ref().is_some_and(|mmu| mmu.levels.len() > 1);
    let has = |entries: &str, why, denies: bool| {
        let (bit, value) = denying_bit(why);
        let entry = if several {
            format!("{entries} of the page walk")
        } else {
            entry(spec, va, 1)
        };
        format!(
            "{entry} has {} = {}",
            bit.row().label,
            u8::from(value == denies)
        )
    };
    let found = match stale {
        None => return String::new(),
        Some(Stale::Fault(Fault::NotPresent { level })) => {
            format!("{} is not present (P = 0)", entry(spec, va, level))
        }
        Some(Stale::Fault(Fault::Reserved { level })) => {
            format!("{} has a reserved bit set", entry(spec, va, level))
        }
        Some(Stale::Fault(Fault::Protection { why })) => has("an entry", why, true),
        Some(Stale::Permits(why)) => has("every entry", why, false),
        Some(Stale::Page { level, ppn }) => {
            let ppn = hex(ppn, spec.ppn_bits());
            format!("{} has PPN {ppn}", entry(spec, va, level))
        }
    };
    format!("; the TLB entry is stale, because {found}")
}

fn permitted(a: &Access, by: &Decider) -> String {
    let (spec, va) = (&*a.spec, a.decided_va());
    match by {
        Decider::TlbEntry {
            tlb,
            set,
            way,
            stale,
        } => format!(
            "{} permits the access{}",
            tlb_entry(spec, *tlb, *set, *way),
            stale_clause(spec, va, *stale)
        ),
        Decider::Walk if spec.mmu.as_ref().is_some_and(|mmu| mmu.levels.len() == 1) => {
            "the page-table entry is present and permits the access".to_owned()
        }
        Decider::Walk => "every entry of the walk is present and permits the access".to_owned(),
        Decider::Page | Decider::UpperEntry { .. } => {
            "the page is present, and its entry permits the access".to_owned()
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

/// Returns a reason about the kernel. `call` is the system call that caused the faults.
fn kernel_reason(
    names: Names,
    faults: &[FaultRecord],
    call: Option<&CallRecord>,
    reason: &KernelReason,
) -> String {
    let fault = |at: usize| {
        let record = faults.get(at)?;
        Some(FaultText::new(names, record, call.map(|call| call.name)))
    };
    let found = match reason {
        KernelReason::Cause(at) => fault(*at).map(|fault| fault.cause_clause()),
        KernelReason::PageIn(at) => fault(*at).map(|fault| fault.page_in_clause()),
        KernelReason::Costs => {
            let costs = (0..faults.len()).filter_map(|at| Some(fault(at)?.cost_clause()));
            Some(costs.collect::<Vec<_>>().join(", and "))
        }
        KernelReason::Evicted(None) => Some("the kernel did not have to evict a page".to_owned()),
        KernelReason::Evicted(Some(evicted)) => Some(format!(
            "no frame is free, and {}",
            victim_clause(&names, evicted)
        )),
        KernelReason::Copied => call.and_then(|call| {
            call.steps.iter().find_map(|step| match step {
                KernelStep::Copied {
                    from: Some(from),
                    to,
                } => Some(format!(
                    "the kernel copies {} to {}",
                    frame(*from),
                    frame(*to)
                )),
                KernelStep::Copied { from: None, to } => {
                    Some(format!("the kernel copies the page to {}", frame(*to)))
                }
                _ => None,
            })
        }),
    };
    found.unwrap_or_else(|| NO_FACT.to_owned())
}

fn call_reason(call: &CallRecord, reason: &CallReason) -> String {
    match reason {
        CallReason::Outcome => match call.reply.result {
            Ok(result) => {
                let help = system_call(call.name).map_or("", |row| row.help);
                if call.name == "sbrk" {
                    return format!(
                        "`sbrk` succeeded: it {help}, which is {}",
                        Shown::hex(result, 1)
                    );
                }
                format!("`{}` succeeded: it {help}", call.name)
            }
            Err(error) => format!(
                "`{}` failed with {}: {}",
                call.name,
                error.name(),
                error.help()
            ),
        },
        CallReason::Faults => faults_of(call),
        CallReason::NoSignal => {
            "with a bad buffer, the call fails, and the kernel sends no signal".to_owned()
        }
        CallReason::Kernel(reason) => {
            kernel_reason(Names::of_call(call), &call.faults, Some(call), reason)
        }
    }
}

/// Describes the faults in the call.
fn faults_of(call: &CallRecord) -> String {
    let Some(fault) = call.faults.first() else {
        return format!("no page fault occurred in `{}`", call.name);
    };
    let more = match call.faults.len() - 1 {
        0 => String::new(),
        1 => ", and there was 1 more fault".to_owned(),
        more => format!(", and there were {more} more faults"),
    };
    let class = fault.class().map_or("out-of-memory", FaultClass::name);
    match fault.wanted() {
        Some((va, _)) => {
            let va = hex(va.raw(), call.spec.virtual_bits());
            format!(
                "the first fault of `{}` was {class}, at {va}{more}",
                call.name
            )
        }
        None => format!("the first fault was {class}{more}"),
    }
}

fn reference_reason(run: &ReferenceRun, reason: ReferenceReason) -> String {
    let totals = run.totals();
    match reason {
        ReferenceReason::Steps { hit } => positions(run, hit),
        ReferenceReason::Resident => format!(
            "these pages are in the frames after the last step (step {})",
            totals.trace.len()
        ),
        ReferenceReason::Rate => {
            format!(
                "{} of {} references missed",
                totals.faults,
                totals.trace.len()
            )
        }
        ReferenceReason::Victim => evicted(run),
        ReferenceReason::DiskReads => {
            let missed = positions(run, false);
            format!("each fault causes one disk read, and {missed}")
        }
        ReferenceReason::DiskWrites => written(run),
    }
}

fn replay_reason(run: &Replayed, reason: ReplayReason) -> String {
    let records = run.counted.references.records;
    let counts = |part| level_of(run, part).counts;
    let name = |part: Component| part.name(run.spec());
    match reason {
        ReplayReason::NotRequested(count) => {
            let word = count.word();
            format!(
                "the `replay` does not request it; to request it, add the word `{word}` after the file name"
            )
        }
        ReplayReason::Requested { help } => {
            format!("this fact is the {help} of the {records} records")
        }
        ReplayReason::NoProcess => "the replay used physical addresses and no process".to_owned(),
        ReplayReason::Counts {
            help,
            process: true,
        } => {
            format!("a process replayed {records} records; this fact counts {help}")
        }
        ReplayReason::Counts {
            help,
            process: false,
        } => {
            format!("the trace has {records} records; this fact counts {help}")
        }
        ReplayReason::Lookups(part) => {
            let (hits, misses) = (counts(part).hits, counts(part).misses);
            let lookups = hits + misses;
            format!(
                "{hits} of {lookups} lookups in {} hit, and {misses} missed",
                name(part)
            )
        }
        ReplayReason::Evictions(part) => format!(
            "fills of {} evicted {} valid entries",
            name(part),
            counts(part).evictions
        ),
        ReplayReason::Writebacks(part) => {
            format!(
                "{} wrote {} dirty blocks back",
                name(part),
                counts(part).writebacks
            )
        }
        ReplayReason::Counter { help, part, misses } => {
            let misses = misses.map_or_else(String::new, |n| format!(", which had {n} misses"));
            format!("this fact counts {help} in {}{misses}", name(part))
        }
    }
}

/// Explains which page the last reference evicted.
fn evicted(run: &ReferenceRun) -> String {
    let Some(page) = run.totals().victim else {
        return "the last reference evicted no page".to_owned();
    };
    let why = match run.setup.replacement {
        Replacement::Optimal { .. } => "the page whose next use is farthest in the future",
        Replacement::WorkingSet { .. } => "no longer in the working set",
        Replacement::Policy(policy) => match policy {
            Policy::Lru | Policy::Plru => "the least recently used page",
            Policy::Mru => "the most recently used page",
            Policy::Fifo => "the first page loaded",
            Policy::Lifo => "the last page loaded",
            Policy::Lfu => "the least frequently used page",
            Policy::Clock | Policy::SecondChance => {
                "the first page with a clear use bit, starting at the clock hand"
            }
            Policy::ThirdChance => "the first page in the lowest class, starting at the clock hand",
            Policy::Nru => "a page in the lowest class",
            Policy::Aging => "the page with the smallest counter",
            Policy::Random => "a page chosen at random",
        },
    };
    format!("page {} is evicted because it is {why}", run.page(page))
}

/// Lists the steps that evicted a dirty page.
fn written(run: &ReferenceRun) -> String {
    let steps: Vec<_> = (1..)
        .zip(run.steps())
        .filter(|(_, step)| step.written)
        .collect();
    let page = |(number, step): &(usize, &ReferenceStep)| {
        step.victim
            .map(|page| format!("page {} at step {number}", run.page(page)))
    };
    let pages: Vec<String> = steps.iter().filter_map(page).collect();
    match pages.as_slice() {
        _ if run.totals().disk_writes == 0 => "no dirty page was evicted".to_owned(),
        pages if pages.is_empty() || pages.len() > RANGES => {
            format!("{} evicted pages were dirty", run.totals().disk_writes)
        }
        pages => format!("these evicted pages were dirty: {}", pages.join(", ")),
    }
}

/// Maximum number of steps that are listed one by one. A longer list of steps is written as ranges.
const LISTED: usize = 12;
/// Maximum number of ranges or pages to list. For a longer list, only the number of elements is reported.
const RANGES: usize = 40;

/// Lists the steps that hit, or those that missed, counted from 1.
fn positions(run: &ReferenceRun, hit: bool) -> String {
    let trace = &run.totals().trace;
    let (mut count, mut first, mut ranges) = (0, 1, Vec::new());
    for equal in trace.chunk_by(|a, b| a == b) {
        if equal[0] == hit {
            count += equal.len();
            // One range more than the maximum shows that there are too many.
            ranges.extend((ranges.len() <= RANGES).then(|| first..=first + equal.len() - 1));
        }
        first += equal.len();
    }
    let what = if hit { "hit" } else { "missed" };
    let range = |range: RangeInclusive<usize>| match (*range.start(), *range.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}–{last}"),
    };
    let listed: Vec<String> = if count > LISTED {
        ranges.into_iter().map(range).collect()
    } else {
        ranges
            .into_iter()
            .flatten()
            .map(|number| number.to_string())
            .collect()
    };
    match listed.as_slice() {
        [] => format!("no step {what}"),
        [one] if count == 1 => format!("step {one} {what}"),
        _ if count == trace.len() => format!("every step {what}"),
        all if all.len() > RANGES => format!("{count} of {} steps {what}", trace.len()),
        all => format!("steps {} {what}", all.join(", ")),
    }
}

fn counted_in(count: u128) -> String {
    match count {
        1 => "only one output".to_owned(),
        count => format!("{count} different outputs"),
    }
}

/// Explains a fact of a program's outputs.
fn program_reason(run: &ProgramRun, fact: &str, claimed: bool) -> String {
    if claimed {
        return match run.count() {
            Some(1) => "the program has only one output".to_owned(),
            Some(count) => format!("{count} outputs are possible"),
            None => "more outputs are possible than 128 bits can count".to_owned(),
        };
    }
    if let Some(process) = run.in_process() {
        return match (process.ending, process.line) {
            (None, line) => format!("the run has paused before line {line}"),
            (Some(Ending::Exit(status)), line) => {
                format!("the process exited with status {status} in line {line}")
            }
            (Some(ending), line) => {
                let signal = ending.signal().map_or("execve", |signal| signal.name());
                format!("{signal} ended the program in line {line}")
            }
        };
    }
    if let ("count" | "all", Some(count)) = (fact, run.count()) {
        return format!("the orders have {}", counted_in(count));
    }
    let (what, range, one, several) = match (fact, run.outputs()) {
        ("processes", Some(outputs)) => ("order", outputs.processes(), "process", "processes"),
        _ => ("output", run.lines(), "line", "lines"),
    };
    if range.start() == range.end() {
        format!("every {what} has {}", counted(*range.start(), one, several))
    } else {
        let (least, most) = range.into_inner();
        format!("the orders have from {least} to {most} {several}")
    }
}
