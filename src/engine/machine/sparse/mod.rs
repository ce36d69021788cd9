//! A sparse, persistent array of rows that stores the state of a machine. A clone only increments a reference
//! count. A later write copies only the leaf that it changes.

mod rows;
#[cfg(test)]
mod tests;

use std::array;
use std::ops::{AddAssign, SubAssign};

use triomphe::Arc;

/// Maximum number of cells in an array that is a single leaf, which makes the access to a row fast.
const SMALL: u128 = 2048;

/// Maximum number of cells in a leaf of an array with branches. The number of rows in a leaf is a power of
/// two.
const LEAF: usize = 1024;

/// A fixed number of rows of `stride` cells each. The cells have a default value until they are written. The
/// array is a radix tree of shared nodes. Only written leaves are allocated.
///
/// [`Clone`] is O(1). The first write after a clone copies one leaf and the path to that leaf.
#[derive(Debug, Clone)]
pub struct Sparse<T> {
    root: Node<T>,
    default: T,
    stride: usize,
    /// The number of the last row.
    last: u64,
    /// log2 of the number of rows in a leaf.
    row_bits: u32,
    /// The mask of the bits of a row number that give the row's position in its leaf.
    row_mask: u64,
    leaf_cells: usize,
    /// Number of branches above a leaf.
    depth: u32,
    count: NodeCount,
}

impl<T: Clone> Sparse<T> {
    /// Creates an array of `rows` rows (1 to 2^64) of `stride` cells (at least 1) with the value `default`.
    pub fn new(rows: impl Into<u128>, stride: usize, default: T) -> Self {
        let (rows, stride) = (rows.into(), stride.max(1));
        let small = rows.saturating_mul(stride as u128) <= SMALL;
        let row_bits = if small {
            u64::BITS
        } else {
            (LEAF / stride).max(1).ilog2()
        };
        Self::with_leaves(rows, stride, default, row_bits)
    }

    /// Creates an array as [`Sparse::new`] does, with 2^`row_bits` rows in each leaf.
    pub(crate) fn with_leaves(rows: u128, stride: usize, default: T, row_bits: u32) -> Self {
        let rows = rows.max(1);
        let last = u64::try_from(rows - 1).unwrap_or(u64::MAX);
        let width = u64::BITS - last.leading_zeros();
        let row_bits = row_bits.min(width);
        let depth = (width - row_bits).div_ceil(FAN_BITS);
        let leaf_rows = if depth == 0 {
            last as usize + 1
        } else {
            1 << row_bits
        };
        let (row_mask, leaf_cells) = (low_bits(row_bits), stride * leaf_rows);
        let count = NodeCount::default();
        Self {
            root: Node::Empty,
            default,
            stride,
            last,
            row_bits,
            row_mask,
            leaf_cells,
            depth,
            count,
        }
    }

    /// The number of the last row.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Row `i`, or `None` if the row does not exist or its leaf has no storage. All cells in a leaf without
    /// storage have the default value.
    #[inline]
    pub(crate) fn row(&self, i: u64) -> Option<&[T]> {
        if i > self.last {
            return None;
        }
        let mut node = &self.root;
        let mut level = self.depth;
        loop {
            match node {
                Node::Empty => return None,
                Node::Leaf(cells) => {
                    let start = self.start(i);
                    return cells.get(start..start + self.stride);
                }
                Node::Branch(children) => {
                    level -= 1;
                    node = &children[slot(i, self.row_bits, level)];
                }
            }
        }
    }

    /// Number of rows from row `i` to the end of its leaf, and the cells of these rows. `None` means that all
    /// cells have the default value.
    #[inline]
    pub(crate) fn run(&self, i: u64) -> (u64, Option<&[T]>) {
        let start = self.start(i);
        let rows = ((self.leaf_cells - start) / self.stride) as u64;
        match self.node(i, 0) {
            Node::Leaf(cells) => (rows, cells.get(start..)),
            _ => (rows, None),
        }
    }

    /// A mutable reference to row `i`.
    ///
    /// # Panics
    /// Panics if row `i` does not exist.
    #[inline]
    pub fn row_mut(&mut self, i: u64) -> &mut [T] {
        let stride = self.stride;
        &mut self.run_mut(i)[..stride]
    }

    /// A mutable reference to row `i`, or `None` if the row does not exist or its leaf has no storage.
    #[inline]
    pub(crate) fn written_mut(&mut self, i: u64) -> Option<&mut [T]> {
        if i > self.last {
            return None;
        }
        let (start, stride, row_bits) = (self.start(i), self.stride, self.row_bits);
        let mut node = &mut self.root;
        let mut level = self.depth;
        loop {
            match node {
                Node::Empty => return None,
                Node::Leaf(cells) => return own(cells).get_mut(start..start + stride),
                Node::Branch(children) => {
                    level -= 1;
                    node = &mut Arc::make_mut(children)[slot(i, row_bits, level)];
                }
            }
        }
    }

    /// A mutable reference to the cells from row `i` to the end of its leaf.
    ///
    /// # Panics
    /// Panics if row `i` does not exist.
    #[inline]
    pub(crate) fn run_mut(&mut self, i: u64) -> &mut [T] {
        let (start, cells) = (self.start(i), self.leaf_cells);
        let (node, default, count) = self.node_mut(i, 0);
        if let Node::Empty = node {
            *node = Node::leaf(default, cells);
            count.leaves += 1;
        }
        let Node::Leaf(cells) = node else {
            unreachable!("every leaf has the same depth")
        };
        &mut own(cells)[start..]
    }

    /// Resets the rows `first..=last` to the default value. Rows past the end are ignored. Frees the nodes
    /// that are entirely within the range.
    pub(crate) fn reset(&mut self, first: u64, last: u64) {
        let (row_bits, stride, depth) = (self.row_bits, self.stride, self.depth);
        let mut root = std::mem::replace(&mut self.root, Node::Empty);
        let freed = reset(
            &mut root,
            (first, last.min(self.last)),
            0,
            depth,
            (row_bits, stride, &self.default),
        );
        self.root = root;
        self.count -= freed;
    }

    /// Copies `count` rows, starting at row `from`, to row `to`. The ranges must not overlap. The two ranges
    /// share whole leaves until one of the ranges changes.
    ///
    /// # Panics
    /// Panics if a row does not exist.
    pub(crate) fn copy_rows(&mut self, mut from: u64, mut to: u64, mut count: u64) {
        while count > 0 {
            let step = self.copy_some(from, to, count);
            (from, to, count) = (from.wrapping_add(step), to.wrapping_add(step), count - step);
        }
    }

    /// Copies up to `count` rows that are in one node and returns their number.
    fn copy_some(&mut self, from: u64, to: u64, count: u64) -> u64 {
        let bits = |level: u32| self.row_bits + level * FAN_BITS;
        let whole = |level: &u32| {
            bits(*level) < 64
                && (from | to).trailing_zeros() >= bits(*level)
                && count >> bits(*level) > 0
        };
        if let Some(level) = (0..self.depth.max(1)).rev().find(whole) {
            let step = 1 << bits(level);
            match self.node(from, level).clone() {
                Node::Empty => self.reset(to, to + (step - 1)),
                node => {
                    let (old, _, count) = self.node_mut(to, level);
                    *count += NodeCount::of(&node);
                    *count -= NodeCount::of(old);
                    *old = node;
                }
            }
            return step;
        }
        let size = 1u64 << self.row_bits;
        let step = count.min(size - from % size).min(size - to % size);
        match self.node(from, 0).clone() {
            Node::Leaf(cells) => {
                let (start, len) = (self.start(from), step as usize * self.stride);
                self.run_mut(to)[..len].clone_from_slice(&cells[start..start + len]);
            }
            _ => self.reset(to, to + (step - 1)),
        }
        step
    }

    /// The node at `level` (0 is a leaf) that contains row `i`, or an empty node if there is no such node.
    #[inline]
    fn node(&self, i: u64, level: u32) -> &Node<T> {
        let mut node = &self.root;
        for above in (level..self.depth).rev() {
            let Node::Branch(children) = node else {
                return &Node::Empty;
            };
            node = &children[slot(i, self.row_bits, above)];
        }
        node
    }

    /// Returns a mutable reference to the node at `level` (0 is a leaf) that contains row `i`. Also returns
    /// the default value and the number of nodes.
    #[inline]
    fn node_mut(&mut self, i: u64, level: u32) -> (&mut Node<T>, &T, &mut NodeCount) {
        assert!(
            i <= self.last,
            "row {i} is past the last row, {}",
            self.last
        );
        let row_bits = self.row_bits;
        let mut node = &mut self.root;
        for above in (level..self.depth).rev() {
            if let Node::Empty = node {
                *node = Node::branch();
                self.count.branches += 1;
            }
            let Node::Branch(children) = node else {
                unreachable!("every leaf has the same depth")
            };
            node = &mut Arc::make_mut(children)[slot(i, row_bits, above)];
        }
        (node, &self.default, &mut self.count)
    }

    /// The memory of all nodes in bytes, if a cell has `cell` bytes.
    pub(crate) fn host_bytes(&self, cell: u64) -> u64 {
        self.count.host_bytes(self.leaf_cells as u64 * cell)
    }

    /// Whether no row has storage.
    #[inline]
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self.root, Node::Empty)
    }

    /// The index of row `i` in its leaf.
    #[inline]
    fn start(&self, i: u64) -> usize {
        (i & self.row_mask) as usize * self.stride
    }
}

/// A mask of the lowest `bits` bits.
const fn low_bits(bits: u32) -> u64 {
    if bits >= u64::BITS {
        u64::MAX
    } else {
        (1 << bits) - 1
    }
}

/// The cells as a mutable slice, copied first if another array shares them.
#[inline]
fn own<T: Clone>(cells: &mut Arc<[T]>) -> &mut [T] {
    #[cold]
    fn unshare<T: Clone>(cells: &mut Arc<[T]>) {
        *cells = cells.iter().cloned().collect();
    }
    if !cells.is_unique() {
        unshare(cells);
    }
    Arc::get_mut(cells).expect("nothing else refers to the cells")
}

/// Resets the rows `first..=last` of a node to the default value. The node has `depth` branches above its
/// leaves, and its first row is `base`. `shape` contains log2 of the rows per leaf, the cells per row, and
/// the default value. Returns the number of freed nodes.
fn reset<T: Clone>(
    node: &mut Node<T>,
    (first, last): (u64, u64),
    base: u64,
    depth: u32,
    shape: (u32, usize, &T),
) -> NodeCount {
    let (row_bits, stride, default) = shape;
    let end = base
        | u64::MAX
            .checked_shr(64u32.saturating_sub(row_bits + depth * FAN_BITS))
            .unwrap_or(0);
    let mut freed = NodeCount::default();
    if end < first || last < base {
        return freed;
    }
    if first <= base && end <= last {
        freed = NodeCount::of(node);
        *node = Node::Empty;
        return freed;
    }
    let (from, to) = (first.max(base) - base, last.min(end) - base);
    match node {
        Node::Empty => {}
        Node::Leaf(cells) => {
            let (from, to) = (from as usize * stride, (to as usize + 1) * stride);
            own(cells)[from..to].fill(default.clone());
        }
        Node::Branch(children) => {
            let below = row_bits + (depth - 1) * FAN_BITS;
            let slots = (from >> below) as usize..=(to >> below) as usize;
            if children[slots.clone()]
                .iter()
                .all(|child| matches!(child, Node::Empty))
            {
                return freed;
            }
            let children = Arc::make_mut(children);
            for n in slots {
                let base = base + ((n as u64) << below);
                freed += reset(&mut children[n], (first, last), base, depth - 1, shape);
            }
        }
    }
    freed
}

/// The child of a branch at `level` (0 is just above the leaves) that contains row `i`.
#[inline]
fn slot(i: u64, row_bits: u32, level: u32) -> usize {
    (i >> (row_bits + level * FAN_BITS)) as usize % FAN_OUT
}

/// Number of children of a branch. The log2 of this number is the number of row bits that select a child.
const FAN_OUT: usize = 64;
const FAN_BITS: u32 = FAN_OUT.trailing_zeros();

/// Bytes of the header of a node.
const HEADER: u64 = 16;
/// Bytes of a branch.
const BRANCH: u64 = HEADER + 16 * FAN_OUT as u64;

/// A node of the tree. Before each write, every node on the path is checked for other owners. The `Arc` of the standard library
/// can also have weak references, so this check would change its counts atomically, which takes longer than the write.
#[derive(Debug, Clone)]
enum Node<T> {
    Empty,
    Leaf(Arc<[T]>),
    Branch(Arc<[Node<T>; FAN_OUT]>),
}

impl<T: Clone> Node<T> {
    #[cold]
    fn branch() -> Self {
        Self::Branch(Arc::new(array::from_fn(|_| Self::Empty)))
    }

    #[cold]
    fn leaf(default: &T, cells: usize) -> Self {
        Self::Leaf(vec![default.clone(); cells].into())
    }
}

/// The numbers of branches and leaves of a tree. A node that is in two places counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct NodeCount {
    branches: u64,
    leaves: u64,
}

impl NodeCount {
    /// Counts the nodes of a tree.
    fn of<T>(node: &Node<T>) -> Self {
        match node {
            Node::Empty => Self::default(),
            Node::Leaf(_) => Self {
                branches: 0,
                leaves: 1,
            },
            Node::Branch(children) => {
                let mut count = Self {
                    branches: 1,
                    leaves: 0,
                };
                children.iter().for_each(|child| count += Self::of(child));
                count
            }
        }
    }

    /// The memory of the nodes in bytes, if the cells of a leaf have `leaf` bytes.
    fn host_bytes(self, leaf: u64) -> u64 {
        self.branches * BRANCH + self.leaves * (HEADER + leaf)
    }
}

impl AddAssign for NodeCount {
    fn add_assign(&mut self, other: Self) {
        self.branches += other.branches;
        self.leaves += other.leaves;
    }
}

impl SubAssign for NodeCount {
    fn sub_assign(&mut self, other: Self) {
        self.branches -= other.branches;
        self.leaves -= other.leaves;
    }
}
