//! A trace, replayed.

use crate::kernel::Kernel;
use crate::kernel::event::{Step, Watch};
use crate::kernel::ids::Pid;
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::machine::Machine;
use crate::machine::event::{Event, Observer};
use crate::run::call::Booted;
use crate::run::replayed::{Counters, Map, Replayed};
use crate::run::session::{Session, Stop, WORK_OF_STEP};
use crate::run::settings::KernelPlan;
use crate::run::state::Slot;
use crate::run::syscalls::out_of_memory;
use crate::trace::counted::{Paging, References};
use crate::trace::demand::{self, Refused};
use crate::trace::lens::{Lens, Reference};
use crate::trace::reader::Reader;
use crate::trace::replay::{Replay, Target};
use crate::trace::unreadable::Unreadable;

use super::action::ReplayPlan;

/// Work of a line of a trace: sixteen of them count as much as a statement.
const WORK_OF_LINE: u64 = WORK_OF_STEP / 16;

/// Counts what the kernel does.
#[derive(Default)]
struct Pages {
    faults: u64,
    evicted: u64,
    written: u64,
}

impl Observer for Pages {
    #[inline(always)]
    fn see(&mut self, _: Event) {}
}

impl Watch for Pages {
    fn step(&mut self, step: Step) {
        match step {
            Step::Fault { .. } => self.faults += 1,
            Step::Evicted { page: Some(_), to, .. } => {
                self.evicted += 1;
                self.written += u64::from(to.is_some());
            }
            _ => {}
        }
    }
}

impl Lens for Pages {
    #[inline(always)]
    fn begin(&mut self, _: Reference) {}
}

/// What came of the records.
struct Performed {
    references: References,
    paging: Paging,
    reader: Reader,
}

impl Session<'_> {
    /// Replays a trace; a probe does so on a copy.
    ///
    /// # Errors
    /// `unreadable`, `limit-steps`, `out-of-memory`, and what keeps a kernel from being started.
    pub fn replay(&mut self, plan: &ReplayPlan) -> Result<Replayed, Stop> {
        let before = self.probing.then(|| self.state.machine.clone());
        let replayed = self.start_for(plan).and_then(|booted| self.replay_here(plan, booted));
        if let Some(before) = before {
            self.state.machine = before;
        }
        replayed
    }

    /// Starts the kernel whose process performs the trace, unless one runs or none is needed: with plenty of swap, so that
    /// the trace comes to its end however few frames there are.
    ///
    /// # Errors
    /// As `kernel`.
    pub fn start_for(&mut self, plan: &ReplayPlan) -> Result<Option<Booted>, Stop> {
        let (Map::Demand, Slot::Is(machine)) = (plan.map, &self.state.machine) else { return Ok(None) };
        let mut kernel = KernelPlan::default_for(machine.spec());
        kernel.config.swap = demand::SWAP;
        self.boot(&kernel, plan.name.span).map(Some)
    }

    fn replay_here(&mut self, plan: &ReplayPlan, booted: Option<Booted>) -> Result<Replayed, Stop> {
        let place = plan.name.span;
        let machine = self.machine(place)?;
        let (spec, before) = (machine.spec().clone(), Counters::of(machine));
        // While the trace runs, the session has nothing but its budget.
        let mut slot = std::mem::replace(&mut self.state.machine, Slot::Unknowable);
        let performed = match (&mut slot, plan.map) {
            (Slot::Is(machine), _) => self.on_hardware(machine, plan),
            (Slot::Kernel(kernel), Map::Identity) => self.on_hardware(kernel.machine_mut(), plan),
            (Slot::Kernel(kernel), Map::Demand) => self.in_process(kernel, plan),
            (Slot::Empty | Slot::Unknowable, _) => Err(Stop::Unknowable),
        };
        self.state.machine = slot;
        let Performed { references, paging, reader } = performed?;
        let counted = Counters::of(self.machine(place)?).since(&before);
        Ok(Replayed {
            spec,
            name: plan.name.text.clone(),
            map: plan.map,
            straddle: plan.straddle,
            references,
            tlbs: counted.tlbs,
            caches: counted.caches,
            paging,
            malformed: reader.malformed().clone(),
            booted,
        })
    }

    fn on_hardware(&mut self, machine: &mut Machine, plan: &ReplayPlan) -> Result<Performed, Stop> {
        let mut replay = Replay::new(Target::Identity(machine), plan.straddle, Pages::default());
        let reader = self.read_through(plan, &mut replay)?;
        Ok(Performed { references: replay.references, paging: Paging::default(), reader })
    }

    /// The process ends with the trace: its frames, slots and tables are given back.
    fn in_process(&mut self, kernel: &mut Kernel, plan: &ReplayPlan) -> Result<Performed, Stop> {
        let place = plan.name.span;
        let pid = demand::spawn(kernel, plan.name.text.clone()).map_err(|why| refused(&why, place))?;
        let performed = self.by_process(kernel, pid, plan);
        kernel.end(pid, 0);
        self.kernel_work(kernel.take_work(), place)?;
        performed
    }

    fn by_process(&mut self, kernel: &mut Kernel, pid: Pid, plan: &ReplayPlan) -> Result<Performed, Stop> {
        let mut replay = Replay::new(Target::Process(kernel, pid), plan.straddle, Pages::default());
        let reader = self.read_through(plan, &mut replay)?;
        let (references, Pages { evicted, written, .. }) = (replay.references, replay.lens);
        let faults = kernel.process(pid).map(|process| process.faults).unwrap_or_default();
        let paging = Paging { walks: 0, faults, evicted, written };
        Ok(Performed { references, paging, reader })
    }

    /// Performs what a file holds, batch by batch. Every line of it is work.
    fn read_through(&mut self, plan: &ReplayPlan, replay: &mut Replay<'_, Pages>) -> Result<Reader, Stop> {
        let place = plan.name.span;
        let unreadable = |why: &Unreadable| Diagnostic::new(Code::Unreadable, place, why.to_string());
        let bytes = plan.stream.open().map_err(|error| {
            Diagnostic::new(Code::Unreadable, place, format!("cannot read `{}`: {error}", plan.name.text))
        })?;
        let mut reader = Reader::new(bytes, &plan.name.text, plan.format).map_err(|why| unreadable(&why))?;
        let (mut records, mut lines, mut faults) = (Vec::new(), 0, 0);
        while reader.next(&mut records).map_err(|why| unreadable(&why))? {
            replay.perform(&records).map_err(|error| out_of_memory(error, place))?;
            let work = (reader.lines() - lines) * WORK_OF_LINE + (replay.lens.faults - faults) * WORK_OF_STEP;
            (lines, faults) = (reader.lines(), replay.lens.faults);
            self.work(work, place)?;
        }
        Ok(reader)
    }
}

/// Says why no process can be had for a trace.
fn refused(why: &Refused, place: Span) -> Stop {
    match why {
        Refused::Memory(error) => out_of_memory(*error, place).into(),
        why => Diagnostic::new(Code::BadKernel, place, why.to_string()).into(),
    }
}
