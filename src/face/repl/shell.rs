//! Takes lines, without a terminal: statements are run, commands are looked up and obeyed.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::answer::{AnswerDetail, AnswerStyle};
use super::commands;
use super::context::{DisplayOptions, ReplContext};
use super::quiz::{self, Quiz};
use super::shared_text::SharedText;
use pagewalk_script::exam::LANGUAGE;
use pagewalk_script::lang::layout::tokens;
use pagewalk_script::prompt::commands::{Kind, find};
use pagewalk_script::prompt::explore::Mode;
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::state::State;

/// What comes after an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The next.
    Next,
    /// The session's end.
    End,
}

/// Words at the beginning of a line that belong to the statement above it.
const BELONGS: [&str; 3] = ["=>", "where", "else"];

/// A session that takes lines.
pub struct Shell {
    context: ReplContext,
    /// The quiz that lines are answers to.
    quiz: Option<Quiz>,
}

impl Shell {
    /// A session at this context.
    pub(crate) fn new(context: ReplContext) -> Self {
        Self { context: context, quiz: None }
    }

    /// A session whose answers and complaints go to memory, as a terminal of so many columns without colours shows them.
    pub fn in_memory(columns: usize) -> (Self, SharedText) {
        let display = DisplayOptions {
            look: AnswerStyle { color: false, width: columns },
            errors: Style { color: false, unicode: true, width: columns },
            echo: true,
        };
        let told = SharedText::default();
        let (out, errors) = (Box::new(told.clone()), Box::new(told.clone()));
        let context = ReplContext::new(Options::of(&LANGUAGE), display, Arc::default(), out, errors);
        (Self::new(context), told)
    }

    /// The files of `:save` and `:load` are in this folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.context.folder);
        self
    }

    /// Says where one is, at a terminal.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn greet(&mut self) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        self.context.print_line(format!("Pagewalk {version}. `:help` tells what there is, Ctrl-D ends."))
    }

    /// Runs a script and tells in brief what came of it.
    ///
    /// # Errors
    /// What the output says.
    pub(crate) fn load(&mut self, file: &Path) -> io::Result<()> {
        commands::load(&mut self.context, file)
    }

    /// Answers are broken to so many columns.
    pub(crate) fn set_width(&mut self, columns: usize) {
        self.context.display.look.width = columns;
        self.context.display.errors.width = columns;
    }

    /// What stands before the next line.
    pub fn prompt(&self) -> String {
        self.quiz.as_ref().map_or_else(|| "pagewalk> ".to_owned(), Quiz::prompt)
    }

    /// Whether the next line is an answer: an empty one says something, and none is remembered.
    pub(crate) fn is_quizzing(&self) -> bool {
        self.quiz.is_some()
    }

    /// The state, for what helps to write the next line.
    pub(crate) fn state(&self) -> &State {
        self.context.explore.state()
    }

    /// Whether an input goes on in the next line.
    pub fn goes_on(&self, text: &str) -> bool {
        let command = text.trim_start().strip_prefix(':').and_then(|rest| rest.split_whitespace().next());
        if self.is_quizzing() && Quiz::is_answer(text) {
            return false;
        }
        let takes_statement = command
            .is_none_or(|name| find(name).is_ok_and(|row| matches!(row.kind, Kind::What | Kind::Quiz)));
        takes_statement && tokens(text).unfinished
    }

    /// Does what an input says.
    ///
    /// # Errors
    /// What the output says; a closed one among it.
    pub fn input(&mut self, text: &str) -> io::Result<Flow> {
        let words = text.trim();
        if let Some(mut quiz) = self.quiz.take() {
            if Quiz::is_answer(words) {
                let last = quiz.answer(&mut self.context, words)?;
                self.quiz = Some(quiz).filter(|_| !last);
                return Ok(Flow::Next);
            }
            quiz.end(&mut self.context)?;
        }
        if let Some(command) = words.strip_prefix(':') {
            return self.command(command);
        }
        if BELONGS.iter().any(|start| words.starts_with(start)) && self.continued(text)? {
            return Ok(Flow::Next);
        }
        let Some(body) = self.context.read(text)? else { return Ok(Flow::Next) };
        let tell = self.context.detail_for(&body);
        let ended = self.context.run(&body, Mode::Whole, tell)?;
        if !ended.diagnostics.is_empty() && ended.told > 0 {
            self.context.complain_sentence("nothing of this input was done: the state is that before it")?;
        }
        Ok(Flow::Next)
    }

    /// A line that belongs to the statement above it: that is undone, and done again with the line. False if there is
    /// none above.
    fn continued(&mut self, text: &str) -> io::Result<bool> {
        let explore = &mut self.context.explore;
        let Some(done) = explore.history.last().filter(|done| done.stmt.is_some()) else {
            return Ok(false);
        };
        let above = format!("{}\n{text}", explore.text(done));
        let at = explore.history.at();
        explore.back(1);
        let tell =
            if text.trim_start().starts_with("=>") { AnswerDetail::Checks } else { AnswerDetail::Statement };
        if let Some(body) = self.context.read(&above)? {
            self.context.run(&body, Mode::Whole, tell)?;
        }
        if self.context.explore.history.at() < at {
            self.context.explore.forward(1);
        }
        Ok(true)
    }

    fn command(&mut self, text: &str) -> io::Result<Flow> {
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let row = match find(name) {
            Ok(row) => row,
            Err(near) => {
                let mend = near.map_or_else(
                    || "`:help` lists the commands".to_owned(),
                    |near| format!("did you mean `:{near}`?"),
                );
                self.context.complain_sentence(&format!("there is no command `:{name}`; {mend}"))?;
                return Ok(Flow::Next);
            }
        };
        match row.kind {
            Kind::Quit => return Ok(Flow::End),
            Kind::Quiz => self.quiz = quiz::begin(&mut self.context, rest.trim())?,
            _ => commands::obey(&mut self.context, row, rest.trim())?,
        }
        Ok(Flow::Next)
    }
}
