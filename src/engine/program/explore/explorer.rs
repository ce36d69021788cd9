//! The rules of an exploration, and the numbers of the processes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::builtin::Builtin;
use super::super::cpu::{Budget, Buffering, Process};
use super::super::error::{Place, RunError};
use super::super::exec::Programs;
use super::super::memory::Flat;
use super::super::ops::Program;
use super::liveness::Liveness;
use super::member::{Identity, Member};
use super::state::State;

/// The settings of an exploration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub buffering: Buffering,
    /// The calls that may fail: `fork` and `execv`.
    pub failing: BTreeSet<Builtin>,
    /// Whether a process that sleeps continues only when no other process can, the one that wakes first before the others.
    pub ordered_sleep: bool,
    /// Whether equal states are merged, and steps that commute have one order.
    pub merge: bool,
    /// Maximum number of processes at the same time.
    pub processes: usize,
    /// Maximum number of states, also of the outputs' automaton.
    pub states: usize,
    /// The process at the start, or `None` for one that runs `main`.
    pub first: Option<Process>,
    /// The arguments of `main`, which begin with the program's name.
    pub arguments: Vec<Vec<u8>>,
    /// The programs that `execve` and its relatives find.
    pub programs: Programs,
    /// The resources of all schedules together.
    pub budget: Budget,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            buffering: Buffering::AtOnce,
            failing: BTreeSet::new(),
            ordered_sleep: false,
            merge: true,
            processes: 256,
            states: 500_000,
            first: None,
            arguments: vec![b"a.out".to_vec()],
            programs: Programs::default(),
            budget: Budget {
                operations: 200_000_000,
                output: 64 << 20,
                ..Budget::default()
            },
        }
    }
}

/// A step of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The number of the process. The first process is 1000.
    pub pid: u32,
    /// The parent's number, 1 if the parent has ended.
    pub parent: u32,
    /// The program that the process runs, if it is not the one with which the run began.
    pub program: Option<Arc<str>>,
    pub place: Place,
    /// The bytes that the step writes.
    pub text: Vec<u8>,
}

/// A state that follows another one.
pub(in super::super) struct Successor {
    pub state: State,
    pub text: Vec<u8>,
    pub place: Place,
    /// The process that makes the step, and its parent.
    pub pid: u32,
    pub parent: u32,
    /// Number of processes that begin in the step.
    pub forks: u32,
}

/// The rules and the numbers of the processes.
#[derive(Debug, Clone)]
pub(in super::super) struct Explorer {
    /// The first program, and then those that `execve` finds.
    pub programs: Vec<(Arc<Program>, Liveness)>,
    pub options: Options,
    pub budget: Budget,
    /// The names of the programs that `execve` or a relative has started and that the options lack.
    pub missing: BTreeSet<Arc<str>>,
    /// What distinguishes the processes of a state. States that differ in nothing else are merged.
    pub identity: Identity,
    /// Whether a waiting process goes on as soon as a child has ended: which one it was makes no difference.
    pub reaps_at_once: bool,
    /// Whether the end of a process is a step, because a result depends on its time.
    pub exit_is_step: bool,
    /// Number of processes that other processes have created so far, in all schedules.
    pub forks: u32,
    /// The number of each process, by its parent and how many children the parent had before. It does not
    /// depend on the schedule.
    pub pids: BTreeMap<(u32, u32), u32>,
}

/// The number of the first process.
const FIRST_PID: u32 = 1000;

impl Explorer {
    pub fn new(program: Arc<Program>, options: Options) -> Self {
        let others = options.programs.iter().map(|(_, program)| program.clone());
        let all: Vec<Arc<Program>> = std::iter::once(program).chain(others).collect();
        let calls = |names: &[Builtin]| {
            let mut contained = all.iter().flat_map(|one| &one.builtins);
            contained.any(|one| names.contains(one))
        };
        let observes = calls(&[Builtin::Getpid, Builtin::Getppid]);
        let identity = if !options.merge || observes || all.iter().any(|one| one.uses_pids) {
            Identity::Number
        } else if calls(&[Builtin::Wait, Builtin::Waitpid]) {
            Identity::Family
        } else {
            Identity::None
        };
        Self {
            budget: options.budget,
            missing: BTreeSet::new(),
            identity,
            reaps_at_once: identity == Identity::Family && !all.iter().any(|one| one.stores_status),
            exit_is_step: !options.merge || calls(&[Builtin::Waitpid, Builtin::Getppid]),
            forks: 0,
            pids: BTreeMap::new(),
            programs: all
                .into_iter()
                .map(|one| (one.clone(), Liveness::new(&one)))
                .collect(),
            options,
        }
    }

    /// Returns the first state.
    pub fn start(&mut self) -> Result<State, RunError> {
        let mut state = State::default();
        let (cpu, memory) = match self.options.first.clone() {
            Some(cpu) => (cpu, Flat::new(&self.programs[0].0)),
            None => self.load(0, &self.options.arguments).map_err(|kind| {
                let place = Place::START;
                RunError { kind, place }
            })?,
        };
        let first = Member::new(FIRST_PID, cpu, memory);
        self.settle(&mut state, vec![first])?;
        Ok(state)
    }

    /// Returns the states after each step that is possible.
    pub fn successors(&mut self, state: &State) -> Result<Vec<Successor>, RunError> {
        let mut all = Vec::new();
        // A call that may fail commutes with the steps of other processes.
        let choosing = state.members.iter().position(|one| one.chooses());
        let mut seen = BTreeSet::new();
        for (at, member) in state.members.iter().enumerate() {
            if choosing.is_some_and(|chosen| chosen != at && self.options.merge) {
                continue;
            }
            if member.sleeps().is_some() || self.is_crowd() && !seen.insert(member.key) {
                continue;
            }
            self.steps(state, at, &mut all)?;
        }
        let first = state.members.iter().filter_map(|one| one.sleeps()).min();
        if all.is_empty() && first.is_some() {
            for (at, member) in state.members.iter().enumerate() {
                if member.sleeps() == first && (!self.is_crowd() || seen.insert(member.key)) {
                    self.steps(state, at, &mut all)?;
                }
            }
        }
        Ok(all)
    }

    /// Whether nothing distinguishes the processes.
    pub fn is_crowd(&self) -> bool {
        self.identity == Identity::None
    }

    /// The number of a process's next child.
    pub fn child_pid(&mut self, parent: u32, before: u32) -> u32 {
        let next = FIRST_PID + 1 + self.pids.len() as u32;
        *self.pids.entry((parent, before)).or_insert(next)
    }
}
