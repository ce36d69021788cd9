//! The operands of a `figure` statement.

use crate::lang::ast::{Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::questions::probed::probed;
use crate::run::bind::{Atom, Bound, word};
use crate::run::record::{Access, Did, View};
use crate::run::session::Cx;
use crate::run::stop::Stop;

/// A `figure` statement.
pub(crate) struct Request<'c> {
    /// The place of the verb.
    pub(crate) place: Span,
    /// The name of the figure.
    pub(crate) noun: &'c Expr,
    /// The operands after the name.
    pub(crate) operands: &'c [Expr],
    pub(crate) bound: &'c Bound<'c>,
}

impl Request<'_> {
    /// Rejects operands that the figure does not take.
    ///
    /// # Errors
    /// Returns `wrong-count` or `unknown-word`.
    pub(crate) fn refuse(&self) -> Result<(), Diagnostic> {
        match self.bound.unread().next() {
            Some(more) if !matches!(more.atom, Atom::Word(_)) => {
                let name = word(self.noun).unwrap_or_default();
                let message = format!("`figure {name}` takes fewer operands");
                Err(Diagnostic::new(Code::WrongCount, more.span, message).label("unexpected here"))
            }
            _ => self.bound.refuse(),
        }
    }

    /// Reports that the address after the name of a figure, or after a word, is missing.
    pub(crate) fn needs_address(&self, after: &Expr) -> Diagnostic {
        let words = self.bound.operands.iter().filter_map(word);
        let name = words.collect::<Vec<_>>().join(" ");
        let message = format!("`figure {name}` needs one address");
        Diagnostic::new(Code::WrongCount, after.span, message)
            .label("no address follows")
            .help(format!("write `figure {name} 0x3D4`"))
    }

    /// Returns the access that the operands describe, as `probe` performs it, or the latest access.
    ///
    /// # Errors
    /// Returns the errors of the operation, or `no-answer` if there is no access.
    pub(crate) fn access(&self, cx: &mut Cx, operands: &[Expr]) -> Result<Access, Stop> {
        if !operands.is_empty() {
            return probed(cx, operands, self.bound.assigned);
        }
        cx.needs_run()?;
        match cx.state.last.as_deref() {
            Some(Did::Access(access)) => Ok((**access).clone()),
            _ => Err(self.nothing("no access has been made yet").into()),
        }
    }

    /// Returns views, unless they only report that there is nothing to draw.
    ///
    /// # Errors
    /// Returns `no-answer`.
    pub(crate) fn drawable(&self, cx: &Cx, views: Vec<View>) -> Result<Vec<View>, Stop> {
        match views.as_slice() {
            [View::Remark(_)] if cx.checking() => Err(Stop::Unknowable),
            [View::Remark(why)] => Err(self.nothing(why).into()),
            _ => Ok(views),
        }
    }

    /// Whether an operand is a word of the figure. A variable of this name is the variable.
    pub(crate) fn is_option(cx: &Cx, operand: &Expr, name: &str) -> bool {
        word(operand) == Some(name) && !cx.state.bindings().any(|(own, _)| own == name)
    }

    /// Reports that there is nothing to draw, with the statement that makes the figure possible.
    fn nothing(&self, why: &str) -> Diagnostic {
        let name = word(self.noun).unwrap_or_default();
        let help = match name {
            "tables" => "declare `virtual` and `page` in `machine { … }`".to_owned(),
            "reference" => {
                "put a string before this statement: `reference 7 0 1 { frames 3 }`".to_owned()
            }
            _ => format!(
                "put an access before this statement, or name one: `figure {name} read 0x3D4`"
            ),
        };
        Diagnostic::new(Code::NoAnswer, self.noun.span, why)
            .label("nothing to draw")
            .help(help)
    }
}
