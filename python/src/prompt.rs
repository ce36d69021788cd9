//! The prompt of a notebook.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pagewalk::face::repl::shell::{NotebookOutput, Shell};
use pagewalk_script::api::{LimitNames, Options};
use pyo3::prelude::*;

use crate::calls::call;
use crate::scripts::RunLimits;

/// A prompt whose cells contain statements and commands, as `pagewalk repl` understands them. `pagewalk.kernel` uses it.
#[pyclass(frozen, module = "pagewalk._pagewalk")]
pub(crate) struct Prompt {
    shell: Mutex<Shell>,
    output: NotebookOutput,
    interrupt: Arc<AtomicBool>,
}

impl Prompt {
    fn lock(&self) -> MutexGuard<'_, Shell> {
        self.shell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Prompt {
    #[new]
    fn new(seed: u64, limits: RunLimits) -> Self {
        let interrupt: Arc<AtomicBool> = Arc::default();
        let options = Options {
            raised_by: LimitNames::KERNEL,
            ..limits.options(seed)
        };
        let (shell, output) = Shell::for_notebook(options, interrupt.clone());
        Self {
            shell: Mutex::new(shell),
            output,
            interrupt,
        }
    }

    /// Processes a cell. Returns whether there was no error.
    fn run(&self, py: Python<'_>, cell: &str) -> PyResult<bool> {
        let done: io::Result<bool> = call(py, &self.interrupt, || self.lock().cell(cell))?;
        Ok(done?)
    }

    /// Returns the output since the last call: the results as text and as HTML, and the diagnostics.
    fn output(&self) -> (String, String, String) {
        let NotebookOutput { text, html, errors } = &self.output;
        (text.take_text(), html.take_text(), errors.take_text())
    }

    /// Whether a cell continues on the next line.
    fn goes_on(&self, cell: &str) -> bool {
        self.lock().cell_goes_on(cell)
    }

    /// Returns the start of the word at character `at`, and each completion with its help text.
    fn completions(&self, cell: &str, at: usize) -> (usize, Vec<(String, String)>) {
        let (from, found) = self.lock().completions(cell, byte(cell, at));
        (cell[..from].chars().count(), found)
    }

    /// Returns information about character `at` in Markdown, or `None`.
    fn inspect(&self, cell: &str, at: usize) -> Option<String> {
        self.lock().inspect(cell, byte(cell, at))
    }
}

/// Returns the byte at which a character starts.
fn byte(text: &str, character: usize) -> usize {
    text.char_indices()
        .nth(character)
        .map_or(text.len(), |(byte, _)| byte)
}
