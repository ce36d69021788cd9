//! Doing what was prepared.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::record::{Check, Did};
use crate::run::session::{Session, Stop};
use crate::run::state::Slot;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::machine::Machine;

use super::action::Action;

impl Session<'_> {
    /// Carries out an action.
    ///
    /// # Errors
    /// What only shows when it is done.
    pub fn perform(&mut self, action: Action) -> Result<(Did, Vec<Check>), Stop> {
        let did = match action {
            Action::Machine(spec) => self.declare_machine(spec),
            Action::Kernel(plan, place) => self.declare_kernel(&plan, place)?,
            Action::File(plan) => self.declare_file(plan)?,
            Action::Executable(plan) => self.declare_executable(plan)?,
            Action::Process(plan) => self.declare_process(plan)?,
            Action::Areas(pid, areas) => self.declare_areas(pid, areas).map(|()| Did::Quiet)?,
            Action::Act(action, place) => Did::Action(self.act(action, place)?),
            Action::Access(plan) => Did::Access(self.access(plan)?),
            Action::Replay(plan) => Did::Replay(Box::new(self.replay(&plan)?)),
            Action::SystemCall(plan) => Did::Call(self.make_call(plan)?),
            Action::Contents(contents) => {
                let place = contents.span;
                contents.put(self.machine(place)?)?;
                Did::Quiet
            }
            Action::Show(plan, place) => Did::Shown(self.show(plan, place)?),
            Action::Expect(check) => return Ok((Did::Quiet, vec![check])),
            Action::ExpectTable(expectation) => return Ok((Did::Quiet, self.compare(&expectation)?)),
            Action::ExpectList(expectation) => return Ok((Did::Quiet, self.compare_list(&expectation)?)),
            Action::ExpectReference(table, exactly) => {
                return Ok((Did::Quiet, self.compare_reference(&table, exactly)?));
            }
            Action::Paper(entry, views) => {
                self.enter(*entry);
                Did::Shown(views)
            }
            Action::FlushTlb(level) => self.on_machine(|machine| machine.flush_tlb(level)),
            Action::FlushCache(level) => self.on_machine(|machine| machine.flush_cache(level)),
            Action::Invlpg(va) => self.on_machine(|machine| machine.invlpg(va)),
            Action::Core(core) => self.on_machine(|machine| machine.set_core(core)),
            Action::Seed(seed) => {
                self.state.reseed(self.seed_of(seed));
                Did::Quiet
            }
            Action::Call(def, _) => {
                return Err(Diagnostic::new(
                    Code::WrongType,
                    def.name.span,
                    "a definition cannot stand here",
                )
                .into());
            }
        };
        Ok((did, Vec::new()))
    }

    /// Does something to the hardware; where a process is named, after switching to it.
    fn on_machine<T>(&mut self, act: impl FnOnce(&mut Machine) -> T) -> Did {
        match &mut self.state.machine {
            Slot::Is(machine) => drop(act(machine)),
            Slot::Kernel(kernel) => {
                let named = self.inside.process().map(|process| process.pid);
                let runs = |pid: &Pid| {
                    kernel.process(*pid).is_some_and(|process| process.state == ProcessState::Running)
                };
                if let Some(pid) = named.filter(runs) {
                    kernel.switch_to(pid);
                }
                drop(act(kernel.machine_mut()));
            }
            Slot::Empty | Slot::Unknowable => {}
        }
        Did::Quiet
    }
}
