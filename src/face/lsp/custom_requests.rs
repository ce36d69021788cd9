//! Custom requests that require a run: the steps of a script with the state after each step, scenarios, and
//! papers.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::Position;
use serde::Deserialize;
use serde_json::{Value, json};

use super::protocol;
use super::protocol::{invalid, response_error};
use super::worker::Task;
use pagewalk_script::api::exam::{Edition, Exam, FORMATS, PaperError, Style, Writer};
use pagewalk_script::editor::StepAt;
use pagewalk_script::run::session::Limits;

/// The request for a step.
pub(crate) const STEP: &str = "pagewalk/step";

/// The request for a paper.
pub(crate) const EXAM: &str = "pagewalk/exam";

/// A command that a client can execute.
pub(crate) struct CommandRow {
    pub(crate) name: &'static str,
    /// Whether to explain every step of every access.
    pub(crate) explain: bool,
    /// The command's title above a script.
    pub(crate) of_script: &'static str,
    /// The command's title above a scenario.
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
pub(crate) type CustomAnswer = fn(&Task, &Value, Limits) -> Result<Value, ResponseError>;

/// A step, specified by its index or by a position in the document.
#[derive(Debug, Deserialize)]
struct StepParams {
    index: Option<usize>,
    position: Option<Position>,
}

/// Answers `pagewalk/step` with the effects of a statement and the state after it. The answer is null for a
/// script without statements.
pub(crate) fn step(task: &Task, params: &Value, limits: Limits) -> Result<Value, ResponseError> {
    let wanted: StepParams = parse_params(params)?;
    let lines = task.document.lines();
    let at = match (wanted.index, wanted.position) {
        (Some(index), _) => StepAt::Index(index),
        (None, Some(position)) => StepAt::Byte(protocol::byte(lines, position)),
        (None, None) => StepAt::Index(usize::MAX),
    };
    let Some(step) = task.document.step(at, limits, &task.stop) else {
        return Ok(Value::Null);
    };
    let range = step.range.map(|range| protocol::range(lines, &range));
    Ok(json!({
        "index": step.index,
        "count": step.count,
        "range": range,
        "title": step.title,
        "narration": step.narration,
        "panels": step.panels,
    }))
}

/// The parameters for a paper.
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

/// Answers `pagewalk/exam` with the paper or the key of the document. Fails with `RequestFailed` and the
/// reason if there is no paper.
pub(crate) fn exam(task: &Task, params: &Value, limits: Limits) -> Result<Value, ResponseError> {
    let wanted: PaperParams = parse_params(params)?;
    let failed = |message: String| response_error(ErrorCode::RequestFailed, message);
    let format = FORMATS.iter().find(|format| format.name == wanted.format);
    let Some(Writer::Each(write)) = format.map(|format| format.write) else {
        let message = format!("unsupported paper format `{}`", wanted.format);
        return Err(invalid(message));
    };
    let reading = task.document.script();
    if let Some(wrong) = reading.diagnostics.first() {
        return Err(failed(format!(
            "the script has a mistake: {}",
            wrong.message
        )));
    }
    let exam = Exam {
        script: reading,
        seed: Some(wanted.seed),
        limits,
    };
    let paper = exam.paper(None).map_err(|error| {
        failed(match error {
            PaperError::Diagnostics(wrong) => wrong
                .into_iter()
                .map(|wrong| wrong.message)
                .next()
                .unwrap_or_default(),
            PaperError::Failed { first, .. } => {
                format!("an expectation of the script failed: {first}")
            }
            PaperError::NoQuestion => "the script contains no `question`".to_owned(),
        })
    })?;
    let edition = if wanted.key {
        Edition::Key
    } else {
        Edition::Paper
    };
    let text = write(&paper, edition, &Style::default());
    let text = text.map_err(|refused| failed(format!("{}: {}", refused.part, refused.why)))?;
    Ok(json!({ "text": text }))
}

/// The narration of a scenario or of the entire document, as `pagewalk run` prints it.
pub(crate) fn narrate(task: &Task, scenario: Option<&str>, explain: bool, limits: Limits) -> Value {
    let title = scenario.unwrap_or_else(|| task.document.script().name());
    json!({ "title": title, "text": task.document.narrate(scenario, explain, limits, &task.stop) })
}

/// The parameters of a request, or the error `InvalidParams`.
pub(crate) fn parse_params<'p, P: Deserialize<'p>>(params: &'p Value) -> Result<P, ResponseError> {
    P::deserialize(params).map_err(|error| invalid(error.to_string()))
}
