//! Performs a `replay`.

use std::sync::Arc;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::budget::work_of_pages;
use crate::run::record::{AddressMap, Booted, FIRST_RECORDS, Replayed, RequestedCount};
use crate::run::session::Session;
use crate::run::settings::KernelPlan;
use crate::run::state::Slot;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use crate::run::trace_file::WORK_OF_LINE;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::machine::footprint::MemoryUse;
use pagewalk_engine::trace::account::Account;
use pagewalk_engine::trace::counts::ReplayCounts;
use pagewalk_engine::trace::demand::{self, DemandError};
use pagewalk_engine::trace::extras::ExtraOptions;
use pagewalk_engine::trace::malformed::Malformed;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Target;

use crate::run::verbs::plans::ReplayPlan;

/// The results of a replay.
struct Performed {
    counted: ReplayCounts,
    first: Vec<Record>,
    malformed: Malformed,
}

impl Session<'_> {
    /// Replays a trace. If the replay is a probe, restores the machine afterward.
    ///
    /// # Errors
    /// Returns `unreadable`, `limit-steps`, `out-of-memory`, or the errors from starting a kernel.
    pub(crate) fn replay(&mut self, plan: &ReplayPlan) -> Result<Replayed, Stop> {
        let before = self.probing.then(|| self.state.machine.clone());
        let replayed = self.start_for(plan).and_then(|booted| self.replay_here(plan, booted));
        if let Some(before) = before {
            self.state.machine = before;
        }
        replayed
    }

    /// Starts a kernel for the process that performs the trace, unless a kernel is running or the trace needs
    /// no kernel. The kernel has enough swap to complete the trace with any number of frames.
    ///
    /// # Errors
    /// Returns the errors from starting a kernel.
    pub(crate) fn start_for(&mut self, plan: &ReplayPlan) -> Result<Option<Booted>, Stop> {
        let (AddressMap::Demand, Slot::Is(machine)) = (plan.map, &self.state.machine) else {
            return Ok(None);
        };
        let mut kernel = KernelPlan::default_for(machine.spec());
        kernel.config.swap = demand::SWAP;
        self.boot(&kernel, plan.file.name.span).map(Some)
    }

    fn replay_here(&mut self, plan: &ReplayPlan, booted: Option<Booted>) -> Result<Replayed, Stop> {
        let place = plan.file.name.span;
        // The replay takes the machine out of the session but leaves the work budget in the session.
        let mut slot = std::mem::replace(&mut self.state.machine, Slot::Unknowable);
        let performed = match (&mut slot, plan.map) {
            (Slot::Kernel(kernel), AddressMap::Demand) => self.in_process(Arc::make_mut(kernel), plan),
            (Slot::Kernel(kernel), AddressMap::Identity) => {
                self.read_through(plan, Target::Identity(Arc::make_mut(kernel).machine_mut()))
            }
            (Slot::Is(machine), _) => self.read_through(plan, Target::Identity(Arc::make_mut(machine))),
            (Slot::Empty | Slot::Unknowable, _) => Err(Stop::Unknowable),
        };
        self.state.machine = slot;
        if let Slot::Kernel(kernel) = &mut self.state.machine {
            let work = Arc::make_mut(kernel).take_work();
            self.kernel_work(work, place)?;
        }
        let on_disk = self.state.kernel().is_some_and(|kernel| kernel.config().on_disk);
        let Performed { counted, first, malformed } = performed?;
        let (name, map, straddle) = (plan.file.name.text.clone(), plan.map, plan.straddle);
        let requested = plan.requested.clone();
        Ok(Replayed { name, map, straddle, requested, counted, first, malformed, on_disk, booted })
    }

    /// Performs the trace in a process that ends afterward, which frees the process's frames, slots, and
    /// tables.
    fn in_process(&mut self, kernel: &mut Kernel, plan: &ReplayPlan) -> Result<Performed, Stop> {
        let name = Arc::clone(&plan.file.name.text);
        let pid = demand::spawn(kernel, name).map_err(|why| refused(&why, plan.file.name.span))?;
        let performed = self.read_through(plan, Target::Process(kernel, pid));
        kernel.end(pid, 0);
        performed
    }

    /// Performs the records of a file in batches, while another thread continues to read. Each line and each
    /// kernel action counts as work.
    fn read_through(&mut self, plan: &ReplayPlan, mut target: Target<'_>) -> Result<Performed, Stop> {
        let wants = |count| plan.requested.contains(&count);
        let extra = ExtraOptions {
            causes: wants(RequestedCount::Causes),
            cycles: wants(RequestedCount::Cycles),
            ..ExtraOptions::default()
        };
        let mut account = Account::new(&target, plan.straddle, extra);
        let (mut first, mut lines) = (Vec::new(), 0);
        let (interrupt, place) = (self.interrupt, plan.file.name.span);
        let malformed = plan.file.read(interrupt, &mut |records, read| {
            first.extend(records.iter().copied().take(FIRST_RECORDS - first.len()));
            let work = (read - lines) * WORK_OF_LINE;
            lines = read;
            self.perform_records(&mut account, &mut target, records, work, place)
        })?;
        let machine = match &target {
            Target::Identity(machine) => machine,
            Target::Process(kernel, _) => kernel.machine(),
        };
        Ok(Performed { counted: account.counts(machine), first, malformed })
    }

    fn perform_records(
        &mut self,
        account: &mut Account,
        target: &mut Target<'_>,
        records: &[Record],
        work: u64,
        place: Span,
    ) -> Result<(), Stop> {
        let (again, pages) = match target {
            Target::Identity(machine) => (Target::Identity(machine), 0),
            Target::Process(kernel, pid) => {
                let pages = kernel.take_work();
                (Target::Process(kernel, *pid), pages)
            }
        };
        account.perform(again, records).map_err(|error| out_of_memory(error, place))?;
        self.work_outside(work.saturating_add(work_of_pages(pages)), place, || {
            let mut footprint = match target {
                Target::Identity(machine) => machine.footprint(),
                Target::Process(kernel, _) => kernel.footprint(),
            };
            footprint.add(MemoryUse::Traces, account.host_bytes());
            footprint
        })
    }
}

/// Reports that no process can be created for a trace.
fn refused(why: &DemandError, place: Span) -> Stop {
    match why {
        DemandError::Memory(error) => out_of_memory(*error, place).into(),
        why => Diagnostic::new(Code::BadKernel, place, why.to_string()).into(),
    }
}
