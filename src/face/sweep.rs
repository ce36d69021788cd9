//! `pagewalk sweep`: replays traces on a grid of machines.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::thread::available_parallelism;

use clap::{Args, ValueEnum};
use pagewalk_engine::files::atomic_write::{check_kind, write_file};
use pagewalk_engine::files::{reason, shown};
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::format::Format as TraceFormat;
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::sweep::ReplayOptions;
use pagewalk_engine::trace::sweep::grid::Grid;
use pagewalk_script::api::LimitNames;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::render;
use pagewalk_script::report::text::Theme;
use pagewalk_script::suite::reports::quoted;
use pagewalk_script::traces::named::MappingNames;
use pagewalk_script::traces::parts::{
    Part, PartError, PartitionedSweep, TraceFile, merged, missing,
};
use pagewalk_script::traces::reports::Ended;
use pagewalk_script::traces::sweep::{GridError, begins_setting, sweep_grid};
use pagewalk_script::traces::sweep_reports::{Swept, csv, json, plot, text, warnings};
use pagewalk_script::traces::{SweepOutcome, SweepPlan};

use super::options::{ReplayLimits, cannot_write, check_outputs};
use super::progress::Bar;
use super::replay::{
    Addresses, Named, find_machine, find_trace, interruptible, note_plot, refused, reported,
    trace_formats,
};
use super::terminal::{Color, Status, complain, diagnostic_style, print};

/// Arguments of `pagewalk sweep`.
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    /// Preset (`core-i7`), machine file (`.yaml`), or script with a machine (`.pw`)
    #[arg(value_name = "MACHINE")]
    machine: PathBuf,
    /// Trace (also `.gz` or `.zst`) to replay, or a program of the script, such as `transpose`; `-` is standard input
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
    /// Vary this cache [default: the first data cache]
    #[arg(long, value_name = "NAME", conflicts_with = "tlb")]
    cache: Option<String>,
    /// Vary this TLB
    #[arg(long, value_name = "NAME")]
    tlb: Option<String>,
    /// Read the trace in this format [default: detected]
    #[arg(long, value_name = "FORMAT", value_parser = trace_formats())]
    trace_format: Option<TraceFormat>,
    /// Print the results in this format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: SweepFormat,
    /// Write the results to FILE, or with `--partition` to this folder, which must exist [default: -]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Simulate only part K of N of all points, so that N processes can share a sweep; `pagewalk merge` joins the parts
    #[arg(long, value_name = "K/N", requires = "output", conflicts_with_all = ["format", "plot"])]
    partition: Option<Part>,
    /// Also draw the miss rates against one setting as SVG; the others form the lines
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Reject a trace with a malformed line or an address outside the machine's range
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    limits: ReplayLimits,
    /// Simulate on N threads [default: the number of processors]
    #[arg(short, long, alias = "threads", value_name = "N")]
    jobs: Option<NonZeroUsize>,
    // The heading of these options would otherwise apply to those below.
    #[command(flatten)]
    addresses: Addresses,
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
            Err(messages) => return Ok(reported(&messages)),
        };
        let file = self
            .output
            .as_deref()
            .filter(|file| self.partition.is_none() && *file != Path::new("-"));
        let output = SweepOutput {
            format: self.format,
            file,
            plot: self.plot.as_deref(),
        };
        let files: Vec<&PathBuf> = std::iter::once(&self.trace)
            .chain(&self.more_traces)
            .collect();
        let inputs: Vec<&Path> = std::iter::once(&self.machine)
            .chain(files.iter().copied())
            .map(PathBuf::as_path)
            .collect();
        let outputs = [output.file, output.plot].into_iter().flatten();
        let ready = check_outputs(outputs, &inputs).and_then(|()| output.ready());
        let map = match ready.and_then(|()| self.addresses.map(&machine)) {
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
                seed: machine.seed,
                max_memory: self.limits.memory,
            },
            threads: self
                .jobs
                .or(available_parallelism().ok())
                .map_or(1, NonZeroUsize::get),
            format: self.trace_format,
            strict: self.strict,
            raised_by: LimitNames::OPTIONS,
            deadline: self.limits.deadline(),
            interrupt: &interrupt,
        };
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
        let traces = files
            .iter()
            .map(|file| find_trace(&machine, file, map, color));
        let traces = match traces.collect::<Result<Vec<_>, _>>() {
            Ok(traces) => traces,
            Err(message) => return Ok(reported(&message)),
        };
        let (swept, status) = sweep_all(&plan, traces, &grid);
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
            Err(GridError::Grid(_)) if let Some(why) = self.misplaced_trace(machine) => {
                refused(&why)
            }
            Err(GridError::Options(why)) => refused(&why),
            Err(GridError::Grid(wrong)) => {
                reported(&render(&wrong, &sources, diagnostic_style(color)))
            }
        };
        None
    }

    /// Explains that a setting is in the place of the trace, or a trace in the grid.
    fn misplaced_trace(&self, machine: &Named) -> Option<String> {
        let is_file = |word: &&String| Path::new(word).is_file() && !begins_setting(word);
        let (file, trace) = (self.grid.iter().find(is_file), shown(&self.trace));
        let words = |file: &str| -> Vec<String> {
            let rest = self.grid.iter().filter(|word| *word != file);
            let words = [&*self.machine.to_string_lossy(), file, &trace].map(str::to_owned);
            words.iter().chain(rest).map(|word| quoted(word)).collect()
        };
        let is_trace = self.trace.exists() || machine.has_program(&trace);
        let is_setting = trace.split_whitespace().next().is_some_and(begins_setting);
        if !is_trace && (file.is_some() || is_setting) {
            let message = format!("`{trace}` is no trace, and the trace must precede the grid");
            return Some(match file {
                Some(file) => format!("{message}: `pagewalk sweep {}`", words(file).join(" ")),
                None => message,
            });
        }
        file.map(|file| {
            let file = shown(Path::new(file));
            format!(
                "`{file}` is a file, not a setting; to replay a further trace, write `--trace {}`",
                quoted(&file)
            )
        })
    }
}

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum SweepFormat {
    /// Print a table, or for two varied settings a matrix of miss rates
    #[default]
    Text,
    /// One JSON object
    Json,
    /// One CSV row per combination of settings
    Csv,
}

/// The destination and format of the results.
struct SweepOutput<'a> {
    pub(crate) format: SweepFormat,
    /// The file, or `None` for standard output.
    pub(crate) file: Option<&'a Path>,
    /// The file for the plot, if requested.
    pub(crate) plot: Option<&'a Path>,
}

impl SweepOutput<'_> {
    /// Checks before a long run whether the files can be written. Returns the reason if a file cannot be written.
    fn ready(&self) -> Result<(), String> {
        for file in [self.file, self.plot].into_iter().flatten() {
            let folder = file
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let why = if let Err(error) = check_kind(file) {
                reason(&error)
            } else if folder.is_some_and(|folder| !folder.is_dir()) {
                "the folder does not exist".to_owned()
            } else {
                continue;
            };
            return Err(format!("cannot write `{}`: {why}", shown(file)));
        }
        Ok(())
    }

    /// Writes the results for all traces and the plot for the first one, and prints warnings. If a file cannot be written, prints the results
    /// on standard output, so that the results of a long run are not lost. Incomplete results also go there, because nothing in
    /// a file shows that its counts are incomplete, and an older file may be complete.
    pub(crate) fn report(
        &self,
        swept: &[Swept],
        mut status: Status,
        color: Color,
    ) -> io::Result<Status> {
        let whole = status != Status::Interrupted
            && swept.iter().all(|swept| swept.run.ended == Ended::Whole);
        let written = match self.file {
            Some(file) if !whole => {
                complain(&unwritten(file));
                complain("  the results so far are printed on standard output\n");
                print(&self.text(swept, Theme::default()))
            }
            None => print(&self.text(swept, color.theme(&io::stdout()))),
            Some(file) => {
                let text = self.text(swept, Theme::default());
                let done = write_file(file, &text);
                if done.is_ok() {
                    self.note_format(file);
                }
                done.or_else(|error| {
                    status = status.max(refused(&cannot_write(file, &error)));
                    complain("  the results are printed on standard output\n");
                    print(&text)
                })
            }
        };
        if let Some(file) = self.plot.filter(|_| !whole) {
            complain(&unwritten(file));
        } else if let Some((file, swept)) = self.plot.zip(swept.first()) {
            if let Err(error) = write_file(file, plot(swept)) {
                status = status.max(refused(&cannot_write(file, &error)));
            } else {
                note_plot(file);
            }
        }
        warn(swept);
        if swept
            .iter()
            .any(|swept| swept.run.ended == Ended::Interrupted)
        {
            status = status.max(Status::Interrupted);
        }
        written.map(|()| status)
    }

    /// Reports the format of the results, if the name of their file says otherwise.
    fn note_format(&self, file: &Path) {
        let end = file
            .extension()
            .and_then(|end| end.to_str())
            .unwrap_or_default();
        let format = SweepFormat::from_str(end, true)
            .ok()
            .filter(|format| *format != self.format);
        let names = format.and_then(|format| {
            let [is, other] = [self.format, format].map(|format| format.to_possible_value());
            is.zip(other)
        });
        if let Some((is, other)) = names {
            let (file, is, other) = (shown(file), is.get_name(), other.get_name());
            complain(&format!(
                "pagewalk: `{file}` contains {is}; for {other}, add `--format {other}`\n"
            ));
        }
    }

    fn text(&self, swept: &[Swept], theme: Theme) -> String {
        match self.format {
            SweepFormat::Text => swept
                .iter()
                .map(|swept| text(swept, theme))
                .collect::<Vec<String>>()
                .join("\n"),
            SweepFormat::Json => swept.iter().map(json).collect(),
            SweepFormat::Csv => csv(swept),
        }
    }
}

/// Prints the warnings about each trace.
fn warn(swept: &[Swept]) {
    for swept in swept {
        for warning in warnings(swept) {
            complain(&format!("pagewalk: `{}`: {warning}\n", swept.run.trace));
        }
    }
}

/// Reports that a file is unchanged, because the results are incomplete.
fn unwritten(file: &Path) -> String {
    format!(
        "pagewalk: `{}` is not written, because the results are incomplete\n",
        shown(file)
    )
}

/// Replays every trace on all machines. Returns the results of the readable traces.
fn sweep_all(plan: &SweepPlan, traces: Vec<TraceOrigin>, grid: &Grid) -> (Vec<Swept>, Status) {
    let (mut all, mut status) = (Vec::new(), Status::Held);
    for trace in traces {
        let SweepOutcome { swept, why } = sweep(plan, trace, grid.clone());
        if let Some(why) = why {
            status = refused(&why);
        }
        all.extend(swept);
        if plan.interrupt.load(Ordering::Relaxed) {
            // The interrupt may have come after the end of this trace, but before the next one.
            return (all, Status::Interrupted);
        }
    }
    (all, status)
}

/// Replays the traces on the machines of a part, and writes the results to a folder.
fn write_part(
    plan: SweepPlan,
    files: &[&PathBuf],
    grid: &Grid,
    notation: &str,
    part: Part,
    folder: &Path,
) -> Status {
    let trace = |path: &&PathBuf| TraceFile {
        name: shown(path),
        path: (*path).clone(),
    };
    let traces: Vec<TraceFile> = files.iter().map(trace).collect();
    let parts = PartitionedSweep {
        plan,
        grid,
        notation,
        traces: &traces,
    };
    match parts.write(part, folder, &mut |trace, grid| {
        sweep(&parts.plan, TraceOrigin::File(trace.path.clone()), grid)
    }) {
        Ok(part) => {
            warn(&part.swept);
            Status::Held
        }
        Err(PartError::Interrupted) => Status::Interrupted,
        Err(why) => refused(&why.to_string()),
    }
}

/// Replays a trace, and shows the progress.
fn sweep(plan: &SweepPlan, trace: TraceOrigin, grid: Grid) -> SweepOutcome {
    let mut bar = Bar::new(&trace.name());
    let outcome = plan.sweep(grid, trace, &mut |progress| bar.show(progress));
    bar.clear();
    outcome
}

/// Arguments of `pagewalk merge`.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Folder with the parts that `pagewalk sweep --partition` wrote
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// List the missing parts instead, one `K/N` in each line; the exit status is 1 if there are any
    #[arg(long, conflicts_with = "output")]
    missing: bool,
    /// Write the table to FILE [default: -]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Merge {
    /// Prints or writes the table, or lists the missing parts.
    ///
    /// # Errors
    /// Returns an error if writing to standard output fails.
    pub(crate) fn execute(&self) -> io::Result<Status> {
        if self.missing {
            return self.list();
        }
        let table = match merged(&self.folder) {
            Ok(table) => table,
            Err(why) => return Ok(refused(&why.to_string())),
        };
        let Some(file) = self.output.as_ref().filter(|file| *file != Path::new("-")) else {
            return print(&table).map(|()| Status::Held);
        };
        let parts: Vec<PathBuf> = std::fs::read_dir(&self.folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                stem.is_some_and(|stem| Part::of_stem(stem).is_some())
            })
            .collect();
        let parts: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
        if let Err(why) = check_outputs([file.as_path()], &parts) {
            return Ok(refused(&why));
        }
        Ok(match write_file(file, &table) {
            Ok(()) => Status::Held,
            Err(error) => refused(&cannot_write(file, &error)),
        })
    }

    fn list(&self) -> io::Result<Status> {
        let parts = match missing(&self.folder) {
            Ok(parts) => parts,
            Err(why) => return Ok(refused(&why.to_string())),
        };
        let status = if parts.is_empty() {
            Status::Held
        } else {
            Status::Failed
        };
        let lines: Vec<String> = parts.iter().map(|part| format!("{part}\n")).collect();
        print(&lines.concat()).map(|()| status)
    }
}
