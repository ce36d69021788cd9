//! System calls in a script: argument checks, execution, and results.

use std::sync::Arc;

use crate::lang::ast::{Expr, ExprKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::{Number, Value};
use crate::lang::visit::any_expr;
use pagewalk_engine::kernel::OutOfMemory;
use pagewalk_engine::kernel::abi::Arg;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::syscall::{ParamKind, SystemCall, system_call};

use super::budget::work_of_pages;
use super::record::{ArgRecord, BeforeCall, CallRecord, ProcessRef, Recorder};
use super::running;
use super::session::Cx;
use super::stop::Stop;

pub(crate) struct CallPlan {
    pub(crate) row: &'static SystemCall,
    /// The process that makes the call.
    pub(crate) pid: Pid,
    pub(crate) args: Vec<ArgRecord>,
    pub(crate) place: Span,
}

/// Returns the system call with this name and number of arguments. With one argument, `read` is a load and
/// `write` is a store.
pub(crate) fn called(name: &str, args: usize) -> Option<&'static SystemCall> {
    let access = matches!(name, "read" | "write") && args == 1;
    system_call(name).filter(|_| !access)
}

pub(crate) fn makes_call(expr: &Expr) -> bool {
    if let ExprKind::Value(_) | ExprKind::Name(_) = &expr.kind {
        return false;
    }
    any_expr(expr, |part| match &part.kind {
        ExprKind::Call { name, args } => called(&name.text, args.len()).is_some(),
        _ => false,
    })
}

/// Whether an expression consists only of `fork()`.
pub(crate) fn is_fork(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { name, .. } if &*name.text == "fork")
}

/// Returns the result of a call as in C.
pub(crate) fn returned(call: &CallRecord) -> Value {
    match call.reply.result {
        Ok(n) => Value::from(n),
        // As an address, −1 is in the kernel's half of the address space, so an access to it faults as in C.
        Err(_) => Value::Number(Number::from(call.failure())),
    }
}

/// Plans a system call with these arguments.
///
/// # Errors
/// Returns the errors in the arguments, or `which-process`.
pub(crate) fn plan_call(
    cx: &mut Cx,
    row: &'static SystemCall,
    name: &Word,
    args: Vec<Result<ArgRecord, Stop>>,
) -> Result<CallPlan, Stop> {
    let (mut known, mut wrong, mut unknowable) = (Vec::new(), Vec::new(), false);
    for arg in args {
        match arg {
            Ok(arg) => known.push(arg),
            Err(Stop::Wrong(mistakes)) => wrong.extend(mistakes),
            Err(Stop::Unknowable) => unknowable = true,
            Err(Stop::Closed) => return Err(Stop::Closed),
        }
    }
    let caller = running::caller(cx, name.span);
    if let Some(unsure) = &mut cx.unsure {
        unsure.processes.unnamed |= row.name == "fork";
        unsure.processes.ended |= row.name == "exit";
    }
    match (caller, wrong.is_empty()) {
        (Err(Stop::Wrong(mistakes)), _) => {
            wrong.extend(mistakes);
            Err(wrong.into())
        }
        (_, false) => Err(wrong.into()),
        (Err(stop), _) => Err(stop),
        (Ok(_), true) if unknowable => Err(Stop::Unknowable),
        (Ok(pid), true) => Ok(CallPlan {
            row,
            pid,
            args: known,
            place: name.span,
        }),
    }
}

/// Returns an argument as papers print it: the script's text, or the value if the text has variables.
fn stated(cx: &Cx, value: &Value, place: Span) -> String {
    let text = cx.text(place).trim();
    let is_variable = |word: &str| cx.state.find(word).is_some();
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    // The value of several flags says nothing.
    if text.starts_with('"') || text.contains('|') || !words.any(is_variable) {
        return text.to_owned();
    }
    let integer = match value {
        Value::Number(number) => number.as_integer().filter(|n| *n > 9),
        _ => None,
    };
    integer.map_or_else(|| value.quoted(), |n| format!("0x{n:X}"))
}

/// Returns an argument with this value.
///
/// # Errors
/// Returns `wrong-type`.
pub(crate) fn argument(
    cx: &mut Cx,
    row: &SystemCall,
    (value, place): (Value, Span),
    param: ParamKind,
) -> Result<ArgRecord, Stop> {
    let (written, stated) = (cx.text(place).trim().to_owned(), stated(cx, &value, place));
    let record = |value| ArgRecord {
        written,
        stated,
        value,
    };
    if let Some(bytes) = value.bytes().filter(|_| !param.is_number()) {
        cx.work(bytes.len() as u64, place)?;
        return Ok(record(Arg::Bytes(bytes.into())));
    }
    match value {
        value @ Value::Number(_) => {
            let n = value.integer("an argument").map_err(|e| e.at(place))?;
            Ok(record(Arg::Number(n)))
        }
        value => {
            let message = format!(
                "{} is not allowed as this argument of `{}`",
                value.kind(),
                row.name
            );
            Err(Diagnostic::new(Code::WrongType, place, message)
                .label(if param.is_number() {
                    "a number is needed"
                } else {
                    "a number or a string is needed"
                })
                .help(match (row.name, &value) {
                    ("execve", Value::List(_)) => "a program gets no arguments: write `NULL`".into(),
                    ("mmap", Value::Text(_)) => "`open` returns the descriptor of a file: write `let fd = open(\"poem\", O_RDONLY)` above, and `fd` here".into(),
                    _ => prototype(row),
                })
                .into())
        }
    }
}

/// Makes a system call.
///
/// # Errors
/// Returns `out-of-memory` or `limit-steps`.
pub(crate) fn make_call(cx: &mut Cx, plan: CallPlan) -> Result<Arc<CallRecord>, Stop> {
    let CallPlan {
        row,
        pid,
        args,
        place,
    } = plan;
    let values: Vec<Arg> = args.iter().map(|arg| arg.value.clone()).collect();
    let probe = cx.probing;
    let kernel = cx.kernel(place)?;
    kernel.switch_to(pid);
    let before = BeforeCall::capture(kernel, pid, row.name, &values);
    let mut recorder = Recorder::default();
    let reply = row.call(kernel, pid, &values, &mut recorder);
    let work = kernel.take_work();
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return Err(out_of_memory(error, place).into()),
    };
    let process = kernel.process(pid).map(ProcessRef::from);
    let child = reply
        .child
        .and_then(|child| kernel.process(child))
        .map(ProcessRef::from);
    let (spec, core) = (kernel.machine().spec().clone(), kernel.machine().core());
    let recorded = recorder.finish(kernel, pid, None);
    let effect = before.map(|before| before.effect(kernel, row.name, &values, &reply));
    cx.work(work_of_pages(work), place)?;
    Ok(Arc::new(CallRecord {
        process: process.unwrap_or_else(|| ProcessRef {
            pid,
            name: "".into(),
        }),
        spec,
        core,
        name: row.name,
        args,
        reply,
        child,
        faults: recorded.faults,
        steps: recorded.steps,
        legend: recorded.legend,
        effect: effect.unwrap_or_default(),
        probe,
    }))
}

/// Returns a field of the structure that a call filled in.
///
/// # Errors
/// Returns `unknown-path`, or `no-answer` if the call failed.
pub(crate) fn field_of(
    call: &CallRecord,
    row: &SystemCall,
    field: &Word,
) -> Result<Value, Diagnostic> {
    let mut fields = call.reply.fields.iter();
    let found = fields.find(|(name, _)| *name == &*field.text);
    match (found, call.reply.result) {
        (Some((_, n)), _) => Ok(Value::from(*n)),
        (None, Err(error)) => {
            let message = format!(
                "`{}` failed with {}: {}",
                row.name,
                error.name(),
                error.help()
            );
            Err(Diagnostic::new(Code::NoAnswer, field.span, message)
                .label("the failed call filled in no field"))
        }
        (None, Ok(_)) => Err(no_field(row, field)),
    }
}

pub(crate) fn no_field(row: &SystemCall, field: &Word) -> Diagnostic {
    let message = format!("`{}` does not fill in a field `{}`", row.name, field.text);
    let diagnostic = Diagnostic::new(Code::UnknownPath, field.span, message).label("not known");
    match nearest(&field.text, row.fields.iter().copied()) {
        Some(near) => diagnostic.did_you_mean(&field.text, near),
        None if row.fields.is_empty() => diagnostic.help(prototype(row)),
        None => diagnostic.help(format!(
            "it fills in {}",
            super::settings::list(row.fields.iter().copied())
        )),
    }
}

/// Returns a call's prototype, for a message.
pub(crate) fn prototype(row: &SystemCall) -> String {
    format!("in C it is `{}`", row.prototype)
}

/// Rejects a wrong number of arguments.
///
/// # Errors
/// Returns `wrong-count`.
pub(crate) fn check_count(row: &SystemCall, name: &Word, given: usize) -> Result<(), Diagnostic> {
    if (row.required..=row.params.len()).contains(&given) {
        return Ok(());
    }
    let most = row.params.len();
    let wanted = match most - row.required {
        0 => count(most),
        1 => format!("{} or {}", row.required, count(most)),
        _ => format!("{} to {}", row.required, count(most)),
    };
    let message = format!("`{}` takes {wanted}, but is called with {given}", row.name);
    Err(Diagnostic::new(Code::WrongCount, name.span, message).help(prototype(row)))
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        many => format!("{many} arguments"),
    }
}

/// Reports that the kernel is out of memory, and suggests ways to provide more. The scenario ends here. Linux
/// would kill a process of its choice, which would teach students nothing.
pub(crate) fn out_of_memory(error: OutOfMemory, place: Span) -> Diagnostic {
    let help = match error {
        OutOfMemory::Frames => {
            "add frames with `kernel { frames N }`, or swap space with `kernel { swap N slots }`"
        }
        OutOfMemory::Tables => {
            "page tables use the memory above the user frames: increase the machine's `physical`, or reduce \
             `frames`"
        }
    };
    Diagnostic::new(Code::OutOfMemory, place, error.to_string())
        .label("out of memory")
        .help(help)
}
