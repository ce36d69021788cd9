//! The comparable results of a statement, by name.

use crate::lang::value::Value;
use crate::report::narrate::setting_rows;
use crate::run::facts::{self, Component, Key};
use crate::run::record::{Did, Shown, StepRecord, View};
use crate::run::table::Rows;
use pagewalk_engine::machine::spec::Spec;

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
pub(crate) fn facets(record: &StepRecord) -> Vec<Facet> {
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
fn has_short_name(did: &Did, key: &Key) -> bool {
    let (Did::Access(access), Key::Component(fact, part)) = (did, key) else {
        return false;
    };
    let first = match part {
        Component::Tlb(tlb) => access.spec.first_tlb(access.kind) == Some(*tlb),
        Component::Cache(cache) => access.spec.first_cache(access.kind) == Some(*cache),
    };
    first && matches!(fact.suffix, ".index" | ".tag" | ".offset")
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
