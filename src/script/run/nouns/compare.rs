//! Compares a part of the machine with an expected table.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::lang::span::Span;
use crate::run::record::{Check, Shown, Written};
use crate::run::session::Session;
use crate::run::settings::NO_READ_BIT;
use crate::run::stop::Stop;
use crate::run::table::Cell;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::Machine;

use super::memory::ROW as BYTES_OF_ROW;
use super::row::TableNoun;
use super::table::{CellIn, CellInput, EntryIn, Layout};

/// An expected table, evaluated.
pub struct TableExpectation {
    pub(crate) noun: &'static TableNoun,
    /// Index of the TLB or cache.
    pub(crate) level: usize,
    /// Process that owns the page table.
    pub(crate) pid: Option<Pid>,
    pub(crate) entries: Vec<EntryIn>,
    /// Whether unlisted entries are forbidden.
    pub(crate) exactly: bool,
    pub(crate) span: Span,
}

impl Session<'_> {
    /// Returns a check for each cell with an expectation. With `exactly`, also checks every unlisted row and
    /// way.
    ///
    /// # Errors
    /// Returns `no-machine`.
    pub fn compare(&mut self, expected: &TableExpectation) -> Result<Vec<Check>, Stop> {
        let how_to_fill = self.how_to_fill();
        let seen = self.machine_seen(expected.pid, expected.span)?;
        let machine = &*seen;
        let layout = (expected.noun.layout)(machine, expected.level);
        let mut checks = Vec::new();
        for entry in &expected.entries {
            for (group, cells) in entry.groups.iter().enumerate() {
                checks.extend(expected.group(
                    (machine, &layout),
                    (entry.key, group),
                    cells,
                    &how_to_fill,
                ));
            }
        }
        if expected.exactly {
            expected.others(machine, &layout, &mut checks);
        }
        Ok(checks)
    }
}

impl Session<'_> {
    /// Returns the machine, or a copy of the machine that uses a process's address space.
    ///
    /// # Errors
    /// Returns `no-machine`.
    pub(crate) fn machine_seen(
        &mut self,
        pid: Option<Pid>,
        place: Span,
    ) -> Result<Cow<'_, Machine>, Stop> {
        match pid {
            Some(pid) => Ok(Cow::Owned(self.kernel(place)?.machine_of(pid))),
            None => Ok(Cow::Borrowed(self.machine(place)?)),
        }
    }
}

impl TableExpectation {
    /// Returns the checks for the cells of a group. `at` is the entry's key and the group's number. If a
    /// group is invalid as expected, the group's cells have the values that `show` prints, and `-` matches
    /// any value, because textbooks print `-` for irrelevant contents. If an invalid group is expected
    /// to be valid, the group's cells are empty.
    fn group(
        &self,
        (machine, layout): (&Machine, &Layout),
        at: (u64, usize),
        cells: &[CellIn],
        how_to_fill: &str,
    ) -> Vec<Check> {
        let (key, group) = at;
        let says_invalid = cells
            .iter()
            .any(|cell| is_valid_column(&cell.column) && cell.input == CellInput::Number(0));
        let invalid = !(self.noun.valid)(machine, self.level, key, group);
        let blank = invalid && !says_invalid;
        let check = |cell: &CellIn| {
            let now = (self.noun.cell)(machine, self.level, key, group, &cell.column);
            let now = if blank && !is_valid_column(&cell.column) {
                Cell::Nothing
            } else {
                now
            };
            let open = cell.input == CellInput::Open;
            let held = !open && agrees(cell.input, &now);
            let expected = if open {
                Shown::word("?")
            } else {
                in_notation_of(cell.input, &now).shown()
            };
            Check {
                fact: label(layout, key, group, &cell.column),
                expected,
                actual: Some(now.shown()),
                held,
                span: cell.span,
                reason: if open {
                    Some(how_to_fill.to_owned())
                } else {
                    not_expressible(cell, held)
                },
                written: if open {
                    Written::Open(cell.span)
                } else {
                    Written::Cell(cell.span)
                },
                instead: (!held).then(|| now.written()),
            }
        };
        let any = |input| {
            input == CellInput::Anything || invalid && says_invalid && input == CellInput::Nothing
        };
        cells
            .iter()
            .filter(|cell| !any(cell.input))
            .map(check)
            .collect()
    }

    /// Checks the unlisted valid entries.
    fn others(&self, machine: &Machine, layout: &Layout, checks: &mut Vec<Check>) {
        let before = checks.len();
        let entries: BTreeMap<u64, &EntryIn> = self
            .entries
            .iter()
            .map(|entry| (entry.key, entry))
            .collect();
        for key in (self.noun.present)(machine, self.level) {
            // Most rows have exactly the key.
            let mut near = entries.range(key.saturating_sub(BYTES_OF_ROW)..=key).rev();
            let listed = near.find(|(_, entry)| (self.noun.lists)(entry, key));
            let from = listed.map_or(0, |(_, entry)| entry.groups.len());
            for group in (from..layout.groups as usize)
                .filter(|&group| (self.noun.valid)(machine, self.level, key, group))
            {
                checks.push(Check {
                    fact: label(layout, key, group, ""),
                    expected: Shown::word("nothing"),
                    actual: Some(Shown::word("a valid entry")),
                    held: false,
                    span: self.span,
                    reason: Some("the entry is valid, but the table does not list it".to_owned()),
                    written: Written::Otherwise("the table lacks a row or a way"),
                    instead: None,
                });
            }
        }
        // The absence of other entries counts as a check, so that even an empty table checks
        // something.
        if checks.len() == before {
            checks.push(Check {
                fact: format!("{} others", layout.noun),
                expected: Shown::word("none"),
                actual: Some(Shown::word("none")),
                held: true,
                span: self.span,
                reason: None,
                written: Written::Otherwise("the check covers all rows that are not listed"),
                instead: None,
            });
        }
    }
}

fn label(layout: &Layout, key: u64, group: usize, column: &str) -> String {
    let way = if layout.groups > 1 {
        format!(" way {group}")
    } else {
        String::new()
    };
    format!("{} {} {key:X}{way} {column}", layout.noun, layout.key)
        .trim_end()
        .to_owned()
}

/// Explains why no entry can have the expected value of a cell.
fn not_expressible(cell: &CellIn, held: bool) -> Option<String> {
    let unreadable = cell.column == "read" && cell.input == CellInput::Number(0);
    (!held && unreadable).then(|| NO_READ_BIT.to_owned())
}

fn is_valid_column(column: &str) -> bool {
    matches!(column, "v" | "p" | "valid")
}

fn agrees(input: CellInput, now: &Cell) -> bool {
    match (input, now) {
        (CellInput::Anything, _) | (CellInput::Nothing, Cell::Nothing) => true,
        (CellInput::Number(n), Cell::Hex(now, _) | Cell::Number(now)) => n == *now,
        _ => false,
    }
}

/// Formats the expected value in the notation of the actual cell.
fn in_notation_of(input: CellInput, like: &Cell) -> Cell {
    match (input, like) {
        (CellInput::Number(n), Cell::Hex(_, digits)) => Cell::Hex(n, *digits),
        (CellInput::Number(n), Cell::Number(_)) => Cell::Number(n),
        (CellInput::Number(n), _) => Cell::Hex(n, 1),
        _ => Cell::Nothing,
    }
}
