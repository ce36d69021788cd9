//! Pairs the elements of a golden file with those of a run.

use similar::{Algorithm, capture_diff_slices};

/// An element of a golden file and the corresponding element of a run. An element without a counterpart is alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The position in the run: that of `new`, or that of the element after the removed one.
    pub(crate) at: usize,
    pub(crate) old: Option<usize>,
    pub(crate) new: Option<usize>,
}

/// Aligns two lists. Equal texts belong together. Texts that replace others at the same place also belong together.
pub(crate) fn pairs(old: &[String], new: &[String]) -> Vec<Pair> {
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let pairs = ops.into_iter().flat_map(|op| {
        let (olds, news) = (op.old_range(), op.new_range());
        (0..olds.len().max(news.len())).map(move |i| Pair {
            at: (news.start + i).min(news.end),
            old: Some(olds.start + i).filter(|at| olds.contains(at)),
            new: Some(news.start + i).filter(|at| news.contains(at)),
        })
    });
    pairs.collect()
}
