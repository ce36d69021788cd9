//! What a statement did, told so that a reader learns from it.

mod access;
mod declaration;
mod notes;
mod parts;
mod reference;
mod repeats;
mod ruler;
mod sequence;
mod statement;
mod steps;
mod view;
mod walk;
mod words;

use std::rc::Rc;

use super::doc::{Block, Checks, Failure};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::record::{Check, Did, Shown, StepRecord};
pub use declaration::declaration;
use repeats::Repeats;
pub use ruler::rulers;
pub use statement::{Statement, Statements};
pub use steps::steps;
use words::approximately;
pub use words::{count, failure, summary};

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
            let failed = record.checks.iter().any(|check| !check.held);
            if self.repeats.count(record.span, &statement.short, failed, &mut blocks) {
                self.round(record, &statement, failed, &mut blocks);
            }
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
        let shown_value = match &*record.did {
            Did::Shown(views) => view::sole_value(views),
            _ => None,
        };
        let text = match &*record.did {
            Did::Bound { name, value, .. } => bound(name, value, statement),
            Did::Quiet => return self.quiet(record, statement, blocks),
            _ => shown_value.clone().unwrap_or_else(|| statement.short.clone()),
        };
        blocks.push(Block::Statement { text, place: statement.place() });
        match &*record.did {
            _ if shown_value.is_some() => {}
            Did::Access(access) => {
                blocks.extend(access::worksheet(access, &record.did, statement.operand()));
                if self.explain {
                    blocks.extend(steps(access));
                }
            }
            Did::Reference(run) => blocks.extend(reference::blocks(run)),
            Did::Shown(views) => blocks.extend(views.iter().flat_map(view::blocks)),
            Did::Machine(spec) => blocks.extend(parts::machine(spec).into_iter().map(Block::line)),
            Did::Bound { .. }
            | Did::Scenario(_)
            | Did::Quiet
            | Did::Call(_)
            | Did::Declared(_)
            | Did::Action(_) => {}
        }
        blocks.extend(self.checks(&record.checks));
    }

    /// An expectation or a statement whose effect speaks for itself: one line if nothing fails.
    fn quiet(&self, record: &StepRecord, statement: &Statement, blocks: &mut Vec<Block>) {
        let text = statement.short.clone();
        if record.checks.iter().any(|check| !check.held) {
            blocks.push(Block::Statement { text, place: statement.place() });
            return blocks.extend(self.checks(&record.checks));
        }
        let text = format!("{text}{}", verdict(&record.checks));
        blocks.push(Block::Statement { text, place: statement.place() });
    }

    /// A statement in a loop: one line.
    fn round(&self, record: &StepRecord, statement: &Rc<Statement>, failed: bool, blocks: &mut Vec<Block>) {
        let text = match &*record.did {
            Did::Access(access) => access::line(access),
            Did::Bound { name, value, .. } => bound(name, value, statement),
            Did::Reference(run) => format!("{}: {}", statement.short, reference::totals(run)),
            _ => statement.short.clone(),
        };
        if failed {
            blocks.push(Block::line(format!("{text}  ({})", statement.place())));
            return blocks.extend(self.checks(&record.checks));
        }
        blocks.push(Block::line(format!("{text}{}", verdict(&record.checks))));
        match &*record.did {
            Did::Access(access) if self.explain => blocks.extend(steps(access)),
            Did::Shown(views) => blocks.extend(views.iter().flat_map(view::blocks)),
            _ => {}
        }
    }

    /// How the facts stated of a statement stand; nothing if none was stated.
    fn checks(&self, checks: &[Check]) -> Option<Block> {
        if checks.is_empty() {
            return None;
        }
        let held = checks.iter().filter(|check| check.held).count() as u64;
        let failed = checks.iter().filter(|check| !check.held).map(|check| Failure {
            fact: check.fact.clone(),
            expected: self.expected(check),
            actual: check.actual.as_ref().map(ToString::to_string),
            reason: check.reason.clone(),
        });
        Some(Block::Checks(Checks { held, failed: failed.collect() }))
    }

    /// What was stated; where there is nothing to compare it with, in the base it was stated in.
    fn expected(&self, check: &Check) -> String {
        let digits = |text: &str| text.chars().take_while(char::is_ascii_hexdigit).count() as u32;
        let written = || self.statements.text(check.span).split_once("0x").map(|(_, rest)| digits(rest));
        let hex = check.expected.hex.or_else(written);
        Shown { hex, ..check.expected.clone() }.to_string()
    }
}

/// That everything stated holds, behind a statement on its line; empty if nothing was stated.
fn verdict(checks: &[Check]) -> String {
    match checks.len() as u64 {
        0 => String::new(),
        1 => "  ✓".to_owned(),
        all => format!("  ✓ {}", count(all, "fact holds", "facts hold")),
    }
}

/// A variable and its value; in hexadecimal where the script speaks so.
fn bound(name: &str, value: &Value, statement: &Statement) -> String {
    let number = match value {
        Value::Number(number) => number.as_integer().and_then(|n| u64::try_from(n).ok()),
        _ => None,
    };
    let chosen = if statement.verb() == "choose" { "  (chosen)" } else { "" };
    match number {
        Some(n) if statement.text.contains("0x") => format!("{name} = 0x{n:X}{chosen}"),
        Some(n) if n >= 256 => format!("{name} = {n} (0x{n:X}){chosen}"),
        _ => format!("{name} = {}{}{chosen}", value.quoted(), approximately(value)),
    }
}

#[cfg(test)]
mod tests;
