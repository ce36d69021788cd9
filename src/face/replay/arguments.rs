//! The arguments and the entry point of `pagewalk replay`.

use std::io;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::addresses::{Addresses, interruptible, refused, trace_formats};
use super::machine::{Named, find_machine};
use super::output::{ReplayFormat, ReplayOutput};
use super::progress::Bar;
use crate::face::limits::ReplayLimits;
use crate::face::terminal::{Color, Status, complain};
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::counting_replay::{CurveMethod, ExtraOptions, SampleRate};
use pagewalk_engine::trace::format::Format as TraceFormat;
use pagewalk_engine::trace::read_ahead::{TraceOrigin, is_standard_input};
use pagewalk_script::api::LimitNames;
use pagewalk_script::traces::{ReplayOutcome, ReplayPlan, TimeLimit};

/// Arguments of `pagewalk replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Preset (`core-i7`), machine file (`.yaml`), or script with a machine (`.pw`)
    #[arg(required = true, value_name = "MACHINE")]
    machine: PathBuf,
    /// Traces (also `.gz` or `.zst`) to replay; `-` is standard input
    ///
    /// Each trace starts on a new machine.
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    /// Read traces in this format; the default is detected
    #[arg(long, value_name = "FORMAT", value_parser = trace_formats())]
    trace_format: Option<TraceFormat>,
    /// Print the results in this format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ReplayFormat,
    /// Draw misses by level and kind of access, and the miss curve (`--curve`), as SVG
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Reject a trace with a malformed line or an address outside the machine's range
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    limits: ReplayLimits,
    #[command(flatten)]
    addresses: Addresses,
    #[command(flatten)]
    counts: Counts,
}

/// Additional counts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Counts")]
struct Counts {
    /// Classify cache misses as compulsory, capacity, or conflict
    #[arg(long)]
    causes: bool,
    /// Count the misses of fully associative LRU caches of every size
    #[arg(long)]
    curve: bool,
    /// Estimate the curve from a random sample, such as `0.01` or `1%` of all blocks
    ///
    /// The sample contains all references to its blocks. The report shows the sizes that the sample can tell apart, and
    /// twice the standard error of each number of misses. Implies `--curve`.
    #[arg(long, value_name = "RATE", value_parser = sample_rate)]
    curve_rate: Option<SampleRate>,
    /// Estimate the curve from a sample of at most N blocks, so that memory is constant
    ///
    /// The sampling rate decreases as the trace uses more blocks. Implies `--curve`.
    // Two options, because in one option, 1 could be a rate or a number.
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "curve_rate",
        value_parser = clap::value_parser!(u32).range(i64::from(LEAST_BLOCKS)..)
    )]
    curve_blocks: Option<u32>,
    /// List the N pages and N instructions with the most misses
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
}

/// The minimum number of blocks in a sample. Each of the groups for the standard error needs several blocks.
const LEAST_BLOCKS: u32 = 64;

/// Parses a sampling rate: a number, or a percentage.
fn sample_rate(text: &str) -> Result<SampleRate, String> {
    let rate = match text.strip_suffix('%') {
        Some(percent) => percent
            .trim_end()
            .parse::<f64>()
            .map(|percent| percent / 100.0),
        None => text.parse::<f64>(),
    };
    let rate = rate.ok().and_then(SampleRate::new);
    rate.ok_or_else(|| {
        "write a number from 0.000001 to 1, such as `0.01`, or a percentage, such as `1%`"
            .to_owned()
    })
}

impl Counts {
    /// Returns the method for the miss-ratio curve, if it is requested.
    fn curve(&self) -> Option<CurveMethod> {
        let blocks = self
            .curve_blocks
            .and_then(NonZeroU32::new)
            .map(CurveMethod::Blocks);
        let sampled = self.curve_rate.map(CurveMethod::Rate).or(blocks);
        sampled.or(self.curve.then_some(CurveMethod::Exact))
    }
}

impl Replay {
    /// Replays the traces.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let interrupt = interruptible();
        let max_time = self.limits.time_from_now();
        if self
            .traces
            .iter()
            .filter(|trace| is_standard_input(trace))
            .count()
            > 1
        {
            return Ok(refused("standard input can be read only once"));
        }
        let machine = match find_machine(&self.machine, color) {
            Ok(machine) => machine,
            Err(messages) => {
                complain(&messages);
                return Ok(Status::Wrong);
            }
        };
        match self.addresses.map(&machine) {
            Ok(map) => self.replay(&machine, map, max_time, color, &interrupt),
            Err(why) => Ok(refused(&why)),
        }
    }

    fn replay(
        &self,
        machine: &Named,
        map: AddressMapping,
        max_time: Option<TimeLimit>,
        color: Color,
        interrupt: &AtomicBool,
    ) -> io::Result<Status> {
        let plan = ReplayPlan {
            machine,
            map,
            straddle: self.addresses.straddle(),
            wanted: ExtraOptions {
                causes: self.counts.causes,
                curve: self.counts.curve(),
                top: self.counts.top.map(|n| n as usize),
                cycles: false,
            },
            format: self.trace_format,
            strict: self.strict,
            raised_by: LimitNames::OPTIONS,
            max_memory: self.limits.memory,
            max_time,
            interrupt,
        };
        let mut output = ReplayOutput::new(self.format, color);
        let mut status = Status::Held;
        for trace in &self.traces {
            let trace = TraceOrigin::File(trace.clone());
            let mut bar = Bar::new(&trace.name());
            let ReplayOutcome { replayed, why } =
                plan.replay(trace, &mut |progress| bar.show(progress));
            bar.clear();
            status = status.max(if why.is_some() {
                Status::Wrong
            } else {
                Status::Held
            });
            if let Some(replayed) = replayed {
                status = status.max(output.report(replayed));
            }
            if let Some(why) = why {
                complain(&format!("pagewalk: {why}\n"));
            }
            if output.is_over() {
                break;
            }
        }
        output.finish(self.plot.as_deref(), status)
    }
}
