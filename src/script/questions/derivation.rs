//! Derivations of the values of expressions.

use super::entry::Derivation;
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::value::functions::function;
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::syscalls::makes_call;

impl Session<'_> {
    /// Returns the names and paths of an expression with their values. It does not repeat system calls.
    ///
    /// # Errors
    /// The errors of the expression.
    pub(crate) fn derivation(&mut self, of: &Expr) -> Result<Derivation, Stop> {
        let written = self.text(of.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let mut derivation = Derivation { written, terms: Vec::new() };
        if !makes_call(of) {
            self.terms(of, &mut derivation)?;
        }
        Ok(derivation)
    }

    fn terms(&mut self, of: &Expr, found: &mut Derivation) -> Result<(), Stop> {
        match &of.kind {
            ExprKind::Value(_) | ExprKind::Quantity(..) | ExprKind::Prose(_) => Ok(()),
            ExprKind::Unary(_, x) => self.terms(x, found),
            ExprKind::Binary(_, a, b) | ExprKind::Range { from: a, to: b, .. } => {
                self.terms(a, found)?;
                self.terms(b, found)
            }
            ExprKind::List(parts) => parts.iter().try_for_each(|part| self.terms(part, found)),
            ExprKind::Call { name, args } if function(&name.text).is_some() => {
                args.iter().try_for_each(|argument| self.terms(argument, found))
            }
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Call { .. } => {
                let text = self.text(of.span).trim().to_owned();
                if found.terms.iter().all(|(known, _)| *known != text) {
                    let value = self.eval(of)?;
                    found.terms.push((text, value));
                }
                Ok(())
            }
        }
    }
}
