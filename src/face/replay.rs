//! `pagewalk replay`: replays traces.

use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use pagewalk_engine::files::atomic_write::write_file;
use pagewalk_engine::files::shown;
use pagewalk_engine::trace::counting_replay::{
    AddressMapping, CurveMethod, ExtraOptions, SampleRate,
};
use pagewalk_engine::trace::format::{FORMATS, Format as TraceFormat};
use pagewalk_engine::trace::read_ahead::{TraceOrigin, is_standard_input};
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::time_limit::Deadline;
use pagewalk_script::api::{LimitNames, machines};
use pagewalk_script::lang::loader::Disk;
use pagewalk_script::report::diagnostics::render;
use pagewalk_script::report::text::Theme;
use pagewalk_script::traces::named::{MappingNames, replacements};
use pagewalk_script::traces::reports::{Ended, Replayed, json, plot, table, text, warnings};
use pagewalk_script::traces::{ReplayOutcome, ReplayPlan, named};

use super::options::{ReplayLimits, cannot_write, check_outputs};
use super::progress::Bar;
use super::terminal::{Color, Status, complain, diagnostic_style, print};

pub(crate) use pagewalk_script::traces::named::Named;

/// Arguments of `pagewalk replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Preset (`core-i7`), machine file (`.yaml`), or script with a machine (`.pw`)
    #[arg(required = true, value_name = "MACHINE")]
    machine: PathBuf,
    /// Traces (also `.gz` or `.zst`) to replay, or programs of the script, such as `transpose`; `-` is standard input
    ///
    /// Each trace starts on a new machine.
    #[arg(required = true, value_name = "TRACE")]
    traces: Vec<PathBuf>,
    /// Read traces in this format [default: detected]
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
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let interrupt = interruptible();
        let deadline = self.limits.deadline();
        if self
            .traces
            .iter()
            .filter(|trace| is_standard_input(trace))
            .count()
            > 1
        {
            return Ok(refused("standard input can be read only once"));
        }
        let inputs: Vec<&Path> = std::iter::once(&self.machine)
            .chain(&self.traces)
            .map(PathBuf::as_path)
            .collect();
        if let Err(why) = check_outputs(self.plot.as_deref(), &inputs) {
            return Ok(refused(&why));
        }
        let machine = match find_machine(&self.machine, color) {
            Ok(machine) => machine,
            Err(messages) => return Ok(reported(&messages)),
        };
        match self.addresses.map(&machine) {
            Ok(map) => self.replay(&machine, map, deadline, color, &interrupt),
            Err(why) => Ok(refused(&why)),
        }
    }

    fn replay(
        &self,
        machine: &Named,
        map: AddressMapping,
        deadline: Option<Deadline>,
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
            deadline,
            interrupt,
        };
        let mut output = ReplayOutput::new(self.format, color);
        let mut status = Status::Held;
        for trace in &self.traces {
            let trace = match find_trace(machine, trace, map, color) {
                Ok(trace) => trace,
                Err(message) => {
                    status = reported(&message);
                    continue;
                }
            };
            let mut bar = Bar::new(&trace.name());
            let ReplayOutcome { replayed, why } =
                plan.replay(trace, &mut |progress| bar.show(progress));
            bar.clear();
            if let Some(replayed) = replayed {
                status = status.max(output.report(replayed));
            }
            if let Some(why) = why {
                status = status.max(refused(&why));
            }
            if output.is_over() {
                break;
            }
        }
        output.finish(self.plot.as_deref(), status)
    }
}

/// The options for a trace's addresses.
#[derive(Debug, Args)]
#[command(next_help_heading = "Addresses")]
pub(crate) struct Addresses {
    /// Treat addresses as physical, or map pages to frames [default: demand with an MMU, or identity]
    #[arg(long, value_enum)]
    map: Option<Mapping>,
    /// Limit `--map demand` to N user page frames [default: those of the script's kernel, or all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    frames: Option<u32>,
    /// Use this page replacement policy when no frame is free [default: that of the script's kernel, or clock]
    #[arg(long, value_name = "POLICY", value_parser = policies())]
    replacement: Option<String>,
    /// Count all parts of an access across a block boundary, or only the first part
    #[arg(long, value_enum, default_value_t)]
    straddle: Straddling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mapping {
    /// Treat addresses as physical; use only the caches
    Identity,
    /// Allocate frames on first touch; also count TLB events, page walks, and faults
    Demand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Straddling {
    /// Count one part per block, as in hardware
    #[default]
    Split,
    /// Count only the part in the first block, as in simple simulators
    First,
}

/// Returns the names of the trace formats.
pub(crate) fn trace_formats() -> impl TypedValueParser<Value = TraceFormat> {
    let rows = FORMATS
        .iter()
        .map(|row| PossibleValue::new(row.name).help(row.help));
    PossibleValuesParser::new(rows)
        .map(|name| TraceFormat::named(&name).unwrap_or(TraceFormat::Lackey))
}

fn policies() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(
        replacements().map(|(name, help)| PossibleValue::new(name).help(help)),
    )
}

impl Addresses {
    /// Returns the mapping from a trace's addresses to a machine's physical addresses.
    ///
    /// # Errors
    /// Returns the reason why the options do not allow a mapping.
    pub(crate) fn map(&self, machine: &Named) -> Result<AddressMapping, String> {
        let map = self.map.map(|map| match map {
            Mapping::Identity => named::Mapping::Identity,
            Mapping::Demand => named::Mapping::Demand,
        });
        machine.address_mapping(
            map,
            self.frames,
            self.replacement.as_deref(),
            MappingNames::OPTIONS,
        )
    }

    /// Returns the method for counting references that straddle blocks or pages.
    pub(crate) fn straddle(&self) -> Straddle {
        match self.straddle {
            Straddling::Split => Straddle::Split,
            Straddling::First => Straddle::First,
        }
    }
}

/// Reports the reason why the command cannot run.
pub(crate) fn refused(why: &str) -> Status {
    reported(&format!("pagewalk: {why}\n"))
}

/// Prints complete messages about mistakes that end the command.
pub(crate) fn reported(messages: &str) -> Status {
    complain(messages);
    Status::Wrong
}

/// Reports that a plot is SVG, if the name of its file says otherwise. A program that reads the file would not say why it fails.
pub(crate) fn note_plot(file: &Path) {
    if file
        .extension()
        .is_some_and(|end| !end.eq_ignore_ascii_case("svg"))
    {
        complain(&format!(
            "pagewalk: `{}` contains SVG; the extension of SVG is `.svg`\n",
            shown(file)
        ));
    }
}

/// Returns a flag that becomes true at the first Ctrl-C. A second Ctrl-C ends the process.
pub(crate) fn interruptible() -> Arc<AtomicBool> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let signal = signal_hook::consts::SIGINT;
    // Without signals, the first Ctrl-C ends the process.
    let _ = signal_hook::flag::register_conditional_shutdown(
        signal,
        i32::from(Status::Interrupted as u8),
        interrupt.clone(),
    );
    let _ = signal_hook::flag::register(signal, interrupt.clone());
    interrupt
}

/// Returns a machine from a preset, from a machine file (`.yaml`), or from the end of a script (`.pw`). The
/// returned error is a complete message.
pub(crate) fn find_machine(machine: &Path, color: Color) -> Result<Named, String> {
    machines::find_machine(machine, &mut Disk)
        .map_err(|error| error.render(diagnostic_style(color)))
}

/// Returns a trace: the accesses of a program that the machine's script declares, or a file. The returned error is a
/// complete message.
pub(crate) fn find_trace(
    machine: &Named,
    trace: &Path,
    map: AddressMapping,
    color: Color,
) -> Result<TraceOrigin, String> {
    let file = || TraceOrigin::File(trace.to_owned());
    if trace.exists() {
        return Ok(file());
    }
    let name = shown(trace);
    match machine.accesses(&name, map) {
        Some(accesses) => {
            accesses.map_err(|(sources, wrong)| render(&wrong, &sources, diagnostic_style(color)))
        }
        None => match machine.similar_program(&name) {
            Some(near) => Err(format!(
                "pagewalk: `{name}` is neither a file nor a program of `{}`: did you mean `{near}`?\n",
                machine.name
            )),
            None => Ok(file()),
        },
    }
}

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ReplayFormat {
    /// Readable tables
    #[default]
    Text,
    /// One JSON object per trace
    Json,
    /// One CSV row per level and kind of access
    Csv,
}

/// Prints each result to standard output as soon as it is available.
struct ReplayOutput {
    format: ReplayFormat,
    theme: Theme,
    /// The results so far.
    replays: Vec<Replayed>,
    /// The first error while writing to standard output.
    error: Option<io::Error>,
}

impl ReplayOutput {
    pub(crate) fn new(format: ReplayFormat, color: Color) -> Self {
        Self {
            format,
            theme: color.theme(&io::stdout()),
            replays: Vec::new(),
            error: None,
        }
    }

    /// Prints the result of a trace and its warnings.
    pub(crate) fn report(&mut self, replayed: Replayed) -> Status {
        let first = self.replays.is_empty();
        let rendered = match self.format {
            ReplayFormat::Text => format!(
                "{}{}",
                if first { "" } else { "\n" },
                text(&replayed, self.theme)
            ),
            ReplayFormat::Json => json(&replayed),
            ReplayFormat::Csv => table(&replayed).csv(first),
        };
        self.error = print(&rendered).err();
        for warning in warnings(&replayed) {
            complain(&format!("pagewalk: `{}`: {warning}\n", replayed.run.trace));
        }
        let status = if replayed.run.ended == Ended::Interrupted {
            Status::Interrupted
        } else {
            Status::Held
        };
        self.replays.push(replayed);
        status
    }

    /// Whether to stop because of Ctrl-C or an error on standard output.
    pub(crate) fn is_over(&self) -> bool {
        let last = self.replays.last();
        self.error.is_some()
            || last.is_some_and(|replayed| replayed.run.ended == Ended::Interrupted)
    }

    /// Writes the plot, if requested, and returns the final status.
    pub(crate) fn finish(self, file: Option<&Path>, mut status: Status) -> io::Result<Status> {
        let file = file.filter(|_| !self.replays.is_empty());
        if let Some(file) = file.filter(|_| {
            self.replays
                .iter()
                .any(|replayed| replayed.run.ended != Ended::Whole)
        }) {
            // An older plot may be complete.
            let file = shown(file);
            complain(&format!(
                "pagewalk: `{file}` is not written, because the results are incomplete\n"
            ));
        } else if let Some(file) = file
            && let Err(error) = write_file(file, plot(&self.replays))
        {
            status = status.max(refused(&cannot_write(file, &error)));
        } else if let Some(file) = file {
            note_plot(file);
        }
        self.error.map_or(Ok(status), Err)
    }
}
