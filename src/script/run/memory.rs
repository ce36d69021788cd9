//! The memory that a run may use. A run is measured at fixed amounts of work, so that it ends at the same statement
//! everywhere.

use pagewalk_engine::machine::footprint::Footprint;

use crate::lang::diagnostic::Code;
use crate::lang::loader::in_megabytes;
use crate::lang::span::Span;
use crate::lang::value::VALUE_BYTES;

use super::budget::EXCEEDED;
use super::progress::{Frame, MEASURING_INTERVAL, Surroundings};
use super::session::Cx;
use super::state::{Binding, Scope, Slot, State};
use super::stop::Stop;

/// The memory of new lists and texts after which a run is measured, in bytes.
const RESERVE: u64 = 16 << 20;

/// The most memory that a unit of work needs, in bytes.
pub(crate) const BYTES_OF_WORK: u64 = 128;

/// Estimates the memory of a state, in bytes. Counts fixed sizes instead of the bytes that an
/// allocator provides, whose number depends on the computer. Data that several states share count
/// for each of them, so that the estimate is not too low.
pub(crate) fn state_bytes(state: &State) -> u64 {
    let mut memory = RunMemory::default();
    memory.add_state(state);
    memory.engine.total() + memory.values
}

/// The memory of a run.
#[derive(Default)]
struct RunMemory {
    engine: Footprint,
    values: u64,
    /// The number of variables that were visited.
    variables: u64,
    /// The memory of the script's statements.
    statements: u64,
}

impl RunMemory {
    fn add_state(&mut self, state: &State) {
        self.engine += match &state.machine {
            Slot::Empty | Slot::Unknowable => Footprint::default(),
            Slot::Is(machine) => machine.footprint(),
            Slot::Kernel(kernel) => kernel.footprint(),
        };
        self.add_scopes(&state.scopes);
    }

    fn add_scopes(&mut self, scopes: &[Scope]) {
        for binding in scopes.iter().flat_map(Scope::bindings) {
            self.values += VALUE_BYTES;
            self.variables += 1;
            if let Binding::Value(value) = binding {
                self.values += value.footprint();
            }
        }
    }
}

impl Cx<'_> {
    /// Charges the memory of a new list or text to the limit, before the memory is allocated. Measures the memory of the run each
    /// time the new values have needed [`RESERVE`] bytes.
    ///
    /// # Errors
    /// Returns errors as [`Cx::check_memory`] does.
    pub(crate) fn reserve(&mut self, bytes: u64, place: Span) -> Result<(), Stop> {
        self.budget.reserved = self.budget.reserved.saturating_add(bytes);
        if self.budget.reserved < RESERVE || self.budget.next_measurement == EXCEEDED {
            return Ok(());
        }
        let before = self.budget.temporary;
        self.budget.temporary = before.saturating_add(bytes);
        self.check_memory(place, Footprint::default)?;
        self.budget.temporary = before;
        Ok(())
    }

    /// Measures the memory of the run, and of a state `outside` the context, and plans the next measurement.
    ///
    /// # Errors
    /// Returns `limit-memory` at the innermost loop, or at `place`.
    pub(crate) fn check_memory(
        &mut self,
        place: Span,
        outside: impl FnOnce() -> Footprint,
    ) -> Result<(), Stop> {
        let statements = self.env.sources.statement_bytes;
        let mut memory = RunMemory {
            engine: outside(),
            values: self.budget.temporary,
            variables: 0,
            statements,
        };
        memory.add_state(&self.state);
        for frame in &self.blocks.frames {
            match frame {
                Frame::Isolated(outside) => {
                    let Surroundings { state, .. } = &**outside;
                    memory.add_state(state);
                }
                Frame::Call { hidden, .. } => memory.add_scopes(hidden),
                Frame::Loop { rounds, .. } => memory.values += rounds.values.footprint(),
                _ => {}
            }
        }
        let used = memory
            .engine
            .total()
            .saturating_add(memory.values)
            .saturating_add(memory.statements);
        let most = self.env.options.max_memory;
        // A measurement visits each variable and each process, and a process has at least 1 KB.
        let visited = memory.variables + memory.engine.total() / 1024;
        let interval = MEASURING_INTERVAL
            .max(visited)
            .max(most.saturating_sub(used) / BYTES_OF_WORK);
        self.budget.next_measurement = self.budget.worked + interval;
        self.budget.reserved = 0;
        if used <= most {
            return Ok(());
        }
        let language = [
            ("lists and texts", memory.values),
            ("the statements of the script", memory.statements),
        ];
        let largest = std::iter::once(memory.engine.largest())
            .chain(language)
            .max_by_key(|(_, bytes)| *bytes);
        let (name, bytes) = largest.unwrap_or_default();
        let [most, bytes] = [most, bytes].map(in_megabytes);
        let message =
            format!("the script needs more than {most} of memory, including {bytes} for {name}");
        let help = format!(
            "use less memory, or raise the limit with `{}`",
            self.env.options.raised_by.memory
        );
        Err(self.exceeded(Code::LimitMemory, place, message, help))
    }
}
