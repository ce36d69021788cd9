//! An access as the textbook's worksheet, or as one line.

use std::borrow::Cow;
use std::sync::Arc;

use super::notes;
use super::process::call;
use crate::report::doc::{Blank, Block};
use crate::report::words::counts::count;
use crate::report::words::handling::FaultText;
use crate::report::words::messages::cache_place;
use crate::report::words::names::{Names, table_index};
use crate::report::words::numbers;
use crate::run::facts::{self, Family};
use crate::run::record::{Access, AccessVerb, Did, Shown};
use crate::run::steps::Part;
use pagewalk_engine::kernel::event::FaultClass;
use pagewalk_engine::machine::event::{Event, Fault, Purpose};
use pagewalk_engine::machine::spec::Spec;

/// Maximum number of additional pieces of an access to report.
const PIECES: usize = 8;

/// Returns the worksheet of an access, followed by sentences about the remaining events.
pub(crate) fn worksheet(access: &Access, did: &Arc<Did>) -> Vec<Block> {
    let sheet = Sheet { access, did };
    let mut blocks = Names::of_access(access)
        .map_or_else(Vec::new, |names| call::faults(names, access.faults(), None));
    let translation = sheet.translation();
    if !translation.is_empty() {
        blocks.push(Block::Worksheet(translation));
    }
    blocks.extend(tlb_path(access).map(Block::line));
    let data = sheet.data();
    if !data.is_empty() {
        blocks.push(Block::Worksheet(data));
        blocks.extend(cache_path(access).map(Block::line));
    }
    blocks.extend(pieces(access));
    blocks.extend(notes::notes(access));
    if access.probe {
        blocks.push(Block::faint("This is a probe, so nothing changes."));
    }
    blocks
}

/// An access as a worksheet with its blanks filled in.
struct Sheet<'a> {
    access: &'a Access,
    did: &'a Did,
}

impl Sheet<'_> {
    fn fact(&self, name: &str) -> Option<Shown> {
        facts::key(name, Family::Access, Some(&self.access.spec))
            .ok()?
            .value_in(self.did)
    }

    /// Returns a blank with the value of a fact if the access has the fact.
    fn blank(&self, label: &'static str, fact: &str) -> Option<Blank> {
        self.fact(fact).map(|value| blank(label, value.to_string()))
    }

    /// Returns a blank with `yes` for a hit and `no` for a miss.
    fn hit(&self, label: impl Into<Cow<'static, str>>, fact: &str) -> Option<Blank> {
        let (spec, kind) = (&self.access.spec, self.access.kind);
        let first = if fact == "tlb" {
            spec.first_tlb(kind)
        } else {
            spec.first_cache(kind)
        };
        let word = self.fact(fact).filter(|_| first.is_some())?.to_string();
        Some(blank(
            label,
            match word.as_str() {
                "hit" => "yes",
                "miss" => "no",
                _ => "not looked up",
            },
        ))
    }

    fn core(&self) -> Option<Blank> {
        (self.access.spec.cores > 1).then(|| blank("core", self.access.core.to_string()))
    }

    /// Returns the blanks from the virtual address to the physical page number.
    fn translation(&self) -> Vec<Blank> {
        if self.access.spec.mmu.is_none() {
            return Vec::new();
        }
        let ppn = self
            .fact("ppn")
            .map_or_else(|| "-".to_owned(), |ppn| ppn.to_string());
        let address = (!self.access.literal)
            .then(|| blank("VA", numbers::va(&self.access.spec, self.access.va.raw())));
        let blanks = [
            self.core(),
            address,
            self.blank("VPN", "vpn"),
            self.blank("TLBI", "tlbi"),
            self.blank("TLBT", "tlbt"),
            self.hit("TLB hit?", "tlb"),
            Some(blank("page fault?", self.page_fault())),
            Some(blank("PPN", ppn)),
        ];
        blanks.into_iter().flatten().collect()
    }

    /// Returns the page-fault blank. Like the fact `page-fault`, it is about all pieces. For a process, the blank
    /// contains the kernel's result.
    fn page_fault(&self) -> String {
        if let Some(fault) = self.access.faults().first() {
            return format!("yes ({})", fault.class().map_or("none", FaultClass::name));
        }
        match self.access.outcome.fault {
            None => "no",
            Some(Fault::NotPresent { .. } | Fault::Reserved { .. }) => "yes",
            Some(Fault::Protection { .. }) => "yes (protection)",
        }
        .to_owned()
    }

    /// Returns the blanks from the physical address to the byte, if the access has a physical address.
    fn data(&self) -> Vec<Blank> {
        let Some(pa) = self.blank("PA", "pa") else {
            return Vec::new();
        };
        let mut blanks: Vec<Blank> = self
            .core()
            .filter(|_| self.access.spec.mmu.is_none())
            .into_iter()
            .collect();
        blanks.push(pa);
        if self.access.uses_caches() {
            let first = self.access.spec.first_cache(self.access.kind);
            let name = first.map_or("cache", |first| {
                Part::Cache(first as u32).name(&self.access.spec)
            });
            let cache = [
                self.blank("CO", "co"),
                self.blank("CI", "ci"),
                self.blank("CT", "ct"),
                self.hit(format!("{name} hit?"), "cache"),
            ];
            blanks.extend(cache.into_iter().flatten());
            blanks.extend(self.moved());
        }
        blanks.extend(self.cycles());
        blanks
    }

    /// Returns the loaded or stored data.
    fn moved(&self) -> Option<Blank> {
        if self.access.outcome.fault.is_some() {
            return None;
        }
        let data = numbers::data(self.access);
        let label = match (self.access.verb, self.access.data.len()) {
            (AccessVerb::Write, _) => "stored",
            (_, 1) => "byte",
            _ => "value",
        };
        let from_memory = self
            .fact("served")
            .is_some_and(|level| level.to_string() == "memory");
        Some(blank(
            label,
            if data == "unknown" && from_memory {
                "unknown (from memory)".to_owned()
            } else {
                data
            },
        ))
    }

    /// Returns the number of cycles if the machine declares latencies.
    fn cycles(&self) -> Option<Blank> {
        self.blank("cycles", "cycles")
            .filter(|cycles| cycles.value != "0")
    }
}

fn blank(label: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Blank {
    Blank {
        label: label.into(),
        value: value.into(),
    }
}

/// Returns the TLB levels searched, if there is more than one.
fn tlb_path(access: &Access) -> Option<String> {
    let spec = &access.spec;
    let (mut path, mut missed) = (Vec::new(), true);
    for event in access.first_piece() {
        if let Event::TlbLookup { tlb, way, .. } = event {
            missed = way.is_none();
            path.push(format!("{} {}", Part::Tlb(*tlb).name(spec), hit(!missed)));
        }
    }
    let levels = spec.mmu.as_ref()?.levels.len();
    let fetched = access
        .first_piece()
        .iter()
        .filter_map(|event| match *event {
            Event::Pte { level, index, .. } => Some(table_index(spec, level, index)),
            _ => None,
        });
    let fetched: Vec<String> = fetched.collect();
    if missed && !fetched.is_empty() {
        path.push(if levels == 1 {
            "page table".to_owned()
        } else {
            let count = count(fetched.len() as u64, "level", "levels");
            format!("walk of {count} ({})", fetched.join(", "))
        });
    }
    // If the machine has a single TLB, the worksheet already shows the hit.
    let says_more = spec.tlbs.len() > 1 || (levels > 1 && !fetched.is_empty());
    (says_more && !path.is_empty()).then(|| path.join(" → "))
}

/// Returns the cache levels searched, if there is more than one.
fn cache_path(access: &Access) -> Option<String> {
    let spec = &access.spec;
    if !access.uses_caches() || spec.caches.len() < 2 {
        return None;
    }
    let (mut path, mut served) = (Vec::new(), false);
    for event in access.first_piece() {
        if let Event::CacheLookup {
            cache,
            set,
            tag,
            way,
            purpose: Purpose::Demand,
            ..
        } = *event
        {
            // The worksheet has the index and the tag of the first level.
            let mut place = String::new();
            if !path.is_empty() {
                place = format!(" ({})", cache_place(spec, cache, set, tag));
            }
            let name = Part::Cache(cache).name(spec);
            path.push(format!("{name} {}{place}", hit(way.is_some())));
            served |= way.is_some();
        }
    }
    if !served {
        path.push("memory".to_owned());
    }
    // The worksheet already shows a first-level hit.
    (path.len() > 1).then(|| path.join(" → "))
}

fn hit(hit: bool) -> &'static str {
    if hit { "hit" } else { "miss" }
}

/// Describes the pieces after the first.
fn pieces(access: &Access) -> Vec<Block> {
    if access.outcome.fragments < 2 {
        return Vec::new();
    }
    let mut blocks = vec![Block::line(format!(
        "The access crosses a block or page boundary, so it is split into {} pieces. The fields describe the first piece, except that a page fault can be in any piece.",
        access.outcome.fragments
    ))];
    let rest = &access.events[access.first_piece().len()..];
    let begins: Vec<usize> = rest
        .iter()
        .enumerate()
        .filter(|(_, event)| matches!(event, Event::Fragment { .. }))
        .map(|(at, _)| at)
        .collect();
    for (number, begin) in begins.iter().enumerate().take(PIECES) {
        let end = begins.get(number + 1).copied().unwrap_or(rest.len());
        if let Event::Fragment { va, size } = rest[*begin] {
            let bytes = if size == 1 {
                "1 byte".to_owned()
            } else {
                format!("{size} bytes")
            };
            let passage = passage(&access.spec, &rest[*begin..end], true).join(", ");
            blocks.push(Block::line(format!(
                "piece {}: {bytes} at {} → {passage}",
                number + 2,
                numbers::va(&access.spec, va.raw())
            )));
        }
    }
    if begins.len() > PIECES {
        blocks.push(Block::faint(format!(
            "… {} more pieces",
            begins.len() - PIECES
        )));
    }
    blocks
}

/// Returns an access as one line, the form used in loops.
pub(crate) fn line(access: &Access) -> String {
    // The kernel's result replaces the hardware exception.
    let is_handled = !access.faults().is_empty();
    let mut passage = passage(&access.spec, access.first_piece(), !is_handled);
    if let Some(names) = Names::of_access(access) {
        let faults = access
            .faults()
            .iter()
            .map(|fault| FaultText::new(names, fault, None).brief());
        passage.splice(0..0, faults);
    }
    let done = access.outcome.fault.is_none();
    if done && matches!(access.verb, AccessVerb::Read | AccessVerb::Fetch) {
        passage.push(format!(
            "{} {}",
            if access.data.len() == 1 {
                "byte"
            } else {
                "value"
            },
            numbers::data(access)
        ));
    }
    if access.outcome.fragments > 1 {
        passage.push(format!("{} pieces", access.outcome.fragments));
    }
    let stored = if access.verb == AccessVerb::Write {
        format!(" = {}", numbers::data(access))
    } else {
        String::new()
    };
    let probe = if access.probe { "probe " } else { "" };
    let core = if access.spec.cores > 1 {
        format!("core {}: ", access.core)
    } else {
        String::new()
    };
    let address = numbers::va(&access.spec, access.va.raw());
    format!(
        "{core}{probe}{} {address}{stored} → {}",
        numbers::verb(access.verb),
        passage.join(", ")
    )
}

/// Describes a piece briefly, with its hardware exception if `exceptions` is true.
fn passage(spec: &Spec, events: &[Event], exceptions: bool) -> Vec<String> {
    let mut words = Vec::new();
    let mut tlb = None;
    let mut cache = None;
    for event in events {
        match event {
            Event::TlbLookup { way, .. } => tlb = Some(tlb == Some(true) || way.is_some()),
            Event::Translated { ppn, pa, .. } => {
                words.extend(tlb.map(|found| format!("TLB {}", hit(found))));
                words.push(format!("PPN {}", numbers::hex(ppn.raw(), spec.ppn_bits())));
                words.push(format!("PA {}", numbers::pa(spec, pa.raw())));
            }
            Event::CacheLookup {
                cache: level,
                way,
                purpose: Purpose::Demand,
                ..
            } if cache.is_none() => {
                cache = Some(*level);
                words.push(format!(
                    "{} {}",
                    Part::Cache(*level).name(spec),
                    hit(way.is_some())
                ));
            }
            Event::Bypassed {
                purpose: Purpose::Demand,
            } => words.push("not cached".to_owned()),
            Event::Faulted { fault } => {
                words.extend(tlb.map(|found| format!("TLB {}", hit(found))));
                words.extend(exceptions.then(|| fault_words(*fault).to_owned()));
            }
            _ => {}
        }
    }
    words
}

fn fault_words(fault: Fault) -> &'static str {
    match fault {
        Fault::NotPresent { .. } | Fault::Reserved { .. } => "page fault",
        Fault::Protection { .. } => "protection fault",
    }
}
