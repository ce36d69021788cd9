//! Loops are told by their first rounds.

use std::collections::HashMap;

use super::{Statements, thousands};
use crate::lang::span::Span;
use crate::report::doc::{Block, Tone};

/// Rounds of a statement in a loop that are told.
const TOLD: u64 = 100;

/// The outermost loop that is running, and how often its statements have run.
#[derive(Debug, Default)]
pub struct Repeats {
    outer: Option<Span>,
    /// Places in `counts`.
    places: HashMap<Span, usize>,
    /// Statements in the order in which they first ran.
    counts: Vec<(String, u64)>,
}

impl Repeats {
    /// Goes on in this outermost loop; tells what was left out of the one before, and what begins.
    pub fn enter(&mut self, outer: Option<Span>, statements: &mut Statements) -> Vec<Block> {
        if outer == self.outer {
            return Vec::new();
        }
        let several = self.counts.len() > 1;
        let left_out = self.counts.iter().filter(|(_, runs)| *runs > TOLD).map(|(text, runs)| {
            let more = format!("… {} more", thousands(runs - TOLD));
            Block::toned(Tone::Faint, if several { format!("{more} of `{text}`") } else { more })
        });
        let mut blocks: Vec<Block> = left_out.collect();
        *self = Self { outer, ..Self::default() };
        if let Some(span) = outer {
            let (text, place) = statements.head(span);
            blocks.push(Block::Statement { text, place });
        }
        blocks
    }

    /// Counts a run of a statement; whether it is still told.
    pub fn count(&mut self, span: Span, text: &str) -> bool {
        let next = self.counts.len();
        let place = *self.places.entry(span).or_insert(next);
        if place == next {
            self.counts.push((text.to_owned(), 0));
        }
        self.counts[place].1 += 1;
        self.counts[place].1 <= TOLD
    }
}
