//! Duplicate titles, options, and facts.

use std::collections::HashMap;

use crate::lang::ast::{
    Block, Claim, Command, ExprKind, Fact, Settings, Span, Stmt, StmtKind, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::lang::visit::statements;

/// Returns errors for duplicate titles and options, and warnings for duplicate facts.
pub(crate) fn said_twice(script: &Block, sources: &Sources) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut questions: HashMap<&str, Span> = HashMap::new();
    for stmt in statements(script) {
        match &stmt.kind {
            StmtKind::Question { title, body, .. } => {
                found.extend(first_of(&mut questions, title, "questions"));
                let mut parts = HashMap::new();
                for stmt in statements(body) {
                    if let StmtKind::Part { name, .. } = &stmt.kind {
                        found.extend(first_of(&mut parts, name, "parts of a question"));
                    }
                }
            }
            StmtKind::Command(Command {
                verb,
                block: Some(block),
                ..
            }) if &*verb.text == "choice" => {
                found.extend(options(block));
            }
            StmtKind::Given { nouns, .. } => {
                let mut known = HashMap::new();
                for (first, last) in nouns
                    .iter()
                    .filter_map(|of| Some((of.noun.first()?, of.noun.last()?)))
                {
                    let span = Span {
                        end: last.span.end,
                        ..first.span
                    };
                    let other = *known.entry(sources.text(span).trim()).or_insert(span);
                    if other != span {
                        let warning =
                            Diagnostic::warning(Code::NoEffect, span, "this item is given twice");
                        found.push(
                            warning
                                .label("again here")
                                .also(other, "first here")
                                .fix(Fix::remove(span)),
                        );
                    }
                }
            }
            _ => {}
        }
        found.extend(facts(stmt, sources));
    }
    found
}

/// Returns the `duplicate` diagnostic for a title that was already used.
fn first_of<'s>(
    known: &mut HashMap<&'s str, Span>,
    title: &'s Word,
    what: &str,
) -> Option<Diagnostic> {
    let first = *known.entry(&title.text).or_insert(title.span);
    (first != title.span).then(|| {
        twice(
            title.span,
            format!("two {what} are called \"{}\"", title.text),
            first,
        )
        .help("give each one a different title")
    })
}

/// Returns the duplicate options of a choice.
fn options(block: &Settings) -> Vec<Diagnostic> {
    let mut known: HashMap<&str, Span> = HashMap::new();
    let mut found = Vec::new();
    for setting in block
        .settings
        .iter()
        .filter(|setting| matches!(&*setting.name.text, "correct" | "wrong"))
    {
        let Some(ExprKind::Value(Value::Text(text))) =
            setting.values.first().map(|value| &value.kind)
        else {
            continue;
        };
        let first = *known.entry(text).or_insert(setting.span);
        if first != setting.span {
            let message = format!("two options read \"{text}\"");
            found.push(twice(setting.span, message, first).fix(Fix::remove(setting.span)));
        }
    }
    found
}

/// Returns the duplicate facts of a statement.
fn facts(stmt: &Stmt, sources: &Sources) -> Vec<Diagnostic> {
    let same = |one: &Fact, other: &Fact| {
        let blank = matches!((&one.claim, &other.claim), (Claim::Blank, Claim::Blank));
        one.name.text == other.name.text
            && (blank || sources.text(one.span) == sources.text(other.span))
    };
    let again = |(at, fact): (usize, &Fact)| {
        let first = stmt.facts[..at].iter().find(|first| same(first, fact))?;
        let message = format!("`{}` is given twice", fact.name.text);
        let warning = Diagnostic::warning(Code::NoEffect, fact.span, message).label("again here");
        Some(
            warning
                .also(first.span, "first here")
                .fix(Fix::remove(fact.span)),
        )
    };
    // Check only the first 100 facts. Only generated statements have thousands of facts.
    stmt.facts
        .iter()
        .enumerate()
        .take(100)
        .filter_map(again)
        .collect()
}

/// Returns a `duplicate` diagnostic.
pub(super) fn twice(span: Span, message: String, first: Span) -> Diagnostic {
    Diagnostic::new(Code::Duplicate, span, message)
        .label("again here")
        .also(first, "first here")
}
