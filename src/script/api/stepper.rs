//! A run that goes forward and back to any statement, also one in a loop or a scenario.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{CheckedScript, Snapshot};
use crate::lang::ast::Block;
use crate::lang::span::Span;
use crate::run::progress::{Frame, Progress};
use crate::run::record::{Discard, Sink, StepRecord};
use crate::run::script::not_understood;
use crate::run::session::{Options, Session};
use crate::run::state::State;
use crate::run::stop::Stop;

/// The most checkpoints that are kept. When there are more, every second one goes.
pub(super) const CHECKPOINTS: usize = 1024;

/// Why a run paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The requested number of statements has been run.
    Steps,
    /// The script has ended.
    End,
    /// A diagnostic ended the script: see [`Stepper::progress`].
    Mistake,
    /// The sink asked for no more records. The statement that the last one is of has been completed.
    Closed,
    /// The interrupt flag was set. The statement that was running has had no effect.
    Interrupted,
}

/// Hands records on until the sink asks for no more, so that the statement is completed.
struct Completing<'a> {
    sink: &'a mut dyn Sink,
    closed: &'a Cell<bool>,
}

impl Sink for Completing<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if !self.closed.get() {
            self.closed.set(!self.sink.accept(record));
        }
        true
    }
}

/// A run of a script that can pause between any two statements and go to any position.
///
/// A *position* is the number of statements that have run; statements in loops, scenarios, and definitions are counted each
/// time they run. (`choose` statements in a row of a question are drawn together and count as one.) Going back restores a
/// checkpoint and runs the rest again, which gives the same result.
///
/// ```
/// use pagewalk_script::api::{CheckedScript, Options, Stepper};
///
/// let text = "machine simple\nfor n in 0..3 { write 0x100 + n = n }\n";
/// let script = CheckedScript::from_text("loop.pw", text, &mut ());
/// let mut run = Stepper::new(script.into(), Options::default());
/// let mut records = Vec::new();
/// run.forward(3, &mut records);
/// // The machine, the loop, and the first `write` in it.
/// assert_eq!((run.position(), records.len()), (3, 2));
/// run.forward(u64::MAX, &mut records);
/// assert_eq!((run.position(), records.len()), (5, 4));
/// run.goto(4);
/// assert_eq!(run.statement(), Some("write 0x100 + n = n"));
/// ```
pub struct Stepper {
    script: Arc<CheckedScript>,
    options: Options,
    now: Progress,
    pub(super) checkpoints: BTreeMap<u64, Progress>,
    /// Statements between two checkpoints.
    spacing: u64,
    interrupt: Arc<AtomicBool>,
}

impl Stepper {
    /// A run at position 0. A script with mistakes ends there.
    pub fn new(script: Arc<CheckedScript>, options: Options) -> Self {
        let mut now = Progress::new(State::new(options.seed));
        if script.diagnostics.is_empty() {
            now.frames.push(Frame::Block { stmts: script.script.body.clone(), next: 0 });
            now.depth = 1;
        } else {
            now.diagnostics.clone_from(&script.diagnostics);
        }
        let checkpoints = BTreeMap::from([(0, now.clone())]);
        Self { script, options, now, checkpoints, spacing: 1, interrupt: Arc::default() }
    }

    /// The flag that interrupts [`Stepper::forward`] when another thread sets it.
    pub fn interrupt(&self) -> Arc<AtomicBool> {
        self.interrupt.clone()
    }

    /// The script.
    pub fn script(&self) -> &CheckedScript {
        &self.script
    }

    /// The number of statements that have run.
    pub fn position(&self) -> u64 {
        self.now.steps
    }

    /// The state of the machine, totals, and diagnostics so far.
    pub fn progress(&self) -> &Progress {
        &self.now
    }

    /// The whole state as data.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::capture(&self.now.state)
    }

    /// Whether the script has ended.
    pub fn is_at_end(&self) -> bool {
        self.now.frames.is_empty()
    }

    /// The place of the next statement; none at the end of a block, where the block around it decides what is next.
    pub fn next(&self) -> Option<Span> {
        match self.now.frames.last()? {
            Frame::Block { stmts, next } => stmts.get(*next).map(|stmt| stmt.span),
            _ => None,
        }
    }

    /// The text of the statement that has run last; none at position 0.
    pub fn statement(&self) -> Option<&str> {
        self.now.latest.map(|span| self.script.sources.text(span))
    }

    /// The location of the last executed statement; none at position 0.
    pub fn last_span(&self) -> Option<Span> {
        self.now.latest
    }

    /// Runs up to `steps` statements and hands their records to `sink`.
    pub fn forward(&mut self, steps: u64, sink: &mut dyn Sink) -> Pause {
        self.interrupt.store(false, Ordering::Relaxed);
        let interrupt = self.interrupt.clone();
        self.run_to(self.position().saturating_add(steps), sink, Some(&interrupt))
    }

    /// Goes to a position, or to the end if the script has fewer statements. Returns the position reached.
    pub fn goto(&mut self, position: u64) -> u64 {
        if position < self.position() {
            self.restore(position);
        }
        self.run_to(position, &mut Discard, None);
        self.position()
    }

    /// Goes to the next time that the statement at this byte of the script has run. False, at the end, if it does not run
    /// again.
    pub fn goto_statement(&mut self, byte: u32) -> bool {
        let wanted = innermost(&self.script.script.body, byte);
        while wanted.is_some() && self.run_to(self.position() + 1, &mut Discard, None) == Pause::Steps {
            if self.now.latest == wanted {
                return true;
            }
        }
        false
    }

    /// Goes back to the latest checkpoint that is not after a position.
    fn restore(&mut self, position: u64) {
        if let Some((_, progress)) = self.checkpoints.range(..=position).next_back() {
            self.now = progress.clone();
        }
    }

    fn run_to(&mut self, position: u64, sink: &mut dyn Sink, interrupt: Option<&AtomicBool>) -> Pause {
        let script = self.script.clone();
        let closed = Cell::new(false);
        let mut sink = Completing { sink, closed: &closed };
        let mut session = Session::new(&script.sources, &script.files, self.options, &mut sink);
        session.interrupt = interrupt;
        std::mem::swap(&mut session.progress, &mut self.now);
        let mut pause = Pause::Steps;
        let mut completed = session.steps;
        while session.steps < position {
            completed = session.steps;
            if closed.get() {
                pause = Pause::Closed;
                break;
            }
            if session.frames.is_empty() {
                pause = if session.diagnostics.is_empty() { Pause::End } else { Pause::Mistake };
                break;
            }
            match session.advance(0, 1) {
                Ok(()) => {}
                Err(Stop::Closed) => {
                    pause = Pause::Interrupted;
                    break;
                }
                Err(Stop::Wrong(diagnostics)) => session.report(diagnostics),
                Err(Stop::Unknowable) => session.report(vec![not_understood(Span::default())]),
            }
            if session.steps.is_multiple_of(self.spacing) && !self.checkpoints.contains_key(&session.steps) {
                self.checkpoints.insert(session.steps, session.progress.clone());
                if self.checkpoints.len() > CHECKPOINTS {
                    self.spacing *= 2;
                    let spacing = self.spacing;
                    self.checkpoints.retain(|at, _| at.is_multiple_of(spacing));
                }
            }
        }
        std::mem::swap(&mut session.progress, &mut self.now);
        if pause == Pause::Interrupted {
            // What the statement has done so far is undone.
            self.restore(completed);
            self.run_to(completed, &mut Discard, None);
        }
        pause
    }
}

/// The place of the innermost statement that holds a byte of the script.
fn innermost(block: &Block, byte: u32) -> Option<Span> {
    let holds = |span: Span| span.file == 0 && span.start <= byte && byte < span.end;
    let stmt = block.iter().find(|stmt| holds(stmt.span))?;
    stmt.blocks().find_map(|inner| innermost(inner, byte)).or(Some(stmt.span))
}
