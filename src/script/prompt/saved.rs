//! A session as a script whose expectations are the observed facts, so that the script is a test.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::ast::{Command, ExprKind, Fact, Stmt, StmtKind};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::prompt::explore::{Done, Exploration};
use crate::report::narrate::declaration;
use crate::run::facts::reported_facts;
use crate::run::record::{Did, StepRecord};

/// The first lines of a saved session with its results, and of its statements only.
const HEADS: [&str; 2] = [
    "# A session of `pagewalk repl`, as it was seen.\n",
    "# The statements of a session of `pagewalk repl`.\n",
];

/// Maximum width of a line of facts.
const COLUMNS: usize = 96;

/// Returns the script of the session, from the beginning or the last `:reset` to the current position. Adds
/// the observed facts to statements outside loops. Omits failed expectations in other statements. With `bare`, omits
/// all expectations instead. Also returns the number of statements in the script.
pub fn script(session: &Exploration, bare: bool) -> (String, u64) {
    let done: Vec<&Done> = session.history.done().collect();
    let from = done
        .iter()
        .rposition(|done| done.stmt.is_none())
        .map_or(0, |reset| reset + 1);
    let done = &done[from..];
    let failed = done
        .iter()
        .flat_map(|done| done.failed.iter().copied())
        .collect();
    let mut writer = Writer {
        sources: &session.sources,
        failed,
        bare,
        scenarios: BTreeMap::new(),
    };
    let (mut text, mut count) = (HEADS[usize::from(bare)].to_owned(), 0);
    for done in done {
        let Some(stmt) = &done.stmt else { continue };
        let statement = writer.statement(stmt, &done.records);
        if !statement.is_empty() {
            text.push('\n');
            text += &statement;
            // An expectation that failed is a comment.
            count += u64::from(!statement.starts_with('#'));
        }
    }
    (text, count)
}

/// Writes statements with their observed facts.
struct Writer<'a> {
    sources: &'a Sources,
    /// The locations of failed expectations.
    failed: BTreeSet<(u32, u32, u32)>,
    /// Whether to omit all expectations.
    bare: bool,
    /// The names of scenarios, with the number of uses of each.
    scenarios: BTreeMap<String, usize>,
}

impl Writer<'_> {
    /// Returns a statement of the session as separate lines.
    fn statement(&mut self, stmt: &Stmt, records: &[StepRecord]) -> String {
        if self.omits(stmt) {
            return String::new();
        }
        if let StmtKind::Include { body, .. } = &*stmt.kind {
            return body
                .iter()
                .map(|stmt| self.statement(stmt, records))
                .collect();
        }
        let mut edits = Vec::new();
        self.edits(stmt, records, &mut edits);
        let text = edited(self.sources.text(stmt.span), stmt.span, &edits);
        if is_expectation(stmt) && self.fails_within(stmt.span) {
            return text
                .lines()
                .flat_map(|line| ["# did not hold: ", line, "\n"])
                .collect();
        }
        format!("{text}\n")
    }

    /// Whether the script omits a statement, which only expects something.
    fn omits(&self, stmt: &Stmt) -> bool {
        let within = |body: &[Stmt]| !body.is_empty() && body.iter().all(|stmt| self.omits(stmt));
        self.bare
            && match &*stmt.kind {
                StmtKind::InProcess { body, .. } => within(body),
                _ => is_expectation(stmt),
            }
    }

    /// Whether an expectation in a span failed.
    fn fails_within(&self, span: Span) -> bool {
        let from = (span.file, span.start, 0);
        self.failed
            .range(from..)
            .take_while(|at| at.0 == span.file && at.1 < span.end)
            .any(|at| at.2 <= span.end)
    }

    /// Adds the edits of a statement and of the blocks in it.
    fn edits(&mut self, stmt: &Stmt, records: &[StepRecord], edits: &mut Vec<TextEdit>) {
        if matches!(*stmt.kind, StmtKind::Ask(_)) {
            // Leave the blanks of an `ask` empty.
            return;
        }
        let record = records.iter().find(|record| record.span == stmt.span);
        edits.extend(self.facts(stmt, record));
        match &*stmt.kind {
            StmtKind::Command(command) => edits.extend(machine(command, stmt.span, record)),
            StmtKind::Scenario { name, body }
            | StmtKind::Question {
                title: name, body, ..
            } => {
                let count = self.scenarios.entry(name.text.to_string()).or_default();
                *count += 1;
                if *count > 1 {
                    let text = Value::Text(format!("{} ({count})", name.text).into()).quoted();
                    edits.push(TextEdit::new(name.span, text));
                }
                self.within(body, &[], edits);
            }
            StmtKind::Include { body, .. } => {
                let text: String = body
                    .iter()
                    .map(|stmt| self.statement(stmt, records))
                    .collect();
                edits.push(TextEdit::new(stmt.span, text.trim_end()));
            }
            _ => {
                // The results of a loop or a definition belong to several statements.
                let once = matches!(*stmt.kind, StmtKind::InProcess { .. } | StmtKind::If { .. });
                let records = if once { records } else { &[] };
                stmt.blocks()
                    .for_each(|block| self.within(block, records, edits));
            }
        }
    }

    /// Adds the edits of a block's statements. Replaces failed expectations with ones that hold.
    fn within(&mut self, block: &[Stmt], records: &[StepRecord], edits: &mut Vec<TextEdit>) {
        for stmt in block {
            if self.omits(stmt) {
                edits.push(TextEdit::new(stmt.span, ""));
            } else if is_expectation(stmt) && self.fails_within(stmt.span) {
                edits.push(TextEdit::new(stmt.span, "expect true"));
            } else {
                self.edits(stmt, records, edits);
            }
        }
    }

    /// Returns an edit that replaces a statement's facts with the observed facts. Without observed facts, the
    /// edit removes the failed expectations. Returns `None` if no facts were observed and no expectation
    /// failed.
    fn facts(&self, stmt: &Stmt, record: Option<&StepRecord>) -> Option<TextEdit> {
        let seen: Vec<String> = record
            .filter(|_| !self.bare)
            .iter()
            .flat_map(|record| reported_facts(&record.did))
            .map(|reported| reported.to_string())
            .collect();
        let fails = |fact: &&Fact| {
            let Span { file, start, end } = fact.span;
            self.bare || self.failed.contains(&(file, start, end))
        };
        let text = match (seen.is_empty(), stmt.facts.iter().any(|fact| fails(&fact))) {
            (false, _) => format!("\n{}", arrows(&seen)),
            (true, false) => return None,
            (true, true) => {
                let held = stmt.facts.iter().filter(|fact| !fails(fact));
                let held: Vec<&str> = held.map(|fact| self.sources.text(fact.span)).collect();
                if held.is_empty() {
                    String::new()
                } else {
                    format!(" => {}", held.join(", "))
                }
            }
        };
        Some(TextEdit::new(
            Span {
                start: self.head_end(stmt),
                ..stmt.span
            },
            text,
        ))
    }

    /// Returns the end of the statement's operation, where its expectations begin.
    fn head_end(&self, stmt: &Stmt) -> u32 {
        let Some(first) = stmt.facts.first() else {
            return stmt.span.end;
        };
        let head = self.sources.text(Span {
            end: first.span.start,
            ..stmt.span
        });
        let end = head
            .rfind("=>")
            .map_or(head, |arrow| &head[..arrow])
            .trim_end()
            .len();
        stmt.span.start + end as u32
    }
}

fn is_expectation(stmt: &Stmt) -> bool {
    matches!(&*stmt.kind, StmtKind::Command(command) if &*command.verb.text == "expect" && !command.call)
}

/// Formats facts as continuation lines of the preceding statement.
fn arrows(facts: &[String]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for fact in facts {
        match lines
            .last_mut()
            .filter(|line| line.chars().count() + fact.chars().count() < COLUMNS)
        {
            Some(line) => {
                line.push_str(", ");
                line.push_str(fact);
            }
            None => lines.push(format!("  => {fact}")),
        }
    }
    lines.join("\n")
}

/// Returns the edit that replaces a machine from a file with an equivalent declaration.
fn machine(command: &Command, span: Span, record: Option<&StepRecord>) -> Option<TextEdit> {
    let operand = command
        .operands
        .first()
        .filter(|_| &*command.verb.text == "machine")?;
    let ExprKind::Value(Value::Text(_)) = operand.kind else {
        return None;
    };
    let Did::Machine(spec) = &*record?.did else {
        return None;
    };
    Some(TextEdit::new(span, declaration(spec).trim_end()))
}
