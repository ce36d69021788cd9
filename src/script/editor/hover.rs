//! Hovers.

use std::ops::Range;

use super::document::Document;
use super::run::{RunResult, Step};
use crate::api::explain::sections;
use crate::lang::span::Span;
use crate::report::hover::{Asked, HoverInfo, code, drawn, hover_at, paragraphs, script};
use crate::report::narrate::shown;
use crate::run::facts::reported_facts;
use crate::run::record::Did;

/// Maximum number of facts in a hover on a verb.
const FACTS: usize = 24;
/// Maximum number of lines of a figure or table in a hover on `figure` or `show`.
const LINES: usize = 30;

/// The hover at a position of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The bytes of the word or number, if there is one.
    pub range: Option<Range<usize>>,
    /// Markdown with the results of the run, the diagnostics, and the meaning of the word or
    /// number.
    pub text: String,
}

impl Document {
    /// Returns the hover at a byte, with the results of a run.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "machine simple\nread 0x3D4", OpenTexts::default());
    /// let hover = document.hover(22, None).unwrap();
    /// assert_eq!(hover.range, Some(20..25));
    /// assert!(hover.text.contains("VPN"));
    /// ```
    pub fn hover(&self, at: usize, run: Option<&RunResult>) -> Option<Hover> {
        let state = |at| self.state(at);
        let asked = Asked {
            text: self.text(),
            tokens: &self.tokens().list,
            sources: &self.parsed().sources,
            state: &state,
        };
        let known = hover_at(&asked, at);
        let results = run.map_or_else(String::new, |run| run_facts(run, known.as_ref(), at));
        let (range, meaning) =
            known.map_or((at..at, String::new()), |known| (known.span, known.text));
        let text = paragraphs([results, self.explanations(at), meaning]);
        (!text.is_empty()).then(|| Hover {
            range: Some(range).filter(|range| !range.is_empty()),
            text,
        })
    }

    /// Returns explanations of the diagnostics at a byte: the first paragraph of the documentation of each
    /// code.
    fn explanations(&self, at: usize) -> String {
        let script = self.script();
        let here = script
            .diagnostics
            .iter()
            .chain(&script.warnings)
            .filter(|one| contains(one.span, at));
        paragraphs(here.filter_map(|one| {
            let (_, body) = sections().find(|(name, _)| *name == one.code.name())?;
            let first = body.split("\n\n").next().unwrap_or("");
            Some(format!(
                "{}: {}",
                code(one.code.name()),
                first.replace('\n', " ")
            ))
        }))
    }
}

fn contains(span: Span, at: usize) -> bool {
    span.file == 0 && (span.start as usize..=span.end as usize).contains(&at)
}

/// Returns the results of the run at a byte: the messages of failed expectations, then the value of the fact
/// at the byte. At the beginning of a statement, all facts replace this value.
fn run_facts(run: &RunResult, known: Option<&HoverInfo>, at: usize) -> String {
    let failed = run
        .failures
        .iter()
        .filter(|failure| contains(failure.span, at));
    let failed = failed.map(|failure| format!("**{}**", failure.message));
    let steps = run.steps.iter().filter(|step| contains(step.span, at));
    let step = steps.min_by_key(|step| step.span.end - step.span.start);
    let facts = step.zip(known).map(|(step, known)| step_facts(step, known));
    paragraphs(failed.chain(facts))
}

fn step_facts(step: &Step, known: &HoverInfo) -> String {
    let times = if step.times > 1 {
        format!(
            " (ran {} times; facts that differ between the runs are not shown)",
            step.times
        )
    } else {
        String::new()
    };
    if let Some(fact) = &known.fact {
        let begins = format!("{fact} ");
        let value = step
            .facts()
            .into_iter()
            .find(|fact| fact.starts_with(&begins));
        // Omit the reason if the statement ran several times, because the reasons differ between executions.
        let did = step.did().filter(|_| step.times == 1);
        let reported = did.and_then(|did| {
            reported_facts(did)
                .into_iter()
                .find(|reported| reported.name == *fact)
        });
        let because = did
            .zip(reported)
            .map_or_else(String::new, |(did, reported)| {
                format!(", because {}", reported.key.reason(did))
            });
        return value.map_or_else(String::new, |value| {
            format!("In the run: {}{times}{because}.", code(&value))
        });
    }
    // The verb, or the name that the statement defines.
    let is_at_beginning = known.span.start <= step.span.start as usize + 4;
    if !is_at_beginning {
        return String::new();
    }
    if let Some(Did::Shown(views)) = step.did() {
        let drawing = drawn(&shown(views));
        return if drawing.lines().count() <= LINES {
            drawing
        } else {
            String::new()
        };
    }
    let facts: Vec<String> = step.facts().into_iter().take(FACTS).collect();
    if facts.is_empty() {
        return String::new();
    }
    paragraphs([format!("In the run{times}:"), script(&facts.join(", "))])
}
