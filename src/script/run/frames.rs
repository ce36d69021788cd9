//! The stack of blocks around the current statement. The stack lets a run stop between any two statements and
//! continue later.
//!
//! `docs/decisions/runs.md` gives the reasons.

use std::collections::BTreeSet;
use std::mem::swap;
use std::sync::Arc;

use crate::lang::ast::{Block, Span, Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};

use super::budget::WORK_OF_COPY;
use super::current_process::CurrentProcess;
use super::limits::DEPTH_LIMIT;
use super::progress::{Blocks, Budget, Frame, Progress, Rounds, Surroundings};
use super::recent::RecentAccesses;
use super::record::{Sink, Totals};
use super::search::drawn_together;
use super::session::{Cx, Run};
use super::state::{Binding, Definition, Scope, State, shared_scopes};
use super::stop::Stop;
use crate::lang::value::Value;

impl Progress {
    /// Returns the progress of a run that begins in this state.
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            blocks: Blocks::default(),
            inside: CurrentProcess::default(),
            budget: Budget::default(),
            extension: Arc::new(()),
            diagnostics: Vec::new(),
            reported: BTreeSet::new(),
            totals: Totals::default(),
            steps: 0,
            latest: None,
        }
    }
}

impl<'s> Run<'s> {
    /// Returns a run that begins in this context.
    pub(crate) fn new(cx: Cx<'s>, sink: &'s mut dyn Sink) -> Self {
        Self {
            cx,
            steps: 0,
            latest: None,
            totals: Totals::default(),
            variables: None,
            sink,
        }
    }

    /// Exchanges the progress with that of another run of the same script.
    pub(crate) fn exchange(&mut self, other: &mut Progress) {
        let cx = &mut self.cx;
        swap(&mut cx.state, &mut other.state);
        swap(&mut cx.blocks, &mut other.blocks);
        swap(&mut cx.inside, &mut other.inside);
        swap(&mut cx.budget, &mut other.budget);
        swap(&mut cx.extension, &mut other.extension);
        swap(&mut cx.diagnostics, &mut other.diagnostics);
        swap(&mut cx.reported, &mut other.reported);
        swap(&mut self.totals, &mut other.totals);
        swap(&mut self.steps, &mut other.steps);
        swap(&mut self.latest, &mut other.latest);
    }
}

impl Run<'_> {
    /// Runs a statement with all its blocks.
    ///
    /// # Errors
    /// Returns an error in the script.
    pub fn run(&mut self, stmt: &Stmt) -> Result<(), Stop> {
        let base = self.cx.blocks.frames.len();
        self.begin(stmt)?;
        self.run_frames(base)
    }

    /// Runs the statements of a block, up to the first error.
    ///
    /// # Errors
    /// Returns an error in the script.
    pub fn run_block(&mut self, block: &Block, place: Span) -> Result<(), Stop> {
        let base = self.cx.blocks.frames.len();
        self.enter_block(block, place)?;
        self.run_frames(base)
    }

    fn run_frames(&mut self, base: usize) -> Result<(), Stop> {
        while self.cx.blocks.frames.len() > base {
            self.advance(base, usize::MAX)?;
        }
        Ok(())
    }

    /// Runs up to `most` statements of a block, or ends the block. After an error, ends the innermost
    /// scenario above the first `base` frames. If no scenario is open above `base`, ends all frames above
    /// `base`.
    ///
    /// # Errors
    /// Returns an error that ends the script.
    pub(crate) fn advance(&mut self, base: usize, most: usize) -> Result<(), Stop> {
        let advanced = match self.cx.blocks.frames.as_slice() {
            [.., Frame::Block { stmts, next }] if *next < stmts.len() => {
                let (stmts, next) = (stmts.clone(), *next);
                self.run_statements(&stmts, next, most)
            }
            [.., Frame::Loop { .. }, Frame::Block { .. }] | [.., Frame::Loop { .. }] => {
                self.next_round()
            }
            _ => self.leave(None),
        };
        advanced.or_else(|stop| self.unwind(stop, base))
    }

    /// Runs statements of the innermost block, up to a statement that begins a block.
    fn run_statements(&mut self, stmts: &[Stmt], mut at: usize, most: usize) -> Result<(), Stop> {
        let frames = self.cx.blocks.frames.len();
        for _ in 0..most {
            let Some(stmt) = stmts.get(at) else { break };
            let together = if self.cx.blocks.draws_together {
                drawn_together(&stmts[at..])
            } else {
                0
            };
            let from = at;
            at += together.max(1);
            if let Some(Frame::Block { next, .. }) = self.cx.blocks.frames.last_mut() {
                *next = at;
            }
            self.steps += 1;
            self.latest = Some(stmts[at - 1].span);
            if together == 0 {
                self.begin(stmt)?;
            } else {
                self.search(&stmts[from..at])?;
            }
            if self.cx.blocks.frames.len() != frames {
                break;
            }
        }
        Ok(())
    }

    /// Begins the next iteration of the innermost loop, or ends the loop. The finished block of the last
    /// iteration may still be on the stack.
    fn next_round(&mut self) -> Result<(), Stop> {
        let again = matches!(self.cx.blocks.frames.last(), Some(Frame::Block { .. }));
        let at = self.cx.blocks.frames.len() - 1 - usize::from(again);
        let now = self.cx.budget.worked;
        let Frame::Loop {
            place,
            rounds,
            body,
            worked,
        } = &mut self.cx.blocks.frames[at]
        else {
            return self.leave(None);
        };
        let (place, idle, value) = (*place, *worked == now, rounds.values.next());
        let body = (!again).then(|| body.clone());
        // An iteration without statements costs a step, so that an empty infinite loop reaches the limit.
        if idle {
            self.cx.step(place)?;
        }
        let Some(value) = value else {
            if again {
                self.leave(None)?;
            }
            return self.leave(None);
        };
        let Cx {
            state,
            blocks,
            budget,
            ..
        } = &mut self.cx;
        if let Frame::Loop { rounds, worked, .. } = &mut blocks.frames[at] {
            *worked = budget.worked;
            if let Some(name) = &rounds.variable {
                state.bind(&name.text, Binding::Value(value));
            }
        }
        match (body, self.cx.blocks.frames.last_mut()) {
            (Some(body), _) => self.enter_block(&body, place),
            (None, Some(Frame::Block { next, .. })) => {
                *next = 0;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Run<'_> {
    fn push(&mut self, frame: Frame) {
        self.cx.blocks.frames.push(frame);
    }

    /// Begins a block, whose first statement runs next.
    ///
    /// # Errors
    /// Returns `too-deep`.
    pub(crate) fn enter_block(&mut self, block: &Block, place: Span) -> Result<(), Stop> {
        if self.cx.blocks.depth >= DEPTH_LIMIT {
            let message =
                format!("blocks and definitions are nested more than {DEPTH_LIMIT} levels deep");
            return Err(Diagnostic::new(Code::TooDeep, place, message).into());
        }
        self.cx.blocks.depth += 1;
        self.push(Frame::Block {
            stmts: block.clone(),
            next: 0,
        });
        Ok(())
    }

    /// Begins a block of the extension, which later ends the block: see
    /// [`Extension::end`](super::session::Extension::end).
    ///
    /// # Errors
    /// Returns `too-deep`.
    pub(crate) fn enter_extension(
        &mut self,
        word: &'static str,
        block: &Block,
        place: Span,
    ) -> Result<(), Stop> {
        self.push(Frame::Extension(word));
        self.enter_block(block, place)
    }

    pub(crate) fn enter_loop(&mut self, place: Span, rounds: Rounds, body: &Block) {
        self.cx.blocks.loops.push(place);
        // The value `u64::MAX`, which never equals the work so far, means that no iteration has run yet.
        self.push(Frame::Loop {
            place,
            rounds,
            body: body.clone(),
            worked: u64::MAX,
        });
    }

    /// Begins a scenario with this name, or an isolated statement of the extension. The block changes a copy
    /// of the state. An error in the block ends the block, and the script continues with the next statement.
    ///
    /// # Errors
    /// Returns the errors from [`Cx::work`].
    pub(crate) fn enter_isolated(&mut self, name: &Word, extension: bool) -> Result<(), Stop> {
        self.cx.work(
            if extension {
                2 * WORK_OF_COPY
            } else {
                WORK_OF_COPY
            },
            name.span,
        )?;
        let around = Surroundings {
            state: self.cx.state.clone(),
            scenario: self.cx.blocks.scenario.replace(name.text.clone()),
            loops: std::mem::take(&mut self.cx.blocks.loops),
            depth: self.cx.blocks.depth,
            inside: self.cx.inside.clone(),
            extension,
        };
        self.cx.state.scopes.push(Scope::new(false));
        self.cx.state.accesses = RecentAccesses::default();
        self.push(Frame::Isolated(Box::new(around)));
        Ok(())
    }

    /// Begins a call. A definition sees its own names and those of the script and the scenario, but not those
    /// of its caller.
    ///
    /// # Errors
    /// Returns `too-deep`.
    pub(crate) fn enter_call(
        &mut self,
        place: Span,
        def: &Definition,
        args: Vec<Value>,
    ) -> Result<(), Stop> {
        let scopes = &mut self.cx.state.scopes;
        let shared = shared_scopes(scopes);
        let hidden = scopes.split_off(shared);
        let mut own = Scope::new(true);
        for (param, arg) in def.params.iter().zip(args) {
            own.bind(&param.text, Binding::Value(arg));
        }
        scopes.push(own);
        self.push(Frame::Call { shared, hidden });
        self.enter_block(&def.body, place)
    }

    /// Begins the statements of an included file.
    ///
    /// # Errors
    /// Returns `too-deep`.
    pub(crate) fn enter_include(&mut self, body: &Block, place: Span) -> Result<(), Stop> {
        let around = self.cx.blocks.included;
        self.cx.blocks.included = around.or(Some(place));
        self.push(Frame::Included(around));
        self.enter_block(body, place)
    }

    /// Begins a block of a process.
    ///
    /// # Errors
    /// Returns `too-deep`.
    pub(crate) fn enter_process(
        &mut self,
        process: CurrentProcess,
        body: &Block,
        place: Span,
    ) -> Result<(), Stop> {
        let around = std::mem::replace(&mut self.cx.inside, process);
        self.push(Frame::InProcess(around));
        self.enter_block(body, place)
    }

    /// Ends the innermost frame. `stopped` is the reason if the frame ends abnormally.
    fn leave(&mut self, stopped: Option<&Stop>) -> Result<(), Stop> {
        match self.cx.blocks.frames.pop() {
            Some(Frame::Block { .. }) => self.cx.blocks.depth -= 1,
            Some(Frame::Loop { .. }) => drop(self.cx.blocks.loops.pop()),
            Some(Frame::InProcess(around)) => self.cx.inside = around,
            Some(Frame::Included(around)) => self.cx.blocks.included = around,
            Some(Frame::Call { shared, hidden }) => {
                self.cx.state.scopes.truncate(shared);
                self.cx.state.scopes.extend(hidden);
            }
            Some(Frame::Isolated(around)) => {
                let Surroundings {
                    state,
                    scenario,
                    loops,
                    depth,
                    inside,
                    extension,
                } = *around;
                // If the run is closed, the run keeps its final state.
                if !matches!(stopped, Some(Stop::Closed)) {
                    self.cx.state = state;
                }
                let blocks = &mut self.cx.blocks;
                (blocks.scenario, blocks.loops, blocks.depth) = (scenario, loops, depth);
                self.cx.inside = inside;
                self.cx.calls.clear();
                if extension {
                    self.cx.language().extension.leave(&mut self.cx);
                }
            }
            Some(Frame::Extension(word)) if stopped.is_none() => {
                return self.cx.language().extension.end(&mut self.cx, word);
            }
            Some(Frame::Extension(_)) | None => {}
        }
        Ok(())
    }

    /// Ends the frames that an error stops: those up to and including the innermost scenario, or all frames
    /// above `base`.
    fn unwind(&mut self, stop: Stop, base: usize) -> Result<(), Stop> {
        while self.cx.blocks.frames.len() > base {
            let isolated = matches!(self.cx.blocks.frames.last(), Some(Frame::Isolated(_)));
            self.leave(Some(&stop))?;
            match stop {
                Stop::Wrong(wrong) if isolated && wrong.iter().all(|d| !d.code.ends_run()) => {
                    self.cx.report(wrong);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(stop)
    }
}
