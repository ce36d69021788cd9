//! Runs, and the run that the page moves through.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use pagewalk_script::api::facts::typed_fact;
use pagewalk_script::api::html;
use pagewalk_script::api::steps::Words;
use pagewalk_script::api::{
    Figure, FigureStyle, Pause, Recording, Stepper, Trace, TypedCell, stream,
};
use pagewalk_script::editor::Document;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::lang::span::Span;
use pagewalk_script::report::narrate::{Narrator, Statements};
use pagewalk_script::report::scene;
use pagewalk_script::report::text::text;
use pagewalk_script::run::record::{Did, Sink, StepRecord, Totals};
use serde_json::{Value, json};

use crate::editing::{place, problems};
use crate::requests::{Answer, Page, Request, options, runnable, sentences};
use crate::states::{Kept, States, looked};
use crate::{Kind, send};

/// Maximum length of the answer of a run, in bytes.
const STREAM: usize = 256 << 20;

/// Memory for the states that the stepper keeps, in bytes, as the stepper estimates it. The module needs up to four times as
/// much for them.
const CHECKPOINTS: u64 = 16 << 20;

/// Maximum number of records on a timeline.
const TIMELINE: usize = 200_000;

/// Maximum number of micro-steps of a record. `MAP_POPULATE` alone has hundreds of thousands.
const MICRO_STEPS: usize = 1_000;

/// Maximum length of a reason, in bytes. The reason for a count of faults names each fault.
const REASON: usize = 500;

/// Runs the script and sends each record as a line of JSON.
pub(crate) fn run(page: &mut Page, request: &Request) -> Answer {
    let document = &page.script()?.document;
    let script = document.script();
    runnable(script)?;
    let mut receive = |line: &str| {
        send(Kind::Part, line);
        true
    };
    let never = AtomicBool::new(false);
    let end = stream(script, options(request), STREAM, &never, &mut receive);
    Ok(json!({
        "totals": totals(&end.totals),
        "problem": sentences(&end.diagnostics, &script.sources),
        "cut": end.cut.map(|cut| format!("{cut:?}").to_lowercase()),
    }))
}

fn totals(totals: &Totals) -> Value {
    json!({
        "statements": totals.statements,
        "checks": totals.checks,
        "held": totals.held,
        "failed": totals.failed(),
        "scenarios": totals.scenarios,
    })
}

/// Runs the script for a page that shows the results beside the statements.
pub(crate) fn results(page: &mut Page, request: &Request) -> Answer {
    let document = page.script()?.document.clone();
    let script = document.script();
    if !script.diagnostics.is_empty() {
        return Ok(json!({
            "statements": [],
            "problems": problems(&document, &document.diagnostics(), None),
            "totals": totals(&Totals::default()),
            "verdict": "mistake",
        }));
    }
    let run = Recording::new(script, options(request), &AtomicBool::new(false));
    let style = figure_style(request);
    let mut narrator = Narrator::new(&script.sources, false);
    let mut statements = Vec::new();
    for record in &run.records {
        let blocks = narrator.narrate(record);
        let Some(at) = lines(&document, record.span) else {
            continue;
        };
        let failures: Vec<Value> = failures(record);
        let figures = drawings(record, &style);
        if blocks.is_empty() && failures.is_empty() && figures.is_empty() {
            continue;
        }
        statements.push(json!({
            "line": at["start"]["line"],
            "end": at["end"]["line"],
            "facts": facts(record),
            "text": text(&blocks, false),
            "html": html::report(&blocks),
            "failures": failures,
            "figures": figures,
        }));
    }
    let ended = &run.ended;
    let verdict = if !ended.diagnostics.is_empty() {
        "mistake"
    } else if ended.totals.failed() > 0 {
        "fails"
    } else if ended.totals.checks == 0 {
        "no expectations"
    } else {
        "passes"
    };
    let stopped: Vec<Value> = ended
        .diagnostics
        .iter()
        .map(|one| {
            let mut problem =
                lines(&document, one.span).unwrap_or_else(|| place(&document, &(0..0)));
            problem["severity"] = "error".into();
            problem["code"] = one.code.name().into();
            problem["message"] = one.message.as_str().into();
            problem["help"] = one.help.as_deref().into();
            problem
        })
        .collect();
    let found = problems(&document, &document.diagnostics(), None);
    Ok(json!({
        "statements": statements,
        "problems": stopped.into_iter().chain(found).collect::<Vec<_>>(),
        "totals": totals(&ended.totals),
        "verdict": verdict,
    }))
}

/// The facts of a statement in the notation of scripts, on one line.
fn facts(record: &StepRecord) -> Value {
    let trace = Trace::with_words(record, &Sources::default(), Words::English);
    let fact =
        |fact: &pagewalk_script::api::steps::FactValue| json!([fact.name, fact.text, fact.reason]);
    trace.facts.iter().map(fact).collect()
}

fn failures(record: &StepRecord) -> Vec<Value> {
    let trace = Trace::from_record(record, &Sources::default());
    let failed = trace.checks.into_iter().filter(|check| !check.held);
    failed
        .map(|check| {
            json!({
                "fact": check.fact,
                "expected": check.expected,
                "actual": check.actual,
                "reason": check.reason,
            })
        })
        .collect()
}

/// Starts the run that the page moves through, and returns the records of its timeline.
pub(crate) fn start(page: &mut Page, request: &Request) -> Answer {
    let document = page.script()?.document.clone();
    runnable(document.script())?;
    let budget = request.number("checkpoints").unwrap_or(CHECKPOINTS);
    let mut stepper =
        Stepper::new(document.shared_script().clone(), options(request)).keeping(budget);
    let mut timeline = Timeline {
        document: &document,
        lines: Vec::new(),
        marks: Vec::new(),
        scenario: None,
    };
    let pause = stepper.forward(u64::MAX, &mut timeline);
    let progress = stepper.progress();
    let wrong = sentences(&progress.diagnostics, &document.script().sources);
    let answer = json!({
        "count": timeline.lines.len(),
        "more": pause == Pause::Closed,
        "lines": timeline.lines,
        "marks": timeline.marks,
        "problem": wrong,
        "totals": totals(&progress.totals),
    });
    stepper.goto(0);
    page.stepper = Some(stepper);
    page.record = 0;
    page.states = None;
    Ok(answer)
}

/// The lines of the records, and the notable records.
struct Timeline<'d> {
    document: &'d Document,
    lines: Vec<i64>,
    marks: Vec<Value>,
    scenario: Option<String>,
}

impl Sink for Timeline<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let line = lines(self.document, record.span)
            .and_then(|at| at["start"]["line"].as_i64())
            .unwrap_or(-1);
        self.lines.push(line);
        let number = self.lines.len();
        let scenario = record.scenario.as_deref();
        if scenario != self.scenario.as_deref() {
            self.scenario = scenario.map(ToOwned::to_owned);
            self.marks.push(json!([number, "scenario", scenario]));
        }
        if record.checks.iter().any(|check| !check.held) {
            self.marks.push(json!([number, "failed"]));
        }
        if !Figure::from_record(record).is_empty() {
            self.marks.push(json!([number, "figure"]));
        }
        if has_fault(record) {
            self.marks.push(json!([number, "fault"]));
        }
        self.lines.len() < TIMELINE
    }
}

/// Whether the access of the statement caused a fault.
fn has_fault(record: &StepRecord) -> bool {
    matches!(*record.did, Did::Access(_))
        && typed_fact(&record.did, "fault").is_ok_and(|fault| fault != TypedCell::Missing)
}

fn stepper(page: &mut Page) -> Result<&mut Stepper, String> {
    page.stepper
        .as_mut()
        .ok_or_else(|| "no run has been started".to_owned())
}

pub(crate) fn goto(page: &mut Page, request: &Request) -> Answer {
    let number = request.number("record").unwrap_or_default();
    at(page, number, request)
}

pub(crate) fn next(page: &mut Page, request: &Request) -> Answer {
    at(page, page.record + 1, request)
}

pub(crate) fn back(page: &mut Page, request: &Request) -> Answer {
    at(page, page.record.saturating_sub(1), request)
}

/// Moves to the next record of the statement on a line, or to its first record.
pub(crate) fn seek(page: &mut Page, request: &Request) -> Answer {
    let line = request.number("line").unwrap_or_default();
    let document = page.script()?.document.clone();
    let here = page.record;
    let stepper = stepper(page)?;
    stepper.goto(0);
    let mut records = Lines {
        document: &document,
        line,
        number: 0,
        first: None,
        next: None,
        here,
    };
    stepper.forward(u64::MAX, &mut records);
    match records.next.or(records.first) {
        Some(number) => at(page, number, request),
        None => Ok(Value::Null),
    }
}

/// Finds the records of a line.
struct Lines<'d> {
    document: &'d Document,
    line: u64,
    number: u64,
    here: u64,
    first: Option<u64>,
    next: Option<u64>,
}

impl Sink for Lines<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.number += 1;
        if lines(self.document, record.span).is_some_and(|at| {
            at["start"]["line"].as_u64() <= Some(self.line)
                && at["end"]["line"].as_u64() >= Some(self.line)
        }) {
            self.first = self.first.or(Some(self.number));
            if self.number > self.here {
                self.next = Some(self.number);
            }
        }
        self.next.is_none()
    }
}

/// Moves to a record and returns its step. Record 0 is the beginning.
fn at(page: &mut Page, number: u64, request: &Request) -> Answer {
    let document = page.script()?.document.clone();
    let stepper = (page.stepper.as_mut()).ok_or("no run has been started")?;
    let known: Vec<Rc<Kept>> = (page.states.take().into_iter())
        .flat_map(|states| states.before.into_iter().chain([states.now]))
        .collect();
    let kept = |stepper: &Stepper| {
        let record = stepper.records();
        let known = known.iter().find(|kept| kept.record == record);
        let state = || Kept::new(record, stepper.progress().state.clone());
        known.cloned().unwrap_or_else(state)
    };
    let before = number.checked_sub(1).map(|before| {
        if stepper.records() != before {
            stepper.goto_record(before);
        }
        kept(stepper)
    });
    let record = stepper.goto_record(number);
    page.record = stepper.records().min(number);
    let step = match &record {
        Some(record) => {
            let mut step = step(record, &stepper.script().sources, &figure_style(request));
            step["record"] = number.into();
            if let Some(at) = lines(&document, record.span) {
                step["start"] = at["start"].clone();
                step["end"] = at["end"].clone();
            }
            step
        }
        None => json!({ "record": page.record, "trace": null, "figures": [] }),
    };
    page.states = Some(States {
        before,
        now: kept(stepper),
        looked: looked(&step),
    });
    Ok(step)
}

/// Returns what a record says: its words, its micro-steps, its facts with reasons, and its figures.
fn step(record: &StepRecord, sources: &Sources, style: &FigureStyle) -> Value {
    let mut trace = Trace::with_words(record, sources, Words::English);
    let more = trace.steps.len().saturating_sub(MICRO_STEPS);
    trace.steps.truncate(MICRO_STEPS);
    for fact in &mut trace.facts {
        if fact.reason.len() > REASON {
            let end = fact.reason.floor_char_boundary(REASON);
            fact.reason.truncate(end);
            fact.reason.push('…');
        }
    }
    // A summary takes the place of a worksheet that is too long to read.
    let blocks = Narrator::new(sources, more == 0).narrate(record);
    json!({
        "title": Statements::new(sources).executed(record).short,
        "process": record.process_name(),
        "scenario": record.scenario.as_deref(),
        "trace": trace,
        "more": more,
        "narration": text(&blocks, false),
        "html": html::report(&blocks),
        "figures": drawings(record, style),
    })
}

/// Returns the lines of a statement of the page's own script.
fn lines(document: &Document, span: Span) -> Option<Value> {
    (span.file == 0).then(|| place(document, &span.bytes()))
}

/// The style of figures in a theme of the page.
fn figure_style(request: &Request) -> FigureStyle {
    let theme = match request.0["theme"].as_str() {
        Some("dark") => scene::DARK,
        Some("paper") => scene::PAPER,
        _ => scene::SCREEN,
    };
    FigureStyle {
        theme,
        width: request.0["width"]
            .as_f64()
            .unwrap_or(FigureStyle::default().width),
        unanswered: request.flag("blank"),
        steps: request.flag("steps"),
    }
}

fn drawings(record: &StepRecord, style: &FigureStyle) -> Vec<Value> {
    Figure::from_record(record)
        .iter()
        .map(|figure| drawn(figure, style))
        .collect()
}

fn drawn(figure: &Figure, style: &FigureStyle) -> Value {
    json!({ "name": figure.name, "text": figure.text, "svg": figure.drawings(style) })
}

/// Draws a figure of the state at this record.
pub(crate) fn figure(page: &mut Page, request: &Request) -> Answer {
    let process = request.0["process"]
        .as_str()
        .map_or_else(String::new, |name| format!("{name}: "));
    let statement = format!("{process}figure {}", request.text("operands")?);
    let style = figure_style(request);
    let (records, _) = probed(page, &statement)?;
    let figures: Vec<Figure> = records.iter().flat_map(Figure::from_record).collect();
    let figure = figures.first().ok_or("the statement draws no figure")?;
    Ok(drawn(figure, &style))
}

fn probed(page: &mut Page, statement: &str) -> Result<(Vec<StepRecord>, Sources), String> {
    stepper(page)?
        .probe(statement)
        // The page wrote the statement, so its place says nothing.
        .map_err(|(wrong, _)| sentences(&wrong, &Sources::default()))
}

/// Runs statements on a copy of the state.
pub(crate) fn probe(page: &mut Page, request: &Request) -> Answer {
    let style = figure_style(request);
    let (records, sources) = probed(page, request.text("statement")?)?;
    let steps: Vec<Value> = records
        .iter()
        .map(|record| step(record, &sources, &style))
        .collect();
    Ok(json!({ "steps": steps }))
}

/// Finds the first record at which the script on another machine has other facts.
pub(crate) fn part(page: &mut Page, request: &Request) -> Answer {
    let document = page.script()?.document.clone();
    let wanted = request.text("machine")?.to_owned();
    let wanted = Document::new(document.path(), wanted, page.files.clone());
    let text = declaring(&document, &wanted)?;
    let other = Document::new(document.path(), text, page.files.clone());
    let other = other.script();
    runnable(document.script())?;
    runnable(other)?;
    let style = figure_style(request);
    let never = AtomicBool::new(false);
    let here = Recording::new(document.script(), options(request), &never);
    let there = Recording::new(other, options(request), &never);
    let differs = |(a, b): (&StepRecord, &StepRecord)| {
        // Two policies can choose the same page for other reasons.
        let facts = |record: &StepRecord| {
            let facts = Trace::from_record(record, &Sources::default()).facts;
            let facts = facts.into_iter().map(|fact| (fact.name, fact.value));
            facts.collect::<Vec<_>>()
        };
        facts(a) != facts(b)
    };
    let pairs = || here.records.iter().zip(&there.records);
    let Some(at) = pairs().position(differs) else {
        return Ok(Value::Null);
    };
    let mut answer = json!({
        "record": at + 1,
        "here": step(&here.records[at], &document.script().sources, &style),
        "there": step(&there.records[at], &other.sources, &style),
    });
    if let Some(place) = lines(&document, here.records[at].span) {
        answer["line"] = place["start"]["line"].clone();
    }
    Ok(answer)
}

/// Returns the text of a script with other declarations of the machine and the kernel. What the others do not declare stays.
fn declaring(document: &Document, wanted: &Document) -> Result<String, String> {
    let machine = declared(document, "machine").ok_or("the script declares no machine")?;
    let new = |word| declared(wanted, word).map(|span| wanted.script().sources.text(span));
    let mut edits = match (new("machine"), new("kernel"), declared(document, "kernel")) {
        (None, None, _) => vec![(machine, wanted.text().to_owned())],
        (Some(new), None, _) => vec![(machine, new.to_owned())],
        (new, Some(rules), Some(kernel)) => {
            let new = new.map(|new| (machine, new.to_owned()));
            let rules = (kernel, rules.to_owned());
            new.into_iter().chain([rules]).collect()
        }
        (new, Some(rules), None) => {
            let own = || document.script().sources.text(machine);
            vec![(machine, format!("{}\n{rules}", new.unwrap_or_else(own)))]
        }
    };
    // From the end, so that the places before an edit stay valid.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.bytes().start));
    let mut text = document.text().to_owned();
    for (span, new) in edits {
        text.replace_range(span.bytes(), &new);
    }
    Ok(text)
}

/// Returns the place of the first statement of the script itself that begins with a word, such as `machine`.
pub(crate) fn declared(document: &Document, word: &str) -> Option<Span> {
    let script = document.script();
    let declares = |span: &Span| {
        let text = script.sources.text(*span);
        span.file == 0 && text.split_whitespace().next() == Some(word)
    };
    script
        .script
        .body
        .iter()
        .map(|stmt| stmt.span)
        .find(declares)
}
