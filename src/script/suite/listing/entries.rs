//! The entries of a golden file from the records of a run.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::report::narrate::{Statement, Statements, bound, inside, shown};
use crate::report::text;
use crate::run::facts::{COMPONENT_FACTS, Component, Key, ReportedKeys, stated};
use crate::run::record::{Check, Did, Shown, StepRecord};
use crate::suite::golden::{Digest, Entry, Placed};

// The limits on a golden file, which determine the statements that are listed and those that are only
// counted and digested.

/// Maximum number of iterations listed per statement of a loop.
const ROUNDS: u32 = 8;
/// Maximum size of a case, in bytes. Later statements are not listed.
const LARGEST: usize = 256 << 10;

/// Collects the records of a script's cases.
pub(crate) struct Recorder<'s> {
    entries: Entries<'s>,
    cases: Vec<Case>,
    /// The `include` of each complete script.
    scripts: HashSet<Span>,
}

/// The recorded results of a case.
#[derive(Default)]
struct Case {
    listed: Vec<Placed>,
    size: usize,
    /// The outermost running loop, and the execution counts of its statements.
    outer: Option<Span>,
    rounds: HashMap<Span, u32>,
    /// The omitted statements.
    more: More,
}

/// Omitted statements.
#[derive(Default)]
struct More {
    count: u64,
    digest: Digest,
    place: (String, usize),
    span: Span,
}

impl<'s> Recorder<'s> {
    /// Creates a recorder for N cases. `scripts` contains the `include` of each complete script.
    pub(crate) fn new(sources: &'s Sources, cases: usize, scripts: HashSet<Span>) -> Self {
        let cases = (0..cases).map(|_| Case::default()).collect();
        Self {
            entries: Entries::new(sources),
            cases,
            scripts,
        }
    }

    /// Adds a record of a case. `fails` adds failed checks.
    pub(crate) fn add_record(&mut self, at: usize, record: &StepRecord, fails: bool) {
        if let Did::Scenario(_) = &*record.did {
            return;
        }
        let Some(case) = self.cases.get_mut(at) else {
            return;
        };
        if case.outer != record.outer {
            // After the limit, one digest covers all remaining statements.
            if case.size <= LARGEST {
                case.flush();
            }
            case.rounds.clear();
            case.outer = record.outer;
        }
        let rounds = case.rounds.entry(record.span).or_default();
        *rounds = rounds.saturating_add(1);
        // The results of an included script are in its own golden file.
        if record
            .included
            .is_some_and(|include| self.scripts.contains(&include))
        {
            return;
        }
        let (statement, mut entry) = self.entries.list_record(record, fails);
        if *rounds > 1 {
            // Each execution has the same text.
            entry.text.clear();
        }
        let listed = record.outer.is_none() || *rounds <= ROUNDS;
        if listed && case.size <= LARGEST {
            case.flush();
            case.size += entry.size();
            let (file, line, did) = (
                statement.file.clone(),
                statement.line,
                Some(record.did.clone()),
            );
            case.listed.push(Placed {
                entry,
                file,
                line,
                span: record.span,
                did,
            });
        } else {
            case.more.add(&entry, &statement, record.span);
        }
    }

    /// Returns the results of each case.
    pub(crate) fn cases(self) -> Vec<Vec<Placed>> {
        self.cases.into_iter().map(Case::end).collect()
    }
}

impl Case {
    /// Adds an entry with the number of omitted statements.
    fn flush(&mut self) {
        let More {
            count,
            digest,
            place: (file, line),
            span,
        } = std::mem::take(&mut self.more);
        if count > 0 {
            let digest = digest.to_string();
            let entry = Entry {
                more: Some(count),
                digest,
                ..Entry::default()
            };
            self.listed.push(Placed {
                entry,
                file,
                line,
                span,
                did: None,
            });
        }
    }

    fn end(mut self) -> Vec<Placed> {
        self.flush();
        self.listed
    }
}

impl More {
    fn add(&mut self, entry: &Entry, statement: &Statement, span: Span) {
        if self.count == 0 {
            self.span = span;
            self.place = (statement.file.clone(), statement.line);
        }
        self.count += 1;
        self.digest.put(&entry.statement);
        for text in [
            &entry.facts,
            &entry.value,
            &entry.calls,
            &entry.prints,
            &entry.shows,
            &entry.fails,
        ] {
            self.digest.put(text);
        }
        if let Some(count) = entry.count {
            self.digest.put(&count.to_string());
        }
    }
}

/// Converts records to entries.
struct Entries<'s> {
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
    fn list_record(&mut self, record: &StepRecord, fails: bool) -> (Arc<Statement>, Entry) {
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

// Assigns the facts of a statement to fixed lines, so that each change is on a separate line.
//
// The lines omit facts with the value `none` or `no` and the facts of unused TLBs and caches, because such
// facts represent no event.

/// Number of facts on each line of the facts common to all accesses: the address, the lookups, the result,
/// and the kernel's actions.
const ON_A_LINE: usize = 7;

#[derive(Default)]
struct Facts(ReportedKeys);

/// A group of facts that share a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// Facts of every access or of a call, with the index of the line.
    Line(usize),
    /// Facts of all page-table levels.
    Levels(&'static str, &'static str),
    /// Facts of a TLB or cache.
    Part(Component),
}

impl Group {
    fn for_key(at: usize, key: &Key) -> Self {
        match *key {
            Key::Level(row, _) => Self::Levels(row.pattern.0, row.pattern.1),
            Key::Component(_, part) | Key::Counter(_, part) | Key::ReplayCounter(_, part) => {
                Self::Part(part)
            }
            Key::Access(_) | Key::Call(_) => Self::Line(at / ON_A_LINE),
            Key::Reference(_) | Key::Replay(_) | Key::Program(_) => Self::Line(0),
        }
    }
}

impl Facts {
    /// Returns the facts of a record as lines.
    pub(crate) fn lines(&mut self, did: &Did) -> String {
        let mut lines = Lines::default();
        let mut idle = None;
        for (at, (name, key)) in self.0.of(did).iter().enumerate() {
            if let (Did::Access(access), Key::Component(_, part)) = (did, *key) {
                if idle.is_none_or(|(of, _)| of != part) {
                    let asked = COMPONENT_FACTS.iter().find(|row| row.suffix.is_empty());
                    idle = Some((
                        part,
                        asked
                            .and_then(|row| (row.get)(access, part))
                            .is_none_or(|v| nothing(&v)),
                    ));
                }
                if idle == Some((part, true)) {
                    continue;
                }
            }
            if let Some(value) = key.value_in(did) {
                lines.put(Group::for_key(at, key), name, key, &value);
            }
        }
        lines.text
    }
}

/// Lines under construction.
#[derive(Default)]
struct Lines {
    text: String,
    group: Option<Group>,
}

impl Lines {
    fn put(&mut self, group: Group, name: &str, key: &Key, value: &Shown) {
        if nothing(value) {
            return;
        }
        if let Some(last) = self.group {
            self.text.push_str(if last == group { ", " } else { "\n" });
        }
        self.group = Some(group);
        self.text.push_str(name);
        self.text.push(' ');
        match &value.value {
            // Numbers take a fast path, because most facts are numbers and loops report many facts. Writing
            // to a string cannot fail.
            Value::Number(_) => drop(write!(self.text, "{value}")),
            _ => self.text.push_str(&clipped(&stated(key, value))),
        }
    }
}

/// Whether a value represents the absence of an event.
fn nothing(value: &Shown) -> bool {
    matches!(&value.value, Value::Text(word) if matches!(&**word, "none" | "no"))
}

/// Maximum length of a value, in characters.
const VALUE: usize = 200;
/// Maximum length of a line of output, in characters.
const LINE: usize = 400;
/// Maximum number of lines of output.
const LINES: usize = 120;

/// Shortens a long value to its beginning, its length, and a digest.
fn clipped(value: &str) -> String {
    cut(value, VALUE)
}

fn cut(value: &str, most: usize) -> String {
    match value.char_indices().nth(most) {
        None => value.to_owned(),
        Some((end, _)) => {
            let length = value.chars().count();
            format!(
                "{}… ({length} characters, digest {})",
                &value[..end],
                Digest::of_text(value)
            )
        }
    }
}

/// Shortens a long text to its first lines, the number of other lines, and a digest.
fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let kept = lines
        .iter()
        .take(LINES)
        .map(|line| cut(line, LINE))
        .collect::<Vec<_>>()
        .join("\n");
    match lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        None => kept,
        Some(more) => format!(
            "{kept}\n… {more} more lines, digest {}",
            Digest::of_text(text)
        ),
    }
}
