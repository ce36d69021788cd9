//! The text of messages between the CPU, the MMU, the TLBs, the caches, memory, and the kernel, as on lecture slides.

use super::causes::hardware_cause;
use super::kernel_steps::Handler;
use super::names::{self, Names, entry};
use super::numbers;
use crate::report::doc;
use crate::run::nouns::size;
use crate::run::record::{Access, AccessVerb, MessageLevel, ProcessRef};
use crate::run::steps::{
    Ending, Message, MessageKind, Part, Source, Step, What, marked, messages, steps_of,
};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::addr::{SetIndex, Tag, Va};
use pagewalk_engine::machine::event::{AccessKind, Event, Fault, PteKind, Purpose};
use pagewalk_engine::machine::spec::{CacheSpec, Spec, WritePolicy};

/// Where messages are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// In the narration of a run.
    Run,
    /// On a paper, which does not print the raw values of entries outside memory. If `bytes` is true, the messages
    /// mention unknown bytes. If `hardware` is false, only those of the fault handler are printed.
    Paper { bytes: bool, hardware: bool },
}

/// Returns the messages of a record at a level. The complete list contains the messages that are separate steps.
pub(crate) fn described(source: Source<'_>, level: MessageLevel, medium: Medium) -> Vec<doc::Step> {
    let steps = steps_of(source);
    let shown = |message: &Message| level == MessageLevel::Lecture || message.row().is_step;
    let of_kernel = |part: Part| matches!(part, Part::Handler | Part::Disk | Part::PageCache);
    let printed = |message: &Message| match medium {
        Medium::Paper {
            hardware: false, ..
        } => of_kernel(message.from) || message.to.is_some_and(of_kernel),
        _ => true,
    };
    let no_process = no_process();
    let describer = Describer::new(source, &steps, medium, &no_process);
    messages(source, &steps, level, medium != Medium::Run)
        .iter()
        .filter(|message| shown(message) && printed(message))
        .filter_map(|message| describer.step(message))
        .collect()
}

/// Returns the message that each step sends, or `None` for a step without one. Of several messages, this is the last.
/// Steps that send a message together have a message each.
pub(crate) fn described_by_step(source: Source<'_>, steps: &[Step]) -> Vec<Option<doc::Step>> {
    let no_process = no_process();
    let describer = Describer::new(source, steps, Medium::Run, &no_process);
    let mut described = vec![None; steps.len()];
    for message in messages(source, steps, MessageLevel::All, false) {
        if !message.row().is_step || message.kind == MessageKind::More {
            continue;
        }
        let steps = described.iter_mut().enumerate();
        for (step, described) in steps.take(message.step + 1).skip(message.first) {
            *described = describer.step(&Message {
                first: step,
                step,
                ..message
            });
        }
    }
    described
}

/// The process in an action that no process requested.
pub(crate) fn no_process() -> ProcessRef {
    ProcessRef {
        pid: Pid(0),
        name: "".into(),
    }
}

/// Describes the messages of a record.
struct Describer<'a> {
    source: Source<'a>,
    spec: &'a Spec,
    steps: &'a [Step],
    medium: Medium,
    /// The names in the kernel's steps, or `None` on bare hardware.
    names: Option<Names<'a>>,
}

impl<'a> Describer<'a> {
    fn new(source: Source<'a>, steps: &'a [Step], medium: Medium, other: &'a ProcessRef) -> Self {
        let spec = source.spec();
        let process = match source {
            Source::Access(access) => access
                .process
                .as_ref()
                .map(|inside| (&inside.legend, &inside.process)),
            Source::Call(call) => Some((&call.legend, &call.process)),
            Source::Action(action) => Some((&action.legend, other)),
        };
        Self {
            source,
            spec,
            steps,
            medium,
            names: process.map(|(legend, own)| Names { spec, legend, own }),
        }
    }

    fn step(&self, message: &Message) -> Option<doc::Step> {
        Some(doc::Step {
            from: message.from.name(self.spec).to_owned(),
            to: message.to.map(|to| to.name(self.spec).to_owned()),
            what: self.text(message)?,
            name: message.row().words,
        })
    }

    fn on_paper(&self) -> bool {
        self.medium != Medium::Run
    }

    /// Returns the text of a message, or `None` if a paper omits the message.
    fn text(&self, message: &Message) -> Option<String> {
        let step = &self.steps[message.step];
        match (message.kind, self.source) {
            (MessageKind::More, _) => Some("and so on for the other pieces".to_owned()),
            (MessageKind::StaleEntry, _) => Some(STALE.to_owned()),
            (MessageKind::SystemCall, Source::Call(call)) => {
                Some(format!("system call {}", call.name))
            }
            (MessageKind::Reply, Source::Call(call)) => Some(match call.reply.result {
                Ok(_) => format!("{} returns", call.name),
                Err(error) => format!("{} fails: {}, {}", call.name, error.name(), error.help()),
            }),
            (kind, Source::Access(access)) => match step.what {
                What::Kernel(done) if kind != MessageKind::Control => self.kernel(kind, step, done),
                _ => self.hardware(access, message),
            },
            (kind, _) => match step.what {
                What::Kernel(done) => self.kernel(kind, step, done),
                _ => None,
            },
        }
    }

    fn kernel(&self, kind: MessageKind, step: &Step, done: KernelStep) -> Option<String> {
        let fault = step
            .fault
            .and_then(|fault| self.source.faults().get(fault as usize));
        let call = match self.source {
            Source::Call(call) => Some(call.name),
            _ => None,
        };
        let names = self.names?;
        Handler { names, fault, call }.text(kind, done)
    }

    fn hardware(&self, access: &Access, message: &Message) -> Option<String> {
        let step = &self.steps[message.step];
        Some(match (message.kind, step.what) {
            (MessageKind::TableAddress | MessageKind::PteAddress, _) => {
                self.request(self.next(message, |event| matches!(event, Event::Pte { .. }))?)?
            }
            (MessageKind::TlbAnswer, _) => {
                let ends =
                    |event| matches!(event, Event::Translated { .. } | Event::Faulted { .. });
                match self.next(message, ends)? {
                    Event::Translated { ppn, .. } => {
                        let ppn = numbers::hex(ppn.raw(), self.spec.ppn_bits());
                        format!("PTE with PPN {ppn}")
                    }
                    _ => "PTE".to_owned(),
                }
            }
            (
                _,
                What::Kernel(KernelStep::Fault { fault, .. }) | What::End(Ending::Refused(fault)),
            ) => match fault {
                Fault::Protection { .. } => "transfers control to the kernel's fault handler",
                _ => "transfers control to the kernel's page fault handler",
            }
            .to_owned(),
            (_, What::Begin(va)) => self.address(access, va, None),
            (_, What::Machine(Event::Fragment { va, size })) => {
                let several = access.outcome.fragments > 1;
                self.address(access, va, several.then_some((step.piece + 1, size)))
            }
            (_, What::Machine(event)) => self.event(access, message, event)?,
            (_, What::End(Ending::Data { .. })) => self.data(access)?,
            (
                _,
                What::End(Ending::Stored {
                    place: Part::Cache(cache),
                }),
            ) => {
                let cache = self.spec.caches.get(cache as usize);
                let back = cache.is_some_and(|cache| cache.write == WritePolicy::Back);
                let dirty = if back { "; the block is now dirty" } else { "" };
                format!("stores {}{dirty}", self.data(access)?)
            }
            _ => return None,
        })
    }

    /// Returns the first of these events after the step that sends a message.
    fn next(&self, message: &Message, wanted: impl Fn(Event) -> bool) -> Option<Event> {
        self.steps[message.step..]
            .iter()
            .find_map(|step| match step.what {
                What::Machine(event) if wanted(event) => Some(event),
                _ => None,
            })
    }

    /// Describes an address that the CPU sends. `piece` is the piece's number and its size in bytes.
    fn address(&self, access: &Access, va: Va, piece: Option<(u32, u32)>) -> String {
        let piece = piece.map_or_else(String::new, |(number, size)| {
            format!("piece {number} ({size} B): ")
        });
        let address = numbers::va(self.spec, va.raw());
        match &self.spec.mmu {
            Some(mmu) => {
                let vpn = numbers::vpn(self.spec, va.raw());
                let vpo = numbers::offset(va.raw(), mmu.page_bits);
                format!("{piece}virtual address {address} (VPN {vpn}, VPO {vpo})")
            }
            None => format!("{piece}physical address {address}{}", storing(access)),
        }
    }

    fn event(&self, access: &Access, message: &Message, event: Event) -> Option<String> {
        let spec = self.spec;
        Some(match event {
            Event::TlbLookup { tlb, set, tag, way } => {
                let set = in_set("TLBI", numbers::tlb_set(spec, tlb, set.raw()));
                let tag = numbers::tlb_tag(spec, tlb, tag.raw());
                format!("{set}TLBT {tag}: {}", found(way))
            }
            Event::Pte { .. } => self.answer(event)?,
            Event::AccessedDirtySet { level, .. } => {
                let bits = match marked(spec, event) {
                    (true, true) => "the accessed bit A and the dirty bit D",
                    (false, true) => "the dirty bit D",
                    (_, false) => "the accessed bit A",
                };
                match self.steps[message.first].what {
                    What::Machine(Event::AccessedDirtySet { level: top, .. }) if top < level => {
                        format!("sets {bits} in the entries at levels {top} to {level}")
                    }
                    _ => format!("sets {bits} in {}", entry(spec, level)),
                }
            }
            Event::TlbFill {
                tlb,
                set,
                way,
                tag,
                victim,
            } => {
                let set = in_set("set", numbers::tlb_set(spec, tlb, set.raw()));
                let named = |tag: Tag| numbers::tlb_tag(spec, tlb, tag.raw());
                let instead = victim.map_or_else(String::new, |victim| {
                    format!(", replacing the entry with tag {}", named(victim))
                });
                let tag = named(tag);
                format!("fills the TLB entry: {set}way {way}, tag {tag}{instead}")
            }
            Event::Translated { pa, .. } => {
                let ppn = pa.raw().checked_shr(spec.page_bits()).unwrap_or(0);
                let ppn = numbers::hex(ppn, spec.ppn_bits());
                let ppo = numbers::offset(pa.raw(), spec.page_bits());
                let then = if message.kind == MessageKind::Translated {
                    "; the translation is complete"
                } else {
                    storing(access)
                };
                let pa = numbers::pa(spec, pa.raw());
                format!("physical address {pa} (PPN {ppn}, PPO {ppo}){then}")
            }
            Event::Faulted { .. } if message.kind == MessageKind::ProtectionFault => {
                // The kernel has handled this fault, or else it ended the access.
                let handled = self.steps[message.step].fault;
                let attempt = handled.and_then(|number| access.faults().get(number as usize));
                format!("exception: {}", hardware_cause(access, attempt))
            }
            Event::Faulted { .. } => "exception: page fault".to_owned(),
            Event::CacheLookup {
                cache,
                set,
                tag,
                way,
                ..
            } => {
                let place = cache_place(spec, cache, set, tag);
                format!("{place}: {}", found(way))
            }
            Event::CacheFill {
                cache,
                set,
                way,
                tag,
                victim,
                writeback,
                purpose,
            } => {
                let set = in_set("set", numbers::cache_set(spec, cache, set.raw()));
                let named = |tag: Tag| numbers::cache_tag(spec, cache, tag.raw());
                let replacing = if writeback {
                    "after writing back the dirty block"
                } else {
                    "replacing the block"
                };
                let instead = victim.map_or_else(String::new, |victim| {
                    format!(", {replacing} with tag {}", named(victim))
                });
                let fills = if purpose == Purpose::Writeback {
                    "allocates a line for the written-back block"
                } else {
                    "fills the line"
                };
                format!("{fills}: {set}way {way}, tag {}{instead}", named(tag))
            }
            Event::Memory { pa, .. } => {
                let address = numbers::pa(spec, pa.raw());
                match message.kind {
                    MessageKind::BlockAddress => format!("fetches the block containing {address}"),
                    MessageKind::MemoryStore => format!("stores at {address}"),
                    _ => format!("receives the written-back block at {address}"),
                }
            }
            Event::Snooped { cache, core, dirty } => snoop(access, cache, core, dirty),
            Event::Bypassed { .. } => "CD is set, so the access bypasses the caches".to_owned(),
            Event::Fragment { .. } | Event::TlbInvalidated { .. } => return None,
        })
    }

    /// Describes the request of an entry.
    fn request(&self, fetched: Event) -> Option<String> {
        let Event::Pte {
            level,
            index,
            address,
            ..
        } = fetched
        else {
            return None;
        };
        let spec = self.spec;
        let mmu = spec.mmu.as_ref()?;
        let part = names::table_index(spec, level, index);
        let Some(address) = address else {
            return Some(format!("fetches {} for {part}", entry(spec, level)));
        };
        let base = match level {
            // A paper may be about a processor other than x86.
            1 if self.on_paper() && !numbers::is_x86(spec) => {
                "base of the root page table".to_owned()
            }
            1 => "CR3".to_owned(),
            _ => format!("level-{level} table base"),
        };
        let address = numbers::pa(spec, address.raw());
        Some(format!(
            "PTE address {address} = {base} + {part} × {}",
            mmu.pte.bytes
        ))
    }

    /// Describes the arrival of an entry.
    fn answer(&self, fetched: Event) -> Option<String> {
        let Event::Pte {
            level,
            address,
            value,
            found,
            ..
        } = fetched
        else {
            return None;
        };
        let spec = self.spec;
        let mmu = spec.mmu.as_ref()?;
        let raw = value.filter(|_| !self.on_paper() || address.is_some());
        let raw = raw.map_or_else(String::new, |raw| {
            format!("PTE {}: ", numbers::hex(raw, 8 * mmu.pte.bytes))
        });
        let ppn = value.map(|raw| numbers::hex(mmu.pte.decode(raw).ppn, spec.ppn_bits()));
        let what = match (found, ppn) {
            (PteKind::Absent, _) => "not present (P = 0)".to_owned(),
            (PteKind::Reserved, _) => "present, with a reserved bit set".to_owned(),
            (PteKind::Table, Some(ppn)) => {
                format!("present; the level-{} table is in frame {ppn}", level + 1)
            }
            (PteKind::Table, None) => format!("the level-{} table", level + 1),
            (PteKind::Page, ppn) => {
                let ppn = ppn.map_or_else(String::new, |ppn| format!(", PPN {ppn}"));
                let huge = if (level as usize) < mmu.levels.len() {
                    let size = size(1 << mmu.level_page_bits(level));
                    format!(", a huge page of {size}")
                } else {
                    String::new()
                };
                format!("present (P = 1){ppn}{huge}")
            }
        };
        Some(format!("{raw}{what}"))
    }

    /// Describes the data of the access.
    fn data(&self, access: &Access) -> Option<String> {
        let data = numbers::data(access);
        let unknown = access.data.contains(&None);
        Some(match (access.data.len(), unknown, self.medium) {
            (_, true, Medium::Paper { bytes: false, .. }) => return None,
            (1, true, Medium::Paper { .. }) => "a byte that is not given".to_owned(),
            (_, true, Medium::Paper { .. }) => "bytes that are not all given".to_owned(),
            (1, true, Medium::Run) => "an uninitialized byte (unknown)".to_owned(),
            (_, true, Medium::Run) => "bytes, some of them uninitialized (unknown)".to_owned(),
            (1, false, _) => format!("byte {data}"),
            _ => format!("value {data}"),
        })
    }
}

const STALE: &str = "invalidates the stale TLB entry, because the PTE permits the access; the instruction is retried";

fn storing(access: &Access) -> &'static str {
    if access.verb == AccessVerb::Write {
        ", for a store"
    } else {
        ""
    }
}

/// Returns `set 0x3, `, or an empty text in a fully associative TLB or cache.
fn in_set(name: &str, set: Option<String>) -> String {
    set.map_or_else(String::new, |set| format!("{name} {set}, "))
}

/// Returns where a cache searches for a block: `CI 0x5, CT 0x0D`.
pub(crate) fn cache_place(spec: &Spec, cache: u32, set: SetIndex, tag: Tag) -> String {
    let set = in_set("CI", numbers::cache_set(spec, cache, set.raw()));
    format!("{set}CT {}", numbers::cache_tag(spec, cache, tag.raw()))
}

fn found(way: Option<u32>) -> String {
    way.map_or("miss".to_owned(), |way| format!("hit in way {way}"))
}

/// Describes how another cache gives up its copy of a block, as a clause.
pub(crate) fn snoop(access: &Access, cache: u32, core: u32, dirty: bool) -> String {
    let name = names::the(Part::Cache(cache), &access.spec);
    let shared = |cache: &CacheSpec| cache.shared;
    let own = core == access.core || access.spec.caches.get(cache as usize).is_some_and(shared);
    let who = if own {
        name
    } else {
        format!("{name} of core {core}")
    };
    let does = match (dirty, access.kind == AccessKind::Write) {
        (true, false) => "holds a modified copy of the block and writes it back first",
        (true, true) => "holds a modified copy of the block, writes it back, and invalidates it",
        (false, _) => "invalidates its copy of the block",
    };
    format!("{who} {does}")
}
