//! Micro-steps as data: the steps of the hardware and the kernel with the names of a machine's components.

use std::sync::Arc;

use pagewalk_engine::kernel::event::{BackingStore, KernelStep};
use pagewalk_engine::machine::addr::{Pa, Tag};
use pagewalk_engine::machine::event::{AccessKind, Event, PteKind, Purpose};
use pagewalk_engine::machine::spec::Spec;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::report::doc;
use crate::report::words::messages::described_by_step;
use crate::run::steps::{Source, Step, What, steps_of};

/// Whether a trace describes its steps and facts in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Without words.
    None,
    English,
}

/// A micro-step of an access or a system call. As JSON, the kind is a word such as `tlb-lookup`, TLBs and caches are
/// names, and addresses, page numbers, sets, and tags are numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct MicroStep {
    pub core: u32,
    /// The fragment of the access, counted from 0. A fragment lies within one page and one block.
    pub fragment: u32,
    /// The attempt at this fragment, counted from 0. A page fault ends an attempt, and the CPU then
    /// retries the instruction.
    pub attempt: u32,
    pub what: Micro,
    /// The message that the step sends, if [`Words`] were requested and the step sends one.
    pub message: Option<doc::Step>,
    /// The machine, which names the components.
    spec: Arc<Spec>,
}

/// A step of the hardware or of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Micro {
    /// A step of the hardware.
    Machine(Event),
    /// A step of the kernel.
    Kernel(KernelStep),
}

/// Returns the micro-steps of a record. The beginning and the end of an access or a system call are no micro-steps.
pub(super) fn micro_steps(source: Source<'_>, words: Words) -> Vec<MicroStep> {
    let steps = steps_of(source);
    let messages = match words {
        Words::None => vec![None; steps.len()],
        Words::English => described_by_step(source, &steps),
    };
    let micro = |(step, message): (&Step, Option<doc::Step>)| {
        let what = match step.what {
            What::Machine(event) => Micro::Machine(event),
            What::Kernel(done) => Micro::Kernel(done),
            What::Begin(_) | What::End(_) | What::Called | What::Replied => return None,
        };
        Some(MicroStep {
            core: step.core,
            fragment: step.piece,
            attempt: step.attempt,
            what,
            message,
            spec: source.spec().clone(),
        })
    };
    steps.iter().zip(messages).filter_map(micro).collect()
}

impl Serialize for MicroStep {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("core", &self.core)?;
        map.serialize_entry("fragment", &self.fragment)?;
        map.serialize_entry("attempt", &self.attempt)?;
        match self.what {
            Micro::Machine(event) => event_members(&mut map, event, &self.spec)?,
            Micro::Kernel(step) => step_members(&mut map, step)?,
        }
        if let Some(doc::Step { from, to, what, .. }) = &self.message {
            let message = json!({"from": from, "to": to, "text": what});
            map.serialize_entry("message", &message)?;
        }
        map.end()
    }
}

/// Writes the kind and the members of a step. The names in version 1 of the format do not change.
macro_rules! members {
    ($map:ident, $kind:literal $(, $name:ident: $value:expr)* $(,)?) => {{
        $map.serialize_entry("kind", $kind)?;
        $($map.serialize_entry(stringify!($name), &$value)?;)*
    }};
}

fn event_members<M: SerializeMap>(map: &mut M, event: Event, spec: &Spec) -> Result<(), M::Error> {
    let tlb_name = |tlb: u32| &*spec.tlbs[tlb as usize].name;
    let cache_name = |cache: u32| &*spec.caches[cache as usize].name;
    match event {
        Event::Fragment { va, size } => members!(map, "fragment", va: va.raw(), size: size),
        Event::TlbLookup { tlb, set, tag, way } => members!(
            map, "tlb-lookup",
            tlb: tlb_name(tlb), set: set.raw(), tag: tag.raw(), hit: way.is_some(), way: way,
        ),
        Event::Pte {
            level,
            index,
            address,
            value,
            found,
        } => members!(
            map, "pte-read",
            level: level, index: index, address: address.map(Pa::raw), raw: value, found: pte_kind(found),
        ),
        Event::AccessedDirtySet {
            level,
            dirty,
            address,
            before,
            after,
        } => members!(
            map, "pte-marked",
            level: level, dirty: dirty, address: address.map(Pa::raw), before: before, after: after,
        ),
        Event::TlbFill {
            tlb,
            set,
            way,
            tag,
            victim,
        } => members!(
            map, "tlb-fill",
            tlb: tlb_name(tlb), set: set.raw(), way: way, tag: tag.raw(), evicted: victim.map(Tag::raw),
        ),
        Event::TlbInvalidated {
            core,
            tlb,
            set,
            way,
            tag,
            vpn,
        } => members!(
            map, "tlb-invalidated",
            of_core: core, tlb: tlb_name(tlb), set: set.raw(), way: way, tag: tag.raw(), vpn: vpn.raw(),
        ),
        Event::Translated { vpn, ppn, pa } => {
            members!(map, "translated", vpn: vpn.raw(), ppn: ppn.raw(), pa: pa.raw());
        }
        Event::Faulted { fault } => members!(map, "faulted", fault: fault.to_string()),
        Event::CacheLookup {
            cache,
            set,
            tag,
            way,
            purpose,
        } => members!(
            map, "cache-lookup",
            cache: cache_name(cache), set: set.raw(), tag: tag.raw(), hit: way.is_some(), way: way,
            purpose: purpose_name(purpose),
        ),
        Event::CacheFill {
            cache,
            set,
            way,
            tag,
            victim,
            writeback,
            purpose,
        } => members!(
            map, "cache-fill",
            cache: cache_name(cache), set: set.raw(), way: way, tag: tag.raw(), evicted: victim.map(Tag::raw),
            writeback: writeback, purpose: purpose_name(purpose),
        ),
        Event::Snooped { cache, core, dirty } => {
            members!(map, "snooped", cache: cache_name(cache), of_core: core, dirty: dirty);
        }
        Event::Memory { pa, write, purpose } => {
            members!(map, "memory", pa: pa.raw(), write: write, purpose: purpose_name(purpose));
        }
        Event::Bypassed { purpose } => members!(map, "bypassed", purpose: purpose_name(purpose)),
    }
    Ok(())
}

fn step_members<M: SerializeMap>(map: &mut M, step: KernelStep) -> Result<(), M::Error> {
    match step {
        KernelStep::Fault { va, kind, fault } => members!(
            map, "fault-handler", va: va.raw(), access: access_name(kind), fault: fault.to_string(),
        ),
        KernelStep::Area { start } => members!(map, "area-found", start: start),
        KernelStep::StackGrew { start } => members!(map, "stack-grew", start: start),
        KernelStep::Table { level, ppn } => {
            members!(map, "table-allocated", level: level, ppn: ppn);
        }
        KernelStep::FrameAllocated { frame } => members!(map, "frame-allocated", frame: frame.0),
        KernelStep::Evicted {
            frame,
            page,
            to,
            entries,
            slot,
            tlb,
        } => members!(
            map, "evicted",
            frame: frame.0, process: page.map(|page| page.pid.0), vpn: page.map(|page| page.vpn.raw()),
            to: to.map(store), ptes: entries, slot: slot.map(|slot| slot.0), tlb: tlb,
        ),
        KernelStep::Zeroed { frame } => members!(map, "zeroed", frame: frame.0),
        KernelStep::Filled { frame, from } => {
            members!(map, "filled", frame: frame.0, from: store(from));
        }
        KernelStep::Shared { frame } => members!(map, "shared", frame: frame.0),
        KernelStep::Copied { from, to } => {
            members!(map, "copied", from: from.map(|frame| frame.0), to: to.0);
        }
        KernelStep::Reused { frame } => members!(map, "reused", frame: frame.0),
        KernelStep::Mapped {
            page,
            frame,
            writable,
        } => members!(
            map, "mapped",
            process: page.pid.0, vpn: page.vpn.raw(), frame: frame.map(|frame| frame.0), writable: writable,
        ),
        KernelStep::MappedAround { pages } => members!(map, "mapped-around", pages: pages),
        KernelStep::EntryWritten {
            address,
            before,
            after,
        } => members!(
            map, "pte-written", address: address.raw(), before: before, after: after,
        ),
        KernelStep::DiskRead { from } => members!(map, "disk-read", from: store(from)),
        KernelStep::DiskWritten { to } => members!(map, "disk-written", to: store(to)),
        KernelStep::Resolved { class, major } => {
            members!(map, "resolved", fault: class.name(), major: major);
        }
        KernelStep::Killed { class } => {
            let signal = class.signal().map(|(signal, _)| signal.name());
            members!(map, "signaled", fault: class.name(), signal: signal);
        }
    }
    Ok(())
}

/// Returns the source or destination of a page's bytes.
fn store(store: BackingStore) -> Value {
    match store {
        BackingStore::File { file, page } => {
            json!({"store": "file", "file": file.0, "page": page})
        }
        BackingStore::PageCache { file, page } => {
            json!({"store": "page-cache", "file": file.0, "page": page})
        }
        BackingStore::Object { object, page } => {
            json!({"store": "object", "object": object.0, "page": page})
        }
        BackingStore::Swap { slot } => json!({"store": "swap", "slot": slot.0}),
    }
}

fn pte_kind(found: PteKind) -> &'static str {
    match found {
        PteKind::Table => "table",
        PteKind::Page => "page",
        PteKind::Absent => "absent",
        PteKind::Reserved => "reserved",
    }
}

fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Demand => "demand",
        Purpose::Walk => "walk",
        Purpose::Writeback => "writeback",
    }
}

fn access_name(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "read",
        AccessKind::Write => "write",
        AccessKind::Execute => "execute",
    }
}
