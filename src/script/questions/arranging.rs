//! Parsing of the `exam` rows that arrange the paper.

use super::arrangement::{Arrangement, Pool};
use super::rows::missing;
use crate::lang::ast::{Expr, ExprKind, Setting, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::bind::word;
use crate::run::session::Session;
use crate::run::settings::list;
use crate::run::stop::Stop;

/// The keywords for the parts of a paper that can be shuffled.
const SHUFFLED: [&str; 2] = ["questions", "options"];

impl Session<'_> {
    /// Adds a row of `exam` to the arrangement.
    ///
    /// # Errors
    /// Returns `wrong-count`, `unknown-word`, `wrong-type`, or `duplicate`.
    pub(crate) fn arrange(&mut self, to: &mut Arrangement, setting: &Setting) -> Result<(), Stop> {
        match &*setting.name.text {
            "pool" => {
                let pool = pool(self, setting)?;
                to.pools.push(pool);
            }
            "shuffle" => shuffle(to, setting)?,
            "questions" => match &*setting.values {
                [titles] => to.listed = Some(members(self, titles)?),
                _ => return Err(missing(setting, "a list of titles").into()),
            },
            "options" => match &*setting.values {
                [title, order] => {
                    let name = Word {
                        text: self.prose_of(title)?.into(),
                        span: title.span,
                    };
                    to.orders.push((name, permutation(self, order)?));
                }
                _ => {
                    return Err(missing(
                        setting,
                        "a title and an order: `options \"Terms\" [2, 0, 1]`",
                    )
                    .into());
                }
            },
            "version" => match &*setting.values {
                [code] => to.version = Some(self.written_text(code)?),
                _ => return Err(missing(setting, "a code: `version \"K7QF2\"`").into()),
            },
            _ => match &*setting.values {
                [id, name] => to.student = Some((self.written_text(id)?, self.prose_of(name)?)),
                _ => {
                    return Err(
                        missing(setting, "an ID and a name: `student \"a1\" \"Ada\"`").into(),
                    );
                }
            },
        }
        Ok(())
    }
}

fn shuffle(to: &mut Arrangement, setting: &Setting) -> Result<(), Stop> {
    if setting.values.is_empty() {
        return Err(missing(setting, "`questions` or `options`").into());
    }
    for value in setting.values.iter() {
        match word(value) {
            Some("questions") => to.questions = true,
            Some("options") => to.options = true,
            _ => {
                return Err(Diagnostic::new(
                    Code::UnknownWord,
                    value.span,
                    "`shuffle` does not accept this value",
                )
                .help(format!("there are {}", list(SHUFFLED.into_iter())))
                .into());
            }
        }
    }
    Ok(())
}

fn pool(session: &mut Session, setting: &Setting) -> Result<Pool, Stop> {
    let [title, pick, count, of, titles] = &*setting.values else {
        return Err(shape(setting).into());
    };
    if (word(pick), word(of)) != (Some("pick"), Some("of")) {
        return Err(shape(setting).into());
    }
    let name = Word {
        text: session.prose_of(title)?.into(),
        span: title.span,
    };
    let (n, members) = (session.integer(count)?, members(session, titles)?);
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
fn permutation(session: &mut Session, order: &Expr) -> Result<Vec<usize>, Stop> {
    let value = session.eval(order)?;
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

fn shape(setting: &Setting) -> Diagnostic {
    missing(
        setting,
        "a title, a number, and a list: `pool \"Faults\" pick 1 of [\"A\", \"B\"]`",
    )
}

/// Returns the titles in a list, each with its location.
fn members(session: &mut Session, titles: &Expr) -> Result<Vec<Word>, Stop> {
    let each: Vec<(Value, Span)> = match &titles.kind {
        ExprKind::List(parts) => {
            let each = parts
                .iter()
                .map(|part| Ok((session.eval(part)?, part.span)));
            each.collect::<Result<_, Stop>>()?
        }
        _ => match session.eval(titles)? {
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
