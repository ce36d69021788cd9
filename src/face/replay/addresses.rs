//! Common parts of the commands that replay traces: address mapping and Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::machine::Named;
use crate::face::terminal::{Status, complain};
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::format::{FORMATS, Format as TraceFormat};
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_script::traces::named::{self, MappingNames, replacements};

/// The options for a trace's addresses.
#[derive(Debug, Args)]
#[command(next_help_heading = "Addresses")]
pub(crate) struct Addresses {
    /// Treat addresses as physical, or map pages to frames on first touch
    ///
    /// The default is `demand` for a machine with an MMU, and `identity` for other machines.
    #[arg(long, value_enum)]
    map: Option<Mapping>,
    /// Limit `--map demand` to N user page frames; default: all frames
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    frames: Option<u32>,
    /// Use this page replacement policy when no frame is free
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
    complain(&format!("pagewalk: {why}\n"));
    Status::Wrong
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
