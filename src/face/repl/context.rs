//! The session and its output, which commands use.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::answer::{Answer, AnswerDetail, SharedText};
use pagewalk_script::api::html;
use pagewalk_script::lang::ast::{Block, Stmt, StmtKind};
use pagewalk_script::lang::diagnostic::{Code, Diagnostic};
use pagewalk_script::lang::layout::{TokenKind, tokens};
use pagewalk_script::lang::loader::Disk;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::prompt::explore::{Ended, Exploration, Mode};
use pagewalk_script::report::diagnostics::{Style, render};
use pagewalk_script::report::doc;
use pagewalk_script::report::text::{Theme, text};
use pagewalk_script::run::bind::{Params, Slot};
use pagewalk_script::run::record::{Sink, StepRecord};
use pagewalk_script::run::session::Options;
use pagewalk_script::services::commands::{Command, without_colon};

/// Maximum number of reported diagnostics per input.
const MOST: usize = 20;

/// The prefix of input names.
const TYPED: &str = "<repl:";

/// The display options of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DisplayOptions {
    pub(crate) look: Theme,
    pub(crate) errors: Style,
    /// Whether the terminal shows the input above the output.
    pub(crate) echo: bool,
}

/// The session and its output.
pub(crate) struct ReplContext {
    pub(crate) explore: Exploration,
    pub(crate) display: DisplayOptions,
    /// The folder for `:save` and `:load`, or empty for the current folder.
    pub(crate) folder: PathBuf,
    /// Number of random accesses that `:practice` has chosen so far.
    pub(crate) practiced: u64,
    /// Whether results are hidden while the user predicts them.
    pub(crate) predicts: bool,
    /// Number of saved statements.
    pub(crate) saved: usize,
    /// The texts that the session has saved, by file.
    pub(crate) saved_files: BTreeMap<PathBuf, String>,
    /// Whether the last `:save` failed.
    pub(crate) save_failed: bool,
    /// The results as HTML, for a notebook.
    pub(crate) html: Option<SharedText>,
    /// Number of reported errors.
    pub(crate) mistakes: u64,
    /// The input in which a command put texts before and after an operand, and the lengths of these texts. Messages do not
    /// show them.
    untyped: Option<(u32, usize, usize)>,
    inputs: u64,
    /// The last value that a terminal showed, as an operand of an expression.
    last_value: Option<String>,
    out: Box<dyn Write + Send>,
    errors: Box<dyn Write + Send>,
}

impl ReplContext {
    /// Creates an empty session that prints results to `out` and diagnostics to `errors`.
    pub(crate) fn new(
        options: Options,
        display: DisplayOptions,
        interrupt: Arc<AtomicBool>,
        out: Box<dyn Write + Send>,
        errors: Box<dyn Write + Send>,
    ) -> Self {
        let explore = Exploration::new(options, interrupt);
        let (folder, html) = (PathBuf::new(), None);
        Self {
            explore,
            display,
            folder,
            practiced: 0,
            predicts: false,
            saved: 0,
            saved_files: BTreeMap::new(),
            save_failed: false,
            html,
            mistakes: 0,
            untyped: None,
            inputs: 0,
            last_value: None,
            out,
            errors,
        }
    }

    /// Parses and checks an input. Reports errors.
    pub(crate) fn read(&mut self, text: &str) -> io::Result<Option<Block>> {
        match self.parse(text) {
            Ok(body) => self.warn(body),
            Err(wrong) => self.complain(&wrong).map(|()| None),
        }
    }

    /// Parses and checks a statement with the operand of a command in it. Reports errors, which show only the operand.
    pub(crate) fn read_operand(&mut self, parts: [&str; 3]) -> io::Result<Option<Block>> {
        let [before, operand, after] = parts;
        // By itself first: with more text behind it, a missing value or bracket would seem to be missing there.
        let name = "let operand =";
        let alone = self.parse(&format!("{name}{operand}"));
        let is_open = |wrong: &Diagnostic| {
            let text = self.explore.sources.text(wrong.span);
            wrong.code == Code::Unclosed || text.trim_matches(['(', ')', '[', ']', '\n']).is_empty()
        };
        if let Err(wrong) = &alone
            && wrong.iter().any(is_open)
        {
            self.untyped = Some((self.last_file(), name.len(), 0));
            return self.complain(wrong).map(|()| None);
        }
        if alone.is_ok_and(|body| body.len() > 1) {
            let sentence = "write only an address, without statements after it";
            return self.complain_sentence(sentence).map(|()| None);
        }
        self.inputs -= 1;
        let read = self.parse(&parts.concat());
        self.untyped = Some((self.last_file(), before.len(), after.len()));
        match read {
            Ok(body) => self.warn(body),
            Err(wrong) => self.complain(&wrong).map(|()| None),
        }
    }

    /// Returns the number of the input that was parsed last.
    fn last_file(&self) -> u32 {
        self.explore.sources.files().len() as u32 - 1
    }

    /// Parses an input typed at a terminal. An expression by itself becomes a `show` statement. Statements
    /// come first, so that `fork()` is a statement. A piped input has no such expressions, because its text
    /// must also run as a file.
    pub(crate) fn read_typed(&mut self, text: &str) -> io::Result<Option<Block>> {
        let wrong = match self.parse(text) {
            Ok(body) => return self.warn(body),
            Err(wrong) => wrong,
        };
        let explore = &self.explore;
        if let Some(wrong) = self.command_without_colon(text, &wrong) {
            return self.complain(&[wrong]).map(|()| None);
        }
        // A further reading clears the text of the first.
        let sources = explore.sources.clone();
        let has_last = self.last_value.is_some();
        let expression = Expression::of(text, |name| {
            name == "_" && has_last || explore.knows(name) && !explore.defines(name)
        });
        let Some(expression) = expression.filter(|_| self.display.echo) else {
            return self.complain(&wrong).map(|()| None);
        };
        self.inputs -= 1;
        match self.parse(&expression.shown) {
            Ok(body) if body.len() == 1 => self.warn(body),
            Err(within) if expression.certain || is_known_noun(&wrong, &within) => {
                // After a process, `show` is in the middle of the typed text.
                let before = SHOW.len();
                let alone = expression.shown.starts_with(SHOW);
                self.untyped = alone.then(|| (self.last_file(), before, 0));
                self.complain(&within).map(|()| None)
            }
            _ => self.complain_in(&sources, &wrong).map(|()| None),
        }
    }

    /// Returns the command in a line without a colon: its first word is not a name, and only parameters follow. Unless
    /// `forgiving`, the command is one that needs no colon. At a pipe, the text must also run as a script, where `back` is a
    /// mistake.
    pub(crate) fn command_in(&self, line: &str, forgiving: bool) -> Option<&'static Command> {
        let (word, rest) = first_word(line);
        let command = without_colon(word, forgiving)?;
        let params = command.params;
        let is_more = if params.has(Slot::Path) {
            // `load 0x3D4` is a slip for `read 0x3D4`.
            rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.contains('.')
        } else {
            params.is_empty() && !rest.is_empty()
                || !params.has(Slot::Statement) && rest.contains('\n')
        };
        let is_command = !is_more && !rest.starts_with('=') && !self.explore.knows(word);
        is_command.then_some(command)
    }

    /// Returns the message about a command without its colon at a pipe.
    fn command_without_colon(&self, text: &str, wrong: &[Diagnostic]) -> Option<Diagnostic> {
        let line = text.trim();
        let command = self
            .command_in(line, true)
            .filter(|_| !self.display.echo && !line.contains('\n'))?;
        let (word, rest) = first_word(line);
        if command.params.has(Slot::Number) && !rest.is_empty() {
            rest.parse::<usize>().ok()?;
        }
        let help = format!("a command of the prompt begins with a colon: write `:{line}`");
        Some(Diagnostic {
            message: format!("`{word}` is not a statement"),
            help: Some(help),
            ..wrong.first()?.clone()
        })
    }

    /// Parses and checks an input. Where nothing else is called `_`, it is the last value. The input contains the value
    /// itself, so that a saved session runs as a script.
    pub(crate) fn parse(&mut self, text: &str) -> Result<Block, Vec<Diagnostic>> {
        self.inputs += 1;
        let name = format!("{TYPED}{}>", self.inputs);
        let read = self.explore.read(&name, text, &mut Disk);
        let place = |wrong: &Diagnostic| self.explore.sources.text(wrong.span);
        let is_last = |wrong| place(wrong).trim_matches(['(', ')', '\n']) == "_";
        let value = match &self.last_value {
            Some(value) if read.as_ref().is_err_and(|wrong| wrong.iter().any(is_last)) => value,
            _ => return read,
        };
        let (mut filled, places) = (text.to_owned(), tokens(text).list);
        for token in places.iter().rev().filter(|token| token.text(text) == "_") {
            filled.replace_range(token.start..=token.start, value);
        }
        self.explore.read(&name, &filled, &mut Disk)
    }

    fn warn(&mut self, body: Block) -> io::Result<Option<Block>> {
        let warnings = std::mem::take(&mut self.explore.warnings);
        self.complain(&warnings).map(|()| Some(body))
    }

    /// Returns the number of typed statements that have not been saved to a file, except those that only show
    /// something.
    pub(crate) fn unsaved(&self) -> usize {
        let history = &self.explore.history;
        let done = history
            .all()
            .take_while(|(number, _)| *number <= history.at());
        done.fold(0, |count, (number, done)| match &done.stmt {
            // A saved session starts after the last `:reset`.
            None => 0,
            Some(stmt) => count + usize::from(number > self.saved && self.is_work(stmt)),
        })
    }

    fn is_work(&self, stmt: &Stmt) -> bool {
        let shows =
            matches!(&*stmt.kind, StmtKind::Command(command) if &*command.verb.text == "show");
        !shows
            && self
                .explore
                .sources
                .file(stmt.span.file)
                .is_some_and(|file| file.name.starts_with(TYPED))
    }

    /// Runs an input and prints the results.
    pub(crate) fn run(
        &mut self,
        body: &Block,
        mode: Mode,
        tell: AnswerDetail,
    ) -> io::Result<Ended> {
        let sources = self.explore.sources.clone();
        let mut answer = Answer::new(
            &mut *self.out,
            self.html.clone(),
            &sources,
            tell,
            self.predicts,
            self.display.look,
        );
        let before = self.explore.history.at();
        let ended = self.explore.run(body, mode, &mut answer);
        if self.explore.history.at() > before {
            self.saved = self.saved.min(before);
        }
        let shown = answer.finish()?;
        if self.display.echo && mode != Mode::Tried {
            self.last_value = shown.or(self.last_value.take());
        }
        if ended.interrupted {
            self.complain_sentence("interrupted: the state is the same as before the statement")?;
        }
        self.complain(&ended.diagnostics)?;
        Ok(ended)
    }

    /// Runs an input on a copy of the state and returns its records. Prints only errors.
    pub(crate) fn try_out(&mut self, body: &Block) -> io::Result<Vec<StepRecord>> {
        let mut last = RecordKeeper::default();
        let ended = self.explore.run(body, Mode::Tried, &mut last);
        self.complain(&ended.diagnostics)?;
        Ok(if ended.diagnostics.is_empty() {
            last.0
        } else {
            Vec::new()
        })
    }

    /// The level of detail for the statements of an input.
    pub(crate) fn detail_for(&self, body: &Block) -> AnswerDetail {
        match &**body {
            [only] if self.display.echo && self.has_single_answer(only) => AnswerDetail::Answer,
            _ => AnswerDetail::Statement,
        }
    }

    /// Whether a statement has a single result, which needs no title.
    pub(crate) fn has_single_answer(&self, stmt: &Stmt) -> bool {
        match &*stmt.kind {
            StmtKind::Command(command) => !self.explore.defines(&command.verb.text),
            StmtKind::Probe(_)
            | StmtKind::Let { .. }
            | StmtKind::Choose { .. }
            | StmtKind::Reference { .. } => true,
            StmtKind::InProcess { body, .. } => {
                matches!(&**body, [only] if self.has_single_answer(only))
            }
            _ => false,
        }
    }

    pub(crate) fn complain(&mut self, wrong: &[Diagnostic]) -> io::Result<()> {
        let mut wrong = wrong.to_vec();
        if let Some((file, before, after)) = self.untyped.take() {
            self.explore.show_only(&mut wrong, file, [before, after]);
        }
        let chooses = |wrong: &&mut Diagnostic| wrong.code == Code::NothingToChoose;
        for wrong in wrong.iter_mut().filter(|_| self.predicts).filter(chooses) {
            // The values that no choice satisfies are results.
            wrong
                .related
                .iter_mut()
                .for_each(|(_, label)| label.clear());
        }
        let sources = self.explore.sources.clone();
        self.complain_in(&sources, &wrong)
    }

    fn complain_in(&mut self, sources: &Sources, wrong: &[Diagnostic]) -> io::Result<()> {
        if wrong.is_empty() {
            return Ok(());
        }
        self.out.flush()?;
        let shown = wrong.get(..MOST).unwrap_or(wrong);
        let text = render(shown, sources, self.display.errors);
        self.mistakes += u64::from(wrong.iter().any(|wrong| !wrong.is_warning()));
        // Ignore errors, because a closed standard error means that the diagnostics are not wanted.
        let _ = self.errors.write_all(text.as_bytes());
        if wrong.len() > MOST {
            let _ = writeln!(
                self.errors,
                "{} mistakes; showing the first {MOST}",
                wrong.len()
            );
        }
        Ok(())
    }

    /// Reports an error as a sentence.
    pub(crate) fn complain_sentence(&mut self, sentence: &str) -> io::Result<()> {
        self.out.flush()?;
        self.mistakes += 1;
        let look = Theme {
            color: false,
            ..self.display.look
        };
        let blocks = [doc::Block::line(sentence)];
        let _ = self.errors.write_all(text(&blocks, look).as_bytes());
        Ok(())
    }

    /// Prints lines as if you had typed them.
    pub(crate) fn print_typed(&mut self, lines: &str) -> io::Result<()> {
        writeln!(self.out, "{lines}")
    }

    pub(crate) fn print(&mut self, blocks: &[doc::Block]) -> io::Result<()> {
        if let Some(page) = &mut self.html {
            page.write_all(html::report(blocks).as_bytes())?;
        }
        self.out
            .write_all(text(blocks, self.display.look).as_bytes())?;
        self.out.flush()
    }

    pub(crate) fn print_line(&mut self, words: impl Into<String>) -> io::Result<()> {
        self.print(&[doc::Block::line(words)])
    }
}

/// The first word of a line and the rest of the line.
pub(super) fn first_word(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (first, rest.trim())
}

/// The beginning of the statement that shows an expression.
const SHOW: &str = "show ";

/// An input that may be an expression.
struct Expression {
    /// The statement that shows the expression.
    shown: String,
    /// Whether the input can be nothing but an expression.
    certain: bool,
}

impl Expression {
    /// Returns the expression in an input, with an optional process name before it.
    fn of(text: &str, is_value: impl Fn(&str) -> bool) -> Option<Self> {
        let tokens = tokens(text);
        // The lines of several statements, joined, may look like one expression.
        if tokens.is_several_statements() {
            return None;
        }
        let tokens = tokens.list;
        let word = |at: usize| tokens.get(at).map_or("", |token| token.text(text));
        let at = if word(1) == ":" { 2 } else { 0 };
        let first = tokens.get(at)?;
        // `x = 6` and `x += 1` are invalid statements, not expressions.
        let assigns = |word: &str| word.ends_with('=') && !["==", "!=", "<=", ">="].contains(&word);
        if assigns(word(at + 1)) || assigns(word(at + 2)) {
            return None;
        }
        let certain = match first.kind {
            TokenKind::Word => word(at + 1) == "." || is_value(word(at)),
            TokenKind::Operator => ["-", "~", "!"].contains(&word(at)),
            kind => {
                matches!(
                    kind,
                    TokenKind::Number | TokenKind::String { .. } | TokenKind::Open(b'(' | b'[')
                )
            }
        };
        let (process, mut expression) = (&text[..first.start], text[first.start..].to_owned());
        if !expression.contains(['"', '\'', '#']) {
            // Join the lines of the expression, because the output shows the expression and its value on one
            // line.
            expression = expression.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        Some(Self {
            shown: format!("{process}{SHOW}{expression}"),
            certain,
        })
    }
}

/// Whether an input is not a statement but a noun that cannot currently be shown.
fn is_known_noun(as_statement: &[Diagnostic], shown: &[Diagnostic]) -> bool {
    let begins = |wrong: &[Diagnostic], code| wrong.first().is_some_and(|first| first.code == code);
    begins(as_statement, Code::UnknownVerb)
        && !begins(shown, Code::UnknownNoun)
        && !begins(shown, Code::Syntax)
}

/// A sink that keeps the first records.
#[derive(Default)]
struct RecordKeeper(Vec<StepRecord>);

/// Maximum number of records.
const KEPT: usize = 1000;

impl Sink for RecordKeeper {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if self.0.len() < KEPT {
            self.0.push(record.clone());
        }
        true
    }
}
