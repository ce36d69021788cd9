//! The numbered steps of an access between CPU, MMU, caches, memory, and fault handler, as on lecture slides.

use super::access::names;
use super::notes;
use super::process::handler::Handler;
use crate::report::doc::{Block, Step};
use crate::report::words::numbers;
use crate::run::facts::hardware_fault;
use crate::run::messages::{Detail, Fetched, Kind, Message, at_level, of_access};
use crate::run::record::{Access, AccessVerb, MessageLevel};
use pagewalk_engine::machine::addr::{Pa, Va};
use pagewalk_engine::machine::event::{Event, Fault, Purpose};
use pagewalk_engine::machine::spec::{Spec, WritePolicy};

/// Where steps are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    /// In the narration of a run.
    Run,
    /// On a paper, which does not print the raw values of entries outside memory. If `bytes` is true, the
    /// steps mention unknown bytes.
    Paper { bytes: bool },
}

/// Returns the steps of an access. After a fault, the steps include the actions that a kernel would take.
pub(crate) fn steps(access: &Access) -> Vec<Block> {
    let mut blocks = vec![Block::Steps(
        Narrator {
            access,
            medium: Medium::Run,
        }
        .steps(),
    )];
    if access.outcome.fault.is_some() && access.process.is_none() {
        blocks.push(Block::line(afterwards(access)));
    }
    blocks
}

/// Returns the steps of an access for a worked solution, without the actions that a kernel would take after a
/// fault. If `bytes` is true, the steps mention unknown bytes.
pub(crate) fn steps_on_paper(access: &Access, bytes: bool) -> Vec<Block> {
    let narrator = Narrator {
        access,
        medium: Medium::Paper { bytes },
    };
    let mut blocks = vec![Block::Steps(narrator.steps())];
    if access.outcome.fault.is_some() && access.process.is_none() {
        blocks.push(Block::line("The access ends with a page fault."));
    }
    blocks
}

/// Returns the steps of an access at a level.
pub(crate) fn steps_at(access: &Access, level: MessageLevel) -> Vec<Block> {
    match level {
        MessageLevel::Lecture => {
            let whose = access
                .process
                .as_ref()
                .map(|inside| format!(" in {}", inside.process.name));
            let title = format!("{}{}", access.operation(), whose.unwrap_or_default());
            vec![Block::line(title), Block::Steps(lecture(access))]
        }
        MessageLevel::All => steps(access),
    }
}

fn lecture(access: &Access) -> Vec<Step> {
    let narrator = Narrator {
        access,
        medium: Medium::Run,
    };
    let messages = at_level(MessageLevel::Lecture, of_access(access, false));
    messages
        .iter()
        .filter_map(|message| narrator.step(message))
        .collect()
}

/// Describes the messages of an access.
struct Narrator<'a> {
    access: &'a Access,
    medium: Medium,
}

impl Narrator<'_> {
    /// Returns the messages that are separate steps.
    fn steps(&self) -> Vec<Step> {
        let messages = of_access(self.access, self.on_paper());
        let steps = messages.iter().filter(|message| message.row().is_step);
        steps.filter_map(|message| self.step(message)).collect()
    }

    fn step(&self, message: &Message) -> Option<Step> {
        Some(Step {
            who: message.ends(),
            what: self.text(message)?,
        })
    }

    fn on_paper(&self) -> bool {
        self.medium != Medium::Run
    }

    /// Returns the text of a message, or `None` if a paper omits the message.
    fn text(&self, message: &Message) -> Option<String> {
        match message.detail {
            Detail::Address { va, piece } => Some(self.address(va, piece)),
            Detail::Event(event) => self.event(message.kind, event),
            Detail::Frame(ppn) => Some(match ppn {
                Some(ppn) => format!(
                    "PTE with PPN {}",
                    numbers::hex(ppn, self.access.spec.ppn_bits())
                ),
                None => "PTE".to_owned(),
            }),
            Detail::Cache(cache) => self.stored(cache),
            Detail::Entry(entry)
                if matches!(message.kind, Kind::TableAddress | Kind::PteAddress) =>
            {
                self.request(entry)
            }
            Detail::Entry(entry) => self.answer(entry),
            Detail::Marked { first, last, bits } if first < last => Some(format!(
                "sets {bits} in the entries at levels {first} to {last}"
            )),
            Detail::Marked { last, bits, .. } => Some(format!(
                "sets {bits} in {}",
                notes::entry(&self.access.spec, last)
            )),
            Detail::Kernel { step, fault } => {
                let fault = self.access.faults().get(fault?)?;
                Handler {
                    names: names(self.access)?,
                    fault,
                    call: None,
                }
                .text(message.kind, step)
            }
            Detail::Nothing => match message.kind {
                Kind::More => Some("and so on for the other pieces".to_owned()),
                Kind::StaleEntry => Some(super::process::handler::STALE.to_owned()),
                _ => self.data(),
            },
        }
    }

    fn address(&self, va: Va, piece: Option<(u32, u32)>) -> String {
        let spec = &self.access.spec;
        let piece = piece.map_or_else(String::new, |(number, size)| {
            format!("piece {number} ({size} B): ")
        });
        let address = numbers::va(spec, va.raw());
        match &spec.mmu {
            Some(mmu) => {
                let offset = va.raw() & (1u64 << mmu.page_bits).wrapping_sub(1);
                let (vpn, vpo) = (
                    numbers::vpn(spec, va.raw()),
                    numbers::hex(offset, mmu.page_bits),
                );
                format!("{piece}virtual address {address} (VPN {vpn}, VPO {vpo})")
            }
            None => format!("{piece}physical address {address}{}", self.storing()),
        }
    }

    fn event(&self, kind: Kind, event: Event) -> Option<String> {
        let spec = &*self.access.spec;
        Some(match event {
            Event::TlbLookup { tlb, set, tag, way } => {
                let (set, tag) = (
                    numbers::tlb_set(spec, tlb, set.raw()),
                    numbers::tlb_tag(spec, tlb, tag.raw()),
                );
                let set = set.map_or_else(String::new, |set| format!("TLBI {set}, "));
                format!("{set}TLBT {tag}: {}", found(way))
            }
            Event::TlbFill {
                tlb,
                set,
                way,
                tag,
                victim,
            } => {
                let (set, tag) = (
                    numbers::tlb_set(spec, tlb, set.raw()),
                    numbers::tlb_tag(spec, tlb, tag.raw()),
                );
                let instead = victim.map(|victim| {
                    format!(
                        ", replacing the entry with tag {}",
                        numbers::tlb_tag(spec, tlb, victim.raw())
                    )
                });
                let set = set.map_or_else(String::new, |set| format!("set {set}, "));
                format!(
                    "fills the TLB entry: {set}way {way}, tag {tag}{}",
                    instead.unwrap_or_default()
                )
            }
            Event::Translated { pa, .. } => self.translated(kind, pa),
            Event::Faulted { fault } => self.faulted(kind, fault),
            Event::CacheLookup {
                cache,
                set,
                tag,
                way,
                ..
            } => {
                let (set, tag) = (
                    numbers::cache_set(spec, cache, set.raw()),
                    numbers::cache_tag(spec, cache, tag.raw()),
                );
                let set = set.map_or_else(String::new, |set| format!("CI {set}, "));
                format!("{set}CT {tag}: {}", found(way))
            }
            Event::CacheFill { .. } => filled(spec, event)?,
            Event::Memory { pa, .. } => {
                let address = numbers::pa(spec, pa.raw());
                match kind {
                    Kind::BlockAddress => format!("fetches the block containing {address}"),
                    Kind::MemoryStore => format!("stores at {address}"),
                    _ => format!("receives the written-back block at {address}"),
                }
            }
            Event::Snooped { .. } => {
                let (_, text) = notes::note(self.access, &event)?;
                // A step is not a sentence, so it has no final period.
                text.trim_end_matches('.')
                    .replacen("The cache", "the cache", 1)
            }
            Event::Bypassed { .. } => "CD is set, so the access bypasses the caches".to_owned(),
            _ => return None,
        })
    }

    fn storing(&self) -> &'static str {
        if self.access.verb == AccessVerb::Write {
            ", for a store"
        } else {
            ""
        }
    }

    fn translated(&self, kind: Kind, pa: Pa) -> String {
        let spec = &self.access.spec;
        let bits = spec.page_bits();
        let ppn = numbers::hex(pa.raw().checked_shr(bits).unwrap_or(0), spec.ppn_bits());
        let ppo = numbers::hex(
            pa.raw() & (1u64.checked_shl(bits).unwrap_or(0)).wrapping_sub(1),
            bits,
        );
        let then = if kind == Kind::Translated {
            "; the translation is complete"
        } else {
            self.storing()
        };
        format!(
            "physical address {} (PPN {ppn}, PPO {ppo}){then}",
            numbers::pa(spec, pa.raw())
        )
    }

    fn faulted(&self, kind: Kind, fault: Fault) -> String {
        match (kind, fault) {
            (Kind::Control, Fault::Protection { .. }) => {
                "transfers control to the kernel's fault handler".to_owned()
            }
            (Kind::Control, _) => "transfers control to the kernel's page fault handler".to_owned(),
            (Kind::ProtectionFault, fault) => {
                format!("exception: {}", hardware_fault(self.access, fault))
            }
            _ => "exception: page fault".to_owned(),
        }
    }

    /// Describes the request of an entry.
    fn request(&self, entry: Fetched) -> Option<String> {
        let spec = &self.access.spec;
        let mmu = spec.mmu.as_ref()?;
        let several = mmu.levels.len() > 1;
        let (level, bits) = (
            entry.level,
            mmu.levels
                .get(entry.level as usize - 1)
                .copied()
                .unwrap_or(1),
        );
        let part = if several {
            format!("VPN{level} {}", numbers::hex(entry.index, bits))
        } else {
            format!("VPN {}", numbers::hex(entry.index, bits))
        };
        Some(match entry.address {
            Some(address) => {
                let base = match level {
                    // A paper may be about a processor other than x86.
                    1 if self.on_paper() && !numbers::is_x86(spec) => {
                        "base of the root page table".to_owned()
                    }
                    1 => "CR3".to_owned(),
                    _ => format!("level-{level} table base"),
                };
                let size = mmu.pte.bytes;
                format!(
                    "PTE address {} = {base} + {part} × {size}",
                    numbers::pa(spec, address.raw())
                )
            }
            None if several => format!("fetches {} for {part}", notes::entry(spec, level)),
            None => format!("fetches the page-table entry for {part}"),
        })
    }

    /// Describes the arrival of an entry.
    fn answer(&self, entry: Fetched) -> Option<String> {
        let mmu = self.access.spec.mmu.as_ref()?;
        let raw = entry
            .value
            .filter(|_| !self.on_paper() || entry.address.is_some());
        Some(super::walk::entry(&self.access.spec, mmu, entry, raw))
    }

    /// Describes the data of the access.
    fn data(&self) -> Option<String> {
        let data = numbers::data(self.access);
        if data == "unknown" && self.medium == (Medium::Paper { bytes: false }) {
            return None;
        }
        let data = match (self.access.data.len(), data.as_str()) {
            (1, "unknown") if self.on_paper() => "a byte that is not given".to_owned(),
            (_, "unknown") if self.on_paper() => "bytes that are not all given".to_owned(),
            (1, "unknown") => "an uninitialized byte (unknown)".to_owned(),
            (_, "unknown") => "bytes, some of them uninitialized (unknown)".to_owned(),
            (1, _) => format!("byte {data}"),
            _ => format!("value {data}"),
        };
        Some(data)
    }

    /// Describes the store in a cache.
    fn stored(&self, cache: u32) -> Option<String> {
        let cache = self.access.spec.caches.get(cache as usize);
        let back = cache.is_some_and(|cache| cache.write == WritePolicy::Back);
        let dirty = if back { "; the block is now dirty" } else { "" };
        Some(format!("stores {}{dirty}", self.data()?))
    }
}

fn found(way: Option<u32>) -> String {
    way.map_or("miss".to_owned(), |way| format!("hit in way {way}"))
}

/// Describes the line that a cache fills.
fn filled(spec: &Spec, event: Event) -> Option<String> {
    let Event::CacheFill {
        cache,
        set,
        way,
        tag,
        victim,
        writeback,
        purpose,
    } = event
    else {
        return None;
    };
    let (set, tag) = (
        numbers::cache_set(spec, cache, set.raw()),
        numbers::cache_tag(spec, cache, tag.raw()),
    );
    let replacing = if writeback {
        "after writing back the dirty block"
    } else {
        "replacing the block"
    };
    let instead = victim.map(|victim| {
        format!(
            ", {replacing} with tag {}",
            numbers::cache_tag(spec, cache, victim.raw())
        )
    });
    let block = if purpose == Purpose::Writeback {
        "allocates a line for the written-back block"
    } else {
        "fills the line"
    };
    let set = set.map_or_else(String::new, |set| format!("set {set}, "));
    Some(format!(
        "{block}: {set}way {way}, tag {tag}{}",
        instead.unwrap_or_default()
    ))
}

/// Describes how a kernel would handle the fault.
fn afterwards(access: &Access) -> &'static str {
    let page = "A kernel's fault handler would now evict a victim page (writing it to disk if it is dirty), load the missing page, update the \
                PTE, and return. The CPU would then retry the instruction. This machine has no kernel, so Pagewalk only reports the fault.";
    let protection = "A kernel's fault handler would now send a signal to the process (on Linux, SIGSEGV for a segmentation fault). This machine has no \
                      kernel, so Pagewalk only reports the fault.";
    match access.outcome.fault {
        Some(Fault::NotPresent { .. }) => page,
        _ => protection,
    }
}
