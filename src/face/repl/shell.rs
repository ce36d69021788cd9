//! Processes lines without a terminal by running statements and commands.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::answer::{AnswerDetail, SharedText};
use super::context::{DisplayOptions, ReplContext, first_word};
use super::line::LineHelper;
use super::{commands, keys, practice};
use pagewalk_script::exam::practice::Practice;
use pagewalk_script::lang::layout::tokens;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::lang::tree::Tree;
use pagewalk_script::prompt::explore::Mode;
use pagewalk_script::questions::LANGUAGE;
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::report::hover::{Asked, hover_at};
use pagewalk_script::report::narrate::count;
use pagewalk_script::report::text::{Fit, Theme};
use pagewalk_script::run::bind::{Params, Slot};
use pagewalk_script::run::session::Options;
use pagewalk_script::run::state::State;
use pagewalk_script::services::commands::{CommandKind, find};

/// Width of the text of a notebook in columns.
const WIDE: usize = 100;

/// The action after an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Read the next input.
    Next,
    /// End the session.
    End,
}

/// The first tokens of lines that continue the statement above them.
const BELONGS: [&str; 3] = ["=>", "where", "else"];

/// The output of a notebook's cells.
#[derive(Debug, Clone, Default)]
pub struct NotebookOutput {
    /// The results as text.
    pub text: SharedText,
    /// The results as HTML.
    pub html: SharedText,
    pub errors: SharedText,
}

/// A session that processes input lines.
pub struct Shell {
    context: ReplContext,
    /// The practice in progress, if any.
    practice: Option<Practice>,
    /// The practice whose last blank the last input answered. The next input may be `again`.
    finished: Option<Practice>,
    /// Whether the session has already prompted the user to confirm exiting without saving.
    asked_to_leave: bool,
}

impl Shell {
    pub(crate) fn new(context: ReplContext) -> Self {
        Self {
            context,
            practice: None,
            finished: None,
            asked_to_leave: false,
        }
    }

    /// Creates a session that prints to memory, as on a terminal of this width without colors.
    pub fn in_memory(columns: usize) -> (Self, SharedText) {
        let messages = SharedText::default();
        let (out, errors) = (Box::new(messages.clone()), Box::new(messages.clone()));
        let context = ReplContext::new(
            Options::default(),
            display(columns),
            Arc::default(),
            out,
            errors,
        );
        (Self::new(context), messages)
    }

    /// Creates a session for a notebook.
    pub fn for_notebook(options: Options, interrupt: Arc<AtomicBool>) -> (Self, NotebookOutput) {
        let output = NotebookOutput::default();
        let (text, errors) = (
            Box::new(output.text.clone()),
            Box::new(output.errors.clone()),
        );
        let mut context = ReplContext::new(options, display(WIDE), interrupt, text, errors);
        context.html = Some(output.html.clone());
        (Self::new(context), output)
    }

    /// Sets the folder for `:save` and `:load`.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.context.folder);
        self
    }

    /// Whether the last `:save` failed.
    pub(crate) fn has_unsaved_file(&self) -> bool {
        self.context.save_failed
    }

    /// Prints the greeting on a terminal.
    pub(crate) fn greet(&mut self) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        self.context.print_line(format!(
            "Pagewalk {version}. Type `:help` for help, or press Ctrl-D to leave."
        ))
    }

    /// Opens a script, and runs it if `runs`.
    pub(crate) fn load(&mut self, file: &Path, runs: bool) -> io::Result<()> {
        commands::load(&mut self.context, file, runs)
    }

    /// Begins the practice of a statement, or of the question with the title in quotes.
    pub(crate) fn practice(&mut self, rest: &str) -> io::Result<()> {
        self.practice = practice::begin(&mut self.context, rest)?;
        Ok(())
    }

    /// Sets the width of the output in columns.
    pub(crate) fn set_width(&mut self, columns: usize) {
        self.context.display.look.fit = Fit::Lines(columns);
        self.context.display.errors.fit = Fit::Lines(columns);
    }

    /// The prompt for the next line.
    pub fn prompt(&self) -> String {
        match &self.practice {
            Some(practice) => format!("{}? ", practice.field()),
            None => keys::prompt(self.number()),
        }
    }

    /// The prompt for a line that continues an input.
    pub fn continuation_prompt(&self) -> String {
        keys::continuation_prompt(self.number())
    }

    /// The number of the next statement.
    fn number(&self) -> usize {
        self.context.explore.history.at() + 1
    }

    /// Whether the next line answers a question. Such a line may be empty, and is not added to the history.
    pub(crate) fn is_practicing(&self) -> bool {
        self.practice.is_some()
    }

    /// The state for completion and hints.
    pub(crate) fn state(&self) -> &State {
        self.context.explore.state()
    }

    /// Ends the practice, if any.
    pub(crate) fn leave_practice(&mut self) -> io::Result<()> {
        match self.practice.take() {
            Some(practice) => practice::end(&practice, &mut self.context),
            None => Ok(()),
        }
    }

    /// Ends the session. On a terminal, prompts for confirmation once if there are unsaved statements.
    pub(crate) fn leave(&mut self) -> io::Result<Flow> {
        if self.context.html.is_some() {
            return self
                .context
                .print_line("To leave, shut down the kernel.")
                .map(|()| Flow::Next);
        }
        let unsaved = self.context.unsaved();
        // A yes-or-no question would be one more thing to learn, and cannot be asked after the terminal is
        // closed.
        if unsaved == 0 || self.asked_to_leave || !self.context.display.echo {
            return Ok(Flow::End);
        }
        self.asked_to_leave = true;
        let unsaved = count(
            unsaved as u64,
            "statement is not saved",
            "statements are not saved",
        );
        self.context.print_line(format!(
            "{unsaved}. Leave anyway? Type `:quit` or press Ctrl-D again to leave, or save with `:save FILE`."
        ))?;
        Ok(Flow::Next)
    }

    /// Processes the cell of a notebook up to the first error. Returns whether there was no error.
    ///
    /// # Errors
    /// Fails if the output cannot be written.
    pub fn cell(&mut self, text: &str) -> io::Result<bool> {
        let before = self.context.mistakes;
        for input in inputs_of_cell(text) {
            self.input(&input)?;
            if self.context.mistakes > before {
                return Ok(false);
            }
        }
        if self.is_practicing() {
            self.context.print_line(self.prompt())?;
        }
        Ok(true)
    }

    /// Whether a cell continues on the next line.
    pub fn cell_goes_on(&self, text: &str) -> bool {
        inputs_of_cell(text)
            .last()
            .is_some_and(|input| self.goes_on(input))
    }

    /// Returns the start of the word at byte `at` of a cell, and each completion with its help text.
    pub fn completions(&self, text: &str, at: usize) -> (usize, Vec<(String, String)>) {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let is_command = text[line..].trim_start().starts_with(':');
        let start = if is_command { line } else { 0 };
        let mut helper = LineHelper::new(false, self.context.folder.clone());
        helper.update(self.state().clone());
        let (from, offers) = helper.offers(&text[start..], at - start);
        (start + from, offers)
    }

    /// Returns information about byte `at` of a cell in Markdown.
    pub fn inspect(&self, text: &str, at: usize) -> Option<String> {
        let (tree, mut sources) = (Tree::parse(text, None), Sources::default());
        sources.add("", None, text);
        let asked = Asked {
            tree: &tree,
            sources: &sources,
            state: &|_| self.state().clone(),
        };
        hover_at(&asked, at).map(|found| found.text)
    }

    /// Whether an input continues on the next line.
    pub fn goes_on(&self, text: &str) -> bool {
        let Some(text) = keys::inputs(text).pop() else {
            return false;
        };
        let (first, rest) = first_word(&text);
        let takes_statement = match first.strip_prefix(':') {
            Some(name) => takes_statement(name),
            None => !self.is_practicing() || !rest.is_empty(),
        };
        takes_statement && tokens(&text).unfinished
    }

    /// Processes an input, or several inputs with their prompts.
    ///
    /// # Errors
    /// Fails if the output cannot be written.
    pub fn input(&mut self, text: &str) -> io::Result<Flow> {
        let mut inputs = keys::inputs(text);
        if let [only] = &*inputs {
            inputs = inputs_of_cell(only);
        }
        if let [] | [_] = &*inputs {
            return self.one(inputs.first().map_or(text, |only| only));
        }
        for input in inputs {
            let lines = input.replace('\n', &format!("\n{}", self.continuation_prompt()));
            self.context.print_typed(&(self.prompt() + &lines))?;
            if self.one(&input)? == Flow::End {
                return Ok(Flow::End);
            }
        }
        Ok(Flow::Next)
    }

    fn one(&mut self, text: &str) -> io::Result<Flow> {
        let words = text.trim();
        let command = words.strip_prefix(':').or_else(|| {
            let row = self.context.command_in(words, self.context.display.echo);
            row.map(|_| words)
        });
        if let Some(mut practice) = self.finished.take()
            && words == "again"
            && practice.again()
        {
            self.practice = Some(practice);
            return Ok(Flow::Next);
        }
        if let Some(practice) = &mut self.practice {
            let leaves = command.is_some_and(|command| {
                find(command).is_ok_and(|row| row.kind == CommandKind::Quit)
            });
            if !leaves && practice::is_answer(&mut self.context, words) {
                if practice::answer(practice, &mut self.context, words)? {
                    self.finished = self.practice.take();
                }
                return Ok(Flow::Next);
            }
            self.leave_practice()?;
            if leaves && !words.starts_with(':') {
                return Ok(Flow::Next);
            }
        }
        if let Some(command) = command {
            return self.command(command);
        }
        if let Some(command) = of_process(words) {
            return self.command(&command);
        }
        let first = tokens(words).list.first().map(|first| first.text(words));
        if first.is_some_and(|first| BELONGS.contains(&first)) && self.continued(text)? {
            return Ok(Flow::Next);
        }
        let Some(body) = self.context.read_typed(text)? else {
            return Ok(Flow::Next);
        };
        self.asked_to_leave = false;
        let tell = self.context.detail_for(&body);
        let ended = self.context.run(&body, Mode::Whole, tell)?;
        if !ended.diagnostics.is_empty() && ended.messages > 0 {
            self.context
                .complain_sentence("this input did not change the state")?;
        }
        Ok(Flow::Next)
    }

    /// Extends the statement above by a line: undoes the statement and runs it again with the line. Returns
    /// false if there is no statement above.
    fn continued(&mut self, text: &str) -> io::Result<bool> {
        let explore = &mut self.context.explore;
        let done = explore.history.last().filter(|done| done.stmt.is_some());
        let Some(done) = done.cloned() else {
            return Ok(false);
        };
        let above = format!("{}\n{text}", explore.text(&done));
        let at = explore.history.at();
        explore.back(1);
        let tell = if text.trim_start().starts_with("=>") {
            AnswerDetail::Checks
        } else {
            AnswerDetail::Statement
        };
        if let Some(body) = self.context.read(&above)? {
            self.context.run(&body, Mode::Whole, tell)?;
        }
        let explore = &mut self.context.explore;
        if explore.history.at() < at {
            explore.forward(1);
        } else {
            explore.replaces(at, &done);
        }
        Ok(true)
    }

    fn command(&mut self, text: &str) -> io::Result<Flow> {
        let (name, rest) = first_word(text);
        let row = match find(name) {
            Ok(row) => row,
            Err(near) => {
                let suggestion = match near {
                    _ if LANGUAGE.verbs().any(|verb| verb.name == name) => {
                        format!("the statement `{name}` has no colon")
                    }
                    Some(near) => format!("did you mean `:{near}`?"),
                    None => "`:help` lists the commands".to_owned(),
                };
                self.context
                    .complain_sentence(&format!("unknown command `:{name}`; {suggestion}"))?;
                return Ok(Flow::Next);
            }
        };
        match row.kind {
            CommandKind::Quit => return self.leave(),
            CommandKind::Practice => self.practice(rest)?,
            _ => commands::obey(&mut self.context, row, rest)?,
        }
        Ok(Flow::Next)
    }
}

/// The style of output in memory.
fn display(columns: usize) -> DisplayOptions {
    DisplayOptions {
        look: Theme {
            color: false,
            fit: Fit::Sentences(columns),
        },
        errors: Style {
            color: false,
            unicode: true,
            fit: Fit::Sentences(columns),
        },
        echo: true,
    }
}

/// Rewrites `P1: :bits VA` as `bits P1: VA`. Commands about the session need no process.
fn of_process(words: &str) -> Option<String> {
    let (process, command) = commands::in_process(words)?;
    let (name, rest) = first_word(command.trim_start().strip_prefix(':')?);
    let params = find(name).ok()?.params;
    let takes_process = params.has(Slot::Va) || params.has(Slot::Statement);
    let process = if takes_process { process } else { "" };
    Some(format!("{name} {process} {rest}"))
}

fn takes_statement(command: &str) -> bool {
    find(command).is_ok_and(|row| row.params.has(Slot::Statement))
}

/// Splits a cell or a paste into inputs: each line with a command, and the lines between commands.
fn inputs_of_cell(text: &str) -> Vec<String> {
    let mut inputs: Vec<String> = Vec::new();
    let is_command = |input: &str| input.trim_start().starts_with(':');
    for line in text.lines() {
        let goes_on = |last: &str| match first_word(last).0.strip_prefix(':') {
            Some(name) => takes_statement(name) && tokens(last).unfinished,
            None => !is_command(line) || tokens(last).unfinished,
        };
        match inputs.last_mut() {
            Some(last) if goes_on(last) => {
                *last += "\n";
                *last += line;
            }
            _ => inputs.push(line.to_owned()),
        }
    }
    inputs.retain(|input| !input.trim().is_empty());
    inputs
}
