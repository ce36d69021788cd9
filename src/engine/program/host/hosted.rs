//! A process of a program that runs on a kernel, and its counts.

use std::sync::Arc;

use crate::kernel::event::{FaultClass, Signal};
use crate::kernel::ids::Pid;

use super::super::cpu::Process;
use super::super::error::Place;
use super::super::ops::Program;

/// What a line of the C text has caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// Number of loads.
    pub reads: u64,
    /// Number of stores.
    pub writes: u64,
    /// Number of page faults without a disk read, including those of system calls.
    pub minor: u64,
    /// Number of page faults with a disk read.
    pub major: u64,
}

impl LineCounts {
    pub(super) fn add(&mut self, more: Self) {
        self.reads += more.reads;
        self.writes += more.writes;
        self.minor += more.minor;
        self.major += more.major;
    }
}

/// The counts of a process, by line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By number of the line.
    lines: Vec<LineCounts>,
}

impl Counts {
    pub(super) fn line_mut(&mut self, line: u32) -> &mut LineCounts {
        let at = line as usize;
        if at >= self.lines.len() {
            self.lines.resize(at + 1, LineCounts::default());
        }
        &mut self.lines[at]
    }

    /// The counts of a line, from 1.
    pub fn line(&self, line: u32) -> LineCounts {
        self.lines.get(line as usize).copied().unwrap_or_default()
    }

    /// The lines that have counts, in order.
    pub fn lines(&self) -> impl Iterator<Item = (u32, LineCounts)> + '_ {
        (0..)
            .zip(self.lines.iter().copied())
            .filter(|(_, counts)| *counts != LineCounts::default())
    }

    /// The sum of all lines.
    pub fn total(&self) -> LineCounts {
        let mut total = LineCounts::default();
        for counts in &self.lines {
            total.add(*counts);
        }
        total
    }

    pub(super) fn add(&mut self, more: &Self) {
        for (line, counts) in more.lines() {
            self.line_mut(line).add(counts);
        }
    }
}

/// How a process has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The low 8 bits of the status of `exit`, or of the result of `main`.
    Exit(u8),
    /// The signal of this fatal fault.
    Signal(FaultClass),
    /// SIGABRT, after `abort` or a failed `assert`.
    Aborted,
    /// `execve` of an executable that is not a C program. The process goes on in the kernel.
    Replaced,
}

impl Ending {
    /// The signal that ended the process.
    pub fn signal(self) -> Option<Signal> {
        match self {
            Self::Signal(class) => class.signal().map(|(signal, _)| signal),
            Self::Aborted => Some(Signal::Abort),
            _ => None,
        }
    }

    /// The exit status.
    pub fn status(self) -> Option<u8> {
        match self {
            Self::Exit(status) => Some(status),
            _ => None,
        }
    }
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The process can run.
    Ready,
    /// The process waits for the end of a child, any child if there is no number.
    Waiting {
        child: Option<Pid>,
        /// The address for the child's status, or 0.
        status: u64,
    },
    /// The process sleeps until a time, in microseconds since the start.
    Sleeping { until: u64 },
    /// The process has ended at a place of the C text.
    Ended { ending: Ending, place: Place },
}

/// A process of a program that runs on a kernel.
#[derive(Debug, Clone)]
pub struct HostedProcess {
    pub pid: Pid,
    pub program: Arc<Program>,
    pub process: Process,
    pub status: Status,
    /// The counts since the process runs this program.
    pub counts: Counts,
    /// The line and the number of frames of the latest operation.
    pub(super) position: (u32, usize),
}

impl HostedProcess {
    pub(super) fn new(pid: Pid, program: Arc<Program>, process: Process) -> Self {
        Self {
            pid,
            program,
            process,
            status: Status::Ready,
            counts: Counts::default(),
            position: (0, 0),
        }
    }

    /// The child of a `fork`, which returns 0 in the child.
    pub(super) fn child(&self, pid: Pid) -> Self {
        let mut child = Self {
            pid,
            counts: Counts::default(),
            ..self.clone()
        };
        child.process.reply(0);
        child
    }

    /// How the process has ended, and the line.
    pub fn ending(&self) -> Option<(Ending, u32)> {
        match self.status {
            Status::Ended { ending, place } => Some((ending, place.line)),
            _ => None,
        }
    }

    /// The place of the next operation, or of the operation that waits for the kernel.
    pub fn place(&self) -> Place {
        let pc = self.process.pc();
        self.program.place(match self.status {
            Status::Ready => pc,
            _ => pc.wrapping_sub(1),
        })
    }

    /// Returns the line of the next operation if the process arrives there: from another line or in a new call of a
    /// function. A return into the middle of a line is no arrival.
    pub(super) fn arrival(&mut self) -> Option<u32> {
        let (pc, depth) = (self.process.pc(), self.process.depth());
        if depth < self.position.1 {
            let line = self.program.place(pc.wrapping_sub(1)).line;
            self.position = (line, depth);
        }
        let line = self.program.place(pc).line;
        let is_new = self.position != (line, depth) && line > 0;
        self.position = (line, depth);
        is_new.then_some(line)
    }
}
