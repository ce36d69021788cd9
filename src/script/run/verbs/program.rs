//! Prepares `program`, and the operands that name a run of a program.

use std::sync::Arc;

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::program::{Builtin, ErrorKind, Layout, Limit, Options, Until, explore};

use crate::lang::ast::ExprKind;
use crate::lang::ast::{Expr, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::bind::Param::{self, Equals, Keyword, Literal, Many, Optional, Words};
use crate::run::bind::{Bound, C_NAME, FUNCTION, N, Slot, TEXT, V, settings, word, words_of};
use crate::run::budget::WORK_OF_STEP;
use crate::run::current_process::CurrentProcess;
use crate::run::eval::{eval, integer};
use crate::run::programs::{
    BUFFERINGS, CALL_SETTINGS, PROGRAM_SETTINGS, ProgramCall, ProgramDraft, declare, executable,
    failed, page_size, program_call,
};
use crate::run::record::{Declaration, Declared, Did, ProgramRun, Results, Schedules};
use crate::run::running::running;
use crate::run::session::{Action, Cx};
use crate::run::settings::apply;
use crate::run::state::Binding;
use crate::run::stop::Stop;

use super::perform::{self, program::RunPlan};
use super::system::only_fields;

/// `[call FUNCTION]`
pub(crate) const CALL: Param = Optional(&[Keyword("call"), FUNCTION]);
/// `[arguments TEXT…]`
pub(crate) const ARGUMENTS: Param = Optional(&[Keyword("arguments"), Many(&TEXT)]);
/// `[define NAME = V]`
pub(crate) const DEFINE: Param = Optional(&[Keyword("define"), C_NAME, Equals, V]);
/// `[printf at-once|line|full]`
pub(crate) const PRINTF: Param = Optional(&[Keyword("printf"), Words(words_of!(BUFFERINGS.0))]);
/// `[failing fork|execv…]`
pub(crate) const FAILING: Param =
    Optional(&[Keyword("failing"), Many(&Words(words_of!(FAILURES.0)))]);

/// `[sleep ignored|ordered]`
pub(crate) const SLEEP: Param = Optional(&[Keyword("sleep"), Words(words_of!(SLEEPS.0))]);

/// Whether `sleep` orders the processes, with the words.
const SLEEPS: &[(&str, bool)] = &[("ignored", false), ("ordered", true)];

/// `[until line N]`
pub(crate) const UNTIL: Param = Optional(&[Keyword("until"), Literal("line"), N]);
/// `[step]`
pub(crate) const STEP: Param = Optional(&[Words(&["step"])]);

/// The calls that may fail, with their words.
const FAILURES: &[(&str, Builtin)] = &[("fork", Builtin::Fork), ("execv", Builtin::Execv)];

/// `[{ define NAME = V, … }]`
pub(crate) const CONSTANTS: Param = Optional(&[settings("define NAME = V, …")]);
/// The settings of a program, as its usage shows them.
pub(crate) const PROGRAM_USAGE: &str = "at NAME VA, define NAME = V, …";

/// `program NAME """C""" { settings }`, `program NAME from "file.c" { settings }`
pub(crate) fn program(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    if let (Some(block), [_]) = (bound.block, bound.operands) {
        return Err(in_braces(cx, block.span).into());
    }
    let operand = bound.expr(Slot::NewProgram)?;
    if word(operand).is_none() {
        let message = "the name of a program must be a word";
        return Err(Diagnostic::new(Code::WrongType, operand.span, message)
            .label("not a word")
            .help("write `program p`, and the text of the program between `\"\"\"`")
            .into());
    }
    let name = Word::of(operand);
    let (text, place) = if bound.has("from") {
        let file = bound.expr(Slot::CFile)?;
        bound.refuse()?;
        let number = cx.env.files.program(file.span);
        let source = number.and_then(|number| Some((number, cx.env.sources.file(number)?)));
        let Some((number, source)) = source else {
            cx.state.bind(&name.text, Binding::Unknowable);
            return Err(no_file(cx, file));
        };
        let end = source.text.len() as u32;
        let place = Span {
            file: number,
            start: 0,
            end,
        };
        (source.text.clone(), place)
    } else {
        let text = bound.expr(Slot::CText)?;
        bound.refuse()?;
        let ExprKind::Value(Value::Text(inside)) = &text.kind else {
            let message = "the text of a program is needed here";
            return Err(Diagnostic::new(Code::WrongType, text.span, message)
                .help("write the program between `\"\"\"`, or `from \"file.c\"`")
                .into());
        };
        let quotes = (text.span.end - text.span.start - inside.len() as u32) / 2;
        let place = text.span.starting_at(text.span.start + quotes);
        (inside.clone(), place)
    };
    let mut draft = ProgramDraft::default();
    match only_fields(cx, bound) {
        Ok(fields) => {
            if let Err(wrong) = apply(PROGRAM_SETTINGS, "program", &fields, &mut draft) {
                cx.state.add_wrong_program(&name.text, &text);
                return Err(wrong.into());
            }
        }
        // The text can be checked without values that are known only when the script runs.
        Err(Stop::Unknowable) if cx.checking() => {}
        Err(stop) => return Err(stop),
    }
    let constants = draft.clone();
    let declared = declare(name.clone(), (&text, place), draft);
    if declared.is_err() && cx.checking() {
        cx.state.add_wrong_program(&name.text, &text);
    }
    // A variable of the script may be meant if the text is right with this name as a constant.
    let declared = declared.map_err(|mut wrong| {
        let mistakes = wrong.len();
        for one in wrong.iter_mut().filter(|one| one.span != name.span) {
            let variable = cx.text(one.span);
            let defined = format!("\n#define {variable} 64\n{text}");
            let defined = || declare(name.clone(), (&defined, place), constants.clone());
            // The program of a wrong text is a variable without a known value.
            if variable != &*name.text
                && cx.state.has_variable(variable)
                && defined().err().map_or(0, |wrong| wrong.len()) < mistakes
            {
                let name = variable;
                one.help = Some(format!(
                    "`{name}` is a variable of the script: write `#define N 64` in the text, N in place of `{name}`, and \
                     `{{ define N = {name} }}` after the text"
                ));
            }
        }
        wrong
    });
    let listing = Arc::new(declared?);
    if cx.checking() {
        cx.report(listing.warnings());
    }
    Ok(Action::declares(move |cx| {
        let name = listing.name.text.clone();
        let lines = listing.text.lines().count();
        cx.state.bind(&name, Binding::Program(listing));
        Ok(Did::Declared(Declared {
            what: Declaration::Program { name, lines },
            booted: None,
        }))
    }))
}

/// Reports the file of a program that was not read.
fn no_file(cx: &Cx, file: &Expr) -> Stop {
    let said = cx.text(file.span);
    if !matches!(file.kind, ExprKind::Value(Value::Text(_))) {
        let message = "the name of a file must be in quotes";
        let wrong = Diagnostic::new(Code::WrongType, file.span, message);
        return wrong
            .fix(Fix::write(file.span, said, format!("\"{said}\"")))
            .into();
    }
    // The search for the files has already reported a missing file.
    if cx.checking() {
        return Stop::Unknowable;
    }
    Diagnostic::new(
        Code::Unreadable,
        file.span,
        format!("{said} could not be read"),
    )
    .into()
}

/// Reports the text of a program in braces.
fn in_braces(cx: &Cx, block: Span) -> Diagnostic {
    let was = cx.text(block);
    let inside = was.trim_start_matches('{').trim_end_matches('}');
    let message = "the text of a program must be between two `\"\"\"`";
    Diagnostic::new(Code::WrongCount, block, message)
        .help("write `\"\"\"` instead of the first and the last brace")
        .fix(Fix::write(block, was, format!("\"\"\"{inside}\"\"\"")))
}

/// Returns the run of a program that a statement names, or `None` if its first operand does not name a program.
///
/// # Errors
/// Returns the errors in the expressions.
pub(super) fn bound_call(
    cx: &mut Cx,
    name: &Expr,
    bound: &Bound,
) -> Result<Option<ProgramCall>, Stop> {
    if word(name).is_none() {
        return Ok(None);
    }
    let define = bound.slot(Slot::CName).zip(bound.slot(Slot::Stored));
    let call = program_call(cx, &Word::of(name), bound.slot(Slot::Function), define)?;
    let Some(mut call) = call else {
        return Ok(None);
    };
    for text in bound.slots(Slot::Text) {
        if let Some(function) = bound.slot(Slot::Function) {
            let message = "only `main` has the arguments of a command";
            let wrong = Diagnostic::new(Code::WrongCount, text.span, message);
            let help = "write the arguments of a function in parentheses: `call f(3)`";
            return Err(wrong.help(help).also(function.span, "the function").into());
        }
        for leaf in eval(cx, text)?.leaves() {
            call.texts.push(leaf.to_string().into());
        }
    }
    let fields = only_fields(cx, bound)?;
    apply(CALL_SETTINGS, "program", &fields, &mut call)?;
    Ok(Some(call))
}

/// `outputs PROGRAM [call FUNCTION] [arguments TEXT…] [printf WHEN] [failing CALL…] [sleep ignored|ordered] [define NAME = V]`
pub(crate) fn outputs(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let name = bound.expr(Slot::Program)?;
    bound.refuse()?;
    let Some(call) = bound_call(cx, name, bound)? else {
        return Err(not_a_program(cx, name));
    };
    let words: Vec<&str> = bound.words().collect();
    let failing = FAILURES.iter().filter(|(word, _)| words.contains(word));
    let options = Options {
        buffering: bound
            .choice("printf", BUFFERINGS)
            .unwrap_or(call.listing.settings.buffering),
        failing: failing.map(|(_, call)| *call).collect(),
        ordered_sleep: bound.choice("sleep", SLEEPS).unwrap_or_default(),
        ..Options::default()
    };
    let layout = Layout {
        page_size: page_size(cx.spec().map(|spec| &**spec)),
        ..Layout::default()
    };
    let (program, process) = call.start(layout)?;
    let options = Options {
        first: call.function.is_some().then_some(process),
        arguments: call.command(),
        ..options
    };
    let place = bound.place;
    Ok(Action::operation(move |cx| {
        let mut options = options.clone();
        if program.builtins.iter().any(|one| one.replaces_program()) {
            options.programs = executable(cx, program.layout);
        }
        let found = explore(&program, &options);
        let outputs = found.map_err(|mut error| {
            let has_processes = program.builtins.contains(&Builtin::Fork)
                || program.builtins.iter().any(|one| one.replaces_program());
            // One process has one order, whose states are its outputs so far.
            if error.kind == ErrorKind::Limit(Limit::States) && !has_processes {
                error.kind = ErrorKind::Limit(Limit::Output);
            }
            let wrong = failed(cx, &call, &error, &program, &options.programs);
            // A loop without an end would also reach the limit, but the orders of many processes do so sooner.
            match error.kind {
                ErrorKind::Limit(_) if program.builtins.contains(&Builtin::Fork) => wrong.help(
                    "all orders of the processes together have this limit: check that each loop ends, use fewer processes, or follow one order with `run`",
                ),
                _ => wrong,
            }
        })?;
        cx.work(outputs.explored() as u64 * WORK_OF_STEP, place)?;
        Ok(Did::Program(Box::new(ProgramRun {
            called: call.called(),
            results: Results::Outputs(
                Arc::new(outputs),
                Schedules {
                    buffering: options.buffering,
                    failing: options.failing,
                    ordered_sleep: options.ordered_sleep,
                },
            ),
        })))
    }))
}

/// Reports the name of a function in place of the line at which a run pauses.
fn until_function(cx: &Cx, operands: &[Expr]) -> Option<Diagnostic> {
    let after = operands.iter().position(|one| word(one) == Some("until"))? + 1;
    let first = operands.get(after)?;
    let named = match word(first)? {
        "line" => operands.get(after + 1)?,
        _ => first,
    };
    let function = word(named).filter(|name| !cx.state.has_variable(name))?;
    let Some(Binding::Program(listing)) = cx.state.find(&Word::of(operands.first()?).text) else {
        return None;
    };
    let line = listing.first_line_of(function)?;
    let place = first.span.to(named.span);
    let message = "`until` takes the number of a line, not a function";
    let fix = Fix::write(place, cx.text(place), format!("line {line}"));
    Some(Diagnostic::new(Code::WrongType, place, message).fix(fix))
}

/// `run PROGRAM [call FUNCTION] [arguments TEXT…] [until line N] [step] [define NAME = V]`
pub(crate) fn run(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    if let Some(wrong) = until_function(cx, bound.operands) {
        return Err(wrong.into());
    }
    let name = bound.expr(Slot::Program)?;
    bound.refuse()?;
    let Some(call) = bound_call(cx, name, bound)? else {
        return Err(not_a_program(cx, name));
    };
    let until = match bound.slot(Slot::Number) {
        None if bound.words().any(|word| word == "step") => Until::NextLine,
        None => Until::End,
        Some(line) => {
            let last = call.listing.text.lines().count() as u64;
            let number = integer(cx, line)?;
            let operations = call.listing.lines_with_operations(&call.define)?;
            let file = cx.env.sources.file(call.listing.name.span.file);
            let in_file = file.and_then(|file| call.listing.line_in_file(number, &file.text));
            let meant = in_file.filter(|line| operations.contains(line));
            let help = |otherwise: String| match meant {
                Some(meant) => format!(
                    "lines count from the first line of the program: write `line {meant}` for line {number} of the script"
                ),
                None => otherwise,
            };
            if !(1..=last).contains(&number) {
                let message = format!("the program has {last} lines, and no line {number}");
                return Err(Diagnostic::new(Code::NoAnswer, line.span, message)
                    .help(help(format!("write a line from 1 to {last}")))
                    .into());
            }
            // `exec` may start another program, which has operations in other lines.
            let may_pause =
                operations.contains(&(number as u32)) || call.listing.text.contains("exec");
            if cx.checking() && !may_pause {
                let message = format!("the run does not pause: no operation is in line {number}");
                let wrong = Diagnostic::warning(Code::NoEffect, line.span, message);
                let next = operations.range(number as u32..).next();
                let near = next.or(operations.last()).copied().unwrap_or(1);
                cx.report(vec![wrong.help(help(format!("write `line {near}`")))]);
            }
            Until::Line(number as u32)
        }
    };
    if let Some(unsure) = &mut cx.unsure {
        // The children have names that a check does not know.
        unsure.processes.others |= call.listing.text.contains("ork(");
    }
    let paused = perform::program::paused_run(cx, &call.listing.name.text);
    let pid = match (paused, &cx.inside) {
        (Some(run), CurrentProcess::Only) => Some(run.pid),
        _ if may_declare(cx) => None,
        _ => running(cx, bound.place)?,
    };
    let plan = Arc::new(RunPlan {
        call,
        until,
        pid,
        place: bound.place,
    });
    let checked = Arc::clone(&plan);
    Ok(
        Action::operation(move |cx| perform::program::run(cx, &plan))
            .when_checking(move |cx| perform::program::process_of(cx, &checked).map(|_| ())),
    )
}

/// Whether a run declares a process, because the statement names none and none is running.
fn may_declare(cx: &Cx) -> bool {
    let is_running = |kernel: &Kernel| {
        let mut processes = kernel.processes();
        processes.any(|process| process.state == ProcessState::Running)
    };
    let kernel = cx.state.kernel();
    matches!(cx.inside, CurrentProcess::Only) && kernel.is_some_and(|kernel| !is_running(kernel))
}

/// Reports a word that names no program.
pub(super) fn not_a_program(cx: &Cx, name: &Expr) -> Stop {
    if let Some(Binding::Unknowable) = cx.state.find(&Word::of(name).text) {
        return Stop::Unknowable;
    }
    let text = cx.text(name.span).to_owned();
    let message = format!("`{text}` is not a program");
    let wrong = Diagnostic::new(Code::UnknownWord, name.span, message);
    match nearest(&text, cx.state.programs()) {
        Some(near) => wrong.did_you_mean(&text, near),
        None => wrong.help(format!("declare it first: `program {text} \"\"\"…\"\"\"`")),
    }
    .into()
}
