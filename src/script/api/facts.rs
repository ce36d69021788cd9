//! The facts of a statement as typed values, and the facts of a run as a table.

use std::collections::HashMap;
use std::sync::Arc;

use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::run::facts::{ACCESS_FACTS, FactType, Family, Key, Values, key, reported_facts};
use crate::run::record::{Did, StepRecord};
use crate::run::table::{ColumnType, TypedCell, TypedColumn, TypedTable};

/// A fact of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedFact {
    pub name: String,
    /// The type of the fact's column.
    pub column: ColumnType,
    /// The value, which has the column's type. There is one exception: the `value` of an access to more than 8
    /// bytes is a list of bytes, which the column omits.
    pub value: TypedCell,
}

/// Returns the facts that reports contain for a statement, in reporting order.
///
/// ```
/// use pagewalk_script::api::facts::typed_facts;
/// use pagewalk_script::api::{CheckedScript, Options, Stepper, TypedCell};
///
/// let text = "machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\nread 0x3D4\n";
/// let script = CheckedScript::from_text("walk.pw", text, &mut ());
/// let mut records = Vec::new();
/// Stepper::new(script.into(), Options::default()).forward(u64::MAX, &mut records);
/// let facts = typed_facts(&records[2].did);
/// let value = |name: &str| facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.clone());
/// assert_eq!(value("ppn"), Some(TypedCell::Unsigned(0x0D)));
/// assert_eq!(value("tlb"), Some(TypedCell::Text("miss".into())));
/// // No byte of memory is known, and no fault occurs.
/// assert_eq!((value("byte"), value("fault")), (Some(TypedCell::Missing), Some(TypedCell::Missing)));
/// ```
pub fn typed_facts(did: &Did) -> Vec<TypedFact> {
    let typed = |name: String, key: &Key, value: &Value| {
        let kind = key.kind();
        TypedFact {
            name,
            column: kind.column(),
            value: cell(kind, value),
        }
    };
    reported_facts(did)
        .into_iter()
        .map(|fact| typed(fact.name, &fact.key, &fact.value.value))
        .collect()
}

/// Returns the value of one fact, including facts that reports omit. A fact that the statement does not have,
/// such as `pa` after a page fault, is [`TypedCell::Missing`].
///
/// # Errors
/// If a statement of this kind has no such fact, returns the nearest name, if any name is similar.
pub fn typed_fact(did: &Did, name: &str) -> Result<TypedCell, Option<String>> {
    let key = resolve(did, name)?;
    Ok(key
        .value_in(did)
        .map_or(TypedCell::Missing, |shown| cell(key.kind(), &shown.value)))
}

fn resolve(did: &Did, name: &str) -> Result<Key, Option<String>> {
    let (family, spec) = Family::of(did);
    key(name, family, spec)
}

fn cell(kind: FactType, value: &Value) -> TypedCell {
    match (kind.values, value) {
        (_, Value::Text(word)) if kind.is_absent(word) => TypedCell::Missing,
        (Values::YesNo, Value::Text(word)) => TypedCell::Boolean(&**word == "yes"),
        (Values::Fraction, Value::Number(number)) => TypedCell::Float(number.to_f64()),
        (_, Value::Number(number)) => {
            let integer = number.as_integer();
            let unsigned = integer
                .and_then(|n| u64::try_from(n).ok())
                .map(TypedCell::Unsigned);
            let signed = || {
                integer
                    .and_then(|n| i64::try_from(n).ok())
                    .map(TypedCell::Integer)
            };
            unsigned
                .or_else(signed)
                .unwrap_or_else(|| TypedCell::Float(number.to_f64()))
        }
        (_, Value::Bool(truth)) => TypedCell::Boolean(*truth),
        (_, Value::Text(text)) => TypedCell::Text(text.clone()),
        (_, Value::List(elements)) => {
            TypedCell::List(elements.iter().map(|element| cell(kind, element)).collect())
        }
        (_, Value::Bytes(_) | Value::Range { .. }) => TypedCell::Text(value.to_string().into()),
    }
}

impl FactType {
    /// Returns the type of a column with this fact.
    fn column(self) -> ColumnType {
        match self.values {
            Values::Field | Values::Byte | Values::Bytes | Values::Count => ColumnType::Unsigned,
            Values::Returned => ColumnType::Integer,
            Values::Fraction => ColumnType::Float,
            Values::YesNo => ColumnType::Boolean,
            Values::OneOf { .. } | Values::ServedBy | Values::Text => ColumnType::Text,
            Values::Set => ColumnType::TextList,
        }
    }
}

/// The columns of a table of steps before the facts. Lines and columns count from 1.
const FIXED: [(&str, ColumnType); 7] = [
    ("step", ColumnType::Unsigned),
    ("file", ColumnType::Text),
    ("line", ColumnType::Unsigned),
    ("column", ColumnType::Unsigned),
    ("statement", ColumnType::Text),
    ("scenario", ColumnType::Text),
    ("process", ColumnType::Text),
];

/// Returns a table with one row per step and one column per fact, after the columns `step` (from 1), `file`, `line` and
/// `column` (from 1), `statement`, `scenario`, and `process`.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pagewalk_script::api::facts::step_table;
/// use pagewalk_script::api::{CheckedScript, Options, Recording};
///
/// let script = CheckedScript::from_text("read.pw", "machine simple\nread 0x3D4 => fault page\n", &mut ());
/// let run = Recording::new(&script, Options::default(), &AtomicBool::new(false));
/// let table = step_table(&run.records, &script.sources);
/// assert_eq!(table.len(), 2);
/// assert!(table.columns.iter().any(|column| column.name == "vpn"));
/// ```
pub fn step_table(records: &[StepRecord], sources: &Sources) -> TypedTable {
    let mut table = TypedTable::new(FIXED);
    let mut places: HashMap<String, usize> = HashMap::new();
    for (row, record) in records.iter().enumerate() {
        let place = sources.location(record.span);
        let number = |n: Option<usize>| TypedCell::from(n.map(|n| n as u64));
        let text = |text: Option<&str>| text.map_or(TypedCell::Missing, TypedCell::from);
        let shared = |text: Option<&Arc<str>>| {
            text.map_or(TypedCell::Missing, |text| TypedCell::Text(text.clone()))
        };
        table.push([
            TypedCell::Unsigned(row as u64 + 1),
            text(place.as_ref().map(|(file, _)| *file)),
            number(place.as_ref().map(|(_, place)| place.line)),
            number(place.as_ref().map(|(_, place)| place.column)),
            sources.text(record.span).into(),
            shared(record.scenario.as_ref()),
            text(record.process_name()),
        ]);
        for column in &mut table.columns[FIXED.len()..] {
            column.cells.push(TypedCell::Missing);
        }
        for fact in typed_facts(&record.did) {
            let at = *places
                .entry(column_name(fact.name, fact.column))
                .or_insert_with_key(|name| {
                    let cells = vec![TypedCell::Missing; row + 1];
                    table.columns.push(TypedColumn {
                        name: name.clone(),
                        kind: fact.column,
                        cells,
                    });
                    table.columns.len() - 1
                });
            table.columns[at].cells[row] = fact.value;
        }
    }
    table
}

/// Returns the name of a fact's column. A replay counts some events that are `yes` or `no` for an access, such as
/// `swapped-out`. Columns have one type, so the column of the count is `replay.swapped-out`. The line of a program is
/// `program.line`, because `line` is that of the script.
fn column_name(name: String, kind: ColumnType) -> String {
    if FIXED.iter().any(|(fixed, _)| *fixed == name) {
        return format!("program.{name}");
    }
    let other = ACCESS_FACTS
        .iter()
        .any(|row| row.name == name && row.kind.column() != kind);
    if other {
        format!("replay.{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::run::facts::{ACCESS_FACTS, Family, facts_of};
    use crate::run::table::ColumnType;
    use pagewalk_engine::machine::spec::Spec;

    #[test]
    fn facts_with_one_name_have_one_type_except_for_counts_of_replays() {
        let spec = Spec::core_i7();
        let mut types: BTreeMap<String, ColumnType> = BTreeMap::new();
        for family in [
            Family::Access,
            Family::Call,
            Family::Reference,
            Family::Outputs,
            Family::Run,
        ] {
            for (name, key) in facts_of(family, Some(&spec)) {
                let kind = key.kind().column();
                assert_eq!(*types.entry(name.clone()).or_insert(kind), kind, "{name}");
            }
        }
        for (name, key) in facts_of(Family::Replay, Some(&spec)) {
            let (kind, of_access) = (
                key.kind().column(),
                ACCESS_FACTS.iter().any(|row| row.name == name),
            );
            let other = types.get(&name).is_some_and(|known| *known != kind);
            assert!(
                !other || of_access && kind == ColumnType::Unsigned,
                "{name}"
            );
        }
    }
}
