//! Finds the program that a statement names.

use std::sync::Arc;

use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::program::{Layout, Place, Program, Programs, RunError};

use super::call::{Passed, ProgramCall};
use super::listing::Listing;
use super::settings::in_c;
use crate::lang::ast::{Expr, ExprKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::eval::eval;
use crate::run::session::Cx;
use crate::run::state::Binding;
use crate::run::stop::Stop;

/// Returns the call that these operands describe, or `None` if the name belongs to no program.
///
/// # Errors
/// Returns the errors in the expressions.
pub(crate) fn program_call(
    cx: &mut Cx,
    name: &Word,
    function: Option<&Expr>,
    define: Option<(&Expr, &Expr)>,
) -> Result<Option<ProgramCall>, Stop> {
    let listing = match cx.state.find(&name.text) {
        Some(Binding::Program(listing)) => listing.clone(),
        Some(Binding::Unknowable) => return Err(Stop::Unknowable),
        _ => return Ok(None),
    };
    let mut call = ProgramCall {
        listing,
        function: None,
        arguments: Vec::new(),
        texts: Vec::new(),
        define: Vec::new(),
        place: name.span,
    };
    if let Some(function) = function {
        set_function(cx, &mut call, function)?;
    }
    if let Some((name, value)) = define {
        let constant = in_c(&eval(cx, value)?, value.span)?;
        let name = Word::of(name);
        call.define
            .push((name.text.to_string(), constant, name.span));
    }
    Ok(Some(call))
}

/// Bytes of a page as programs see them: those of the machine, or those of Linux without one.
pub(crate) fn page_size(machine: Option<&Spec>) -> u64 {
    let mmu = machine.and_then(|spec| spec.mmu.as_ref());
    mmu.map_or(Layout::default().page_size, |mmu| 1 << mmu.page_bits)
}

/// Returns the programs of the script that `execv` and its relatives find, compiled for memory with this layout.
pub(crate) fn executable(cx: &Cx, layout: Layout) -> Programs {
    let mut programs = Programs::default();
    for listing in cx.state.listings() {
        if let Ok(program) = listing.compile(&[], layout) {
            programs.add(&listing.name.text, program);
        }
    }
    programs
}

/// Returns the diagnostic of an error of a running program, or of one of those that it has started.
pub(crate) fn failed(
    cx: &Cx,
    call: &ProgramCall,
    error: &RunError,
    program: &Program,
    programs: &Programs,
) -> Diagnostic {
    let started = programs.at(error.place).map(|(_, program)| program);
    let listing = listing_at(cx, call, error.place, programs);
    listing.failed(error, started.map_or(program, |started| started))
}

/// Returns the text that contains a place: that of the call, or of a program that it has started.
pub(crate) fn listing_at<'a>(
    cx: &'a Cx,
    call: &'a ProgramCall,
    place: Place,
    programs: &Programs,
) -> &'a Listing {
    let started = programs.at(place).and_then(|(path, _)| {
        let mut listings = cx.state.listings();
        listings.find(|one| one.name.text == *path)
    });
    started.unwrap_or(&call.listing)
}

/// Sets the function from `f`, `f(8)`, or the text `"f"`.
fn set_function(cx: &mut Cx, call: &mut ProgramCall, function: &Expr) -> Result<(), Stop> {
    let name = |text: Arc<str>| Word {
        text,
        span: function.span,
    };
    match &function.kind {
        ExprKind::Call { name, args } => {
            for arg in &**args {
                if let ExprKind::Name(text) = &arg.kind
                    && !cx.state.has_variable(text)
                {
                    call.arguments.push(Passed::Expression(Word::of(arg)));
                    continue;
                }
                let value = match eval(cx, arg) {
                    // What the script cannot evaluate, such as `a + 4`, may be an expression of the program.
                    Err(Stop::Wrong(_)) if cx.text(arg.span).contains(char::is_alphabetic) => {
                        let (text, span) = (cx.text(arg.span).into(), arg.span);
                        call.arguments.push(Passed::Expression(Word { text, span }));
                        continue;
                    }
                    value => value?,
                };
                let integer = match &value {
                    Value::Number(number) => number.as_integer(),
                    _ => None,
                };
                if let (None, Value::Number(number)) = (integer, &value) {
                    let (text, span) = (format!("{:?}", number.to_f64()).into(), arg.span);
                    call.arguments.push(Passed::Expression(Word { text, span }));
                    continue;
                }
                let Some(integer) = integer.and_then(|one| i64::try_from(one).ok()) else {
                    let message = format!("an argument cannot be {}", value.kind());
                    let wrong = Diagnostic::new(Code::WrongType, arg.span, message);
                    let wrong = wrong.label("an integer is needed");
                    return Err(match &value {
                        Value::Text(_) if &*name.text == "main" => wrong.help(format!(
                            "write `arguments {}` instead of `call main(…)`",
                            value.quoted()
                        )),
                        _ => wrong,
                    }
                    .into());
                };
                call.arguments.push(Passed::Integer(integer));
            }
            call.function = Some(name.clone());
        }
        ExprKind::Name(text) if !cx.state.has_variable(text) => {
            call.function = Some(name(text.clone()));
        }
        _ => match eval(cx, function)? {
            Value::Text(text) => call.function = Some(name(text)),
            value => {
                let message = format!("a function cannot be {}", value.kind());
                let wrong = Diagnostic::new(Code::WrongType, function.span, message);
                return Err(wrong
                    .help("write the name of a function of the program")
                    .into());
            }
        },
    }
    Ok(())
}
