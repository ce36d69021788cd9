//! The nodes of an array, and their number, from which the memory of the array is estimated.

use std::array;
use std::ops::{AddAssign, SubAssign};

use triomphe::Arc;

/// Number of children of a branch. The log2 of this number is the number of row bits that select a child.
pub(super) const FAN_OUT: usize = 64;
pub(super) const FAN_BITS: u32 = FAN_OUT.trailing_zeros();

/// Bytes of the header of a node.
const HEADER: u64 = 16;
/// Bytes of a branch.
const BRANCH: u64 = HEADER + 16 * FAN_OUT as u64;

/// A node of the tree. Before each write, every node on the path is checked for other owners. The `Arc` of the standard library
/// can also have weak references, so this check would change its counts atomically, which takes longer than the write.
#[derive(Debug, Clone)]
pub(super) enum Node<T> {
    Empty,
    Leaf(Arc<[T]>),
    Branch(Arc<[Node<T>; FAN_OUT]>),
}

impl<T: Clone> Node<T> {
    #[cold]
    pub(super) fn branch() -> Self {
        Self::Branch(Arc::new(array::from_fn(|_| Self::Empty)))
    }

    #[cold]
    pub(super) fn leaf(default: &T, cells: usize) -> Self {
        Self::Leaf(vec![default.clone(); cells].into())
    }
}

/// The numbers of branches and leaves of a tree. A node that is in two places counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct NodeCount {
    pub(super) branches: u64,
    pub(super) leaves: u64,
}

impl NodeCount {
    /// Counts the nodes of a tree.
    pub(super) fn of<T>(node: &Node<T>) -> Self {
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
    pub(super) fn host_bytes(self, leaf: u64) -> u64 {
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
