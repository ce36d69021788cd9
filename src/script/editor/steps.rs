//! Single steps of a run, and narration of a scenario.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::document::{Document, LineIndex};
use super::links::{Panel, panels};
use crate::lang::span::Span;
use crate::report::doc::Block;
use crate::report::narrate::{self, Narrator, Statements};
use crate::report::text::{Options, TextSink, Theme, text};
use crate::run::changes::changes;
use crate::run::record::{Sink, StepRecord, Totals};
use crate::run::session::Limits;
use crate::run::state::State;

/// Maximum number of statements whose positions are stored.
const PLACES: usize = 1 << 20;

/// A step, given by its index from 0 or by a byte of the document.
#[derive(Debug, Clone, Copy)]
pub enum StepAt {
    /// The step with this index, or the last step if there are fewer.
    Index(usize),
    /// The first step of the statement at a byte.
    Byte(usize),
}

/// A step of a run and the state after it.
#[derive(Debug, Clone)]
pub struct StepView {
    /// The index of the step, counted from 0.
    pub index: usize,
    pub count: usize,
    /// The bytes of the statement, or `None` if it is in another file.
    pub range: Option<Range<usize>>,
    /// A short form of the statement.
    pub title: String,
    /// The explanation of all effects of the statement.
    pub narration: String,
    /// The panels of the state after the step, those with changes first.
    pub panels: Vec<Panel>,
}

impl Document {
    /// Returns the effects of a statement and the state after it, or `None` for a script without
    /// statements.
    pub fn step(
        &self,
        at: StepAt,
        limits: impl Into<Limits>,
        interrupt: &AtomicBool,
    ) -> Option<StepView> {
        let body = self.runnable();
        let limits = limits.into();
        let run_to = |end: usize| {
            let mut steps = Steps {
                end,
                ..Steps::default()
            };
            let (_, state) = self.play(&body, limits, &mut steps, interrupt);
            (steps, state)
        };
        let (all, _) = run_to(usize::MAX);
        let last = all.spans.len().checked_sub(1)?;
        let index = match at {
            StepAt::Index(index) => index.min(last),
            StepAt::Byte(byte) => all.at(byte as u32, self.lines()),
        };
        let before = if index == 0 {
            State::new(0)
        } else {
            run_to(index - 1).1
        };
        let (Steps { last, .. }, after) = run_to(index);
        let record = last?;
        let changed = text(&narrate::changes(&changes(&before, &after)), false);
        let mut all_panels = vec![Panel {
            title: "changes".to_owned(),
            text: changed,
        }];
        all_panels.extend(panels(&after));
        let sources = &self.parsed().sources;
        let mut narrator = Narrator::new(sources, true).inside(record.outer);
        let (title, narration) = titled(
            &Statements::new(sources).executed(&record).short,
            narrator.narrate(&record),
        );
        let title = match all.turn(index) {
            Some((turn, turns)) => format!("{title} (execution {turn} of {turns})"),
            None => title,
        };
        Some(StepView {
            index,
            count: all.count,
            range: (record.span.file == 0).then(|| record.span.bytes()),
            title,
            narration: text(&narration, false),
            panels: all_panels,
        })
    }

    /// Returns the narration of a scenario or of the whole document, as `pagewalk run` prints it.
    pub fn narrate(
        &self,
        scenario: Option<&str>,
        explain: bool,
        limits: impl Into<Limits>,
        interrupt: &AtomicBool,
    ) -> String {
        let script = self.script();
        let mut text = Vec::new();
        {
            let sink = TextSink::new(
                &mut text,
                &script.sources,
                Options {
                    explain,
                    theme: Theme::default(),
                },
            );
            let mut telling = ScenarioFilter {
                sink,
                scenario,
                totals: Totals::default(),
            };
            self.play(&self.runnable(), limits, &mut telling, interrupt);
            // Writing to memory cannot fail.
            let _ = telling
                .sink
                .finish(telling.totals, script.diagnostics.len());
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Splits a narration into the title of a step and its text. The editor already shows the position.
fn titled(short: &str, mut blocks: Vec<Block>) -> (String, Vec<Block>) {
    let head = blocks
        .iter()
        .position(|block| matches!(block, Block::Statement { .. }));
    let title = match head.map(|at| blocks.remove(at)) {
        Some(Block::Statement { text, .. }) => text,
        _ => short.to_owned(),
    };
    blocks.retain(|block| !matches!(block, Block::Heading(_)));
    (title, blocks)
}

/// A sink that ends a run after a number of steps and keeps the last step.
#[derive(Default)]
struct Steps {
    /// The index at which the run ends.
    end: usize,
    last: Option<StepRecord>,
    count: usize,
    /// The statements in execution order.
    spans: Vec<Span>,
}

impl Steps {
    /// Counts the executions of a step's statement up to this step, and all of them, if there are several.
    fn turn(&self, index: usize) -> Option<(usize, usize)> {
        let span = self.spans.get(index)?;
        let among = |spans: &[Span]| spans.iter().filter(|other| *other == span).count();
        let turns = among(&self.spans);
        (turns > 1 && self.spans.len() == self.count).then(|| (among(&self.spans[..=index]), turns))
    }

    /// Returns the first step of a statement at a byte. The innermost statement at the byte is preferred if
    /// it begins on the byte's line. The next choices are the first statement on the line, the innermost
    /// statement, and the last statement before the byte, in this order.
    fn at(&self, byte: u32, lines: &LineIndex) -> usize {
        let own = || {
            self.spans
                .iter()
                .enumerate()
                .filter(|(_, span)| span.file == 0)
        };
        let line = lines.line_of(byte as usize);
        let on_line = |span: &Span| lines.line_of(span.start as usize) == line;
        let holding = own().filter(|(_, span)| span.start <= byte && byte < span.end);
        let innermost = holding.min_by_key(|(at, span)| (span.end - span.start, *at));
        let beside = || own().find(|(_, span)| on_line(span));
        let before = || {
            let before = own().filter(|(_, span)| span.start <= byte);
            before.max_by_key(|(at, span)| (span.start, Reverse(*at)))
        };
        let here = innermost.filter(|(_, span)| on_line(span));
        here.or_else(beside)
            .or(innermost)
            .or_else(before)
            .map_or(0, |(at, _)| at)
    }
}

impl Sink for Steps {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if self.count == self.end {
            self.last = Some(record.clone());
            return false;
        }
        self.count += 1;
        if self.spans.len() < PLACES {
            self.spans.push(record.span);
        }
        true
    }
}

/// A sink that narrates the statements of one scenario.
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
        let one = Totals {
            statements: 1,
            checks: record.checks.len() as u64,
            held,
            scenarios: 0,
        };
        self.totals = self.totals.plus(one);
        self.sink.accept(record)
    }
}
