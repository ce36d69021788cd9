//! What is known of a place of a script that is being written: of a number what it is to the machine, of a word what it
//! means where it stands, of a name what it stands for. Nothing here changes the state, and all words come from the
//! registries.

mod markdown;
mod names;
mod number;
mod offer;
#[cfg(test)]
mod tests;
mod word;

use std::ops::Range;

use crate::lang::layout::Token;
use crate::lang::source::Sources;
use crate::run::complete::{Is, place};
use crate::run::state::State;
pub use markdown::{code, paragraphs, script};
pub use offer::documentation;

/// A text, and what is known of it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// The files of the script; the text is the first.
    pub sources: &'a Sources,
    /// What is known before the statement at a byte.
    pub state: &'a dyn Fn(usize) -> State,
}

/// What is to be told of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The bytes that it is told of.
    pub span: Range<usize>,
    /// The name of the fact that they are, if they are one.
    pub fact: Option<String>,
    /// Markdown.
    pub text: String,
}

/// What is to be told of byte `at`.
pub fn told(asked: &Asked, at: usize) -> Option<Told> {
    let found = place(asked.text, asked.tokens, at)?;
    let state = (asked.state)(found.span.start);
    let text = match found.is {
        Is::Number(number, role) => number::number(number, role, found.text, &state),
        Is::Word(stands) => word::word(asked, &found, stands, &state),
        Is::Cell(column) => word::cell(&found, column, &state),
        Is::Text => word::file(&found, &state),
    }?;
    let fact = found.fact().map(str::to_owned);
    let span = if fact.is_some() { found.whole_span } else { found.span };
    Some(Told { span, fact, text })
}
