//! Evaluation of expressions.

use std::sync::Arc;

use crate::lang::ast::{BinaryOp, Expr, ExprKind, Piece, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::functions::function;
use crate::lang::value::ops::{binary, of_integers, unary};
use crate::lang::value::{Measure, Number, Value, ValueError};
use pagewalk_engine::kernel::syscall::{SystemCall, constant};

use super::addresses::{address_of, too_wide};
use super::budget::{WORK_OF_EVALUATION, work_of_value};
use super::limits::ACCESS_LIMIT;
use super::nouns::value::noun_value;
use super::paths::find::path_value;
use super::paths::memory::{peek_file, peek_memory};
use super::paths::{Peek, PeekFunction};
use super::programs::variable_of_program;
use super::record::CallRecord;
use super::running::running;
use super::session::Cx;
use super::settings;
use super::state::Binding;
use super::stop::Stop;
use super::syscalls::{
    CallPlan, argument, called, check_count, field_of, make_call, no_field, plan_call, returned,
};
use super::unknown::{unknown_function, unknown_name};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::addr::{Pa, Va};

/// The number of bytes that a text in an expression copies with a unit of work. Scripts build texts from many small parts.
const TEXT_BYTES_OF_WORK: u64 = 16;

/// Evaluates an expression to a whole number from 0 to 2^64−1.
///
/// # Errors
/// Returns the errors from [`integer`] and the errors in the expression.
pub(crate) fn integer(cx: &mut Cx, expr: &Expr) -> Result<u64, Stop> {
    let value = eval(cx, expr)?;
    Ok(settings::integer(&value, expr.span)?)
}

/// Evaluates an expression to a truth value.
///
/// # Errors
/// Returns `wrong-type`.
pub(crate) fn truth(cx: &mut Cx, expr: &Expr) -> Result<bool, Stop> {
    match eval(cx, expr)? {
        Value::Bool(truth) => Ok(truth),
        value => Err(Diagnostic::new(
            Code::WrongType,
            expr.span,
            format!("{} is neither true nor false", value.kind()),
        )
        .label("a condition is needed here")
        .help("write a comparison, as in `x != 0`")
        .into()),
    }
}

/// Evaluates an expression.
///
/// # Errors
/// Returns an error located at the operand that causes it.
pub(crate) fn eval(cx: &mut Cx, expr: &Expr) -> Result<Value, Stop> {
    cx.work(WORK_OF_EVALUATION, expr.span)?;
    match &expr.kind {
        ExprKind::Value(value) | ExprKind::Quantity(value, _) => Ok(value.clone()),
        ExprKind::Name(name) => variable(cx, name, expr.span),
        // Each part of a new list is in memory until the whole list is.
        ExprKind::List(parts) => bracketed(cx, parts, expr.span),
        _ => {
            let before = cx.budget.temporary;
            let result = operation(cx, expr);
            if let Ok(value) = &result {
                cx.budget.temporary = before + elements_and_text(value);
            }
            result
        }
    }
}

fn operation(cx: &mut Cx, expr: &Expr) -> Result<Value, Stop> {
    match &expr.kind {
        ExprKind::Unary(op, x) => Ok(unary(*op, &eval(cx, x)?).map_err(|e| e.at(expr.span))?),
        ExprKind::Binary(op, a, b) => binary_expr(cx, *op, a, b, expr.span),
        ExprKind::Range {
            from,
            to,
            inclusive,
        } => {
            let (from, to) = (eval(cx, from)?, eval(cx, to)?);
            Ok(Value::range(&from, &to, *inclusive).map_err(|e| e.at(expr.span))?)
        }
        ExprKind::Index(of, index) => {
            let (list, at) = (eval(cx, of)?, eval(cx, index)?);
            let wrong = |error: ValueError| {
                let diagnostic = error.at(index.span);
                if cx.text(index.span).trim().starts_with('-') && list.items().is_some() {
                    let of = cx.text(of.span).trim();
                    return diagnostic.help(format!("the last element is `{of}[len({of}) - 1]`"));
                }
                if !matches!(list, Value::Number(_)) || matches!(of.kind, ExprKind::Field(..)) {
                    return diagnostic;
                }
                // An array in memory, as in C.
                let (base, index) = (cx.text(of.span), cx.text(index.span));
                let file = cx.env.sources.file(expr.span.file);
                let rest = file.and_then(|file| file.text.get(expr.span.end as usize..));
                let column = rest.and_then(|rest| Some(rest.strip_prefix('[')?.split_once(']')?.0));
                if let Some(column) = column {
                    return diagnostic.help(format!(
                        "an array in memory has an address: write `{base} + 4 * (N * {index} + {column})` for rows of N elements of 4 B"
                    ));
                }
                diagnostic.help(format!(
                    "an array in memory has an address: write `{base} + 4 * {index}` for an element of 4 B, `{base} + {index}` for a byte"
                ))
            };
            Ok(list.index(&at).map_err(wrong)?)
        }
        ExprKind::Call { name, args } => call(cx, name, args, expr.span),
        ExprKind::Field(..) => path(cx, expr),
        ExprKind::Prose(pieces) => prose(cx, pieces, expr.span),
        ExprKind::Value(_) | ExprKind::Quantity(..) | ExprKind::Name(_) | ExprKind::List(_) => {
            eval(cx, expr)
        }
    }
}

fn bracketed(cx: &mut Cx, parts: &[Expr], span: Span) -> Result<Value, Stop> {
    let before = cx.budget.temporary;
    // A list in its own brackets is one element. Any other list expands.
    let nested = |part: &Expr| matches!(part.kind, ExprKind::List(_));
    let each = values(cx, parts)?.into_iter().zip(parts.iter());
    let each = each.map(|(value, part)| if nested(part) { value.alone() } else { value });
    let (list, added) = list_of(cx, each.collect(), span)?;
    cx.budget.temporary = before + added;
    Ok(list)
}

/// Returns a list of these parts, and the memory that the list adds to them, in bytes. Charges the copied elements to the
/// budget before it allocates their memory.
///
/// # Errors
/// Returns `limit-size`, `limit-steps`, or `limit-memory`.
pub(crate) fn list_of(cx: &mut Cx, parts: Vec<Value>, span: Span) -> Result<(Value, u64), Stop> {
    Value::check_list(&parts).map_err(|e| e.at(span))?;
    let (elements, bytes) = Value::copied(&parts);
    cx.work(elements, span)?;
    cx.reserve(bytes, span)?;
    Ok((Value::list(parts).map_err(|e| e.at(span))?, bytes))
}

/// Evaluates an expression in a place where the name of a noun, such as `swap`, is a value.
///
/// # Errors
/// Returns the errors from [`eval`].
pub(crate) fn eval_or_noun(cx: &mut Cx, expr: &Expr) -> Result<Value, Stop> {
    match &expr.kind {
        ExprKind::Name(name) if cx.state.find(name).is_none() => match noun_value(cx, expr)? {
            Some(value) => Ok(value),
            None => eval(cx, expr),
        },
        _ => eval(cx, expr),
    }
}

/// Evaluates several expressions.
///
/// # Errors
/// Returns the errors from [`eval`].
pub(crate) fn values(cx: &mut Cx, exprs: &[Expr]) -> Result<Vec<Value>, Stop> {
    exprs.iter().map(|expr| eval(cx, expr)).collect()
}

fn binary_expr(cx: &mut Cx, op: BinaryOp, a: &Expr, b: &Expr, span: Span) -> Result<Value, Stop> {
    if let BinaryOp::And | BinaryOp::Or = op {
        let first = match truth(cx, a) {
            // A name on the right is wrong even if the run never reaches it.
            Err(Stop::Unknowable) => return Err(names_of(truth(cx, b))),
            first => first?,
        };
        let decided = first == (op == BinaryOp::Or);
        return Ok(Value::Bool(if decided { first } else { truth(cx, b)? }));
    }
    // The results stay where they are. Moving a value that was just written takes longer than computing it, because
    // the processor waits for the separate stores of its parts.
    let of = match op {
        BinaryOp::Equal | BinaryOp::NotEqual => eval_or_noun,
        _ => eval,
    };
    let x = of(cx, a);
    let Ok(left) = &x else {
        return match x {
            Err(Stop::Unknowable) => Err(names_of(of(cx, b))),
            wrong => wrong,
        };
    };
    let y = of(cx, b);
    let Ok(right) = &y else { return y };
    apply_operator(cx, op, (a, left), (b, right), span)
}

/// Evaluates both sides of a comparison.
pub(crate) fn both(cx: &mut Cx, a: &Expr, b: &Expr) -> Result<(Value, Value), Stop> {
    match eval(cx, a) {
        Err(Stop::Unknowable) => Err(names_of(eval(cx, b))),
        left => Ok((left?, eval(cx, b)?)),
    }
}

/// Returns the wrong names of a value beside one that only the run knows. Other mistakes may depend on that value.
fn names_of<T>(right: Result<T, Stop>) -> Stop {
    let named = |one: &Diagnostic| matches!(one.code, Code::UnknownPath | Code::UnknownNoun);
    match right {
        Err(Stop::Wrong(wrong)) if wrong.iter().all(named) => wrong.into(),
        _ => Stop::Unknowable,
    }
}

/// Applies an operator to two values, and charges its work to the budget.
///
/// # Errors
/// Returns the errors from [`binary`] at `span`, and those from [`Cx::work`]. If the sides are bytes and literal pages, the error has a fix.
pub(crate) fn apply_operator(
    cx: &mut Cx,
    op: BinaryOp,
    (a, x): (&Expr, &Value),
    (b, y): (&Expr, &Value),
    span: Span,
) -> Result<Value, Stop> {
    if let Some(result) = of_integers(op, x, y) {
        return Ok(result);
    }
    cx.work(work_of_value(x).saturating_add(work_of_value(y)), span)?;
    binary(op, x, y).map_err(|error| {
        let diagnostic = error.at(span);
        if let (BinaryOp::Add, Value::List(_), Value::List(_)) = (op, x, y) {
            let items = |expr: &Expr| {
                let text = cx.text(expr.span);
                let inside = text
                    .strip_prefix('[')
                    .and_then(|text| text.strip_suffix(']'));
                inside.unwrap_or(text).to_owned()
            };
            let joined = format!("[{}, {}]", items(a), items(b));
            let help = format!("to join lists, write `{joined}`");
            return diagnostic.help(help).fix(Fix::replace(span, joined)).into();
        }
        match pages_in_bytes(cx, a).or_else(|| pages_in_bytes(cx, b)) {
            Some(fix) if diagnostic.code == Code::WrongUnit => Diagnostic {
                help: Some(fix.title()),
                ..diagnostic
            }
            .fix(fix)
            .into(),
            _ => diagnostic.into(),
        }
    })
}

/// Returns the fix that writes a literal number of pages in bytes.
pub(crate) fn pages_in_bytes(cx: &Cx, expr: &Expr) -> Option<Fix> {
    let ExprKind::Quantity(Value::Number(pages), unit) = &expr.kind else {
        return None;
    };
    let page = 1u64.checked_shl(cx.spec()?.mmu.as_ref()?.page_bits)?;
    unit.measure()
        .filter(|measure| *measure == Measure::Pages)?;
    let bytes = pages.in_measure(None).times(Number::from(page)).ok()?;
    Some(Fix::replace(
        expr.span,
        bytes.in_measure(Some(Measure::Bytes)).quantity()?,
    ))
}

fn prose(cx: &mut Cx, pieces: &[Piece], span: Span) -> Result<Value, Stop> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Expr(expr) => {
                let value = eval(cx, expr)?;
                if let Value::Text(part) = &value {
                    cx.work(part.len() as u64 / TEXT_BYTES_OF_WORK, span)?;
                    cx.reserve(part.len() as u64, span)?;
                    text.push_str(part);
                } else {
                    cx.work(work_of_value(&value), span)?;
                    text.push_str(&value.to_string());
                }
            }
        }
        if text.len() as u64 > ACCESS_LIMIT {
            let message = format!("this text is longer than {ACCESS_LIMIT} bytes");
            return Err(Diagnostic::new(Code::LimitSize, span, message).into());
        }
    }
    Ok(Value::from(text))
}

fn variable(cx: &mut Cx, name: &str, span: Span) -> Result<Value, Stop> {
    match cx.state.find(name) {
        Some(Binding::Value(value)) => Ok(value.clone()),
        Some(Binding::Unknowable) => Err(Stop::Unknowable),
        Some(Binding::Program(_)) => Err(Diagnostic::new(
            Code::WrongType,
            span,
            format!("`{name}` is a program, not a value"),
        )
        .help(format!(
            "`show program {name}` shows it, and `replay {name}` or `outputs {name}` runs it"
        ))
        .into()),
        Some(Binding::Def(_)) => Err(Diagnostic::new(
            Code::WrongType,
            span,
            format!("`{name}` is a definition, not a value"),
        )
        .help(format!(
            "call a definition as a separate statement: `{name}(…)`"
        ))
        .into()),
        None => match constant(name) {
            Some(value) => Ok(Value::Number(value.into())),
            None => match variable_of_program(cx, name, span)? {
                Some(value) => Ok(value),
                None => Err(unknown_name(cx, name, span).into()),
            },
        },
    }
}

fn call(cx: &mut Cx, name: &Word, args: &[Expr], span: Span) -> Result<Value, Stop> {
    if let Some(function) = function(&name.text) {
        function
            .check_count(args.len())
            .map_err(|e| e.at(name.span))?;
        let args = match args {
            [noun] if function.name == "len" => vec![eval_or_noun(cx, noun)?],
            args => values(cx, args)?,
        };
        cx.work(
            args.iter().map(work_of_value).fold(0, u64::saturating_add),
            span,
        )?;
        return Ok(function.call(&args).map_err(|e| e.at(span))?);
    }
    if let Some(row) = PeekFunction::named(&name.text) {
        return peek_function(cx, row, args, span);
    }
    if let Some(row) = called(&name.text, args.len()) {
        return Ok(returned(&*call_made(cx, row, name, args)?));
    }
    Err(unknown_function(cx, name).into())
}

fn path(cx: &mut Cx, expr: &Expr) -> Result<Value, Stop> {
    let mut words = Vec::new();
    let mut at = expr;
    while let ExprKind::Field(of, name) = &at.kind {
        words.push(name.clone());
        at = of;
    }
    if let ExprKind::Name(head) = &at.kind {
        words.push(Word {
            text: head.clone(),
            span: at.span,
        });
        words.reverse();
        return path_value(cx, &words);
    }
    words.reverse();
    if let (ExprKind::Call { name, args }, [field]) = (&at.kind, words.as_slice())
        && cx.state.find(&name.text).is_none()
        && let Some(row) = called(&name.text, args.len())
    {
        return call_field(cx, row, (name, args), field);
    }
    // A member of an element in a program that has paused: `v[1].x`.
    let mut root = at;
    while let ExprKind::Index(of, _) | ExprKind::Field(of, _) = &root.kind {
        root = of;
    }
    if let ExprKind::Name(head) = &root.kind
        && cx.state.find(head).is_none()
        && let Some(value) = variable_of_program(cx, head, expr.span)?
    {
        return Ok(value);
    }
    let value = eval(cx, at)?;
    let message = format!("{} has no `{}`", value.kind(), words[0].text);
    Err(Diagnostic::new(Code::UnknownPath, words[0].span, message).into())
}

/// Evaluates an expression to a whole number in a range.
///
/// # Errors
/// Returns `limit-size` for a number outside the range, or the errors in the expression.
pub(crate) fn within(cx: &mut Cx, expr: &Expr, low: u64, high: u64) -> Result<u64, Stop> {
    let n = integer(cx, expr)?;
    if (low..=high).contains(&n) {
        return Ok(n);
    }
    Err(
        Diagnostic::new(Code::LimitSize, expr.span, format!("{n} is out of range"))
            .label(format!("must be from {low} to {high}"))
            .into(),
    )
}

/// Evaluates an address for an access of `size` bytes, and returns the address and the process that makes
/// the access. A process may use the result of a system call as an address. As in C, the result -1 denotes
/// the last address.
///
/// # Errors
/// Returns the errors from [`address`], `which-process`, or `process-ended`.
pub(crate) fn address_in_process(
    cx: &mut Cx,
    expr: &Expr,
    size: u64,
) -> Result<(Va, Option<Pid>), Stop> {
    let value = eval(cx, expr)?;
    let pid = running(cx, expr.span)?;
    let negative = match &value {
        Value::Number(number) if pid.is_some() => number.as_integer().filter(|n| *n < 0),
        _ => None,
    };
    let raw = match negative.and_then(|n| i64::try_from(n).ok()) {
        Some(n) => n as u64,
        None => settings::integer(&value, expr.span)?,
    };
    Ok((address_of(cx, raw, expr.span, size)?, pid))
}

/// Evaluates an address for an access of `size` bytes.
///
/// # Errors
/// Returns `address-too-wide` if the access extends beyond the address space.
pub(crate) fn address(cx: &mut Cx, expr: &Expr, size: u64) -> Result<Va, Stop> {
    let raw = integer(cx, expr)?;
    address_of(cx, raw, expr.span, size)
}

/// Evaluates a physical address.
///
/// # Errors
/// Returns `address-too-wide`.
pub(crate) fn physical(cx: &mut Cx, expr: &Expr) -> Result<Pa, Stop> {
    let raw = integer(cx, expr)?;
    let machine = cx.machine(expr.span)?;
    let bits = machine.spec().physical_bits;
    Ok(machine
        .pa(raw)
        .map_err(|_| too_wide(expr.span, raw, "physical", bits))?)
}

/// Makes a system call that an expression contains.
///
/// # Errors
/// Returns the errors from [`prepare_call_of`] and [`make_call`].
pub(crate) fn call_made(
    cx: &mut Cx,
    row: &'static SystemCall,
    name: &Word,
    args: &[Expr],
) -> Result<Arc<CallRecord>, Stop> {
    let plan = prepare_call_of(cx, row, name, args)?;
    cx.needs_run()?;
    let call = make_call(cx, plan)?;
    cx.calls.push(call.clone());
    Ok(call)
}

/// Returns a field of the structure that a call fills in, such as `fstat(fd).st_size`.
///
/// # Errors
/// Returns `unknown-path`, or `no-answer` if the call failed.
pub(crate) fn call_field(
    cx: &mut Cx,
    row: &'static SystemCall,
    (name, args): (&Word, &[Expr]),
    field: &Word,
) -> Result<Value, Stop> {
    if !row.fields.contains(&&*field.text) {
        return Err(no_field(row, field).into());
    }
    Ok(field_of(&*call_made(cx, row, name, args)?, row, field)?)
}

/// Evaluates and checks a system call.
///
/// # Errors
/// Returns `wrong-count`, `wrong-type`, `which-process`, or the errors in the arguments.
pub(crate) fn prepare_call_of(
    cx: &mut Cx,
    row: &'static SystemCall,
    name: &Word,
    args: &[Expr],
) -> Result<CallPlan, Stop> {
    check_count(row, name, args.len())?;
    let args = args.iter().zip(row.params).map(|(arg, param)| {
        let value = eval(cx, arg)?;
        argument(cx, row, (value, arg.span), *param)
    });
    let args = args.collect();
    plan_call(cx, row, name, args)
}

/// Evaluates a function that reads memory or a file.
///
/// # Errors
/// Returns `wrong-count`, or the errors in the arguments.
pub(crate) fn peek_function(
    cx: &mut Cx,
    row: &PeekFunction,
    args: &[Expr],
    span: Span,
) -> Result<Value, Stop> {
    row.check_count(args.len(), span)?;
    match row.of {
        Peek::Memory(value) => {
            let most = if row.name == "word" { 8 } else { ACCESS_LIMIT };
            let size = match args.get(1) {
                Some(size) => within(cx, size, 1, most)?,
                None => 1,
            };
            let va = address(cx, &args[0], size)?;
            peek_memory(cx, value, (va, size), span)
        }
        Peek::File(value) => {
            let name = eval(cx, &args[0])?;
            let Value::Text(name) = name else {
                let message = format!("{} is not a file name", name.kind());
                return Err(Diagnostic::new(Code::WrongType, args[0].span, message)
                    .label("a name in quotes is needed")
                    .into());
            };
            let offset = args.get(1).map_or(Ok(0), |offset| integer(cx, offset))?;
            peek_file(cx, value, (&name, args[0].span), offset, span)
        }
    }
}

/// Returns the memory of a value's elements or text, in bytes.
fn elements_and_text(value: &Value) -> u64 {
    match value {
        Value::Number(_) | Value::Bool(_) | Value::Range { .. } => 0,
        _ => value.footprint(),
    }
}
