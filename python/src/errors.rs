//! Exceptions. The package's file `_errors.py` defines their classes.

use pagewalk_script::api::machines::MachineError;
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::{Style, render};
use pagewalk_script::report::text::{Fit, Theme};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::runs::Run;

/// The style of diagnostics in messages. Notebooks and logs show Unicode without colors.
pub(crate) const STYLE: Style = Style {
    color: false,
    unicode: true,
    fit: Fit::Sentences(100),
};

/// The appearance of reports.
pub(crate) const REPORT: Theme = Theme {
    color: false,
    fit: STYLE.fit,
};

/// Returns an object of a class in `pagewalk._errors`.
fn object<'py>(
    py: Python<'py>,
    class: &str,
    args: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    py.import("pagewalk._errors")?.getattr(class)?.call1(args)
}

/// Returns an exception of a class in `pagewalk._errors`, or the exception that prevents it.
fn exception<'py>(py: Python<'py>, class: &str, args: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
    object(py, class, args).map_or_else(|error| error, PyErr::from_value)
}

/// Returns the exception for a panic.
pub(crate) fn internal_error(py: Python<'_>, message: &str) -> PyErr {
    exception(py, "InternalError", (message,))
}

/// Returns the exception for a trace that cannot be replayed.
pub(crate) fn trace_error(py: Python<'_>, message: &str) -> PyErr {
    exception(py, "TraceError", (message,))
}

/// Returns a `Diagnostic` for each diagnostic.
pub(crate) fn diagnostics<'py>(
    py: Python<'py>,
    found: &[Diagnostic],
    sources: &Sources,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let convert = |one: &Diagnostic| {
        let (file, place) = sources.location(one.span).unzip();
        let place = (
            file,
            place.map(|place| place.line),
            place.map(|place| place.column),
        );
        let severity = if one.is_warning() { "warning" } else { "error" };
        object(
            py,
            "Diagnostic",
            (
                one.code.name(),
                severity,
                &one.message,
                place.0,
                place.1,
                place.2,
                &one.help,
            ),
        )
    };
    found.iter().map(convert).collect()
}

/// Returns a `ScriptError` with these diagnostics and the statements that ran before them.
pub(crate) fn script_error(
    py: Python<'_>,
    found: &[Diagnostic],
    sources: &Sources,
    run: Option<Py<Run>>,
) -> PyErr {
    let text = render(found, sources, STYLE);
    let create = || {
        let class = py.import("pagewalk._scripts")?.getattr("Run")?;
        let run = run.map(|run| class.call1((run,))).transpose()?;
        object(
            py,
            "ScriptError",
            (text.trim_end(), diagnostics(py, found, sources)?, run),
        )
    };
    create().map_or_else(|error| error, PyErr::from_value)
}

/// Returns the exception for a machine that cannot be used.
pub(crate) fn machine_error(py: Python<'_>, error: &MachineError) -> PyErr {
    match error {
        MachineError::Unusable {
            message,
            help: None,
        } => PyValueError::new_err(message.clone()),
        MachineError::Unusable {
            message,
            help: Some(help),
        } => PyValueError::new_err(format!("{message}; {help}")),
        MachineError::File(sources, wrong) => script_error(py, wrong, sources, None),
        MachineError::Script(script) => {
            script_error(py, &script.diagnostics, &script.sources, None)
        }
    }
}
