//! The message, help, and fix for a foreign idiom.

use super::rows::{Idiom, REMOVED};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// The advice that an idiom gives for an error.
#[derive(Debug, Clone)]
pub(super) struct Advice {
    /// The new message, or `None` to keep the original message.
    pub(super) message: Option<&'static str>,
    /// The help, or `None` if the fix is sufficient.
    pub(super) help: Option<&'static str>,
    /// The help if the fix does not work here.
    pub(super) otherwise: Option<&'static str>,
    pub(super) fix: Option<Fix>,
    /// Whether the advice is right even if no fix works.
    pub(super) sure: bool,
    /// Whether the construct has no equivalent, so that no fix can be right.
    pub(super) nothing: bool,
    /// The span, if it differs from the span of the error.
    pub(super) place: Option<Span>,
}

impl Advice {
    pub(super) fn of(row: &'static Idiom, fix: Option<Fix>, sure: bool) -> Self {
        let lines = fix.as_ref().is_some_and(|fix| fix.text.contains('\n'));
        let otherwise = Some(row.help).filter(|help| !help.is_empty());
        let shown = fix.is_none() || lines || row.ours == REMOVED;
        let nothing = row.ours.is_empty();
        Self {
            message: Some(row.message),
            help: otherwise.filter(|_| shown),
            otherwise,
            fix,
            sure: sure || nothing,
            nothing,
            place: None,
        }
    }

    /// Returns advice that is right although no fix is.
    pub(super) fn without(message: &'static str, help: &'static str) -> Self {
        Self {
            message: Some(message),
            help: Some(help),
            otherwise: None,
            fix: None,
            sure: true,
            nothing: true,
            place: None,
        }
    }

    /// Returns advice with its fix.
    pub(super) fn fixed(
        message: Option<&'static str>,
        help: Option<&'static str>,
        fix: Fix,
        sure: bool,
    ) -> Self {
        Self {
            message,
            help,
            otherwise: None,
            fix: Some(fix),
            sure,
            nothing: false,
            place: None,
        }
    }
}
