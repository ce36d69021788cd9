//! The errors of statements whose pieces do not fit the parameters of their rows.

use super::bound::{Arg, Bound};
use super::param::{Param, Params, Slot, ways};
use super::piece::{Atom, Piece};
use crate::lang::ast::Expr;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::run::settings::list;

impl<'t> Bound<'t> {
    /// Rejects a piece that does not fit, a clause that is given twice, and a keyword without its value.
    ///
    /// # Errors
    /// Returns `wrong-count`, `unknown-word`, or `duplicate`.
    pub(crate) fn refuse(&self) -> Result<(), Diagnostic> {
        if self.is_right() {
            return Ok(());
        }
        let wrong = self.twice().or_else(|| self.unfit());
        match (wrong, self.args().next_back()) {
            (Some(wrong), _) => Err(wrong),
            // A clause is complete or absent. The rest of a statement may be missing: its verb says what it needs.
            (None, Some(last))
                if !self.may_end()
                    && (last.leaf.in_clause || matches!(last.param, Param::Keyword(_))) =>
            {
                Err(needs_value(&last))
            }
            _ => Ok(()),
        }
    }

    /// Returns the expression that fills a slot of a statement without other errors.
    ///
    /// # Errors
    /// Returns the errors from [`Bound::refuse`], or `wrong-count` if the expression is missing.
    pub(crate) fn expr(&self, slot: Slot) -> Result<&'t Expr, Diagnostic> {
        self.refuse()?;
        self.slot(slot)
            .ok_or_else(|| self.missing(slot.description()))
    }

    /// Reports that an operand is missing after the first word.
    pub(crate) fn missing(&self, what: &str) -> Diagnostic {
        let message = format!("`{}` needs {what}", self.name);
        Diagnostic::new(Code::WrongCount, self.place, message).label("nothing follows")
    }

    /// Reports that the first of several words is missing.
    pub(crate) fn missing_word(&self) -> Diagnostic {
        self.missing(&list(self.known_words().into_iter()))
    }

    /// Reports an operand in the wrong place.
    pub(crate) fn unexpected(&self, expr: &Expr) -> Diagnostic {
        self.unexpected_piece(&expr.into(), &[])
    }

    fn known_words(&self) -> Vec<&'static str> {
        let words = self.expected().into_iter();
        words.flat_map(Param::words).copied().collect()
    }

    fn unexpected_piece(&self, piece: &Piece, known: &[&'static str]) -> Diagnostic {
        let Atom::Word(word) = piece.atom else {
            let message = format!("`{}` takes no other value here", self.name);
            let wrong = Diagnostic::new(Code::UnknownWord, piece.span, message);
            return self.help(wrong.label("unexpected here"), known);
        };
        let message = format!("`{}` does not accept the word `{word}` here", self.name);
        let wrong =
            Diagnostic::new(Code::UnknownWord, piece.span, message).label("unexpected here");
        if let Some(option) = option_of(self.params, word).filter(|option| known.contains(option)) {
            return wrong.did_you_mean(word, &format!("{option} {word}"));
        }
        match nearest(word, known.iter().copied()) {
            Some(near) => wrong.did_you_mean(word, near),
            None => self.help(wrong, known),
        }
    }

    /// Adds the words that can be here, or else the form of the whole.
    fn help(&self, wrong: Diagnostic, known: &[&'static str]) -> Diagnostic {
        wrong.help(if known.is_empty() {
            format!("its form is `{} {}`", self.name, self.params.text())
        } else {
            format!("it takes {}", list(known.iter().copied()))
        })
    }

    /// Reports a clause that is given twice.
    fn twice(&self) -> Option<Diagnostic> {
        let mut given: Vec<Atom> = Vec::new();
        let mut args = self.args();
        let first = args.find(|arg| {
            if !arg.leaf.in_clause {
                given.clear();
            }
            let again = arg.leaf.begins_clause && given.contains(&arg.is.atom);
            given.push(arg.is.atom);
            again
        })?;
        let value = args.next().filter(|value| value.clause.is_some());
        let last = value.unwrap_or(first);
        let Atom::Word(word) = first.is.atom else {
            return None;
        };
        let span = first.is.span.to(last.is.span);
        let message = format!("`{word}` is given twice");
        let wrong = Diagnostic::new(Code::Duplicate, first.is.span, message);
        Some(
            wrong
                .help("remove one of the two clauses")
                .fix(Fix::remove(span)),
        )
    }

    /// Reports the first piece that does not fit.
    fn unfit(&self) -> Option<Diagnostic> {
        let piece = self.unread().next()?;
        let leaves = self.params.leaves();
        let takes = |atom: Atom| {
            leaves.iter().any(|param| match param {
                Param::Equals => atom == Atom::Equals,
                Param::Block(..) => atom == Atom::Block,
                _ => false,
            })
        };
        let foreign =
            |piece: &Piece| matches!(piece.atom, Atom::Equals | Atom::Block) && !takes(piece.atom);
        let begins = Some(piece).filter(|piece| matches!(piece.atom, Atom::Equals | Atom::Block));
        if let Some(extra) = self.unread().find(foreign).or(begins) {
            let message = format!("`{}` does not accept this value", self.name);
            let wrong = Diagnostic::new(Code::WrongCount, extra.span, message);
            return Some(self.help(wrong.label("too much"), &[]));
        }
        let last = self.args().next_back();
        if last.is_some_and(|last| last.param.slot() == Some(Slot::Noun)) {
            let message = "only one name is allowed here";
            let wrong = Diagnostic::new(Code::WrongCount, piece.span, message);
            return Some(wrong.help("write a statement for each name"));
        }
        match self.expected().as_slice() {
            [Param::Words(words)]
                if last.is_some_and(|last| matches!(last.param, Param::Keyword(_))) =>
            {
                Some(not_one_of(&piece, words))
            }
            _ => Some(self.unexpected_piece(&piece, &self.known_words())),
        }
    }
}

/// Returns the word of the option that takes this word.
fn option_of(params: &'static [Param], word: &str) -> Option<&'static str> {
    let mut params = ways(params).into_iter().flatten();
    params.find_map(|param| match param {
        Param::Optional([Param::Keyword(name), Param::Words(words)]) => {
            words.contains(&word).then_some(*name)
        }
        _ => None,
    })
}

fn needs_value(last: &Arg) -> Diagnostic {
    let message = match (last.is.atom, last.clause) {
        (Atom::Word(word), _) if last.param.slot().is_none() => format!("`{word}` needs a value"),
        (_, Some(clause)) => format!("`{clause}` is incomplete"),
        _ => "a value is missing".to_owned(),
    };
    Diagnostic::new(Code::WrongCount, last.is.span, message).label("nothing follows")
}

/// Reports a piece that is none of these words.
fn not_one_of(piece: &Piece, words: &[&'static str]) -> Diagnostic {
    let (said, shown) = match piece.atom {
        Atom::Word(word) => (word, format!("`{word}`")),
        _ => ("", "a value".to_owned()),
    };
    let message = format!("{shown} is not allowed here");
    let wrong = Diagnostic::new(Code::UnknownWord, piece.span, message)
        .label(format!("one of {}", list(words.iter().copied())));
    match nearest(said, words.iter().copied()) {
        Some(near) => wrong.did_you_mean(said, near),
        None => wrong,
    }
}
