//! A run's findings about a script's expectations.

use std::collections::BTreeMap;

use super::plan::{LeftAlone, Plan};
use super::{grid, plan};
use crate::lang::ast::{Cell, Command, Settings, Stmt, StmtKind, Table};
use crate::lang::edit::TextEdit;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::visit::statements;
use crate::run::record::{Check, Did, Sink, StepRecord, Written};

/// Maximum number of different values of one fact to report.
const VALUES: usize = 4;

/// Selects the values to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Whether to write the actual values of failed facts and cells.
    pub accept: bool,
    /// Whether to write the actual values of facts and cells with `?`.
    pub fill: bool,
}

/// The findings about a fact or cell.
#[derive(Debug, Clone, Default)]
struct Found {
    fact: String,
    /// Whether the fact or cell failed at least once.
    failed: bool,
    /// The distinct texts that would satisfy the check, each in some run. The list has at most one more
    /// element than [`VALUES`].
    texts: Vec<String>,
    /// The reason why no text would satisfy the check.
    refusal: Option<String>,
}

/// Findings about the facts and cells of some files, from several runs.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    wanted: Wanted,
    /// The findings, indexed by the location of the value, or of a fact without a separate value.
    found: BTreeMap<Span, Vec<Found>>,
    /// The tables with the locations of their cells, row by row, beginning with the header.
    tables: BTreeMap<Span, Vec<Vec<Span>>>,
}

impl Findings {
    /// Creates empty findings.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Returns a sink that adds the records of a script to the findings. For unselected scenarios, the sink adds
    /// only expectations that hold, so that the edits preserve these expectations.
    pub fn watch<'a>(
        &'a mut self,
        script: &[Stmt],
        sources: &'a Sources,
        wants: &'a dyn Fn(Option<&str>) -> bool,
    ) -> Watching<'a> {
        collect_tables(script, &mut self.tables);
        Watching {
            findings: self,
            sources,
            wants,
        }
    }

    /// Adds the findings from another run, whose files have different positions. Findings without a position are
    /// omitted.
    pub fn absorb(&mut self, other: Findings, here: impl Fn(Span) -> Option<Span>) {
        for (span, all) in other.found {
            let Some(span) = here(span) else { continue };
            for found in all {
                let mine = self.known(span, &found.fact);
                mine.failed |= found.failed;
                mine.refusal = mine.refusal.take().or(found.refusal);
                found.texts.into_iter().for_each(|text| mine.wants(text));
            }
        }
        for (span, rows) in other.tables {
            let rows = rows
                .into_iter()
                .map(|row| row.into_iter().filter_map(&here).collect());
            if let Some(span) = here(span) {
                self.tables.insert(span, rows.collect());
            }
        }
    }

    /// Returns the edits and the expectations to leave unchanged.
    pub fn plan(&self, sources: &Sources) -> Plan {
        let (mut new, mut left) = (BTreeMap::new(), Vec::new());
        for (span, found) in self
            .found
            .iter()
            .flat_map(|(span, all)| all.iter().map(move |found| (*span, found)))
        {
            match (found.failed, &found.refusal, found.texts.as_slice()) {
                (false, ..) => {}
                (true, None, [text]) => drop(new.insert(span, text.clone())),
                (true, None, texts) => left.push(found.left(span, several(texts))),
                (true, Some(reason), _) => left.push(found.left(span, reason.clone())),
            }
        }
        let mut facts = BTreeMap::new();
        for span in new.keys() {
            *facts.entry(span.file).or_default() += 1;
        }
        let mut edits = Vec::new();
        for rows in self.tables.values() {
            edits.extend(grid::laid_out(sources, rows, &mut new));
        }
        edits.extend(
            new.into_iter()
                .map(|(span, text)| TextEdit::new(span, text)),
        );
        edits.sort();
        Plan { edits, facts, left }
    }

    fn known(&mut self, span: Span, fact: &str) -> &mut Found {
        let all = self.found.entry(span).or_default();
        let at = all
            .iter()
            .position(|found| found.fact == fact)
            .unwrap_or_else(|| {
                all.push(Found {
                    fact: fact.to_owned(),
                    ..Found::default()
                });
                all.len() - 1
            });
        &mut all[at]
    }

    fn see(&mut self, check: &Check, did: &Did, sources: &Sources) {
        let open = check.written.is_fillable();
        let place = check.written.replaceable_span();
        if check.held {
            if let Some(place) = place.filter(|_| self.wanted.accept) {
                self.known(place, &check.fact).keeps(sources.text(place));
            }
            return;
        }
        if !(self.wanted.accept || open && self.wanted.fill) {
            return;
        }
        let text = match (check.written, place) {
            _ if open && !self.wanted.fill => Err("use `--fill` to fill in `?`".to_owned()),
            (Written::Otherwise(why), _) => Err(why.to_owned()),
            (Written::Rows { at, .. }, _) => {
                let rows = check.instead.as_deref().unwrap_or_default();
                Ok(grid::added(sources, at, rows))
            }
            (_, Some(place)) => plan::respelled(sources.text(place), check, did),
            (_, None) => Err(String::new()),
        };
        let found = self.known(place.unwrap_or(check.span), &check.fact);
        found.failed = true;
        match text {
            Ok(text) => found.wants(text),
            Err(reason) => found.refusal = Some(reason),
        }
    }
}

impl Found {
    fn wants(&mut self, text: String) {
        if self.texts.len() <= VALUES && !self.texts.contains(&text) {
            self.texts.push(text);
        }
    }

    fn keeps(&mut self, text: &str) {
        if !self.texts.iter().any(|known| known == text) {
            self.wants(text.to_owned());
        }
    }

    fn left(&self, span: Span, reason: String) -> LeftAlone {
        LeftAlone {
            span,
            fact: self.fact.clone(),
            reason,
        }
    }
}

/// Explains that the same text cannot match different values.
fn several(texts: &[String]) -> String {
    let more = if texts.len() > VALUES { ", …" } else { "" };
    let shown = texts.get(..VALUES.min(texts.len())).unwrap_or(texts);
    format!(
        "the statement runs several times with different values: {}{more}",
        shown.join(", ")
    )
}

/// A sink that adds the records of a run to the findings.
pub struct Watching<'a> {
    findings: &'a mut Findings,
    sources: &'a Sources,
    wants: &'a dyn Fn(Option<&str>) -> bool,
}

impl Sink for Watching<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let wanted = (self.wants)(record.scenario.as_deref());
        let checks = record.checks.iter().filter(|check| wanted || check.held);
        checks.for_each(|check| self.findings.see(check, &record.did, self.sources));
        true
    }
}

/// Adds the tables in commands, each table only once. Each table is a list of rows of cell locations,
/// beginning with the header.
fn collect_tables(script: &[Stmt], tables: &mut BTreeMap<Span, Vec<Vec<Span>>>) {
    for stmt in statements(script) {
        if let StmtKind::Command(Command {
            block: Some(Settings {
                table: Some(table), ..
            }),
            ..
        }) = &*stmt.kind
        {
            tables.entry(table.span).or_insert_with(|| rows(table));
        }
    }
}

/// Returns the locations of the tables in a script's commands.
pub fn tables(script: &[Stmt]) -> Vec<Span> {
    let mut found = BTreeMap::new();
    collect_tables(script, &mut found);
    found.into_keys().collect()
}

fn rows(table: &Table) -> Vec<Vec<Span>> {
    let places = |cells: &[Cell]| cells.iter().map(|cell| cell.span).collect();
    std::iter::once(places(&table.header))
        .chain(table.rows.iter().map(|row| places(&row.cells)))
        .collect()
}
