//! What a statement did, told so that a reader learns from it.

mod access;
mod declaration;
mod notes;
mod parts;
mod reference;
mod repeats;
mod ruler;
mod statement;
mod steps;
mod view;
mod walk;

use std::rc::Rc;

use super::doc::{Block, Checks, Failure, Tone};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::record::{Check, Did, StepRecord, Totals};
pub use declaration::declaration;
use repeats::Repeats;
pub use ruler::rulers;
pub use statement::{Statement, Statements};
pub use steps::steps;

/// Tells a run, record by record.
#[derive(Debug)]
pub struct Narrator<'s> {
    statements: Statements<'s>,
    repeats: Repeats,
    explain: bool,
}

impl<'s> Narrator<'s> {
    /// A narrator of one script; with `explain` the steps of every access are told, too.
    pub fn new(sources: &'s Sources, explain: bool) -> Self {
        Self { statements: Statements::new(sources), repeats: Repeats::default(), explain }
    }

    /// What a record has to tell; nothing for most rounds of a long loop.
    pub fn tell(&mut self, record: &StepRecord) -> Vec<Block> {
        let mut blocks = self.repeats.enter(record.outer, &mut self.statements);
        let statement = self.statements.of(record);
        if record.depth == 0 {
            self.whole(record, &statement, &mut blocks);
        } else {
            let told = self.repeats.count(record.span, &statement.short);
            self.round(record, &statement, told, &mut blocks);
        }
        blocks
    }

    /// What is left to tell when the run has ended.
    pub fn rest(&mut self) -> Vec<Block> {
        self.repeats.enter(None, &mut self.statements)
    }

    /// A statement outside of loops.
    fn whole(&self, record: &StepRecord, statement: &Rc<Statement>, blocks: &mut Vec<Block>) {
        if let Did::Scenario(name) = &*record.did {
            return blocks.push(Block::Heading(name.to_string()));
        }
        let text = match &*record.did {
            Did::Bound { name, value } => bound(name, value, statement),
            _ => statement.short.clone(),
        };
        blocks.push(Block::Statement { text, place: statement.place() });
        match &*record.did {
            Did::Access(access) => {
                blocks.extend(access::worksheet(access, &record.did));
                if self.explain {
                    blocks.extend(steps(access));
                }
            }
            Did::Reference(run) => blocks.extend(reference::blocks(run)),
            Did::Shown(views) => blocks.extend(views.iter().flat_map(view::blocks)),
            Did::Machine(spec) => blocks.push(Block::line(parts::machine(spec))),
            Did::Bound { .. } | Did::Scenario(_) | Did::Quiet => {}
        }
        blocks.extend(checks(&record.checks));
    }

    /// A statement in a loop: one line, and only for its first rounds; what fails is always told.
    fn round(&self, record: &StepRecord, statement: &Rc<Statement>, told: bool, blocks: &mut Vec<Block>) {
        let failed = record.checks.iter().any(|check| !check.held);
        if !told && !failed {
            return;
        }
        let mut text = match &*record.did {
            Did::Access(access) => access::line(access),
            Did::Bound { name, value } => bound(name, value, statement),
            Did::Reference(run) => format!("{}: {}", statement.short, reference::totals(run)),
            _ => statement.short.clone(),
        };
        if failed {
            blocks.push(Block::Statement { text, place: statement.place() });
            return blocks.extend(checks(&record.checks));
        }
        if !record.checks.is_empty() {
            let held = count(record.checks.len() as u64, "fact holds", "facts hold");
            text.push_str(&format!("  ({held})"));
        }
        blocks.push(Block::line(text));
        match &*record.did {
            Did::Access(access) if self.explain => blocks.extend(steps(access)),
            Did::Shown(views) => blocks.extend(views.iter().flat_map(view::blocks)),
            _ => {}
        }
    }
}

/// A variable and its value; in hexadecimal where the script speaks so.
fn bound(name: &str, value: &Value, statement: &Statement) -> String {
    let number = match value {
        Value::Number(number) => number.as_integer().and_then(|n| u64::try_from(n).ok()),
        _ => None,
    };
    match number {
        Some(n) if statement.text.contains("0x") => format!("{name} = 0x{n:X}"),
        Some(n) if n >= 256 => format!("{name} = {n} (0x{n:X})"),
        _ => format!("{name} = {}", value.quoted()),
    }
}

/// How the facts stated of a statement stand; nothing if none was stated.
fn checks(checks: &[Check]) -> Option<Block> {
    if checks.is_empty() {
        return None;
    }
    let held = checks.iter().filter(|check| check.held).count() as u64;
    let failed = checks.iter().filter(|check| !check.held).map(|check| Failure {
        fact: check.fact.clone(),
        expected: check.expected.to_string(),
        actual: check.actual.as_ref().map(ToString::to_string),
        reason: check.reason.clone(),
    });
    Some(Block::Checks(Checks { held, failed: failed.collect() }))
}

/// `1 fact holds`, `9,900 facts hold`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", thousands(n)) }
}

/// A number with its digits in groups of three.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2 of 36 facts do not hold`.
pub fn failure(failed: u64, all: u64) -> String {
    let verb = if failed == 1 { "does" } else { "do" };
    let noun = if all == 1 { "fact" } else { "facts" };
    format!("{} of {} {noun} {verb} not hold", thousands(failed), thousands(all))
}

/// What a run came to, in one line; `errors` counts what was wrong with the script.
pub fn summary(totals: Totals, errors: usize) -> (Tone, String) {
    let mut text = count(totals.statements, "statement", "statements");
    if totals.scenarios > 0 {
        text.push_str(" in ");
        text.push_str(&count(totals.scenarios, "scenario", "scenarios"));
    }
    text.push_str(", ");
    text.push_str(&match (totals.failed(), totals.checks) {
        (0, 0) => "no facts stated".to_owned(),
        (0, all) => count(all, "fact holds", "facts hold"),
        (failed, all) => failure(failed, all),
    });
    if errors > 0 {
        text.push_str(", ");
        text.push_str(&count(errors as u64, "mistake in the script", "mistakes in the script"));
    }
    (if totals.failed() == 0 && errors == 0 { Tone::Good } else { Tone::Bad }, text)
}

#[cfg(test)]
mod tests;
