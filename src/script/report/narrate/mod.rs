//! Narration: explains the effects of a statement to a student.

mod access;
mod bits;
mod changes;
mod declaration;
mod notes;
pub(crate) mod page_walk;
mod process;
mod program;
pub(crate) mod reference;
mod repeats;
pub(crate) mod replay;
mod ruler;
mod runs;
mod statement;
mod steps;
pub(crate) mod tree;
pub(crate) mod view;
mod why;

use std::sync::Arc;

use super::doc::{Block, Checks, Failure};
use crate::lang::nearest::cut;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::report::words::counts::approximately;
pub(crate) use crate::report::words::counts::failures;
pub use crate::report::words::counts::{count, failure, summary, thousands};
use crate::report::words::numbers;
pub use crate::report::words::numbers::hex;
pub(crate) use crate::report::words::numbers::verb;
use crate::report::words::reasons::note;
use crate::run::record::{CallRecord, Check, Did, MessageLevel, StepRecord, View};
pub use bits::{bits, fields};
pub use changes::changes;
pub(crate) use declaration::{declaration, on_paper, setting_rows};
pub(crate) use process::layout_chain::{flags, prot};
use process::{call, declared};
use repeats::Repeats;
pub(crate) use repeats::TOLD;
pub(crate) use ruler::{of_address, rulers};
pub(crate) use statement::one_line;
pub use statement::{Statement, Statements, on_one_line};
pub(crate) use steps::{call_steps, steps, steps_at, steps_on_paper, title};
pub use why::why;
pub(crate) use why::{reason_named, reasons, suffix_of_first};

/// Narrates a run record by record.
#[derive(Debug)]
pub struct Narrator<'s> {
    statements: Statements<'s>,
    repeats: Repeats,
    explain: bool,
    /// Whether each statement outside loops is already on the lines above.
    below: bool,
    /// Whether the results are predicted, so that only the expectations show whether they are right.
    predicts: bool,
}

impl<'s> Narrator<'s> {
    /// Creates a narrator for one script. With `explain`, the narrator adds the steps of every access.
    pub fn new(sources: &'s Sources, explain: bool) -> Self {
        Self {
            statements: Statements::new(sources),
            repeats: Repeats::default(),
            explain,
            below: false,
            predicts: false,
        }
    }

    /// Creates a narrator of effects, below statements that are already shown.
    pub fn below(sources: &'s Sources) -> Self {
        Self {
            below: true,
            ..Self::new(sources, false)
        }
    }

    /// Hides the results that a reader can predict: those of accesses, system calls, kernel actions, references, and
    /// replays, and the actual values of expectations.
    #[must_use]
    pub fn predicting(self, predicts: bool) -> Self {
        Self { predicts, ..self }
    }

    /// Continues in a loop, whose head was already narrated.
    #[must_use]
    pub(crate) fn inside(self, outer: Option<Span>) -> Self {
        Self {
            repeats: Repeats::inside(outer),
            ..self
        }
    }

    /// Narrates a record. The result is empty for most iterations of a long loop.
    pub fn narrate(&mut self, record: &StepRecord) -> Vec<Block> {
        let mut blocks = self.repeats.enter(record.outer, &mut self.statements);
        let failed = record.checks.iter().any(|check| !check.held);
        if record.depth > 0 && !failed && self.repeats.omit(record.span) {
            return blocks;
        }
        let statement = self.statements.executed(record);
        if record.depth == 0 {
            self.whole(record, &statement, &mut blocks);
        } else {
            self.repeats
                .count(record.span, &statement.short, &mut blocks);
            self.round(record, &statement, failed, &mut blocks);
        }
        blocks
    }

    /// Returns the statement of a record and the results of its expectations, or `None` if all expectations
    /// hold.
    pub fn failed(&mut self, record: &StepRecord) -> Option<(Arc<Statement>, Checks)> {
        let statement = self.statements.executed(record);
        let checks = checks(record).filter(|checks| !checks.failed.is_empty())?;
        Some((statement, checks))
    }

    /// Returns the remaining blocks at the end of the run.
    pub fn rest(&mut self) -> Vec<Block> {
        self.repeats.enter(None, &mut self.statements)
    }

    /// Narrates a statement outside loops.
    fn whole(&self, record: &StepRecord, statement: &Arc<Statement>, blocks: &mut Vec<Block>) {
        if let Some(name) = heading(record) {
            return blocks.push(Block::Heading(name));
        }
        let shown_value = match &*record.did {
            Did::Shown(views) => view::sole_value(views),
            _ => None,
        };
        let value = match &*record.did {
            Did::Bound { call: None, .. } if record.calls.is_empty() => Some(bound(&record.did)),
            Did::Quiet | Did::Core => return self.quiet(record, statement, blocks),
            _ => shown_value.clone(),
        };
        match value {
            Some(value) => blocks.push(Block::Statement {
                text: inside(record, value),
                place: statement.location(),
            }),
            None => blocks.extend(self.statement(record, statement, "")),
        }
        if self.predicts && is_predictable(record) {
            if record.checks.is_empty() {
                let how = "predict the facts with `=>`; `:why` shows them";
                blocks.push(Block::faint(how));
            }
            return blocks.extend(self.checks(record));
        }
        blocks.extend(self.calls(record));
        if shown_value.is_none() {
            blocks.extend(self.body(record));
        }
        blocks.extend(self.checks(record));
    }

    /// Returns the results of a statement's expectations, if any.
    fn checks(&self, record: &StepRecord) -> Option<Block> {
        checks(record).map(|mut checks| {
            checks.predicted = self.predicts;
            Block::Checks(checks)
        })
    }

    /// Returns the line of a statement with a note, or the note alone below the statement.
    fn statement(&self, record: &StepRecord, statement: &Statement, note: &str) -> Option<Block> {
        if self.below {
            return (!note.is_empty()).then(|| Block::line(note));
        }
        let text = inside(record, statement.short.clone());
        Some(Block::Statement {
            text: with_note(text, note),
            place: statement.location(),
        })
    }

    /// Returns the blocks that describe the effects of a statement.
    fn body(&self, record: &StepRecord) -> Vec<Block> {
        match &*record.did {
            Did::Access(access) => {
                let mut blocks = access::worksheet(access, &record.did);
                if self.explain {
                    blocks.extend(steps(access));
                }
                blocks
            }
            Did::Reference(run) => reference::blocks(run),
            Did::Replay(run) => replay::blocks(run),
            Did::Program(run) => program::blocks(run, record, self.explain),
            Did::Shown(views) => views.iter().flat_map(runs::shown).collect(),
            Did::Machine(spec) => numbers::machine(spec)
                .into_iter()
                .map(Block::line)
                .collect(),
            Did::Call(call) => self.call(call, None),
            Did::Bound {
                call: Some(call), ..
            } => self.bound_call(&record.did, call),
            Did::Declared(declared) => declared::blocks(declared),
            Did::Action(action) => declared::action(action, self.explain),
            Did::Bound { .. } | Did::Scenario(_) | Did::Quiet | Did::Core => Vec::new(),
        }
    }

    /// Returns the blocks of a system call, with its steps if the user requested explanations.
    fn call(&self, call: &CallRecord, bound: Option<&str>) -> Vec<Block> {
        let mut blocks = call::blocks(call, bound);
        if self.explain && !(call.faults.is_empty() && call.steps.is_empty()) {
            blocks.push(Block::Steps(call_steps(call, MessageLevel::All)));
        }
        blocks
    }

    /// Returns the blocks of a system call whose result, or part of it, was assigned to a variable.
    fn bound_call(&self, did: &Did, call: &CallRecord) -> Vec<Block> {
        let Did::Bound { name, value, .. } = did else {
            return Vec::new();
        };
        let same = call
            .reply
            .result
            .is_ok_and(|result| Value::from(result) == *value)
            || call.reply.result.is_err() && value.to_string() == call.failure().to_string();
        let mut blocks = self.call(call, Some(&**name).filter(|_| same));
        if !same {
            blocks.push(Block::line(bound(did)));
        }
        blocks
    }

    /// Returns the blocks of the system calls in a statement's expressions. Includes a system call in an
    /// expectation only if the call changed something.
    fn calls(&self, record: &StepRecord) -> Vec<Block> {
        let looks = matches!(&*record.did, Did::Quiet | Did::Core | Did::Shown(_));
        let calls = record
            .calls
            .iter()
            .filter(|call| !looks || call::changed(call));
        calls.flat_map(|call| self.call(call, None)).collect()
    }

    /// Narrates an expectation or a self-explanatory statement in one line if nothing fails.
    fn quiet(&self, record: &StepRecord, statement: &Statement, blocks: &mut Vec<Block>) {
        let calls = self.calls(record);
        if record.checks.iter().any(|check| !check.held) || !calls.is_empty() {
            blocks.extend(self.statement(record, statement, ""));
            blocks.extend(calls);
            return blocks.extend(self.checks(record));
        }
        blocks.extend(self.statement(record, statement, &verdict(&record.checks)));
    }

    /// Narrates a statement in a loop on one line.
    fn round(
        &self,
        record: &StepRecord,
        statement: &Arc<Statement>,
        failed: bool,
        blocks: &mut Vec<Block>,
    ) {
        let short = with_variables(record, statement);
        let text = match &*record.did {
            _ if self.predicts && is_predictable(record) => short,
            Did::Access(access) => access::line(access),
            Did::Bound { call: None, .. } => bound(&record.did),
            Did::Call(call)
            | Did::Bound {
                call: Some(call), ..
            } => format!("{short} {}", call::short(call)),
            Did::Action(action) => format!("{short}: {}", declared::summary(action)),
            Did::Reference(run) => format!("{short}: {}", reference::totals(run)),
            Did::Replay(run) => format!("{short}: {}", replay::totals(run)),
            Did::Program(run) => format!("{short}: {}", program::totals(run)),
            _ => short,
        };
        let text = inside(record, text);
        if failed {
            blocks.push(Block::line(format!("{text}  ({})", statement.location())));
            return blocks.extend(self.checks(record));
        }
        blocks.push(Block::line(with_note(text, &verdict(&record.checks))));
        match &*record.did {
            Did::Access(access) if self.explain => blocks.extend(steps(access)),
            Did::Shown(views) => blocks.extend(views.iter().flat_map(runs::shown)),
            _ => {}
        }
    }
}

/// Whether a statement has results that a reader can predict.
fn is_predictable(record: &StepRecord) -> bool {
    let plain = matches!(
        &*record.did,
        Did::Bound { call: None, .. }
            | Did::Shown(_)
            | Did::Machine(_)
            | Did::Declared(_)
            | Did::Scenario(_)
            | Did::Quiet
            | Did::Core
    );
    !plain
}

fn checks(record: &StepRecord) -> Option<Checks> {
    let checks = &record.checks;
    if checks.is_empty() {
        return None;
    }
    let held = checks.iter().filter(|check| check.held).count() as u64;
    let failed = checks
        .iter()
        .filter(|check| !check.held)
        .map(|check| Failure {
            fact: check.fact.clone(),
            expected: check.expected.in_unit_of(check.actual.as_ref()).to_string(),
            actual: check
                .actual
                .as_ref()
                .map(|actual| actual.in_unit_of(Some(&check.expected)).to_string()),
            reason: note(check, &record.did),
        });
    Some(Checks {
        held,
        failed: failed.collect(),
        predicted: false,
    })
}

/// Prefixes a statement with its process.
pub(crate) fn inside(record: &StepRecord, text: String) -> String {
    match &record.process {
        Some(process) => format!("{}: {text}", process.name),
        None => text,
    }
}

/// Returns the text of a statement in a loop, with the values that distinguish this iteration from the others:
/// `expect n < 3 with n = 2`.
fn with_variables(record: &StepRecord, statement: &Statement) -> String {
    let short = &statement.short;
    let Some(variables) = &record.variables else {
        return short.clone();
    };
    // `show n` prints the value itself.
    let shows = |name: &str| match &*record.did {
        Did::Shown(views) => matches!(&views[..], [View::Value { of, .. }] if of == name),
        _ => false,
    };
    let written = |value: &Value| cut(&format_value(value, variables.hexadecimal));
    let values: Vec<String> = variables
        .values
        .iter()
        .filter(|(name, _)| !shows(name))
        .map(|(name, value)| format!("{name} = {}", written(value)))
        .collect();
    if values.is_empty() {
        short.clone()
    } else {
        format!("{short} with {}", values.join(", "))
    }
}

/// Returns a note for the statement's line stating that all expectations hold, or an empty text if there are no
/// expectations.
fn verdict(checks: &[Check]) -> String {
    match checks.len() as u64 {
        0 => String::new(),
        1 => "✓".to_owned(),
        all => format!("✓ {}", count(all, "expectation holds", "expectations hold")),
    }
}

fn with_note(mut text: String, note: &str) -> String {
    if !note.is_empty() {
        text += "  ";
        text += note;
    }
    text
}

/// Returns the views of `show`.
pub fn shown(views: &[View]) -> Vec<Block> {
    view::sole_value(views).map_or_else(
        || views.iter().flat_map(view::blocks).collect(),
        |value| vec![Block::line(value)],
    )
}

/// Returns a bound variable and its value, or an empty text for other results.
pub(crate) fn bound(did: &Did) -> String {
    let Did::Bound {
        name,
        value,
        hexadecimal,
        chosen,
        ..
    } = did
    else {
        return String::new();
    };
    let chosen = if *chosen { "  (chosen)" } else { "" };
    format!("{name} = {}{chosen}", format_value(value, *hexadecimal))
}

/// Formats a value, in hexadecimal if the statement contains a hexadecimal number.
pub fn format_value(value: &Value, hexadecimal: bool) -> String {
    let number = match value {
        Value::Number(number) => number.as_integer().and_then(|n| u64::try_from(n).ok()),
        _ => None,
    };
    let quantity = if let Value::Number(number) = value {
        number.quantity()
    } else {
        None
    };
    match number {
        Some(n) if hexadecimal => format!("0x{n:X}"),
        _ if quantity.is_some() => quantity.unwrap_or_default(),
        Some(n) if n >= 256 => format!("{n} (0x{n:X})"),
        _ => format!("{}{}", value.measured(), approximately(value)),
    }
}

/// Returns the heading above the records that follow: the name of a scenario, question, or part.
fn heading(record: &StepRecord) -> Option<String> {
    match &*record.did {
        Did::Scenario(name) => Some(name.to_string()),
        _ => record.attachment.as_ref()?.heading(),
    }
}

#[cfg(test)]
mod tests;
