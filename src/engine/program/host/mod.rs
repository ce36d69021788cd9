//! Programs as processes of a kernel: each access is one of the kernel's, and each call a row of its system calls.
//!
//! **Schedule.** A process runs until it waits, sleeps, or ends. Then the oldest process that can go on runs. A
//! parent is older than its children, so it goes on as soon as a child that it waits for has ended. Operations take
//! no time: if all processes sleep or wait, the clock moves to the first one's end of sleep.
//!
//! **Output.** Standard output is a terminal: the library writes whole lines, and the rest at `exit` and `fflush`.
//! Its bytes, and those of `write`, are in the order in which the kernel received them.
//!
//! **Signals.** A fatal fault ends the process with its signal, whatever the kernel's settings say.

mod calls;
pub mod hosted;
pub mod load;
pub mod memory;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kernel::Kernel;
use crate::kernel::event::{FaultClass, Signal};
use crate::kernel::ids::Pid;
use crate::kernel::process::ProcessState;
use crate::kernel::vma::Mapping;

use super::cpu::{Budget, Buffering, Event, line_buffered};
use super::error::{ErrorKind, Limit, LoadError, MemoryError, Place, RunError};
use super::exec::Programs;
use super::ops::Program;
use hosted::{Counts, Ending, HostedProcess, Status};
use memory::{Failure, KernelMemory, ProgramObserver};

/// Bytes of the library's buffer for a terminal.
const BUFFER: usize = 1024;

/// The limits of the processes that a program starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The resources of all processes together. An access counts as 20 operations.
    pub budget: Budget,
    /// Maximum number of processes at the same time.
    pub processes: usize,
    /// Maximum number of processes in total.
    pub created: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            processes: 256,
            created: 10_000,
        }
    }
}

/// Where a run pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When all processes have ended.
    End,
    /// Before the first operation of this line, when a process arrives there from another line.
    Line(u32),
    /// Before the first operation of any line, when a process arrives there: a single step.
    NextLine,
}

/// Why a run has paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// All processes have ended.
    Ended,
    /// The process is before the first operation of the line.
    Arrived { pid: Pid, line: u32 },
}

/// The processes of a program on a kernel: the one that was started, and its descendants. A copy is cheap.
#[derive(Debug, Clone, Default)]
pub struct Host {
    processes: BTreeMap<Pid, Arc<HostedProcess>>,
    /// The processes that have not ended.
    alive: BTreeSet<Pid>,
    /// The programs that `execve` and its relatives find.
    pub programs: Programs,
    /// The names of the programs that `execve` or a relative started and that [`Host::programs`] lacks.
    missing: BTreeSet<Arc<str>>,
    /// The kinds of areas that the processes have mapped with `mmap`, also if the areas are gone.
    mapped: BTreeSet<Mapping>,
    /// The process that runs, or that ran when the run paused.
    current: Option<Pid>,
    limits: Limits,
    output: Arc<Vec<u8>>,
    /// Microseconds since the start.
    clock: u64,
}

impl Host {
    /// Creates a host without processes.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// The names of the programs that `execve` or a relative started and that [`Host::programs`] lacks.
    pub const fn missing(&self) -> &BTreeSet<Arc<str>> {
        &self.missing
    }

    /// The kinds of areas that the processes have mapped with `mmap`, also if the areas are gone.
    pub const fn mapped(&self) -> &BTreeSet<Mapping> {
        &self.mapped
    }

    /// Maps a program's memory into a running process, which will run a function. The numbers are those of
    /// [`Program::function`] and the values of its parameters. `name` is the name of the program's file.
    ///
    /// # Errors
    ///
    /// Fails if the program does not fit the process.
    pub fn start(
        &mut self,
        kernel: &mut Kernel,
        pid: Pid,
        name: &str,
        program: Arc<Program>,
        function: u32,
        arguments: &[u64],
    ) -> Result<(), LoadError> {
        let process = load::load(kernel, pid, name, &program, function, arguments)?;
        self.insert(HostedProcess::new(pid, program, process));
        Ok(())
    }

    /// Maps a program's memory into a running process, which will run `main` with these arguments. The first one is
    /// the program's name.
    ///
    /// # Errors
    ///
    /// Fails if the program does not fit the process.
    pub fn start_main(
        &mut self,
        kernel: &mut Kernel,
        pid: Pid,
        program: Arc<Program>,
        arguments: &[Vec<u8>],
    ) -> Result<(), LoadError> {
        let name = arguments.first().map(|name| String::from_utf8_lossy(name));
        let name = name.unwrap_or_default();
        let process = load::load_main(kernel, pid, &name, &program, arguments)?;
        self.insert(HostedProcess::new(pid, program, process));
        Ok(())
    }

    fn insert(&mut self, process: HostedProcess) {
        if process.ending().is_some() {
            self.alive.remove(&process.pid);
        } else {
            self.alive.insert(process.pid);
        }
        self.processes.insert(process.pid, Arc::new(process));
    }

    /// A process that runs or has ended.
    pub fn process(&self, pid: Pid) -> Option<&HostedProcess> {
        self.processes.get(&pid).map(|process| &**process)
    }

    /// All processes in the order of their creation, including those that have ended.
    pub fn processes(&self) -> impl Iterator<Item = &HostedProcess> + '_ {
        self.processes.values().map(|process| &**process)
    }

    /// The process that runs, or that ran when the run paused.
    pub fn current(&self) -> Option<&HostedProcess> {
        self.process(self.current?)
    }

    /// The counts of all processes that run the same program as the first one.
    pub fn counts(&self) -> Counts {
        let mut all = Counts::default();
        let first = self.processes().next().map(|one| &one.program);
        for process in self.processes() {
            if first.is_some_and(|first| Arc::ptr_eq(first, &process.program)) {
                all.add(&process.counts);
            }
        }
        all
    }

    /// What all processes have written to the terminal.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// The remaining limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Runs the processes until all have ended, or until one arrives at a line. Another call continues.
    ///
    /// # Errors
    ///
    /// Returns undefined behavior, or a limit, at its place. Afterwards, the host cannot continue.
    pub fn run<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        until: Until,
        watch: &mut W,
    ) -> Result<Stop, RunError> {
        while let Some(pid) = self.next(kernel, watch)? {
            self.current = Some(pid);
            let Some(shared) = self.processes.get(&pid) else {
                break;
            };
            let mut process = HostedProcess::clone(shared);
            let stop = self.run_process(kernel, &mut process, until, watch);
            self.insert(process);
            if let Some(line) = stop? {
                return Ok(Stop::Arrived { pid, line });
            }
        }
        Ok(Stop::Ended)
    }

    /// Returns the process that runs next, or `None` if all have ended.
    fn next<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        watch: &mut W,
    ) -> Result<Option<Pid>, RunError> {
        let is_ready = |one: &HostedProcess| one.status == Status::Ready;
        if self.current().is_some_and(is_ready) {
            return Ok(self.current);
        }
        let pids: Vec<Pid> = self.alive.iter().copied().collect();
        loop {
            for pid in &pids {
                if self.wake(kernel, *pid, watch)? {
                    return Ok(Some(*pid));
                }
            }
            let alive = pids.iter().filter_map(|pid| self.process(*pid));
            let sleeping = alive.filter_map(|one| match one.status {
                Status::Sleeping { until } => Some(until),
                _ => None,
            });
            let Some(first) = sleeping.min() else { break };
            self.clock = first;
        }
        let waits = |one: &&HostedProcess| matches!(one.status, Status::Waiting { .. });
        match self.processes().find(waits) {
            Some(process) => Err(error(process.place(), ErrorKind::WaitsForever)),
            None => Ok(None),
        }
    }

    /// Whether a process can go on, perhaps because what it waits for has happened.
    fn wake<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        pid: Pid,
        watch: &mut W,
    ) -> Result<bool, RunError> {
        let Some(shared) = self.processes.get(&pid) else {
            return Ok(false);
        };
        let is_awake = match shared.status {
            Status::Ready => return Ok(true),
            Status::Ended { .. } => return Ok(false),
            Status::Sleeping { until } => until <= self.clock,
            Status::Waiting { child, status } => {
                let mut process = HostedProcess::clone(shared);
                let ended = self.wait(kernel, &mut process, child, status, watch)?;
                self.insert(process);
                ended
            }
        };
        if let (true, Some(shared)) = (is_awake, self.processes.get_mut(&pid)) {
            Arc::make_mut(shared).status = Status::Ready;
        }
        Ok(is_awake)
    }

    /// Runs a process until it waits, sleeps, or ends, or arrives at a line, which is returned.
    fn run_process<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        until: Until,
        watch: &mut W,
    ) -> Result<Option<u32>, RunError> {
        while process.status == Status::Ready {
            if until != Until::End
                && let Some(line) = process.arrival()
                && (until == Until::NextLine || until == Until::Line(line))
            {
                return Ok(Some(line));
            }
            let event = self.advance(kernel, process, until, watch)?;
            match event {
                None => {}
                Some(Event::Printed) => {
                    let buffer = &process.process.buffer;
                    let size = match process.process.buffering {
                        Some(Buffering::Full) => buffer.len() / BUFFER * BUFFER,
                        _ => line_buffered(buffer, BUFFER),
                    };
                    self.flush(kernel, process, size, watch)?;
                }
                Some(Event::Flush) => self.flush(kernel, process, usize::MAX, watch)?,
                Some(Event::Call) => self.call(kernel, process, watch)?,
                Some(Event::Abort) => {
                    let place = latest_place(process);
                    end(kernel, process, Ending::Aborted, place);
                }
                Some(Event::Exit { status, flush }) => {
                    if flush {
                        self.flush(kernel, process, usize::MAX, watch)?;
                    }
                    let (ending, place) = (Ending::Exit(status as u8), latest_place(process));
                    end(kernel, process, ending, place);
                }
            }
        }
        Ok(None)
    }

    /// Performs one operation, or all until the process needs the host. A fatal fault ends the process.
    fn advance<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        until: Until,
        watch: &mut W,
    ) -> Result<Option<Event>, RunError> {
        let budget = &mut self.limits.budget;
        let before = budget.operations;
        let mut memory = KernelMemory::new(kernel, process.pid, watch, &mut process.counts, before);
        let (cpu, program) = (&mut process.process, &process.program);
        let result = if until == Until::End {
            cpu.run(program, &mut memory, budget).map(Some)
        } else {
            let place = program.place(cpu.pc());
            let rest = budget.operations.checked_sub(1);
            budget.operations = rest.ok_or(error(place, ErrorKind::Limit(Limit::Operations)))?;
            cpu.step(program, &mut memory, budget)
        };
        let (spent, failure) = (before - memory.operations, memory.failure);
        budget.operations = budget.operations.saturating_sub(spent);
        let failed = match result {
            Ok(event) => return Ok(event),
            Err(failed) => failed,
        };
        let class = match (failure, failed.kind.memory()) {
            (Some(Failure::Signal(class)), _) => class,
            (Some(Failure::Kernel(kind)), _) => {
                return Err(error(failed.place, ErrorKind::OutOfMemory(kind)));
            }
            (Some(Failure::Operations), _) => {
                return Err(error(failed.place, ErrorKind::Limit(Limit::Operations)));
            }
            // `printf` reads its strings without an access.
            (None, Some(MemoryError::Unmapped { .. })) => FaultClass::Segmentation,
            (None, _) => return Err(failed),
        };
        end(kernel, process, Ending::Signal(class), failed.place);
        Ok(None)
    }
}

fn error(place: Place, kind: ErrorKind) -> RunError {
    RunError { kind, place }
}

/// The place of the operation that a process has just performed.
fn latest_place(process: &HostedProcess) -> Place {
    let line = process.position.0;
    let pc = process.process.pc().wrapping_sub(1);
    let pc = process.process.returned_from().unwrap_or(pc);
    let place = process.program.place(pc);
    Place {
        line: if place.line > 0 { place.line } else { line },
        ..place
    }
}

/// Ends a process, which its parent can wait for.
fn end(kernel: &mut Kernel, process: &mut HostedProcess, ending: Ending, place: Place) {
    let status = match ending {
        Ending::Exit(status) => Some(u32::from(status) << 8),
        Ending::Signal(_) | Ending::Aborted => ending.signal().map(Signal::number),
        Ending::Replaced => None,
    };
    let runs = |kernel: &Kernel| {
        let found = kernel.process(process.pid);
        found.is_some_and(|one| one.state == ProcessState::Running)
    };
    if let Some(status) = status.filter(|_| runs(kernel)) {
        kernel.end(process.pid, status);
    }
    process.status = Status::Ended { ending, place };
}
