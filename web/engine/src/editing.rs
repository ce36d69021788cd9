//! The services of an editor: problems, colors, completion, explanations, and fixes.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pagewalk_script::LANGUAGE;
use pagewalk_script::api::explain;
use pagewalk_script::editor::{
    Action, ActionKind, Document, Edit, Encoding, ItemKind, OpenTexts, Position, Problem, RunResult,
};
use pagewalk_script::lang::diagnostic::Severity;
use pagewalk_script::services::complete::CLASSES;
use serde_json::{Value, json};

use crate::requests::{Answer, OpenScript, Page, Request, limits};

/// Opens a text as the page's script, or a newer version of it.
pub(crate) fn open(page: &mut Page, request: &Request) -> Answer {
    let (path, text) = (request.text("path")?, request.text("text")?);
    if request.0.get("files").is_some() {
        page.files = Arc::new(OpenTexts {
            texts: request.files(),
            // A page has no disk.
            other: None,
        });
    }
    let mut document = Document::new(path, text, page.files.clone());
    if let Some(earlier) = &page.open {
        document = document.after(&earlier.document);
    }
    let answer = json!({
        "problems": problems(&document, &document.diagnostics(), None),
        "tokens": tokens(&document),
    });
    page.open = Some(OpenScript {
        document: document.into(),
        ran: None,
    });
    Ok(answer)
}

/// Runs the script for the hints beside its lines.
pub(crate) fn hints(page: &mut Page, _: &Request) -> Answer {
    let document = page.script()?.document.clone();
    let ran = document.run(limits(), &AtomicBool::new(false));
    let checks = ran.failures.len();
    let hints = document.inlay_hints(0..document.text().len(), &ran);
    let hints: Vec<Value> = hints
        .iter()
        .map(|hint| {
            let line = document.lines().position(hint.at, Encoding::Utf16).line;
            json!({ "line": line, "label": hint.label, "narration": hint.explanation })
        })
        .collect();
    let answer = json!({
        "hints": hints,
        "problems": problems(&document, &document.run_diagnostics(&ran), Some(&ran)),
        "failed": checks,
    });
    page.open = Some(OpenScript {
        document,
        ran: Some(ran),
    });
    Ok(answer)
}

pub(crate) fn complete(page: &mut Page, request: &Request) -> Answer {
    let document = &page.script()?.document;
    let at = byte(document, &request.0);
    let found = document.completion(at, request.flag("values"));
    let range = place(document, &found.range);
    let items: Vec<Value> = found
        .items
        .iter()
        .map(|item| {
            json!({
                "label": item.text,
                "kind": kind(item.kind),
                "detail": item.help,
                "documentation": item.documentation,
                "snippet": item.snippet,
            })
        })
        .collect();
    Ok(json!({
        "start": range["start"],
        "end": range["end"],
        "items": items,
        "line_may_end": found.line_may_end,
        "is_long": found.is_long,
    }))
}

pub(crate) fn hover(page: &mut Page, request: &Request) -> Answer {
    let open = page.script()?;
    let at = byte(&open.document, &request.0);
    let hover = open
        .document
        .hover(at, open.ran.as_ref(), request.flag("values"));
    Ok(hover.map_or(Value::Null, |hover| {
        let range = hover.range.unwrap_or(at..at);
        let mut answer = place(&open.document, &range);
        answer["markdown"] = hover.text.into();
        answer
    }))
}

/// Returns the changes that the page offers for a range.
pub(crate) fn actions(page: &mut Page, request: &Request) -> Answer {
    let open = page.script()?;
    let (start, end) = (&request.0["start"], &request.0["end"]);
    let range = byte(&open.document, start)..byte(&open.document, end);
    let actions = open.document.code_actions(range, open.ran.as_ref(), false);
    Ok(actions
        .iter()
        .map(|action| self::action(&open.document, action))
        .collect())
}

pub(crate) fn format(page: &mut Page, _: &Request) -> Answer {
    let document = &page.script()?.document;
    Ok(match document.format() {
        Some(edits) => json!({ "edits": self::edits(document, &edits) }),
        None => json!({ "problems": problems(document, &document.diagnostics(), None) }),
    })
}

pub(crate) fn explain(_: &mut Page, request: &Request) -> Answer {
    explain::page(request.text("name")?).map(|page| json!({ "markdown": page }))
}

/// Returns the version and the words of the language.
pub(crate) fn about(_: &mut Page, _: &Request) -> Answer {
    let verbs: Vec<&str> = LANGUAGE.verbs().map(|verb| verb.name).collect();
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "verbs": verbs,
        "words": explain::names(),
    }))
}

/// Returns problems in the script itself. Each has the fixes of its place.
pub(crate) fn problems(
    document: &Document,
    problems: &[Problem],
    ran: Option<&RunResult>,
) -> Vec<Value> {
    let one = |problem: &Problem| {
        let location = &problem.location;
        let is_own = location.path == document.path();
        let range = if is_own {
            location.range.clone()
        } else {
            naming(document, &location.path)
        };
        let mut one = place(document, &range);
        one["severity"] = match problem.severity {
            _ if problem.is_note() => "info",
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
        .into();
        one["code"] = problem.code.into();
        one["message"] = if is_own {
            problem.message.as_str().into()
        } else {
            let line = location.positions(Encoding::Utf16).start.line + 1;
            format!("{}:{line}: {}", location.path.display(), problem.message).into()
        };
        let actions = if is_own {
            document.code_actions(range.clone(), ran, false)
        } else {
            Vec::new()
        };
        one["fixes"] = (actions.iter())
            .filter(|action| action.kind == ActionKind::QuickFix)
            .filter(|action| (action.about.as_ref()).is_some_and(|(about, _)| *about == range))
            .map(|action| self::action(document, action))
            .collect();
        one
    };
    problems.iter().map(one).collect()
}

/// Returns the place at which the script names a file, or the beginning if another file names it.
fn naming(document: &Document, path: &Path) -> Range<usize> {
    let folder = document.path().parent();
    let name = folder.and_then(|folder| path.strip_prefix(folder).ok());
    let name = name.unwrap_or(path).to_string_lossy();
    let start = document.text().find(name.as_ref());
    start.map_or(0..0, |start| start..start + name.len())
}

fn action(document: &Document, action: &Action) -> Value {
    json!({ "title": action.title, "edits": edits(document, &action.edits) })
}

fn edits(document: &Document, edits: &[Edit]) -> Vec<Value> {
    let one = |edit: &Edit| {
        let mut one = place(document, &edit.range);
        one["text"] = edit.text.as_str().into();
        one
    };
    edits.iter().map(one).collect()
}

/// Returns the classes of the words, for colors. A token that spans lines has one part for each.
fn tokens(document: &Document) -> Vec<Value> {
    let lines = document.lines();
    let mut found = Vec::new();
    for (range, class) in document.semantic_tokens(0..document.text().len()) {
        let Some(name) = CLASSES.iter().find(|row| row.class == class) else {
            continue;
        };
        for part in lines.split(range) {
            let range = lines.range(&part, Encoding::Utf16);
            let length = range.end.column - range.start.column;
            found.push(json!([
                range.start.line,
                range.start.column,
                length,
                name.token
            ]));
        }
    }
    found
}

/// Returns the byte of a place `{line, character}`.
fn byte(document: &Document, place: &Value) -> usize {
    let part = |name: &str| place[name].as_u64().unwrap_or_default() as u32;
    let position = Position {
        line: part("line"),
        column: part("character"),
    };
    document.lines().byte(position, Encoding::Utf16)
}

/// Returns the places of the start and the end of a range.
pub(crate) fn place(document: &Document, range: &Range<usize>) -> Value {
    let range = document.lines().range(range, Encoding::Utf16);
    let one = |at: Position| json!({ "line": at.line, "character": at.column });
    json!({ "start": one(range.start), "end": one(range.end) })
}

fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Verb | ItemKind::Function | ItemKind::Call => "function",
        ItemKind::Keyword => "keyword",
        ItemKind::Definition | ItemKind::Process | ItemKind::Variable => "variable",
        ItemKind::Fact | ItemKind::Field | ItemKind::Column | ItemKind::Bit => "property",
        ItemKind::Word | ItemKind::Constant | ItemKind::Unit => "constant",
        ItemKind::Noun | ItemKind::Preset | ItemKind::Part => "class",
        ItemKind::Setting | ItemKind::File => "text",
    }
}
