//! Requests beyond the protocol that need a run: the steps of a script and the state after each, scenarios,
//! papers.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{Position, Range};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::panels::{Panel, panels};
use super::position;
use super::response_error::response_error;
use super::worker::Task;
use pagewalk_script::api::exam::{Edition, Exam, FORMATS, PaperError, Style, Writer};
use pagewalk_script::editor::LineIndex;
use pagewalk_script::lang::span::Span;
use pagewalk_script::report::doc::Block;
use pagewalk_script::report::narrate::{Narrator, Statements};
use pagewalk_script::report::text::{self, TextSink};
use pagewalk_script::run::changes::changes;
use pagewalk_script::run::record::{Sink, StepRecord, Totals};
use pagewalk_script::run::session::Options;
use pagewalk_script::run::state::State;

/// The most statements whose positions are stored.
const PLACES: usize = 1 << 20;

/// The request for a step.
pub(crate) const STEP: &str = "pagewalk/step";

/// The request for a paper.
pub(crate) const EXAM: &str = "pagewalk/exam";

/// A command that a client can execute.
pub(crate) struct CommandRow {
    pub(crate) name: &'static str,
    /// Whether to explain every step of every access.
    pub(crate) explain: bool,
    /// Its title above a script.
    pub(crate) of_script: &'static str,
    /// Its title above a scenario.
    pub(crate) of_scenario: &'static str,
}

pub(crate) const COMMANDS: &[CommandRow] = &[
    CommandRow {
        name: "pagewalk.runScenario",
        explain: false,
        of_script: "run script",
        of_scenario: "run scenario",
    },
    CommandRow {
        name: "pagewalk.showSteps",
        explain: true,
        of_script: "show steps",
        of_scenario: "show steps",
    },
];

/// Answers a request on the worker thread.
pub(crate) type CustomAnswer = fn(&Task, &Value, u64) -> Result<Value, ResponseError>;

/// A step by its index or by a position in the document.
#[derive(Debug, Deserialize)]
struct StepParams {
    index: Option<usize>,
    position: Option<Position>,
}

/// A step of a run and the state after it.
#[derive(Debug, Serialize)]
struct StepAnswer {
    /// The step's index, from 0.
    index: usize,
    /// The number of steps.
    count: usize,
    /// The statement's range; none if it is in another file.
    range: Option<Range>,
    title: String,
    /// The explanation of all its effects.
    narration: String,
    /// The state after the step, changes first.
    panels: Vec<Panel>,
}

/// `pagewalk/step`: the effects of a statement and the state after it. Null for a script without statements.
pub(crate) fn step(task: &Task, params: &Value, max_steps: u64) -> Result<Value, ResponseError> {
    let wanted: StepParams = parse_params(params)?;
    let play = |sink: &mut dyn Sink| play(task, sink, max_steps);
    let mut places = StepPlaces::default();
    play(&mut places);
    let Some(last) = places.spans.len().checked_sub(1) else { return Ok(Value::Null) };
    let lines = task.document.lines();
    let index = match (wanted.index, wanted.position) {
        (Some(index), _) => index.min(last),
        (None, Some(position)) => places.step_at(position::byte(lines, position) as u32, lines),
        (None, None) => last,
    };
    let mut up_to = StopAfter { left: index, last: None };
    let before =
        if index == 0 { State::new(0) } else { play(&mut StopAfter { left: index - 1, last: None }) };
    let after = play(&mut up_to);
    let Some(record) = up_to.last else { return Ok(Value::Null) };
    let sources = &task.document.script().sources;
    let changed = text::text(&pagewalk_script::report::narrate::changes(&changes(&before, &after)), false);
    let mut all = vec![Panel { title: "changes".to_owned(), text: changed }];
    all.extend(panels(&after));
    let span = record.span;
    let (title, narration) = titled(
        &Statements::new(sources).executed(&record).short,
        Narrator::new(sources, true).narrate(&record),
    );
    let told = StepAnswer {
        index,
        count: places.count,
        range: (span.file == 0).then(|| position::range(lines, &span.bytes())),
        title,
        narration: text::text(&narration, false),
        panels: all,
    };
    serde_json::to_value(told).map_err(|error| response_error(ErrorCode::InternalError, error.to_string()))
}

/// Splits a narration into the title of a step and its text. The editor shows the position.
fn titled(short: &str, mut told: Vec<Block>) -> (String, Vec<Block>) {
    let head = told.iter().position(|block| matches!(block, Block::Statement { .. }));
    let title = match head.map(|at| told.remove(at)) {
        Some(Block::Statement { text, .. }) => text,
        _ => short.to_owned(),
    };
    told.retain(|block| !matches!(block, Block::Heading(_)));
    (title, told)
}

/// Runs the document until the sink stops; returns the state.
fn play(task: &Task, sink: &mut dyn Sink, max_steps: u64) -> State {
    let options = Options { max_steps, ..Options::default() };
    task.document.play(options, sink, &task.stop)
}

/// The positions of the statements of a run, in execution order.
#[derive(Default)]
struct StepPlaces {
    spans: Vec<Span>,
    count: usize,
}

impl StepPlaces {
    /// The first step of a statement at a byte. Prefers the innermost statement there that begins on the
    /// line, then the first statement on the line, then the innermost statement, then the last statement
    /// before it.
    fn step_at(&self, byte: u32, lines: &LineIndex) -> usize {
        let own = || self.spans.iter().enumerate().filter(|(_, span)| span.file == 0);
        let line = lines.line_of(byte as usize);
        let on_line = |span: &Span| lines.line_of(span.start as usize) == line;
        let holding = own().filter(|(_, span)| span.start <= byte && byte < span.end);
        let innermost = holding.min_by_key(|(at, span)| (span.end - span.start, *at));
        let beside = || own().find(|(_, span)| on_line(span));
        let before = || {
            let before = own().filter(|(_, span)| span.start <= byte);
            before.max_by_key(|(at, span)| (span.start, std::cmp::Reverse(*at)))
        };
        let here = innermost.filter(|(_, span)| on_line(span));
        here.or_else(beside).or(innermost).or_else(before).map_or(0, |(at, _)| at)
    }
}

impl Sink for StepPlaces {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.count += 1;
        if self.spans.len() < PLACES {
            self.spans.push(record.span);
        }
        true
    }
}

/// Stops a run after a number of statements and keeps the last one.
struct StopAfter {
    left: usize,
    last: Option<StepRecord>,
}

impl Sink for StopAfter {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            return true;
        }
        self.last = Some(record.clone());
        false
    }
}

/// The parameters of a paper.
#[derive(Debug, Deserialize)]
struct PaperParams {
    #[serde(default = "html")]
    format: String,
    #[serde(default)]
    key: bool,
    #[serde(default)]
    seed: u64,
}

fn html() -> String {
    "html".to_owned()
}

/// `pagewalk/exam`: the paper or the key of the document. Fails with `RequestFailed` and the reason if there
/// is no paper.
pub(crate) fn exam(task: &Task, params: &Value, max_steps: u64) -> Result<Value, ResponseError> {
    let wanted: PaperParams = parse_params(params)?;
    let failed = |message: String| response_error(ErrorCode::RequestFailed, message);
    let format = FORMATS.iter().find(|format| format.name == wanted.format);
    let Some(Writer::Each(write)) = format.map(|format| format.write) else {
        let message = format!("papers cannot be shown as {}", wanted.format);
        return Err(response_error(ErrorCode::InvalidParams, message));
    };
    let reading = task.document.script();
    if let Some(wrong) = reading.diagnostics.first() {
        return Err(failed(format!("the script has a mistake: {}", wrong.message)));
    }
    let exam = Exam { script: reading, seed: Some(wanted.seed), max_steps };
    let paper = exam.paper(None).map_err(|error| {
        failed(match error {
            PaperError::Diagnostics(wrong) => {
                wrong.into_iter().map(|wrong| wrong.message).next().unwrap_or_default()
            }
            PaperError::Failed(_) => "something that the script states does not hold".to_owned(),
            PaperError::NoQuestion => "the script has no question".to_owned(),
        })
    })?;
    let edition = if wanted.key { Edition::Key } else { Edition::Paper };
    let text = write(&paper, edition, &Style::default());
    let text = text.map_err(|refused| failed(format!("{}: {}", refused.part, refused.why)))?;
    Ok(serde_json::json!({ "text": text }))
}

/// The narration of a scenario or of the whole document, as `pagewalk run` prints it.
pub(crate) fn narrate(task: &Task, scenario: Option<&str>, explain: bool, max_steps: u64) -> Value {
    let script = task.document.script();
    let mut told = Vec::new();
    {
        let sink = TextSink::new(&mut told, &script.sources, text::Options { explain, color: false });
        let mut telling = ScenarioFilter { sink, scenario, totals: Totals::default() };
        play(task, &mut telling, max_steps);
        // Writing to memory does not fail.
        let _ = telling.sink.finish(telling.totals, script.diagnostics.len());
    }
    let title = scenario.map_or_else(|| script.name().to_owned(), str::to_owned);
    serde_json::json!({ "title": title, "text": String::from_utf8_lossy(&told) })
}

/// Narrates the statements of one scenario.
struct ScenarioFilter<'s, 'w> {
    sink: TextSink<'s, &'w mut Vec<u8>>,
    scenario: Option<&'w str>,
    totals: Totals,
}

impl Sink for ScenarioFilter<'_, '_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if self.scenario.is_some() && record.scenario.as_deref() != self.scenario {
            return true;
        }
        let held = record.checks.iter().filter(|check| check.held).count() as u64;
        let one = Totals { statements: 1, checks: record.checks.len() as u64, held, scenarios: 0 };
        self.totals = self.totals.plus(one);
        self.sink.accept(record)
    }
}

/// The parameters of a request, or `InvalidParams`.
pub(crate) fn parse_params<'p, P: Deserialize<'p>>(params: &'p Value) -> Result<P, ResponseError> {
    P::deserialize(params).map_err(|error| response_error(ErrorCode::InvalidParams, error.to_string()))
}
