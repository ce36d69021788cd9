//! Sentences about events that are not on the worksheet: the reasons for a fault, evictions, and other side
//! effects.

use crate::report::doc::{Block, Tone};
use crate::report::words::causes::hardware_cause;
use crate::report::words::messages::snoop;
use crate::report::words::{names, numbers};
use crate::run::nouns::size;
use crate::run::record::Access;
use crate::run::steps::Part;
use pagewalk_engine::machine::event::{Event, Fault, PteKind, Purpose};
use pagewalk_engine::machine::spec::Spec;

/// Maximum number of sentences about one access.
const MOST: usize = 12;

/// Returns the sentences about an access.
pub(crate) fn notes(access: &Access) -> Vec<Block> {
    let mut sentences: Vec<(Tone, String)> = Vec::new();
    for event in &access.events {
        let Some(sentence) = note(access, event) else {
            continue;
        };
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
        if sentences.len() > MOST {
            break;
        }
    }
    sentences
        .into_iter()
        .take(MOST)
        .map(|(tone, text)| Block::toned(tone, text))
        .collect()
}

/// Returns the sentence about an event, if any.
fn note(access: &Access, event: &Event) -> Option<(Tone, String)> {
    let spec = &access.spec;
    let plain = |text: String| Some((Tone::Plain, text));
    match *event {
        // In a process, the kernel's result explains the fault.
        Event::Faulted { .. } if access.process.is_some() => None,
        Event::Faulted { fault } => Some((Tone::Bad, fault_sentence(access, fault))),
        Event::Pte {
            level,
            found: PteKind::Page,
            ..
        } => huge(spec, level).and_then(plain),
        Event::AccessedDirtySet {
            level, dirty: true, ..
        } => plain(format!(
            "The store sets the dirty bit D in {}.",
            names::entry(spec, level)
        )),
        Event::TlbFill {
            tlb,
            set,
            victim: Some(victim),
            ..
        } => {
            let (set, victim) = (
                numbers::tlb_set(spec, tlb, set.raw()),
                numbers::tlb_tag(spec, tlb, victim.raw()),
            );
            let full = full(set, &names::the(Part::Tlb(tlb), spec));
            let evicted = evicted(access, &full, &format!("entry with tag {victim}"));
            plain(evicted + ".")
        }
        Event::CacheFill {
            cache,
            set,
            victim: Some(victim),
            writeback,
            purpose,
            ..
        } => {
            let (set, victim) = (
                numbers::cache_set(spec, cache, set.raw()),
                numbers::cache_tag(spec, cache, victim.raw()),
            );
            let why = match purpose {
                Purpose::Demand => "",
                Purpose::Walk => ", to make room for a page-table entry",
                Purpose::Writeback => ", to make room for a block written back from above",
            };
            let name = names::the(Part::Cache(cache), spec);
            let back = match (writeback, access.probe) {
                (false, _) => String::new(),
                (true, false) => format!(". The evicted block was dirty, so {name} wrote it back"),
                (true, true) => format!(". The block is dirty, so {name} would write it back"),
            };
            let block = format!("block with tag {victim}");
            let evicted = evicted(access, &full(set, &name), &block);
            plain(format!("{evicted}{why}{back}."))
        }
        Event::Snooped { cache, core, dirty } => plain(format!(
            "{}.",
            names::first(&snoop(access, cache, core, dirty))
        )),
        Event::Bypassed {
            purpose: Purpose::Demand,
        } => plain("CD is set for the page, so the access bypassed the caches.".to_owned()),
        Event::Bypassed { .. } => {
            plain("CD is set for a page table, so its entry was not cached.".to_owned())
        }
        _ => None,
    }
}

/// Says that an access evicts a victim from a full set. A probe evicts nothing.
fn evicted(access: &Access, set: &str, victim: &str) -> String {
    if access.probe {
        format!("{set} is full, so the {victim} would be evicted")
    } else {
        format!("{set} was full, so the {victim} was evicted")
    }
}

fn huge(spec: &Spec, level: u32) -> Option<String> {
    let mmu = spec
        .mmu
        .as_ref()
        .filter(|mmu| (level as usize) < mmu.levels.len())?;
    Some(format!(
        "The level-{level} entry maps a huge page of {}, so the walk ends there.",
        size(1 << mmu.level_page_bits(level))
    ))
}

/// Returns `Set 0x3 of the TLB`, or `The TLB` if it is fully associative.
fn full(set: Option<String>, name: &str) -> String {
    match set {
        Some(set) => format!("Set {set} of {name}"),
        None => names::first(name),
    }
}

/// Explains why an access faulted.
fn fault_sentence(access: &Access, fault: Fault) -> String {
    let raised = match fault {
        Fault::NotPresent { .. } | Fault::Reserved { .. } => "Page fault",
        Fault::Protection { .. } => "Protection fault",
    };
    let at = numbers::va(&access.spec, access.last_piece());
    let place = if access.outcome.fragments > 1 {
        format!(" at {at}")
    } else {
        String::new()
    };
    format!("{raised}{place}: {}.", hardware_cause(access, None))
}
