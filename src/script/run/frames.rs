//! The stack of blocks around the current statement. The stack lets a run stop between any two statements and
//! continue later.
//!
//! `docs/decisions/runs.md` gives the reasons.

use crate::lang::ast::{Block, Span, Stmt, Word};
use crate::lang::diagnostic::{Code, Diagnostic};

use super::budget::WORK_OF_COPY;
use super::current_process::CurrentProcess;
use super::limits::DEPTH_LIMIT;
use super::progress::{Frame, Progress, Rounds, Surroundings};
use super::recent::RecentAccesses;
use super::search::drawn_together;
use super::session::Cx;
use super::state::{Binding, Definition, Scope};
use super::stop::Stop;
use crate::lang::value::Value;

impl Cx<'_> {
    /// Runs a statement with all its blocks.
    ///
    /// # Errors
    /// Returns an error in the script.
    pub fn run(&mut self, stmt: &Stmt) -> Result<(), Stop> {
        let base = self.frames.len();
        self.begin(stmt)?;
        self.run_frames(base)
    }

    /// Runs the statements of a block, up to the first error.
    ///
    /// # Errors
    /// Returns an error in the script.
    pub fn run_block(&mut self, block: &Block, place: Span) -> Result<(), Stop> {
        let base = self.frames.len();
        self.enter_block(block, place)?;
        self.run_frames(base)
    }

    fn run_frames(&mut self, base: usize) -> Result<(), Stop> {
        while self.frames.len() > base {
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
        let advanced = match self.frames.as_slice() {
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
        let frames = self.frames.len();
        for _ in 0..most {
            let Some(stmt) = stmts.get(at) else { break };
            let together = if self.draws_together {
                drawn_together(&stmts[at..])
            } else {
                0
            };
            let from = at;
            at += together.max(1);
            if let Some(Frame::Block { next, .. }) = self.frames.last_mut() {
                *next = at;
            }
            self.steps += 1;
            self.latest = Some(stmts[at - 1].span);
            if together == 0 {
                self.begin(stmt)?;
            } else {
                self.search(&stmts[from..at])?;
            }
            if self.frames.len() != frames {
                break;
            }
        }
        Ok(())
    }

    /// Begins the next iteration of the innermost loop, or ends the loop. The finished block of the last
    /// iteration may still be on the stack.
    fn next_round(&mut self) -> Result<(), Stop> {
        let again = matches!(self.frames.last(), Some(Frame::Block { .. }));
        let at = self.frames.len() - 1 - usize::from(again);
        let now = self.worked;
        let Frame::Loop {
            place,
            rounds,
            body,
            worked,
        } = &mut self.frames[at]
        else {
            return self.leave(None);
        };
        let (place, idle, value) = (*place, *worked == now, rounds.values.next());
        let body = (!again).then(|| body.clone());
        // An iteration without statements costs a step, so that an empty infinite loop reaches the limit.
        if idle {
            self.step(place)?;
        }
        let Some(value) = value else {
            if again {
                self.leave(None)?;
            }
            return self.leave(None);
        };
        let Progress {
            state,
            frames,
            worked: now,
            ..
        } = &mut self.progress;
        if let Frame::Loop { rounds, worked, .. } = &mut frames[at] {
            *worked = *now;
            if let Some(name) = &rounds.variable {
                state.bind(&name.text, Binding::Value(value));
            }
        }
        match (body, self.frames.last_mut()) {
            (Some(body), _) => self.enter_block(&body, place),
            (None, Some(Frame::Block { next, .. })) => {
                *next = 0;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Cx<'_> {
    /// Begins a block, whose first statement runs next.
    ///
    /// # Errors
    /// Returns `too-deep`.
    pub(crate) fn enter_block(&mut self, block: &Block, place: Span) -> Result<(), Stop> {
        if self.depth >= DEPTH_LIMIT {
            let message =
                format!("blocks and definitions are nested more than {DEPTH_LIMIT} levels deep");
            return Err(Diagnostic::new(Code::TooDeep, place, message).into());
        }
        self.depth += 1;
        self.frames.push(Frame::Block {
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
        self.frames.push(Frame::Extension(word));
        self.enter_block(block, place)
    }

    pub(crate) fn enter_loop(&mut self, place: Span, rounds: Rounds, body: &Block) {
        self.loops.push(place);
        // The value `u64::MAX`, which never equals the work so far, means that no iteration has run yet.
        self.frames.push(Frame::Loop {
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
        self.work(
            if extension {
                2 * WORK_OF_COPY
            } else {
                WORK_OF_COPY
            },
            name.span,
        )?;
        let around = Surroundings {
            state: self.state.clone(),
            scenario: self.scenario.replace(name.text.clone()),
            loops: std::mem::take(&mut self.loops),
            depth: self.depth,
            inside: self.inside.clone(),
            extension,
        };
        self.state.scopes.push(Scope::new(false));
        self.state.accesses = RecentAccesses::default();
        self.frames.push(Frame::Isolated(Box::new(around)));
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
        let scopes = &mut self.state.scopes;
        let shared = scopes
            .iter()
            .position(|scope| scope.private)
            .unwrap_or(scopes.len());
        let hidden = scopes.split_off(shared);
        let mut own = Scope::new(true);
        for (param, arg) in def.params.iter().zip(args) {
            own.bind(&param.text, Binding::Value(arg));
        }
        scopes.push(own);
        self.frames.push(Frame::Call { shared, hidden });
        self.enter_block(&def.body, place)
    }

    /// Begins the statements of an included file.
    ///
    /// # Errors
    /// Returns `too-deep`.
    pub(crate) fn enter_include(&mut self, body: &Block, place: Span) -> Result<(), Stop> {
        let around = self.included;
        self.included = around.or(Some(place));
        self.frames.push(Frame::Included(around));
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
        let around = std::mem::replace(&mut self.inside, process);
        self.frames.push(Frame::InProcess(around));
        self.enter_block(body, place)
    }

    /// Ends the innermost frame. `stopped` is the reason if the frame ends abnormally.
    fn leave(&mut self, stopped: Option<&Stop>) -> Result<(), Stop> {
        match self.frames.pop() {
            Some(Frame::Block { .. }) => self.depth -= 1,
            Some(Frame::Loop { .. }) => drop(self.loops.pop()),
            Some(Frame::InProcess(around)) => self.inside = around,
            Some(Frame::Included(around)) => self.included = around,
            Some(Frame::Call { shared, hidden }) => {
                self.state.scopes.truncate(shared);
                self.state.scopes.extend(hidden);
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
                // If the run is closed, the session keeps the run's final state.
                if !matches!(stopped, Some(Stop::Closed)) {
                    self.state = state;
                }
                (self.scenario, self.loops, self.depth, self.inside) =
                    (scenario, loops, depth, inside);
                self.calls.clear();
                if extension {
                    self.language.extension.leave(self);
                }
            }
            Some(Frame::Extension(word)) if stopped.is_none() => {
                return self.language.extension.end(self, word);
            }
            Some(Frame::Extension(_)) | None => {}
        }
        Ok(())
    }

    /// Ends the frames that an error stops: those up to and including the innermost scenario, or all frames
    /// above `base`.
    fn unwind(&mut self, stop: Stop, base: usize) -> Result<(), Stop> {
        while self.frames.len() > base {
            let isolated = matches!(self.frames.last(), Some(Frame::Isolated(_)));
            self.leave(Some(&stop))?;
            match stop {
                Stop::Wrong(wrong) if isolated && wrong.iter().all(|d| !d.code.ends_run()) => {
                    self.report(wrong);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(stop)
    }
}
