//! What a student handed in.

use std::collections::BTreeMap;

use crate::lang::value::Number;

/// Bytes of an answer that are read; a longer one is refused where the sheet is read.
pub const CELL_LIMIT: usize = 10_000;

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// As it was written.
    Text(String),
    /// A number that something else has read already: it has no radix.
    Number(Number),
}

/// What a student handed in.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The line of the file that it begins in, or its place in a list, from 1.
    pub line: u64,
    /// Who it is of.
    pub id: String,
    /// Their name, where it is known.
    pub name: String,
    /// The code of the version that they had, where it is known.
    pub version: String,
    /// Answers by the names of their fields.
    pub answers: BTreeMap<String, Given>,
    /// Points that somebody gave by hand, by the names of fields.
    pub by_hand: BTreeMap<String, Number>,
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Given {
    /// As it was written.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}
