//! The comparable results of a statement, by name.

use crate::lang::value::Value;
use crate::report::narrate::declaration;
use crate::run::facts;
use crate::run::record::{CellView, Did, Shown, StepRecord, TableView, View};

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
    fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
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
pub(crate) fn facets(record: &StepRecord) -> Vec<Facet> {
    let mut found: Vec<Facet> = facts::reported_facts(&record.did)
        .into_iter()
        .map(|fact| Facet {
            text: fact.stated(),
            value: Some(fact.value.value),
            name: fact.name,
        })
        .collect();
    found.retain(|facet| !has_short_name(&record.did, &facet.name));
    match &*record.did {
        Did::Machine(spec) => found.extend(of_machine(&declaration(spec))),
        Did::Bound {
            name,
            value,
            call: None,
        } => {
            found.push(Facet::shown(name, &Shown::plain(value.clone())));
        }
        Did::Shown(views) => views.iter().for_each(|view| of_view(view, &mut found)),
        Did::Quiet => {
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
fn has_short_name(did: &Did, name: &str) -> bool {
    let Did::Access(access) = did else {
        return false;
    };
    let Some((part, fact)) = name.split_once('.') else {
        return false;
    };
    let spec = &access.spec;
    let tlb = spec
        .first_tlb(access.kind)
        .and_then(|n| spec.tlbs.get(n))
        .map(|tlb| &*tlb.name);
    let cache = spec
        .first_cache(access.kind)
        .and_then(|n| spec.caches.get(n))
        .map(|cache| &*cache.name);
    matches!(fact, "index" | "tag" | "offset") && [tlb, cache].contains(&Some(part))
}

fn of_machine(declaration: &str) -> impl Iterator<Item = Facet> {
    settings(declaration)
        .into_iter()
        .map(|(name, value)| Facet::new(name, value))
}

fn of_view(view: &View, found: &mut Vec<Facet>) {
    match view {
        View::Value { of, value } => {
            found.push(Facet::shown(if of.is_empty() { "text" } else { of }, value));
        }
        View::Table(table) | View::Maps { table, .. } => of_table(table, found),
        View::Pairs { title, pairs } => {
            found.extend(pairs.iter().map(|(name, value)| {
                Facet::new(format!("{title} {name}").trim_start(), value.as_str())
            }));
        }
        View::Declaration(spec) => found.extend(of_machine(&declaration(spec))),
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
fn of_table(table: &TableView, found: &mut Vec<Facet>) {
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
            let value = match cell {
                CellView::Hex(n, _) | CellView::Number(n) => Some(Value::from(*n)),
                CellView::Text(_) | CellView::List { .. } | CellView::Nothing => None,
            };
            let name = format!("{} {head} {key} {column}", table.title);
            found.push(Facet {
                name,
                text: cell.to_string(),
                value,
            });
        }
    }
}

/// Returns the settings of a declaration as printed by `show machine`, such as `tlb ways` and `4`. A setting
/// without a value has the value `yes`. `direct-mapped` and `fully-associative` are values of `ways`.
pub fn settings(declaration: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let inner = declaration
        .trim()
        .strip_prefix("machine {")
        .and_then(|rest| rest.strip_suffix('}'));
    for line in inner
        .unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        setting("", line, &mut found);
    }
    found
}

fn setting(outer: &str, text: &str, found: &mut Vec<(String, String)>) {
    let within = |name: &str| format!("{outer} {name}").trim_start().to_owned();
    if let Some((head, rest)) = text.split_once('{') {
        let block = within(head.trim());
        let rest = rest.trim().strip_suffix('}').unwrap_or(rest);
        return parts(rest).for_each(|part| setting(&block, part.trim(), found));
    }
    found.push(match text.split_once(' ') {
        _ if matches!(text, "direct-mapped" | "fully-associative") => {
            (within("ways"), text.to_owned())
        }
        Some((name, value)) => (within(name), value.to_owned()),
        None => (within(text), "yes".to_owned()),
    });
}

/// Splits a text at the commas outside braces.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    })
}
