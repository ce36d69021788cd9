//! The arguments of `pagewalk replay`, and what is done with them.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::feed::is_standard_input;
use super::machine::{Named, named};
use super::one::{Came, Plan};
use super::output::{Format, Output};
use super::pack::Packing;
use crate::face::terminal::{Color, Status, complain};
use crate::run::named::replacements;
use crate::trace::counting::{Map, Wanted};
use crate::trace::format::{FORMATS, Format as TraceFormat};
use crate::trace::replay::Straddle;

/// Arguments of `pagewalk replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// A preset (`core-i7`), a machine file (`.yaml`), or a script (`.pw`) at whose end the machine stands
    #[arg(required = true, value_name = "MACHINE")]
    machine: PathBuf,
    /// The traces, each replayed on a fresh machine; `-` is standard input, `.gz` and `.zst` are unpacked
    #[arg(required_unless_present = "pack", value_name = "TRACE")]
    traces: Vec<PathBuf>,
    /// How the traces are written; unless said it is known by the first bytes, else the name, else it is lackey's
    #[arg(long, value_name = "FORMAT", value_parser = trace_formats())]
    trace_format: Option<TraceFormat>,
    /// How results are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", conflicts_with = "pack")]
    format: Format,
    /// Draw the misses of every level by kind as SVG, and with --curve the curve
    #[arg(long, value_name = "FILE", conflicts_with = "pack")]
    plot: Option<PathBuf>,
    /// Refuse a trace with a malformed line, or an address that the machine has not, instead of passing it over
    #[arg(long)]
    strict: bool,
    /// Write the one trace as a packed one, which is smaller and quicker to read; no machine is named then
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    #[command(flatten)]
    addresses: Addresses,
    #[command(flatten)]
    counts: Counts,
}

/// How the addresses of a trace are taken.
#[derive(Debug, Args)]
#[command(next_help_heading = "Addresses")]
struct Addresses {
    /// Take addresses as physical ones, or map each page to a frame when it is first touched; unless said, a machine
    /// with an MMU maps
    #[arg(long, value_enum, conflicts_with = "pack")]
    map: Option<Mapping>,
    /// User page frames for `map demand`; unless said, all that there are
    #[arg(long, value_name = "N", conflicts_with = "pack", value_parser = clap::value_parser!(u32).range(1..))]
    frames: Option<u32>,
    /// Which page goes when no frame is free
    #[arg(long, value_name = "POLICY", conflicts_with = "pack", value_parser = policies())]
    replacement: Option<String>,
    /// A reference that straddles blocks or pages is split into parts that count each, or its first part counts
    #[arg(long, value_enum, default_value_t, conflicts_with = "pack")]
    straddle: Straddling,
}

/// What is counted beside hits and misses.
#[derive(Debug, Args)]
#[command(next_help_heading = "Counts")]
struct Counts {
    /// Misses of caches by their cause: compulsory, capacity, conflict
    #[arg(long, conflicts_with = "pack")]
    causes: bool,
    /// The misses of fully associative LRU caches of every size
    #[arg(long, conflicts_with = "pack")]
    curve: bool,
    /// The N pages and the N instructions with the most misses
    #[arg(long, value_name = "N", conflicts_with = "pack", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mapping {
    /// An address is a physical one: only the caches are asked
    Identity,
    /// A kernel gives a page a frame when it is first touched: TLBs, page walks and faults count, too
    Demand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Straddling {
    /// A part for each block, as hardware does it
    #[default]
    Split,
    /// Only the part in the first block, as simple simulators do it
    First,
}

fn trace_formats() -> impl TypedValueParser<Value = TraceFormat> {
    let rows = FORMATS.iter().map(|row| PossibleValue::new(row.name).help(row.help));
    PossibleValuesParser::new(rows).map(|name| TraceFormat::named(&name).unwrap_or(TraceFormat::Lackey))
}

fn policies() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(replacements().map(|(name, help)| PossibleValue::new(name).help(help)))
}

impl Replay {
    /// Replays the traces, or packs one.
    ///
    /// # Errors
    /// What standard output says.
    pub fn all(&self, color: Color) -> io::Result<Status> {
        let interrupt = interruptible();
        if let Some(file) = &self.pack {
            if !self.traces.is_empty() {
                return Ok(refused(
                    "`--pack` writes one trace; neither a machine nor a second trace is named",
                ));
            }
            let (trace, format, strict) = (&*self.machine, self.trace_format, self.strict);
            return Packing { trace, format, strict, interrupt: &interrupt }.write(file);
        }
        if self.traces.iter().filter(|trace| is_standard_input(trace)).count() > 1 {
            return Ok(refused("standard input can be replayed once"));
        }
        let machine = match named(&self.machine, color) {
            Ok(machine) => machine,
            Err(told) => {
                complain(&told);
                return Ok(Status::Wrong);
            }
        };
        match self.map(&machine) {
            Ok(map) => self.replay(&machine, map, color, &interrupt),
            Err(why) => Ok(refused(&why)),
        }
    }

    fn replay(&self, machine: &Named, map: Map, color: Color, interrupt: &AtomicBool) -> io::Result<Status> {
        let plan = Plan {
            machine,
            map,
            straddle: match self.addresses.straddle {
                Straddling::Split => Straddle::Split,
                Straddling::First => Straddle::First,
            },
            wanted: Wanted {
                causes: self.counts.causes,
                curve: self.counts.curve,
                top: self.counts.top.map(|n| n as usize),
            },
            format: self.trace_format,
            strict: self.strict,
            interrupt,
        };
        let mut output = Output::new(self.format, color);
        let mut status = Status::Held;
        for trace in &self.traces {
            let Came { replayed, why } = plan.replay(trace);
            status = status.max(if why.is_some() { Status::Wrong } else { Status::Held });
            if let Some(replayed) = replayed {
                status = status.max(output.tell(replayed));
            }
            if let Some(why) = why {
                complain(&format!("pagewalk: {why}\n"));
            }
            if output.over() {
                break;
            }
        }
        output.finish(self.plot.as_deref(), status)
    }

    /// How addresses become physical ones on a machine.
    fn map(&self, machine: &Named) -> Result<Map, String> {
        let Addresses { map, frames, replacement, .. } = &self.addresses;
        let natural = if machine.translates() { Mapping::Demand } else { Mapping::Identity };
        if map.unwrap_or(natural) == Mapping::Demand {
            return Ok(Map::Demand(machine.demand(*frames, replacement.as_deref())));
        }
        let asked = [(frames.is_some(), "--frames"), (replacement.is_some(), "--replacement")];
        let Some((_, option)) = asked.iter().find(|(asked, _)| *asked) else { return Ok(Map::Identity) };
        Err(match map {
            Some(_) => format!("`{option}` needs `--map demand`: there are no frames otherwise"),
            None => {
                format!("`{option}` needs `--map demand`, and `{}` translates no addresses", machine.name)
            }
        })
    }
}

fn refused(why: &str) -> Status {
    complain(&format!("pagewalk: {why}\n"));
    Status::Wrong
}

/// Becomes true at the first Ctrl-C; the second ends the process.
fn interruptible() -> Arc<AtomicBool> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let signal = signal_hook::consts::SIGINT;
    // Where signals cannot be had, Ctrl-C ends the process at once.
    let _ = signal_hook::flag::register_conditional_shutdown(
        signal,
        i32::from(Status::Interrupted as u8),
        interrupt.clone(),
    );
    let _ = signal_hook::flag::register(signal, interrupt.clone());
    interrupt
}
