//! The set of outputs as an automaton. The outputs themselves are never all listed.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::error::{ErrorKind, Limit, Place, RunError};
use super::explore::explorer::{Explorer, Step};

/// A transition of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    /// The number of the text.
    pub text: u32,
    pub to: u32,
    /// The operation that makes the step.
    pub place: Place,
    /// Number of processes that begin in the step.
    pub forks: u32,
}

/// The graph of the schedules. The first node is the start.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    pub nodes: Vec<Vec<Edge>>,
    /// Whether no process is left.
    pub ends: Vec<bool>,
    pub keys: Vec<u128>,
    pub texts: Vec<Vec<u8>>,
    /// Number of processes that begin before the first step, without the first process.
    pub forks: u32,
}

impl Graph {
    pub fn add(&mut self, key: u128) -> u32 {
        self.nodes.push(Vec::new());
        self.ends.push(false);
        self.keys.push(key);
        self.nodes.len() as u32 - 1
    }
}

/// The outputs of all schedules.
#[derive(Debug, Clone)]
pub struct Outputs {
    graph: Graph,
    explorer: Explorer,
    processes: (u64, u64),
    /// The states of a deterministic automaton. Each one follows the states that it leads to.
    states: Vec<Letters>,
}

/// A number of outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exactly(u128),
    /// More than this number.
    MoreThan(u128),
}

/// A state: whether an output may end here, and the next states by their bytes, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Letters {
    ends: bool,
    next: Vec<(u8, u32)>,
}

/// Distinct states and their numbers.
#[derive(Default)]
struct Interned {
    states: Vec<Letters>,
    numbers: HashMap<Letters, u32>,
}

impl Interned {
    fn add(&mut self, mut letters: Letters) -> u32 {
        letters.next.sort_unstable();
        letters.next.dedup();
        let Self { states, numbers } = self;
        *numbers.entry(letters).or_insert_with_key(|letters| {
            states.push(letters.clone());
            states.len() as u32 - 1
        })
    }
}

impl Outputs {
    /// Returns the outputs of a graph.
    pub(super) fn new(graph: Graph, explorer: Explorer) -> Result<Self, RunError> {
        let order = match order(&graph) {
            Ok(order) => order,
            Err(edge) => {
                let kind = ErrorKind::Limit(Limit::Output);
                let place = edge.place;
                return Err(RunError { kind, place });
            }
        };
        let most = explorer.options.states;
        let states =
            letters(&graph, &order).and_then(|(start, letters)| determinize(start, &letters, most));
        let states = states.ok_or_else(|| RunError {
            kind: ErrorKind::Limit(Limit::States),
            place: graph
                .nodes
                .first()
                .and_then(|edges| edges.first())
                .map_or(Place::START, |one| one.place),
        })?;
        Ok(Self {
            processes: processes(&graph, &order),
            graph,
            explorer,
            states,
        })
    }

    /// Number of states of the exploration.
    pub fn explored(&self) -> usize {
        self.graph.nodes.len()
    }

    /// Each child's parent, the number of the parent's children before it, and its process ID.
    pub fn children(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let pids = self.explorer.pids.iter();
        pids.map(|((parent, before), pid)| (*parent, *before, *pid))
    }

    /// The names of the programs that `execve` or a relative starts and that the exploration does not know.
    pub fn missing(&self) -> &BTreeSet<Arc<str>> {
        &self.explorer.missing
    }

    /// Number of distinct outputs.
    pub fn count(&self) -> Count {
        let mut counts: Vec<Option<u128>> = Vec::new();
        for state in &self.states {
            let mut sum = Some(u128::from(state.ends));
            for (_, to) in &state.next {
                sum = sum
                    .zip(counts[*to as usize])
                    .and_then(|(a, b)| a.checked_add(b));
            }
            counts.push(sum);
        }
        match counts.last() {
            Some(Some(count)) => Count::Exactly(*count),
            Some(None) => Count::MoreThan(u128::MAX),
            None => Count::Exactly(0),
        }
    }

    /// The least and the greatest number of processes of a schedule, with the first process.
    pub fn processes(&self) -> RangeInclusive<u64> {
        self.processes.0..=self.processes.1
    }

    /// The least and the greatest number of lines of an output.
    pub fn lines(&self) -> RangeInclusive<u64> {
        let mut all: Vec<(u64, u64)> = Vec::new();
        for state in &self.states {
            let own = state.ends.then_some((0, 0));
            let next = state.next.iter().map(|(byte, to)| {
                let (least, most) = all[*to as usize];
                let line = u64::from(*byte == b'\n');
                (least + line, most + line)
            });
            let both = next.chain(own).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            all.push(both.unwrap_or_default());
        }
        let (least, most) = all.last().copied().unwrap_or_default();
        least..=most
    }

    /// Returns the first outputs in the order of their bytes, at most `most` with `size` bytes together.
    pub fn list(&self, most: usize, size: usize) -> Vec<Vec<u8>> {
        let (mut outputs, mut rest) = (Vec::new(), size);
        let Some(start) = self.states.len().checked_sub(1) else {
            return outputs;
        };
        let mut text = Vec::new();
        let mut path = vec![(start, 0)];
        if self.states[start].ends {
            outputs.push(Vec::new());
        }
        while let Some((state, at)) = path.last_mut() {
            let Some((byte, to)) = self.states[*state].next.get(*at).copied() else {
                path.pop();
                text.pop();
                continue;
            };
            *at += 1;
            text.push(byte);
            path.push((to as usize, 0));
            if self.states[to as usize].ends {
                if outputs.len() >= most || rest < text.len() {
                    break;
                }
                rest -= text.len();
                outputs.push(text.clone());
            }
        }
        outputs.truncate(most);
        outputs
    }

    /// Whether a schedule has this output.
    pub fn contains(&self, output: &[u8]) -> bool {
        let Some(mut state) = self.states.last() else {
            return false;
        };
        for byte in output {
            let Ok(at) = state.next.binary_search_by_key(byte, |(of, _)| *of) else {
                return false;
            };
            state = &self.states[state.next[at].1 as usize];
        }
        state.ends
    }

    /// Returns a schedule with this output.
    pub fn witness(&self, output: &[u8]) -> Option<Vec<Step>> {
        let path = self.path(output)?;
        let mut explorer = self.explorer.clone();
        let mut state = explorer.start().ok()?;
        let mut steps = Vec::new();
        for edge in path {
            // Merged states have the processes of another schedule, so this one is run again.
            let key = self.graph.keys[edge.to as usize];
            let text = &self.graph.texts[edge.text as usize];
            let identity = explorer.identity;
            let mut all = explorer.successors(&state).ok()?.into_iter();
            let next = all.find(|one| {
                one.place == edge.place && one.text == *text && one.state.key(identity) == key
            })?;
            let program = explorer.options.programs.at(next.place);
            steps.push(Step {
                pid: next.pid,
                parent: next.parent,
                program: program.map(|(path, _)| path.clone()),
                place: next.place,
                text: next.text,
            });
            state = next.state;
        }
        Some(steps)
    }

    /// Returns the edges of a path with this output.
    fn path(&self, output: &[u8]) -> Option<Vec<Edge>> {
        let mut seen = BTreeSet::from([(0_u32, 0_usize)]);
        let mut path: Vec<(u32, usize, usize, Option<Edge>)> = vec![(0, 0, 0, None)];
        while let Some((node, done, at, _)) = path.last_mut() {
            if self.graph.ends[*node as usize] && *done == output.len() {
                return Some(path.into_iter().filter_map(|(.., edge)| edge).collect());
            }
            let Some(edge) = self.graph.nodes[*node as usize].get(*at).copied() else {
                path.pop();
                continue;
            };
            *at += 1;
            let text = &self.graph.texts[edge.text as usize];
            if output[*done..].starts_with(text) {
                let place = (edge.to, *done + text.len());
                if seen.insert(place) {
                    path.push((place.0, place.1, 0, Some(edge)));
                }
            }
        }
        None
    }
}

/// Returns the least and the greatest number of processes of a schedule.
fn processes(graph: &Graph, order: &[u32]) -> (u64, u64) {
    let mut all = vec![(0, 0); graph.nodes.len()];
    for node in order {
        let edges = graph.nodes[*node as usize].iter().map(|edge| {
            let (least, most): (u64, u64) = all[edge.to as usize];
            let forks = u64::from(edge.forks);
            (least + forks, most + forks)
        });
        let both = edges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        all[*node as usize] = both.unwrap_or_default();
    }
    let (least, most) = all.first().copied().unwrap_or_default();
    let first = 1 + u64::from(graph.forks);
    (least + first, most + first)
}

/// Returns the nodes, each after those that its edges lead to, or an edge of a cycle: output without end.
fn order(graph: &Graph) -> Result<Vec<u32>, Edge> {
    let mut order = Vec::with_capacity(graph.nodes.len());
    // 0: unknown, 1: on the path, 2: done.
    let mut marks = vec![0_u8; graph.nodes.len()];
    let mut path = vec![(0_usize, 0_usize)];
    marks[0] = 1;
    while let Some((node, at)) = path.last_mut() {
        let Some(edge) = graph.nodes[*node].get(*at).copied() else {
            marks[*node] = 2;
            order.push(*node as u32);
            path.pop();
            continue;
        };
        *at += 1;
        let to = edge.to as usize;
        match marks[to] {
            0 => {
                marks[to] = 1;
                path.push((to, 0));
            }
            1 => return Err(edge),
            _ => {}
        }
    }
    Ok(order)
}

/// The maximum number of transitions of the automaton before it is deterministic.
const MOST_LETTERS: usize = 20_000_000;

/// Returns an automaton with a transition for each byte, in which nodes with equal futures are one state, and
/// its start. `None` means that it is too large.
fn letters(graph: &Graph, order: &[u32]) -> Option<(u32, Vec<Letters>)> {
    let mut interned = Interned::default();
    let mut numbers = vec![0_u32; graph.nodes.len()];
    let mut work = 0;
    for node in order {
        let node = *node as usize;
        let mut own = Letters {
            ends: graph.ends[node],
            next: Vec::new(),
        };
        for edge in &graph.nodes[node] {
            let mut to = numbers[edge.to as usize];
            if let Some((first, rest)) = graph.texts[edge.text as usize].split_first() {
                for byte in rest.iter().rev() {
                    to = interned.add(Letters {
                        ends: false,
                        next: vec![(*byte, to)],
                    });
                }
                work += rest.len();
                own.next.push((*first, to));
            } else {
                let silent = &interned.states[to as usize];
                own.ends |= silent.ends;
                own.next.extend_from_slice(&silent.next);
            }
        }
        work += own.next.len();
        if work > MOST_LETTERS {
            return None;
        }
        numbers[node] = interned.add(own);
    }
    Some((numbers[0], interned.states))
}

/// Returns the states of the deterministic automaton, each after those that it leads to.
fn determinize(start: u32, letters: &[Letters], most: usize) -> Option<Vec<Letters>> {
    let mut interned = Interned::default();
    // Sets of states, their transitions, and the numbers of the deterministic states.
    let mut known: HashMap<Vec<u32>, usize> = HashMap::from([(vec![start], 0)]);
    let mut sets: Vec<Vec<u32>> = vec![vec![start]];
    let mut numbers: Vec<Option<u32>> = vec![None];
    let mut path = Vec::<(usize, Vec<(u8, usize)>, usize)>::new();
    let mut pending = Some(0);
    loop {
        if let Some(set) = pending.take() {
            let mut all: Vec<(u8, u32)> = Vec::new();
            for one in &sets[set] {
                all.extend_from_slice(&letters[*one as usize].next);
            }
            all.sort_unstable();
            all.dedup();
            let mut next = Vec::new();
            for run in all.chunk_by(|a, b| a.0 == b.0) {
                let targets: Vec<u32> = run.iter().map(|(_, to)| *to).collect();
                let to = *known.entry(targets).or_insert_with_key(|targets| {
                    sets.push(targets.clone());
                    numbers.push(None);
                    sets.len() - 1
                });
                next.push((run[0].0, to));
            }
            if sets.len() > most {
                return None;
            }
            path.push((set, next, 0));
        }
        let (set, next, at) = path.last_mut()?;
        if let Some((_, to)) = next.get(*at).copied() {
            *at += 1;
            if numbers[to].is_none() {
                pending = Some(to);
            }
            continue;
        }
        let ends = sets[*set].iter().any(|one| letters[*one as usize].ends);
        let next = next
            .iter()
            .filter_map(|(byte, to)| Some((*byte, numbers[*to]?)))
            .collect();
        let number = interned.add(Letters { ends, next });
        numbers[*set] = Some(number);
        path.pop();
        if path.is_empty() {
            // The start has the most states after it, so that it is the last one.
            return Some(interned.states);
        }
    }
}
