//! The printed form of a row's parameters, and queries on them.

use std::fmt;

use super::param::{Param, Slot};

/// Queries on the parameters of a row.
pub trait Params {
    /// Returns the parameters in the format of the usage.
    fn text(self) -> String;
    /// Returns all parameters that have no parts, in all ways to write the statement.
    fn leaves(self) -> Vec<&'static Param>;
    /// Whether one of the parameters can be this word.
    fn has_word(self, word: &str) -> bool;
    /// Whether one of the parameters is this slot.
    fn has(self, slot: Slot) -> bool;
    /// Whether a block in braces may follow.
    fn has_block(self) -> bool;
    /// Returns the words of the clauses that may follow: `size` in `[size N]`.
    fn clauses(self) -> Vec<&'static str>;
    /// Returns the parameter after a keyword.
    fn after_keyword(self, keyword: &str) -> Option<&'static Param>;
    /// Returns the unit that may follow a value.
    fn unit_after(self, slot: Slot) -> Option<&'static str>;
}

impl Params for &'static [Param] {
    fn text(self) -> String {
        Sequence(self).to_string()
    }

    fn leaves(self) -> Vec<&'static Param> {
        let mut found = Vec::new();
        for param in self {
            param.leaves(&mut found);
        }
        found
    }

    fn has_word(self, word: &str) -> bool {
        self.leaves()
            .iter()
            .any(|param| param.words().contains(&word))
    }

    fn has(self, slot: Slot) -> bool {
        self.leaves().contains(&&Param::Value(slot))
    }

    fn has_block(self) -> bool {
        self.leaves()
            .iter()
            .any(|param| matches!(param, Param::Block(..)))
    }

    fn clauses(self) -> Vec<&'static str> {
        let word = |param: &Param| match param {
            Param::Optional([Param::Keyword(word), _, ..]) => Some(*word),
            _ => None,
        };
        self.iter().filter_map(word).collect()
    }

    fn after_keyword(self, keyword: &str) -> Option<&'static Param> {
        Param::follower(
            self,
            |param| matches!(param, Param::Keyword(word) if *word == keyword),
        )
    }

    fn unit_after(self, slot: Slot) -> Option<&'static str> {
        match Param::follower(self, |param| param.slot() == Some(slot)) {
            Some(Param::Unit(unit)) => Some(unit),
            _ => None,
        }
    }
}

/// Consecutive parameters.
struct Sequence(&'static [Param]);

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, param) in self.0.iter().enumerate() {
            let blank = if at == 0 || *param == Param::Comma {
                ""
            } else {
                " "
            };
            write!(f, "{blank}{param}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(slot) => f.write_str(slot.name()),
            Self::Keyword(word) | Self::Literal(word) | Self::Unit(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.join("|")),
            Self::Equals => f.write_str("="),
            Self::Arrow => f.write_str("=>"),
            Self::Comma => f.write_str(","),
            Self::Block(_, shown) => write!(f, "{{ {shown} }}"),
            Self::Optional(parts) => write!(f, "[{}]", Sequence(parts)),
            Self::OneOf(parts) => f.write_str(&joined(parts.iter(), "|")),
            Self::Many(part) => write!(f, "{part}…"),
            Self::Ways(ways) => f.write_str(&joined(ways.iter().map(|way| Sequence(way)), " | ")),
        }
    }
}

fn joined(parts: impl Iterator<Item = impl fmt::Display>, between: &str) -> String {
    parts
        .map(|part| part.to_string())
        .collect::<Vec<_>>()
        .join(between)
}
