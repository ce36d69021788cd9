//! All interleavings of a program's processes.
//!
//! A state is the set of processes, each of which has stopped before its next visible step: an output, or a
//! call whose result depends on other processes. States with equal processes are merged. The result is a
//! graph whose paths are the schedules, and from which [`Outputs`] takes the set of outputs.

pub mod explorer;
mod liveness;
mod member;
mod state;
mod steps;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::error::{ErrorKind, Limit, RunError};
use super::ops::Program;
use super::outputs::{Edge, Graph, Outputs};
use explorer::{Explorer, Options};

/// Returns the outputs of all schedules of a program.
///
/// # Errors
///
/// Returns the error of a schedule with undefined behavior, or a limit.
pub fn explore(program: &Arc<Program>, options: &Options) -> Result<Outputs, RunError> {
    let mut explorer = Explorer::new(program.clone(), options.clone());
    let start = explorer.start()?;
    let mut graph = Graph {
        forks: explorer.forks,
        ..Graph::default()
    };
    let mut known: HashMap<u128, u32> = HashMap::new();
    let mut texts: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let key = start.key(explorer.identity);
    known.insert(key, 0);
    graph.add(key);
    let mut work = vec![(0_usize, start)];
    while let Some((node, state)) = work.pop() {
        graph.ends[node] = state.members.is_empty();
        for next in explorer.successors(&state)? {
            let key = next.state.key(explorer.identity);
            let text = *texts.entry(next.text).or_insert_with_key(|text| {
                graph.texts.push(text.clone());
                graph.texts.len() as u32 - 1
            });
            let place = next.place;
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
                place,
                forks: next.forks,
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
