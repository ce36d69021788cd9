//! The record of a program that ran: all outputs of its processes, or a run in a process of the kernel.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use pagewalk_engine::kernel::vma::Mapping;
use pagewalk_engine::program::{Buffering, Builtin, Count, Counts, Ending, Outputs, Until};

use super::call::Declared;

use crate::lang::value::Value;

/// What a page of a program can hold whose contents come from the program's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FromFile {
    Variables,
    StringLiterals,
}

/// The run of a program as a paper describes it.
#[derive(Debug, Clone)]
pub struct Called {
    pub(crate) program: Arc<str>,
    /// The function with its arguments, or `None` for `main`.
    pub(crate) function: Option<String>,
    /// The constants that the statement sets, such as `N = 60`.
    pub(crate) constants: Vec<String>,
    /// The variables in memory with their addresses, or none if nothing runs on a machine.
    pub(crate) variables: Vec<(String, u64)>,
    /// The address of the first block of `malloc`, if the program allocates blocks and runs on a machine.
    pub(crate) first_block: Option<u64>,
    /// The first function with the address of its variables in memory, if it has any and the program runs on a machine.
    pub(crate) frame: Option<(String, u64)>,
    /// The contents of the program's file, if the program runs in a process.
    pub(crate) from_file: BTreeSet<FromFile>,
    /// Whether `a += b` is one access, or `None` if the text has no such operator.
    pub(crate) update_once: Option<bool>,
    /// The sizes of the types that the text uses: `an int has 4 bytes`.
    pub(crate) sizes: Vec<String>,
    /// Whether the first index of an array varies fastest.
    pub(crate) column_major: bool,
    /// Whether scalar global variables are in registers in a replay.
    pub(crate) scalars_in_registers: bool,
    /// Whether the text is the body of `main`, so that its scalar variables are never global.
    pub(crate) is_fragment: bool,
}

/// How processes run and print.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schedules {
    pub(crate) buffering: Buffering,
    /// The calls that may fail.
    pub(crate) failing: BTreeSet<Builtin>,
    /// Whether a process that sleeps continues only when no other process can.
    pub(crate) ordered_sleep: bool,
}

/// A program that ran.
#[derive(Debug, Clone)]
pub struct ProgramRun {
    pub(crate) called: Called,
    pub(crate) results: Results,
}

/// The results of a program.
#[derive(Debug, Clone)]
pub(crate) enum Results {
    /// All outputs of its processes.
    Outputs(Arc<Outputs>, Schedules),
    /// A run in a process.
    Process(Box<ProcessRun>),
}

/// A run of a program in a process of the kernel, up to now.
#[derive(Debug, Clone)]
pub(crate) struct ProcessRun {
    /// The reads, writes, and faults of this process and its children, by line.
    pub(crate) counts: Arc<Counts>,
    /// How the process has ended, or `None` if the run has paused.
    pub(crate) ending: Option<Ending>,
    /// The line where the process has ended, or before which a process has paused.
    pub(crate) line: u32,
    /// The text of that line.
    pub(crate) code: Arc<str>,
    /// The process that has paused, if it is not the first one.
    pub(crate) child: Option<Arc<str>>,
    /// Where the run was to pause.
    pub(crate) until: Until,
    /// Whether an earlier run had paused.
    pub(crate) continues: bool,
    /// Whether the run is a probe, which changes nothing.
    pub(crate) probe: bool,
    /// What all processes have written to the terminal.
    pub(crate) output: Arc<[u8]>,
    /// The process that the statement declares.
    pub(crate) declared: Option<Declared>,
    /// The names of the programs that `execve` or a relative started and that the script does not declare.
    pub(crate) missing: BTreeSet<Arc<str>>,
    /// The kinds of areas that the run's processes have mapped, also if the areas are gone.
    pub(crate) mapped: BTreeSet<Mapping>,
    /// Number of processes of the run, with those that `fork` created.
    pub(crate) processes: usize,
}

/// Maximum number of outputs that a list contains.
const LISTED: usize = 1000;
/// Maximum number of bytes of the listed outputs.
const LISTED_BYTES: usize = 1 << 16;

impl ProgramRun {
    /// Returns all outputs, if the script asked for them.
    pub(crate) fn outputs(&self) -> Option<&Arc<Outputs>> {
        match &self.results {
            Results::Outputs(outputs, _) => Some(outputs),
            Results::Process(_) => None,
        }
    }

    /// Returns the run in a process.
    pub(crate) fn in_process(&self) -> Option<&ProcessRun> {
        match &self.results {
            Results::Process(run) => Some(run),
            Results::Outputs(..) => None,
        }
    }

    /// Returns the least and the greatest number of printed lines.
    pub(crate) fn lines(&self) -> RangeInclusive<u64> {
        match &self.results {
            Results::Outputs(outputs, _) => outputs.lines(),
            Results::Process(run) => {
                let text = String::from_utf8_lossy(&run.output);
                let lines = text.matches('\n').count() as u64;
                lines..=lines
            }
        }
    }

    /// Returns the number of different outputs, or `None` if it needs more than 128 bits.
    pub(crate) fn count(&self) -> Option<u128> {
        match self.outputs()?.count() {
            Count::Exactly(count) => Some(count),
            Count::MoreThan(_) => None,
        }
    }

    /// Returns all outputs in alphabetical order, or `None` if there are too many.
    pub(crate) fn all(&self) -> Option<Vec<Value>> {
        let all = self.outputs()?.list(LISTED, LISTED_BYTES);
        (self.count()? == all.len() as u128)
            .then(|| output_texts(&all).into_iter().map(Value::from).collect())
    }

    /// Returns the output that a script or a student writes, if the program can print it. Only the words count, because
    /// lines are often written with spaces.
    pub(crate) fn output_written(&self, written: &str) -> Option<Vec<u8>> {
        let is_written = |output: &[u8]| output_text(output) == words(written);
        match &self.results {
            Results::Process(run) => is_written(&run.output).then(|| run.output.to_vec()),
            Results::Outputs(outputs, _) => {
                let lines = words(written).replace(' ', "\n");
                let spellings = [
                    written.to_owned(),
                    format!("{written}\n"),
                    lines.clone(),
                    lines + "\n",
                ];
                let mut exact = spellings.into_iter().map(String::into_bytes);
                let listed = || outputs.list(LISTED, LISTED_BYTES).into_iter();
                exact
                    .find(|output| outputs.contains(output))
                    .or_else(|| listed().find(|output| is_written(output)))
            }
        }
    }
}

/// Returns the words of a text with single spaces between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns different outputs as a script writes them. Outputs with equal words keep their spaces and line ends, so that
/// no two texts are equal.
pub(crate) fn output_texts(outputs: &[Vec<u8>]) -> Vec<String> {
    let mut counts = BTreeMap::new();
    for output in outputs {
        *counts.entry(output_text(output)).or_insert(0) += 1;
    }
    let text = |output: &Vec<u8>| match output_text(output) {
        words if counts[&words] == 1 => words,
        _ => String::from_utf8_lossy(output).into_owned(),
    };
    outputs.iter().map(text).collect()
}

/// Returns an output as a script writes it, with single spaces between its words, as in answers on paper.
pub(crate) fn output_text(output: &[u8]) -> String {
    words(&String::from_utf8_lossy(output))
}
