//! A run whose records are kept.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{CheckedScript, Options};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::{Span, SpanMap};
use crate::report::narrate::TOLD;
use crate::run::record::{Sink, StepRecord};
use crate::run::script::{Ended, play_from};
use crate::run::state::State;

/// A run with its records.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pagewalk_script::api::{CheckedScript, Options, Recording};
///
/// let script = CheckedScript::from_text("loop.pw", "repeat 1000000 { let x = 1 }", &mut ());
/// let options = Options { max_memory: 1 << 20, ..Options::default() };
/// let run = Recording::new(&script, options, &AtomicBool::new(false));
/// assert_eq!(run.ended.diagnostics[0].code.name(), "limit-memory");
/// assert!(run.records.len() < 10_000);
/// ```
pub struct Recording {
    /// The record of each statement that ran.
    pub records: Vec<StepRecord>,
    /// The totals, and the diagnostics from the run.
    pub ended: Ended,
    /// The state after the last statement.
    pub state: State,
    /// Whether the interrupt flag ended the run.
    pub interrupted: bool,
}

impl Recording {
    /// Runs a script, which has no errors, until it ends or `interrupt` becomes true. The records may need as much
    /// memory as the run itself: `max_memory`. If they need more, the run ends with `limit-memory`.
    pub fn new(script: &CheckedScript, options: Options, interrupt: &AtomicBool) -> Self {
        let mut sink = Records {
            long: SpanMap::default(),
            kept: Vec::new(),
            left: options.max_memory,
            full: None,
        };
        let (body, sources, files) = (&script.script.body, &script.sources, &script.files);
        let state = State::new(options.seed);
        let (mut ended, state) = play_from(
            state,
            body,
            sources,
            files,
            options,
            &mut sink,
            Some(interrupt),
        );
        if let Some(span) = sink.full {
            let most = options.max_memory >> 20;
            let message =
                format!("the results of the statements need more than {most} MB of memory");
            let help = format!(
                "run fewer statements, or raise the limit with `{}`",
                options.raised_by.memory
            );
            let full = Diagnostic::new(Code::LimitMemory, span, message);
            ended
                .diagnostics
                .push(full.label("this statement was still running").help(help));
        }
        Self {
            records: sink.kept,
            ended,
            state,
            interrupted: interrupt.load(Ordering::Relaxed),
        }
    }
}

/// Keeps records while they fit. The lists of a loop that appends share their elements, but their memory is counted once for each
/// record, so a recording does not keep those that no report prints.
struct Records {
    /// The numbers of long lists that each statement of a loop has bound.
    long: SpanMap<u64>,
    kept: Vec<StepRecord>,
    left: u64,
    /// The statement whose record does not fit.
    full: Option<Span>,
}

impl Records {
    /// Whether a statement of a loop has bound enough long lists, so that reports omit the next one.
    fn is_never_narrated(&mut self, span: Span) -> bool {
        let long = self.long.entry(span).or_default();
        *long += 1;
        *long > TOLD
    }
}

impl Sink for Records {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let record = if record.left_out.is_some() && self.is_never_narrated(record.span) {
            record.without_left_out()
        } else {
            record.clone()
        };
        match self.left.checked_sub(record.footprint()) {
            Some(left) => {
                self.left = left;
                self.kept.push(record);
            }
            None => self.full = Some(record.span),
        }
        self.full.is_none()
    }
}
