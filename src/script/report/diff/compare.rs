//! The comparison of two runs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pagewalk_engine::machine::spec::Spec;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::parting::{Parting, parting};
use super::side::{Ran, Side};
use crate::lang::value::Value;
use crate::report::narrate::{Statement, setting_rows, suffix_of_first};
use crate::run::facts;
use crate::run::facts::Key;
use crate::run::record::{Did, Shown, StepRecord, View};
use crate::run::table::Rows;

/// Maximum number of differing iterations listed per statement.
const ROUNDS: usize = 3;

/// Identifies one of the two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// The first run.
    A,
    /// The second run.
    B,
}

/// A fact that differs between the runs. `None` means that the run has no such fact.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FactDifference {
    pub(crate) name: String,
    pub(crate) a: Option<Facet>,
    pub(crate) b: Option<Facet>,
}

/// An item of the comparison, in statement order.
#[derive(Debug)]
pub enum ComparisonItem {
    /// A statement that both runs contain, with its differences.
    Differs {
        /// The statement in the first run and in the second run.
        statements: (Arc<Statement>, Arc<Statement>),
        scenario: Option<Arc<str>>,
        /// The iteration, counted from 1, or `None` if both runs executed the statement once.
        round: Option<usize>,
        rows: Vec<FactDifference>,
    },
    /// The number of further iterations that differ for the preceding statement.
    More(usize),
    /// A statement that only one run contains, or iterations that only one run executed.
    Only {
        /// The run that contains the statement.
        of: Which,
        statement: Arc<Statement>,
        scenario: Option<Arc<str>>,
        /// Number of executions in this run beyond the number in the other run.
        times: usize,
    },
}

/// The differences between two runs.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The differences to report.
    pub(crate) items: Vec<ComparisonItem>,
    /// Number of statements compared, counting each iteration.
    pub(crate) compared: usize,
    pub(crate) differ: usize,
    /// Number of statements that only the first run has, counting each iteration.
    pub(crate) only_a: usize,
    /// Number of statements that only the second run has.
    pub(crate) only_b: usize,
    /// The first step at which the runs differ.
    pub(crate) parting: Option<Parting>,
    /// Number of statements that were omitted because the runs had too many statements.
    pub(crate) left_out: usize,
}

impl Comparison {
    /// Whether the runs have no differences.
    pub fn same(&self) -> bool {
        self.differ + self.only_a + self.only_b == 0 && self.parting.is_none()
    }
}

/// The keys that pair the statements of two runs. Statements that the first key does not pair try the next.
const KEYS: [fn(&Ran) -> &str; 2] = [|ran| &ran.key, |ran| &ran.head];

pub fn compare(a: &Side, b: &Side) -> Comparison {
    let mut comparison = Comparison {
        left_out: a.left_out().max(b.left_out()),
        ..Comparison::default()
    };
    let mut pairs = Vec::new();
    comparison.align(a.ran(), b.ran(), &KEYS, &mut pairs);
    let rounds = pairs.iter().flat_map(|(a, b)| {
        a.rounds
            .iter()
            .zip(&b.rounds)
            .map(move |both| (*a, *b, both))
    });
    let mut rounds: Vec<_> = rounds.collect();
    rounds.sort_by_key(|(_, _, ((number, _), _))| *number);
    comparison.parting = rounds
        .into_iter()
        .find_map(|(a, b, (one, other))| parting((a, &one.1), (b, &other.1)));
    comparison
}

impl Comparison {
    /// Pairs statements in order, and reports the others.
    fn align<'r>(
        &mut self,
        a: &'r [Ran],
        b: &'r [Ran],
        keys: &[fn(&Ran) -> &str],
        pairs: &mut Vec<(&'r Ran, &'r Ran)>,
    ) {
        let Some((key, others)) = keys.split_first() else {
            for ran in a {
                self.only(Which::A, ran, ran.rounds.len());
            }
            for ran in b {
                self.only(Which::B, ran, ran.rounds.len());
            }
            return;
        };
        let keys = |ran: &'r [Ran]| -> Vec<&'r str> { ran.iter().map(key).collect() };
        for op in capture_diff_slices(Algorithm::Myers, &keys(a), &keys(b)) {
            let (a, b) = (&a[op.old_range()], &b[op.new_range()]);
            if let DiffOp::Equal { .. } = op {
                for (a, b) in a.iter().zip(b) {
                    self.pair(a, b);
                    pairs.push((a, b));
                }
            } else {
                self.align(a, b, others, pairs);
            }
        }
    }

    fn pair(&mut self, a: &Ran, b: &Ran) {
        let mut listed = 0;
        for (at, ((_, one), (_, other))) in a.rounds.iter().zip(&b.rounds).enumerate() {
            self.compared += 1;
            let mut rows = rows(one, other);
            if rows.is_empty() && at == 0 && a.key != b.key {
                rows = text_rows(&a.statement, &b.statement);
            }
            if rows.is_empty() {
                continue;
            }
            self.differ += 1;
            listed += 1;
            if listed <= ROUNDS {
                let once = a.rounds.len() == 1 && b.rounds.len() == 1;
                self.items.push(ComparisonItem::Differs {
                    statements: (a.statement.clone(), b.statement.clone()),
                    scenario: a.scenario.clone(),
                    round: (!once).then_some(at + 1),
                    rows,
                });
            }
        }
        if listed > ROUNDS {
            self.items.push(ComparisonItem::More(listed - ROUNDS));
        }
        self.only(Which::A, a, a.rounds.len().saturating_sub(b.rounds.len()));
        self.only(Which::B, b, b.rounds.len().saturating_sub(a.rounds.len()));
    }

    fn only(&mut self, of: Which, ran: &Ran, times: usize) {
        if times == 0 {
            return;
        }
        match of {
            Which::A => self.only_a += times,
            Which::B => self.only_b += times,
        }
        let (statement, scenario) = (ran.statement.clone(), ran.scenario.clone());
        self.items.push(ComparisonItem::Only {
            of,
            statement,
            scenario,
            times,
        });
    }
}

/// Returns the facts that differ between two records: the facts of the first record in order, then the facts
/// that only the second record has.
fn rows(a: &StepRecord, b: &StepRecord) -> Vec<FactDifference> {
    let (first, second) = (named(facets(a)), named(facets(b)));
    let others: HashMap<(&str, usize), &Facet> = second
        .iter()
        .map(|(times, facet)| ((facet.name.as_str(), *times), facet))
        .collect();
    let mut known: HashSet<(&str, usize)> = HashSet::new();
    let mut rows = Vec::new();
    for (times, facet) in &first {
        let key = (facet.name.as_str(), *times);
        known.insert(key);
        let other = others.get(&key).copied();
        if !other.is_some_and(|other| other.same(facet)) {
            rows.push(FactDifference {
                name: facet.name.clone(),
                a: Some(facet.clone()),
                b: other.cloned(),
            });
        }
    }
    let new = second
        .iter()
        .filter(|(times, facet)| !known.contains(&(facet.name.as_str(), *times)));
    rows.extend(new.map(|(_, facet)| FactDifference {
        name: facet.name.clone(),
        a: None,
        b: Some(facet.clone()),
    }));
    rows
}

/// Returns the lines that differ between the texts of two statements, such as the rows of a table that `set` writes.
fn text_rows(a: &Statement, b: &Statement) -> Vec<FactDifference> {
    let (a, b) = (inner_lines(a), inner_lines(b));
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &a, &b) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        let (a, b) = (&a[op.old_range()], &b[op.new_range()]);
        let is_table = a.iter().chain(b).all(|line| line.starts_with('|'));
        let name = if is_table { "row" } else { "line" };
        let line = |line: &String| Facet::text(name, line.as_str());
        rows.extend((0..a.len().max(b.len())).map(|at| FactDifference {
            name: name.to_owned(),
            a: a.get(at).map(line),
            b: b.get(at).map(line),
        }));
    }
    rows
}

/// Returns the lines of a statement without the braces that close its blocks, because a table's brace may follow its last row
/// or have a line of its own.
fn inner_lines(statement: &Statement) -> Vec<String> {
    let lines = statement.lines().into_iter();
    let inner = lines.map(|line| line.trim_end_matches(['}', ' ']).to_owned());
    inner.filter(|line| !line.is_empty()).collect()
}

/// Pairs each facet with the number of earlier facets that have the same name.
fn named(facets: Vec<Facet>) -> Vec<(usize, Facet)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let count = |facet: Facet| {
        let times = seen.entry(facet.name.clone()).or_default();
        *times += 1;
        (*times, facet)
    };
    facets.into_iter().map(count).collect()
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facet {
    /// The name of a fact, setting, variable, or cell.
    pub(crate) name: String,
    /// The value as the script would write it.
    pub(crate) text: String,
    /// The value, if the facet has one.
    pub(crate) value: Option<Value>,
}

impl Facet {
    pub(crate) fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            value: None,
        }
    }

    fn shown(name: &str, shown: &Shown) -> Self {
        Self {
            name: name.to_owned(),
            text: shown.quoted(),
            value: Some(shown.value.clone()),
        }
    }

    /// Whether two facets are equal, ignoring the width of numbers.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Some(a), Some(b)) => a.same(b),
            _ => self.text == other.text,
        }
    }

    /// Returns the value as JSON, or the text if there is no value.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        self.value
            .as_ref()
            .map_or_else(|| self.text.as_str().into(), Value::to_json)
    }
}

/// Returns the results of a statement. The results of an `expect` are the actual values, not the expected
/// values.
fn facets(record: &StepRecord) -> Vec<Facet> {
    let mut found: Vec<Facet> = facts::reported_facts(&record.did)
        .into_iter()
        .filter(|fact| !has_short_name(&record.did, &fact.key))
        .map(|fact| Facet {
            text: fact.stated(),
            value: Some(fact.value.value),
            name: fact.name,
        })
        .collect();
    match &*record.did {
        Did::Machine(spec) => found.extend(of_machine(spec)),
        Did::Bound {
            name,
            value,
            call: None,
            ..
        } => {
            found.push(Facet::shown(name, &Shown::plain(value.clone())));
        }
        Did::Shown(views) => views.iter().for_each(|view| of_view(view, &mut found)),
        Did::Quiet | Did::Core => {
            let looked = record
                .checks
                .iter()
                .filter_map(|check| Some((check, check.actual.as_ref()?)));
            found.extend(looked.map(|(check, actual)| Facet::shown(&check.fact, actual)));
        }
        _ => {}
    }
    found
}

/// Whether a fact of the first TLB or cache also has a short name: `tlbi` is the short name of `.index` for a
/// TLB.
fn has_short_name(did: &Did, key: &Key) -> bool {
    let suffix = suffix_of_first(did, key);
    suffix.is_some_and(|suffix| matches!(suffix, ".index" | ".tag" | ".offset"))
}

fn of_machine(spec: &Spec) -> impl Iterator<Item = Facet> {
    setting_rows(spec)
        .into_iter()
        .map(|(name, value)| Facet::text(name, value))
}

fn of_view(view: &View, found: &mut Vec<Facet>) {
    match view {
        View::Value { of, value } => {
            found.push(Facet::shown(if of.is_empty() { "text" } else { of }, value));
        }
        View::Table(table) | View::Maps { table, .. } => of_table(table, found),
        View::Pairs { title, pairs } => {
            found.extend(pairs.iter().map(|(name, value)| {
                Facet::text(format!("{title} {name}").trim_start(), value.as_str())
            }));
        }
        View::Declaration(spec) => found.extend(of_machine(spec)),
        View::Listing { name, text } => found.push(Facet::text(&**name, text.as_str())),
        View::Remark(_)
        | View::Figure(_)
        | View::Rulers(_)
        | View::Bits(_)
        | View::Walk(_)
        | View::Steps(..)
        | View::CallSteps(..)
        | View::Layout(_)
        | View::Tree(_) => {}
    }
}

/// Adds the cells of a table, naming each cell by the first cell of its row and by its column.
fn of_table(table: &Rows, found: &mut Vec<Facet>) {
    let several = table.groups.len() > 2;
    let columns: Vec<String> = table
        .groups
        .iter()
        .enumerate()
        .flat_map(|(group, names)| {
            let way = if several && group > 0 {
                format!("way {} ", group - 1)
            } else {
                String::new()
            };
            names.iter().map(move |name| format!("{way}{name}"))
        })
        .collect();
    for row in &table.rows {
        let Some((key, cells)) = row.split_first() else {
            continue;
        };
        let head = columns.first().map_or("", String::as_str);
        for (column, cell) in columns.iter().skip(1).zip(cells) {
            let name = format!("{} {head} {key} {column}", table.title);
            found.push(Facet {
                name,
                text: cell.to_string(),
                value: cell.number().map(Value::from),
            });
        }
    }
}
