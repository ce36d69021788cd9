//! What `exam` says of the order of a paper and of what is on it: pools, shuffling, whose version it is.

use std::rc::Rc;

use super::rows::{missing, word};
use crate::lang::ast::{Expr, ExprKind, Setting, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::{Number, Value};
use crate::run::session::{Session, Stop};
use crate::run::settings::list;

/// Rows of `exam` that arrange the paper, besides those of its cover.
pub const ROWS: [&str; 6] = ["pool", "shuffle", "questions", "options", "version", "student"];
/// What can be shuffled.
const SHUFFLED: [&str; 2] = ["questions", "options"];

/// How a paper is arranged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arrangement {
    /// Questions of which only some are on a paper.
    pub pools: Vec<Pool>,
    /// The questions come in an order that is drawn.
    pub questions: bool,
    /// So do the options of each choice.
    pub options: bool,
    /// What all of that is drawn by.
    pub seed: u64,
    /// The titles of the questions that are on the paper, in order, where the script lists them.
    pub listed: Option<Vec<Word>>,
    /// The options of choices in order, where the script lists them: of a question's first choice, then of its second.
    pub orders: Vec<(Word, Vec<usize>)>,
    /// The code on the paper, where the script says one.
    pub version: Option<String>,
    /// The id and the name of its student, where the script says them.
    pub student: Option<(String, String)>,
}

/// `pool "Translation" pick 2 of ["TLB hit", "TLB miss", "A fault"]`
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// What it is about.
    pub title: Word,
    /// How many of its questions are on a paper.
    pub pick: usize,
    /// The titles of its questions.
    pub of: Vec<Word>,
}

/// A question that stands somewhere in the script, with the points that it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Its title.
    pub title: Rc<str>,
    /// Its points, where they are known.
    pub points: Option<Number>,
}

impl Arrangement {
    /// Takes in what a row says.
    ///
    /// # Errors
    /// `wrong-count`, `unknown-word`, `wrong-type`, `duplicate`.
    pub fn row(&mut self, session: &mut Session, setting: &Setting) -> Result<(), Stop> {
        match &*setting.name.text {
            "pool" => {
                let pool = pool(session, setting)?;
                self.pools.push(pool);
            }
            "shuffle" => self.shuffle(setting)?,
            "questions" => match &*setting.values {
                [titles] => self.listed = Some(members(session, titles)?),
                _ => return Err(missing(setting, "a list of titles").into()),
            },
            "options" => match &*setting.values {
                [title, order] => {
                    let name = Word { text: session.prose_of(title)?.into(), span: title.span };
                    self.orders.push((name, permutation(session, order)?));
                }
                _ => {
                    return Err(
                        missing(setting, "a title and an order: `options \"Terms\" [2, 0, 1]`").into()
                    );
                }
            },
            "version" => match &*setting.values {
                [code] => self.version = Some(session.prose_of(code)?),
                _ => return Err(missing(setting, "a code: `version \"K7QF2\"`").into()),
            },
            _ => match &*setting.values {
                [id, name] => self.student = Some((session.prose_of(id)?, session.prose_of(name)?)),
                _ => return Err(missing(setting, "an id and a name: `student \"a1\" \"Ada\"`").into()),
            },
        }
        Ok(())
    }

    fn shuffle(&mut self, setting: &Setting) -> Result<(), Stop> {
        if setting.values.is_empty() {
            return Err(missing(setting, "`questions` or `options`").into());
        }
        for value in setting.values.iter() {
            match word(value) {
                Some("questions") => self.questions = true,
                Some("options") => self.options = true,
                _ => {
                    return Err(Diagnostic::new(Code::UnknownWord, value.span, "this cannot be shuffled")
                        .help(format!("there are {}", list(SHUFFLED.into_iter())))
                        .into());
                }
            }
        }
        Ok(())
    }

    /// What is wrong with the pools, given the questions that there are; those of one pool must be worth the same.
    pub fn wrong(&self, questions: &[Known]) -> Vec<Diagnostic> {
        let mut wrong = Vec::new();
        let mut taken: Vec<&Word> = Vec::new();
        for pool in &self.pools {
            for title in &pool.of {
                if taken.iter().any(|other| other.text == title.text) {
                    let message = format!("the question “{}” is in two pools, or twice in one", title.text);
                    wrong.push(Diagnostic::new(Code::Duplicate, title.span, message));
                }
                taken.push(title);
                if !questions.iter().any(|known| known.title == title.text) {
                    wrong.push(unknown(title, questions));
                }
            }
            wrong.extend(unequal(pool, questions));
        }
        let listed = self.listed.iter().flatten().chain(self.orders.iter().map(|(title, _)| title));
        let missing = listed.filter(|title| !questions.iter().any(|known| known.title == title.text));
        wrong.extend(missing.map(|title| unknown(title, questions)));
        wrong
    }
}

/// Says that members of a pool are not worth the same.
fn unequal(pool: &Pool, questions: &[Known]) -> Option<Diagnostic> {
    let worth = |title: &Word| questions.iter().find(|known| known.title == title.text)?.points;
    let mut known = pool.of.iter().filter_map(|title| Some((title, worth(title)?)));
    let (first, points) = known.next()?;
    let (other, others) = known.find(|(_, own)| *own != points)?;
    let message =
        format!("“{}” is worth {others} points, and “{}” of the same pool {points}", other.text, first.text);
    let help = "papers must be worth the same whichever questions are picked";
    Some(Diagnostic::new(Code::BadPoints, other.span, message).label("another number of points").help(help))
}

fn unknown(title: &Word, questions: &[Known]) -> Diagnostic {
    let message = format!("no question is called “{}”", title.text);
    let diagnostic = Diagnostic::new(Code::UnknownName, title.span, message).label("in no pool's reach");
    let titles = || questions.iter().map(|known| &*known.title);
    match nearest(&title.text, titles()) {
        Some(near) => diagnostic.help(format!("did you mean \"{near}\"?")),
        None if questions.is_empty() => diagnostic.help("the script has no question"),
        None => diagnostic.help(format!("there are {}", list(titles()))),
    }
}

fn pool(session: &mut Session, setting: &Setting) -> Result<Pool, Stop> {
    let [title, pick, count, of, titles] = &*setting.values else { return Err(shape(setting).into()) };
    if (word(pick), word(of)) != (Some("pick"), Some("of")) {
        return Err(shape(setting).into());
    }
    let name = Word { text: session.prose_of(title)?.into(), span: title.span };
    let (n, members) = (session.integer(count)?, members(session, titles)?);
    if n == 0 || n > members.len() as u64 {
        let message = format!("{n} of {} questions cannot be picked", members.len());
        return Err(Diagnostic::new(Code::WrongCount, count.span, message)
            .label(if n == 0 { "none" } else { "too many" })
            .help(format!("pick 1 to {}, or list more questions", members.len()))
            .into());
    }
    Ok(Pool { title: name, pick: n as usize, of: members })
}

/// The numbers from 0 in some order.
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
        Diagnostic::new(Code::WrongType, order.span, "this is no order of options")
            .help("list the numbers from 0, each once: `[2, 0, 1]`")
            .into()
    })
}

fn shape(setting: &Setting) -> Diagnostic {
    missing(setting, "a title, a number and a list: `pool \"Faults\" pick 1 of [\"A\", \"B\"]`")
}

/// The titles in a list, each with its place.
fn members(session: &mut Session, titles: &Expr) -> Result<Vec<Word>, Stop> {
    let each: Vec<(Value, Span)> = match &titles.kind {
        ExprKind::List(parts) => {
            let each = parts.iter().map(|part| Ok((session.eval(part)?, part.span)));
            each.collect::<Result<_, Stop>>()?
        }
        _ => match session.eval(titles)? {
            Value::List(parts) => parts.iter().map(|part| (part.clone(), titles.span)).collect(),
            other => vec![(other, titles.span)],
        },
    };
    let word = |(value, span)| match value {
        Value::Text(text) => Ok(Word { text: text.as_ref().into(), span }),
        other => {
            let message = format!("{} is no title of a question", other.kind());
            Err(Diagnostic::new(Code::WrongType, span, message).help("write the title in quotes").into())
        }
    };
    each.into_iter().map(word).collect()
}
