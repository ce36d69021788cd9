//! The ordered steps of an access or a system call.

use pagewalk_engine::kernel::event::{KernelStep, ProcessPage};
use pagewalk_engine::machine::addr::{Pa, Tag};
use pagewalk_engine::machine::event::Event;
use pagewalk_engine::machine::spec::Spec;

use super::micro::{Micro, MicroStep, access_name, pte_kind, purpose_name};
use crate::run::record::{Access, FaultRecord};

/// Returns the steps of an access: for each fragment, the failed attempts, then the successful one.
pub(super) fn of_access(access: &Access) -> Vec<MicroStep> {
    let mut steps = Steps::new(&access.spec, access.core);
    let mut faults = access.faults().iter().peekable();
    let fatal = access.faults().last().filter(|fault| fault.fatal());
    // The last events of the access are those of the fatal attempt. The fault's record contains the same
    // events.
    let failed = fatal.map_or(0, |fault| fault.events.len());
    for event in &access.events[..access.events.len().saturating_sub(failed)] {
        if let Event::Fragment { va, size } = event {
            let bytes = va.raw()..=va.raw().saturating_add(u64::from(*size) - 1);
            steps.attempt = 0;
            let here = |fault: &&FaultRecord| {
                fault
                    .wanted()
                    .is_some_and(|(at, _)| bytes.contains(&at.raw()))
            };
            while let Some(fault) = faults.next_if(here) {
                steps.attempt(&fault.events, &fault.steps);
            }
        }
        steps.machine(*event);
    }
    faults.for_each(|fault| steps.attempt(&fault.events, &fault.steps));
    steps.found
}

/// Micro-steps under construction.
pub(super) struct Steps<'s> {
    spec: &'s Spec,
    core: u32,
    /// Number of fragments that have begun.
    fragments: u32,
    attempt: u32,
    pub(super) found: Vec<MicroStep>,
}

impl<'s> Steps<'s> {
    pub(super) fn new(spec: &'s Spec, core: u32) -> Self {
        Self {
            spec,
            core,
            fragments: 0,
            attempt: 0,
            found: Vec::new(),
        }
    }

    fn push(&mut self, what: Micro) {
        let (core, attempt) = (self.core, self.attempt);
        self.found.push(MicroStep {
            core,
            fragment: self.fragments.saturating_sub(1),
            attempt,
            what,
        });
    }

    /// Adds a failed attempt and the kernel's response.
    fn attempt(&mut self, events: &[Event], steps: &[KernelStep]) {
        let (fragments, attempt) = (self.fragments, self.attempt);
        for event in events {
            self.machine(*event);
        }
        self.attempt = attempt;
        for step in steps {
            self.kernel(*step);
        }
        // The next attempt is at the same fragment.
        (self.fragments, self.attempt) = (fragments, attempt + 1);
    }

    fn tlb(&self, level: u32) -> String {
        self.spec.tlbs[level as usize].name.to_string()
    }

    fn cache(&self, level: u32) -> String {
        self.spec.caches[level as usize].name.to_string()
    }

    fn machine(&mut self, event: Event) {
        let raw = |tag: Option<Tag>| tag.map(Tag::raw);
        let what = match event {
            Event::Fragment { va, size } => {
                self.fragments += 1;
                Micro::Fragment { va: va.raw(), size }
            }
            Event::TlbLookup { tlb, set, tag, way } => {
                let (set, tag) = (set.raw(), tag.raw());
                Micro::TlbLookup {
                    tlb: self.tlb(tlb),
                    set,
                    tag,
                    hit: way.is_some(),
                    way,
                }
            }
            Event::Pte {
                level,
                index,
                address,
                value,
                found,
            } => {
                let address = address.map(Pa::raw);
                Micro::PteRead {
                    level,
                    index,
                    address,
                    raw: value,
                    found: pte_kind(found),
                }
            }
            Event::AccessedDirtySet {
                level,
                dirty,
                address,
                before,
                after,
            } => Micro::PteMarked {
                level,
                dirty,
                address: address.map(Pa::raw),
                before,
                after,
            },
            Event::TlbFill {
                tlb,
                set,
                way,
                tag,
                victim,
            } => {
                let (set, tag) = (set.raw(), tag.raw());
                Micro::TlbFill {
                    tlb: self.tlb(tlb),
                    set,
                    way,
                    tag,
                    evicted: raw(victim),
                }
            }
            Event::TlbInvalidated {
                core,
                tlb,
                set,
                way,
                tag,
                vpn,
            } => Micro::TlbInvalidated {
                of_core: core,
                tlb: self.tlb(tlb),
                set: set.raw(),
                way,
                tag: tag.raw(),
                vpn: vpn.raw(),
            },
            Event::Translated { vpn, ppn, pa } => Micro::Translated {
                vpn: vpn.raw(),
                ppn: ppn.raw(),
                pa: pa.raw(),
            },
            Event::Faulted { fault } => Micro::Faulted {
                fault: fault.to_string(),
            },
            Event::CacheLookup {
                cache,
                set,
                tag,
                way,
                purpose,
            } => {
                let (set, tag, purpose) = (set.raw(), tag.raw(), purpose_name(purpose));
                Micro::CacheLookup {
                    cache: self.cache(cache),
                    set,
                    tag,
                    hit: way.is_some(),
                    way,
                    purpose,
                }
            }
            Event::CacheFill {
                cache,
                set,
                way,
                tag,
                victim,
                writeback,
                purpose,
            } => Micro::CacheFill {
                cache: self.cache(cache),
                set: set.raw(),
                way,
                tag: tag.raw(),
                evicted: raw(victim),
                writeback,
                purpose: purpose_name(purpose),
            },
            Event::Snooped { cache, core, dirty } => Micro::Snooped {
                cache: self.cache(cache),
                of_core: core,
                dirty,
            },
            Event::Memory { pa, write, purpose } => Micro::Memory {
                pa: pa.raw(),
                write,
                purpose: purpose_name(purpose),
            },
            Event::Bypassed { purpose } => Micro::Bypassed {
                purpose: purpose_name(purpose),
            },
        };
        self.push(what);
    }

    pub(super) fn kernel(&mut self, step: KernelStep) {
        let what = match step {
            KernelStep::Fault { va, kind, fault } => Micro::FaultHandler {
                va: va.raw(),
                access: access_name(kind),
                fault: fault.to_string(),
            },
            KernelStep::Area { start } => Micro::AreaFound { start },
            KernelStep::StackGrew { start } => Micro::StackGrew { start },
            KernelStep::Table { level, ppn } => Micro::TableAllocated { level, ppn },
            KernelStep::FrameAllocated { frame } => Micro::FrameAllocated { frame: frame.0 },
            KernelStep::Evicted {
                frame,
                page,
                to,
                entries,
                slot,
                tlb,
            } => Micro::Evicted {
                ptes: entries,
                slot: slot.map(|slot| slot.0),
                tlb,
                frame: frame.0,
                process: page.map(|page| page.pid.0),
                vpn: page.map(|page| page.vpn.raw()),
                to: to.map(Into::into),
            },
            KernelStep::Zeroed { frame } => Micro::Zeroed { frame: frame.0 },
            KernelStep::Filled { frame, from } => Micro::Filled {
                frame: frame.0,
                from: from.into(),
            },
            KernelStep::Shared { frame } => Micro::Shared { frame: frame.0 },
            KernelStep::Copied { from, to } => Micro::Copied {
                from: from.map(|frame| frame.0),
                to: to.0,
            },
            KernelStep::Reused { frame } => Micro::Reused { frame: frame.0 },
            KernelStep::Mapped {
                page: ProcessPage { pid, vpn },
                frame,
                writable,
            } => {
                let frame = frame.map(|frame| frame.0);
                Micro::Mapped {
                    process: pid.0,
                    vpn: vpn.raw(),
                    frame,
                    writable,
                }
            }
            KernelStep::MappedAround { pages } => Micro::MappedAround { pages },
            KernelStep::EntryWritten {
                address,
                before,
                after,
            } => Micro::PteWritten {
                address: address.raw(),
                before,
                after,
            },
            KernelStep::DiskRead { from } => Micro::DiskRead { from: from.into() },
            KernelStep::DiskWritten { to } => Micro::DiskWritten { to: to.into() },
            KernelStep::Resolved { class, major } => Micro::Resolved {
                fault: class.name(),
                major,
            },
            KernelStep::Killed { class } => {
                let signal = class.signal().map(|(signal, _)| signal.name());
                Micro::Signaled {
                    fault: class.name(),
                    signal,
                }
            }
        };
        self.push(what);
    }
}
