//! Duplicate titles, options, and facts.

use std::collections::HashMap;
use std::sync::Arc;

use crate::lang::ast::{
    Claim, Command, Expr, ExprKind, Fact, Settings, Span, Stmt, StmtKind, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::lang::visit::{VisitedIncludes, any_expr, statements};

/// Returns errors for duplicate titles and options, and warnings for duplicate facts.
pub(crate) fn said_twice(script: &[Stmt], sources: &Sources) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut questions: HashMap<&str, Span> = HashMap::new();
    for stmt in statements(script) {
        match &*stmt.kind {
            StmtKind::Question { title, body, .. } => {
                found.extend(first_of(&mut questions, title, "questions"));
                let mut parts = HashMap::new();
                for stmt in statements(body) {
                    if let StmtKind::Part { name, .. } = &*stmt.kind {
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
                    let span = first.span.to(last.span);
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

/// An object that a statement can replace entirely.
#[derive(PartialEq)]
enum Target {
    Variable(Arc<str>),
    Definition(Arc<str>),
    Verb(Arc<str>),
    File(Arc<str>),
}

/// Number of following statements to search for a replacement.
pub(crate) const AHEAD: usize = 64;

/// Returns the warnings of a script.
pub(crate) fn replaced(script: &[Stmt]) -> Vec<Diagnostic> {
    let mut found = of_block(script);
    let mut included = VisitedIncludes::default();
    for stmt in statements(script).filter(|stmt| included.enters(stmt)) {
        found.extend(stmt.blocks().flat_map(|block| of_block(block)));
    }
    found
}

fn of_block(block: &[Stmt]) -> Vec<Diagnostic> {
    let replaced = replaced_in(block).map(|(at, next)| {
        Diagnostic::warning(
            Code::NoEffect,
            block[at].span,
            "this statement has no effect: a later statement overrides it",
        )
        .also(next.span, "here")
        .fix(Fix::remove(block[at].span))
    });
    replaced
        .chain(block.windows(2).filter_map(discarded))
        .collect()
}

/// Warns about a kernel on the preset, which the machine after it discards.
fn discarded(pair: &[Stmt]) -> Option<Diagnostic> {
    let [kernel, machine] = pair else { return None };
    let begins = |stmt: &Stmt, name: &str| matches!(&*stmt.kind, StmtKind::Command(command) if &*command.verb.text == name && !command.call);
    (begins(kernel, "kernel") && begins(machine, "machine")).then(|| {
        let message = "this kernel has no effect: the machine after it starts without a kernel";
        Diagnostic::warning(Code::NoEffect, kernel.span, message)
            .also(machine.span, "here")
            .help("write the machine before its kernel")
    })
}

/// Returns the number of each statement of a block that a later one overrides, with the later statement.
pub(crate) fn replaced_in(block: &[Stmt]) -> impl Iterator<Item = (usize, &Stmt)> {
    block.iter().enumerate().filter_map(move |(at, stmt)| {
        let first = target(stmt)?;
        let next = block[at + 1..]
            .iter()
            .take(AHEAD)
            .find(|next| !first.outlasts(next))?;
        let replaced =
            target(next).as_ref() == Some(&first) && !uses(next, &first) && !is_incomplete(next);
        replaced.then_some((at, next))
    })
}

/// Whether a statement concerns only itself: it gives no name, declares and replaces nothing, and has no block of statements.
pub(crate) fn is_plain(stmt: &Stmt) -> bool {
    match &*stmt.kind {
        StmtKind::Command(command) => {
            target(stmt).is_none() && !matches!(&*command.verb.text, "machine" | "figure")
        }
        StmtKind::Probe(_) => true,
        _ => false,
    }
}

impl Target {
    /// Whether the search for a replacement may skip `next`, because `next` declares another object of the same
    /// kind.
    fn outlasts(&self, next: &Stmt) -> bool {
        match (self, target(next)) {
            (Self::File(_), Some(Self::File(other))) => {
                !matches!(self, Self::File(name) if *name == other)
            }
            (Self::Definition(_), Some(Self::Definition(other))) => {
                !matches!(self, Self::Definition(name) if *name == other)
            }
            _ => false,
        }
    }
}

fn target(stmt: &Stmt) -> Option<Target> {
    Some(match &*stmt.kind {
        StmtKind::Let { name, value } if stmt.facts.is_empty() && !calls(value) => {
            Target::Variable(Arc::clone(&name.text))
        }
        StmtKind::Def { name, .. } => Target::Definition(Arc::clone(&name.text)),
        StmtKind::Command(Command { verb, operands, .. })
            if matches!(&*verb.text, "file" | "executable") =>
        {
            match operands.first().map(|operand| &operand.kind) {
                Some(ExprKind::Value(Value::Text(name))) => Target::File(Arc::clone(name)),
                _ => return None,
            }
        }
        StmtKind::Command(command)
            if !command.call && matches!(&*command.verb.text, "machine" | "seed" | "core") =>
        {
            Target::Verb(Arc::clone(&command.verb.text))
        }
        _ => return None,
    })
}

/// Whether a `machine` lacks the widths of addresses, which its author probably left to an earlier one.
fn is_incomplete(stmt: &Stmt) -> bool {
    let StmtKind::Command(Command {
        operands,
        block: Some(block),
        ..
    }) = &*stmt.kind
    else {
        return false;
    };
    let width = |name: &str| matches!(name, "virtual" | "physical");
    operands.is_empty()
        && !block
            .settings
            .iter()
            .any(|setting| width(&setting.name.text))
}

/// Whether an expression may have side effects.
fn calls(value: &Expr) -> bool {
    any_expr(value, |part| matches!(part.kind, ExprKind::Call { .. }))
}

/// Whether a `let` uses the value that it replaces.
fn uses(stmt: &Stmt, target: &Target) -> bool {
    let (StmtKind::Let { value, .. }, Target::Variable(_)) = (&*stmt.kind, target) else {
        return false;
    };
    // Any name in the expression could be the variable that the `let` replaces.
    any_expr(value, |part| matches!(part.kind, ExprKind::Name(_)))
}
