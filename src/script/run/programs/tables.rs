//! Tables of a program that was replayed: the counts of each line, and the hits and misses of each element.

use std::collections::BTreeMap;
use std::sync::Arc;

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::program::ops::Object;
use pagewalk_engine::program::{Ending, Host, HostedProcess, LineCounts};
use pagewalk_engine::trace::counting_replay::{CountingReplay, OwnedTarget};
use pagewalk_engine::trace::counts::ReplayCounts;
use pagewalk_engine::trace::demand::{self, TouchedPages};
use pagewalk_engine::trace::extras::ExtraOptions;
use pagewalk_engine::trace::record::Op;
use pagewalk_engine::trace::replay::Straddle;

use super::call::ProgramCall;
use super::source::{Accessed, ProgramSource};
use crate::lang::value::{Number, Value};
use crate::run::stop::Stop;
use crate::run::table::{Cell, Rows, TableId};

/// The latest replay or run of a program.
#[derive(Debug, Clone)]
pub enum Ran {
    Replay(ProgramReplay),
    Process(HostedRun),
}

/// A run of a program in a process, which may have paused.
#[derive(Debug, Clone)]
pub struct HostedRun {
    pub(crate) call: ProgramCall,
    pub(crate) host: Arc<Host>,
    pub(crate) pid: Pid,
    /// The kernel before the run, if there was one.
    pub(crate) before: Option<Target>,
}

impl HostedRun {
    /// Returns the process that arrived at the line where the run has paused, or `None` after the end of the run.
    pub(crate) fn paused(&self) -> Option<&HostedProcess> {
        let mut processes = self.host.processes();
        let has_ended = processes.all(|process| process.ending().is_some());
        self.host.current().filter(|_| !has_ended)
    }

    /// Returns the line where the run has paused, or where its first process has ended, and how it has ended.
    pub(crate) fn progress(&self) -> (u32, Option<Ending>) {
        if let Some(process) = self.paused() {
            return (process.place().line, None);
        }
        let ending = self.host.process(self.pid).and_then(HostedProcess::ending);
        ending.map_or((0, None), |(ending, line)| (line, Some(ending)))
    }

    /// Returns the accesses and faults of each line.
    pub(crate) fn by_line(&self) -> Rows {
        let counts = self.host.counts();
        let names = ["line", "code", "reads", "writes", "minor", "major"];
        let row = |(line, counts): (u32, LineCounts)| {
            let numbers = [counts.reads, counts.writes, counts.minor, counts.major];
            let code = Cell::text(self.call.listing.line(line));
            let cells = [Cell::Number(u64::from(line)), code].into_iter();
            cells.chain(numbers.map(Cell::Number)).collect()
        };
        Rows {
            id: TableId::Program,
            title: format!("{} by line", self.call.listing.name.text),
            groups: vec![names.map(String::from).to_vec()],
            rows: counts
                .lines()
                .filter(|(line, _)| *line > 0)
                .map(row)
                .collect(),
            marks: None,
        }
    }
}

/// The latest replay of a program. Tables perform it again, access by access, so that a replay without tables
/// counts nothing else.
#[derive(Debug, Clone)]
pub struct ProgramReplay {
    pub(crate) source: Arc<ProgramSource>,
    pub(crate) straddle: Straddle,
    /// Whether the pages are resident before the first access.
    pub(crate) is_resident: bool,
    /// Returns the target in its state before the replay.
    pub(crate) before: Target,
}

/// What performs the accesses again.
#[derive(Debug, Clone)]
pub enum Target {
    Machine(Arc<Machine>),
    /// A kernel that starts a process for the accesses.
    Kernel(Arc<Kernel>),
}

impl Target {
    pub(crate) fn machine(&self) -> &Machine {
        match self {
            Self::Machine(machine) => machine,
            Self::Kernel(kernel) => kernel.machine(),
        }
    }
}

/// The column with the first indexes of elements.
pub(crate) const ELEMENTS: &str = "row";
/// Number of elements of a vector in a row.
const ROW: u64 = 16;
/// Maximum number of letters in the cell of an element.
const LETTERS: usize = 8;

/// The counts of a line.
#[derive(Debug, Clone, Copy, Default)]
struct ReplayedLine {
    reads: u64,
    writes: u64,
    hits: u64,
    misses: u64,
    tlb_misses: u64,
    faults: u64,
}

/// The counts of a replay that one access can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counted {
    hits: u64,
    misses: u64,
    tlb_misses: u64,
    faults: u64,
}

impl Counted {
    /// Returns the counts of the first cache, or of the first TLB if there is no cache.
    fn of(counts: &ReplayCounts) -> Self {
        let tlb = counts.tlbs.first().map(|level| level.counts);
        let first = counts.caches.first().map(|level| level.counts).or(tlb);
        let faults = counts.paging.unwrap_or_default().faults;
        Self {
            hits: first.map_or(0, |counts| counts.hits),
            misses: first.map_or(0, |counts| counts.misses),
            tlb_misses: tlb.map_or(0, |counts| counts.misses),
            faults: faults.minor + faults.major,
        }
    }
}

impl ProgramReplay {
    /// Performs the accesses again. Passes each one on with the counts before and after it.
    fn each(&self, f: &mut dyn FnMut(&Accessed, Counted, Counted)) -> Result<(), Stop> {
        let target = match &self.before {
            Target::Machine(machine) => OwnedTarget::Machine(Box::new(Machine::clone(machine))),
            Target::Kernel(kernel) => {
                let mut kernel = Kernel::clone(kernel);
                let name = self.source.call.name();
                let pid = demand::spawn(&mut kernel, name).map_err(|_| Stop::Unknowable)?;
                if self.is_resident {
                    let bits = kernel.machine().spec().page_bits();
                    let mut touched = TouchedPages::default();
                    self.source
                        .each(&mut |accessed| touched.add(&[accessed.record], bits))?;
                    // The same pages were resident before.
                    let _ = touched.make_resident(&mut kernel, pid);
                }
                OwnedTarget::Process(Box::new(kernel), pid)
            }
        };
        let mut replay = match target {
            OwnedTarget::Process(kernel, pid) if self.is_resident => {
                CountingReplay::in_process(kernel, pid, self.straddle, ExtraOptions::default())
            }
            target => {
                CountingReplay::on(target, self.straddle, ExtraOptions::default()).for_few_records()
            }
        };
        let mut before = Counted::of(&replay.counts());
        self.source.each(&mut |accessed| {
            // The same accesses succeeded before.
            let done = replay.perform(&[accessed.record]);
            let after = Counted::of(&replay.counts());
            if done.is_ok() {
                f(&accessed, before, after);
            }
            before = after;
        })
    }

    /// Returns the counts of each line that accesses memory.
    ///
    /// # Errors
    /// Returns the errors of the program.
    pub(crate) fn by_line(&self) -> Result<Rows, Stop> {
        let mut lines: BTreeMap<u32, ReplayedLine> = BTreeMap::new();
        self.each(&mut |accessed, before, after| {
            let line = lines.entry(accessed.line).or_default();
            line.reads += u64::from(accessed.record.op == Op::Load);
            line.writes += u64::from(accessed.record.op == Op::Store);
            line.hits += after.hits - before.hits;
            line.misses += after.misses - before.misses;
            line.tlb_misses += after.tlb_misses - before.tlb_misses;
            line.faults += after.faults - before.faults;
        })?;
        let is_process = matches!(self.before, Target::Kernel(_));
        let mut names = vec![
            "line",
            "code",
            "reads",
            "writes",
            "hits",
            "misses",
            "miss_rate",
        ];
        if is_process {
            names.extend(["tlb_misses", "faults"]);
        }
        let row = |(line, counts): (&u32, &ReplayedLine)| {
            let all = i128::from(counts.hits + counts.misses);
            let rate = Number::fraction(i128::from(counts.misses), all.max(1));
            let rate = rate.map_or_else(|_| String::new(), |rate| Value::from(rate).to_string());
            let mut cells = vec![
                Cell::Number(u64::from(*line)),
                Cell::text(self.source.call.listing.line(*line)),
                Cell::Number(counts.reads),
                Cell::Number(counts.writes),
                Cell::Number(counts.hits),
                Cell::Number(counts.misses),
                Cell::text(rate),
            ];
            if is_process {
                cells.extend([counts.tlb_misses, counts.faults].map(Cell::Number));
            }
            cells
        };
        Ok(Rows {
            id: TableId::Program,
            title: format!("{} by line", self.source.call.listing.name.text),
            groups: vec![names.into_iter().map(String::from).collect()],
            rows: lines.iter().map(row).collect(),
            marks: None,
        })
    }

    /// Returns the hits (`h`) and misses (`m`) of each element of these arrays, in the order of the accesses.
    /// Arrays of several dimensions have a row for each value of all indexes but the last.
    ///
    /// # Errors
    /// Returns the errors of the program.
    pub(crate) fn by_arrays(&self, arrays: &[&Object]) -> Result<Rows, Stop> {
        let mut letters: Vec<Vec<Tally>> = arrays
            .iter()
            .map(|one| vec![Tally::default(); (one.size / one.element.max(1)) as usize])
            .collect();
        self.each(&mut |accessed, before, after| {
            let address = accessed.record.address;
            for (array, tallies) in arrays.iter().zip(&mut letters) {
                let at = array.element_at(address);
                if let Some(tally) = at.and_then(|at| tallies.get_mut(at as usize)) {
                    tally.add(after.misses > before.misses);
                }
            }
        })?;
        let width = |array: &Object| match *array.dimensions {
            // A long vector has several rows.
            [length] => length.min(ROW),
            _ => array.dimensions.last().copied().unwrap_or(1),
        };
        let (mut groups, mut rows) = (vec![vec![ELEMENTS.to_owned()]], Vec::new());
        for (array, tallies) in arrays.iter().zip(&letters) {
            let width = width(array).max(1) as usize;
            // The columns of several arrays need the names of the arrays.
            let column = |at: usize| {
                if arrays.len() == 1 {
                    at.to_string()
                } else {
                    format!("{}[{at}]", array.name)
                }
            };
            groups.push((0..width).map(column).collect());
            for (at, cells) in tallies.chunks(width).enumerate() {
                if rows.len() == at {
                    rows.push(vec![Cell::text(row_name(array, at as u64))]);
                }
                rows[at].extend(cells.iter().map(Tally::cell));
            }
        }
        let full: usize = groups.iter().map(Vec::len).sum();
        for row in &mut rows {
            row.resize(full, Cell::Nothing);
        }
        let names: Vec<&str> = arrays.iter().map(|one| &*one.name).collect();
        Ok(Rows {
            id: TableId::Program,
            title: names.join(" and "),
            groups,
            rows,
            marks: None,
        })
    }
}

/// Returns the indexes of a row: `1` of a matrix, `0,1` of an array of three dimensions. The row of a vector has the index
/// of its first element.
fn row_name(array: &Object, row: u64) -> String {
    let outer = array
        .dimensions
        .split_last()
        .map_or(&[][..], |(_, outer)| outer);
    if outer.is_empty() {
        return (row * ROW).to_string();
    }
    let (mut rest, mut indexes) = (row, Vec::new());
    for length in outer.iter().rev() {
        indexes.push((rest % length.max(&1)).to_string());
        rest /= length.max(&1);
    }
    indexes.reverse();
    indexes.join(",")
}

/// The accesses to an element.
#[derive(Debug, Clone, Default)]
struct Tally {
    /// The first accesses, as letters.
    first: String,
    hits: u64,
    misses: u64,
}

impl Tally {
    fn add(&mut self, missed: bool) {
        if self.first.len() <= LETTERS {
            self.first.push(if missed { 'm' } else { 'h' });
        }
        self.hits += u64::from(!missed);
        self.misses += u64::from(missed);
    }

    fn cell(&self) -> Cell {
        if self.first.len() <= LETTERS {
            Cell::text(self.first.clone())
        } else {
            Cell::Text(format!("{} m, {} h", self.misses, self.hits))
        }
    }
}
