//! Implements `expect`, with an expression that must be true or a table that a part of the machine must
//! match.

use crate::lang::ast::{BinaryOp, Expr, ExprKind, Span, Table, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::bind::{Bound, word};
use crate::run::nouns::{MESSAGE_COLUMNS, TABLE_NOUNS, ThingNoun, message_level, reference_header};
use crate::run::record::{Check, HexDigits, Shown, Written};
use crate::run::session::{Action, Session};
use crate::run::stop::Stop;
use crate::run::table::{Expectation, Expected, Shape, WrittenRow, name};

use super::naming::NounRef;

/// `expect EXPR`, `expect [exactly] NOUN { table }`
pub(crate) fn expect(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    if let Some(assigned) = bound.assigned.first() {
        return Err(Diagnostic::new(
            Code::Syntax,
            assigned.span,
            "`=` assigns a value; `==` compares",
        )
        .help("write `==`")
        .into());
    }
    let exactly = bound.operands.first().and_then(word) == Some("exactly") && bound.block.is_some();
    let operands = &bound.operands[usize::from(exactly)..];
    match (operands, bound.block) {
        ([], _) => Err(bound.missing("a condition or table to expect").into()),
        (operands, Some(block)) => {
            bound.refuse()?;
            let Some(table) = &block.table else {
                return Err(
                    Diagnostic::new(Code::BadTable, block.span, "a table is needed here")
                        .help("begin each row with `|`, and separate its cells with spaces")
                        .into(),
                );
            };
            let (of, rows, span) = expected_table(session, operands, table, bound.place)?;
            let header = table.header.iter().map(|cell| Word {
                text: name(cell).into(),
                span: cell.span,
            });
            let expected = Expectation {
                of,
                header: header.collect(),
                end: Span {
                    start: table.span.end,
                    ..table.span
                },
                rows,
                exactly,
                span,
            };
            Ok(Action::checks(move |session| session.compare(&expected)))
        }
        ([expr], None) if names_a_noun(session, expr) => Err(no_table(session, expr).into()),
        ([expr], None) => {
            let check = session.truth_check(expr)?;
            Ok(Action::checks(move |_| Ok(vec![check])))
        }
        ([_, more, ..], None) => Err(bound.unexpected(more).into()),
    }
}

/// Returns the contents that the operands name, and the rows and the place of the table.
fn expected_table(
    session: &mut Session,
    operands: &[Expr],
    table: &Table,
    verb: Span,
) -> Result<(Expected, Vec<WrittenRow>, Span), Stop> {
    let first = &operands[0];
    let objects = |what, columns, needed| Shape::Objects {
        what,
        columns,
        needed,
        expected: true,
    };
    match word(first) {
        Some("reference") => {
            let wrong = reference_header(table);
            if !wrong.is_empty() {
                return Err(wrong.into());
            }
            Ok((
                Expected::Steps,
                session.read_table(table, &Shape::Texts)?,
                table.span,
            ))
        }
        Some("steps") => {
            let (level, more) = message_level(&operands[1..]);
            if let Some(more) = more.first() {
                return Err(only_all(more).into());
            }
            let shape = objects("messages", MESSAGE_COLUMNS, &[]);
            let rows = session.read_table(table, &shape)?;
            Ok((Expected::Messages(level), rows, first.span))
        }
        _ => match session.noun(operands)? {
            NounRef::Part { noun, level, pid } => {
                let layout = (noun.layout)(session.machine(table.span)?, level);
                let rows = session.read_table(table, &Shape::Entries(&layout))?;
                Ok((Expected::Entries(noun, level, pid), rows, verb))
            }
            NounRef::Things(of) => {
                let needed = [of.noun.key];
                let shape = objects(of.noun.name, of.noun.columns, &needed);
                let rows = session.read_table(table, &shape)?;
                Ok((Expected::Things(of), rows, verb))
            }
        },
    }
}

/// Reports an unexpected operand of `expect steps`.
fn only_all(more: &Expr) -> Diagnostic {
    Diagnostic::new(Code::WrongCount, more.span, "only `all` is allowed after `steps`")
        .label("unexpected here")
        .help("write `expect steps { … }` for the lecture's messages, or `expect steps all { … }` for all messages")
}

/// Whether an expression names a noun with a table rather than a variable.
fn names_a_noun(session: &Session, expr: &Expr) -> bool {
    match word(expr) {
        Some(name) => {
            let is_noun = TABLE_NOUNS.iter().any(|noun| noun.name == name)
                || ThingNoun::named(name).is_some()
                || name == "steps";
            is_noun && session.state.find(name).is_none()
        }
        None => session.names_noun(expr),
    }
}

/// Reports that a noun needs a table.
fn no_table(session: &Session, place: &Expr) -> Diagnostic {
    let name = session.text(place.span).trim();
    Diagnostic::new(
        Code::BadTable,
        place.span,
        format!("the expected value of `{name}` is missing"),
    )
    .label("neither a table nor a property follows")
    .help(format!(
        "write a table, `expect {name} {{ … }}`, or compare a property of `{name}`"
    ))
}

impl Session<'_> {
    /// Returns a check that an expression is true. The check of a comparison contains both sides.
    fn truth_check(&mut self, expr: &Expr) -> Result<Check, Stop> {
        let sources = self.sources;
        let written = |place: &Expr| sources.text(place.span).trim().to_owned();
        if let ExprKind::Binary(op, a, b) = &expr.kind
            && let Some(before) = comparison(*op)
        {
            if let Some(check) = self.noun_check(*op, (a, b), expr.span)? {
                return Ok(check);
            }
            let name = written(a);
            let (x, y) = (self.eval(a)?, self.eval(b)?);
            let held = self.apply_operator(*op, (a, &x), (b, &y), expr.span)? == Value::Bool(true);
            let hex = HexDigits::of_expr(sources, expr).map(|_| 1);
            let shown = |value: Value, before| Shown {
                hex,
                before,
                measured: hex.is_none(),
                ..Shown::plain(value)
            };
            let (expected, actual) = (shown(y, before), Some(shown(x, "")));
            let written = match op {
                BinaryOp::Equal => Written::classify(b, &|_| false),
                _ => Written::Otherwise("the comparison allows several values"),
            };
            let instead = actual.as_ref().filter(|_| !held).map(Shown::quoted);
            return Ok(Check {
                fact: name,
                expected,
                actual,
                held,
                span: expr.span,
                reason: None,
                written,
                instead,
            });
        }
        let fact = written(expr);
        let held = self.truth(expr)?;
        let (expected, actual) = (
            Shown::plain(Value::Bool(true)),
            Some(Shown::plain(Value::Bool(held))),
        );
        let written = Written::Otherwise("the condition has no expected value");
        Ok(Check {
            fact,
            expected,
            actual,
            held,
            span: expr.span,
            reason: None,
            written,
            instead: None,
        })
    }
}

/// Returns the word or operator before the right side of a comparison.
fn comparison(op: BinaryOp) -> Option<&'static str> {
    match op {
        BinaryOp::Equal => Some(""),
        BinaryOp::NotEqual => Some("not"),
        BinaryOp::Less => Some("<"),
        BinaryOp::LessEqual => Some("<="),
        BinaryOp::Greater => Some(">"),
        BinaryOp::GreaterEqual => Some(">="),
        BinaryOp::In => Some("in"),
        _ => None,
    }
}
