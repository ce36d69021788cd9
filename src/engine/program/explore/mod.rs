//! All interleavings of a program's processes.
//!
//! A state is the set of processes, each of which has stopped before its next visible step: an output, or a
//! call whose result depends on other processes. States with equal processes are merged. The result is a
//! graph whose paths are the schedules, and from which [`Outputs`] takes the set of outputs.

mod liveness;
mod process;
mod state;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::builtin::Builtin;
use super::cpu::{Budget, Process};
use super::error::{ErrorKind, Limit, RunError};
use super::memory::Flat;
use super::ops::{Place, Program};
use super::outputs::Outputs;
use liveness::Liveness;
use process::Member;
use state::State;

/// When `printf` writes its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Buffering {
    /// Each call writes.
    #[default]
    AtOnce,
    /// At the end of a line, as to a terminal.
    Line,
    /// When the buffer is full, or at `exit`, as to a file.
    Full,
}

/// The settings of an exploration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub buffering: Buffering,
    /// The calls that may fail: `fork` and `execv`.
    pub failing: BTreeSet<Builtin>,
    /// Whether equal states are merged, and steps that commute have one order.
    pub merge: bool,
    /// Maximum number of processes at the same time.
    pub processes: usize,
    /// Maximum number of states, also of the outputs' automaton.
    pub states: usize,
    /// The resources of all schedules together.
    pub budget: Budget,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            buffering: Buffering::AtOnce,
            failing: BTreeSet::new(),
            merge: true,
            processes: 256,
            states: 500_000,
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
    pub place: Place,
    /// The bytes that the step writes.
    pub text: Vec<u8>,
}

/// A transition of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    /// The number of the text.
    pub text: u32,
    pub to: u32,
    /// The operation that makes the step.
    pub pc: u32,
}

/// The graph of the schedules. The first node is the start.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    pub nodes: Vec<Vec<Edge>>,
    /// Whether no process is left.
    pub ends: Vec<bool>,
    pub keys: Vec<u128>,
    pub texts: Vec<Vec<u8>>,
}

/// Returns the outputs of all schedules of a program.
///
/// # Errors
///
/// Returns the error of a schedule with undefined behavior, or a limit.
pub fn explore(program: &Arc<Program>, options: &Options) -> Result<Outputs, RunError> {
    let mut explorer = Explorer::new(program.clone(), options.clone());
    let start = explorer.start()?;
    let mut graph = Graph::default();
    let mut known: HashMap<u128, u32> = HashMap::new();
    let mut texts: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let key = start.key(explorer.is_anonymous);
    known.insert(key, 0);
    graph.add(key);
    let mut work = vec![(0_usize, start)];
    while let Some((node, state)) = work.pop() {
        graph.ends[node] = state.members.is_empty();
        for next in explorer.successors(&state)? {
            let key = next.state.key(explorer.is_anonymous);
            let text = *texts.entry(next.text).or_insert_with_key(|text| {
                graph.texts.push(text.clone());
                graph.texts.len() as u32 - 1
            });
            let place = program.place(next.pc);
            let found = if options.merge {
                known.get(&key).copied()
            } else {
                None
            };
            let to = match found {
                Some(to) => to,
                None if graph.nodes.len() >= options.states => {
                    let kind = ErrorKind::Limit(Limit::States);
                    return Err(RunError { kind, place });
                }
                None => {
                    let to = graph.add(key);
                    known.insert(key, to);
                    work.push((to as usize, next.state));
                    to
                }
            };
            let edge = Edge {
                text,
                to,
                pc: next.pc,
            };
            // A step that changes nothing, such as a poll, does not change the outputs.
            let is_idle = to as usize == node && graph.texts[text as usize].is_empty();
            let edges = &mut graph.nodes[node];
            if !is_idle && !edges.contains(&edge) {
                edges.push(edge);
            }
        }
    }
    Outputs::new(graph, explorer)
}

impl Graph {
    fn add(&mut self, key: u128) -> u32 {
        self.nodes.push(Vec::new());
        self.ends.push(false);
        self.keys.push(key);
        self.nodes.len() as u32 - 1
    }
}

/// A state that follows another one.
pub(super) struct Successor {
    pub state: State,
    pub text: Vec<u8>,
    pub pc: u32,
    /// The process that makes the step, and its parent.
    pub pid: u32,
    pub parent: u32,
}

/// The rules and the numbers of the processes.
#[derive(Debug, Clone)]
pub(super) struct Explorer {
    pub program: Arc<Program>,
    pub options: Options,
    liveness: Liveness,
    budget: Budget,
    /// Whether the program cannot tell processes apart, so that a state is a multiset.
    is_anonymous: bool,
    /// Whether the end of a process is a step, because a result depends on its time.
    exit_is_step: bool,
    /// The number of each process, by its parent and how many children the parent had before. It does not
    /// depend on the schedule.
    pids: BTreeMap<(u32, u32), u32>,
}

/// The number of the first process.
const FIRST_PID: u32 = 1000;

impl Explorer {
    fn new(program: Arc<Program>, options: Options) -> Self {
        let calls = |names: &[Builtin]| names.iter().any(|name| program.builtins.contains(name));
        let observes = calls(&[
            Builtin::Wait,
            Builtin::Waitpid,
            Builtin::Getpid,
            Builtin::Getppid,
        ]);
        Self {
            liveness: Liveness::new(&program),
            budget: options.budget,
            is_anonymous: options.merge && !observes && program.anonymous_forks,
            exit_is_step: !options.merge || calls(&[Builtin::Waitpid, Builtin::Getppid]),
            pids: BTreeMap::new(),
            program,
            options,
        }
    }

    /// Returns the first state.
    pub(super) fn start(&mut self) -> Result<State, RunError> {
        let mut state = State::default();
        let Some(cpu) = Process::start(&self.program) else {
            return Ok(state);
        };
        let first = Member::new(FIRST_PID, cpu, Flat::new(&self.program));
        self.settle(&mut state, vec![first])?;
        Ok(state)
    }

    /// Returns the states after each step that is possible.
    pub(super) fn successors(&mut self, state: &State) -> Result<Vec<Successor>, RunError> {
        let mut all = Vec::new();
        // A call that may fail commutes with the steps of other processes.
        let choosing = state.members.iter().position(|one| one.chooses());
        let mut seen = BTreeSet::new();
        for (at, member) in state.members.iter().enumerate() {
            if choosing.is_some_and(|chosen| chosen != at && self.options.merge) {
                continue;
            }
            if self.is_anonymous && !seen.insert(member.key) {
                continue;
            }
            self.steps(state, at, &mut all)?;
        }
        Ok(all)
    }

    /// The number of a process's next child.
    fn child_pid(&mut self, parent: u32, before: u32) -> u32 {
        let next = FIRST_PID + 1 + self.pids.len() as u32;
        *self.pids.entry((parent, before)).or_insert(next)
    }

    pub(super) fn is_anonymous(&self) -> bool {
        self.is_anonymous
    }
}
