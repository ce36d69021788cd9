//! Runs a session on a terminal or a pipe.

use crate::face::options::LimitArguments;
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Config, Editor};

use super::context::{DisplayOptions, ReplContext};
use super::history_file::{HistoryFile, MAX_ENTRIES};
use super::keys;
use super::keys::{Keys, Unfinished, indentation};
use super::line::LineHelper;
use super::shell::{Flow, Shell};
use crate::face::terminal::{
    COLUMNS, Characters, Color, Status, columns, complain, diagnostic_style, message_writer, print,
};
use pagewalk_engine::files::limits::PROMPT_LINE;
use pagewalk_script::run::session::Options;

/// Arguments of `pagewalk repl`.
#[derive(Debug, Args)]
pub(crate) struct Repl {
    /// Script to run before the first prompt
    file: Option<PathBuf>,
    /// Open the script without running it: `:next` runs its statements
    #[arg(long, requires = "file", conflicts_with = "practice")]
    open: bool,
    /// Practice this question; without TITLE, the script's only question
    #[arg(long, value_name = "TITLE", requires = "file", num_args = 0..=1, default_missing_value = "")]
    practice: Option<String>,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    characters: Characters,
}

impl Repl {
    /// Runs until the input ends.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let interrupt = Arc::new(AtomicBool::new(false));
        // If this signal handler cannot be installed, Ctrl-C ends the session.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, interrupt.clone());
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        let smart = terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let keys = Keys::default();
        let editor = if smart {
            editor(color.is_wanted(&io::stdout()), &keys)
        } else {
            None
        };
        let display = DisplayOptions {
            look: color.theme(&io::stdout()),
            errors: diagnostic_style(color),
            echo: terminal,
        };
        let options = Options::default().within(self.limits.limits());
        let out = Box::new(self.characters.writer(io::stdout()));
        let context = ReplContext::new(
            options,
            display,
            interrupt,
            out,
            Box::new(message_writer(io::stderr())),
        );
        let mut shell = Shell::new(context);
        if terminal {
            shell.greet()?;
        }
        if let Some(file) = &self.file {
            shell.load(file, !self.open)?;
        }
        if let Some(title) = &self.practice {
            shell.practice(&format!("\"{title}\""))?;
        }
        match editor {
            Some(editor) => {
                let history = HistoryFile::for_user(|name| std::env::var_os(name));
                TerminalSession {
                    editor,
                    keys,
                    history,
                }
                .run(&mut shell)
            }
            None => run_plain(&mut shell, terminal),
        }?;
        // No user reads the message of a failed `:save` in a pipe.
        Ok(if !terminal && shell.has_unsaved_file() {
            Status::Wrong
        } else {
            Status::Held
        })
    }
}

fn editor(color: bool, keys: &Keys) -> Option<Editor<LineHelper, MemHistory>> {
    let config = Config::builder()
        .max_history_size(MAX_ENTRIES)
        .ok()?
        .auto_add_history(false);
    let config = config
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .build();
    let history = MemHistory::with_config(&config);
    let mut editor = Editor::with_history(config, history).ok()?;
    editor.set_helper(Some(LineHelper::new(color, PathBuf::from("."))));
    keys.bind(&mut editor);
    Some(editor)
}

/// A terminal session with line editing.
struct TerminalSession {
    editor: Editor<LineHelper, MemHistory>,
    keys: Keys,
    history: Option<HistoryFile>,
}

impl TerminalSession {
    fn run(mut self, shell: &mut Shell) -> io::Result<()> {
        for entry in self.history.iter().flat_map(HistoryFile::entries) {
            self.keys.recall().add(&entry);
            let _ = self.editor.add_history_entry(entry);
        }
        loop {
            if let Some(helper) = self.editor.helper_mut() {
                helper.update(shell.state().clone());
            }
            let input = self.input(shell);
            set_width(shell);
            match input {
                Ok(input) if input.trim().is_empty() && !shell.is_practicing() => {}
                Ok(input) => {
                    if !shell.is_practicing() {
                        for input in keys::inputs(&input) {
                            self.remember(input.trim_end());
                        }
                    }
                    if shell.input(&input)? == Flow::End {
                        return Ok(());
                    }
                }
                // Ctrl-D ends a practice, as does Ctrl-C, which also discards the line.
                Err(ReadlineError::Eof | ReadlineError::Interrupted) if shell.is_practicing() => {
                    shell.leave_practice()?;
                }
                Err(ReadlineError::Eof) if shell.leave()? == Flow::End => return Ok(()),
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => {}
                Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    not_text();
                }
                Err(ReadlineError::Io(error)) => return Err(error),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }

    /// Reads an input of one or more lines.
    fn input(&mut self, shell: &Shell) -> Result<String, ReadlineError> {
        let mut input = String::new();
        loop {
            let first = input.is_empty();
            let line = if first {
                self.line(&shell.prompt(), "", "")
            } else {
                // A separate input for each line, because the line editor shows one prompt per input.
                self.line(&shell.continuation_prompt(), &input, &indentation(&input))
            };
            match line {
                // An empty line ends a block or list, but in prose it is a paragraph break.
                Ok(line) if line.trim().is_empty() => {
                    if !first && !indentation(&input).is_empty() {
                        return Ok(input);
                    }
                }
                Ok(line) => input += &line,
                Err(ReadlineError::Eof | ReadlineError::Interrupted) if !first => {
                    // The Up key recalls the discarded input.
                    self.keys.recall().add(input.trim_end());
                    return Err(ReadlineError::Interrupted);
                }
                Err(error) => return Err(error),
            }
            if !shell.goes_on(&input) {
                return Ok(input);
            }
            input.push('\n');
        }
    }

    /// Reads a line that starts with `indent` and continues the input `above`.
    fn line(&mut self, prompt: &str, above: &str, indent: &str) -> Result<String, ReadlineError> {
        if let Some(helper) = self.editor.helper_mut() {
            above.clone_into(&mut helper.above);
        }
        self.keys.recall().begin();
        let line = self.editor.readline_with_initial(prompt, (indent, ""));
        if self.keys.take_dropped() {
            Err(ReadlineError::Interrupted)
        } else {
            line
        }
    }

    fn remember(&mut self, input: &str) {
        self.keys.recall().add(input);
        let new = self.editor.add_history_entry(input).unwrap_or(false);
        // If the file cannot be written, the session continues without the history file.
        if new
            && self
                .history
                .as_ref()
                .is_some_and(|history| history.add(input).is_err())
        {
            self.history = None;
        }
    }
}

/// Asks for the width of the window, which may have changed while the user typed.
fn set_width(shell: &mut Shell) {
    shell.set_width(columns(&io::stdout()).unwrap_or(COLUMNS));
}

/// Runs a session without line editing, on a pipe or a dumb terminal.
fn run_plain(shell: &mut Shell, prompts: bool) -> io::Result<()> {
    let mut lines = io::stdin().lock();
    let mut input = String::new();
    let mut unfinished: Option<Unfinished> = None;
    loop {
        if prompts {
            let prompt = if input.is_empty() {
                shell.prompt()
            } else {
                shell.continuation_prompt()
            };
            print(&prompt)?;
        }
        let mut bytes = Vec::new();
        let ended = (&mut lines)
            .take(PROMPT_LINE.bytes)
            .read_until(b'\n', &mut bytes)?
            == 0;
        let line = std::str::from_utf8(&bytes).unwrap_or_else(|_| {
            not_text();
            ""
        });
        // At a terminal, an empty line ends a block or list, as with line editing.
        let ends = prompts && line.trim().is_empty() && !indentation(&input).is_empty();
        input.push_str(line);
        if !ended && !ends && (input.len() as u64) < PROMPT_LINE.bytes {
            // Scanning a long input after each of its lines would take quadratic time.
            if unfinished.as_mut().is_some_and(|state| state.goes_on(line)) {
                continue;
            }
            if shell.goes_on(&input) {
                unfinished = (!keys::has_prompt(&input)).then(|| Unfinished::scan(&input));
                continue;
            }
        }
        unfinished = None;
        if prompts {
            set_width(shell);
        }
        let whole = std::mem::take(&mut input);
        let says = !whole.trim().is_empty() || shell.is_practicing() && !ended;
        if says && shell.input(&whole)? == Flow::End {
            return Ok(());
        }
        if ended {
            print(if prompts { "\n" } else { "" })?;
            if shell.leave()? == Flow::End {
                return Ok(());
            }
        }
    }
}

/// Reports a line that is not UTF-8.
fn not_text() {
    complain("  this line was skipped, because it is not UTF-8 text\n");
}
