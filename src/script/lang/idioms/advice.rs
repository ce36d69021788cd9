//! The message, help, and fix for a foreign idiom.

use std::borrow::Cow;

use super::pattern::fits;
use super::rows::{Idiom, REMOVED};
use super::tokens::Split;
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// The advice that an idiom gives for an error.
#[derive(Debug, Clone)]
pub(super) struct Advice {
    /// The new message, or `None` to keep the original message.
    pub(super) message: Option<&'static str>,
    /// The help, or `None` if the fix is sufficient.
    pub(super) help: Option<Cow<'static, str>>,
    /// The help if the fix does not work here.
    pub(super) otherwise: Option<Cow<'static, str>>,
    pub(super) fix: Option<Fix>,
    /// Whether the advice is right even if no fix works.
    pub(super) sure: bool,
    /// Whether the construct has no equivalent, so that no fix can be right.
    pub(super) nothing: bool,
    /// The span, if it differs from the span of the error.
    pub(super) place: Option<Span>,
}

impl Advice {
    /// Returns the advice of an idiom for a text that it matches. The help has the words of the text, too.
    pub(super) fn of(row: &'static Idiom, said: &str, fix: Option<Fix>, sure: bool) -> Self {
        let lines = fix.as_ref().is_some_and(|fix| fix.text.contains('\n'));
        let otherwise = help(row, said);
        let shown = fix.is_none() || lines || row.ours == REMOVED;
        let nothing = row.ours.is_empty();
        Self {
            message: Some(row.message),
            help: otherwise.clone().filter(|_| shown),
            otherwise,
            fix,
            sure: sure || nothing,
            nothing,
            place: None,
        }
    }

    /// Returns advice that is right although no fix is.
    pub(super) fn without(message: &'static str, help: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: Some(message),
            help: Some(help.into()),
            otherwise: None,
            fix: None,
            sure: true,
            nothing: true,
            place: None,
        }
    }

    /// Returns advice with its fix. Without a message, the original message stays.
    pub(super) fn fixed(message: impl Into<Option<&'static str>>, fix: Fix) -> Self {
        Self {
            message: message.into(),
            help: None,
            otherwise: None,
            fix: Some(fix),
            sure: false,
            nothing: false,
            place: None,
        }
    }

    pub(super) fn help(self, help: impl Into<Cow<'static, str>>) -> Self {
        let help = Some(help.into());
        Self { help, ..self }
    }

    /// Returns advice that is right even if its fix does not work.
    pub(super) fn sure(self) -> Self {
        self.sure_if(true)
    }

    pub(super) fn sure_if(self, sure: bool) -> Self {
        Self { sure, ..self }
    }

    pub(super) fn at(self, place: Span) -> Self {
        let place = Some(place);
        Self { place, ..self }
    }
}

/// Returns the help of an idiom for a text. The idiom matches the text, its part before the facts or the block, or a fact.
fn help(row: &'static Idiom, said: &str) -> Option<Cow<'static, str>> {
    let part = |sign| said.split(sign).next().unwrap_or_default().trim();
    let held = || {
        let facts = said.split_once("=>").map_or("", |(_, facts)| facts);
        let facts = facts.split(',').map(str::trim);
        let mut parts = [said, part("=>"), part("{")].into_iter().chain(facts);
        parts.find_map(|said| {
            let said = Split::of(said);
            row.theirs.iter().find_map(|theirs| fits(theirs, &said))
        })
    };
    (!row.help.is_empty()).then(|| match held() {
        Some(held) => Cow::Owned(held.fill(row.help)),
        None => Cow::Borrowed(row.help),
    })
}
