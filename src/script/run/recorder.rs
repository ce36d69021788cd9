//! Watches a process and keeps what happens: the hardware's events of what was done, and each fault apart.

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelObserver, KernelStep, ProcessPage};
use pagewalk_engine::kernel::ids::{FrameNo, Pid};
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::kernel::vma::{Backing, Vma};
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Event, Fault, MachineObserver};

use super::process::{AreaRecord, Legend};

/// A page fault: the attempt that failed, and what the kernel did about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FaultRecord {
    /// What the hardware did up to the fault; nothing if the kernel itself touched the page, for a system call.
    pub(crate) events: Vec<Event>,
    /// The kernel's steps, from [`KernelStep::Fault`] to [`KernelStep::Resolved`] or [`KernelStep::Killed`].
    pub(crate) steps: Vec<KernelStep>,
    /// The area of the address; none if there is none.
    pub(crate) area: Option<AreaRecord>,
    /// What a fault that was not resolved is explained by.
    pub(crate) around: Surroundings,
}

/// What lies around an address that could not be accessed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// The nearest areas below and above an address that is in none.
    pub(crate) areas: (Option<AreaRecord>, Option<AreaRecord>),
    /// The bytes of the file behind the area.
    pub(crate) file_size: Option<u64>,
}

impl Surroundings {
    fn of(kernel: &Kernel, process: &Process, fault: &FaultRecord) -> Self {
        let Some((va, _)) = fault.wanted() else { return Self::default() };
        let areas = &process.space.areas;
        let record = |area: &Vma| AreaRecord::of(kernel, process, *area);
        match &fault.area {
            None => {
                let above = areas.at_or_above(va.raw());
                let below = areas.below(va.raw());
                Self { areas: (below.map(record), above.map(record)), file_size: None }
            }
            Some(AreaRecord { area: Vma { backing: Backing::File { file, .. }, .. }, .. }) => {
                let size = kernel.name_and_size(*file).map(|(_, size)| size);
                Self { areas: (None, None), file_size: size }
            }
            Some(_) => Self::default(),
        }
    }
}

impl FaultRecord {
    /// What it was; none if memory ran out before the handler was done.
    pub(crate) fn class(&self) -> Option<FaultClass> {
        self.steps.iter().find_map(|step| match step {
            KernelStep::Resolved { class, .. } | KernelStep::Killed { class } => Some(*class),
            _ => None,
        })
    }

    /// It was resolved, and needed a disk.
    pub(crate) fn major(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, KernelStep::Resolved { major: true, .. }))
    }

    /// It was resolved, without a disk.
    pub(crate) fn minor(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, KernelStep::Resolved { major: false, .. }))
    }

    /// The address, and what it was wanted for.
    pub(crate) fn wanted(&self) -> Option<(Va, AccessKind)> {
        self.steps.iter().find_map(|step| match step {
            KernelStep::Fault { va, kind, .. } => Some((*va, *kind)),
            _ => None,
        })
    }

    /// It could not be resolved.
    pub(crate) fn fatal(&self) -> bool {
        self.class().is_some_and(|class| !class.is_resolvable())
    }

    /// What the hardware found.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.steps.iter().find_map(|step| match step {
            KernelStep::Fault { fault, .. } => Some(*fault),
            _ => None,
        })
    }

    /// The frame that was mapped; none for the zero page, or if none was.
    pub(crate) fn frame(&self) -> Option<FrameNo> {
        self.steps.iter().rev().find_map(|step| match step {
            KernelStep::Mapped { frame, .. } => Some(*frame),
            _ => None,
        })?
    }
}

/// The first page of steps that was evicted, and where its bytes went.
pub(crate) fn evicted<'a>(
    steps: impl Iterator<Item = &'a KernelStep>,
) -> Option<(Option<ProcessPage>, Option<BackingStore>)> {
    steps.into_iter().find_map(|step| match step {
        KernelStep::Evicted { page, to, .. } => Some((*page, *to)),
        _ => None,
    })
}

/// Whether steps copied a page.
pub(crate) fn copied<'a>(mut steps: impl Iterator<Item = &'a KernelStep>) -> bool {
    steps.any(|step| matches!(step, KernelStep::Copied { .. }))
}

/// Keeps what a process does. Events of a piece that faulted go to its fault, so that what is left is what was done; of a
/// piece that could not be done, both have them.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// What the hardware did, without the attempts that were done again.
    pub(crate) events: Vec<Event>,
    pub(crate) faults: Vec<FaultRecord>,
    /// What the kernel did outside of faults.
    pub(crate) steps: Vec<KernelStep>,
    /// A fault is being handled.
    handling: bool,
}

impl MachineObserver for Recorder {
    fn on_event(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl KernelObserver for Recorder {
    fn on_step(&mut self, step: KernelStep) {
        if let KernelStep::Fault { .. } = step {
            self.failed();
        }
        match self.faults.last_mut().filter(|_| self.handling) {
            Some(fault) => fault.steps.push(step),
            None => self.steps.push(step),
        }
        match step {
            KernelStep::Resolved { .. } => self.handling = false,
            KernelStep::Killed { .. } => {
                self.handling = false;
                let failed = self.faults.last().map(|fault| fault.events.as_slice());
                self.events.extend_from_slice(failed.unwrap_or_default());
            }
            _ => {}
        }
    }
}

impl Recorder {
    /// The events since the piece began are those of an attempt that failed.
    fn failed(&mut self) {
        let from = self.events.iter().rposition(|event| matches!(event, Event::Fragment { .. }));
        let events = self.events.split_off(from.unwrap_or(0));
        self.faults.push(FaultRecord { events, ..FaultRecord::default() });
        self.handling = true;
    }

    /// What was recorded, with the names that it needs. `before` is the process as it was, if it may be gone.
    pub(crate) fn finish(mut self, kernel: &Kernel, pid: Pid, before: Option<&Process>) -> Recorded {
        for fault in &mut self.faults {
            let start = fault.steps.iter().find_map(|step| match step {
                KernelStep::Area { start } => *start,
                _ => None,
            });
            let process = before.or_else(|| kernel.process(pid));
            fault.area = start.zip(process).and_then(|(start, process)| {
                let area = process.space.areas.at_or_above(start)?;
                Some(AreaRecord::of(kernel, process, *area))
            });
            if let Some(process) = process.filter(|_| fault.fatal()) {
                fault.around = Surroundings::of(kernel, process, fault);
            }
        }
        let steps = self.faults.iter().flat_map(|fault| &fault.steps).chain(&self.steps);
        let legend = Legend::of(kernel, steps);
        Recorded { events: self.events, faults: self.faults, steps: self.steps, legend }
    }
}

/// What a process did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    /// What the hardware did, without the attempts that were done again.
    pub(crate) events: Vec<Event>,
    pub(crate) faults: Vec<FaultRecord>,
    /// What the kernel did outside of faults.
    pub(crate) steps: Vec<KernelStep>,
    /// The names that the steps need.
    pub(crate) legend: Legend,
}

#[cfg(test)]
mod tests {
    use super::{FaultRecord, Recorder};
    use pagewalk_engine::kernel::event::{FaultClass, KernelObserver, KernelStep, ProcessPage};
    use pagewalk_engine::kernel::ids::{FrameNo, Pid};
    use pagewalk_engine::machine::Machine;
    use pagewalk_engine::machine::event::{AccessKind, Event, Fault, MachineObserver, ProtectionCause};
    use pagewalk_engine::machine::presets::PRESETS;

    fn machine() -> Machine {
        Machine::new(std::sync::Arc::new(PRESETS[0].spec()))
    }

    fn fault(at: u64) -> KernelStep {
        let va = machine().va(at).unwrap();
        KernelStep::Fault {
            va,
            kind: AccessKind::Write,
            fault: Fault::Protection { why: ProtectionCause::ReadOnly },
        }
    }

    fn piece(at: u64) -> Event {
        Event::Fragment { va: machine().va(at).unwrap(), size: 1 }
    }

    const SNOOPED: Event = Event::Snooped { cache: 0, core: 0, dirty: false };

    #[test]
    fn the_failed_attempt_goes_to_its_fault() {
        let mut recorder = Recorder::default();
        recorder.on_event(piece(0x3F));
        recorder.on_event(piece(0x40));
        recorder.on_event(SNOOPED);
        recorder.on_step(fault(0x40));
        let page = ProcessPage { pid: Pid(1), vpn: machine().vpn(1).unwrap() };
        recorder.on_step(KernelStep::Mapped { page, frame: Some(FrameNo(7)), writable: true });
        recorder.on_step(KernelStep::Resolved { class: FaultClass::Swap, major: true });
        recorder.on_event(piece(0x40));
        assert_eq!(recorder.events, [piece(0x3F), piece(0x40)]);
        let FaultRecord { events, .. } = &recorder.faults[0];
        assert_eq!(events, &[piece(0x40), SNOOPED]);
        let swap = &recorder.faults[0];
        assert_eq!((swap.class(), swap.major(), swap.minor()), (Some(FaultClass::Swap), true, false));
        assert_eq!(swap.frame(), Some(FrameNo(7)));
    }

    #[test]
    fn an_attempt_that_is_not_done_again_stands_in_both() {
        let mut recorder = Recorder::default();
        recorder.on_event(SNOOPED);
        recorder.on_step(fault(0));
        recorder.on_step(KernelStep::Killed { class: FaultClass::Protection });
        recorder.on_step(KernelStep::FrameAllocated { frame: FrameNo(0) });
        assert_eq!(recorder.events, [SNOOPED]);
        let fault = &recorder.faults[0];
        assert_eq!(fault.events, [SNOOPED]);
        assert_eq!(
            (fault.class(), fault.minor(), fault.major()),
            (Some(FaultClass::Protection), false, false)
        );
        assert_eq!(recorder.steps, [KernelStep::FrameAllocated { frame: FrameNo(0) }]);
    }
}
