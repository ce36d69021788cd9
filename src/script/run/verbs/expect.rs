//! Implements `expect`, with an expression that must be true or a table that a part of the machine must
//! match.

use super::contents::by_program;
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Span, Table, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::lang::value::ops::binary;
use crate::run::bind::{Bound, word};
use crate::run::checks::is_quotient;
use crate::run::eval::{apply_operator, both, eval, truth};
use crate::run::nouns::plan;
use crate::run::nouns::{MESSAGE_COLUMNS, TABLE_NOUNS, ThingNoun, message_level, reference_header};
use crate::run::record::{Check, HexDigits, Shown, View, Written};
use crate::run::session::{Action, Cx};
use crate::run::settings::list;
use crate::run::steps::Note;
use crate::run::stop::Stop;
use crate::run::table::compare::compare;
use crate::run::table::read::read_table;
use crate::run::table::{
    Cell, Expectation, Expected, InvalidEntries, Rows, Shape, WrittenRow, name,
};

use crate::run::nouns::naming::{self, NounRef, names_noun};
use crate::run::nouns::value::{contents_of, has_contents, value};

/// `expect EXPR`, `expect [exactly] NOUN { table }`
pub(crate) fn expect(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
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
            let (of, rows, span) = expected_table(cx, operands, table, bound.place)?;
            let header = table.header.iter().map(|cell| Word {
                text: name(cell).into(),
                span: cell.span,
            });
            let expected = Expectation {
                of,
                header: header.collect(),
                end: table.span.starting_at(table.span.end),
                rows,
                exactly,
                span,
            };
            Ok(Action::checks(move |cx| compare(cx, &expected)))
        }
        ([expr], None) if names_a_noun(cx, expr) => Err(no_table(cx, expr).into()),
        ([expr], None) => {
            let check = truth_check(cx, expr)?;
            Ok(Action::checks(move |_| Ok(vec![check])))
        }
        ([_, more, ..], None) => Err(bound.unexpected(more).into()),
    }
}

/// Returns the contents that the operands name, and the rows and the place of the table.
fn expected_table(
    cx: &mut Cx,
    operands: &[Expr],
    table: &Table,
    verb: Span,
) -> Result<(Expected, Vec<WrittenRow>, Span), Stop> {
    if let Some(plan) = by_program(cx, operands)? {
        let views = plan::show(cx, plan, verb, InvalidEntries::Hidden)?;
        let Some(View::Table(actual)) = views.into_iter().next() else {
            return Err(Stop::Unknowable);
        };
        let names = || actual.groups.iter().flatten().map(String::as_str);
        for cell in &*table.header {
            let column = name(cell);
            if !names().any(|known| known == column) {
                let message = format!("`{}` has no column `{column}`", actual.title);
                let wrong = Diagnostic::new(Code::UnknownColumn, cell.span, message);
                let help = format!("its columns are {}", list(names().take(20)));
                return Err(wrong.help(help).into());
            }
        }
        let rows = read_table(cx, table, &Shape::Texts)?;
        return Ok((Expected::Program(actual), rows, table.span));
    }
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
                read_table(cx, table, &Shape::Texts)?,
                table.span,
            ))
        }
        Some("steps") => {
            let (level, more) = message_level(&operands[1..]);
            if let Some(more) = more.first() {
                return Err(only_all(more).into());
            }
            let shape = objects("messages", MESSAGE_COLUMNS, &[]);
            let rows = read_table(cx, table, &shape)?;
            Ok((Expected::Messages(level), rows, first.span))
        }
        _ => match naming::noun(cx, operands)? {
            NounRef::Part { noun, level, pid } => {
                let layout = (noun.layout)(cx.machine(table.span)?, level);
                let rows = read_table(cx, table, &Shape::Entries(&layout))?;
                Ok((Expected::Entries(noun, level, pid), rows, verb))
            }
            NounRef::Things(of) => {
                let needed = [of.noun.key];
                let shape = objects(of.noun.name, of.noun.columns, &needed);
                let rows = read_table(cx, table, &shape)?;
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
fn names_a_noun(cx: &Cx, expr: &Expr) -> bool {
    match word(expr) {
        Some(name) => {
            let is_noun = TABLE_NOUNS.iter().any(|noun| noun.name == name)
                || ThingNoun::named(name).is_some()
                || name == "steps";
            is_noun && cx.state.find(name).is_none()
        }
        None => names_noun(cx, expr),
    }
}

/// Reports that a noun needs a table.
fn no_table(cx: &Cx, place: &Expr) -> Diagnostic {
    let name = cx.text(place.span).trim();
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

/// Returns a check that an expression is true. The check of a comparison contains both sides.
fn truth_check(cx: &mut Cx, expr: &Expr) -> Result<Check, Stop> {
    let sources = cx.env.sources;
    let written = |place: &Expr| sources.text(place.span).trim().to_owned();
    if let ExprKind::Binary(op, a, b) = &expr.kind
        && let Some(before) = comparison(*op)
    {
        if let Some(check) = noun_check(cx, *op, (a, b), expr.span)? {
            return Ok(check);
        }
        let name = written(a);
        let (x, y) = both(cx, a, b)?;
        let held = apply_operator(cx, *op, (a, &x), (b, &y), expr.span)? == Value::Bool(true);
        let hex = HexDigits::of_expr(sources, expr).map(|_| 1);
        // The whole file is searched only for a value that fails.
        let divides = || {
            let file = sources.file(expr.span.file);
            file.is_some_and(|file| file.text.contains(" / "))
        };
        let rounds = !held && *op == BinaryOp::Equal && is_quotient(&x, &y) && divides();
        let quotient = rounds.then_some(Note::Quotient);
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
            reason: quotient,
            written,
            instead,
        });
    }
    let fact = written(expr);
    let held = truth(cx, expr)?;
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

/// Returns the check of a comparison with a noun on at least one side, or `None` if there is no noun. A failed
/// check contains the first row that differs.
///
/// # Errors
/// Returns the errors in the operands.
pub(super) fn noun_check(
    cx: &mut Cx,
    op: BinaryOp,
    (a, b): (&Expr, &Expr),
    span: Span,
) -> Result<Option<Check>, Stop> {
    if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual)
        || !(has_contents(cx, a) || has_contents(cx, b))
    {
        return Ok(None);
    }
    let (left, right) = (contents_of(cx, a)?, contents_of(cx, b)?);
    let x = side(cx, a, left.as_ref())?;
    let y = side(cx, b, right.as_ref())?;
    let held = binary(op, &x, &y).map_err(|error| error.at(span))? == Value::Bool(true);
    let before = if op == BinaryOp::NotEqual { "not" } else { "" };
    let mut check = Check {
        fact: cx.text(a.span).trim().to_owned(),
        expected: Shown {
            before,
            ..rows_of(&y)
        },
        actual: Some(rows_of(&x)),
        held,
        span,
        reason: None,
        written: Written::Otherwise("the comparison is of whole tables"),
        instead: None,
    };
    if let (false, BinaryOp::Equal, Some(like)) = (held, op, left.as_ref().or(right.as_ref())) {
        let rows = |value: &Value| {
            value
                .items()
                .map(Iterator::collect::<Vec<_>>)
                .unwrap_or_default()
        };
        let (x, y) = (rows(&x), rows(&y));
        let at = (0..x.len().max(y.len())).find(|at| match (x.get(*at), y.get(*at)) {
            (Some(x), Some(y)) => !x.same(y),
            _ => true,
        });
        if let Some(at) = at {
            check.expected = row_text(y.get(at), like);
            check.actual = Some(row_text(x.get(at), like));
            check.reason = Some(difference(at, x.get(at), y.get(at), like));
        }
    }
    Ok(Some(check))
}

fn side(cx: &mut Cx, expr: &Expr, contents: Option<&Rows>) -> Result<Value, Stop> {
    match contents {
        Some(contents) => Ok(value(contents).map_err(|error| error.at(expr.span))?),
        None => eval(cx, expr),
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

/// Returns the number of rows, which represents a table that agrees.
fn rows_of(value: &Value) -> Shown {
    let rows = value.items().map_or(0, |items| items.remaining());
    Shown::plain(format!("{rows} {}", if rows == 1 { "row" } else { "rows" }))
}

/// Returns a row in the notation of a table.
fn row_text(row: Option<&Value>, like: &Rows) -> Shown {
    let Some(cells) = row.and_then(Value::items) else {
        return Shown::word("no row");
    };
    let cells = cells
        .enumerate()
        .map(|(at, cell)| cell_text(&cell, at, like));
    Shown::plain(cells.collect::<Vec<_>>().join(" "))
}

/// Returns a cell in the notation of its column.
fn cell_text(cell: &Value, at: usize, like: &Rows) -> String {
    let digits = like.rows.iter().find_map(|row| match row.get(at) {
        Some(Cell::Hex(_, digits)) => Some(*digits as usize),
        _ => None,
    });
    match (cell.integer("").ok(), digits) {
        (Some(n @ 0..), Some(digits)) => format!("{n:0digits$X}"),
        _ => cell.to_string(),
    }
}

/// Names the first row that differs, and its columns that differ.
fn difference(at: usize, x: Option<&Value>, y: Option<&Value>, like: &Rows) -> Note {
    let number = at + 1;
    let Some((x, y)) = x.and_then(Value::items).zip(y.and_then(Value::items)) else {
        return Note::Row {
            number,
            columns: Vec::new(),
        };
    };
    let names: Vec<&String> = like.groups.iter().flatten().collect();
    let differ = x.zip(y).enumerate().filter(|(_, (x, y))| !x.same(y));
    let mut columns: Vec<String> = differ
        .map(|(at, _)| {
            names
                .get(at)
                .map_or_else(|| (at + 1).to_string(), |name| (*name).clone())
        })
        .collect();
    columns.dedup();
    Note::Row { number, columns }
}
