//! A run as JSON lines, one per record.

use std::sync::atomic::AtomicBool;

use super::{CheckedScript, Options};
use crate::lang::diagnostic::Diagnostic;
use crate::report::json::JsonSink;
use crate::run::record::{Sink, StepRecord, Totals};
use crate::run::script::play_from;
use crate::run::state::State;

/// The reason why a stream ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The receiver stopped the stream.
    Receiver,
    /// The next line would exceed the byte budget.
    Bytes,
    /// The interrupt flag was set.
    Interrupted,
}

/// The end of a stream.
#[derive(Debug)]
pub struct StreamEnd {
    pub totals: Totals,
    /// The diagnostics from the run.
    pub diagnostics: Vec<Diagnostic>,
    /// The reason why the stream ended early, or `None` if the script ended.
    pub cut: Option<Cut>,
}

/// Runs a checked script and passes each record to `receive` as a line of JSON, as `pagewalk run --format
/// json` prints it. `receive` returns whether to continue. The total length of the lines is at most
/// `max_bytes` bytes.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pagewalk_script::api::{CheckedScript, Cut, Options, stream};
///
/// let script = CheckedScript::from_text("loop.pw", "repeat 1000 { let x = 1 }", &mut ());
/// let mut lines = Vec::new();
/// let mut keep = |line: &str| {
///     lines.push(line.to_owned());
///     true
/// };
/// let end = stream(&script, Options::default(), 250, &AtomicBool::new(false), &mut keep);
/// assert_eq!(end.cut, Some(Cut::Bytes));
/// assert!(lines.len() > 1 && lines.concat().len() <= 250);
/// assert!(lines[0].ends_with("\"name\":\"x\",\"value\":1,\"checks\":[]}\n"));
/// ```
pub fn stream(
    script: &CheckedScript,
    options: Options,
    max_bytes: usize,
    interrupt: &AtomicBool,
    receive: &mut dyn FnMut(&str) -> bool,
) -> StreamEnd {
    let json = JsonSink::new(std::io::sink(), &script.sources);
    let mut lines = Lines {
        json,
        left: max_bytes,
        receive,
        cut: None,
    };
    let (body, sources, files) = (&script.script.body, &script.sources, &script.files);
    let state = State::new(options.seed);
    let (ended, _) = play_from(
        state,
        body,
        sources,
        files,
        options,
        &mut lines,
        Some(interrupt),
    );
    let interrupted = interrupt
        .load(std::sync::atomic::Ordering::Relaxed)
        .then_some(Cut::Interrupted);
    StreamEnd {
        totals: ended.totals,
        diagnostics: ended.diagnostics,
        cut: lines.cut.or(interrupted),
    }
}

struct Lines<'a> {
    json: JsonSink<'a, std::io::Sink>,
    left: usize,
    receive: &'a mut dyn FnMut(&str) -> bool,
    cut: Option<Cut>,
}

impl Sink for Lines<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let line = self.json.line(record);
        match self.left.checked_sub(line.len()) {
            None => self.cut = Some(Cut::Bytes),
            Some(left) => {
                self.left = left;
                if !(self.receive)(line) {
                    self.cut = Some(Cut::Receiver);
                }
            }
        }
        self.cut.is_none()
    }
}
