//! The holes between areas, stored in a structure that quickly finds the highest hole of a given length. The
//! structure is a binary trie (a Patricia tree) whose keys are the start addresses of the holes. Each inner
//! node (fork) of the trie stores the length of the longest hole in its subtree.

use std::sync::Arc;

/// Ranges of addresses outside all areas. A clone shares all nodes with the original, and a change copies at
/// most 64 inner nodes (forks).
#[derive(Debug, Clone, Default)]
pub(crate) struct Holes {
    root: Option<Arc<Node>>,
}

#[derive(Debug)]
enum Node {
    Hole {
        start: u64,
        len: u64,
    },
    /// The start addresses of all holes in this fork's subtree have the same bits above `bit`. Bit `bit` is
    /// clear in `low` and set in `high`.
    Fork {
        bit: u32,
        lowest: u64,
        longest: u64,
        low: Arc<Node>,
        high: Arc<Node>,
    },
}

/// A hole: its first byte and its length.
type Hole = (u64, u64);

impl Holes {
    /// Adds a hole at address `start`, or replaces the hole that starts there.
    pub(crate) fn insert(&mut self, start: u64, len: u64) {
        self.root = Some(match &self.root {
            None => Arc::new(Node::Hole { start, len }),
            Some(root) => insert(root, start, len),
        });
    }

    /// Removes the hole that starts at `start`.
    pub(crate) fn remove(&mut self, start: u64) {
        self.root = self.root.as_ref().and_then(|root| remove(root, start));
    }

    /// The highest hole of at least `len` bytes that starts below `limit`.
    pub(crate) fn highest(&self, len: u64, limit: u64) -> Option<Hole> {
        highest(self.root.as_deref()?, len, limit)
    }
}

impl Node {
    /// The length of the longest hole.
    fn longest(&self) -> u64 {
        match self {
            Node::Hole { len, .. } => *len,
            Node::Fork { longest, .. } => *longest,
        }
    }

    /// The first byte of the lowest hole.
    fn lowest(&self) -> u64 {
        match self {
            Node::Hole { start, .. } => *start,
            Node::Fork { lowest, .. } => *lowest,
        }
    }
}

fn fork(bit: u32, low: Arc<Node>, high: Arc<Node>) -> Arc<Node> {
    let longest = low.longest().max(high.longest());
    Arc::new(Node::Fork {
        bit,
        lowest: low.lowest(),
        longest,
        low,
        high,
    })
}

/// Joins two nodes under a new fork at the highest bit in which the start addresses of their holes differ.
fn join(a: Arc<Node>, b: Arc<Node>) -> Arc<Node> {
    let (at, other) = (a.lowest(), b.lowest());
    let bit = (at ^ other).ilog2();
    if at < other {
        fork(bit, a, b)
    } else {
        fork(bit, b, a)
    }
}

fn insert(node: &Arc<Node>, start: u64, len: u64) -> Arc<Node> {
    let hole = || Arc::new(Node::Hole { start, len });
    match &**node {
        Node::Hole { start: here, .. } if *here == start => hole(),
        Node::Fork { bit, low, high, .. } if (node.lowest() ^ start) >> bit <= 1 => {
            if start >> bit & 1 == 0 {
                fork(*bit, insert(low, start, len), high.clone())
            } else {
                fork(*bit, low.clone(), insert(high, start, len))
            }
        }
        _ => join(node.clone(), hole()),
    }
}

fn remove(node: &Arc<Node>, start: u64) -> Option<Arc<Node>> {
    let Node::Fork { bit, low, high, .. } = &**node else {
        return (node.lowest() != start).then(|| node.clone());
    };
    let (low, high) = if start >> bit & 1 == 0 {
        (remove(low, start), Some(high.clone()))
    } else {
        (Some(low.clone()), remove(high, start))
    };
    match (low, high) {
        (Some(low), Some(high)) => Some(fork(*bit, low, high)),
        (one, other) => one.or(other),
    }
}

fn highest(node: &Node, len: u64, limit: u64) -> Option<Hole> {
    if node.longest() < len || node.lowest() >= limit {
        return None;
    }
    match node {
        Node::Hole { start, len } => Some((*start, *len)),
        Node::Fork { low, high, .. } => {
            highest(high, len, limit).or_else(|| highest(low, len, limit))
        }
    }
}
