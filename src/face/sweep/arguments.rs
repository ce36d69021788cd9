//! The arguments and the entry point of `pagewalk sweep`.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Args;

use super::output::{SweepFormat, SweepOutput};
use crate::face::limits::ReplayLimits;
use crate::face::replay::addresses::{Addresses, interruptible, refused, trace_formats};
use crate::face::replay::machine::{Named, find_machine};
use crate::face::replay::progress::Bar;
use crate::face::terminal::{Color, Status, complain, diagnostic_style};
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::format::Format as TraceFormat;
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::sweep::ReplayOptions;
use pagewalk_engine::trace::sweep::grid::{Grid, SweptUnit};
use pagewalk_script::api::LimitNames;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::render;
use pagewalk_script::traces::sweep::{cache_named, grid, tlb_named, usual_unit};
use pagewalk_script::traces::{SweepOutcome, SweepPlan};

/// Arguments of `pagewalk sweep`.
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// Preset (`core-i7`), machine file (`.yaml`), or script with a machine (`.pw`)
    #[arg(value_name = "MACHINE")]
    machine: PathBuf,
    /// Trace (also `.gz` or `.zst`) to replay; `-` is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
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
    /// Read the trace in this format (default: detected, or lackey if unknown)
    #[arg(long, value_name = "FORMAT", value_parser = trace_formats())]
    trace_format: Option<TraceFormat>,
    #[command(flatten)]
    addresses: Addresses,
    /// Print the results in this format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: SweepFormat,
    /// Write the results to FILE instead of standard output
    #[arg(long, value_name = "FILE", required_if_eq("format", "parquet"))]
    output: Option<PathBuf>,
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
        let output =
            SweepOutput { format: self.format, file: self.output.as_deref(), plot: self.plot.as_deref() };
        let ready = output.ready().and_then(|()| Ok((self.unit(&machine)?, self.addresses.map(&machine)?)));
        let (unit, map) = match ready {
            Ok(ready) => ready,
            Err(why) => return Ok(refused(&why)),
        };
        let Some(grid) = self.grid(&machine, unit, color) else { return Ok(Status::Wrong) };
        if map == AddressMapping::Identity
            && grid.units().iter().any(|unit| matches!(unit, SweptUnit::Tlb(_)))
        {
            return Ok(refused("a TLB sweep needs `--map demand`, because `identity` uses no TLB"));
        }
        let plan = SweepPlan {
            machine: &machine.name,
            grid,
            how: ReplayOptions { map, straddle: self.addresses.straddle(), max_memory: self.limits.memory },
            threads: self.threads.or(available_parallelism().ok()).map_or(1, NonZeroUsize::get),
            format: self.trace_format,
            strict: self.strict,
            raised_by: LimitNames::OPTIONS,
            interrupt: &interrupt,
        };
        let mut bar = Bar::new(&self.trace.display().to_string());
        let trace = TraceOrigin::File(self.trace.clone());
        let SweepOutcome { swept, why } = plan.sweep(trace, &mut |progress| bar.show(progress));
        bar.clear();
        let status = if why.is_some() { Status::Wrong } else { Status::Held };
        let messages = swept
            .map_or(Ok(status), |swept| output.report(&swept, color).map(|messages| messages.max(status)));
        if let Some(why) = why {
            complain(&format!("pagewalk: {why}\n"));
        }
        messages
    }

    /// Returns the part whose settings vary.
    fn unit(&self, machine: &Named) -> Result<Option<SweptUnit>, String> {
        match (&self.cache, &self.tlb) {
            (Some(name), _) => cache_named(&machine.spec, name).map(Some),
            (None, Some(name)) => tlb_named(&machine.spec, name).map(Some),
            (None, None) => Ok(usual_unit(&machine.spec)),
        }
    }

    /// Returns the grid, or reports its errors.
    fn grid(&self, machine: &Named, unit: Option<SweptUnit>, color: Color) -> Option<Grid> {
        let mut sources = Sources::default();
        let read = grid(&self.grid.join(" "), &machine.spec, unit, &mut sources);
        read.map_err(|wrong| complain(&render(&wrong, &sources, diagnostic_style(color)))).ok()
    }
}
