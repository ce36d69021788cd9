//! Views of `show` as JSON.

use serde_json::{Value, json};

use super::layout;
use crate::report::doc::{Block, Ruler, Step};
use crate::report::narrate::{call_steps, declaration, of_address, rulers, steps_at};
use crate::run::fields::BitField;
use crate::run::steps::Fetched;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::PteKind;
use pagewalk_engine::machine::pte::Bit;

use crate::run::record::{FIGURE_VERSION, FigureData, TreeEntry, TreeTable, View, WalkView};
use crate::run::table::{Cell, Rows};

/// Returns the objects of a view. Only rulers can have several objects.
pub fn json(view: &View) -> Vec<Value> {
    match view {
        View::Table(shown) => vec![table(shown)],
        View::Pairs { title, pairs } => {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()));
            vec![json!({"title": title, "pairs": Value::Object(pairs.collect())})]
        }
        View::Value { of, value } => vec![json!({"of": of, "value": value.value.to_json()})],
        View::Rulers(spec) => rulers(spec).iter().map(ruler).collect(),
        View::Walk(of) => vec![walk(of)],
        View::Bits(of) => of_address(of, false)
            .iter()
            .map(|drawn| bits(of.value, drawn))
            .collect(),
        View::Steps(access, level) => steps_at(access, *level)
            .iter()
            .filter_map(sequence)
            .collect(),
        View::CallSteps(call, level) => vec![numbered(&call_steps(call, *level))],
        View::Layout(layout) => vec![layout::layout(layout)],
        View::Tree(tree) => vec![json!({"of": tree.of, "tables": tree_table(&tree.root)})],
        View::Maps { table, .. } => vec![self::table(table)],
        View::Listing { name, text } => vec![json!({"program": &**name, "text": text})],
        View::Declaration(spec) => vec![json!({"machine": declaration(spec)})],
        View::Figure(data) => vec![figure(data)],
        View::Remark(words) => vec![json!({"remark": words})],
    }
}

/// Returns the data of a figure with its version.
fn figure(data: &FigureData) -> Value {
    let mut value = serde_json::to_value(data).unwrap_or_default();
    value["version"] = FIGURE_VERSION.into();
    value
}

fn tree_table(of: &TreeTable) -> Value {
    let entry = |(index, entry): &(u64, TreeEntry)| match entry {
        TreeEntry::Table(table) => json!({"index": index, "table": tree_table(table)}),
        TreeEntry::Page(vpn, pte) => {
            let present = pte.flags.has(Bit::P);
            json!({"index": index, "vpn": vpn, "ppn": present.then_some(pte.ppn)})
        }
    };
    json!({"level": of.level, "at": of.at, "entries": of.entries.iter().map(entry).collect::<Vec<_>>()})
}

/// Returns a table as an object, with all columns in one row to match the cells.
fn table(shown: &Rows) -> Value {
    let columns: Vec<&String> = shown.groups.iter().flatten().collect();
    let rows: Vec<Vec<Value>> = shown
        .rows
        .iter()
        .map(|row| row.iter().map(cell).collect())
        .collect();
    let mut table = json!({"title": shown.title, "columns": columns, "rows": rows});
    if let Some(marks) = &shown.marks {
        table["changed"] = json!(marks.cells);
        table["gone"] = marks.gone.iter().map(cell).collect();
    }
    table
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Hex(n, _) | Cell::Number(n) => (*n).into(),
        Cell::Text(text) => text.as_str().into(),
        Cell::List { .. } => cell.to_string().into(),
        Cell::Nothing => Value::Null,
    }
}

fn ruler(ruler: &Ruler) -> Value {
    let field = |row: &crate::report::doc::RulerRow| -> Vec<Value> {
        let of = |label: &str| {
            if label.is_empty() {
                Value::Null
            } else {
                label.into()
            }
        };
        row.fields
            .iter()
            .map(|f| json!({"name": f.full_name(), "of": of(&row.label), "high": f.high, "low": f.low}))
            .collect()
    };
    json!({"ruler": ruler.title, "bits": ruler.bits, "fields": ruler.rows.iter().flat_map(field).collect::<Vec<_>>()})
}

/// Returns a page walk with an object for each level.
fn walk(of: &WalkView) -> Value {
    let level = |level: &Fetched| {
        json!({
            "level": level.level, "index": level.index, "at": level.at.map(Pa::raw), "entry": level.raw,
            "ppn": level.ppn, "present": level.is_present(), "page": level.found == PteKind::Page,
        })
    };
    let levels: Vec<Value> = of.walk.levels.iter().map(level).collect();
    let pa = of.walk.pa().map(Pa::raw);
    json!({"figure": "walk", "of": of.of, "va": of.walk.va.raw(), "levels": levels, "pa": pa})
}

/// Returns an address with the values of its fields.
fn bits(value: u64, of: &Ruler) -> Value {
    let field = |field: &BitField| json!({"name": field.full_name(), "high": field.high, "low": field.low, "value": field.value_in(value)});
    let fields: Vec<Value> = of
        .rows
        .iter()
        .flat_map(|row| &row.fields)
        .map(field)
        .collect();
    json!({"figure": "bits", "of": of.title, "bits": of.bits, "value": value, "fields": fields})
}

fn numbered(steps: &[Step]) -> Value {
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| json!({"who": step.who(), "what": step.what}))
        .collect();
    json!({"steps": steps})
}

fn sequence(block: &Block) -> Option<Value> {
    match block {
        Block::Steps(steps) => Some(numbered(steps)),
        Block::Paragraph { text, .. } => Some(json!({"remark": text})),
        _ => None,
    }
}
