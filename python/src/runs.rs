//! Runs and their steps.

use std::sync::Arc;

use pagewalk_script::api::facts::{step_table, typed_fact, typed_facts};
use pagewalk_script::api::steps::Expectation;
use pagewalk_script::api::{Snapshot, html};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::source::{LineColumn, Sources};
use pagewalk_script::report::doc::Block;
use pagewalk_script::report::narrate::{Narrator, why};
use pagewalk_script::report::text::text;
use pagewalk_script::run::record::{Check, StepRecord, Totals};
use pagewalk_script::run::state::State;
use pyo3::exceptions::{PyAttributeError, PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::errors::{REPORT, diagnostics};
use crate::tables::Table;
use crate::values::from_json;

/// The results of a script. The package's class `Run` contains them.
#[pyclass(frozen, module = "pagewalk._pagewalk")]
pub(crate) struct Run {
    steps: Arc<Steps>,
    totals: Totals,
    state: State,
    warnings: Vec<Diagnostic>,
}

/// The records of a run and the texts of its script.
struct Steps {
    sources: Arc<Sources>,
    records: Vec<StepRecord>,
}

impl Run {
    pub(crate) fn new(
        sources: Arc<Sources>,
        records: Vec<StepRecord>,
        totals: Totals,
        state: State,
        warnings: Vec<Diagnostic>,
    ) -> Self {
        Self {
            steps: Arc::new(Steps { sources, records }),
            totals,
            state,
            warnings,
        }
    }

    fn step(&self, at: usize) -> Step {
        Step {
            steps: self.steps.clone(),
            at,
        }
    }
}

/// Returns a state as data: see `Snapshot`.
pub(crate) fn state_data<'py>(py: Python<'py>, state: &State) -> PyResult<Bound<'py, PyAny>> {
    let data = serde_json::to_value(Snapshot::capture(state));
    from_json(
        py,
        &data.map_err(|error| PyValueError::new_err(error.to_string()))?,
    )
}

#[pymethods]
impl Run {
    /// Whether all expectations hold.
    #[getter]
    fn ok(&self) -> bool {
        self.totals.failed() == 0
    }

    /// The number of checked facts, cells, and expressions.
    #[getter]
    fn checks(&self) -> u64 {
        self.totals.checks
    }

    /// The executed statements in order, as a tuple of `Step`.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(
            py,
            (0..self.steps.records.len())
                .map(|at| self.step(at))
                .collect::<Vec<_>>(),
        )
    }

    /// The expectations that do not hold, as a tuple of `Check`.
    #[getter]
    fn failures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut failures = Vec::new();
        for at in 0..self.steps.records.len() {
            let step = self.step(at);
            failures.extend(step.checked(py, |check| !check.held)?);
        }
        PyTuple::new(py, failures)
    }

    /// The warnings about the script, as a tuple of `Diagnostic`.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, diagnostics(py, &self.warnings, &self.steps.sources)?)
    }

    /// The state after the last statement, as a dictionary with the keys `machine`, `kernel`, and `variables`.
    /// Addresses and sizes are integers in bytes. Uninitialized bytes are `None`.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        state_data(py, &self.state)
    }

    /// Returns the report as HTML.
    fn html(&self) -> String {
        html::steps(&self.steps.records, &self.steps.sources)
    }

    /// Returns the report as text.
    fn text(&self) -> String {
        let mut narrator = Narrator::new(&self.steps.sources, false);
        let mut blocks: Vec<Block> = Vec::new();
        self.steps
            .records
            .iter()
            .for_each(|record| blocks.extend(narrator.narrate(record)));
        blocks.extend(narrator.rest());
        text(&blocks, REPORT)
    }

    /// Returns the steps as a table with one row per step.
    fn table(&self) -> PyResult<Table> {
        Table::from_table(&step_table(&self.steps.records, &self.steps.sources))
    }
}

/// An executed statement with its facts.
///
/// A step maps the names of facts to values. Numbers are `int`, latencies and rates are `float`, `yes` and `no`
/// are `bool`, and words are `str`. `None` represents `none`, `unknown`, and a fact that this statement does not
/// have, such as `pa` after a page fault. Facts with plain names are also attributes: `step.ppn`.
///
/// Examples
/// --------
/// >>> import pagewalk
/// >>> step = pagewalk.run("machine simple; read 0x3D4").steps[-1]
/// >>> step["vpn"], step.vpo, step["tlb"], step["fault"], step["pa"]
/// (15, 20, 'miss', 'page', None)
/// >>> step.line, step.column, step.statement
/// (1, 17, 'read 0x3D4')
#[pyclass(frozen, mapping, module = "pagewalk._pagewalk")]
pub(crate) struct Step {
    steps: Arc<Steps>,
    at: usize,
}

impl Step {
    fn record(&self) -> &StepRecord {
        &self.steps.records[self.at]
    }

    fn place(&self) -> Option<(&str, LineColumn)> {
        self.steps.sources.location(self.record().span)
    }

    fn fact<'py>(
        &self,
        py: Python<'py>,
        name: &str,
    ) -> Result<PyResult<Bound<'py, PyAny>>, String> {
        let cell = typed_fact(&self.record().did, name);
        cell.map(|cell| from_json(py, &(&cell).into()))
            .map_err(|near| {
                let help =
                    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                format!("this statement has no fact `{name}`{help}")
            })
    }

    /// Returns a `Check` for each check that is wanted.
    fn checked<'py>(
        &self,
        py: Python<'py>,
        is_wanted: impl Fn(&Check) -> bool,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let class = py.import("pagewalk._results")?.getattr("Check")?;
        let convert = |check: &Check| {
            let (file, place) = self.steps.sources.location(check.span).unzip();
            let (line, column) = place.map(|place| (place.line, place.column)).unzip();
            let expectation = Expectation::from_check(check, &self.record().did);
            class.call1((
                expectation.fact,
                expectation.expected,
                expectation.actual,
                expectation.held,
                expectation.reason,
                file,
                line,
                column,
            ))
        };
        self.record()
            .checks
            .iter()
            .filter(|check| is_wanted(check))
            .map(convert)
            .collect()
    }
}

#[pymethods]
impl Step {
    /// The name of the file that contains the statement.
    #[getter]
    fn file(&self) -> Option<&str> {
        self.place().map(|(file, _)| file)
    }

    /// The line of the statement, from 1.
    #[getter]
    fn line(&self) -> Option<usize> {
        self.place().map(|(_, place)| place.line)
    }

    /// The column of the statement, from 1, in characters.
    #[getter]
    fn column(&self) -> Option<usize> {
        self.place().map(|(_, place)| place.column)
    }

    /// The text of the statement.
    #[getter]
    fn statement(&self) -> &str {
        self.steps.sources.text(self.record().span)
    }

    /// The scenario that contains the statement, or `None`.
    #[getter]
    fn scenario(&self) -> Option<&str> {
        self.record().scenario.as_deref()
    }

    /// The name of the process that the statement runs in, or `None`.
    #[getter]
    fn process(&self) -> Option<&str> {
        self.record().process_name()
    }

    /// The statement's facts as a dictionary, in reporting order.
    #[getter]
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let facts = PyDict::new(py);
        for fact in typed_facts(&self.record().did) {
            facts.set_item(fact.name, from_json(py, &(&fact.value).into())?)?;
        }
        Ok(facts)
    }

    /// The statement's expectations, as a tuple of `Check`.
    #[getter]
    fn checks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.checked(py, |_| true)?)
    }

    /// Returns the report on the statement as HTML, which notebooks show.
    fn _repr_html_(&self) -> String {
        html::steps(std::slice::from_ref(self.record()), &self.steps.sources)
    }

    /// Explains one fact, or all facts of the statement, as text.
    #[pyo3(signature = (fact = None))]
    fn why(&self, fact: Option<&str>) -> PyResult<String> {
        let blocks = why(&self.record().did, fact).map_err(PyValueError::new_err)?;
        Ok(text(&blocks, REPORT))
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.fact(py, name)
            .unwrap_or_else(|message| Err(PyKeyError::new_err(message)))
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let found = self.fact(py, name).or_else(|message| {
            // `swapped_out` is the attribute of `swapped-out`.
            self.fact(py, &name.replace('_', "-")).map_err(|_| message)
        });
        found.unwrap_or_else(|message| Err(PyAttributeError::new_err(message)))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        let name: Result<&str, _> = name.extract();
        name.is_ok_and(|name| typed_fact(&self.record().did, name).is_ok())
    }

    fn __len__(&self) -> usize {
        typed_facts(&self.record().did).len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.facts(py)?.call_method0("__iter__")
    }

    /// Returns the names of the facts.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.facts(py)?.call_method0("keys")
    }

    /// Returns the names and values of the facts.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.facts(py)?.call_method0("items")
    }

    fn __repr__(&self) -> String {
        let line = self.line().unwrap_or_default();
        let statement = self.statement().lines().next().unwrap_or_default();
        format!("<pagewalk.Step: line {line}, `{statement}`>")
    }
}
