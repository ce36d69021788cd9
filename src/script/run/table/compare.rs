//! Compares tables with the tables that a script expects. All checks of cells and rows are made here.

use std::collections::BTreeMap;

use super::model::{Cell, InvalidEntries, Rows, TableId};
use super::written::{Wanted, WrittenCell, WrittenRow};
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::lang::value::{List, Number, Value};
use crate::run::checks::how_to_fill;
use crate::run::nouns::plan::machine_seen;
use crate::run::nouns::steps::last_messages;
use crate::run::nouns::{
    BYTES_OF_ROW, Messages, TableNoun, ThingRef, ThingRow, beyond, is_cached, reference_cell,
    too_long,
};
use crate::run::record::{Check, Did, MessageLevel, ReferenceRun, Shown, Written};
use crate::run::session::Cx;
use crate::run::settings::integer;
use crate::run::steps::{Message, Note};
use crate::run::stop::Stop;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::Machine;

/// An expected table, evaluated.
pub(crate) struct Expectation {
    pub(crate) of: Expected,
    pub(crate) header: Vec<Word>,
    pub(crate) rows: Vec<WrittenRow>,
    /// The end of the table, where rows can be added.
    pub(crate) end: Span,
    /// Whether unlisted rows are forbidden.
    pub(crate) exactly: bool,
    pub(crate) span: Span,
}

/// The contents that a table is compared with.
pub(crate) enum Expected {
    /// A part of the machine: the index of the TLB or cache, and the process that owns the page table.
    Entries(&'static TableNoun, usize, Option<Pid>),
    /// A list of kernel objects.
    Things(ThingRef),
    /// The messages of the last access or system call.
    Messages(MessageLevel),
    /// The steps of the last reference string.
    Steps,
    /// The lines or the elements of a program that ran.
    Program(Rows),
}

/// Returns a check for each cell with an expectation. With `exactly`, also checks every unlisted row and way.
///
/// # Errors
/// Returns `no-machine`, `no-kernel`, `no-answer`, `unknown-column`, `limit-size`, or `limit-steps`.
pub(crate) fn compare(cx: &mut Cx, expected: &Expectation) -> Result<Vec<Check>, Stop> {
    let mut checks = Checks {
        made: Vec::new(),
        expected,
        how_to_fill: how_to_fill(cx),
    };
    let span = expected.span;
    match &expected.of {
        Expected::Entries(noun, level, pid) => {
            checks.entries(noun, *level, &*machine_seen(cx, *pid, span)?);
        }
        Expected::Things(of) => {
            checks.things(*of, cx.kernel(span)?);
            cx.work(checks.made.len() as u64, span)?;
        }
        Expected::Program(rows) => checks.program(rows),
        Expected::Messages(level) => checks.messages(&last_messages(cx, *level, span)?),
        Expected::Steps => {
            if let Some(Did::Reference(run)) = cx.state.reference.as_deref() {
                checks.steps(run)?;
            } else {
                let message = "no `reference` has run yet";
                return Err(Diagnostic::new(Code::NoAnswer, span, message).into());
            }
        }
    }
    Ok(checks.made)
}

/// The checks of a table so far.
struct Checks<'e> {
    made: Vec<Check>,
    expected: &'e Expectation,
    /// The note for open values.
    how_to_fill: Note,
}

impl Checks<'_> {
    /// Adds the check of a cell, unless any value is permitted. `agrees` returns the expected value as shown, and
    /// whether it matches.
    fn cell(
        &mut self,
        fact: String,
        cell: &WrittenCell,
        now: &Cell,
        reason: Option<Note>,
        agrees: impl FnOnce(&Cell) -> (Shown, bool),
    ) {
        let open = cell.wanted == Wanted::Open;
        let (expected, held) = match &cell.wanted {
            Wanted::Anything => return,
            Wanted::Open => (Shown::word("?"), false),
            Wanted::Is(wanted) => agrees(wanted),
        };
        self.made.push(Check {
            fact,
            expected,
            actual: Some(now.shown()),
            held,
            span: cell.span,
            reason: reason.or_else(|| open.then(|| self.how_to_fill.clone())),
            written: if open {
                Written::Open(cell.span)
            } else {
                Written::Cell(cell.span)
            },
            instead: (!held).then(|| now.written()),
        });
    }

    /// Adds the check of a row, which holds if there is no reason why not. `otherwise` explains why no other value of a
    /// cell would fix the check.
    fn row(
        &mut self,
        fact: String,
        span: Span,
        (expected, actual): (impl Into<Value>, impl Into<Value>),
        reason: Option<Note>,
        otherwise: &'static str,
    ) {
        self.made.push(Check {
            fact,
            expected: Shown::plain(expected),
            actual: Some(Shown::plain(actual)),
            held: reason.is_none(),
            span,
            reason,
            written: Written::Otherwise(otherwise),
            instead: None,
        });
    }

    /// Adds a failed check for each unlisted row. The absence of such rows counts as a check, so that even an empty
    /// table checks something.
    fn others(
        &mut self,
        title: &str,
        unlisted: Vec<String>,
        actual: &str,
        valid: bool,
        otherwise: &'static str,
    ) {
        let span = self.expected.span;
        if unlisted.is_empty() {
            let otherwise = "the check covers all rows that are not listed";
            let fact = format!("{title} others");
            self.row(fact, span, ("none", "none"), None, otherwise);
        }
        for fact in unlisted {
            let reason = Note::NotListed { valid };
            self.row(fact, span, ("nothing", actual), Some(reason), otherwise);
        }
    }

    /// Compares the ways of entries. If a way is invalid as expected, its cells have the values that `show` prints,
    /// and `-` matches any value, because textbooks print `-` for irrelevant contents. If an invalid way is expected
    /// to be valid, its cells are empty.
    fn entries(&mut self, noun: &TableNoun, level: usize, machine: &Machine) {
        let layout = (noun.layout)(machine, level);
        let label = |key: u64, way: usize, column: &str| {
            let way = if layout.ways > 1 {
                format!(" way {way}")
            } else {
                String::new()
            };
            let label = format!("{} {} {key:X}{way} {column}", layout.noun, layout.key);
            label.trim_end().to_owned()
        };
        let expected = self.expected;
        for row in &expected.rows {
            let key = row.key();
            for (way, cells) in row.ways().into_iter().enumerate() {
                let is_valid = |cell: &WrittenCell| matches!(&*cell.column, "v" | "p" | "valid");
                let invalid = !(noun.valid)(machine, level, key, way);
                let as_expected = invalid
                    && cells
                        .iter()
                        .any(|cell| is_valid(cell) && cell.number() == Some(0));
                for cell in cells {
                    if as_expected && cell.is_nothing() {
                        continue;
                    }
                    let now = if invalid && !as_expected && !is_valid(cell) {
                        Cell::Nothing
                    } else {
                        (noun.cell)(
                            machine,
                            level,
                            key,
                            way,
                            &cell.column,
                            InvalidEntries::Hidden,
                        )
                    };
                    // No entry can have this value.
                    let unreadable = cell.column == "read" && cell.number() == Some(0);
                    let is_newer = layout.id == TableId::Memory
                        && cell.number() != now.number()
                        && is_cached(machine, cell, key);
                    let reason = unreadable
                        .then_some(Note::NoReadBit)
                        .or_else(|| is_newer.then_some(Note::Cached));
                    self.cell(
                        label(key, way, &cell.column),
                        cell,
                        &now,
                        reason,
                        |wanted| {
                            let held = match now {
                                Cell::Nothing => *wanted == Cell::Nothing,
                                _ => wanted.number().is_some() && wanted.number() == now.number(),
                            };
                            (in_notation_of(wanted, &now).shown(), held)
                        },
                    );
                }
            }
        }
        if expected.exactly {
            let rows: BTreeMap<u64, &WrittenRow> =
                expected.rows.iter().map(|row| (row.key(), row)).collect();
            let mut unlisted = Vec::new();
            for key in (noun.present)(machine, level) {
                // Most rows have exactly the key.
                let mut near = rows.range(key.saturating_sub(BYTES_OF_ROW)..=key).rev();
                let listed = near.find(|(_, row)| (noun.lists)(row, key));
                let from = listed.map_or(0, |(_, row)| row.ways().len());
                let ways = from..layout.ways as usize;
                let valid = ways.filter(|&way| (noun.valid)(machine, level, key, way));
                unlisted.extend(valid.map(|way| label(key, way, "")));
            }
            let lacks = "the table lacks a row or a way";
            self.others(&layout.noun, unlisted, "a valid entry", true, lacks);
        }
    }

    /// Compares a list of objects. If several objects have a row's key (the pages in one slot), the row is compared
    /// with the first matching object.
    fn things(&mut self, of: ThingRef, kernel: &Kernel) {
        let title = of.title(kernel);
        let label = |key: u64, column: &str| {
            let label = format!("{title} {} {key:X} {column}", of.noun.key);
            label.trim_end().to_owned()
        };
        let expected = self.expected;
        // The objects that earlier rows matched, indexed by key.
        let mut taken: BTreeMap<u64, Vec<ThingRow>> = BTreeMap::new();
        for row in &expected.rows {
            let Some(key) = row.number(of.noun.key) else {
                continue;
            };
            let taken = taken.entry(key).or_default();
            let mut things = of.rows(kernel, Some(key));
            things.retain(|thing| !taken.contains(thing));
            let matches = |thing: &ThingRow| {
                row.cells.iter().all(|cell| match &cell.wanted {
                    Wanted::Is(wanted) => thing_agrees(of, &cell.column, wanted, thing),
                    Wanted::Anything | Wanted::Open => true,
                })
            };
            let at = things.iter().position(matches).unwrap_or(0);
            let thing = (at < things.len()).then(|| things.swap_remove(at));
            let missing = thing.is_none().then(|| Note::NoRow {
                table: title.clone(),
                column: of.noun.key,
                key,
            });
            let before = self.made.len();
            for cell in row.cells.iter().filter(|cell| cell.column != of.noun.key) {
                let now = thing
                    .as_ref()
                    .map_or(Cell::Nothing, |thing| thing.cell(of.noun, &cell.column));
                let fact = label(key, &cell.column);
                self.cell(fact, cell, &now, missing.clone(), |wanted| {
                    let held = match &thing {
                        Some(thing) => thing_agrees(of, &cell.column, wanted, thing),
                        None => *wanted == Cell::Nothing,
                    };
                    (in_notation_of(wanted, &now).shown(), held)
                });
            }
            if self.made.len() == before {
                let actual = if thing.is_some() { "there" } else { "nothing" };
                let otherwise = "only removing the row would fix the check";
                self.row(
                    label(key, ""),
                    row.span,
                    ("there", actual),
                    missing,
                    otherwise,
                );
            }
            taken.extend(thing);
        }
        if expected.exactly {
            let is_taken = |thing: &ThingRow| {
                taken
                    .get(&thing.key)
                    .is_some_and(|taken| taken.contains(thing))
            };
            let things = of.rows(kernel, None).into_iter();
            let unlisted = things.filter(|thing| !is_taken(thing));
            let unlisted = unlisted.map(|thing| label(thing.key, "")).collect();
            self.others(&title, unlisted, "there", false, "the table lacks a row");
        }
    }

    /// Compares a table that lists all messages in order.
    /// Adds the checks of the rows of a program, which their first cells identify.
    fn program(&mut self, actual: &Rows) {
        let names: Vec<&String> = actual.groups.iter().flatten().collect();
        for row in &self.expected.rows {
            let Some((key, cells)) = row.cells.split_first() else {
                continue;
            };
            let key = key.text();
            let mut rows = actual.rows.iter();
            let found = rows.find(|row| row.first().is_some_and(|cell| cell.to_string() == key));
            for cell in cells {
                let at = names.iter().position(|name| **name == cell.column);
                let now = found
                    .zip(at)
                    .map_or(Cell::Nothing, |(row, at)| row[at].clone());
                let fact = format!("{} {key} {}", names[0], cell.column);
                self.cell(fact, cell, &now, None, |wanted| {
                    (wanted.shown(), wanted.to_string() == now.to_string())
                });
            }
        }
    }

    fn messages(&mut self, messages: &Messages) {
        let expected = self.expected;
        for (at, row) in expected.rows.iter().enumerate() {
            let fact = format!("message {}", at + 1);
            if let Some(message) = messages.all.get(at) {
                for cell in &row.cells {
                    let now = messages.cell(message, &cell.column);
                    let fact = format!("{fact} {}", cell.column);
                    self.cell(fact, cell, &now, None, |wanted| {
                        (wanted.shown(), *wanted == now)
                    });
                }
            } else {
                let cells: Vec<String> = row.cells.iter().map(WrittenCell::text).collect();
                let reason = Note::LastMessage(messages.all.len());
                let values = (cells.join(" "), "no message");
                let otherwise = "only removing the row would fix the check";
                self.row(fact, row.span, values, Some(reason), otherwise);
            }
        }
        // The order of messages matters, so a table without a message is wrong even without `exactly`.
        let listed = expected.rows.len();
        if let Some(next) = messages.all.get(listed) {
            let reason = Note::NextMessage {
                number: listed + 1,
                message: messages.line(next, ": "),
            };
            let values = (listed as u64, messages.all.len() as u64);
            let lacks = "the table lacks rows";
            self.row(
                "messages".to_owned(),
                expected.span,
                values,
                Some(reason),
                lacks,
            );
            self.lacks(messages, listed);
        }
    }

    /// Lets the last check add the messages after those that the table lists. A last row of blanks requests them.
    fn lacks(&mut self, messages: &Messages, listed: usize) {
        let Expectation {
            header, rows, end, ..
        } = self.expected;
        let names = || header.iter().map(|head| &*head.text);
        // A row with several messages may be incomplete.
        let side_by_side = names().skip(1).any(|name| Some(name) == names().next());
        if let Some(check) = self.made.last_mut().filter(|_| !side_by_side) {
            let row = |message: &Message| {
                let cells: Vec<String> = names()
                    .map(|name| messages.cell(message, name).written())
                    .collect();
                format!("| {} |", cells.join(" "))
            };
            let rows_after: Vec<String> = messages.all[listed..].iter().map(row).collect();
            let is_open =
                |row: &WrittenRow| row.cells.iter().all(|cell| cell.wanted == Wanted::Open);
            check.instead = Some(rows_after.join("\n"));
            check.written = Written::Rows {
                at: *end,
                open: rows.last().is_none_or(is_open),
            };
        }
    }

    /// Compares the steps of a reference string. The table's numbers are decimal.
    fn steps(&mut self, run: &ReferenceRun) -> Result<(), Stop> {
        let expected = self.expected;
        if !run.has_steps() {
            return Err(Diagnostic::new(Code::LimitSize, expected.span, too_long(run))
                .help("expect facts of the `reference` instead, such as `faults`, or use fewer references")
                .into());
        }
        let header = expected.header.iter();
        let beyond: Vec<Diagnostic> = header.filter_map(|head| beyond(run, head)).collect();
        if !beyond.is_empty() {
            return Err(beyond.into());
        }
        for row in &expected.rows {
            let Some((key, cells)) = row.cells.split_first() else {
                continue;
            };
            let step = match &key.wanted {
                Wanted::Is(step) => value(step),
                Wanted::Anything | Wanted::Open => Value::from(""),
            };
            let step = integer(&step, key.span)? as usize;
            let steps = run.steps().len();
            let Some(at) = step.checked_sub(1).filter(|at| *at < steps) else {
                let fact = format!("step {step}");
                let reason = Note::LastStep(steps);
                let otherwise = "only removing the row would fix the check";
                self.row(
                    fact,
                    row.span,
                    ("there", "nothing"),
                    Some(reason),
                    otherwise,
                );
                continue;
            };
            for cell in cells {
                let now = reference_cell(run, at, &cell.column);
                let shown = match &now {
                    Cell::Nothing => Cell::Nothing,
                    now => Cell::Text(now.to_string()),
                };
                let fact = format!("step {step} {}", cell.column);
                self.cell(fact, cell, &shown, None, |wanted| {
                    let held = match (wanted, &now) {
                        (Cell::Nothing, now) => *now == Cell::Nothing,
                        (_, Cell::Nothing) => false,
                        (wanted, now) => same_step(&cell.column, wanted, now),
                    };
                    (Shown::plain(value(wanted)), held)
                });
            }
        }
        let (listed, steps) = (expected.rows.len(), run.steps().len());
        if expected.exactly && listed != steps {
            let (fact, values) = ("steps".to_owned(), (listed as u64, steps as u64));
            let otherwise = "the table has too many or too few rows";
            self.row(
                fact,
                expected.span,
                values,
                Some(Note::EveryReference),
                otherwise,
            );
        }
        Ok(())
    }
}

/// Returns the expected value in the notation of the actual cell.
fn in_notation_of(wanted: &Cell, like: &Cell) -> Cell {
    match (wanted.number(), like) {
        (Some(n), Cell::Hex(_, digits)) => Cell::Hex(n, *digits),
        (Some(n), Cell::Number(_)) => Cell::Number(n),
        (Some(n), _) => Cell::Hex(n, 1),
        (None, _) => wanted.clone(),
    }
}

/// Whether an object has an expected value. Area names may have brackets, as in `/proc`, and permissions may omit `p`
/// and `s`.
fn thing_agrees(of: ThingRef, column: &str, wanted: &Cell, thing: &ThingRow) -> bool {
    match (wanted, &thing.cell(of.noun, column)) {
        (Cell::Nothing, now) => *now == Cell::Nothing || thing.nothing.contains(&column),
        (Cell::Text(wanted), Cell::Text(now)) => {
            let bare = |name: &str| {
                name.trim_start_matches('[')
                    .trim_end_matches(']')
                    .to_owned()
            };
            match column {
                "area" => bare(wanted) == bare(now),
                "perms" if wanted.len() == 3 => now.starts_with(&**wanted),
                _ => wanted == now,
            }
        }
        (wanted, now) => wanted.number().is_some() && wanted.number() == now.number(),
    }
}

/// Returns the value of a cell in a table of steps: a decimal number, a page's name, or a list of pages.
fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => {
            Number::literal(text).map_or_else(|_| Value::from(text.as_str()), Value::Number)
        }
        Cell::List { values, .. } => Value::List(values.clone()),
        cell => Value::from(cell.to_string()),
    }
}

/// Whether an expected value matches a step. The function compares use bits as text, and accepts a word for `hit`.
fn same_step(column: &str, wanted: &Cell, now: &Cell) -> bool {
    if let Cell::List { values, any_order } = now {
        return same_list(wanted, values, *any_order);
    }
    let (written, now) = (wanted.to_string(), now.to_string());
    match column {
        "hit" if now == "1" => matches!(&*written, "1" | "h" | "hit" | "yes" | "true"),
        "hit" => matches!(&*written, "0" | "m" | "miss" | "no" | "false"),
        // Ignores the use bits of empty frames, because these bits may be omitted at the end or written as
        // dashes.
        "use" | "modified" => {
            written.replace('-', "0").trim_end_matches('0') == now.trim_end_matches('0')
        }
        "address" => Number::literal(&now).is_ok_and(|now| value(wanted) == Value::Number(now)),
        // A counter in the script may have leading zeros.
        _ => written == now || value(wanted).to_string() == now,
    }
}

/// Whether a cell lists these pages: `1,3,2`, or a computed list.
fn same_list(wanted: &Cell, pages: &List, any_order: bool) -> bool {
    let mut listed: Vec<String> = match wanted {
        Cell::List { values, .. } => values.iter().map(ToString::to_string).collect(),
        wanted => wanted
            .to_string()
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    let mut pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
    if any_order {
        listed.sort_unstable();
        pages.sort_unstable();
    }
    listed == pages
}
