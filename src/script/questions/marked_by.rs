//! The cells of a table that earn their points only together.

use crate::lang::ast::{Ask, Asked};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::settings::list;
use crate::run::stop::Stop;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkedBy {
    Row,
    Column,
}

/// The words after `marks by`.
pub(crate) const MARKED_BY: [(&str, MarkedBy); 2] =
    [("row", MarkedBy::Row), ("column", MarkedBy::Column)];

impl MarkedBy {
    /// Returns the sentence that a paper prints.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Row => "A row earns its points only if all its cells are right.",
            Self::Column => "A column earns its points only if all its cells are right.",
        }
    }
}

/// Returns the cells that an `ask` marks together.
///
/// # Errors
/// Returns `misplaced` or `unknown-word`.
pub(crate) fn marked_by(ask: &Ask) -> Result<Option<MarkedBy>, Stop> {
    let Some(word) = &ask.marks else {
        return Ok(None);
    };
    if !matches!(ask.what, Asked::Table(_)) {
        let message = "only a table has rows and columns to mark";
        return Err(Diagnostic::new(Code::Misplaced, word.span, message)
            .help("delete `marks by`, or ask for columns: `ask reference columns hit marks by row`")
            .into());
    }
    let names = || MARKED_BY.iter().map(|(name, _)| *name);
    let known = MARKED_BY.iter().find(|(name, _)| *name == &*word.text);
    known.map(|(_, by)| Some(*by)).ok_or_else(|| {
        let message = format!("a table is not marked by `{}`", word.text);
        let diagnostic = Diagnostic::new(Code::UnknownWord, word.span, message);
        match nearest(&word.text, names()) {
            Some(near) => diagnostic.did_you_mean(&word.text, near),
            None => diagnostic.help(format!("there are {}", list(names()))),
        }
        .into()
    })
}
