//! Entries of golden files: facts in the notation of the language, without narration.

use std::sync::Arc;

use super::clip::{clipped, shortened};
use super::facts::Facts;
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::report::narrate::{Statement, Statements, bound, inside, shown};
use crate::report::text;
use crate::run::record::{Check, Did, StepRecord};
use crate::suite::golden::Entry;

/// Converts records to entries.
pub(crate) struct Entries<'s> {
    statements: Statements<'s>,
    facts: Facts,
}

impl<'s> Entries<'s> {
    pub(crate) fn new(sources: &'s Sources) -> Self {
        Self {
            statements: Statements::new(sources),
            facts: Facts::default(),
        }
    }

    /// Returns the statement and the entry of a record. With `fails`, the entry lists failed checks.
    pub(crate) fn list_record(
        &mut self,
        record: &StepRecord,
        fails: bool,
    ) -> (Arc<Statement>, Entry) {
        let statement = self.statements.executed(record);
        let mut entry = Entry {
            statement: inside(record, statement.short.clone()),
            text: statement
                .omitted()
                .map(|text| shortened(&text))
                .unwrap_or_default(),
            facts: self.facts.lines(&record.did),
            calls: self.calls(record),
            ..Entry::default()
        };
        match &*record.did {
            did @ Did::Bound { name, value, .. } => {
                entry.value = match (record.left_out, value) {
                    // The last element, because a list that grows usually grows there.
                    (Some(elements), Value::List(list)) => {
                        let last = list.get(elements - 1).map(Value::quoted);
                        let last = last.unwrap_or_default();
                        clipped(&format!("{name} = [… {last}] ({elements} elements)"))
                    }
                    _ => clipped(&bound(did)),
                }
            }
            Did::Shown(views) => {
                entry.shows = shortened(&dedented(&text::text(&shown(views), false)));
            }
            Did::Action(action) => entry.count = Some(action.count),
            _ => {}
        }
        if let Some(call) = record.did.call() {
            entry.prints = shortened(&Value::string(call.effect.output.clone()).to_string());
        }
        if fails {
            let failed = record.checks.iter().filter(|check| !check.held);
            entry.fails = failed.map(failure).collect::<Vec<_>>().join("\n");
        }
        (statement, entry)
    }

    /// Returns the system calls in a statement's expressions, one per line.
    fn calls(&mut self, record: &StepRecord) -> String {
        let lines = record.calls.iter().map(|call| {
            let args: Vec<&str> = call.args.iter().map(|arg| arg.written.as_str()).collect();
            let facts = self
                .facts
                .lines(&Did::Call(call.clone()))
                .replace('\n', ", ");
            format!("{}({}) => {facts}", call.name, args.join(", "))
        });
        shortened(&lines.collect::<Vec<_>>().join("\n"))
    }
}

fn failure(check: &Check) -> String {
    let actual = check
        .actual
        .as_ref()
        .map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let (expected, actual) = (clipped(&check.expected.to_string()), clipped(&actual));
    format!("{}: expected {expected}, actual {actual}", check.fact)
}

/// Removes the common indentation of all lines.
fn dedented(text: &str) -> String {
    let margin = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let least = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(margin)
        .min()
        .unwrap_or(0);
    let lines = text
        .lines()
        .map(|line| line.get(least..).unwrap_or("").trim_end());
    lines.collect::<Vec<_>>().join("\n")
}
