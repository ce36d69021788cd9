//! The graph of the schedules.

/// A transition of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Edge {
    /// The number of the text.
    pub text: u32,
    pub to: u32,
    /// The operation that makes the step.
    pub pc: u32,
}

/// The graph of the schedules. The first node is the start.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Graph {
    pub nodes: Vec<Vec<Edge>>,
    /// Whether no process is left.
    pub ends: Vec<bool>,
    pub keys: Vec<u128>,
    pub texts: Vec<Vec<u8>>,
}

impl Graph {
    pub fn add(&mut self, key: u128) -> u32 {
        self.nodes.push(Vec::new());
        self.ends.push(false);
        self.keys.push(key);
        self.nodes.len() as u32 - 1
    }
}
