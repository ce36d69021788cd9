//! Interactive sessions with undo and redo.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pagewalk_script::prompt::explore::{Exploration, Mode};
use pagewalk_script::report::narrate::why;
use pagewalk_script::report::text::text;
use pagewalk_script::run::record::StepRecord;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::calls::call;
use crate::errors::{REPORT, script_error};
use crate::runs::{Run, state_data};
use crate::scripts::{RunLimits, Script, name_files};

/// The name of the inputs in diagnostics.
const NAME: &str = "<input>";

/// A session. The package's class `Session` contains it.
#[pyclass(frozen, module = "pagewalk._pagewalk")]
pub(crate) struct Session {
    exploration: Mutex<Exploration>,
    interrupt: Arc<AtomicBool>,
}

impl Session {
    fn lock(&self) -> MutexGuard<'_, Exploration> {
        self.exploration
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves through the history on another thread, because the session may repeat statements.
    fn travel<T: Send>(
        &self,
        py: Python<'_>,
        go: impl FnOnce(&mut Exploration) -> T + Send,
    ) -> PyResult<T> {
        call(py, &self.interrupt, || go(&mut self.lock()))
    }
}

#[pymethods]
impl Session {
    #[new]
    fn new(seed: u64, limits: RunLimits) -> Self {
        let interrupt: Arc<AtomicBool> = Arc::default();
        let exploration = Mutex::new(Exploration::new(limits.options(seed), interrupt.clone()));
        Self {
            exploration,
            interrupt,
        }
    }

    /// Runs an input, or tries it on a copy of the state.
    fn run(&self, py: Python<'_>, script: Script, tried: bool) -> PyResult<Py<Run>> {
        let on_disk = !script.has_own_text();
        let mode = if tried { Mode::Tried } else { Mode::Whole };
        let (wrong, sources, run) = call(py, &self.interrupt, || {
            let mut session = self.lock();
            let (path, mut files) = script.open();
            let read = match files.texts.get(&path).filter(|_| !on_disk) {
                Some(text) => {
                    let text = String::from_utf8_lossy(text).into_owned();
                    session.read(NAME, &text, &mut files)
                }
                None => session.read_file(&path, &mut files),
            };
            let (wrong, run) = match read {
                Err(mut wrong) => {
                    name_files(&mut wrong, &session.sources, &files);
                    (wrong, None)
                }
                Ok(body) => {
                    let mut records: Vec<StepRecord> = Vec::new();
                    let ended = session.run(&body, mode, &mut records);
                    let warnings = std::mem::take(&mut session.warnings);
                    // The state of an input that runs is that of the session, also if it has an error.
                    let state = match mode {
                        Mode::Tried => ended.state,
                        Mode::Whole | Mode::Each => session.state().clone(),
                    };
                    let run = Run::new(
                        session.sources.clone(),
                        records,
                        ended.totals,
                        state,
                        warnings,
                    );
                    (ended.diagnostics, Some(run))
                }
            };
            (wrong, session.sources.clone(), run)
        })?;
        let run = run.map(|run| Py::new(py, run)).transpose()?;
        match run {
            Some(run) if wrong.is_empty() => Ok(run),
            run => Err(script_error(py, &wrong, &sources, run)),
        }
    }

    /// Undoes up to `count` statements and returns their number.
    fn back(&self, py: Python<'_>, count: usize) -> PyResult<usize> {
        self.travel(py, |session| session.back(count))
    }

    /// Redoes up to `count` statements and returns their number.
    fn forward(&self, py: Python<'_>, count: usize) -> PyResult<usize> {
        self.travel(py, |session| session.forward(count))
    }

    /// Restores the state after the statement with this number.
    fn goto(&self, py: Python<'_>, number: usize) -> PyResult<bool> {
        self.travel(py, |session| session.goto(number))
    }

    /// The number of the last executed statement.
    #[getter]
    fn position(&self) -> usize {
        self.lock().history.at()
    }

    /// The number of the last statement that can be redone.
    #[getter]
    fn end(&self) -> usize {
        self.lock().history.end()
    }

    /// Explains one fact, or all facts, of the last access or system call.
    #[pyo3(signature = (fact = None))]
    fn why(&self, fact: Option<&str>) -> PyResult<String> {
        let last = self.lock().state().last.clone();
        let Some(did) = last else {
            return Err(PyValueError::new_err(
                "there has been no access or system call yet",
            ));
        };
        let blocks = why(&did, fact).map_err(PyValueError::new_err)?;
        Ok(text(&blocks, REPORT))
    }

    /// The current state as data.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.lock().state().clone();
        state_data(py, &state)
    }
}
