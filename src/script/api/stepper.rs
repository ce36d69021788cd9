//! A run that can move forward and back to any statement, including statements in loops and
//! scenarios.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{CheckedScript, Snapshot};
use crate::lang::ast::Block;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::include::add_text;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::run::kept_states::KeptStates;
use crate::run::progress::{Frame, Progress};
use crate::run::record::{Discard, Sink, StepRecord};
use crate::run::script::{check_in, not_understood, play_from};
use crate::run::session::{Cx, Options, Run};
use crate::run::state::State;
use crate::run::stop::Stop;

/// The reason why a run paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The requested number of statements has run.
    Steps,
    End,
    /// A diagnostic ended the script; see [`Stepper::progress`].
    Mistake,
    /// The sink does not accept more records. The statement that produced the last record still completes.
    Closed,
    /// The interrupt flag was set. The interrupted statement had no effect.
    Interrupted,
}

/// A sink that forwards records until the receiver stops the run, and then lets the current statement finish.
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

/// Takes the record after a number of others.
struct Wanted {
    skip: u64,
    found: Option<StepRecord>,
}

impl Sink for Wanted {
    fn accept(&mut self, record: &StepRecord) -> bool {
        match self.skip.checked_sub(1) {
            Some(left) => self.skip = left,
            None => self.found = Some(record.clone()),
        }
        self.found.is_none()
    }
}

/// A run of a script that can pause between any two statements and move to any position.
///
/// A *position* is the number of statements that have run. Statements in loops, scenarios, and definitions
/// are counted each time they run. Consecutive `choose` statements in a question are counted as one
/// statement. To move back, the stepper restores a checkpoint and reruns the later statements, with the same
/// result.
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
    pub(super) checkpoints: KeptStates<Progress>,
    interrupt: Arc<AtomicBool>,
}

impl Stepper {
    /// Creates a run at position 0. If the script has errors, the run ends there.
    pub fn new(script: Arc<CheckedScript>, options: Options) -> Self {
        let mut now = Progress::new(State::new(options.seed));
        if script.diagnostics.is_empty() {
            now.blocks.frames.push(Frame::Block {
                stmts: script.script.body.clone(),
                next: 0,
            });
            now.blocks.depth = 1;
        } else {
            now.diagnostics.clone_from(&script.diagnostics);
        }
        let checkpoints = KeptStates::new(now.clone(), options.max_memory);
        let options = options.for_script(&script.script.body);
        Self {
            script,
            options,
            now,
            checkpoints,
            interrupt: Arc::default(),
        }
    }

    /// Limits the memory of the states that the run keeps for moving back, in bytes. With fewer states, moving back takes
    /// longer. By default, they may need as much memory as the run itself.
    #[must_use]
    pub fn keeping(mut self, bytes: u64) -> Self {
        self.checkpoints = KeptStates::new(self.now.clone(), bytes);
        self
    }

    /// Returns the flag that interrupts [`Stepper::forward`] when another thread sets it.
    pub fn interrupt(&self) -> Arc<AtomicBool> {
        self.interrupt.clone()
    }

    pub fn script(&self) -> &CheckedScript {
        &self.script
    }

    /// Returns the number of executed statements.
    pub fn position(&self) -> u64 {
        self.now.steps
    }

    /// Returns the state of the machine, the totals, and the diagnostics so far.
    pub fn progress(&self) -> &Progress {
        &self.now
    }

    /// Returns the whole state as data.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::capture(&self.now.state)
    }

    /// Whether the script has ended.
    pub fn is_at_end(&self) -> bool {
        self.now.blocks.frames.is_empty()
    }

    /// Returns the location of the next statement. At the end of a block, returns `None`, because the
    /// enclosing block determines the next statement.
    pub fn next(&self) -> Option<Span> {
        match self.now.blocks.frames.last()? {
            Frame::Block { stmts, next } => stmts.get(*next).map(|stmt| stmt.span),
            _ => None,
        }
    }

    /// Returns the text of the last executed statement, or `None` at position 0.
    pub fn statement(&self) -> Option<&str> {
        self.now.latest.map(|span| self.script.sources.text(span))
    }

    /// Runs up to `steps` statements and passes their records to `sink`.
    pub fn forward(&mut self, steps: u64, sink: &mut dyn Sink) -> Pause {
        self.interrupt.store(false, Ordering::Relaxed);
        let interrupt = self.interrupt.clone();
        self.run_to(
            self.position().saturating_add(steps),
            sink,
            Some(&interrupt),
        )
    }

    /// Returns the number of records so far.
    pub fn records(&self) -> u64 {
        self.now.totals.statements
    }

    /// Moves to the position after the statement with this record, and returns the record. Record 1 is the first, and 0 is
    /// the beginning. If the script has fewer records, the run moves to the end.
    ///
    /// ```
    /// use pagewalk_script::api::{CheckedScript, Options, Stepper};
    ///
    /// let text = "machine simple\nfor n in 0..3 { write 0x100 + n = n }\n";
    /// let script = CheckedScript::from_text("loop.pw", text, &mut ());
    /// let mut run = Stepper::new(script.into(), Options::default());
    /// let written = run.goto_record(3).unwrap();
    /// assert_eq!(run.script().sources.text(written.span), "write 0x100 + n = n");
    /// assert_eq!((run.records(), run.goto_record(5).is_none()), (3, true));
    /// ```
    pub fn goto_record(&mut self, number: u64) -> Option<StepRecord> {
        if number <= self.records() {
            let before = |kept: &Progress| kept.totals.statements < number.max(1);
            if let Some(kept) = self.checkpoints.latest_where(before) {
                self.now = kept.clone();
            }
        }
        let mut wanted = Wanted {
            skip: number.checked_sub(self.records() + 1)?,
            found: None,
        };
        self.run_to(u64::MAX, &mut wanted, None);
        wanted.found
    }

    /// Runs statements on a copy of the state and returns their records, with the texts that the records refer to.
    ///
    /// # Errors
    /// The diagnostics, with the texts that they refer to.
    ///
    /// ```
    /// use pagewalk_script::api::{CheckedScript, Figure, Options, Stepper};
    ///
    /// let script = CheckedScript::from_text("a.pw", "machine simple\nread 0x3D4\n", &mut ());
    /// let run = Stepper::new(script.into(), Options::default());
    /// assert!(run.probe("figure system").is_err(), "no machine yet");
    /// ```
    pub fn probe(
        &self,
        text: &str,
    ) -> Result<(Vec<StepRecord>, Sources), (Vec<Diagnostic>, Sources)> {
        let mut sources = self.script.sources.clone();
        let (read, mut wrong) = add_text(&mut sources, "<input>", text, &mut ());
        let options = Options {
            sets: true,
            ..self.options
        };
        let (state, files) = (&self.now.state, &self.script.files);
        if wrong.is_empty() {
            wrong = check_in(state, &read.body, &sources, files, options).diagnostics;
        }
        let mut records: Vec<StepRecord> = Vec::new();
        if wrong.is_empty() {
            let state = state.clone();
            let (ended, _) = play_from(
                state,
                &read.body,
                &sources,
                files,
                options,
                &mut records,
                None,
            );
            wrong = ended.diagnostics;
        }
        if wrong.is_empty() {
            Ok((records, sources))
        } else {
            Err((wrong, sources))
        }
    }

    /// Moves to a position, or to the end if the script has fewer statements. Returns the new position.
    pub fn goto(&mut self, position: u64) -> u64 {
        if position < self.position() {
            self.restore(position);
        }
        self.run_to(position, &mut Discard, None);
        self.position()
    }

    /// Moves forward to the position after the next execution of the statement at this byte. If the statement
    /// does not run again, the method moves to the end and returns false.
    pub fn goto_statement(&mut self, byte: u32) -> bool {
        let wanted = innermost(&self.script.script.body, byte);
        while wanted.is_some()
            && self.run_to(self.position() + 1, &mut Discard, None) == Pause::Steps
        {
            if self.now.latest == wanted {
                return true;
            }
        }
        false
    }

    /// Restores the latest checkpoint at or before a position.
    fn restore(&mut self, position: u64) {
        if let Some((_, progress)) = self.checkpoints.latest(position) {
            self.now = progress.clone();
        }
    }

    fn run_to(
        &mut self,
        position: u64,
        sink: &mut dyn Sink,
        interrupt: Option<&AtomicBool>,
    ) -> Pause {
        let script = self.script.clone();
        let closed = Cell::new(false);
        let mut sink = Completing {
            sink,
            closed: &closed,
        };
        let mut cx = Cx::new(&script.sources, &script.files, self.options);
        cx.env.interrupt = interrupt;
        let mut run = Run::new(cx, &mut sink);
        let mut pause = Pause::Steps;
        let mut completed = self.now.steps;
        while self.now.steps < position {
            completed = self.now.steps;
            if closed.get() {
                pause = Pause::Closed;
                break;
            }
            if self.now.blocks.frames.is_empty() {
                pause = if self.now.diagnostics.is_empty() {
                    Pause::End
                } else {
                    Pause::Mistake
                };
                break;
            }
            run.exchange(&mut self.now);
            match run.advance(0, 1) {
                Ok(()) => {}
                Err(Stop::Closed) => pause = Pause::Interrupted,
                Err(Stop::Wrong(diagnostics)) => run.cx.report(diagnostics),
                Err(Stop::Unknowable) => run.cx.report(vec![not_understood(Span::default())]),
            }
            run.exchange(&mut self.now);
            if pause == Pause::Interrupted {
                break;
            }
            let now = &self.now;
            self.checkpoints.keep(now.steps, now, now.budget.worked);
        }
        if pause == Pause::Interrupted {
            // Undo partial effects of the statement.
            self.restore(completed);
            self.run_to(completed, &mut Discard, None);
        }
        pause
    }
}

/// Returns the location of the innermost statement that contains a byte of the script.
fn innermost(block: &Block, byte: u32) -> Option<Span> {
    let holds = |span: Span| span.file == 0 && span.start <= byte && byte < span.end;
    let stmt = block.iter().find(|stmt| holds(stmt.span))?;
    stmt.blocks()
        .find_map(|inner| innermost(inner, byte))
        .or(Some(stmt.span))
}
