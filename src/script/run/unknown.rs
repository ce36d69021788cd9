//! Reports names that no variable, function, or definition has.

use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::linux;
use crate::lang::value::functions::FUNCTIONS;
use pagewalk_engine::kernel::syscall::{constants, system_call, system_calls};

use super::paths::PEEK_FUNCTIONS;
use super::programs::variable_without_program;
use super::session::Cx;
use super::state::Binding;
use super::syscalls::prototype;
use super::unsupported;

/// Reports that a name is unknown, and suggests the nearest one.
pub(crate) fn unknown_name(cx: &Cx, name: &str, span: Span) -> Diagnostic {
    if let Some(diagnostic) = variable_without_program(cx, name, span) {
        return diagnostic;
    }
    let diagnostic = Diagnostic::new(
        Code::UnknownName,
        span,
        format!("no variable is called `{name}`"),
    )
    .label("no earlier `let` sets this variable");
    if let Some(foreign) = linux::constant(name, span, constants().map(|row| row.name)) {
        return foreign;
    }
    if let Some((a, b)) = name.split_once('-') {
        return diagnostic.subtraction(a, b);
    }
    if let Some(verb) = cx.language().verb(name) {
        return diagnostic.help(verb.begins());
    }
    match cx.nearest(
        name,
        cx.state.names().chain(constants().map(|row| row.name)),
    ) {
        Some(near) => diagnostic.did_you_mean(name, near),
        None => diagnostic,
    }
}

/// Reports that no function of this name exists, and suggests the nearest one.
pub(crate) fn unknown_function(cx: &Cx, name: &Word) -> Diagnostic {
    if let Some(diagnostic) = unsupported::diagnostic(name) {
        return diagnostic;
    }
    if let Some(diagnostic) =
        linux::call(&name.text, name.span).filter(|_| system_call(&name.text).is_none())
        && cx.state.find(&name.text).is_none()
    {
        return diagnostic;
    }
    if let Some(Binding::Def(_)) = cx.state.find(&name.text) {
        return Diagnostic::new(
            Code::WrongType,
            name.span,
            format!("the definition `{}` has no value", name.text),
        )
        .help("a definition is a statement: write the expression here");
    }
    if let Some(row) = system_call(&name.text) {
        let message = format!(
            "`{}` with one argument is an access, which has no value",
            name.text
        );
        return Diagnostic::new(Code::UnknownFunction, name.span, message)
            .label("not a system call")
            .help(format!(
                "read memory with `byte(VA)`, or pass all arguments of the system call ({})",
                prototype(row)
            ));
    }
    let names = FUNCTIONS
        .iter()
        .map(|row| row.name)
        .chain(PEEK_FUNCTIONS.iter().map(|row| row.name));
    let names = names.chain(cx.state.definitions());
    let names = names.chain(system_calls().map(|row| row.name));
    let message = format!("no function or definition is called `{}` here", name.text);
    let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message);
    match cx.nearest(&name.text, names) {
        Some(near) => diagnostic.did_you_mean(&name.text, near),
        None => diagnostic.help(match cx.language().verb(&name.text) {
            Some(verb) => verb.begins(),
            None => "`pagewalk reference functions` lists the functions".to_owned(),
        }),
    }
}
