//! The message, help, and fix for a foreign idiom.

use super::rows::{Idiom, REMOVED};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// What a row says of a mistake.
#[derive(Debug, Clone)]
pub(super) struct Advice {
    /// What is wrong; none leaves the message as it is.
    pub(super) message: Option<&'static str>,
    /// What to do, in words; none for what the fix says.
    pub(super) help: Option<&'static str>,
    pub(super) fix: Option<Fix>,
    /// It is right even where no fix fits.
    pub(super) sure: bool,
    /// There is nothing to write for it, so that no fix can be right.
    pub(super) nothing: bool,
    /// Where it is, if not where the mistake was found.
    pub(super) place: Option<Span>,
}

impl Advice {
    pub(super) fn of(row: &'static Idiom, fix: Option<Fix>, sure: bool) -> Self {
        let lines = fix.as_ref().is_some_and(|fix| fix.text.contains('\n'));
        let help = (fix.is_none() || lines || row.ours == REMOVED).then_some(row.help);
        let help = help.filter(|help| !help.is_empty());
        let nothing = row.ours.is_empty();
        Self { message: Some(row.message), help, fix, sure: sure || nothing, nothing, place: None }
    }

    /// A fix with what it is about.
    pub(super) fn fixed(
        message: Option<&'static str>,
        help: Option<&'static str>,
        fix: Fix,
        sure: bool,
    ) -> Self {
        Self { message, help, fix: Some(fix), sure, nothing: false, place: None }
    }
}
