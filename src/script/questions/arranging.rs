//! Parsing of the `exam` rows that arrange the paper.

use super::arrangement::{Acceptance, Arrangement, Pool};
use super::prose::prose_of;
use super::rows::missing;
use super::settings::FINDINGS;
use crate::lang::ast::{Expr, ExprKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::bind::{Bound, Slot};
use crate::run::eval::{eval, integer};
use crate::run::session::Cx;
use crate::run::stop::Stop;

/// Adds a row of `exam` to the arrangement.
///
/// # Errors
/// Returns `wrong-count`, `unknown-word`, `wrong-type`, or `duplicate`.
pub(crate) fn arrange(cx: &mut Cx, to: &mut Arrangement, row: &Bound) -> Result<(), Stop> {
    match (row.name, row.operands) {
        ("pool", _) => to.pools.push(pool(cx, row)?),
        ("accept", _) => to.accepted.push(acceptance(cx, row)?),
        ("shuffle", []) => return Err(row.missing("`questions` or `options`").into()),
        ("shuffle", _) => {
            row.refuse()?;
            to.questions |= row.has("questions");
            to.options |= row.has("options");
        }
        ("questions", [titles]) => to.listed = Some(members(cx, titles)?),
        ("options", [title, order]) => {
            let order = permutation(cx, order)?;
            to.orders.push((titled(cx, title)?, order));
        }
        ("version", [code]) => to.version = Some(prose_of(cx, code)?),
        ("student", [id, name]) => {
            to.student = Some((prose_of(cx, id)?, prose_of(cx, name)?));
        }
        (name, _) => {
            let what = match name {
                "questions" => "a list of titles",
                "options" => "a title and an order: `options \"Terms\" [2, 0, 1]`",
                "version" => "a code: `version \"K7QF2\"`",
                _ => "an ID and a name: `student \"a1\" \"Ada\"`",
            };
            return Err(missing(row, what).into());
        }
    }
    Ok(())
}

/// Returns the title of a question, with its location.
fn titled(cx: &mut Cx, title: &Expr) -> Result<Word, Stop> {
    Ok(Word {
        text: prose_of(cx, title)?.into(),
        span: title.span,
    })
}

fn acceptance(cx: &mut Cx, row: &Bound) -> Result<Acceptance, Stop> {
    let finding = FINDINGS.into_iter().find(|(name, _)| row.has(name));
    let (Some(finding), Some(reason)) = (finding, row.clause("because")) else {
        let text = |expr: &&Expr| matches!(expr.kind, ExprKind::Value(Value::Text(_)));
        let title = row.operands.iter().find(text);
        let title = title.map_or("\"Q\"", |title| cx.text(title.span).trim());
        let name = finding.map_or("guessable", |(name, _)| name);
        let help = format!("write `accept {name} of {title} because \"…\"`");
        return Err(missing(row, "a finding and a reason").help(help).into());
    };
    row.refuse()?;
    let question = row.clause("of").map(|title| prose_of(cx, title));
    Ok(Acceptance {
        finding,
        question: question.transpose()?,
        reason: prose_of(cx, reason)?,
    })
}

fn pool(cx: &mut Cx, row: &Bound) -> Result<Pool, Stop> {
    let parts = (row.slot(Slot::Text), row.clause("pick"), row.clause("of"));
    let (Some(title), Some(count), Some(titles)) = parts else {
        row.refuse()?;
        let what = "a title, a number, and a list: `pool \"Faults\" pick 1 of [\"A\", \"B\"]`";
        return Err(missing(row, what).into());
    };
    row.refuse()?;
    let name = titled(cx, title)?;
    let (n, members) = (integer(cx, count)?, members(cx, titles)?);
    if n == 0 || n > members.len() as u64 {
        let message = format!("cannot pick {n} of {} questions", members.len());
        return Err(Diagnostic::new(Code::WrongCount, count.span, message)
            .label(if n == 0 { "none" } else { "too many" })
            .help(format!(
                "pick 1 to {}, or list more questions",
                members.len()
            ))
            .into());
    }
    Ok(Pool {
        title: name,
        pick: n as usize,
        of: members,
    })
}

/// Returns a list after checking that it is a permutation of the numbers from 0.
fn permutation(cx: &mut Cx, order: &Expr) -> Result<Vec<usize>, Stop> {
    let value = eval(cx, order)?;
    let numbers: Option<Vec<usize>> = match &value {
        Value::List(parts) => {
            let number = |part: &Value| match part {
                Value::Number(number) => usize::try_from(number.as_integer()?).ok(),
                _ => None,
            };
            parts.iter().map(number).collect()
        }
        _ => None,
    };
    let whole = |numbers: &Vec<usize>| (0..numbers.len()).all(|n| numbers.contains(&n));
    numbers.filter(whole).ok_or_else(|| {
        Diagnostic::new(
            Code::WrongType,
            order.span,
            "this is not a valid order of the options",
        )
        .help("list the numbers from 0, each once: `[2, 0, 1]`")
        .into()
    })
}

/// Returns the titles in a list, each with its location.
fn members(cx: &mut Cx, titles: &Expr) -> Result<Vec<Word>, Stop> {
    let each: Vec<(Value, Span)> = match &titles.kind {
        ExprKind::List(parts) => {
            let each = parts.iter().map(|part| Ok((eval(cx, part)?, part.span)));
            each.collect::<Result<_, Stop>>()?
        }
        _ => match eval(cx, titles)? {
            Value::List(parts) => parts
                .iter()
                .map(|part| (part.clone(), titles.span))
                .collect(),
            other => vec![(other, titles.span)],
        },
    };
    let word = |(value, span)| match value {
        Value::Text(text) => Ok(Word {
            text: text.as_ref().into(),
            span,
        }),
        other => {
            let message = format!("{} is not the title of a question", other.kind());
            Err(Diagnostic::new(Code::WrongType, span, message)
                .help("write the title in quotes")
                .into())
        }
    };
    each.into_iter().map(word).collect()
}
