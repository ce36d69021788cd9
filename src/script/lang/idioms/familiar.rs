//! How familiar a statement looks: whether its pairs of adjacent tokens also occur elsewhere in the text.

use std::collections::HashMap;

use super::rows::is_keyword;
use crate::lang::layout::{Token, TokenKind, tokens};

/// Two adjacent tokens. Numbers are alike, and so are strings.
type Pair = [String; 2];

/// The counts of the pairs of a text, and of the pairs in which all names are alike.
pub(super) struct Familiar {
    pairs: HashMap<Pair, usize>,
    kinds: HashMap<Pair, usize>,
}

impl Familiar {
    pub(super) fn of(all: &[Token], text: &str) -> Self {
        let pairs = counted(all, text);
        let mut kinds = HashMap::new();
        for (pair, count) in &pairs {
            *kinds.entry(kind(pair)).or_default() += count;
        }
        Self { pairs, kinds }
    }

    /// Returns how much more familiar the pairs of a new text are than those of the old text that it replaces.
    pub(super) fn gain(&self, was: &str, new: &str) -> i32 {
        let (before, after) = (
            counted(&tokens(was).list, was),
            counted(&tokens(new).list, new),
        );
        self.lost(&after, &before, false) - self.lost(&before, &after, true)
    }

    /// The weights of the pairs that one text has more often than another. Pairs of the old text are counted elsewhere only.
    fn lost(&self, one: &HashMap<Pair, usize>, other: &HashMap<Pair, usize>, old: bool) -> i32 {
        let pairs = one.iter().map(|(pair, count)| {
            let more = count.saturating_sub(other.get(pair).copied().unwrap_or(0));
            more as i32 * self.weight(pair, if old { more } else { 0 })
        });
        pairs.sum()
    }

    fn weight(&self, pair: &Pair, here: usize) -> i32 {
        let elsewhere = |all: &HashMap<Pair, usize>, pair: &Pair| {
            all.get(pair).copied().unwrap_or(0).saturating_sub(here)
        };
        let exact = if pair.iter().any(|word| word == NUMBER) {
            0
        } else {
            elsewhere(&self.pairs, pair)
        };
        match exact {
            0 => i32::from(elsewhere(&self.kinds, &kind(pair)) > 0),
            1 | 2 => 3,
            _ => 4,
        }
    }
}

const NUMBER: &str = "0";

fn counted(all: &[Token], text: &str) -> HashMap<Pair, usize> {
    let mut found = HashMap::new();
    let mut last = "\n".to_owned();
    let shown = all.iter().filter(|token| {
        token.kind == TokenKind::End || token.kind != TokenKind::Comment && token.end > token.start
    });
    for token in shown {
        let this = match token.kind {
            TokenKind::Number | TokenKind::Cell => NUMBER,
            TokenKind::String { .. } | TokenKind::Prose => "\"",
            TokenKind::End => "\n",
            _ => token.text(text),
        };
        let pair = [std::mem::take(&mut last), this.to_owned()];
        *found.entry(pair).or_default() += 1;
        this.clone_into(&mut last);
    }
    *found.entry([last, "\n".to_owned()]).or_default() += 1;
    found
}

fn kind(pair: &Pair) -> Pair {
    pair.each_ref().map(|word| {
        let name = word.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_keyword(word);
        if name { "w".to_owned() } else { word.clone() }
    })
}
