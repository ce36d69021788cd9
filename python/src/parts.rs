//! Sweeps in parts, whose files are those of `pagewalk sweep --partition`.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use pagewalk_engine::files::{atomic_write, reason};
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_script::api::{Named, SweepOutcome};
use pagewalk_script::traces::parts::{
    self, FinishedPart, Part, PartError, PartitionedSweep, TraceFile,
};
use pagewalk_script::traces::sweep_reports::{self, Swept};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::calls::{call, call_unless};
use crate::errors::trace_error;
use crate::scripts::Script;
use crate::tables::Table;
use crate::traces::{Addresses, SweepArguments, machine};

/// A sweep in parts. Traces and machine files have paths relative to a folder.
#[pyclass(frozen, module = "pagewalk._pagewalk")]
pub(crate) struct SweepParts {
    sweep: SweepArguments,
    notation: String,
    traces: Vec<TraceFile>,
}

impl SweepParts {
    fn sweep<'a>(
        &'a self,
        threads: Option<usize>,
        interrupt: &'a AtomicBool,
    ) -> PartitionedSweep<'a> {
        let plan = self.sweep.plan(threads, interrupt);
        PartitionedSweep {
            plan,
            grid: &self.sweep.grid,
            notation: &self.notation,
            traces: &self.traces,
        }
    }
}

#[pymethods]
impl SweepParts {
    #[new]
    fn new(
        py: Python<'_>,
        traces: Vec<String>,
        machine: Script,
        grid: String,
        unit: (Option<String>, Option<String>),
        addresses: Addresses,
        folder: PathBuf,
    ) -> PyResult<Self> {
        let name = machine.name();
        // A worker may run in another folder than the program that started the sweep.
        let machine = if Named::preset(&name).is_some() {
            machine
        } else {
            machine.below(&folder)
        };
        let mut machine = self::machine(py, machine)?;
        machine.name = name;
        let unit = (unit.0.as_deref(), unit.1.as_deref());
        let sweep = SweepArguments::new(py, machine, &grid, unit, &addresses)?;
        let trace = |name: String| TraceFile {
            path: folder.join(&name),
            name,
        };
        Ok(Self {
            sweep,
            notation: grid,
            traces: traces.into_iter().map(trace).collect(),
        })
    }

    /// The number of points of all traces.
    #[getter]
    fn points(&self) -> u64 {
        self.sweep(Some(1), &AtomicBool::new(false)).points()
    }

    /// The numbers of the finished parts in a folder, each with its name and the names of its traces.
    fn finished(
        &self,
        py: Python<'_>,
        folder: PathBuf,
        of: u64,
    ) -> PyResult<Vec<(u64, String, Vec<String>)>> {
        let interrupt = &AtomicBool::new(false);
        let found = call(py, interrupt, || {
            self.sweep(Some(1), interrupt).finished(&folder, of)
        })?;
        let part = |manifest: parts::Manifest| {
            let traces = manifest.traces_sha256.into_keys().collect();
            (manifest.part.part, manifest.part.stem(), traces)
        };
        Ok(found
            .map_err(|error| exception(py, &error))?
            .into_iter()
            .map(part)
            .collect())
    }

    /// Simulates a part. With a folder, writes the part there. Returns the table of the part as CSV, and the warnings.
    /// Fails early if the function `cancelled` returns true.
    fn simulate(
        &self,
        py: Python<'_>,
        part: (u64, u64),
        folder: Option<PathBuf>,
        threads: Option<usize>,
        cancelled: Option<Bound<'_, PyAny>>,
    ) -> PyResult<(String, Vec<String>)> {
        let (part, interrupt) = (
            Part {
                part: part.0,
                of: part.1,
            },
            &AtomicBool::new(false),
        );
        let part = call_unless(py, interrupt, cancelled.as_ref(), || {
            let sweep = self.sweep(threads, interrupt);
            let replay = &mut |trace: &TraceFile, grid: Grid| -> SweepOutcome {
                sweep
                    .plan
                    .sweep(grid, TraceOrigin::File(trace.path.clone()), &mut |_| {})
            };
            match &folder {
                Some(folder) => sweep.write(part, folder, replay),
                None => sweep.replay(part, replay),
            }
        })?;
        let FinishedPart { table, swept } = part.map_err(|error| exception(py, &error))?;
        let warnings = |swept: &Swept| {
            let warnings = sweep_reports::warnings(swept).into_iter();
            warnings
                .map(|text| format!("`{}`: {text}", swept.run.trace))
                .collect::<Vec<String>>()
        };
        Ok((table, swept.iter().flat_map(warnings).collect()))
    }

    /// The table with the rows of CSV tables.
    fn table(&self, tables: Vec<String>) -> PyResult<Table> {
        let text = parts::joined(tables.iter().map(String::as_str));
        let mut table = sweep_reports::empty_table(&self.sweep.grid);
        table.push_csv(&text);
        Table::from_table(&table)
    }
}

/// The number of parts of the sweep in a folder, or `None` if it contains no part.
#[pyfunction]
pub(crate) fn partitions(py: Python<'_>, folder: PathBuf) -> PyResult<Option<u64>> {
    parts::partitions(&folder).map_err(|error| exception(py, &error))
}

/// The name of a part's files without an extension.
#[pyfunction]
pub(crate) fn part_stem(part: u64, of: u64) -> String {
    Part { part, of }.stem()
}

/// The table of the sweep in a folder, as CSV.
#[pyfunction]
pub(crate) fn merged(py: Python<'_>, folder: PathBuf) -> PyResult<String> {
    parts::merged(&folder).map_err(|error| exception(py, &error))
}

/// Writes a new or existing file. If an error occurs, the file does not change.
#[pyfunction]
pub(crate) fn write_file(path: PathBuf, bytes: &[u8]) -> PyResult<()> {
    atomic_write::write_file(&path, bytes).map_err(|error| {
        PyOSError::new_err(format!(
            "cannot write `{}`: {}",
            path.display(),
            reason(&error)
        ))
    })
}

fn exception(py: Python<'_>, error: &PartError) -> PyErr {
    let message = error.to_string();
    match error {
        PartError::Trace(_) => trace_error(py, &message),
        PartError::Folder(_) => PyValueError::new_err(message),
        PartError::Unwritten(_) => PyOSError::new_err(message),
        PartError::Interrupted => PyRuntimeError::new_err("the part was cancelled"),
    }
}
