//! Prepares commands and operations: resolves a statement's first word, then evaluates and checks the
//! statement.

use std::sync::Arc;

use crate::lang::ast::{Command, Expr, ExprKind, Fits, Operation, OperationKind, Span, Word};
use crate::lang::check::guessed;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use crate::lang::value::functions::function;
use pagewalk_engine::kernel::syscall::{SystemCall, system_call};

use super::bind::bind_command;
use super::budget::WORK_OF_COPY;
use super::current_process::CurrentProcess;
use super::eval::{prepare_call_of, values};
use super::facts::Family;
use super::paths::PeekFunction;
use super::record::{AccessVerb, Did};
use super::reference::play::reference;
use super::running::process_named;
use super::session::{Action, Cx, Language};
use super::state::{Binding, Definition, Slot};
use super::stop::Stop;
use super::syscalls::{called, make_call, prototype};
use super::unknown::unknown_function;
use super::unsupported;
use super::verbs;

/// A command, evaluated and checked.
pub(crate) enum Prepared {
    /// A call of a definition.
    Call(Arc<Definition>, Vec<Value>),
    /// An action, and the family of the action's facts.
    Action(Action, Family),
}

/// Evaluates and checks a command.
///
/// # Errors
/// Returns an error in the script.
pub(crate) fn prepare(cx: &mut Cx, command: &Command) -> Result<Prepared, Stop> {
    if command.call
        && let Some(Binding::Def(def)) = cx.state.find(&command.verb.text)
    {
        let def = def.clone();
        return prepare_call(cx, &def, command);
    }
    if command.call
        && let Some(row) = called(&command.verb.text, command.operands.len())
    {
        let plan = prepare_call_of(cx, row, &command.verb, &command.operands)?;
        let action = Action::operation(move |cx| Ok(Did::Call(make_call(cx, plan)?)));
        return Ok(Prepared::Action(action, Family::Call));
    }
    let verb = match cx.language().verb(&command.verb.text) {
        Some(verb) => verb,
        None if command.call => return Err(unknown_call(cx, command)),
        None => {
            // `call f(3)`
            if let ("call", [called]) = (&*command.verb.text, &*command.operands)
                && let ExprKind::Call { name, args } = &called.kind
            {
                let wrong = function_of_program(cx, name, args, command);
                let wrong = wrong.unwrap_or_else(|| with_call(cx, &command.verb, called));
                return Err(wrong.into());
            }
            let names = cx.state.names().take(guessed(cx.diagnostics.len()));
            return Err(match system_call(&command.verb.text) {
                Some(row) => without_brackets(row, &command.verb).into(),
                None => verbs::unknown(cx.language(), &command.verb, names).into(),
            });
        }
    };
    match (verb.prepare)(cx, &bind_command(verb.params, command)) {
        Ok(action) => Ok(Prepared::Action(action, verb.family)),
        Err(Stop::Wrong(diagnostics)) => {
            let fix = |d: Diagnostic| {
                // The mistake may be in a machine file.
                let is_here = d.span.file == command.verb.span.file;
                if d.code == Code::WrongCount && d.help.is_none() && is_here {
                    let address = match &*command.operands {
                        [address] if verb.name == "write" => Some(cx.text(address.span).trim()),
                        _ => None,
                    };
                    let own = address.map(|address| format!("write {address} = 1"));
                    let example = own.as_deref().unwrap_or(verb.example);
                    d.help(format!("write, for example, `{example}`"))
                } else {
                    d
                }
            };
            Err(Stop::Wrong(diagnostics.into_iter().map(fix).collect()))
        }
        Err(stop) => Err(stop),
    }
}

/// Reports the word `call` before a call.
fn with_call(cx: &Cx, verb: &Word, called: &Expr) -> Diagnostic {
    let message = "a call is a name followed by its arguments in parentheses";
    let whole = verb.span.to(called.span);
    let fix = Fix::write(whole, cx.text(whole), cx.text(called.span));
    Diagnostic::new(Code::UnknownVerb, verb.span, message).fix(fix)
}

/// Reports a call of a function that only a program has.
fn function_of_program(
    cx: &Cx,
    function: &Word,
    arguments: &[Expr],
    command: &Command,
) -> Option<Diagnostic> {
    let mut listings = cx.state.listings();
    let listing = listings.find(|listing| listing.first_line_of(&function.text).is_some())?;
    // A program runs in a process on a machine with virtual memory.
    let verb = match cx.spec() {
        Some(spec) if spec.mmu.is_none() => "replay",
        _ => "run",
    };
    let (name, program) = (&function.text, &listing.name.text);
    let before = format!("{verb} {program} call ");
    let arguments: Vec<&str> = arguments.iter().map(|one| cx.text(one.span)).collect();
    let message = format!("`{name}` is a function of the program `{program}`");
    let first = command.verb.span.ending_at(function.span.start);
    Some(
        Diagnostic::new(Code::UnknownFunction, function.span, message)
            .help(format!("write `{before}{name}({})`", arguments.join(", ")))
            .fix(Fix::replace(first, before)),
    )
}

/// Reports that a called name is not defined, or is defined only later. While the body of a definition is
/// checked, names that are defined later are permitted.
fn unknown_call(cx: &Cx, command: &Command) -> Stop {
    let name = &command.verb;
    if cx.checking() && cx.state.scopes.iter().any(|scope| scope.private) {
        return Stop::Unknowable;
    }
    if let Some(wrong) = function_of_program(cx, name, &command.operands, command) {
        return wrong.into();
    }
    if function(&name.text).is_some() || PeekFunction::named(&name.text).is_some() {
        let message = format!("`{}` yields a value and is not a statement", name.text);
        let help = format!(
            "write `show {}(…)`, or `let x = {}(…)`",
            name.text, name.text
        );
        return Diagnostic::new(Code::UnknownVerb, name.span, message)
            .help(help)
            .into();
    }
    unsupported::diagnostic(name)
        .unwrap_or_else(|| unknown_function(cx, name))
        .into()
}

fn prepare_call(cx: &mut Cx, def: &Arc<Definition>, command: &Command) -> Result<Prepared, Stop> {
    let (given, wanted) = (command.operands.len(), def.params.len());
    if given != wanted {
        return Err(Diagnostic::new(
            Code::WrongCount,
            command.verb.span,
            format!("`{}` takes {wanted} values, not {given}", def.name.text),
        )
        .also(def.name.span, "defined here")
        .into());
    }
    Ok(Prepared::Call(def.clone(), values(cx, &command.operands)?))
}

/// Evaluates and checks the operation of `probe` or `where … =>`. A bare value is the address of a read.
///
/// # Errors
/// Returns an error in the script, or `wrong-type` for an operation that cannot be tried without side
/// effects.
pub(crate) fn prepare_operation(
    cx: &mut Cx,
    operation: &Operation,
) -> Result<(Action, Family), Stop> {
    let prepared = match &operation.kind {
        OperationKind::Expr(expr) => match as_command(cx, expr) {
            Some(command) => prepare(cx, &command)?,
            None => Prepared::Action(verbs::load(cx, AccessVerb::Read, expr, 1)?, Family::Access),
        },
        OperationKind::Command(command) => prepare(cx, command)?,
        // A reference string is simulated immediately, without an action.
        OperationKind::Reference { pages, settings } => {
            reference(cx, pages, settings)?;
            return Err(Stop::Unknowable);
        }
    };
    if let Prepared::Action(action, family) = prepared
        && action.is_operation
    {
        return Ok((action, family));
    }
    Err(Diagnostic::new(Code::WrongType, operation.span, "this statement has no facts to probe")
            .label("not an operation on memory")
            .help(
                "`probe` takes `translate`, `read`, `write`, `fetch`, `replay`, an address, or a system call",
            )
            .into())
}

/// Tries an operation without lasting effects, and returns its result.
///
/// # Errors
/// Returns the errors from [`prepare_operation`] and from performing the operation.
pub(crate) fn try_out(cx: &mut Cx, operation: &Operation) -> Result<(Did, Family), Stop> {
    let (random, place) = (cx.state.random, operation.span);
    let done = in_its_process(cx, operation, |cx| {
        without_trace(cx, place, |cx| operate(cx, operation))
    });
    cx.state.random = random;
    done
}

/// Performs an operation.
///
/// # Errors
/// Returns the errors from [`try_out`].
pub(crate) fn carry_out(cx: &mut Cx, operation: &Operation) -> Result<(Did, Family), Stop> {
    in_its_process(cx, operation, |cx| operate(cx, operation))
}

/// Converts `probe read(x)` and `probe munmap(p, n)`, which are parsed as expressions, to commands.
fn as_command(cx: &Cx, expr: &Expr) -> Option<Command> {
    let ExprKind::Call { name, args } = &expr.kind else {
        return None;
    };
    let is_command = cx.language().verb(&name.text).is_some()
        || system_call(&name.text).is_some()
        || unsupported::diagnostic(name).is_some();
    is_command.then(|| Command {
        verb: name.clone(),
        call: true,
        operands: args.clone(),
        assigned: None,
        block: None,
        fits: Fits::default(),
    })
}

fn operate(cx: &mut Cx, operation: &Operation) -> Result<(Did, Family), Stop> {
    if let OperationKind::Reference { pages, settings } = &operation.kind {
        return Ok((
            Did::Reference(Box::new(reference(cx, pages, settings)?)),
            Family::Reference,
        ));
    }
    let (action, family) = prepare_operation(cx, operation)?;
    let (did, _) = action.perform(cx)?;
    Ok((did, family))
}

fn in_its_process<T>(
    cx: &mut Cx,
    operation: &Operation,
    act: impl FnOnce(&mut Cx) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let inside = match &operation.process {
        Some(process) => CurrentProcess::Process(process_named(cx, process)?),
        None => cx.inside.clone(),
    };
    let outer = std::mem::replace(&mut cx.inside, inside);
    let done = act(cx);
    cx.inside = outer;
    done
}

/// Runs a function on a copy of the machine and its kernel. On bare hardware, an access can change only the
/// machine, so the access itself makes the copy.
///
/// # Errors
/// Returns the errors from `act`, or from [`Cx::work`] at `place`.
pub(crate) fn without_trace<T>(
    cx: &mut Cx,
    place: Span,
    act: impl FnOnce(&mut Cx) -> Result<T, Stop>,
) -> Result<T, Stop> {
    cx.work(WORK_OF_COPY, place)?;
    let kernel = match &cx.state.machine {
        Slot::Kernel(kernel) => Some(kernel.clone()),
        _ => None,
    };
    let outer = std::mem::replace(&mut cx.probing, true);
    let result = act(cx);
    cx.probing = outer;
    if let Some(kernel) = kernel {
        cx.state.machine = Slot::Kernel(kernel);
    }
    result
}

/// Returns the family of an operation's facts before the operation is prepared.
pub(crate) fn family(operation: &Operation) -> Family {
    let verb = match &operation.kind {
        OperationKind::Command(Command { verb, .. })
        | OperationKind::Expr(Expr {
            kind: ExprKind::Call { name: verb, .. },
            ..
        }) => Some(verb),
        OperationKind::Expr(_) | OperationKind::Reference { .. } => None,
    };
    let row = verb.and_then(|verb| verbs::CORE.verb(&verb.text));
    if let Some(family @ (Family::Replay | Family::Outputs | Family::Run)) =
        row.map(|row| row.family)
    {
        return family;
    }
    let is_call = match &operation.kind {
        OperationKind::Expr(Expr {
            kind: ExprKind::Call { name, args },
            ..
        }) => called(&name.text, args.len()).is_some(),
        OperationKind::Command(command) => {
            command.call && called(&command.verb.text, command.operands.len()).is_some()
        }
        OperationKind::Reference { .. } => return Family::Reference,
        OperationKind::Expr(_) => false,
    };
    if is_call {
        Family::Call
    } else {
        Family::Access
    }
}

/// Returns the family of a command's facts, determined by the command's first word.
pub(crate) fn family_of(language: &Language, command: &Command) -> Family {
    let name = &command.verb.text;
    if command.call && called(name, command.operands.len()).is_some() {
        return Family::Call;
    }
    language.verb(name).map_or(Family::None, |verb| verb.family)
}

/// Reports that a system call requires parentheses.
fn without_brackets(row: &SystemCall, name: &Word) -> Diagnostic {
    let message = format!(
        "the system call `{}` must be written as in C, with its arguments in parentheses",
        row.name
    );
    let error = Diagnostic::new(Code::UnknownVerb, name.span, message);
    if row.params.is_empty() {
        error.fix(Fix::write(
            name.span,
            &*name.text,
            format!("{}()", row.name),
        ))
    } else if row.name == "exit" {
        error.help("write `exit(0)`, or another status")
    } else {
        error.help(prototype(row))
    }
}
