//! Performs kernel actions.

use crate::lang::ast::Span;
use crate::run::record::{ActionRecord, KernelAction, Legend};
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use pagewalk_engine::kernel::event::{KernelObserver, KernelStep};
use pagewalk_engine::machine::addr::Vpn;
use pagewalk_engine::machine::event::{Event, MachineObserver};

#[derive(Default)]
struct Steps(Vec<KernelStep>);

impl MachineObserver for Steps {
    fn on_event(&mut self, _: Event) {}
}

impl KernelObserver for Steps {
    fn on_step(&mut self, step: KernelStep) {
        self.0.push(step);
    }
}

impl Session<'_> {
    /// Performs a kernel action that no process requested.
    ///
    /// # Errors
    /// Returns `limit-steps`, or `out-of-memory` if swap is full.
    pub(crate) fn act(&mut self, what: KernelAction, place: Span) -> Result<ActionRecord, Stop> {
        let kernel = self.kernel(place)?;
        let mut steps = Steps::default();
        let count = match &what {
            KernelAction::KsmScan => kernel.ksm_scan(&mut steps),
            KernelAction::Reclaim { pages } => kernel.reclaim(*pages, &mut steps),
            KernelAction::Sync => {
                kernel.sync();
                0
            }
            KernelAction::SwapOut { process, vpn } => {
                let vpn: Vpn = kernel.machine().vpn(*vpn).map_err(|_| Stop::Unknowable)?;
                let swapped = kernel.swap_out(process.pid, vpn, &mut steps);
                u64::from(swapped.map_err(|error| out_of_memory(error, place))?)
            }
            KernelAction::Tick => {
                kernel.tick();
                0
            }
        };
        let work = kernel.take_work();
        let legend = Legend::collect(kernel, steps.0.iter());
        let spec = kernel.machine().spec().clone();
        self.kernel_work(work, place)?;
        Ok(ActionRecord {
            what,
            count,
            steps: steps.0,
            legend,
            spec,
        })
    }
}
