//! Narration of the first iterations of loops.

use super::statement::Statements;
use crate::lang::span::{Span, SpanMap};
use crate::report::doc::Block;
use crate::report::words::counts::thousands;

/// Maximum number of iterations narrated per statement of a loop.
pub(crate) const TOLD: u64 = 100;

/// The outermost running loop, with the execution counts of its statements.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    outer: Option<Span>,
    /// Indexes into `counts`.
    places: SpanMap<usize>,
    /// Statements in order of first execution.
    counts: Vec<Count>,
}

/// The execution count of a statement in a loop.
#[derive(Debug)]
struct Count {
    text: String,
    runs: u64,
    /// Number of runs that were narrated or reported as omitted.
    reported: u64,
}

impl Count {
    /// Reports the number of omitted runs.
    fn left_out(&mut self, up_to: u64, several: bool) -> Option<Block> {
        let more = up_to.saturating_sub(self.reported);
        self.reported = self.reported.max(up_to);
        let of = if several {
            format!(" of `{}`", self.text)
        } else {
            String::new()
        };
        (more > 0).then(|| Block::faint(format!("… {} more{of}", thousands(more))))
    }
}

impl Repeats {
    /// Creates counts that continue in this loop.
    pub(crate) fn inside(outer: Option<Span>) -> Self {
        Self {
            outer,
            ..Self::default()
        }
    }

    /// Enters the outermost loop. If the preceding loop ended, returns a report of the runs omitted from that
    /// loop.
    pub(crate) fn enter(&mut self, outer: Option<Span>, statements: &mut Statements) -> Vec<Block> {
        if outer == self.outer {
            return Vec::new();
        }
        let several = self.counts.len() > 1;
        let left_out = self
            .counts
            .iter_mut()
            .filter_map(|count| count.left_out(count.runs, several));
        let mut blocks: Vec<Block> = left_out.collect();
        *self = Self::inside(outer);
        if let Some(span) = outer {
            let (text, place) = statements.head(span);
            blocks.push(Block::Statement { text, place });
        }
        blocks
    }

    /// Counts a run of a statement if it is to be omitted, because enough earlier runs were narrated.
    pub(crate) fn omit(&mut self, span: Span) -> bool {
        let Some(place) = self.places.get(&span) else {
            return false;
        };
        let count = &mut self.counts[*place];
        let omitted = count.runs >= TOLD;
        count.runs += u64::from(omitted);
        omitted
    }

    /// Counts a run of a statement that is narrated, and adds to `blocks` a report of the earlier runs that were omitted.
    pub(crate) fn count(&mut self, span: Span, text: &str, blocks: &mut Vec<Block>) {
        let next = self.counts.len();
        let place = *self.places.entry(span).or_insert(next);
        if place == next {
            self.counts.push(Count {
                text: text.to_owned(),
                runs: 0,
                reported: 0,
            });
        }
        let several = self.counts.len() > 1;
        let count = &mut self.counts[place];
        count.runs += 1;
        blocks.extend(count.left_out(count.runs - 1, several));
        count.reported = count.runs;
    }
}
