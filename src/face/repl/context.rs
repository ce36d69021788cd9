//! The session and its output, for commands.

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
use pagewalk_script::report::text::text;
use pagewalk_script::report::wrap::fitted;
use pagewalk_script::run::record::{Sink, StepRecord};
use pagewalk_script::run::session::Options;

/// The most mistakes of an input in a report.
const MOST: usize = 20;

/// The style of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DisplayOptions {
    /// The style of results.
    pub(crate) look: AnswerStyle,
    /// The style of diagnostics.
    pub(crate) errors: Style,
    /// Whether the terminal shows the input above the output.
    pub(crate) echo: bool,
}

/// The session and its output.
pub(crate) struct ReplContext {
    pub(crate) explore: Exploration,
    pub(crate) display: DisplayOptions,
    /// The folder for `:save` and `:load`; empty for the current folder.
    pub(crate) folder: PathBuf,
    /// The number of quizzes so far.
    pub(crate) quizzes: u64,
    inputs: u64,
    out: Box<dyn Write>,
    errors: Box<dyn Write>,
}

impl ReplContext {
    /// An empty session that prints results to `out` and diagnostics to `errors`.
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

    /// Reads and checks an input. Reports mistakes.
    pub(crate) fn read(&mut self, text: &str) -> io::Result<Option<Block>> {
        self.inputs += 1;
        let name = format!("<repl:{}>", self.inputs);
        match self.explore.read(&name, text, &mut Disk) {
            Ok(body) => {
                let warnings = std::mem::take(&mut self.explore.warnings);
                self.complain(&warnings).map(|()| Some(body))
            }
            Err(wrong) => self.complain(&wrong).map(|()| None),
        }
    }

    /// Runs an input and prints the results.
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

    /// Runs an input on a copy of the state and returns its records. Prints only mistakes.
    pub(crate) fn try_out(&mut self, body: &Block) -> io::Result<Vec<StepRecord>> {
        let mut last = RecordKeeper::default();
        let ended = self.explore.run(body, Mode::Tried, &mut last);
        self.complain(&ended.diagnostics)?;
        Ok(if ended.diagnostics.is_empty() { last.0 } else { Vec::new() })
    }

    /// The detail for the statements of an input.
    pub(crate) fn detail_for(&self, body: &Block) -> AnswerDetail {
        match &**body {
            [only] if self.display.echo && self.has_single_answer(only) => AnswerDetail::Answer,
            _ => AnswerDetail::Statement,
        }
    }

    /// Whether a statement has a single result, which needs no title.
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

    /// Reports mistakes.
    pub(crate) fn complain(&mut self, wrong: &[Diagnostic]) -> io::Result<()> {
        if wrong.is_empty() {
            return Ok(());
        }
        self.out.flush()?;
        let shown = wrong.get(..MOST).unwrap_or(wrong);
        let text = render(shown, &self.explore.sources, self.display.errors);
        // A closed standard error loses nothing important.
        let _ = self.errors.write_all(text.as_bytes());
        if wrong.len() > MOST {
            let _ = writeln!(self.errors, "{} mistakes, the first {MOST} shown", wrong.len());
        }
        Ok(())
    }

    /// Reports a problem in a sentence.
    pub(crate) fn complain_sentence(&mut self, sentence: &str) -> io::Result<()> {
        self.out.flush()?;
        let _ = writeln!(self.errors, "  {sentence}");
        Ok(())
    }

    pub(crate) fn print(&mut self, blocks: Vec<doc::Block>) -> io::Result<()> {
        let look = self.display.look;
        self.out.write_all(text(&fitted(blocks, look.width), look.color).as_bytes())?;
        self.out.flush()
    }

    pub(crate) fn print_line(&mut self, words: impl Into<String>) -> io::Result<()> {
        self.print(vec![doc::Block::line(words)])
    }
}

/// Keeps the first records.
#[derive(Default)]
struct RecordKeeper(Vec<StepRecord>);

/// The most records.
const KEPT: usize = 1000;

impl Sink for RecordKeeper {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if self.0.len() < KEPT {
            self.0.push(record.clone());
        }
        true
    }
}
