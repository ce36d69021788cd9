//! Evaluates a script's settings.

use super::field::{Arg, ArgKind, Field};
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Setting, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::{Dimension, Number, Value, unit_factor};
use crate::run::eval::eval;
use crate::run::session::Cx;
use crate::run::state::Binding;
use crate::run::stop::Stop;

/// Evaluates a setting. A bare word remains a word, but also gets the value of the variable with the same
/// name.
///
/// # Errors
/// Returns the errors in the setting's expressions.
pub(crate) fn field(cx: &mut Cx, setting: &Setting) -> Result<Field, Stop> {
    if let Some(wrong) = detached_unit(cx, setting).or_else(|| bits_without_range(setting)) {
        return Err(wrong.into());
    }
    if let Some(table) = setting
        .block
        .as_ref()
        .and_then(|block| block.table.as_ref())
    {
        let name = &setting.name.text;
        let message = format!("a table is not allowed in `{name}` here");
        let help = format!("set the contents after the block: `set {name} {{ … }}`");
        let diagnostic = Diagnostic::new(Code::BadTable, table.span, message);
        return Err(diagnostic.help(help).into());
    }
    let said = setting
        .values
        .iter()
        .enumerate()
        .filter(|(at, value)| *at == 0 || !is_bare_unit(cx, value));
    let said: Vec<_> = said.map(|(_, value)| value).collect();
    let args = said
        .into_iter()
        .map(|value| arg(cx, value))
        .collect::<Result<_, Stop>>()?;
    let block = match &setting.block {
        Some(block) => Some(
            block
                .settings
                .iter()
                .map(|inner| field(cx, inner))
                .collect::<Result<_, Stop>>()?,
        ),
        None => None,
    };
    Ok(Field {
        name: setting.name.clone(),
        args,
        block,
        span: setting.span,
    })
}

/// Finds the unit of a variable, as in `size n KB`, before the variable is evaluated, which a check may not know.
fn detached_unit(cx: &Cx, setting: &Setting) -> Option<Diagnostic> {
    let is_unit = |value: &Expr| match &value.kind {
        ExprKind::Name(word) => unit_factor(word).is_some() && cx.state.find(word).is_none(),
        _ => false,
    };
    let pair = setting.values.windows(2).find(|pair| is_unit(&pair[1]))?;
    if is_bare_unit(cx, &pair[1]) {
        return None;
    }
    let [value, unit] = [pair[0].span, pair[1].span];
    let new = format!("{} * 1 {}", cx.text(value).trim(), cx.text(unit).trim());
    let message = "a unit must follow a number, not a name";
    let whole = Span::new(unit.file, value.start as usize..unit.end as usize);
    let wrong = Diagnostic::new(Code::WrongCount, unit, message);
    Some(wrong.fix(Fix::replace(whole, new)))
}

/// Finds a range of bits without `..`: `ppn 12-31`, which would be a difference, or `ppn bits 12 to 31`.
fn bits_without_range(setting: &Setting) -> Option<Diagnostic> {
    let numbers = |expr: &Expr| match &expr.kind {
        ExprKind::Value(Value::Number(number)) => number.as_integer(),
        _ => None,
    };
    let mut bits = Vec::new();
    for value in &*setting.values {
        match &value.kind {
            ExprKind::Binary(BinaryOp::Subtract, from, to) => {
                bits.extend([numbers(from)?, numbers(to)?]);
            }
            ExprKind::Name(_) => {}
            _ => bits.push(numbers(value)?),
        }
    }
    let ([from, to], Some(first), Some(last)) =
        (&*bits, setting.values.first(), setting.values.last())
    else {
        return None;
    };
    let span = first.span.to(last.span);
    let wrong = Diagnostic::new(Code::BadFormat, span, "a range of bits needs `..`");
    let range = format!("{}..{}", from.min(to), from.max(to));
    (&*setting.name.text == "ppn").then(|| wrong.fix(Fix::replace(span, range)))
}

/// Whether a value is a unit with a factor of 1, as in `virtual n bits`. The parser drops such a unit
/// after a literal.
fn is_bare_unit(cx: &Cx, value: &Expr) -> bool {
    let ExprKind::Name(word) = &value.kind else {
        return false;
    };
    unit_factor(word) == Some(Number::from(1u64)) && cx.state.find(word).is_none()
}

fn arg(cx: &mut Cx, expr: &Expr) -> Result<Arg, Stop> {
    let kind = match &expr.kind {
        ExprKind::Name(name) => {
            let value = match cx.state.find(name) {
                Some(Binding::Value(value)) => Some(value.clone()),
                Some(Binding::Unknowable) => return Err(Stop::Unknowable),
                _ => None,
            };
            ArgKind::Word {
                text: name.clone(),
                value,
            }
        }
        ExprKind::Quantity(_, unit) if unit.dimension == Dimension::Time => {
            ArgKind::Time(eval(cx, expr)?)
        }
        ExprKind::Range {
            inclusive: true, ..
        } => ArgKind::Inclusive(eval(cx, expr)?),
        _ => ArgKind::Value(eval(cx, expr)?),
    };
    Ok(Arg {
        kind,
        span: expr.span,
    })
}
