//! The numbered steps of an access between CPU, MMU, caches, memory, and fault handler, as on lecture slides.

use super::access::names;
use super::process::handler;
use super::sequence::{Fetched, Medium, Sequence};
use super::{notes, parts};
use crate::report::doc::{Block, Step};
use crate::run::facts::hardware_fault;
use crate::run::record::{Access, AccessVerb, FaultRecord};
use pagewalk_engine::machine::addr::{Pa, Va};
use pagewalk_engine::machine::event::{AccessKind, Event, Fault, Purpose};
use pagewalk_engine::machine::spec::WritePolicy;

/// Maximum number of steps reported per access.
const MOST: usize = 200;

/// Returns the steps of an access. After a fault, the steps include the actions that a kernel would take.
pub(crate) fn steps(access: &Access) -> Vec<Block> {
    let mut sequence = Sequence::new(access);
    let mut blocks = vec![Block::Steps(sequence.run())];
    if access.outcome.fault.is_some() && access.process.is_none() {
        blocks.push(Block::line(sequence.afterwards()));
    }
    blocks
}

/// Returns the steps of an access for a worked solution, without the actions that a kernel would take after a
/// fault. If `bytes` is true, the steps mention unknown bytes.
pub(crate) fn steps_on_paper(access: &Access, bytes: bool) -> Vec<Block> {
    let mut sequence = Sequence { medium: Medium::Paper { bytes }, ..Sequence::new(access) };
    let mut blocks = vec![Block::Steps(sequence.run())];
    if access.outcome.fault.is_some() && access.process.is_none() {
        blocks.push(Block::line("The access ends with a page fault."));
    }
    blocks
}

impl Sequence<'_> {
    /// Returns the steps of every failed attempt with the handler's actions, and of the final attempt.
    fn run(&mut self) -> Vec<Step> {
        let access = self.access;
        let fatal = access.faults().last().filter(|fault| fault.fatal());
        // The record of a fatal fault also contains the events of the last attempt.
        let failed = fatal.map_or(0, |fault| fault.events.len());
        let events = &access.events[..access.events.len().saturating_sub(failed)];
        let mut faults = access.faults().iter().peekable();
        if !begins(events) {
            faults.by_ref().for_each(|fault| self.failed(fault));
            if fatal.is_none() {
                self.begin(access.va, 0);
            }
        }
        for (at, event) in events.iter().enumerate() {
            if let Event::Fragment { va, size } = event {
                let piece = va.raw()..=va.raw().saturating_add(u64::from(*size) - 1);
                let here =
                    |fault: &&FaultRecord| fault.wanted().is_some_and(|(at, _)| piece.contains(&at.raw()));
                while let Some(fault) = faults.next_if(here) {
                    self.failed(fault);
                }
            }
            self.follow(*event, &events[at..]);
            if self.steps.len() >= MOST {
                self.push("…", "and so on for the other pieces");
                break;
            }
        }
        faults.for_each(|fault| self.failed(fault));
        if fatal.is_none() {
            self.end();
        }
        std::mem::take(&mut self.steps)
    }

    /// Adds a failed attempt and the handler's actions.
    fn failed(&mut self, fault: &FaultRecord) {
        if self.steps.len() >= MOST {
            return;
        }
        let (access, pieces) = (self.access, self.pieces);
        if !begins(&fault.events) {
            self.begin(access.va, 0);
        }
        for (at, event) in fault.events.iter().enumerate() {
            self.follow(*event, &fault.events[at..]);
        }
        // The next attempt retries the same piece.
        self.pieces = pieces;
        if let Some(names) = names(access) {
            self.steps.extend(handler::steps(names, fault, None));
        }
    }

    fn follow(&mut self, event: Event, rest: &[Event]) {
        if walks(&event)
            && !self.asked
            && let Some(entry) = Fetched::first(rest)
        {
            self.asked = true;
            self.ask(entry);
        }
        self.see(event, rest);
    }

    fn see(&mut self, event: Event, rest: &[Event]) {
        let spec = &self.access.spec;
        match event {
            Event::Fragment { va, size } => self.begin(va, size),
            Event::TlbLookup { tlb, set, tag, way } => {
                let (set, tag) = (parts::tlb_set(spec, tlb, set.raw()), parts::tlb_tag(spec, tlb, tag.raw()));
                let found = way.map_or("miss".to_owned(), |way| format!("hit in way {way}"));
                self.push(
                    format!("MMU → {}", parts::tlb_name(spec, tlb)),
                    format!(
                        "{}TLBT {tag}: {found}",
                        set.map_or_else(String::new, |set| format!("TLBI {set}, "))
                    ),
                );
            }
            Event::Pte { .. } => {
                self.asked = false;
                if let Some(entry) = Fetched::first(rest) {
                    self.answer(entry);
                }
            }
            Event::AccessedDirtySet { level, dirty, .. } => self.mark(level, dirty),
            Event::TlbFill { tlb, set, way, tag, victim } => {
                let (set, tag) = (parts::tlb_set(spec, tlb, set.raw()), parts::tlb_tag(spec, tlb, tag.raw()));
                let instead = victim.map(|victim| {
                    format!(", replacing the entry with tag {}", parts::tlb_tag(spec, tlb, victim.raw()))
                });
                let what = format!(
                    "fills the TLB entry: {}way {way}, tag {tag}{}",
                    set.map_or_else(String::new, |set| format!("set {set}, ")),
                    instead.unwrap_or_default()
                );
                self.push(format!("MMU → {}", parts::tlb_name(spec, tlb)), what);
            }
            Event::Translated { pa, .. } => self.translated(pa),
            Event::Faulted { fault } => self.faulted(fault),
            _ => self.see_memory(event),
        }
    }

    /// Handles events of the caches and of memory.
    fn see_memory(&mut self, event: Event) {
        let spec = &self.access.spec;
        match event {
            Event::CacheLookup { cache, set, tag, way, purpose } => {
                let (set, tag) =
                    (parts::cache_set(spec, cache, set.raw()), parts::cache_tag(spec, cache, tag.raw()));
                let found = way.map_or("miss".to_owned(), |way| format!("hit in way {way}"));
                let name = parts::cache_name(spec, cache).to_owned();
                self.last.clone_from(&name);
                if way.is_some() {
                    self.source.clone_from(&name);
                    self.holder = self.holder.or(Some(cache)).filter(|_| purpose == Purpose::Demand);
                }
                let set = set.map_or_else(String::new, |set| format!("CI {set}, "));
                self.push(name, format!("{set}CT {tag}: {found}"));
            }
            Event::CacheFill { cache, set, way, tag, victim, writeback, purpose } => {
                if purpose == Purpose::Demand {
                    self.holder = Some(cache);
                }
                let name = parts::cache_name(spec, cache).to_owned();
                let who = if purpose == Purpose::Writeback {
                    name.clone()
                } else {
                    format!("{} → {name}", self.source)
                };
                let (set, tag) =
                    (parts::cache_set(spec, cache, set.raw()), parts::cache_tag(spec, cache, tag.raw()));
                let replacing =
                    if writeback { "after writing back the dirty block" } else { "replacing the block" };
                let instead = victim.map(|victim| {
                    format!(", {replacing} with tag {}", parts::cache_tag(spec, cache, victim.raw()))
                });
                let block = if purpose == Purpose::Writeback {
                    "allocates a line for the written-back block"
                } else {
                    "fills the line"
                };
                let set = set.map_or_else(String::new, |set| format!("set {set}, "));
                let what = format!("{block}: {set}way {way}, tag {tag}{}", instead.unwrap_or_default());
                self.push(who, what);
                if purpose != Purpose::Writeback {
                    self.source = name;
                }
            }
            Event::Memory { pa, write, purpose } => self.memory(pa, write, purpose),
            Event::Snooped { .. } => {
                if let Some((_, text)) = notes::note(self.access, &event) {
                    // A step is not a sentence, so it has no final period.
                    let what = text.trim_end_matches('.').replacen("The cache", "the cache", 1);
                    self.push("other caches", what);
                }
            }
            Event::Bypassed { .. } => {
                self.push("MMU", "CD is set, so the access bypasses the caches".to_owned());
            }
            _ => {}
        }
    }

    /// Adds the step in which the CPU sends an address.
    fn begin(&mut self, va: Va, size: u32) {
        self.begin_asking();
        self.stored = false;
        self.holder = None;
        self.pieces += 1;
        let spec = &self.access.spec;
        let several = self.access.outcome.fragments > 1;
        let piece = if several { format!("piece {} ({size} B): ", self.pieces) } else { String::new() };
        let address = parts::va(spec, va.raw());
        if let Some(mmu) = &spec.mmu {
            let offset = va.raw() & (1u64 << mmu.page_bits).wrapping_sub(1);
            let (vpn, vpo) = (parts::vpn(spec, va.raw()), parts::hex(offset, mmu.page_bits));
            self.push("CPU → MMU", format!("{piece}virtual address {address} (VPN {vpn}, VPO {vpo})"));
        } else {
            let to = self.first_part();
            self.push(format!("CPU → {to}"), format!("{piece}physical address {address}{}", self.storing()));
        }
    }

    /// Returns the component that receives a physical address first.
    fn first_part(&self) -> String {
        let spec = &self.access.spec;
        let looked_up = |at: &usize| {
            let found =
                |event: &Event| matches!(event, Event::CacheLookup { cache, .. } if *cache as usize == *at);
            self.access.events.iter().any(found)
        };
        let first = spec.first_cache(self.access.kind).filter(|_| self.access.uses_caches());
        // On a paper, the step names the first cache only if the access looked up that cache.
        let first = first.filter(|at| !self.on_paper() || looked_up(at));
        first.map_or("memory", |first| parts::cache_name(spec, first as u32)).to_owned()
    }

    fn storing(&self) -> String {
        if self.access.verb == AccessVerb::Write { ", for a store".to_owned() } else { String::new() }
    }

    fn translated(&mut self, pa: Pa) {
        let spec = &self.access.spec;
        let bits = spec.page_bits();
        let ppn = parts::hex(pa.raw().checked_shr(bits).unwrap_or(0), spec.ppn_bits());
        let ppo = parts::hex(pa.raw() & (1u64.checked_shl(bits).unwrap_or(0)).wrapping_sub(1), bits);
        let what = format!("physical address {} (PPN {ppn}, PPO {ppo})", parts::pa(spec, pa.raw()));
        // A store that faults in a later piece does not change memory.
        let refused = self.access.kind == AccessKind::Write && self.access.outcome.fault.is_some();
        if self.access.uses_caches() && !refused {
            self.begin_asking();
            let to = self.first_part();
            self.push(format!("MMU → {to}"), format!("{what}{}", self.storing()));
        } else {
            self.push("MMU", format!("{what}; the translation is complete"));
        }
    }

    fn memory(&mut self, pa: Pa, write: bool, purpose: Purpose) {
        let spec = &self.access.spec;
        let address = parts::pa(spec, pa.raw());
        let cached = spec.caches.iter().any(|cache| *cache.name == *self.last);
        let (who, what) = match (write, purpose) {
            (false, _) if cached => {
                (format!("{} → memory", self.last), format!("fetches the block containing {address}"))
            }
            (false, _) => return,
            (true, Purpose::Demand) => {
                self.stored = true;
                ("memory".to_owned(), format!("stores at {address}"))
            }
            (true, _) => ("memory".to_owned(), format!("receives the written-back block at {address}")),
        };
        self.push(who, what);
    }

    fn faulted(&mut self, fault: Fault) {
        let (what, then) = match fault {
            Fault::NotPresent { .. } | Fault::Reserved { .. } => {
                ("exception: page fault".to_owned(), "transfers control to the kernel's page fault handler")
            }
            Fault::Protection { .. } => (
                format!("exception: {}", hardware_fault(self.access, fault)),
                "transfers control to the kernel's fault handler",
            ),
        };
        self.push("MMU → CPU", what);
        self.push("CPU → handler", then.to_owned());
    }

    /// Describes how a kernel would handle the fault.
    fn afterwards(&self) -> String {
        let page = "A kernel's fault handler would now evict a victim page (writing it to disk if it is dirty), load the missing page, update the \
                    PTE, and return. The CPU would then retry the instruction. This machine has no kernel, so Pagewalk only reports the fault.";
        let protection = "A kernel's fault handler would now send a signal to the process (on Linux, SIGSEGV for a segmentation fault). This machine has no \
                          kernel, so Pagewalk only reports the fault.";
        match self.access.outcome.fault {
            Some(Fault::NotPresent { .. }) => page.to_owned(),
            _ => protection.to_owned(),
        }
    }

    /// Adds the step in which the data arrives at the CPU.
    fn end(&mut self) {
        if self.access.outcome.fault.is_some() {
            return;
        }
        let data = parts::data(self.access);
        if data == "unknown" && self.medium == (Medium::Paper { bytes: false }) {
            return;
        }
        let data = match (self.access.data.len(), data.as_str()) {
            (1, "unknown") if self.on_paper() => "a byte that is not given".to_owned(),
            (_, "unknown") if self.on_paper() => "bytes that are not all given".to_owned(),
            (1, "unknown") => "an uninitialized byte (unknown)".to_owned(),
            (_, "unknown") => "bytes, some of them uninitialized (unknown)".to_owned(),
            (1, _) => format!("byte {data}"),
            _ => format!("value {data}"),
        };
        match (self.access.verb, self.holder) {
            (AccessVerb::Write, Some(cache)) if !self.stored => {
                let back = self
                    .access
                    .spec
                    .caches
                    .get(cache as usize)
                    .is_some_and(|cache| cache.write == WritePolicy::Back);
                let dirty = if back { "; the block is now dirty" } else { "" };
                self.push(parts::cache_name(&self.access.spec, cache), format!("stores {data}{dirty}"));
            }
            (AccessVerb::Translate | AccessVerb::Write, _) => {}
            _ => {
                let from = self.holder.map_or("memory", |cache| parts::cache_name(&self.access.spec, cache));
                self.push(format!("{from} → CPU"), data);
            }
        }
    }
}

/// Whether the first event marks the beginning of a piece.
fn begins(events: &[Event]) -> bool {
    matches!(events.first(), Some(Event::Fragment { .. }))
}

/// Whether an event belongs to the fetch of a page-table entry.
fn walks(event: &Event) -> bool {
    matches!(
        event,
        Event::Pte { .. }
            | Event::Memory { purpose: Purpose::Walk, .. }
            | Event::CacheLookup { purpose: Purpose::Walk, .. }
            | Event::Bypassed { purpose: Purpose::Walk }
    )
}
