//! Replays and sweeps of traces.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::thread::available_parallelism;

use pagewalk_engine::trace::counting_replay::{AddressMapping, CurveMethod, ExtraOptions};
use pagewalk_engine::trace::format::{FORMATS, Format};
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::sweep::ReplayOptions;
use pagewalk_engine::trace::sweep::grid::SweptUnit;
use pagewalk_script::api::machines::find_machine;
use pagewalk_script::api::tables::{self, replay_table, sweep_table};
use pagewalk_script::api::{LimitNames, Named, ReplayOutcome, ReplayPlan, SweepOutcome, SweepPlan};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::traces::named::{self, Mapping, MappingNames};
use pagewalk_script::traces::sweep::{cache_named, grid, tlb_named, usual_unit};
use pagewalk_script::traces::{reports, sweep_reports};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

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
    fn origin(self) -> TraceOrigin {
        match self {
            Self::File(path) => TraceOrigin::File(path),
            Self::Bytes((name, bytes)) => TraceOrigin::Bytes(bytes.into(), name),
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
        let map = map.map(|map| if map == "demand" { Mapping::Demand } else { Mapping::Identity });
        let mapping =
            machine.address_mapping(map, self.frames, self.replacement.as_deref(), MappingNames::KEYWORDS);
        mapping.map_err(PyValueError::new_err)
    }

    fn straddle(&self) -> Straddle {
        if self.straddle == "first" { Straddle::First } else { Straddle::Split }
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
        let sampled = self.curve_blocks.and_then(NonZeroU32::new).map(CurveMethod::Blocks);
        let curve = sampled.or(self.curve.then_some(CurveMethod::Exact));
        ExtraOptions { causes: self.causes, curve, top: self.top, cycles: false }
    }
}

/// The data of each trace, the table of all traces, and the warnings.
type Results<'py> = (Vec<Bound<'py, PyAny>>, Table, Vec<String>);

fn machine(py: Python<'_>, machine: Script) -> PyResult<Named> {
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
        interrupt,
    };
    let (mut data, mut table, mut warnings) = (Vec::new(), tables::Table::default(), Vec::new());
    for trace in traces {
        let origin = trace.origin();
        let outcome = call(py, interrupt, || plan.replay(origin, &mut |_| {}))?;
        let ReplayOutcome { replayed: Some(replayed), why: None } = outcome else {
            return Err(trace_error(py, &outcome.why.unwrap_or_default()));
        };
        data.push(from_json(py, &reports::object(&replayed))?);
        table.append(replay_table(&replayed));
        warnings.extend(
            reports::warnings(&replayed).into_iter().map(|text| format!("`{}`: {text}", replayed.trace)),
        );
    }
    Ok((data, Table::from_table(&table)?, warnings))
}

/// Replays each trace on every machine of a grid.
#[pyfunction]
pub(crate) fn sweep<'py>(
    py: Python<'py>,
    traces: Vec<Trace>,
    machine: Script,
    points: &str,
    part: (Option<String>, Option<String>),
    addresses: Addresses,
    threads: Option<usize>,
) -> PyResult<Results<'py>> {
    let machine = &self::machine(py, machine)?;
    let map = addresses.mapping(machine)?;
    let unit = match &part {
        (Some(name), _) => cache_named(&machine.spec, name).map(Some),
        (None, Some(name)) => tlb_named(&machine.spec, name).map(Some),
        (None, None) => Ok(usual_unit(&machine.spec)),
    };
    let mut sources = Sources::default();
    let points = grid(points, &machine.spec, unit.map_err(PyValueError::new_err)?, &mut sources)
        .map_err(|wrong| script_error(py, &wrong, &sources, None))?;
    let is_tlb = |unit: &SweptUnit| matches!(unit, SweptUnit::Tlb(_));
    if map == AddressMapping::Identity && points.units().iter().any(is_tlb) {
        let message = "a TLB sweep needs `map=\"demand\"`, because `identity` uses no TLB";
        return Err(PyValueError::new_err(message));
    }
    let threads = threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let (mut data, mut table, mut warnings) = (Vec::new(), tables::Table::default(), Vec::new());
    for trace in traces {
        let interrupt = &AtomicBool::new(false);
        let plan = SweepPlan {
            machine: &machine.name,
            grid: points.clone(),
            how: ReplayOptions { map, straddle: addresses.straddle(), max_memory: addresses.max_memory },
            threads,
            format: addresses.format(),
            strict: addresses.strict,
            raised_by: LimitNames::KEYWORDS,
            interrupt,
        };
        let origin = trace.origin();
        let outcome = call(py, interrupt, || plan.sweep(origin, &mut |_| {}))?;
        let SweepOutcome { swept: Some(swept), why: None } = outcome else {
            return Err(trace_error(py, &outcome.why.unwrap_or_default()));
        };
        data.push(from_json(py, &sweep_reports::object(&swept))?);
        table.append(sweep_table(&swept));
        warnings.extend(
            sweep_reports::warnings(&swept).into_iter().map(|text| format!("`{}`: {text}", swept.trace)),
        );
    }
    Ok((data, Table::from_table(&table)?, warnings))
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
