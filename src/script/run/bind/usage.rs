//! The usage of a row, as signature help and prompts show it, and the rest of the usage after some pieces.

use std::ops::Range;

use super::automaton::is_clause;
use super::bound::Bound;
use super::param::{Param, Params, ways};

/// The usage of a row, with the places of the automaton's leaves.
#[derive(Default)]
struct Usage {
    text: String,
    /// From the byte offset of each leaf to that of the end of its way.
    leaves: Vec<Range<usize>>,
    /// The byte ranges of the clauses, each with its first leaf.
    clauses: Vec<(usize, Range<usize>)>,
}

impl Usage {
    fn of(params: &'static [Param]) -> Self {
        let mut usage = Self {
            text: params.text(),
            ..Self::default()
        };
        let mut start = 0;
        for way in ways(params) {
            let begun = usage.leaves.len();
            usage.sequence(way, start);
            let end = start + way.text().len();
            let leaves = usage.leaves[begun..].iter_mut();
            leaves.for_each(|leaf| leaf.end = end);
            start = end + " | ".len();
        }
        usage
    }

    fn sequence(&mut self, params: &[Param], mut at: usize) {
        for param in params {
            // A comma follows the previous part without a space.
            let width = match param {
                Param::Comma => 0,
                _ => param.to_string().len(),
            };
            if is_clause(param) {
                self.clauses.push((self.leaves.len(), at..at + width));
            }
            self.param(param, at);
            at += width + 1;
        }
    }

    fn param(&mut self, param: &Param, mut at: usize) {
        match param {
            Param::Comma => {}
            Param::Optional(params) => self.sequence(params, at + 1),
            Param::OneOf(params) => {
                for param in *params {
                    self.param(param, at);
                    at += param.to_string().len() + 1;
                }
            }
            Param::Many(one) => self.param(one, at),
            _ => self.leaves.push(at..at),
        }
    }
}

impl Bound<'_> {
    /// Returns the first parameter that may follow, as a byte range in the usage.
    pub fn current(&self) -> Option<Range<usize>> {
        let usage = Usage::of(self.params);
        let rest = self.rests(&usage).into_iter().next()?;
        let length = part_length(&usage.text[rest.clone()]);
        Some(rest.start..rest.start + length)
    }

    /// Returns the rest of the usage, or an empty string if the pieces do not fit or nothing may follow.
    pub fn rest(&self) -> String {
        let usage = Usage::of(self.params);
        let mut rests: Vec<String> = Vec::new();
        for range in self.rests(&usage) {
            let mut rest = String::new();
            let mut from = range.start;
            for (leaf, given) in &usage.clauses {
                let is_given = self.args().any(|arg| arg.leaf.number == *leaf);
                if is_given && (from..range.end).contains(&given.start) {
                    rest += usage.text[from..given.start].trim_end();
                    from = given.end;
                }
            }
            rest += &usage.text[from..range.end];
            let rest = balanced(&rest);
            if !rest.is_empty() && !rests.contains(&rest) {
                rests.push(rest);
            }
        }
        rests.join(" | ")
    }

    /// Returns the byte range of the rest of the usage for each way to continue.
    fn rests(&self, usage: &Usage) -> Vec<Range<usize>> {
        let mut rests: Vec<Range<usize>> = Vec::new();
        for leaf in self.next_leaves() {
            let place = &usage.leaves[leaf.number];
            match rests.iter_mut().find(|rest| rest.end == place.end) {
                Some(rest) => rest.start = rest.start.min(place.start),
                None => rests.push(place.clone()),
            }
        }
        rests.sort_by_key(|rest| rest.start);
        rests
    }
}

/// Returns the length of the first part of a usage, in bytes.
fn part_length(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' | ' ' | ',' if depth == 0 => return at,
            ']' | '}' | ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Removes closing brackets whose opening brackets precede the text.
fn balanced(text: &str) -> String {
    let mut depth = 0;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => continue,
            ']' => depth -= 1,
            _ => {}
        }
        kept.push(c);
    }
    kept
}
