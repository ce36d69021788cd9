//! The arguments and the entry point of `pagewalk sweep`.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Args;

use super::output::{SweepFormat, SweepOutput};
use super::traces::{sweep_all, write_part};
use crate::face::limits::ReplayLimits;
use crate::face::replay::addresses::{Addresses, interruptible, refused, trace_formats};
use crate::face::replay::machine::{Named, find_machine};
use crate::face::terminal::{Color, Status, complain, diagnostic_style};
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::format::Format as TraceFormat;
use pagewalk_engine::trace::sweep::ReplayOptions;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_script::api::LimitNames;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::render;
use pagewalk_script::traces::SweepPlan;
use pagewalk_script::traces::named::MappingNames;
use pagewalk_script::traces::parts::Part;
use pagewalk_script::traces::sweep::{GridError, sweep_grid};

/// Arguments of `pagewalk sweep`.
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// Preset (`core-i7`), machine file (`.yaml`), or script with a machine (`.pw`)
    #[arg(value_name = "MACHINE")]
    machine: PathBuf,
    /// Trace (also `.gz` or `.zst`) to replay; `-` is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
    /// Also replay this trace; repeat the option for each further trace
    #[arg(long = "trace", value_name = "TRACE", conflicts_with = "plot")]
    more_traces: Vec<PathBuf>,
    /// Settings to vary, such as `ways 1..16, size 4 KB..1 MB, policy lru fifo`
    ///
    /// Each value in a range is twice the previous value. To vary several parts, use braces: `cache L1d { ways 1..8
    /// }, cache L2 { size 256 KB..1 MB }`.
    #[arg(required = true, value_name = "GRID")]
    grid: Vec<String>,
    /// Vary this cache; default: the first data cache
    #[arg(long, value_name = "NAME", conflicts_with = "tlb")]
    cache: Option<String>,
    /// Vary this TLB
    #[arg(long, value_name = "NAME")]
    tlb: Option<String>,
    /// Read the trace in this format; the default is detected
    #[arg(long, value_name = "FORMAT", value_parser = trace_formats())]
    trace_format: Option<TraceFormat>,
    #[command(flatten)]
    addresses: Addresses,
    /// Print the results in this format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: SweepFormat,
    /// Write the results to FILE instead of standard output; with `--partition`, to this folder
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Simulate only part K of N of all points, so that N jobs can share a sweep; `pagewalk merge` joins the results
    #[arg(long, value_name = "K/N", requires = "output", conflicts_with_all = ["format", "plot"])]
    partition: Option<Part>,
    /// Also draw the miss rates against one setting as SVG; the others form the lines
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Reject a trace with a malformed line instead of skipping the line
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    limits: ReplayLimits,
    /// Use N threads; default: the number of processors
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Sweep {
    /// Runs the sweep.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let interrupt = interruptible();
        let machine = match find_machine(&self.machine, color) {
            Ok(machine) => machine,
            Err(messages) => {
                complain(&messages);
                return Ok(Status::Wrong);
            }
        };
        let file = self.output.as_deref().filter(|_| self.partition.is_none());
        let output = SweepOutput {
            format: self.format,
            file,
            plot: self.plot.as_deref(),
        };
        let map = match output.ready().and_then(|()| self.addresses.map(&machine)) {
            Ok(map) => map,
            Err(why) => return Ok(refused(&why)),
        };
        let Some(grid) = self.grid(&machine, map, color) else {
            return Ok(Status::Wrong);
        };
        let plan = SweepPlan {
            machine: &machine.name,
            how: ReplayOptions {
                map,
                straddle: self.addresses.straddle(),
                max_memory: self.limits.memory,
            },
            threads: self
                .threads
                .or(available_parallelism().ok())
                .map_or(1, NonZeroUsize::get),
            format: self.trace_format,
            strict: self.strict,
            raised_by: LimitNames::OPTIONS,
            max_time: self.limits.time_from_now(),
            interrupt: &interrupt,
        };
        let files: Vec<&PathBuf> = std::iter::once(&self.trace)
            .chain(&self.more_traces)
            .collect();
        if let (Some(part), Some(folder)) = (self.partition, &self.output) {
            return Ok(write_part(
                plan,
                &files,
                &grid,
                &self.grid.join(" "),
                part,
                folder,
            ));
        }
        let (swept, status) = sweep_all(&plan, &files, &grid);
        if swept.is_empty() {
            return Ok(status);
        }
        output.report(&swept, status, color)
    }

    /// Returns the grid, or reports its errors.
    fn grid(&self, machine: &Named, map: AddressMapping, color: Color) -> Option<Grid> {
        let mut sources = Sources::default();
        let (text, names) = (self.grid.join(" "), MappingNames::OPTIONS);
        let unit = (self.cache.as_deref(), self.tlb.as_deref());
        match sweep_grid(&text, &machine.spec, unit, map, names, &mut sources) {
            Ok(grid) => return Some(grid),
            Err(GridError::Options(why)) => complain(&format!("pagewalk: {why}\n")),
            Err(GridError::Grid(wrong)) => {
                complain(&render(&wrong, &sources, diagnostic_style(color)));
            }
        }
        None
    }
}
