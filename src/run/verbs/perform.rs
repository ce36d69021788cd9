//! Doing what was prepared.

use std::rc::Rc;

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::machine::spec::Spec;
use crate::machine::{Data, Machine, Outcome};
use crate::run::record::{Access, AccessVerb, Check, Did};
use crate::run::session::{Session, Stop};
use crate::run::state::Slot;

use super::action::{AccessPlan, Action};

impl Session<'_> {
    /// Carries out an action; `probe` leaves no trace of it.
    ///
    /// # Errors
    /// What only shows when it is done.
    pub fn perform(&mut self, action: Action, probe: bool) -> Result<(Did, Vec<Check>), Stop> {
        let did = match action {
            Action::Machine(spec) => self.declare(spec),
            Action::Access(plan) => Did::Access(self.access(plan, probe)?),
            Action::Contents(contents) => {
                let place = contents.span;
                contents.put(self.machine(place)?)?;
                Did::Quiet
            }
            Action::Show(plan, place) => Did::Shown(self.show(plan, place)?),
            Action::Expect(check) => return Ok((Did::Quiet, vec![check])),
            Action::ExpectTable(expectation) => return Ok((Did::Quiet, self.compare(&expectation)?)),
            Action::ExpectReference(table, exactly) => {
                return Ok((Did::Quiet, self.compare_reference(&table, exactly)?));
            }
            Action::FlushTlb(level) => self.on_machine(|machine| machine.flush_tlb(level)),
            Action::FlushCache(level) => self.on_machine(|machine| machine.flush_cache(level)),
            Action::Invlpg(va) => self.on_machine(|machine| machine.invlpg(va)),
            Action::Core(core) => self.on_machine(|machine| machine.set_core(core)),
            Action::Seed(seed) => {
                self.state.reseed(seed);
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

    fn declare(&mut self, spec: Rc<Spec>) -> Did {
        let mut machine = Machine::new(spec.clone());
        machine.seed(self.state.seed);
        self.state.machine = Slot::Is(Box::new(machine));
        Did::Machine(spec)
    }

    fn on_machine<T>(&mut self, act: impl FnOnce(&mut Machine) -> T) -> Did {
        if let Slot::Is(machine) = &mut self.state.machine {
            act(machine);
        }
        Did::Quiet
    }

    /// Makes an access; a probe makes it on a copy.
    ///
    /// # Errors
    /// None beyond a missing machine.
    pub fn access(&mut self, plan: AccessPlan, probe: bool) -> Result<Access, Stop> {
        let machine = self.machine(Span::default())?;
        let mut copy;
        let machine = if probe {
            copy = machine.clone();
            &mut copy
        } else {
            machine
        };
        let AccessPlan { verb, kind, mode, va, mut data } = plan;
        let mut events = Vec::new();
        let outcome = match verb {
            AccessVerb::Translate => {
                let result = machine.translate(va, kind, mode, &mut events);
                Outcome { pieces: 1, fault: result.err(), pa: result.ok(), done: 0 }
            }
            AccessVerb::Write => {
                let bytes: Vec<u8> = data.iter().copied().map(Option::unwrap_or_default).collect();
                machine.access(va, kind, mode, Data::Store(&bytes), &mut events)
            }
            AccessVerb::Read | AccessVerb::Fetch => {
                machine.access(va, kind, mode, Data::Load(&mut data), &mut events)
            }
        };
        let (spec, core) = (machine.spec().clone(), machine.core());
        Ok(Access { spec, core, verb, probe, kind, mode, va, data, outcome, events, process: None })
    }
}
