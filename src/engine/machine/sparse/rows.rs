//! Iteration over the stored rows of a sparse array.

use super::{FAN_BITS, Node, Sparse};

impl<T> Sparse<T> {
    /// The rows that have storage, in order, including unwritten rows in the same leaf as a written row.
    pub(crate) fn rows(&self) -> Rows<'_, T> {
        self.rows_in(0, self.last)
    }

    /// The rows `first..=last` that have storage; see [`Sparse::rows`].
    pub(crate) fn rows_in(&self, first: u64, last: u64) -> Rows<'_, T> {
        Rows::new(self, first, last.min(self.last))
    }
}

/// Rows of a [`Sparse`] that have storage, in order, with their numbers.
#[derive(Debug)]
pub(crate) struct Rows<'a, T> {
    array: &'a Sparse<T>,
    /// The range of rows to visit.
    first: u64,
    last: u64,
    /// Nodes left to visit (the next node is last), each with its first row and its depth.
    pending: Vec<(&'a Node<T>, u64, u32)>,
    /// The current leaf: the number of its next row and its remaining cells.
    leaf: Option<(u64, &'a [T])>,
}

impl<'a, T> Rows<'a, T> {
    /// The rows `first..=last`. The last row must exist.
    pub(super) fn new(array: &'a Sparse<T>, first: u64, last: u64) -> Self {
        let pending = if first <= last {
            vec![(&array.root, 0, array.depth)]
        } else {
            Vec::new()
        };
        Self {
            array,
            first,
            last,
            pending,
            leaf: None,
        }
    }

    fn descend(&mut self, children: &'a [Node<T>], first: u64, level: u32) {
        let below = self.array.row_bits + level * FAN_BITS;
        for (slot, child) in children.iter().enumerate().rev() {
            let start = first | (slot as u64) << below;
            let meets = start <= self.last && start | super::low_bits(below) >= self.first;
            if meets && !matches!(child, Node::Empty) {
                self.pending.push((child, start, level));
            }
        }
    }
}

impl<'a, T> Iterator for Rows<'a, T> {
    type Item = (u64, &'a [T]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((i, cells)) = self.leaf.take()
                && let Some((row, rest)) = cells.split_at_checked(self.array.stride)
                && i <= self.last
            {
                self.leaf = i.checked_add(1).map(|next| (next, rest));
                return Some((i, row));
            }
            match self.pending.pop()? {
                (Node::Empty, ..) => {}
                (Node::Leaf(cells), start, _) => {
                    let skipped = self.first.saturating_sub(start);
                    let cells = cells
                        .get(skipped as usize * self.array.stride..)
                        .unwrap_or_default();
                    self.leaf = Some((start + skipped, cells));
                }
                (Node::Branch(children), start, level) => {
                    self.descend(&children[..], start, level - 1);
                }
            }
        }
    }
}
