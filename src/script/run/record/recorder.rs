//! Records a process's actions: the hardware's events, with a separate record for each fault.

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::event::{KernelObserver, KernelStep};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::event::{Event, MachineObserver, SetLine};

use super::fault::{FaultRecord, FaultSurroundings};
use super::process::{AreaRecord, Legend};
use crate::run::steps::Looked;

/// Records the actions of a process. When an attempt faults, the recorder moves its events to the fault, so
/// only the events of completed pieces remain. The events of an attempt that ended in a fatal fault are kept
/// twice: with the fault and with the access.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// The hardware's events, except those of retried attempts.
    pub(crate) events: Vec<Event>,
    pub(crate) faults: Vec<FaultRecord>,
    /// The kernel's steps outside of faults.
    pub(crate) steps: Vec<KernelStep>,
    /// The sets that the first and the current piece in `events` looked up, if `copies_sets`.
    pub(crate) looked: Vec<Looked>,
    /// The number of sets that the first piece looked up, if another piece has begun.
    first_piece: Option<usize>,
    copies_sets: bool,
    /// Whether the kernel is handling a fault.
    handling: bool,
}

impl MachineObserver for Recorder {
    fn on_event(&mut self, event: Event) {
        if self.copies_sets && matches!(event, Event::Fragment { .. }) {
            self.begin_piece();
        }
        self.events.push(event);
    }

    fn on_set(&mut self, ways: u32, line: &dyn Fn(u32) -> SetLine) {
        if let Some(lookup) = self.events.last().filter(|_| self.copies_sets) {
            self.looked.push(Looked::copy(*lookup, ways, line));
        }
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
    /// Creates a recorder for an access with this number of events.
    pub(crate) fn for_access(events: usize, copies_sets: bool) -> Self {
        Self {
            events: Vec::with_capacity(events),
            copies_sets,
            ..Self::default()
        }
    }

    /// Forgets the sets of the previous piece, unless it is the first one. An access can have a million pieces, and
    /// facts and figures describe only the first one and the one that faults.
    fn begin_piece(&mut self) {
        match self.first_piece {
            Some(sets) => self.looked.truncate(sets),
            None if self.events.is_empty() => {}
            None => self.first_piece = Some(self.looked.len()),
        }
    }

    /// Moves the events of the failed attempt, which began with the current piece, to a new fault.
    fn failed(&mut self) {
        let from = self
            .events
            .iter()
            .rposition(|event| matches!(event, Event::Fragment { .. }));
        let events = self.events.split_off(from.unwrap_or(0));
        let looked = self.looked.split_off(self.first_piece.unwrap_or(0));
        self.faults.push(FaultRecord {
            events,
            looked,
            ..FaultRecord::default()
        });
        self.handling = true;
    }

    /// Returns the recording with the names that it mentions. `before` is an earlier copy of the process, for
    /// a process that may have ended.
    pub(crate) fn finish(
        mut self,
        kernel: &Kernel,
        pid: Pid,
        before: Option<&Process>,
    ) -> Recorded {
        for fault in &mut self.faults {
            let start = fault.steps.iter().find_map(|step| match step {
                KernelStep::Area { start } => *start,
                _ => None,
            });
            let process = before.or_else(|| kernel.process(pid));
            fault.area = start.zip(process).and_then(|(start, process)| {
                let area = process.space.areas.at_or_above(start)?;
                Some(AreaRecord::describe(kernel, process, *area))
            });
            if let Some(process) = process.filter(|_| fault.fatal()) {
                fault.around = FaultSurroundings::find(kernel, process, fault);
            }
        }
        let steps = self
            .faults
            .iter()
            .flat_map(|fault| &fault.steps)
            .chain(&self.steps);
        let legend = Legend::collect(kernel, steps);
        Recorded {
            events: self.events,
            looked: self.looked,
            faults: self.faults,
            steps: self.steps,
            legend,
        }
    }
}

/// The recorded events and steps of a process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    /// The hardware's events, except those of retried attempts.
    pub(crate) events: Vec<Event>,
    pub(crate) looked: Vec<Looked>,
    pub(crate) faults: Vec<FaultRecord>,
    /// The kernel's steps outside of faults.
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
    use pagewalk_engine::machine::event::{
        AccessKind, Event, Fault, MachineObserver, ProtectionCause,
    };
    use pagewalk_engine::machine::presets::PRESETS;

    fn machine() -> Machine {
        Machine::new(std::sync::Arc::new(PRESETS[0].spec()))
    }

    fn fault(at: u64) -> KernelStep {
        let va = machine().va(at).unwrap();
        KernelStep::Fault {
            va,
            kind: AccessKind::Write,
            fault: Fault::Protection {
                why: ProtectionCause::ReadOnly,
            },
        }
    }

    fn piece(at: u64) -> Event {
        Event::Fragment {
            va: machine().va(at).unwrap(),
            size: 1,
        }
    }

    const SNOOPED: Event = Event::Snooped {
        cache: 0,
        core: 0,
        dirty: false,
    };

    #[test]
    fn the_failed_attempt_moves_to_its_fault() {
        let mut recorder = Recorder::default();
        recorder.on_event(piece(0x3F));
        recorder.on_event(piece(0x40));
        recorder.on_event(SNOOPED);
        recorder.on_step(fault(0x40));
        let page = ProcessPage {
            pid: Pid(1),
            vpn: machine().vpn(1).unwrap(),
        };
        recorder.on_step(KernelStep::Mapped {
            page,
            frame: Some(FrameNo(7)),
            writable: true,
        });
        recorder.on_step(KernelStep::Resolved {
            class: FaultClass::Swap,
            major: true,
        });
        recorder.on_event(piece(0x40));
        assert_eq!(recorder.events, [piece(0x3F), piece(0x40)]);
        let FaultRecord { events, .. } = &recorder.faults[0];
        assert_eq!(events, &[piece(0x40), SNOOPED]);
        let swap = &recorder.faults[0];
        assert_eq!(
            (swap.class(), swap.major(), swap.minor()),
            (Some(FaultClass::Swap), true, false)
        );
        assert_eq!(swap.frame(), Some(FrameNo(7)));
    }

    #[test]
    fn an_attempt_that_is_not_retried_is_in_both() {
        let mut recorder = Recorder::default();
        recorder.on_event(SNOOPED);
        recorder.on_step(fault(0));
        recorder.on_step(KernelStep::Killed {
            class: FaultClass::Protection,
        });
        recorder.on_step(KernelStep::FrameAllocated { frame: FrameNo(0) });
        assert_eq!(recorder.events, [SNOOPED]);
        let fault = &recorder.faults[0];
        assert_eq!(fault.events, [SNOOPED]);
        assert_eq!(
            (fault.class(), fault.minor(), fault.major()),
            (Some(FaultClass::Protection), false, false)
        );
        assert_eq!(
            recorder.steps,
            [KernelStep::FrameAllocated { frame: FrameNo(0) }]
        );
    }
}
