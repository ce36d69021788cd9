//! Papers, and practice with the marks of `pagewalk grade`.

use std::sync::Arc;

use pagewalk_script::api::exam::{Edition, Exam, PaperError, Style, Version};
use pagewalk_script::api::marking::{Mark, Marking, Rules, Sheet, Verdict};
use pagewalk_script::editor::Document;
use pagewalk_script::exam::formats::html::page;
use pagewalk_script::exam::formats::{json, markdown};
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::questions::entry::ItemKind;
use serde_json::{Value, json};

use crate::requests::{Answer, Page, Request, limits, runnable, sentences};

/// A paper that a student practices.
pub(crate) struct Practice {
    document: Arc<Document>,
    paper: Paper,
    rules: Rules,
    /// The worked solution of each item: its fields and its text.
    solutions: Value,
}

/// Returns the paper of a version, or of the script itself for version 0.
fn paper(document: &Document, request: &Request) -> Result<Paper, String> {
    let script = document.script();
    // A mistake can be the reason why there is no question.
    runnable(script)?;
    let exam = Exam {
        seed: request.number("seed"),
        limits: limits(),
        ..Exam::new(script)
    };
    let number = request.number("version").unwrap_or_default();
    let version: Option<Version> = if number == 0 {
        None
    } else {
        exam.series(0).range(number..=number).pop()
    };
    exam.paper(version.as_ref()).map_err(|error| match error {
        PaperError::Diagnostics(wrong) => sentences(&wrong, &script.sources),
        other => other.to_string(),
    })
}

/// Writes an edition of a paper.
type Write = fn(&Paper, Edition, &Style) -> String;

/// The formats of `exam`. The others would add a tenth to the module, and a page shows none of them.
const FORMATS: &[(&str, Write)] = &[
    ("html", page),
    ("markdown", markdown),
    ("json", |paper, edition, _| json(paper, edition)),
];

/// Returns a paper in one of the formats.
pub(crate) fn exam(page: &mut Page, request: &Request) -> Answer {
    let document = page.script()?.document.clone();
    let name = request.text("format")?;
    let (_, write) = FORMATS
        .iter()
        .find(|(format, _)| *format == name)
        .ok_or_else(|| format!("the page has no format `{name}`"))?;
    let edition = match request.0["edition"].as_str() {
        Some("key") => Edition::Key,
        Some("solutions") => Edition::Solutions,
        _ => Edition::Paper,
    };
    let text = write(&paper(&document, request)?, edition, &Style::default());
    Ok(json!({ "text": text }))
}

/// Keeps a version of the open script for `mark`, and returns its paper.
pub(crate) fn practice(page: &mut Page, request: &Request) -> Answer {
    let document = page.script()?.document.clone();
    let mut rules = Rules::default();
    rules.set_written(request.0["rules"].as_str().unwrap_or("carried=1"))?;
    let paper = paper(&document, request)?;
    let style = Style::default();
    let html = self::page(&paper, Edition::Paper, &style);
    let practice = Practice {
        solutions: paper.solutions(&style),
        document,
        paper,
        rules,
    };
    let answer = {
        let marking = practice.marking();
        let fields: Vec<Value> = marking
            .fields()
            .iter()
            .map(|field| {
                json!({
                    "name": field.name,
                    "question": field.question,
                    "points": field.points.to_json(),
                    "by_hand": field.by_hand(),
                    "several": several(&field.item.kind),
                })
            })
            .collect();
        json!({
            "html": html,
            "fields": fields,
            "code": practice.paper.version.as_ref().map(|version| &version.code),
            "varies": practice.document.script().depends_on_seed(),
            "total": practice.paper.points().to_json(),
        })
    };
    page.practice = Some(practice);
    Ok(answer)
}

/// Whether a choice accepts several options, or `None` for other items.
fn several(item: &ItemKind) -> Option<bool> {
    match item {
        ItemKind::Choice { several, .. } => Some(*several),
        _ => None,
    }
}

impl Practice {
    fn marking(&self) -> Marking<'_> {
        Marking::new(self.document.script(), &self.paper, &[], &self.rules)
    }

    /// Returns a mark with the reason why the answer is wrong.
    fn mark(&self, marking: &Marking, mark: &Mark) -> Value {
        let (carried, right) = match &mark.verdict {
            Verdict::Carried(from) | Verdict::Follows(from) => (Some(from), true),
            Verdict::Right | Verdict::Accepted => (None, true),
            _ => (None, false),
        };
        json!({
            "field": mark.field,
            "verdict": mark.verdict.name(),
            "carried": carried,
            "mistakes": mark.mistakes,
            "points": mark.points.to_json(),
            "of": mark.of.to_json(),
            "reason": marking.reason(&mark.field).filter(|_| !right),
            "solution": (!right).then(|| self.solution(&mark.field)),
        })
    }

    /// Returns the worked solution of a field's item.
    fn solution(&self, field: &str) -> Option<&Value> {
        let items = self.solutions.as_array()?;
        let of = |item: &&Value| {
            let fields = item["fields"].as_array();
            fields.is_some_and(|fields| fields.iter().any(|name| name == field))
        };
        items.iter().find(of).map(|item| &item["text"])
    }
}

/// Marks answers to the practiced paper: all, or one field with `field`.
pub(crate) fn mark(page: &mut Page, request: &Request) -> Answer {
    let practice = page
        .practice
        .as_ref()
        .ok_or("no paper is being practiced")?;
    let marking = practice.marking();
    let mut sheet = Sheet::default();
    for (name, text) in request.0["sheet"].as_object().into_iter().flatten() {
        let text = text.as_str().unwrap_or_default();
        if !marking.answer(&mut sheet, name, text) {
            return Err(format!("the paper has no field `{name}`"));
        }
    }
    if let Some(field) = request.0["field"].as_str() {
        let text = request.0["sheet"][field].as_str().unwrap_or_default();
        let mark = marking
            .mark_blank(field, text, &sheet)
            .ok_or_else(|| format!("the paper has no field `{field}`"))?;
        return Ok(practice.mark(&marking, &mark));
    }
    let marked = marking.mark_sheet(&sheet);
    Ok(json!({
        "marks": marked.marks.iter().map(|mark| practice.mark(&marking, mark)).collect::<Vec<_>>(),
        "total": marked.total.to_json(),
        "of": marked.of.to_json(),
    }))
}
