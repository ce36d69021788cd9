//! What commands work on: the session, and where answers go.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::answer::{Answer, AnswerDetail, AnswerStyle};
use pagewalk_script::lang::ast::{Block, Stmt, StmtKind};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::loader::Disk;
use pagewalk_script::prompt::explore::{Ended, Exploration, Mode};
use pagewalk_script::report::diagnostics::{Style, render};
use pagewalk_script::report::doc;
use pagewalk_script::report::fitting::fitted;
use pagewalk_script::report::text::text;
use pagewalk_script::run::record::{Sink, StepRecord};
use pagewalk_script::run::session::Options;

/// Mistakes of an input that are shown.
const MOST: usize = 20;

/// How a session looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DisplayOptions {
    /// How answers look.
    pub(crate) look: AnswerStyle,
    /// How mistakes look.
    pub(crate) errors: Style,
    /// What is typed stands on the terminal, above its answer.
    pub(crate) echo: bool,
}

/// The session, and where answers go.
pub(crate) struct ReplContext {
    /// The session.
    pub(crate) explore: Exploration,
    /// How it looks.
    pub(crate) display: DisplayOptions,
    /// Where the files of `:save` and `:load` are; empty for the folder at hand.
    pub(crate) folder: PathBuf,
    /// Quizzes so far.
    pub(crate) quizzes: u64,
    inputs: u64,
    out: Box<dyn Write>,
    errors: Box<dyn Write>,
}

impl ReplContext {
    /// A session with nothing declared. Answers go to `out`, mistakes to `errors`.
    pub(crate) fn new(
        options: Options,
        display: DisplayOptions,
        interrupt: Arc<AtomicBool>,
        out: Box<dyn Write>,
        errors: Box<dyn Write>,
    ) -> Self {
        let explore = Exploration::new(options, interrupt);
        Self { explore, display, folder: PathBuf::new(), quizzes: 0, inputs: 0, out, errors }
    }

    /// Reads and checks an input. Of one that is wrong, says so.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn read(&mut self, text: &str) -> io::Result<Option<Block>> {
        self.inputs += 1;
        let name = format!("<repl:{}>", self.inputs);
        match self.explore.read(&name, text, &mut Disk) {
            Ok(body) => Ok(Some(body)),
            Err(wrong) => self.complain(&wrong).map(|()| None),
        }
    }

    /// Runs what was read, and tells it.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn run(&mut self, body: &Block, mode: Mode, tell: AnswerDetail) -> io::Result<Ended> {
        let sources = self.explore.sources.clone();
        let mut answer = Answer::new(&mut *self.out, &sources, tell, self.display.look);
        let ended = self.explore.run(body, mode, &mut answer);
        answer.finish()?;
        if ended.interrupted {
            self.complain_sentence("interrupted: the state is that before the statement")?;
        }
        self.complain(&ended.diagnostics)?;
        Ok(ended)
    }

    /// Runs what was read on a copy, and tells nothing; the records of it.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn try_out(&mut self, body: &Block) -> io::Result<Vec<StepRecord>> {
        let mut last = RecordKeeper::default();
        let ended = self.explore.run(body, Mode::Tried, &mut last);
        self.complain(&ended.diagnostics)?;
        Ok(if ended.diagnostics.is_empty() { last.0 } else { Vec::new() })
    }

    /// What of an input's statements is told.
    pub(crate) fn detail_for(&self, body: &Block) -> AnswerDetail {
        match &**body {
            [only] if self.display.echo && self.has_single_answer(only) => AnswerDetail::Answer,
            _ => AnswerDetail::Statement,
        }
    }

    /// Whether a statement has one answer, which needs no telling of what it answers.
    fn has_single_answer(&self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Command(command) => !self.explore.defines(&command.verb.text),
            StmtKind::Probe(_)
            | StmtKind::Let { .. }
            | StmtKind::Choose { .. }
            | StmtKind::Reference { .. } => true,
            StmtKind::InProcess { body, .. } => matches!(&**body, [only] if self.has_single_answer(only)),
            _ => false,
        }
    }

    /// Says mistakes.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn complain(&mut self, wrong: &[Diagnostic]) -> io::Result<()> {
        if wrong.is_empty() {
            return Ok(());
        }
        self.out.flush()?;
        let shown = wrong.get(..MOST).unwrap_or(wrong);
        let text = render(shown, &self.explore.sources, self.display.errors);
        // Where nobody can read complaints, nothing is lost.
        let _ = self.errors.write_all(text.as_bytes());
        if wrong.len() > MOST {
            let _ = writeln!(self.errors, "{} mistakes, the first {MOST} shown", wrong.len());
        }
        Ok(())
    }

    /// Says in a sentence that something cannot be done.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn complain_sentence(&mut self, sentence: &str) -> io::Result<()> {
        self.out.flush()?;
        let _ = writeln!(self.errors, "  {sentence}");
        Ok(())
    }

    /// Tells something.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn print(&mut self, blocks: Vec<doc::Block>) -> io::Result<()> {
        let look = self.display.look;
        self.out.write_all(text(&fitted(blocks, look.width), look.color).as_bytes())?;
        self.out.flush()
    }

    /// Tells a line.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn print_line(&mut self, words: impl Into<String>) -> io::Result<()> {
        self.print(vec![doc::Block::line(words)])
    }
}

/// Keeps the records that something else is made of, up to a number.
#[derive(Default)]
struct RecordKeeper(Vec<StepRecord>);

/// Records that are kept.
const KEPT: usize = 1000;

impl Sink for RecordKeeper {
    fn take(&mut self, record: &StepRecord) -> bool {
        if self.0.len() < KEPT {
            self.0.push(record.clone());
        }
        true
    }
}
