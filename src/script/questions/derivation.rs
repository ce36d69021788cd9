//! Derivations of expression values: the formula with its numbers, step by step.

use super::entry::{Derivation, Radix};
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::edit::TextEdit;
use crate::lang::value::Value;
use crate::lang::value::functions::function;
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::syscalls::makes_call;

/// Numbers below this one, such as bit counts, are decimal in every formula.
const DECIMAL: i128 = 64;
/// Signs of the language, and those that a paper prints.
const SIGNS: [(&str, &str); 2] = [(" * ", " × "), (" - ", " − ")];

impl Session<'_> {
    /// Returns the derivation of an expression: the paths that it uses, and the expression with the values of its
    /// names, and then with the values of its parentheses and functions. Does not repeat system calls.
    ///
    /// # Errors
    /// Errors in the expression.
    pub(crate) fn derivation(&mut self, of: &Expr, radix: Radix) -> Result<Derivation, Stop> {
        let mut derivation = Derivation::default();
        if makes_call(of) {
            return Ok(derivation);
        }
        let (mut names, mut groups) = (Vec::new(), Vec::new());
        find_names(of, &mut names);
        find_groups(self, of, &mut groups);
        for name in &names {
            let path = self.text(name.span).trim().to_owned();
            if path.contains('.') && derivation.paths.iter().all(|(known, _)| *known != path) {
                derivation.paths.push((path, self.eval(name)?));
            }
        }
        let simple = names.iter().any(|name| name.span == of.span);
        if names.is_empty() || simple {
            return Ok(derivation);
        }
        derivation.steps.push(self.evaluated(of, &names, radix)?);
        if !groups.is_empty() {
            // Names outside the groups still need their values. Edits that overlap an earlier edit are skipped.
            groups.extend(names);
            derivation.steps.push(self.evaluated(of, &groups, radix)?);
        }
        Ok(derivation)
    }

    /// Returns the text of an expression with the values of these parts.
    fn evaluated(&mut self, of: &Expr, parts: &[&Expr], radix: Radix) -> Result<String, Stop> {
        let mut edits = Vec::new();
        for part in parts {
            let value = self.eval(part)?;
            let text = match &value {
                Value::Number(number) if number.is_negative() => format!("({value})"),
                Value::Number(number) if number.as_integer().is_some_and(|n| n >= DECIMAL) => {
                    radix.write(&value, None)
                }
                Value::Number(_) => value.to_string(),
                _ => value.quoted(),
            };
            edits.push(TextEdit::new(part.span, text));
        }
        let text = self.in_words(of.span, &edits);
        Ok(SIGNS.iter().fold(text, |text, (sign, printed)| text.replace(sign, printed)))
    }
}

/// Finds the variables, paths, and elements in an expression.
fn find_names<'e>(of: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &of.kind {
        ExprKind::Value(_) | ExprKind::Quantity(..) | ExprKind::Prose(_) => {}
        ExprKind::Unary(_, x) => find_names(x, found),
        ExprKind::Binary(_, a, b) | ExprKind::Range { from: a, to: b, .. } => {
            find_names(a, found);
            find_names(b, found);
        }
        ExprKind::List(parts) => parts.iter().for_each(|part| find_names(part, found)),
        ExprKind::Call { name, args } if function(&name.text).is_some() => {
            args.iter().for_each(|argument| find_names(argument, found));
        }
        ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Call { .. } => {
            found.push(of);
        }
    }
}

/// Finds the outermost operands in parentheses, and the calls of functions.
fn find_groups<'e>(session: &Session, of: &'e Expr, found: &mut Vec<&'e Expr>) {
    let operands: &[&Expr] = match &of.kind {
        ExprKind::Binary(_, a, b) => &[a, b],
        ExprKind::Unary(_, x) => &[x],
        _ => return,
    };
    for operand in operands {
        let whole = match &operand.kind {
            ExprKind::Call { name, .. } => function(&name.text).is_some(),
            ExprKind::Binary(..) | ExprKind::Unary(..) => is_enclosed(session.text(operand.span)),
            _ => false,
        };
        if whole {
            found.push(operand);
        } else {
            find_groups(session, operand, found);
        }
    }
}

/// Whether the text of an expression, which includes its parentheses, has a pair around everything.
fn is_enclosed(text: &str) -> bool {
    let mut depth = 0usize;
    let closes = |(at, c): (usize, char)| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(at)
    };
    text.starts_with('(') && text.char_indices().find_map(closes) == Some(text.len() - 1)
}
