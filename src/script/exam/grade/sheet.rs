//! Answers of a student.

use std::collections::BTreeMap;

use crate::lang::value::Number;

/// Maximum length of an answer in bytes. A sheet with a longer answer cannot be read.
pub const CELL_LIMIT: usize = 10_000;

/// An answer as given.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// As written.
    Text(String),
    /// As a learning platform writes it, which names options by their texts.
    Response(String),
    /// A parsed number without a radix.
    Number(Number),
}

/// A student's answers.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The line of the file on which the sheet begins, or the sheet's position in a list, counted from 1.
    pub line: u64,
    /// The student's ID.
    pub id: String,
    /// The student's name, if known.
    pub name: String,
    /// The code of the student's version, if known.
    pub version: String,
    /// Answers by field name.
    pub answers: BTreeMap<String, Given>,
    /// Points given by hand, by field name.
    pub by_hand: BTreeMap<String, Number>,
    /// Whether the sheet leaves out essays because they are on paper, where they await their points.
    pub essays_elsewhere: bool,
}

/// The answer of a field that the sheet does not contain.
static UNANSWERED: Given = Given::Text(String::new());

impl Sheet {
    /// Returns the answer to a field, which is empty if the sheet has none.
    pub(crate) fn given(&self, field: &str) -> &Given {
        self.answers.get(field).unwrap_or(&UNANSWERED)
    }
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Given {
    /// Returns the answer as written.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Response(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}
