//! The accesses of a running program, as the records of a trace.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pagewalk_engine::program::ops::Object;
use pagewalk_engine::program::{
    AccessKind, Budget, ErrorKind, Event, Flat, Layout, Limit, Memory, Process, Program, RunError,
    Watched,
};
use pagewalk_engine::trace::read_ahead::{ReadSoFar, TraceHead};
use pagewalk_engine::trace::record::{Malformed, Op, Record, RecordBatch};

use super::call::{ProgramCall, allocates, first_frame};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::record::Called;
use crate::run::stop::Stop;

/// Receives each batch of records, and the number of lines up to its end.
pub(crate) type RecordHandler<'a> = &'a mut dyn FnMut(&RecordBatch, u64) -> Result<(), Stop>;

/// Number of operations between two batches of records.
const SLICE: u64 = 1 << 15;

/// Number of operations that cost as much as a line of a trace.
const OPERATIONS_OF_LINE: u64 = 2;

/// A program whose accesses are the records of a trace.
#[derive(Debug, Clone)]
pub(crate) struct ProgramSource {
    pub(crate) call: ProgramCall,
    program: Arc<Program>,
    process: Process,
    /// The variables, with the addresses of the records.
    objects: Vec<Object>,
    /// The difference between the addresses of the run and those of the records.
    bias: u64,
    /// The end of the memory that the accesses must not leave, if there is one.
    end: Option<u64>,
}

/// The bias of a run with a variable at address 0, which must not be equal to `NULL`. It keeps every alignment.
const BIAS: u64 = 1 << 20;

/// An access of a program with its place.
pub(crate) struct Accessed {
    pub(crate) record: Record,
    /// The line of the text, from 1.
    pub(crate) line: u32,
}

impl ProgramSource {
    /// Returns the accesses of a call in a memory that ends at this address, with pages of this size. The globals begin at address 0, as
    /// in exams.
    ///
    /// # Errors
    /// Returns the errors of [`ProgramCall::start`].
    pub(crate) fn new(call: ProgramCall, end: Option<u64>, page: u64) -> Result<Self, Diagnostic> {
        let layout = Layout::default();
        let layout = Layout {
            globals: 0,
            heap: 0,
            page_size: page,
            stack: end.map_or(layout.stack, |end| end.min(layout.stack)) & !15,
            ..layout
        };
        let (mut program, mut process) = call.start(layout)?;
        let mut bias = 0;
        if program.objects.iter().any(|one| one.address == 0) {
            let biased = Layout {
                bias: BIAS,
                globals: BIAS,
                stack: layout.stack + BIAS,
                ..layout
            };
            // A variable at the end of the address space has no room above it.
            if let Ok(started) = call.start(biased) {
                (program, process) = started;
                bias = BIAS;
            }
        }
        let unbiased = |one: &Object| Object {
            address: one.address - bias,
            ..one.clone()
        };
        Ok(Self {
            objects: program.objects.iter().map(unbiased).collect(),
            call,
            program,
            process,
            bias,
            end,
        })
    }

    /// The variables of the program, placed in memory.
    pub(crate) fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Describes the run, with the variables in memory.
    pub(crate) fn called(&self) -> Called {
        let variables = self
            .objects
            .iter()
            .filter(|one| !one.name.is_empty() && !one.in_register);
        let names: Vec<&str> = self.objects.iter().map(|one| &*one.name).collect();
        let program = &self.program;
        let first_block = allocates(program).then(|| Flat::new(program).malloc(1));
        let frame = first_frame(&self.process, program);
        Called {
            first_block: first_block.flatten().map(|address| address - self.bias),
            frame: frame.map(|(function, address)| (function, address - self.bias)),
            update_once: self.call.listing.update_once(&names),
            variables: variables
                .map(|one| (one.name.clone(), one.address))
                .collect(),
            ..self.call.called()
        }
    }

    /// Reads the first records, which are all records of a short run.
    ///
    /// # Errors
    /// Returns `c-run` for undefined behavior.
    pub(crate) fn head(&self) -> Result<TraceHead, Stop> {
        let mut batch = RecordBatch::default();
        let mut running = Running::new(self);
        let has_more = running.slice(&mut |one| batch.records.push(one.record))?;
        let whole = (!has_more).then(|| ReadSoFar {
            lines: running.lines(batch.len()),
            ..ReadSoFar::default()
        });
        Ok(TraceHead { batch, whole })
    }

    /// Runs the program, and passes its accesses on in batches.
    ///
    /// # Errors
    /// Returns `c-run` for undefined behavior, or the first error of `each`.
    pub(crate) fn read(
        &self,
        interrupt: Option<&AtomicBool>,
        each: RecordHandler<'_>,
    ) -> Result<Malformed, Stop> {
        let (mut running, mut lines) = (Running::new(self), 0);
        loop {
            if interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                return Err(Stop::Closed);
            }
            let mut batch = RecordBatch::default();
            let has_more = running.slice(&mut |one| batch.records.push(one.record))?;
            lines += running.lines(batch.len());
            let pc = running.process.pc();
            each(&batch, lines).map_err(|stop| self.in_text(stop, pc))?;
            if !has_more {
                return Ok(Malformed::default());
            }
        }
    }

    /// Moves the error of a budget that is spent to the operation at which the program was.
    fn in_text(&self, mut stop: Stop, pc: u32) -> Stop {
        if let Stop::Wrong(wrong) = &mut stop {
            let is_spent =
                |one: &&mut Diagnostic| one.code.ends_run() || one.code == Code::LimitSize;
            for one in wrong.iter_mut().filter(is_spent) {
                one.span = self.call.listing.span(self.program.place(pc));
                "the program was still running here".clone_into(&mut one.label);
            }
        }
        stop
    }

    /// Runs the program, and passes each access on.
    ///
    /// # Errors
    /// Returns `c-run` for undefined behavior.
    pub(crate) fn each(&self, f: &mut dyn FnMut(Accessed)) -> Result<(), Stop> {
        let mut running = Running::new(self);
        while running.slice(f)? {}
        Ok(())
    }
}

/// A run of a program.
struct Running<'a> {
    source: &'a ProgramSource,
    process: Process,
    memory: Flat,
    /// Number of operations of the last slice.
    operations: u64,
}

impl<'a> Running<'a> {
    fn new(source: &'a ProgramSource) -> Self {
        Self {
            source,
            process: source.process.clone(),
            memory: Flat::new(&source.program),
            operations: 0,
        }
    }

    /// Number of lines of a trace that cost as much as the last slice with its records.
    fn lines(&self, records: u64) -> u64 {
        records + self.operations / OPERATIONS_OF_LINE
    }

    /// Performs some operations. Returns false at the end of the program.
    fn slice(&mut self, f: &mut dyn FnMut(Accessed)) -> Result<bool, Stop> {
        let program = &self.source.program;
        let mut budget = Budget {
            operations: SLICE,
            output: u64::MAX,
            ..Budget::default()
        };
        let mut outside = None;
        let end = self.source.end;
        let (objects, bias) = (&self.source.objects, self.source.bias);
        let registers = objects.iter().filter(|one| one.in_register);
        // Most programs have none, and each access is compared.
        let registers: Vec<Range<u64>> = registers
            .map(|one| one.address..one.address + one.size)
            .collect();
        let has_more = loop {
            let mut memory = Watched {
                memory: &mut self.memory,
                watch: |kind, access: pagewalk_engine::program::Access| {
                    // An access below all variables fails, such as one through a null pointer.
                    let Some(address) = access.address.checked_sub(bias) else {
                        return;
                    };
                    if registers.iter().any(|one| one.contains(&address)) {
                        return;
                    }
                    let size = u32::from(access.size);
                    let after = address.saturating_add(u64::from(size));
                    if end.is_some_and(|end| after > end) {
                        outside.get_or_insert(address);
                    }
                    let op = match kind {
                        AccessKind::Load => Op::Load,
                        AccessKind::Store => Op::Store,
                    };
                    let record = Record { address, size, op };
                    let line = access.line;
                    f(Accessed { record, line });
                },
            };
            let error = match self.process.run(program, &mut memory, &mut budget) {
                // Outputs do not access the memory.
                Ok(Event::Printed | Event::Flush) => {
                    self.process.buffer.clear();
                    continue;
                }
                Ok(Event::Exit { .. } | Event::Abort) => break false,
                Ok(Event::Call) => match self.process.call() {
                    Some(call) => RunError {
                        kind: ErrorKind::Unsupported(call.builtin),
                        place: program.place(self.process.pc().wrapping_sub(1)),
                    },
                    None => continue,
                },
                Err(RunError {
                    kind: ErrorKind::Limit(Limit::Operations),
                    ..
                }) => break true,
                Err(error) => error,
            };
            return Err(self.source.call.listing.failed(&error, program).into());
        };
        self.operations = SLICE - budget.operations;
        match outside {
            Some(address) => Err(self.outside(address).into()),
            None => Ok(has_more),
        }
    }

    /// Reports an access outside the machine's memory.
    fn outside(&self, address: u64) -> Diagnostic {
        let objects = self.source.objects();
        let holds = |start: u64, size: u64| (start..start + size).contains(&address);
        let object = objects.iter().find(|one| holds(one.address, one.size));
        let what = object.map_or("a variable of the program", |one| &*one.name);
        let end = self.source.end.unwrap_or_default();
        let message = format!("`{what}` is outside the memory: {address:#X} is not below {end:#X}");
        Diagnostic::new(Code::CRun, self.source.call.place, message)
            .help("declare a larger memory, or place the variable with `at NAME ADDRESS`")
    }
}
