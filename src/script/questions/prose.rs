//! The text of a paper: prose with values, points, and radixes.

use super::entry::Radix;
use super::radix::RADIXES;
use super::wording::series;
use crate::lang::ast::{Expr, ExprKind, Piece, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::layout::code::FENCE;
use crate::lang::nearest::nearest;
use crate::lang::value::{Number, Value};
use crate::lang::visit::any_expr;
use crate::run::eval::eval;
use crate::run::session::Cx;
use crate::run::settings::list;
use crate::run::stop::Stop;

/// Returns the text of an expression. Removes the common indentation of multiline prose. Numbers and operators without
/// quotes are the text itself: a date such as `2026-03-01` is no difference, and an ID such as `007` keeps its zeros.
///
/// # Errors
/// Returns the errors in the expression.
pub(crate) fn prose_of(cx: &mut Cx, expr: &Expr) -> Result<String, Stop> {
    let ExprKind::Prose(pieces) = &expr.kind else {
        let is_computed = any_expr(expr, |part| {
            !matches!(
                part.kind,
                ExprKind::Value(Value::Number(_))
                    | ExprKind::Quantity(..)
                    | ExprKind::Unary(..)
                    | ExprKind::Binary(..)
            )
        });
        return Ok(if is_computed {
            dedented(&eval(cx, expr)?.to_string(), usize::MAX)
        } else {
            cx.text(expr.span).trim().to_owned()
        });
    };
    // The text prints a list as a series: `a, b, and c`, or `none`.
    let mut lists = Vec::new();
    for piece in pieces.iter() {
        if let Piece::Expr(part) = piece
            && let Value::List(elements) = eval(cx, part)?
        {
            let elements: Vec<String> = elements.iter().map(ToString::to_string).collect();
            let text = if elements.is_empty() {
                "none".to_owned()
            } else {
                series(&elements)
            };
            lists.push((part, text));
        }
    }
    let text = |part: &Expr| lists.iter().find(|(known, _)| known.span == part.span);
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Expr(part) => text(part).map_or_else(
            || piece.clone(),
            |(_, text)| Piece::Text(text.as_str().into()),
        ),
        Piece::Text(_) => piece.clone(),
    });
    let printed = Expr {
        kind: ExprKind::Prose(pieces.collect()),
        ..expr.clone()
    };
    // The text begins after three quotes.
    let margin = cx
        .env
        .sources
        .location(expr.span)
        .map_or(usize::MAX, |(_, at)| at.column + 2);
    Ok(dedented(&eval(cx, &printed)?.to_string(), margin))
}

/// Returns declared points and their location.
///
/// # Errors
/// Returns `bad-points`, `wrong-type`, or the errors in the expression.
pub(crate) fn points(cx: &mut Cx, expr: &Expr) -> Result<(Number, Span), Stop> {
    let points = eval(cx, expr)?
        .number("points")
        .map_err(|error| error.at(expr.span))?;
    if points.is_negative() {
        let message = format!("points must be at least 0, not {points}");
        return Err(Diagnostic::new(Code::BadPoints, expr.span, message).into());
    }
    Ok((points, expr.span))
}

/// Returns optional points.
///
/// # Errors
/// Returns the errors from [`points`].
pub(crate) fn perhaps_points(
    cx: &mut Cx,
    expr: Option<&Expr>,
) -> Result<Option<(Number, Span)>, Stop> {
    expr.map(|expr| points(cx, expr)).transpose()
}

/// Returns the radix that a setting names.
///
/// # Errors
/// Returns `wrong-count` or `unknown-word`.
pub(crate) fn radix_of(value: &Expr) -> Result<Radix, Stop> {
    Ok(radix_named(Some(&Word::of(value)))?.unwrap_or(Radix::Decimal))
}

/// Returns the radix that a word names.
///
/// # Errors
/// Returns `unknown-word`.
pub(crate) fn radix_named(word: Option<&Word>) -> Result<Option<Radix>, Stop> {
    let Some(word) = word else { return Ok(None) };
    if let Some((_, radix)) = RADIXES.iter().find(|(name, _)| *name == &*word.text) {
        return Ok(Some(*radix));
    }
    let names = || RADIXES.iter().map(|(name, _)| *name);
    let message = format!("unknown radix `{}`", word.text);
    let diagnostic = Diagnostic::new(Code::UnknownWord, word.span, message);
    Err(match nearest(&word.text, names()) {
        Some(near) => diagnostic.did_you_mean(&word.text, near),
        None => diagnostic.help(format!("there are {}", list(names()))),
    }
    .into())
}

/// The indentation of preformatted lines.
const CODE: &str = "    ";

/// Joins the lines of a text, unless the text has several paragraphs or preformatted lines.
pub(crate) fn reflowed(text: &str) -> String {
    if text.contains("\n\n")
        || text.contains(FENCE)
        || text.lines().any(|line| line.starts_with(CODE))
    {
        return text.to_owned();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Removes surrounding blank lines and the common indentation. Text directly after the quotes has no
/// indentation, unless it is preformatted. `margin` is the script's indentation of text that begins directly
/// after the quotes. Lines with more indentation may be preformatted.
fn dedented(text: &str, margin: usize) -> String {
    let indent = |text: &str, blanks: &[char]| {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let indents = lines.map(|line| line.len() - line.trim_start_matches(blanks).len());
        indents.min().unwrap_or(0)
    };
    if text.starts_with(CODE) && !text.trim().is_empty() {
        let common = indent(text, &[' ']);
        let lines = text
            .lines()
            .map(|line| format!("{CODE}{}", line.get(common..).unwrap_or("")));
        return lines.collect::<Vec<_>>().join("\n").trim_end().to_owned();
    }
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let common = indent(rest, &[' ', '\t']);
    let common = if first.trim().is_empty() {
        common
    } else {
        common.min(margin)
    };
    let cut = rest
        .lines()
        .map(|line| line.get(common..).unwrap_or("").trim_end());
    let lines: Vec<&str> = std::iter::once(first.trim()).chain(cut).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::dedented;

    #[test]
    fn prose_keeps_only_the_indentation_that_means_something() {
        assert_eq!(dedented("one", 4), "one");
        assert_eq!(
            dedented("\n    one\n      two\n\n    three\n  ", 4),
            "one\n  two\n\nthree"
        );
        assert_eq!(dedented("one\n    two\n    three", 4), "one\ntwo\nthree");
        assert_eq!(dedented("  é\n", 4), "é");
        assert_eq!(
            dedented("one:\n\n        int i;\n        f();", 4),
            "one:\n\n    int i;\n    f();"
        );
        // Preformatted text keeps its lines.
        assert_eq!(dedented("    int i;\n    f();", 4), "    int i;\n    f();");
        assert_eq!(
            dedented("      int i;\n        f();\n  ", 4),
            "    int i;\n      f();"
        );
    }
}
