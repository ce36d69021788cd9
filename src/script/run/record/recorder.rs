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
        if self.copies_sets
            && let Some(lookup) = self.events.last()
        {
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

    /// Discards the sets of the previous piece, unless it is the first one. An access can have a million pieces, and
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
    use super::{FaultRecord, Looked, Recorder};
    use pagewalk_engine::kernel::event::{FaultClass, KernelObserver, KernelStep, ProcessPage};
    use pagewalk_engine::kernel::ids::{FrameNo, Pid};
    use pagewalk_engine::machine::addr::Tag;
    use pagewalk_engine::machine::event::{
        AccessKind, Event, Fault, MachineObserver, Privilege, ProtectionCause,
    };
    use pagewalk_engine::machine::presets::PRESETS;
    use pagewalk_engine::machine::pte::Pte;
    use pagewalk_engine::machine::spec::Spec;
    use pagewalk_engine::machine::{Data, Machine};
    use proptest::prelude::*;

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

    /// A machine with two TLBs and two caches, whose page N is in frame N ^ 5.
    fn with_two_levels(ways: u32, block_bits: u32) -> Machine {
        let spec = Spec::paged(12, 12, 6)
            .tlb("first", 2, ways)
            .tlb("second", 1, 2 * ways)
            .cache("L1", 2, ways, block_bits)
            .cache("L2", 4, ways, block_bits + 1);
        let mut machine = Machine::new(spec);
        for page in 0..64 {
            let vpn = machine.vpn(page).unwrap();
            machine.set_page(1, vpn, Pte::present(page ^ 5)).unwrap();
        }
        machine
    }

    proptest! {
        /// The lines are those of a clone of the machine, taken before the access.
        #[test]
        fn lines_are_those_before_the_access(
            ways in 1u32..6, block_bits in 1u32..6, flush in 0usize..20,
            accesses in proptest::collection::vec((0u64..1 << 12, any::<Option<u8>>()), 1..40),
        ) {
            let mut machine = with_two_levels(ways, block_bits);
            for (at, (va, stored)) in accesses.iter().enumerate() {
                if at == flush {
                    machine.flush_tlb(None, &mut ());
                    machine.flush_cache(Some(0));
                }
                let before = machine.clone();
                let va = machine.va(*va).unwrap();
                let mut recorder = Recorder::for_access(0, true);
                let (kind, data) = match stored {
                    Some(byte) => (AccessKind::Write, &mut [Some(*byte)]),
                    None => (AccessKind::Read, &mut [None]),
                };
                let bytes = data.map(Option::unwrap_or_default);
                let data = if stored.is_some() { Data::Store(&bytes) } else { Data::Load(data) };
                machine.access(va, kind, Privilege::User, data, &mut recorder);
                let lookups = recorder.events.iter().filter(|event| {
                    matches!(event, Event::TlbLookup { .. } | Event::CacheLookup { .. })
                });
                let looked = recorder.looked.iter().map(|set| &set.lookup);
                prop_assert!(lookups.eq(looked));
                for set in &recorder.looked {
                    for line in &set.lines {
                        let tag = line.tag.map(Tag::raw);
                        match set.lookup {
                            Event::TlbLookup { tlb, set: at, .. } => {
                                prop_assert_eq!(set.lines.len() as u32, ways * (1 + tlb));
                                let old = before.tlb_line(tlb as usize, at, line.way).unwrap();
                                prop_assert_eq!((tag, line.valid), (old.tag.map(Tag::raw), old.valid));
                                prop_assert_eq!(line.ppn, old.valid.then_some(old.ppn));
                                prop_assert_eq!(line.page_bits, old.page_bits);
                            }
                            Event::CacheLookup { cache, set: at, .. } => {
                                prop_assert_eq!(set.lines.len() as u32, ways);
                                let level = cache as usize;
                                let old = before.cache_line(level, at, line.way).unwrap();
                                let of_line = (tag, line.valid, line.dirty);
                                prop_assert_eq!(of_line, (old.tag.map(Tag::raw), old.valid, old.dirty));
                                let size = 1 << (block_bits + cache);
                                prop_assert_eq!(line.bytes.is_some(), tag.is_some() && size <= 16);
                                for (byte, at_byte) in line.bytes.iter().flatten().take(size).zip(0..) {
                                    let old = before.cache_byte(level, at, line.way, at_byte);
                                    prop_assert_eq!(*byte, old);
                                }
                            }
                            other => prop_assert!(false, "{:?}", other),
                        }
                    }
                }
            }
        }
    }

    /// An access can have a million pieces, so a record keeps the sets of the first piece and of the last one.
    #[test]
    fn a_long_access_keeps_the_sets_of_two_pieces() {
        let mut machine = with_two_levels(1, 2);
        let mut recorder = Recorder::for_access(0, true);
        let va = machine.va(0).unwrap();
        machine.access(
            va,
            AccessKind::Read,
            Privilege::User,
            Data::SizeOnly(256),
            &mut recorder,
        );
        let caches = recorder.looked.iter().filter_map(|set| match set.lookup {
            Event::CacheLookup {
                cache: 0, set, tag, ..
            } => Some((set.raw(), tag.raw())),
            _ => None,
        });
        // The first bytes are at physical address 5 * 64, and the last 4 bytes at 6 * 64 + 60.
        assert_eq!(caches.collect::<Vec<_>>(), [(0, 40), (1, 55)]);
        assert!(recorder.events.len() > 100);
    }

    /// Of a wider set, only the way that hit is copied.
    #[test]
    fn wide_sets_are_not_copied() {
        let mut machine = with_two_levels(65, 2);
        let mut read = || {
            let mut recorder = Recorder::for_access(0, true);
            let va = machine.va(0x40).unwrap();
            let data = Data::SizeOnly(1);
            machine.access(va, AccessKind::Read, Privilege::User, data, &mut recorder);
            let ways = |set: &Looked| set.lines.iter().map(|line| line.way).collect();
            recorder.looked.iter().map(ways).collect::<Vec<Vec<u32>>>()
        };
        assert_eq!(read(), vec![Vec::<u32>::new(); 4]);
        assert_eq!(read(), [vec![0], vec![0]]);
    }
}
