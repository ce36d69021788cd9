//! The variables of a program that has paused, as values of a script.

use std::sync::Arc;

use pagewalk_engine::program::{HostedProcess, layout_for, peek};

use super::tables::{HostedRun, Ran};
use crate::c;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::is_word_of;
use crate::lang::span::Span;
use crate::lang::value::{List, Number, Value};
use crate::run::session::Cx;
use crate::run::state::Slot;
use crate::run::stop::Stop;

/// Returns the value of a variable, or of an expression that begins with it such as `s.x`, in the current function of a
/// program that has paused, or `None` if no paused program has this variable. During a check, a name in the text of a program
/// may be such a variable.
///
/// # Errors
/// Returns `no-answer` for a variable without a value.
pub(crate) fn variable_of_program(cx: &Cx, name: &str, place: Span) -> Result<Option<Value>, Stop> {
    let expression = cx.text(place);
    if cx.checking() {
        let mut texts = cx.state.program_texts();
        return if texts.any(|text| is_word_of(text, name)) {
            Err(Stop::Unknowable)
        } else {
            Ok(None)
        };
    }
    let paused = cx.state.ran.values().filter_map(|ran| match ran {
        Ran::Process(run) => run.paused().map(|process| (run, process)),
        Ran::Replay(_) => None,
    });
    for (run, paused) in paused {
        // A statement can name another process of the run.
        let named = cx.inside.process();
        let named = named.and_then(|named| run.host.process(named.pid));
        if let Some(value) = value_in(cx, run, named.unwrap_or(paused), (name, expression)) {
            return match value {
                Ok(value) => Ok(Some(value)),
                Err(message) => {
                    let message = format!("`{expression}` has no value here: {message}");
                    Err(Diagnostic::new(Code::NoAnswer, place, message).into())
                }
            };
        }
    }
    Ok(None)
}

/// Reports the name of a variable of a program's text while no program that has it is paused.
pub(crate) fn variable_without_program(cx: &Cx, name: &str, place: Span) -> Option<Diagnostic> {
    let mut listings = cx.state.listings();
    // A word of a string is no variable.
    let code = |text: &str| text.split('"').step_by(2).collect::<String>();
    let listing = listings.find(|listing| is_word_of(&code(&listing.text), name))?;
    let program = &listing.name.text;
    let why = match cx.state.ran.get(program) {
        Some(Ran::Process(run)) if run.paused().is_some() => {
            format!("it is not visible in the line before which `{program}` has paused")
        }
        _ => "no program that has it is paused".to_owned(),
    };
    let message = format!("`{name}` has no value here, because {why}");
    // After its last use, a variable usually has the value that the author means.
    let lines = (1..).zip(listing.text.lines());
    let last = lines.filter(|(_, line)| is_word_of(line, name)).last();
    let operations = listing.lines_with_operations(&[]).unwrap_or_default();
    let next = operations
        .range(last.map_or(1, |(number, _)| number + 1)..)
        .next();
    let line = next.or(operations.last()).copied().unwrap_or(1);
    // A replay keeps the accesses of its arrays.
    if let Some(Ran::Replay(replay)) = cx.state.ran.get(program)
        && let mut objects = replay.source.objects().iter()
        && objects.any(|one| one.name == name && !one.dimensions.is_empty())
    {
        let help = format!("write `show {program} by {name}` for the accesses of its elements");
        return Some(Diagnostic::new(Code::NoAnswer, place, message).help(help));
    }
    Some(
        Diagnostic::new(Code::NoAnswer, place, message).help(format!(
            "pause the program where the variable has the value: `run {program} until line {line}`"
        )),
    )
}

/// Returns the value of a variable in a process of a run, or `None` if its program has no such variable.
fn value_in(
    cx: &Cx,
    run: &HostedRun,
    hosted: &HostedProcess,
    (name, expression): (&str, &str),
) -> Option<Result<Value, String>> {
    let Slot::Kernel(kernel) = &cx.state.machine else {
        return None;
    };
    // `execv` may have replaced the program.
    let first = run.host.process(run.pid)?;
    if !Arc::ptr_eq(&first.program, &hosted.program) {
        return None;
    }
    let settings = run.call.settings(layout_for(kernel, Some(run.pid)));
    let source = c::Source {
        text: &run.call.listing.text,
        settings: &settings,
        program: &hosted.program,
    };
    let peek = |address, size| peek(kernel, hosted.pid, address, size);
    match c::inspect(source, &hosted.process, &peek, expression) {
        Ok(value) => Some(value_of(&value).ok_or_else(|| "it is not a finite number".to_owned())),
        Err(mistake) if mistake.message.contains(&format!("`{name}`")) => None,
        Err(mistake) => Some(Err(mistake.message)),
    }
}

fn value_of(value: &c::Value) -> Option<Value> {
    Some(match value {
        c::Value::Integer(integer) => Value::Number(Number::integer(*integer).ok()?),
        c::Value::Pointer(address) => Value::from(*address),
        c::Value::Real(real) => Value::Number(decimal(*real, &real.to_string())?),
        c::Value::Float(real) => Value::Number(decimal((*real).into(), &real.to_string())?),
        c::Value::List(items) => Value::List(items.iter().map(value_of).collect::<Option<List>>()?),
    })
}

/// Returns a number of C as the shortest decimal that C reads as this number, so that 0.1 of C is 0.1 of the script. Whole
/// numbers are exact. A number outside the range of exact numbers is a double.
fn decimal(real: f64, shortest: &str) -> Option<Number> {
    let exact = if real.fract() == 0.0 {
        Number::integer(real as i128)
    } else {
        Number::parse(shortest)
    };
    exact.or_else(|_| Number::double(real)).ok()
}
