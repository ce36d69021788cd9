//! Replays and sweeps of traces.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::thread::available_parallelism;

use pagewalk_engine::files::shown;
use pagewalk_engine::trace::counting_replay::{AddressMapping, CurveMethod, ExtraOptions};
use pagewalk_engine::trace::format::{FORMATS, Format};
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::sweep::ReplayOptions;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_script::api::machines::find_machine;
use pagewalk_script::api::{
    LimitNames, Named, ReplayOutcome, ReplayPlan, SweepOutcome, SweepPlan, TypedTable,
};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::traces::named::{self, Mapping, MappingNames};
use pagewalk_script::traces::sweep::{GridError, sweep_grid};
use pagewalk_script::traces::{reports, sweep_reports};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::Value as Json;

use crate::calls::call;
use crate::errors::{machine_error, script_error, trace_error};
use crate::scripts::Script;
use crate::tables::Table;
use crate::values::from_json;

/// A trace: a file, or its name and its bytes.
#[derive(FromPyObject)]
pub(crate) enum Trace {
    File(PathBuf),
    Bytes((String, Vec<u8>)),
}

impl Trace {
    /// Returns the origin of the records: a file, bytes, or a program that the machine's script declares.
    fn origin(self, py: Python<'_>, machine: &Named, map: AddressMapping) -> PyResult<TraceOrigin> {
        let path = match self {
            Self::Bytes((name, bytes)) => return Ok(TraceOrigin::Bytes(bytes.into(), name)),
            Self::File(path) => path,
        };
        let accesses = if path.exists() {
            None
        } else {
            machine.accesses(&shown(&path), map)
        };
        match accesses {
            None => Ok(TraceOrigin::File(path)),
            Some(accesses) => {
                accesses.map_err(|(sources, wrong)| script_error(py, &wrong, &sources, None))
            }
        }
    }
}

/// The addresses and limits, which replays and sweeps share, which the Python functions have checked.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Addresses {
    map: Option<String>,
    frames: Option<u32>,
    replacement: Option<String>,
    straddle: String,
    trace_format: Option<String>,
    strict: bool,
    max_memory: u64,
}

impl Addresses {
    fn mapping(&self, machine: &Named) -> PyResult<AddressMapping> {
        let map = self.map.as_deref();
        let map = map.map(|map| {
            if map == "demand" {
                Mapping::Demand
            } else {
                Mapping::Identity
            }
        });
        let mapping = machine.address_mapping(
            map,
            self.frames,
            self.replacement.as_deref(),
            MappingNames::KEYWORDS,
        );
        mapping.map_err(PyValueError::new_err)
    }

    fn straddle(&self) -> Straddle {
        if self.straddle == "first" {
            Straddle::First
        } else {
            Straddle::Split
        }
    }

    fn format(&self) -> Option<Format> {
        self.trace_format.as_deref().and_then(Format::named)
    }
}

/// The extra counts of a replay.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Counts {
    causes: bool,
    curve: bool,
    curve_blocks: Option<u32>,
    top: Option<usize>,
}

impl Counts {
    fn options(&self) -> ExtraOptions {
        let sampled = self
            .curve_blocks
            .and_then(NonZeroU32::new)
            .map(CurveMethod::Blocks);
        let curve = sampled.or(self.curve.then_some(CurveMethod::Exact));
        ExtraOptions {
            causes: self.causes,
            curve,
            top: self.top,
            cycles: false,
        }
    }
}

/// The data of each trace, the table of all traces, and the warnings.
type Results<'py> = (Vec<Bound<'py, PyAny>>, Table, Vec<String>);

/// Calls `run` for each trace, and joins the data, the tables, and the warnings about each trace.
fn for_each_trace<'py>(
    py: Python<'py>,
    traces: Vec<Trace>,
    (machine, map): (&Named, AddressMapping),
    interrupt: &AtomicBool,
    run: impl Fn(TraceOrigin) -> Result<(Json, TypedTable, Vec<String>), String> + Sync,
) -> PyResult<Results<'py>> {
    let (mut data, mut table, mut warnings) = (Vec::new(), TypedTable::default(), Vec::new());
    for trace in traces {
        let origin = trace.origin(py, machine, map)?;
        let name = origin.name();
        let (object, rows, found) =
            call(py, interrupt, || run(origin))?.map_err(|why| trace_error(py, &why))?;
        data.push(from_json(py, &object)?);
        table.append(rows);
        warnings.extend(found.into_iter().map(|text| format!("`{name}`: {text}")));
    }
    Ok((data, Table::from_table(&table)?, warnings))
}

pub(crate) fn machine(py: Python<'_>, machine: Script) -> PyResult<Named> {
    let found = call(py, &AtomicBool::new(false), || {
        let (path, mut files) = machine.open();
        find_machine(&path, &mut files)
    })?;
    found.map_err(|error| machine_error(py, &error))
}

/// Replays each trace on a new machine.
#[pyfunction]
pub(crate) fn replay(
    py: Python<'_>,
    traces: Vec<Trace>,
    machine: Script,
    addresses: Addresses,
    counts: Counts,
) -> PyResult<Results<'_>> {
    let machine = &self::machine(py, machine)?;
    let interrupt = &AtomicBool::new(false);
    let plan = &ReplayPlan {
        machine,
        map: addresses.mapping(machine)?,
        straddle: addresses.straddle(),
        wanted: counts.options(),
        format: addresses.format(),
        strict: addresses.strict,
        raised_by: LimitNames::KEYWORDS,
        max_memory: addresses.max_memory,
        deadline: None,
        interrupt,
    };
    for_each_trace(
        py,
        traces,
        (machine, plan.map),
        interrupt,
        |trace| match plan.replay(trace, &mut |_| {}) {
            ReplayOutcome {
                replayed: Some(replayed),
                why: None,
            } => Ok((
                reports::object(&replayed),
                reports::table(&replayed),
                reports::warnings(&replayed),
            )),
            outcome => Err(outcome.why.unwrap_or_default()),
        },
    )
}

/// The machine and the grid of a sweep, and the options of its replays.
pub(crate) struct SweepArguments {
    pub(crate) machine: Named,
    pub(crate) grid: Grid,
    how: ReplayOptions,
    format: Option<Format>,
    strict: bool,
}

impl SweepArguments {
    pub(crate) fn new(
        py: Python<'_>,
        machine: Named,
        grid: &str,
        (cache, tlb): (Option<&str>, Option<&str>),
        addresses: &Addresses,
    ) -> PyResult<Self> {
        let map = addresses.mapping(&machine)?;
        let mut sources = Sources::default();
        let names = MappingNames::KEYWORDS;
        let grid = sweep_grid(grid, &machine.spec, (cache, tlb), map, names, &mut sources);
        let grid = grid.map_err(|error| match error {
            GridError::Options(why) => PyValueError::new_err(why),
            GridError::Grid(wrong) => script_error(py, &wrong, &sources, None),
        })?;
        let how = ReplayOptions {
            map,
            straddle: addresses.straddle(),
            seed: machine.seed,
            max_memory: addresses.max_memory,
        };
        Ok(Self {
            machine,
            grid,
            how,
            format: addresses.format(),
            strict: addresses.strict,
        })
    }

    /// Returns the plan of a sweep with a number of threads. Default: the number of processors.
    pub(crate) fn plan<'a>(
        &'a self,
        threads: Option<usize>,
        interrupt: &'a AtomicBool,
    ) -> SweepPlan<'a> {
        SweepPlan {
            machine: &self.machine.name,
            how: self.how,
            threads: threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)),
            format: self.format,
            strict: self.strict,
            raised_by: LimitNames::KEYWORDS,
            deadline: None,
            interrupt,
        }
    }
}

/// Replays each trace on every machine of a grid.
#[pyfunction]
pub(crate) fn sweep(
    py: Python<'_>,
    traces: Vec<Trace>,
    machine: Script,
    grid: String,
    unit: (Option<String>, Option<String>),
    addresses: Addresses,
    threads: Option<usize>,
) -> PyResult<Results<'_>> {
    let unit = (unit.0.as_deref(), unit.1.as_deref());
    let sweep = SweepArguments::new(py, self::machine(py, machine)?, &grid, unit, &addresses)?;
    let interrupt = &AtomicBool::new(false);
    let plan = sweep.plan(threads, interrupt);
    let of = (&sweep.machine, sweep.how.map);
    for_each_trace(py, traces, of, interrupt, |trace| {
        match plan.sweep(sweep.grid.clone(), trace, &mut |_| {}) {
            SweepOutcome {
                swept: Some(swept),
                why: None,
            } => Ok((
                sweep_reports::object(&swept),
                sweep_reports::table(&swept),
                sweep_reports::warnings(&swept),
            )),
            outcome => Err(outcome.why.unwrap_or_default()),
        }
    })
}

/// Returns the names of the trace formats.
#[pyfunction]
pub(crate) fn trace_formats() -> Vec<&'static str> {
    FORMATS.iter().map(|row| row.name).collect()
}

/// Returns the names of the page replacement policies.
#[pyfunction]
pub(crate) fn replacements() -> Vec<&'static str> {
    named::replacements().map(|(name, _)| name).collect()
}
