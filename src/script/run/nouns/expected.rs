//! Compares kernel objects with an expected table.

use std::collections::BTreeMap;

use crate::lang::span::Span;
use crate::run::record::{AreaRecord, Check, Shown, View, Written};
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::table::{Cell, Rows};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::Process;

use super::list::{CellInput, ListCell, ListRow};
use super::thing::{ThingNoun, ThingRow};

/// A list of kernel objects that a script names: `P1.maps`, `frames`.
#[derive(Clone, Copy)]
pub struct ThingRef {
    pub(crate) noun: &'static ThingNoun,
    pub(crate) pid: Option<Pid>,
}

/// An expected table of kernel objects, evaluated.
pub(crate) struct ListExpectation {
    /// The list that is checked.
    pub(crate) of: ThingRef,
    pub(crate) rows: Vec<ListRow>,
    /// Whether unlisted objects are forbidden.
    pub(crate) exactly: bool,
    pub(crate) span: Span,
}

impl ThingRef {
    fn process(self, kernel: &Kernel) -> Option<&Process> {
        self.pid.and_then(|pid| kernel.process(pid))
    }

    /// Returns the list's name for messages: `P1.maps`.
    pub(crate) fn title(self, kernel: &Kernel) -> String {
        self.process(kernel).map_or_else(
            || self.noun.name.to_owned(),
            |process| format!("{}.{}", process.name, self.noun.name),
        )
    }

    fn rows(self, kernel: &Kernel, key: Option<u64>) -> Vec<ThingRow> {
        (self.noun.rows)(kernel, self.process(kernel), key)
    }

    pub(crate) fn view(self, kernel: &Kernel) -> View {
        let table = self.table(kernel);
        let Some(process) = self.process(kernel).filter(|_| self.noun.as_proc) else {
            return View::Table(table);
        };
        let areas = process
            .space
            .areas
            .iter()
            .map(|area| AreaRecord::describe(kernel, process, *area));
        View::Maps {
            table,
            spec: kernel.machine().spec().clone(),
            areas: areas.collect(),
        }
    }

    /// Returns the list as a table.
    pub(crate) fn table(self, kernel: &Kernel) -> Rows {
        let columns = self
            .noun
            .columns
            .iter()
            .map(|column| column.name.to_owned())
            .collect();
        let rows = self
            .rows(kernel, None)
            .into_iter()
            .map(|row| row.cells)
            .collect();
        Rows {
            id: self.noun.id,
            title: self.title(kernel),
            groups: vec![columns],
            rows,
        }
    }
}

impl Session<'_> {
    /// Returns a check for each cell with an expectation. With `exactly`, also checks every unlisted object.
    ///
    /// # Errors
    /// Returns `no-kernel` or `limit-steps`.
    pub(crate) fn compare_list(&mut self, expected: &ListExpectation) -> Result<Vec<Check>, Stop> {
        let how_to_fill = self.how_to_fill();
        let kernel = self.kernel(expected.span)?;
        let mut comparison = Comparison {
            kernel,
            expected,
            taken: BTreeMap::new(),
            checks: Vec::new(),
            how_to_fill,
        };
        expected.rows.iter().for_each(|row| comparison.row(row));
        if expected.exactly {
            comparison.others();
        }
        let checks = comparison.checks;
        self.work(checks.len() as u64, expected.span)?;
        Ok(checks)
    }
}

struct Comparison<'a> {
    kernel: &'a Kernel,
    expected: &'a ListExpectation,
    /// The objects that earlier rows matched, indexed by key.
    taken: BTreeMap<u64, Vec<ThingRow>>,
    checks: Vec<Check>,
    /// Instruction for filling in open values.
    how_to_fill: String,
}

impl Comparison<'_> {
    /// Checks a row. If several objects have the row's key (the pages in one slot), the row is compared with
    /// the first matching object.
    fn row(&mut self, row: &ListRow) {
        let of = self.expected.of;
        let Some(key) = row.number(of.noun.key) else {
            return;
        };
        let mut things = of.rows(self.kernel, Some(key));
        things.retain(|thing| !self.is_taken(thing));
        let agreeing = things
            .iter()
            .position(|thing| row.cells.iter().all(|cell| agrees(of, cell, Some(thing))));
        let thing = if things.is_empty() {
            None
        } else {
            Some(things.swap_remove(agreeing.unwrap_or(0)))
        };
        let before = self.checks.len();
        let input =
            |cell: &&ListCell| cell.column.name != of.noun.key && cell.input != CellInput::Anything;
        for cell in row.cells.iter().filter(input) {
            self.cell(key, cell, thing.as_ref());
        }
        if self.checks.len() == before {
            self.presence(key, row.span, thing.is_some());
        }
        self.taken.entry(key).or_default().extend(thing);
    }

    fn is_taken(&self, thing: &ThingRow) -> bool {
        self.taken
            .get(&thing.key)
            .is_some_and(|taken| taken.contains(thing))
    }

    fn cell(&mut self, key: u64, cell: &ListCell, thing: Option<&ThingRow>) {
        let of = self.expected.of;
        let now = thing.map_or(Cell::Nothing, |thing| value(of, cell, thing));
        let open = cell.input == CellInput::Open;
        let held = !open && agrees(of, cell, thing);
        let missing = thing.is_none().then(|| self.missing(key));
        self.checks.push(Check {
            fact: self.label(key, cell.column.name),
            expected: if open {
                Shown::word("?")
            } else {
                in_notation_of(&cell.input, &now).shown()
            },
            actual: Some(now.shown()),
            held,
            span: cell.span,
            reason: missing.or_else(|| open.then(|| self.how_to_fill.clone())),
            written: if open {
                Written::Open(cell.span)
            } else {
                Written::Cell(cell.span)
            },
            instead: (!held).then(|| now.written()),
        });
    }

    fn missing(&self, key: u64) -> String {
        let of = self.expected.of;
        format!(
            "{} has no row with {} {key:X}",
            of.title(self.kernel),
            of.noun.key
        )
    }

    fn presence(&mut self, key: u64, span: Span, is: bool) {
        let word = |there: bool| Shown::word(if there { "there" } else { "nothing" });
        self.checks.push(Check {
            fact: self.label(key, ""),
            expected: word(true),
            actual: Some(word(is)),
            held: is,
            span,
            reason: (!is).then(|| self.missing(key)),
            written: Written::Otherwise("only removing the row would fix the check"),
            instead: None,
        });
    }

    fn label(&self, key: u64, column: &str) -> String {
        let of = self.expected.of;
        format!("{} {} {key:X} {column}", of.title(self.kernel), of.noun.key)
            .trim_end()
            .to_owned()
    }

    /// Checks the unlisted objects.
    fn others(&mut self) {
        let of = self.expected.of;
        let before = self.checks.len();
        for thing in of.rows(self.kernel, None) {
            if !self.is_taken(&thing) {
                self.checks.push(Check {
                    fact: self.label(thing.key, ""),
                    expected: Shown::word("nothing"),
                    actual: Some(Shown::word("there")),
                    held: false,
                    span: self.expected.span,
                    reason: Some("the entry exists, but the table does not list it".to_owned()),
                    written: Written::Otherwise("the table lacks a row"),
                    instead: None,
                });
            }
        }
        if self.checks.len() == before {
            self.checks.push(Check {
                fact: format!("{} others", of.title(self.kernel)),
                expected: Shown::word("none"),
                actual: Some(Shown::word("none")),
                held: true,
                span: self.expected.span,
                reason: None,
                written: Written::Otherwise("the check covers all rows that are not listed"),
                instead: None,
            });
        }
    }
}

/// Returns an object's cell in the column of the expected cell.
fn value(of: ThingRef, cell: &ListCell, thing: &ThingRow) -> Cell {
    let at = of
        .noun
        .columns
        .iter()
        .position(|column| column == cell.column);
    at.and_then(|at| thing.cells.get(at))
        .cloned()
        .unwrap_or(Cell::Nothing)
}

fn agrees(of: ThingRef, cell: &ListCell, thing: Option<&ThingRow>) -> bool {
    let now = thing.map_or(Cell::Nothing, |thing| value(of, cell, thing));
    match (&cell.input, &now) {
        (CellInput::Anything | CellInput::Open, _) | (CellInput::Nothing, Cell::Nothing) => true,
        (CellInput::Nothing, _) => {
            thing.is_some_and(|thing| thing.nothing.contains(&cell.column.name))
        }
        (CellInput::Number(n), Cell::Hex(now, _) | Cell::Number(now)) => n == now,
        (CellInput::Word(word), Cell::Text(now)) => same(cell.column.name, word, now),
        _ => false,
    }
}

/// Whether two cells match. Area names may have brackets, as in `/proc`, and permissions may omit `p` and
/// `s`.
fn same(column: &str, input: &str, now: &str) -> bool {
    let bare = |name: &str| {
        name.trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned()
    };
    match column {
        "area" => bare(input) == bare(now),
        "perms" if input.len() == 3 => now.starts_with(input),
        _ => input == now,
    }
}

/// Formats the expected value in the notation of the actual cell.
fn in_notation_of(input: &CellInput, like: &Cell) -> Cell {
    match (input, like) {
        (CellInput::Number(n), Cell::Hex(_, digits)) => Cell::Hex(*n, *digits),
        (CellInput::Number(n), Cell::Number(_)) => Cell::Number(*n),
        (CellInput::Number(n), _) => Cell::Hex(*n, 1),
        (CellInput::Word(word), _) => Cell::Text(word.to_string()),
        _ => Cell::Nothing,
    }
}
